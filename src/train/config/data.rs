//! Which images a run sees, and how often.

use crate::train::TrainError;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// What the files of a source mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// Pairs valid everywhere, as [`crate::dataset::list_pairs`] tells them: `NAME_cxr.*` + `NAME_soft.*` or
    /// `NAME_soft_registered.*` (which wins), as phantoms have them, with an optional `NAME_lungmask*.png` or
    /// `NAME_cxr_lungmask*.png`; `CXR/` and `BS/` side by side; DICOM studies.
    Pairs,
    /// `NAME_cxr_inverted.*` + `NAME_soft_inverted_lungonly.*` + `NAME_lungmask*.png`: inverted
    /// polarity, and a target inside the lungs only.
    LungOnly,
    /// `NAME_cxr.*` + `NAME_labels.png` (bits 0 to 3: 1 right lung, 2 left lung) or `NAME_lungmask*.png`:
    /// radiographs without a soft-tissue image.
    Masks,
}

/// One folder of training images.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceConfig {
    /// What its files mean.
    pub kind: SourceKind,
    /// The folder. Those below it belong to pairs; of other kinds it is not walked.
    pub folder: PathBuf,
    /// Folder of the soft-tissue images, under the names of their radiographs; left out, `folder` holds both. Pairs only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub soft_folder: Option<PathBuf>,
    /// Share of the training patches drawn from this source, relative to the other sources'.
    #[serde(default = "default_weight")]
    pub weight: f64,
    /// Grid the longer side of each image is taken to span: a patch of `patch_px` covers
    /// `patch_px / grid_px` of it, whatever the file's own resolution.
    #[serde(default = "default_grid")]
    pub grid_px: usize,
    /// Takes only names that start with one of these; empty takes all.
    #[serde(default)]
    pub only: Vec<String>,
    /// Takes at most this many images, in the order of their names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
}

fn default_weight() -> f64 {
    1.0
}
fn default_grid() -> usize {
    1024
}

/// All sources and the split.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataConfig {
    /// A split made by [`crate::dataset::Split`]: it decides on every pair it names that `exclude` does not. What it keeps
    /// for the test is left out, and refused where it comes back under another name. Pairs that came to its folder since are
    /// refused, unless `exclude` names them; `validation` decides on other sources.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<PathBuf>,
    /// Names that start with one of these are left out altogether, whatever the split says, unless listed in `validation`.
    #[serde(default)]
    pub exclude: Vec<String>,
    /// Whole names used for validation and never for training. Their scores decide which checkpoint other runs
    /// start from, so that patients kept for testing do not belong here.
    #[serde(default)]
    pub validation: Vec<String>,
    /// The folders.
    pub source: Vec<SourceConfig>,
}

impl DataConfig {
    pub(super) fn validate(&self) -> Result<(), TrainError> {
        if self.source.is_empty() {
            return Err(TrainError::setting(
                "data.source",
                "must name at least one folder",
            ));
        }
        for source in &self.source {
            if source.soft_folder.is_some() && source.kind != SourceKind::Pairs {
                return Err(TrainError::setting(
                    "data.source.soft_folder",
                    "belongs to a source of kind `pairs`",
                ));
            }
            if !(source.weight.is_finite() && source.weight > 0.0) {
                return Err(TrainError::setting(
                    "data.source.weight",
                    "must be a positive number",
                ));
            }
            if source.grid_px == 0 {
                return Err(TrainError::setting(
                    "data.source.grid_px",
                    "must be positive",
                ));
            }
        }
        Ok(())
    }
}
