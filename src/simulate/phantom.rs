//! One study: the patient, the attenuation, and the pictures shown of it.

use super::body::bulk;
use super::canvas::Canvas;
use super::config::PhantomConfig;
use super::findings::{add_nodules, add_port};
use super::frame::Frame;
use super::patient::{PICTURE_CM, Patient};
use super::processing::{Attenuation, Exposure, show};
use super::regions::{between_lungs, quantile, selected, sorted};
use super::ribs::add_ribs;
use super::shoulder::add_shoulders;
use super::spine::add_spine;
use super::texture::octaves;
use super::thorax::Thorax;
use super::vessels::{add_airways, add_vessels};
use super::{IntensityFigures, SimulateError, figures};
use crate::radiograph::{
    BitDepth, FileKind, FloatImage, LungMask, ModalityTransform, PixelSpacing, Polarity,
    Radiograph, SourceFile, SpacingKind, StoredValues, StudyId, StudyInfo, Voi,
};
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use std::path::PathBuf;

/// Attenuation of the unresolved texture of full lung, standard deviation of its finest octave.
const TEXTURE: f32 = 0.0125;
/// How its amplitude changes from one octave to the next coarser one.
const TEXTURE_GROWTH: f32 = 0.95;
const TEXTURE_OCTAVES: u32 = 5;
/// Cells of the finest octave on a side: about 2 pixels of 1024 each.
const TEXTURE_CELLS: usize = 512;
/// The same of muscle and fat elsewhere in the body.
const TISSUE: f32 = 0.0065;

/// A chest of chance: the same seed gives the same chest at every size.
#[derive(Debug, Clone)]
pub struct Phantom {
    config: PhantomConfig,
    seed: u64,
}

/// A paired study with exact truth; bones are white.
///
/// With the default configuration `radiograph = soft_tissue + bone` holds in every pixel, also
/// between the 16-bit files made of them. [`super::NoiseModel::Independent`] and
/// [`super::SoftTone::Offset`] change the soft-tissue image alone: the bone image stays the part of
/// the radiograph that bones account for.
#[derive(Debug, Clone, PartialEq)]
pub struct PhantomStudy {
    /// What chance was started with.
    pub seed: u64,
    /// The radiograph, display values in `[0, 1]`, multiples of 1/65,535.
    pub radiograph: FloatImage,
    /// The radiograph without its bones, same range and grid.
    pub soft_tissue: FloatImage,
    /// Bone layer, in `[0, 1]`, 0 away from bones.
    pub bone: FloatImage,
    /// The lung field: inside the chest wall, above the diaphragm, beside heart and mediastinum.
    pub lung_mask: LungMask,
    /// Size of a pixel in the patient, mm.
    pub spacing_mm: f64,
}

impl Phantom {
    /// A chest drawn by `seed`.
    ///
    /// # Errors
    /// [`SimulateError::Size`] for a size that [`PhantomConfig::validate`] refuses.
    pub fn new(config: &PhantomConfig, seed: u64) -> Result<Self, SimulateError> {
        config.validate()?;
        Ok(Self {
            config: *config,
            seed,
        })
    }

    /// Draws its study.
    pub fn study(&self) -> PhantomStudy {
        // One stream for each part: what one part draws must not move the others.
        let stream = |number: u64| {
            let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
            rng.set_stream(number);
            rng
        };
        let patient = Patient::sample(&mut stream(0));
        let frame = Frame::new(self.config.size_px, &patient.pose);
        let thorax = Thorax::new(&patient);
        let bulk = bulk(&frame, &patient, &thorax);

        let mut soft = Canvas::new(&frame);
        add_vessels(&mut soft, &patient, &thorax, &mut stream(1));
        add_airways(&mut soft, &patient);
        add_nodules(&mut soft, &patient, &thorax, &mut stream(2));
        add_port(&mut soft, &patient);
        let mut detail = soft.into_image();
        add_texture(&mut detail, &bulk.lung, &bulk.attenuation, &mut stream(3));

        let mut bones = Canvas::new(&frame);
        add_spine(&mut bones, &patient);
        add_ribs(&mut bones, &patient, &thorax, &mut stream(4));
        add_shoulders(&mut bones, &patient);

        let mask = bulk.lung_mask.raster();
        let median = |inside| quantile(&sorted(selected(&bulk.attenuation, inside)), 0.5) as f32;
        let exposure = Exposure {
            lung: median(mask),
            mediastinum: median(&between_lungs(mask)),
        };
        let attenuation = Attenuation {
            exposure,
            bulk: bulk.attenuation,
            detail,
            bone: bones.into_image(),
        };
        let shown = show(&attenuation, &self.config, &mut stream(5));
        PhantomStudy {
            seed: self.seed,
            radiograph: shown.radiograph,
            soft_tissue: shown.soft_tissue,
            bone: shown.bone,
            lung_mask: bulk.lung_mask,
            spacing_mm: f64::from(10.0 * PICTURE_CM) / f64::from(frame.px(1.0)),
        }
    }
}

/// Adds texture: of lung where there is lung, fainter and smoother elsewhere in the body.
fn add_texture(
    detail: &mut FloatImage,
    lung: &FloatImage,
    bulk: &FloatImage,
    rng: &mut ChaCha8Rng,
) {
    let texture = octaves(
        detail.width(),
        TEXTURE_CELLS,
        TEXTURE_OCTAVES,
        TEXTURE_GROWTH,
        rng,
    );
    let places = lung.values().iter().zip(bulk.values());
    let pixels = detail.values_mut().iter_mut().zip(texture.values());
    for ((value, &texture), (&lung, &bulk)) in pixels.zip(places) {
        *value += texture * (TEXTURE * lung.sqrt() + TISSUE * bulk.min(1.0));
    }
}

impl PhantomStudy {
    /// Intensity figures of the study, to be read beside those of real pairs.
    pub fn figures(&self) -> IntensityFigures {
        // The three pictures of a study share one grid.
        figures(&self.radiograph, &self.soft_tissue, &self.lung_mask).unwrap_or_default()
    }

    /// Name of the study, without folder and extension.
    pub fn name(&self) -> String {
        format!("phantom_{}", self.seed)
    }

    /// The radiograph as a study of 16-bit stored values, high values white.
    pub fn to_radiograph(&self) -> Radiograph {
        let name = self.name();
        let stored = self
            .radiograph
            .map(|&grey| (grey * 65_535.0).round() as u16);
        Radiograph {
            id: StudyId(name.clone()),
            source: SourceFile {
                path: PathBuf::from(format!("{name}.png")),
                kind: FileKind::Phantom,
            },
            stored: StoredValues::U16(stored),
            bits: BitDepth {
                allocated: 16,
                stored: 16,
                high_bit: 15,
                signed: false,
            },
            modality: ModalityTransform::IDENTITY,
            vois: vec![Voi::covering(0.0, 65_535.0)],
            vois_from_file: false,
            polarity: Polarity::HighIsWhite,
            padding: None,
            spacing: Some(PixelSpacing {
                row_mm: self.spacing_mm,
                col_mm: self.spacing_mm,
                kind: SpacingKind::Calibrated,
            }),
            info: StudyInfo {
                modality: "DX".to_owned(),
                view_position: "PA".to_owned(),
                body_part: "CHEST".to_owned(),
                photometric: "MONOCHROME2".to_owned(),
                ..StudyInfo::default()
            },
            warnings: Vec::new(),
        }
    }
}
