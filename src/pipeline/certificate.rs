//! The certificate: what was made from what, by which networks, under which settings.
//!
//! Holds no patient data beside the input's file name.

use super::{
    Changes, Mark, StageTime, SuppressionResult, SuppressionSettings, uncertainty_full_scale,
};
use crate::display::display_image;
use crate::formats::stored_fingerprint;
use crate::metrics::ErrorBand;
use crate::model::site;
use crate::radiograph::{FloatImage, LungMask, Polarity, Radiograph, StoredValues, Warning};

use serde::{Deserialize, Serialize};

/// Version of the program; another one may make another picture.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The input of a suppression.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CertifiedInput {
    /// File name without its folder; empty where it was written with patient details hidden.
    pub file: String,
    /// Rows of pixels.
    pub rows: usize,
    /// Columns of pixels.
    pub cols: usize,
    /// SHA-256 of the stored values as little-endian 32-bit integers, row by row, hexadecimal.
    pub stored_sha256_i32le: String,
    /// [`grey16_sha256`] of the radiograph as it was shown to the networks: under its first window or table, with
    /// rescale and polarity applied.
    pub displayed_sha256_i32le: String,
    /// Whether high stored values are white.
    pub high_is_white: bool,
    /// Height and width of a pixel in mm, where the file states them.
    pub spacing_mm: Option<[f64; 2]>,
    /// Lowest and highest stored value that are padding, where the file states them.
    pub padding: Option<(i32, i32)>,
}

impl CertifiedInput {
    /// What identifies a radiograph and how it was shown.
    pub fn of(radiograph: &Radiograph) -> Self {
        let (cols, rows) = radiograph.size();
        let file = radiograph.source.path.file_name();
        let shown = radiograph.vois.first();
        let shown = shown.map(|voi| grey16_sha256(&display_image(radiograph, voi)));
        Self {
            file: file.map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
            rows,
            cols,
            stored_sha256_i32le: stored_fingerprint(&radiograph.stored),
            displayed_sha256_i32le: shown.unwrap_or_default(),
            high_is_white: radiograph.polarity == Polarity::HighIsWhite,
            spacing_mm: radiograph.spacing.map(|s| [s.row_mm, s.col_mm]),
            padding: radiograph.padding,
        }
    }
}

/// A picture that was written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CertifiedOutput {
    /// File name without its folder.
    pub file: String,
    /// SHA-256 of the file's values as little-endian 32-bit integers, row by row, hexadecimal.
    pub stored_sha256_i32le: String,
}

/// Where the lung mask came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MaskOrigin {
    /// The bundle's segmenter.
    Segmenter,
    /// The reader.
    Given,
}

/// A run that was not made yet, in the words of certificates.
#[derive(Debug, Clone, Copy)]
pub struct PlannedRun<'a> {
    /// The radiograph.
    pub radiograph: &'a Radiograph,
    /// SHA-256 of the bundle, hexadecimal.
    pub bundle_sha256: &'a str,
    /// Settings; `seed` is the first of `seeds`.
    pub settings: &'a SuppressionSettings,
    /// Seeds the result will be the mean of.
    pub seeds: &'a [u64],
    /// The reader's mask on the radiograph's grid; `None` where the segmenter finds the lungs.
    pub mask: Option<&'a LungMask>,
    /// Device of the networks.
    pub device: &'a str,
    /// Number format of the noise estimator.
    pub precision: &'a str,
}

/// Everything needed to repeat a suppression and to recognise its result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Certificate {
    /// Version of the program.
    pub diaphane_version: String,
    /// The radiograph.
    pub input: CertifiedInput,
    /// Pictures written beside the certificate.
    pub outputs: Vec<CertifiedOutput>,
    /// Name of the bundle; with an adapter, its name, the first digits of its SHA-256 and its strength.
    pub bundle: String,
    /// SHA-256 of the bundle, hexadecimal; with an adapter, [`crate::model::AppliedAdapter::combined_sha256`].
    pub bundle_sha256: String,
    /// When the bundle was promoted, where it is the site's model in force; `2026-01-31T13:45:00Z`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site_model_promoted: Option<String>,
    /// Settings; `seed` is the first of `seeds`.
    pub settings: SuppressionSettings,
    /// Seeds the result is the mean of.
    pub seeds: Vec<u64>,
    /// The band whose half-width the picture of the uncertainty is; `None` where it is the standard deviation over the
    /// seeds, or where there is none.
    #[serde(default)]
    pub uncertainty_band: Option<ErrorBand>,
    /// Modality units that 65,535 stands for in the picture of the uncertainty; `None` where there is none.
    #[serde(default)]
    pub uncertainty_full_scale: Option<f64>,
    /// Where the lung mask came from.
    pub mask: MaskOrigin,
    /// What was done to the picture.
    pub changes: Changes,
    /// Places to look at twice.
    #[serde(default)]
    pub marks: Vec<Mark>,
    /// [`mask8_sha256`] of the lung mask used.
    pub mask_sha256: String,
    /// Device of the networks.
    pub device: String,
    /// Number format of the noise estimator.
    pub precision: String,
    /// Wall time of each stage, of all seeds together.
    pub stage_times: Vec<StageTime>,
    /// Sentences the reader should see beside the picture.
    pub warnings: Vec<String>,
}

