//! What is asked of the pipeline.

use super::{DeviceChoice, PrecisionChoice, PreviewChoice, SuppressionSettings};
use crate::radiograph::{LungMask, Radiograph};
use std::path::PathBuf;
use std::sync::Arc;

/// One suppression.
#[derive(Debug, Clone)]
pub struct SuppressionRequest {
    /// The radiograph.
    pub radiograph: Arc<Radiograph>,
    /// The reader's choices.
    pub settings: SuppressionSettings,
    /// A mask drawn or loaded by the reader, on the radiograph's grid; `None` lets the segmenter find it.
    pub mask: Option<Arc<LungMask>>,
    /// Seeds whose mean is the result, 1 to [`super::MOST_SEEDS`], counted up from that of the settings; with two or
    /// more the result has an uncertainty.
    pub num_seeds: usize,
    /// What the uncertainty of several seeds tells.
    pub uncertainty: UncertaintyForm,
    /// Whether the run shows where it is heading.
    pub preview: PreviewChoice,
}

/// What the uncertainty of several seeds tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum UncertaintyForm {
    /// The half-width of the bundle's [`crate::metrics::ErrorBand`], where it has one; else the deviation.
    #[default]
    AsMeasured,
    /// The standard deviation over the seeds, whatever the bundle says: what a band is measured from.
    SeedDeviation,
}

impl SuppressionRequest {
    /// One seed, the segmenter's mask, no preview.
    pub fn new(radiograph: Arc<Radiograph>, settings: SuppressionSettings) -> Self {
        Self {
            radiograph,
            settings,
            mask: None,
            num_seeds: 1,
            uncertainty: UncertaintyForm::default(),
            preview: PreviewChoice::Off,
        }
    }
}

/// Where and in which number format the networks run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ComputeOptions {
    /// Device of the networks.
    pub device: DeviceChoice,
    /// Number format of the noise estimator; codec and segmenter stay in 32 bits.
    pub precision: PrecisionChoice,
}

impl Default for ComputeOptions {
    fn default() -> Self {
        Self {
            device: DeviceChoice::Auto,
            precision: PrecisionChoice::Auto,
        }
    }
}

/// Most of an adapter that is applied, percent of what was trained.
pub const MOST_ADAPTER_PERCENT: u16 = 200;

/// A site's adapter, and how much of it is applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdapterChoice {
    /// Its file.
    pub path: PathBuf,
    /// Strength in percent of what was trained, 0 to [`MOST_ADAPTER_PERCENT`]; 0 is the bundle as it is.
    pub strength_percent: u16,
}

/// What a loaded bundle says about itself.
#[derive(Debug, Clone, PartialEq)]
pub struct BundleSummary {
    /// Name of the bundle, and of the adapter in force.
    pub name: String,
    /// SHA-256 of the bundle, hexadecimal; with an adapter, [`crate::model::AppliedAdapter::combined_sha256`].
    pub sha256: String,
    /// What the bundle proposes.
    pub defaults: SuppressionSettings,
    /// Device the networks run on, as text.
    pub device: String,
    /// Number format of the noise estimator, as text.
    pub precision: String,
    /// Whether the bundle can find the lungs itself.
    pub segments_lungs: bool,
}
