//! What one suppression returns.

use super::{Changes, Mark, SuppressionSettings};
use crate::metrics::ErrorBand;
use crate::radiograph::{FloatImage, LungMask, StudyId, Warning};
use serde::{Deserialize, Serialize};

/// A named part of the work, in the order it happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// Grey values to the model's grid.
    Prepare,
    /// Lung mask.
    Segment,
    /// Radiograph to latent, whole and masked.
    Encode,
    /// Global sampling path.
    Global,
    /// Local sampling path.
    Local,
    /// Latents to pictures.
    Decode,
    /// One picture from two.
    Fuse,
    /// Bone layer to the radiograph's own grid.
    Restore,
}

impl Stage {
    /// Every stage, in the order they happen.
    pub const ALL: [Self; 8] = [
        Self::Prepare,
        Self::Segment,
        Self::Encode,
        Self::Global,
        Self::Local,
        Self::Decode,
        Self::Fuse,
        Self::Restore,
    ];

    /// The stage's word, as in certificates.
    pub fn word(self) -> &'static str {
        match self {
            Self::Prepare => "prepare",
            Self::Segment => "segment",
            Self::Encode => "encode",
            Self::Global => "global",
            Self::Local => "local",
            Self::Decode => "decode",
            Self::Fuse => "fuse",
            Self::Restore => "restore",
        }
    }
}

impl std::fmt::Display for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

/// Wall time of one stage; zero seconds and `cached` where an earlier run's result was used.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct StageTime {
    /// Which stage.
    pub stage: Stage,
    /// Wall time in seconds.
    pub elapsed_secs: f64,
    /// The result was reused from an earlier run.
    pub cached: bool,
}

/// A soft-tissue image with everything needed to show, export and repeat it.
#[derive(Debug, Clone, PartialEq)]
pub struct SuppressionResult {
    /// The radiograph it was made from.
    pub study: StudyId,
    /// Soft-tissue image in modality values, on the radiograph's own grid.
    pub soft_tissue: FloatImage,
    /// Bone layer in display units (1 = the whole range black to white of the first window),
    /// on the radiograph's own grid; exactly 0 where the radiograph was left as it is.
    pub bone: FloatImage,
    /// How far the soft-tissue image may be off, in modality units on the radiograph's own grid; `None` for one seed.
    /// With [`Self::uncertainty_band`] the half-width of that band; without one the standard deviation over the seeds,
    /// which shows what the noise changes and is far smaller than the error, 0 where every seed leaves the radiograph as
    /// it is.
    pub uncertainty: Option<FloatImage>,
    /// The band whose half-width the uncertainty is.
    pub uncertainty_band: Option<ErrorBand>,
    /// Seeds the result is the mean of.
    pub seeds: Vec<u64>,
    /// Fused picture as the model decoded it, display units `[0, 1]`, on the model's grid without padding.
    pub model_soft_tissue: FloatImage,
    /// Lung mask on the radiograph's own grid.
    pub lung_mask: LungMask,
    /// What was done to the picture, in numbers.
    pub changes: Changes,
    /// Places to look at twice, the weightiest first.
    pub marks: Vec<Mark>,
    /// Settings used; `seed` is the first of `seeds`.
    pub settings: SuppressionSettings,
    /// Name of the bundle.
    pub bundle_name: String,
    /// SHA-256 of the bundle, hexadecimal.
    pub bundle_sha256: String,
    /// Device the networks ran on, as text.
    pub device: String,
    /// Number format of the noise estimator, as text.
    pub precision: String,
    /// Wall time of each stage, of all seeds together.
    pub stage_times: Vec<StageTime>,
    /// What the reader should see beside the picture.
    pub warnings: Vec<Warning>,
}