impl Certificate {
    /// The certificate of a result; the outputs are added as they are written. Whether the bundle is the site's model is
    /// what the site's folder says now.
    pub fn new(radiograph: &Radiograph, result: &SuppressionResult, mask: MaskOrigin) -> Self {
        let uncertainty = result.uncertainty.as_ref();
        Self {
            diaphane_version: VERSION.to_owned(),
            input: CertifiedInput::of(radiograph),
            outputs: Vec::new(),
            bundle: result.bundle_name.clone(),
            bundle_sha256: result.bundle_sha256.clone(),
            site_model_promoted: site::promoted_at(&result.bundle_sha256),
            settings: result.settings.clone(),
            seeds: result.seeds.clone(),
            uncertainty_band: result.uncertainty_band,
            uncertainty_full_scale: uncertainty.and_then(|_| uncertainty_full_scale(radiograph)),
            mask,
            changes: result.changes,
            marks: result.marks.clone(),
            mask_sha256: mask8_sha256(&result.lung_mask),
            device: result.device.clone(),
            precision: result.precision.clone(),
            stage_times: result.stage_times.clone(),
            warnings: result.warnings.iter().map(Warning::to_string).collect(),
        }
    }

    /// The same without the name of the input's file; the hash of its values still tells what it was.
    #[must_use]
    pub fn without_file_name(mut self) -> Self {
        self.input.file.clear();
        self
    }

    /// Adds warnings that it does not hold yet.
    pub fn warn(&mut self, warnings: &[Warning]) {
        for warning in warnings {
            if !self.warnings.contains(&warning.text) {
                self.warnings.push(warning.text.clone());
            }
        }
    }

    /// Whether a planned run would make the same pictures.
    pub fn is_of(&self, run: &PlannedRun<'_>) -> bool {
        let same_mask = match run.mask {
            Some(given) => {
                self.mask == MaskOrigin::Given && self.mask_sha256 == mask8_sha256(given)
            }
            None => self.mask == MaskOrigin::Segmenter,
        };
        same_mask
            && self.diaphane_version == VERSION
            // A file may be renamed; what it holds and how it is shown may not change.
            && self.input == CertifiedInput { file: self.input.file.clone(), ..CertifiedInput::of(run.radiograph) }
            && self.bundle_sha256 == run.bundle_sha256
            && self.settings == *run.settings
            && self.seeds == run.seeds
            && self.device == run.device
            && self.precision == run.precision
    }
}

/// [`stored_fingerprint`] of a picture in `[0, 1]` once it is written with 16 bits.
pub fn grey16_sha256(picture: &FloatImage) -> String {
    let full = f32::from(u16::MAX);
    let written = picture.map(|value| (value.clamp(0.0, 1.0) * full).round() as u16);
    stored_fingerprint(&StoredValues::U16(written))
}

/// [`stored_fingerprint`] of a lung mask once it is written with 8 bits: 255 inside, 0 outside.
pub fn mask8_sha256(mask: &LungMask) -> String {
    let written = mask.raster().map(|&inside| u16::from(inside) * 255);
    stored_fingerprint(&StoredValues::U16(written))
}

#[cfg(test)]
pub(crate) mod fixture {
    use super::*;
    use crate::radiograph::{
        BitDepth, FileKind, ModalityTransform, Raster, SourceFile, StudyId, StudyInfo,
    };

    fn values() -> StoredValues {
        StoredValues::U16(Raster::new(2, 1, vec![3, 4]).unwrap())
    }

