//! A result as a file, so that it need not be made again: pictures as safetensors, all else as JSON in their header.

use super::{Changes, Mark, StageTime, SuppressionResult, SuppressionSettings};
use crate::metrics::ErrorBand;
use crate::radiograph::{FloatImage, LungMask, Polarity, Radiograph, Raster, StudyId, Warning};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Arc;

/// Name of the JSON in the header.
const FACTS: &str = "result";

/// A kept result cannot be written or taken.
#[derive(Debug, thiserror::Error)]
pub enum KeptResultError {
    /// The bytes are no kept result, or one of another version.
    #[error("the kept result is damaged: {0}")]
    Damaged(String),
    /// It is a result of another radiograph, or of this one with other polarity.
    #[error("the kept result is of another picture")]
    OtherPicture,
}

/// Everything of a result but its pictures.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Facts {
    /// The radiograph's own number.
    study: String,
    /// Black and white of the radiograph were exchanged when it was made: low values are white.
    low_is_white: bool,
    /// The lung mask was given, not found.
    is_mask_given: bool,
    #[serde(default)]
    uncertainty_band: Option<ErrorBand>,
    seeds: Vec<u64>,
    changes: Changes,
    marks: Vec<Mark>,
    settings: SuppressionSettings,
    bundle_name: String,
    bundle_sha256: String,
    device: String,
    precision: String,
    stage_times: Vec<StageTime>,
    warnings: Vec<Warning>,
}

/// A result taken from a file.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptResult {
    /// The result.
    pub result: Arc<SuppressionResult>,
    /// Its lung mask was given by the reader, not found.
    pub is_mask_given: bool,
}

impl KeptResult {
    /// The file's contents, for a result of `radiograph`.
    ///
    /// # Errors
    /// [`KeptResultError::Damaged`] where a picture has no pixels.
    pub fn to_bytes(&self, radiograph: &Radiograph) -> Result<Vec<u8>, KeptResultError> {
        let damaged = |err: &dyn std::fmt::Display| KeptResultError::Damaged(err.to_string());
        let result = &self.result;
        let facts = self.facts(radiograph);
        let facts = serde_json::to_string(&facts).map_err(|err| damaged(&err))?;
        let images = [
            ("soft_tissue", Some(&result.soft_tissue)),
            ("bone", Some(&result.bone)),
            ("model_soft_tissue", Some(&result.model_soft_tissue)),
            ("uncertainty", result.uncertainty.as_ref()),
        ];
        let images = images
            .into_iter()
            .filter_map(|(name, image)| Some((name, image?)));
        let images: Vec<_> = images
            .map(|(name, image)| (name, image.size(), bytes_of(image)))
            .collect();
        let mut views = Vec::new();
        for (name, (width, height), bytes) in &images {
            let view = TensorView::new(Dtype::F32, vec![*height, *width], bytes);
            views.push((*name, view.map_err(|err| damaged(&err))?));
        }
        let mask = result.lung_mask.raster();
        let (width, height) = mask.size();
        let view = TensorView::new(Dtype::U8, vec![height, width], mask.values());
        views.push(("lung_mask", view.map_err(|err| damaged(&err))?));
        let header = HashMap::from([(FACTS.to_owned(), facts)]);
        safetensors::serialize(views, Some(header)).map_err(|err| damaged(&err))
    }

    fn facts(&self, radiograph: &Radiograph) -> Facts {
        let result = &self.result;
        Facts {
            study: result.study.0.clone(),
            low_is_white: radiograph.polarity == Polarity::LowIsWhite,
            is_mask_given: self.is_mask_given,
            uncertainty_band: result.uncertainty_band,
            seeds: result.seeds.clone(),
            changes: result.changes,
            marks: result.marks.clone(),
            settings: result.settings.clone(),
            bundle_name: result.bundle_name.clone(),
            bundle_sha256: result.bundle_sha256.clone(),
            device: result.device.clone(),
            precision: result.precision.clone(),
            stage_times: result.stage_times.clone(),
            warnings: result.warnings.clone(),
        }
    }

    /// From the file's contents, for this radiograph.
    ///
    /// # Errors
    /// [`KeptResultError`]; bytes from anybody are safe to try.
    pub fn from_bytes(bytes: &[u8], radiograph: &Radiograph) -> Result<Self, KeptResultError> {
        let damaged = |err: &dyn std::fmt::Display| KeptResultError::Damaged(err.to_string());
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(|err| damaged(&err))?;
        let facts = header.metadata().as_ref().and_then(|all| all.get(FACTS));
        let facts = facts.ok_or_else(|| damaged(&"it says nothing of itself"))?;
        let facts: Facts = serde_json::from_str(facts).map_err(|err| damaged(&err))?;
        let low_is_white = radiograph.polarity == Polarity::LowIsWhite;
        if facts.study != radiograph.id.0 || facts.low_is_white != low_is_white {
            return Err(KeptResultError::OtherPicture);
        }
        let pictures = SafeTensors::deserialize(bytes).map_err(|err| damaged(&err))?;
        let image = |name: &str| image_of(&pictures, name).ok_or_else(|| damaged(&name));
        let mask = pictures.tensor("lung_mask").map_err(|err| damaged(&err))?;
        let mask = raster_of(&mask, Dtype::U8, <[u8]>::to_vec);
        let mask = mask.ok_or_else(|| damaged(&"lung_mask"))?;
        let has_uncertainty = pictures.names().contains(&"uncertainty");
        let result = SuppressionResult {
            study: StudyId(facts.study),
            soft_tissue: image("soft_tissue")?,
            bone: image("bone")?,
            uncertainty: has_uncertainty.then(|| image("uncertainty")).transpose()?,
            uncertainty_band: facts.uncertainty_band,
            seeds: facts.seeds,
            model_soft_tissue: image("model_soft_tissue")?,
            lung_mask: LungMask::from_nonzero(&mask),
            changes: facts.changes,
            marks: facts.marks,
            settings: facts.settings,
            bundle_name: facts.bundle_name,
            bundle_sha256: facts.bundle_sha256,
            device: facts.device,
            precision: facts.precision,
            stage_times: facts.stage_times,
            warnings: facts.warnings,
        };
        let size = radiograph.size();
        let uncertainty = result.uncertainty.as_ref().map(FloatImage::size);
        let sizes = [result.soft_tissue.size(), result.bone.size(), mask.size()];
        if sizes
            .into_iter()
            .chain(uncertainty)
            .any(|other| other != size)
        {
            return Err(KeptResultError::OtherPicture);
        }
        Ok(Self {
            result: Arc::new(result),
            is_mask_given: facts.is_mask_given,
        })
    }
}

fn bytes_of(image: &FloatImage) -> Vec<u8> {
    let values = image.values().iter();
    values.flat_map(|value| value.to_le_bytes()).collect()
}

fn image_of(pictures: &SafeTensors<'_>, name: &str) -> Option<FloatImage> {
    let floats = |bytes: &[u8]| {
        let values = bytes.chunks_exact(4);
        let values = values.filter_map(|four| Some(f32::from_le_bytes(four.try_into().ok()?)));
        values.collect()
    };
    raster_of(&pictures.tensor(name).ok()?, Dtype::F32, floats)
}

fn raster_of<T>(
    tensor: &TensorView<'_>,
    dtype: Dtype,
    values: impl Fn(&[u8]) -> Vec<T>,
) -> Option<Raster<T>> {
    match tensor.shape() {
        &[height, width] if tensor.dtype() == dtype => {
            Raster::new(width, height, values(tensor.data())).ok()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
