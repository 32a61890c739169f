//! Random changes of the training images.

use crate::train::TrainError;
use serde::{Deserialize, Serialize};

/// More shadows than this cover a patch.
const MOST_SHADOWS: f64 = 50.0;
/// The same for what errors there may count for.
const MOST_SHADOW_WEIGHT: f64 = 100.0;

/// Ranges the changes are drawn from, uniformly unless said otherwise.
///
/// Grey values are display values in `[0, 1]`. The defaults are mild changes for pairs of radiographs and
/// soft-tissue images. What the shipped networks were trained with is wider, differs from stage to stage, and
/// stands in their run files, `models/compact/recipe/*.toml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AugmentationConfig {
    /// Largest rotation either way, in degrees.
    pub rotation_deg: f64,
    /// Enlargement of the field of view: above 1 shows more of the image per patch.
    pub scale: [f64; 2],
    /// Largest shift of a whole image either way, as a share of its side (segmenter only: patches
    /// of the other stages lie anywhere).
    pub shift: f64,
    /// Probability of a left-right flip.
    pub flip: f64,
    /// Probability that a patch is drawn about a pixel of the lung field, as far as the borders of the radiograph let it.
    pub lung_focus: f64,
    /// Factor on the bone layer (radiograph minus soft-tissue image, about its median).
    pub bone_gain: [f64; 2],
    /// Largest tone difference added between radiograph and soft-tissue image, either way.
    pub tone_offset: f64,
    /// Exponent on the display values of both images.
    pub gamma: [f64; 2],
    /// Factor on both images about mid grey.
    pub contrast: [f64; 2],
    /// Largest brightness change of both images, either way.
    pub brightness: f64,
    /// Factor on what both images hold above a Gaussian low-pass.
    pub local_contrast: [f64; 2],
    /// Standard deviation of that low-pass, in patch pixels.
    pub local_contrast_px: f64,
    /// Probability of the local contrast change.
    pub local_contrast_probability: f64,
    /// Largest standard deviation of Gaussian noise added to both images alike.
    pub noise: f64,
    /// Largest standard deviation of a Gaussian blur of both images, in patch pixels.
    pub blur_px: f64,
    /// Probability of the blur.
    pub blur_probability: f64,
    /// Probability of inverted polarity.
    pub inversion: f64,
    /// Share of the patches whose grey values stay as they are, but for shadows and strands: what the data really look
    /// like is seen often, however wide the changes of the others are. Turns, scale and flips are theirs too.
    pub plain_share: f64,
    /// Mean number of round shadows (nodules, masses, bullae) that both images of a patch get alike, before their tone
    /// is changed: what is in both is to stay.
    pub round_shadows: f64,
    /// What an error counts for where a round shadow lies, beside 1 elsewhere: they are a hundredth of a patch, and a
    /// network that takes half of each with the bones loses next to nothing otherwise.
    pub shadow_weight: f64,
    /// Mean number of strands (vessels, tubes, wires) that both images of a patch get alike.
    pub strands: f64,
}

impl Default for AugmentationConfig {
    fn default() -> Self {
        Self {
            rotation_deg: 8.6,
            scale: [0.8, 1.25],
            shift: 0.0,
            flip: 0.5,
            lung_focus: 0.0,
            bone_gain: [0.6, 1.4],
            tone_offset: 0.03,
            gamma: [0.75, 1.35],
            contrast: [1.0, 1.0],
            brightness: 0.0,
            local_contrast: [1.0, 1.0],
            local_contrast_px: 12.0,
            local_contrast_probability: 0.5,
            noise: 0.0,
            blur_px: 0.0,
            blur_probability: 0.3,
            inversion: 0.0,
            plain_share: 0.0,
            round_shadows: 0.0,
            shadow_weight: 1.0,
            strands: 0.0,
        }
    }
}

/// A setting that no augmentation can have.
fn refuse(field: &str, reason: &str) -> Result<(), TrainError> {
    Err(TrainError::setting(
        &format!("augmentation.{field}"),
        reason,
    ))
}

impl AugmentationConfig {
    pub(super) fn validate(&self) -> Result<(), TrainError> {
        self.check_ranges()?;
        self.check_sizes()?;
        self.check_probabilities()
    }

    fn check_ranges(&self) -> Result<(), TrainError> {
        for (field, [low, high]) in [
            ("scale", self.scale),
            ("gamma", self.gamma),
            ("contrast", self.contrast),
        ] {
            if !(low > 0.0 && low <= high && high.is_finite()) {
                return refuse(field, "must be two positive numbers in rising order");
            }
        }
        for (field, [low, high]) in [
            ("bone_gain", self.bone_gain),
            ("local_contrast", self.local_contrast),
        ] {
            if !(low >= 0.0 && low <= high && high.is_finite()) {
                return refuse(field, "must be two numbers in rising order, none negative");
            }
        }
        Ok(())
    }

    fn check_sizes(&self) -> Result<(), TrainError> {
        for (field, size) in [
            ("rotation_deg", self.rotation_deg),
            ("shift", self.shift),
            ("tone_offset", self.tone_offset),
            ("brightness", self.brightness),
            ("local_contrast_px", self.local_contrast_px),
            ("noise", self.noise),
            ("blur_px", self.blur_px),
        ] {
            if !(size >= 0.0 && size.is_finite()) {
                return refuse(field, "must not be negative");
            }
        }
        for (field, mean) in [
            ("round_shadows", self.round_shadows),
            ("strands", self.strands),
        ] {
            if !(0.0..=MOST_SHADOWS).contains(&mean) {
                return refuse(field, "must lie between 0 and 50");
            }
        }
        if !(1.0..=MOST_SHADOW_WEIGHT).contains(&self.shadow_weight) {
            return refuse("shadow_weight", "must lie between 1 and 100");
        }
        Ok(())
    }

    fn check_probabilities(&self) -> Result<(), TrainError> {
        for (field, probability) in [
            ("flip", self.flip),
            ("lung_focus", self.lung_focus),
            (
                "local_contrast_probability",
                self.local_contrast_probability,
            ),
            ("blur_probability", self.blur_probability),
            ("inversion", self.inversion),
            ("plain_share", self.plain_share),
        ] {
            if !(0.0..=1.0).contains(&probability) {
                return refuse(field, "must lie between 0 and 1");
            }
        }
        Ok(())
    }
}
