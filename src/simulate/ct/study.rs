//! One projection: from a chest's tissue to its pictures.

use super::exposure::{Exposed, expose};
use super::geometry::Geometry;
use super::projector::{PathLengths, project};
use super::tissue::Tissue;
use super::{CtError, CtPose, CtVolume};
use crate::radiograph::{FloatImage, LungMask, gaussian_blur};
use crate::simulate::processing::{Attenuation, Exposure, show};
use crate::simulate::regions::{between_lungs, quantile, selected, sorted};
use crate::simulate::vendor::Vendor;
use crate::simulate::{
    IntensityFigures, NoiseModel, PhantomConfig, PhantomProfile, SimulateError, SoftTone, figures,
};
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

/// Share of a ray's way through the body that must be lung for a pixel of the lung field.
const LUNG_SHARE: f32 = 0.32;
/// Shortest way through lung of a pixel of the lung field, cm.
const LUNG_CM: f32 = 2.0;
/// Smoothing that parts large organs from what is small, pixels of 1024, and the attenuation of an
/// edge that counts as an organ's.
const BULK_SIGMA_PX: f64 = 9.0;
const BULK_EDGE: f32 = 0.14;
/// Thickest slices whose ribs and vessels are sharp, mm.
const THIN_MM: f64 = 1.25;

/// What the soft-tissue image of a projection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CtSoft {
    /// The chest as if its bones were soft tissue.
    Exact,
    /// What two exposures leave that are weighted so that bone vanishes: with the residue of beam
    /// hardening that a dual-energy machine shows.
    Subtracted,
}

/// How a chest is projected and shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CtConfig {
    /// Side of the square pictures in pixels, [`crate::simulate::MIN_SIZE_PX`] to
    /// [`crate::simulate::MAX_SIZE_PX`].
    pub size_px: usize,
    /// How the patient stands.
    pub pose: CtPose,
    /// Peak tube voltages of the soft exposure and of the hard one, which is the radiograph; kV.
    pub tube_kv: [f64; 2],
    /// What the soft-tissue image is.
    pub soft: CtSoft,
    /// Grain of the two pictures.
    pub noise: NoiseModel,
    /// Grey scale of the soft-tissue image against the radiograph's.
    pub soft_tone: SoftTone,
}

impl Default for CtConfig {
    fn default() -> Self {
        Self {
            size_px: 1024,
            pose: CtPose::default(),
            tube_kv: [60.0, 120.0],
            soft: CtSoft::Exact,
            noise: NoiseModel::Shared,
            soft_tone: SoftTone::Common,
        }
    }
}

impl CtConfig {
    /// Checks size, turns and voltages.
    ///
    /// # Errors
    /// [`SimulateError::Size`], [`CtError::Turn`], [`CtError::TubeVoltage`].
    pub fn validate(&self) -> Result<(), SimulateError> {
        self.display().validate()?;
        self.pose.validate()?;
        let [low_kv, high_kv] = self.tube_kv;
        let possible = 40.0..=150.0;
        if possible.contains(&low_kv) && possible.contains(&high_kv) && low_kv < high_kv {
            Ok(())
        } else {
            Err(CtError::TubeVoltage { low_kv, high_kv }.into())
        }
    }

    fn display(&self) -> PhantomConfig {
        PhantomConfig {
            size_px: self.size_px,
            noise: self.noise,
            soft_tone: self.soft_tone,
            profile: PhantomProfile::Plain,
        }
    }
}

/// A chest whose tissues are told apart, ready to be projected any number of times.
#[derive(Debug, Clone)]
pub struct CtChest {
    tissue: Tissue,
    series: String,
    patient: String,
    num_slices: usize,
    thickness_mm: f64,
}

impl CtChest {
    /// Tells the tissues of a series apart.
    ///
    /// # Errors
    /// [`CtError::NoLungs`] for series that show no chest.
    pub fn new(volume: &CtVolume) -> Result<Self, CtError> {
        Ok(Self {
            tissue: Tissue::new(volume)?,
            series: volume.series.clone(),
            patient: volume.patient.clone(),
            num_slices: volume.num_slices(),
            thickness_mm: volume.thickness_mm(),
        })
    }

