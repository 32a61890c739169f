//! Diaphane takes the bones out of chest radiographs.
//!
//! A radiograph goes in, its soft-tissue image comes out: the lungs are segmented, a global-local
//! latent consistency model (GL-LCM) predicts the picture without bones, and the bone layer is
//! taken off the radiograph's own pixels.
//!
//! ```text
//! file ─ formats ─► Radiograph ─ display ─► grey in [0, 1] ─ model grid ─► x in [-1, 1]
//!                                                                │
//!                      ┌────────── LungSegmenter ◄───────────────┤
//!                      ▼                                         ▼
//!                   lung mask m ──────────► Vqgan::encode(x), Vqgan::encode(x·m)
//!                      │                                         │
//!                      │             global path, local path (Local-Enhanced Guidance)
//!                      │                                         │
//!                      └──► Poisson fusion ◄── Vqgan::decode ◄───┘
//!                                 │
//!               restore: bone layer to the radiograph's own grid ─► soft tissue, bone, certificate
//! ```
//!
//! # The house
//! A module may import what stands below it in this table; `tests/layers.rs` fails on any other edge.
//!
//! | level | module | owns |
//! |---|---|---|
//! | 0 | [`radiograph`] | the immutable study: stored values, grey description, spacing, masks |
//! | 1 | [`formats`] | files: DICOM, PNG, TIFF, JPEG and ZIP archives of them in; PNG out |
//! | 1 | [`display`] | stored value to grey on the CPU, the truth for the shaders |
//! | 1 | [`fusion`] | mask clean-up, Poisson and alpha fusion, bone layer to the native grid |
//! | 1 | [`metrics`] | how good a soft-tissue image is |
//! | 1 | [`guard`] | where a soft-tissue image deserves a second look |
//! | 1 | [`measure`] | what a reader measures on a radiograph, and its numbers |
//! | 1 | [`nn`] | building blocks of networks |
//! | 2 | [`diffusion`] | schedules, samplers, guidance, clipping, the dual path |
//! | 2 | [`lesion`] | synthetic nodules on a radiograph, and what is kept of them |
//! | 2 | [`model`] | the networks, their bundles, import of foreign checkpoints |
//! | 2 | [`dataset`] | pairs to learn from: which files, whether they are fit, laid on each other, who is kept for the test |
//! | 3 | [`pipeline`] | the order of the stages, their cache, the certificate |
//! | 3 | [`evidence`] | which model or setting is better, how sure that is, and when a model may be promoted |
//! | 3 | [`simulate`] | a chest phantom with exact truth |
//! | 4 | [`contest`] | models judged on the same cases, and what comes of it |
//! | 4 | [`train`] | data, augmentation, losses, optimiser, checkpoints |
//! | 4 | `render` | textures and shaders (feature `gui`) |
//! | 5 | [`worker`] | the one thread that suppresses, segments, trains and judges |
//! | 6 | `ui` | the window (feature `gui`) |
//! | 6 | [`cli`] | the command line |
//!
//! One edge runs sideways: [`formats`] asks [`display`] for the grey values that `inspect` reports.
//!
//! # Features
//! `gui` (default): the window. Without it the program is headless and has no graphics dependency.

pub mod cli;
pub mod contest;
pub mod dataset;
pub mod diffusion;
pub mod display;
pub mod evidence;
pub mod formats;
pub mod fusion;
pub mod guard;
pub mod lesion;
pub mod measure;
pub mod metrics;
pub mod model;
pub mod nn;
pub mod pipeline;
pub mod radiograph;
#[cfg(feature = "gui")]
pub mod render;
pub mod simulate;
pub mod train;
#[cfg(feature = "gui")]
pub mod ui;
pub mod worker;
