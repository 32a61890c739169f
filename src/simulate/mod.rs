//! A chest phantom: paired radiographs whose bones are known exactly.
//!
//! Owns the geometry of a simplified chest, the attenuation of its parts, and the processing that
//! shows it as a vendor's workstation would; measures intensity figures of pairs, real or drawn.
//! Must not know networks, training or windows on a screen.
//!
//! ```text
//! seed ─► Patient ─► Thorax, Body ─► bulk ───────────┐
//!            ├─────► vessels, airways, texture ─► detail ├─► processing ─► radiograph = soft + bone
//!            └─────► ribs, spine, shoulders ────► bone ──┘
//! ```
//!
//! It is no patient: vessels end where chance ends them, and bones are simpler than any. By default
//! it is healthy but for a round nodule now and then; [`PhantomProfile::Varied`] has a finer anatomy,
//! adds diseases, devices and processing of many kinds, and [`Content`] says what stands where. What is no bone
//! stands in radiograph and soft-tissue image alike. [`ct`] projects real anatomy instead. Both
//! serve for tests with exact truth and beside real pairs in training.
//!
//! ```
//! use diaphane::simulate::{Phantom, PhantomConfig};
//!
//! let config = PhantomConfig { size_px: 128, ..PhantomConfig::default() };
//! let study = Phantom::new(&config, 7)?.study();
//! let bone = study.radiograph.zip_map(&study.soft_tissue, |c, s| c - s)?;
//! assert!(bone.values().iter().zip(study.bone.values()).all(|(a, b)| (a - b).abs() < 1e-6));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod anatomy;
mod body;
mod calcium;
mod canvas;
mod config;
mod contents;
pub mod ct;
mod devices;
mod figures;
mod findings;
mod frame;
mod materials;
mod motion;
mod nodules;
mod pathology;
mod patient;
mod phantom;
mod processing;
mod reference;
mod regions;
mod ribs;
mod scatter;
mod shading;
mod shoulder;
mod spectrum;
mod spine;
mod texture;
mod thorax;
mod tissue;
mod vendor;
mod vessels;
mod write;

pub use config::{
    CalciumLayer, Group, Groups, MAX_SIZE_PX, MIN_SIZE_PX, NoiseModel, PhantomConfig,
    PhantomProfile, SoftTone, Variety,
};
pub use contents::{Content, Layer};
pub use ct::CtError;
pub use figures::{IntensityFigures, Percentiles, figures};
pub use phantom::{Phantom, PhantomStudy};
pub use reference::{ComparedFigure, REFERENCE_FIGURES, ReferenceFigure, compare_figures};
pub use write::{SimulateError, StudyFolder, study_seed, write_studies};