    /// Two pixels.
    pub fn radiograph() -> Radiograph {
        Radiograph {
            id: StudyId("a".to_owned()),
            source: SourceFile {
                path: "a.png".into(),
                kind: FileKind::Png,
            },
            stored: values(),
            bits: BitDepth {
                allocated: 16,
                stored: 16,
                high_bit: 15,
                signed: false,
            },
            modality: ModalityTransform::IDENTITY,
            vois: vec![crate::radiograph::Voi::covering(0.0, 10.0)],
            vois_from_file: false,
            polarity: Polarity::HighIsWhite,
            padding: None,
            spacing: None,
            info: StudyInfo::default(),
            warnings: Vec::new(),
        }
    }

    /// A certificate of no run at all.
    pub fn certificate() -> Certificate {
        let mask = &LungMask::from_nonzero(&Raster::new(2, 1, vec![1, 0]).unwrap());
        let settings = serde_json::from_str(
            r#"{"steps":4,"leg_weight":3.0,"guidance":"leg","sampler":"lcm","clipping":"none",
                "fusion":"poisson","output":"native","seed":0}"#,
        );
        Certificate {
            diaphane_version: VERSION.to_owned(),
            input: CertifiedInput::of(&radiograph()),
            outputs: Vec::new(),
            bundle: "b".to_owned(),
            bundle_sha256: "b1".to_owned(),
            site_model_promoted: None,
            settings: settings.unwrap(),
            seeds: vec![0, 1],
            uncertainty_band: None,
            uncertainty_full_scale: None,
            mask: MaskOrigin::Given,
            mask_sha256: mask8_sha256(mask),
            changes: Changes::of(&Raster::filled(2, 1, 0.0), None, mask),
            marks: Vec::new(),
            device: "cpu".to_owned(),
            precision: "f32".to_owned(),
            stage_times: Vec::new(),
            warnings: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fixture::{certificate, radiograph};
    use super::*;
    use crate::radiograph::Raster;

    #[test]
    fn the_hash_is_that_of_little_endian_integers() {
        // python3 -c "import hashlib,struct;print(hashlib.sha256(struct.pack('<3i',0,1,65535)).hexdigest())"
        let expected = "6392c8732ef997afc8d1bdcff466dc512b3277b2b1de2d770e6db90076c79321";
        let picture = Raster::new(3, 1, vec![0.0, 1.0 / 65535.0, 1.0]).unwrap();
        assert_eq!(grey16_sha256(&picture), expected);
    }

    #[test]
    fn a_mask_is_hashed_as_its_file_holds_it() {
        // python3 -c "import hashlib,struct;print(hashlib.sha256(struct.pack('<2i',0,255)).hexdigest())"
        let expected = "21c0512c4fc95bfe5d51d7b3d7b539bcae5f7252679180baf9121fc53f1748f5";
        let mask = LungMask::from_nonzero(&Raster::new(2, 1, vec![0, 1]).unwrap());
        assert_eq!(mask8_sha256(&mask), expected);
    }

    #[test]
    fn a_run_is_the_same_only_in_every_part() {
        let left = LungMask::from_nonzero(&Raster::new(2, 1, vec![1, 0]).unwrap());
        let right = LungMask::from_nonzero(&Raster::new(2, 1, vec![0, 1]).unwrap());
        let certificate = certificate();
        let radiograph = radiograph();
        let same = PlannedRun {
            radiograph: &radiograph,
            bundle_sha256: "b1",
            settings: &certificate.settings,
            seeds: &[0, 1],
            mask: Some(&left),
            device: "cpu",
            precision: "f32",
        };
        assert!(certificate.is_of(&same));
        let inverted = Radiograph {
            polarity: Polarity::LowIsWhite,
            ..radiograph.clone()
        };
        let windowed = Radiograph {
            vois: vec![crate::radiograph::Voi::covering(0.0, 20.0)],
            ..radiograph.clone()
        };
        let others = [
            PlannedRun {
                radiograph: &inverted,
                ..same
            },
            PlannedRun {
                radiograph: &windowed,
                ..same
            },
            PlannedRun {
                bundle_sha256: "b2",
                ..same
            },
            PlannedRun {
                seeds: &[0, 2],
                ..same
            },
            PlannedRun {
                mask: Some(&right),
                ..same
            },
            PlannedRun { mask: None, ..same },
            PlannedRun {
                device: "cuda:0",
                ..same
            },
            PlannedRun {
                precision: "bf16",
                ..same
            },
        ];
        for other in &others {
            assert!(!certificate.is_of(other), "{other:?}");
        }
    }
}