    /// Sentences about what makes the projections less real.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if self.thickness_mm > THIN_MM {
            warnings.push(format!(
                "The slices are {:.2} mm thick: ribs and vessels are blurred and domes show steps. Training needs \
                 slices of {THIN_MM} mm at most; take these for trials only.",
                self.thickness_mm
            ));
        }
        if self.tissue.has_thick_bone {
            warnings.push(
                "Something wider than the shell of a bone is as dense as bone, contrast medium or metal perhaps: it is \
                 taken for bone. A series without contrast medium is better."
                    .to_owned(),
            );
        }
        warnings
    }

    /// Series Instance UID of the series.
    pub(super) fn series(&self) -> &str {
        &self.series
    }

    /// Who was scanned: a checksum.
    pub(super) fn patient(&self) -> &str {
        &self.patient
    }

    /// Number of slices of the series.
    pub(super) fn num_slices(&self) -> usize {
        self.num_slices
    }

    /// Thickness of a slice, mm.
    pub(super) fn thickness_mm(&self) -> f64 {
        self.thickness_mm
    }

    /// Projects the chest; `seed` draws grain and tone.
    ///
    /// # Errors
    /// As [`CtConfig::validate`]; [`CtError::NoLungs`] where the lungs lie outside the field.
    pub fn study(&self, config: &CtConfig, seed: u64) -> Result<CtStudy, SimulateError> {
        config.validate()?;
        let geometry = Geometry::new(&self.tissue, &config.pose, config.size_px);
        let paths = project(&self.tissue, &geometry, config.size_px);
        let lung_mask = lung_field(&paths);
        if lung_mask.fraction() < 0.02 {
            return Err(CtError::NoLungs.into());
        }
        let attenuation = attenuation(expose(&paths, config), &lung_mask, config);
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let shown = show(
            &attenuation,
            &config.display(),
            &Vendor::PROJECTION,
            &mut rng,
        );
        Ok(CtStudy {
            seed,
            radiograph: shown.radiograph,
            soft_tissue: shown.soft_tissue,
            bone: shown.bone,
            lung_mask,
            spacing_mm: geometry.spacing_mm,
            field_mm: geometry.field_mm,
            pose: config.pose,
        })
    }
}

/// A projected study; bones are white. The pictures are those of a phantom's study.
#[derive(Debug, Clone, PartialEq)]
pub struct CtStudy {
    /// What chance was started with.
    pub seed: u64,
    /// The radiograph, display values in `[0, 1]`, multiples of 1/65,535.
    pub radiograph: FloatImage,
    /// The radiograph without its bones.
    pub soft_tissue: FloatImage,
    /// Bone layer, in `[0, 1]`, 0 away from bones.
    pub bone: FloatImage,
    /// Where most of the way through the body is lung.
    pub lung_mask: LungMask,
    /// Size of a pixel in the middle of the patient, mm.
    pub spacing_mm: f64,
    /// Side of the field at the detector, mm: smaller than a cassette where the slices end before.
    /// Where the lungs are wider than the slices cover, the chest goes on unchanged above and below.
    pub field_mm: f64,
    /// How the patient stands.
    pub pose: CtPose,
}

impl CtStudy {
    /// Intensity figures of the study, to be read beside those of real pairs.
    pub fn figures(&self) -> IntensityFigures {
        // The three pictures of a study share one grid.
        figures(&self.radiograph, &self.soft_tissue, &self.lung_mask).unwrap_or_default()
    }
}

fn lung_field(paths: &PathLengths) -> LungMask {
    let mut share = paths.lung.clone();
    for (value, &body) in share.values_mut().iter_mut().zip(paths.body.values()) {
        *value = if *value > LUNG_CM { *value / body } else { 0.0 };
    }
    LungMask::from_threshold(&share, LUNG_SHARE)
}

/// Splits attenuation into what the display processing treats apart.
fn attenuation(exposed: Exposed, lung_mask: &LungMask, config: &CtConfig) -> Attenuation {
    let scale = config.size_px as f64 / 1024.0;
    let bulk = organs(&exposed.soft, BULK_SIGMA_PX * scale);
    let minus = |image: &FloatImage, other: &FloatImage| {
        let mut out = image.clone();
        for (value, &other) in out.values_mut().iter_mut().zip(other.values()) {
            *value -= other;
        }
        out
    };
    let mask = lung_mask.raster();
    let median = |inside| quantile(&sorted(selected(&exposed.soft, inside)), 0.5) as f32;
    Attenuation {
        exposure: Exposure {
            lung: median(mask),
            mediastinum: median(&between_lungs(mask)),
        },
        detail: minus(&exposed.soft, &bulk),
        soft_residue: (config.soft == CtSoft::Subtracted)
            .then(|| minus(&exposed.subtracted, &exposed.soft)),
        bulk,
        bone: exposed.bone,
    }
}

/// Large organs with their edges: the picture filtered with itself as guide (K. He, J. Sun, X.
/// Tang, "Guided Image Filtering", 2013), with Gaussian windows.
fn organs(image: &FloatImage, sigma_px: f64) -> FloatImage {
    let mean = gaussian_blur(image, sigma_px);
    let squares = gaussian_blur(&image.map(|v| v * v), sigma_px);
    let mut slope = squares;
    let mut offset = mean.clone();
    for ((slope, offset), &mean) in slope
        .values_mut()
        .iter_mut()
        .zip(offset.values_mut())
        .zip(mean.values())
    {
        let variance = (*slope - mean * mean).max(0.0);
        *slope = variance / (variance + BULK_EDGE * BULK_EDGE);
        *offset = mean * (1.0 - *slope);
    }
    let (slope, offset) = (
        gaussian_blur(&slope, sigma_px),
        gaussian_blur(&offset, sigma_px),
    );
    let mut out = image.clone();
    for (value, (&slope, &offset)) in out
        .values_mut()
        .iter_mut()
        .zip(slope.values().iter().zip(offset.values()))
    {
        *value = slope * *value + offset;
    }
    out
}
