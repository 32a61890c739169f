//! One study: the patient, the attenuation, and the pictures shown of it.

use super::anatomy::{self, add_bronchi, add_lines, add_muscles, add_trabeculae, grow_trees};
use super::body::{Bulk, bulk};
use super::calcium::add_calcium;
use super::canvas::Canvas;
use super::config::{CalciumLayer, Group, PhantomConfig, PhantomProfile, Variety};
use super::contents::{Content, Layer, Record};
use super::devices::add_devices;
use super::findings::{add_nodules, add_port};
use super::frame::Frame;
use super::materials::bone_against_100_kv;
use super::motion::move_heart;
use super::nodules::add_varied_nodules;
use super::pathology::{Pathology, add_strands};
use super::patient::{PICTURE_CM, Patient};
use super::processing::{Attenuation, Exposure, show};
use super::regions::{between_lungs, quantile, selected, sorted};
use super::ribs::{RIB, SHARP_RIB, add_ribs};
use super::shading::smooth_step;
use super::shoulder::add_shoulders;
use super::spine::add_spine;
use super::thorax::Thorax;
use super::tissue::TissueTexture;
use super::vendor::Vendor;
use super::vessels::{add_airways, add_vessels};
use super::{IntensityFigures, SimulateError, figures};
use crate::radiograph::{
    BitDepth, FileKind, FloatImage, LungMask, ModalityTransform, PixelSpacing, Polarity,
    Radiograph, SourceFile, SpacingKind, StoredValues, StudyId, StudyInfo, Voi,
};
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use std::path::PathBuf;

/// Share of the vessels' blood that the density of a lung counts.
const BLOOD_IN_BULK: f32 = 0.45;
/// Smoothing by which vessels become the even density of a lung, picture heights.
const COARSE_VESSELS: f32 = 0.035;

/// A chest of chance: the same seed gives the same chest at every size.
#[derive(Debug, Clone)]
pub struct Phantom {
    config: PhantomConfig,
    seed: u64,
    has_nodules: bool,
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
    /// Peak tube voltage that was drawn; `None` where the phantom's bones have their plain contrast.
    pub tube_kv: Option<f64>,
    /// Findings and devices.
    pub contents: Vec<Content>,
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
            has_nodules: true,
        })
    }

    /// What the nodules of its `study` add to the soft-tissue image: that image less the one of the same chest without them,
    /// differences of display values, 0 away from the nodules. `None` where it has none.
    pub fn nodule_layer(&self, study: &PhantomStudy) -> Option<FloatImage> {
        let is_nodule = |content: &Content| content.group == Group::Nodules;
        if !study.contents.iter().any(is_nodule) {
            return None;
        }
        let without = Self {
            has_nodules: false,
            ..self.clone()
        };
        let mut layer = study.soft_tissue.clone();
        let healthy = without.study().soft_tissue;
        for (value, healthy) in layer.values_mut().iter_mut().zip(healthy.values()) {
            *value -= healthy;
        }
        Some(layer)
    }

    /// Draws its study.
    pub fn study(&self) -> PhantomStudy {
        let patient = self.patient();
        let frame = Frame::new(self.config.size_px, &patient.pose);
        let thorax = Thorax::new(&patient);
        let mut scene = Scene {
            frame: &frame,
            patient: &patient,
            thorax: &thorax,
            bulk: bulk(&frame, &patient, &thorax),
            record: Record::new(&frame),
        };
        if self.variety().is_some() {
            let rng = &mut self.stream(13);
            add_muscles(&mut scene.bulk.attenuation, &frame, &patient, rng);
        }
        let exposure = exposure(&scene.bulk);
        let detail = self.detail(&mut scene);
        let mut bone = self.bones(&mut scene);
        let tube_kv = self.tube_kv();
        if let Some(tube_kv) = tube_kv {
            let share = bone_against_100_kv(tube_kv) as f32;
            bone = bone.map(|&v| share * v);
        }
        let contents = scene.record.into_contents();
        let attenuation = Attenuation {
            exposure,
            bulk: scene.bulk.attenuation,
            detail,
            bone,
            soft_residue: None,
        };
        let vendor = if self.has(Group::Vendor) {
            Vendor::sample(&mut self.stream(9))
        } else {
            Vendor::STANDARD
        };
        let mut shown = show(&attenuation, &self.config, &vendor, &mut self.stream(5));
        if self.variety().is_some_and(|variety| variety.motion) {
            let dome_y = patient.cavity.right_dome_y + patient.cavity.left_dome_drop;
            move_heart(&mut shown.soft_tissue, &frame, dome_y, &mut self.stream(10));
        }
        PhantomStudy {
            seed: self.seed,
            radiograph: shown.radiograph,
            soft_tissue: shown.soft_tissue,
            bone: shown.bone,
            lung_mask: scene.bulk.lung_mask,
            spacing_mm: f64::from(10.0 * PICTURE_CM) / f64::from(frame.px(1.0)),
            tube_kv,
            contents,
        }
    }

    /// A stream for each part: what one part draws must not move the others.
    fn stream(&self, number: u64) -> ChaCha8Rng {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream(number);
        rng
    }

    fn variety(&self) -> Option<Variety> {
        match self.config.profile {
            PhantomProfile::Plain => None,
            PhantomProfile::Varied(variety) => Some(variety),
        }
    }

    fn has(&self, group: Group) -> bool {
        self.variety()
            .is_some_and(|variety| variety.groups.has(group))
    }

    fn patient(&self) -> Patient {
        let rng = &mut self.stream(0);
        match self.variety() {
            None => Patient::sample(rng),
            Some(variety) if variety.groups.has(Group::Patient) => Patient::sample_varied(rng),
            Some(_) => Patient::sample(rng).without_findings(),
        }
    }

    /// Peak tube voltage, where it varies.
    fn tube_kv(&self) -> Option<f64> {
        self.has(Group::Beam)
            .then(|| self.stream(8).random_range(60.0..140.0))
    }

    /// Soft tissue that is small, with what pathology does to the bulk.
    fn detail(&self, scene: &mut Scene<'_>) -> FloatImage {
        let Scene {
            frame,
            patient,
            thorax,
            ref mut record,
            ..
        } = *scene;
        let mut soft = Canvas::new(frame);
        if self.variety().is_some() {
            let rng = &mut self.stream(1);
            let trees = grow_trees(patient, thorax, rng);
            for tree in &trees {
                tree.add(&mut soft, thorax);
            }
            // The blood of its vessels is part of a lung's density, which the bulk has already.
            soft.level(BLOOD_IN_BULK, COARSE_VESSELS);
            add_bronchi(&mut soft, &trees, rng);
            // Little lung lies over the heart, and little of its vessels.
            let lung = scene.bulk.lung.values();
            soft.fade(|i| smooth_step(0.0, 0.30, lung[i]));
            add_lines(&mut soft, patient, rng);
        } else {
            add_vessels(&mut soft, patient, thorax, &mut self.stream(1));
        }
        add_airways(&mut soft, patient);
        if self.has_nodules {
            add_nodules(&mut soft, patient, thorax, &mut self.stream(2), record);
        }
        if patient.findings.port {
            add_port(&mut soft, record);
        }
        if self.has_nodules && self.has(Group::Nodules) {
            add_varied_nodules(&mut soft, thorax, &mut self.stream(11), record);
        }
        let mut detail = soft.into_image();
        if self.has(Group::Pathology) {
            self.add_pathology(scene, &mut detail);
        }
        let texture = if self.variety().is_some() {
            TissueTexture::VARIED
        } else {
            TissueTexture::PLAIN
        };
        texture.add(&mut detail, &scene.bulk, &mut self.stream(3));
        if self.has(Group::Devices) {
            let mut devices = Canvas::new(frame);
            let rng = &mut self.stream(7);
            add_devices(&mut devices, patient, rng, &mut scene.record);
            add(&mut detail, &devices.into_image());
        }
        if self.calcium_layer() == Some(Layer::SoftTissue) {
            let mut calcium = Canvas::new(frame);
            self.add_calcium(&mut calcium, Layer::SoftTissue, scene);
            add(&mut detail, &calcium.into_image());
        }
        detail
    }

    fn add_pathology(&self, scene: &mut Scene<'_>, detail: &mut FloatImage) {
        let Scene {
            frame,
            patient,
            thorax,
            ref mut bulk,
            ref mut record,
        } = *scene;
        let rng = &mut self.stream(6);
        let pathology = Pathology::sample(patient, thorax, rng, record);
        let density = patient.cavity.lung_density;
        pathology.apply(frame, thorax, density, (bulk, detail), rng);
        let mut strands = Canvas::new(frame);
        add_strands(&mut strands, patient, thorax, rng, record);
        add(detail, &strands.into_image());
    }

    fn bones(&self, scene: &mut Scene<'_>) -> FloatImage {
        let mut bones = Canvas::new(scene.frame);
        let body = (scene.patient, scene.thorax);
        let is_varied = self.variety().is_some();
        if is_varied {
            let rng = &mut self.stream(14);
            anatomy::add_spine(&mut bones, scene.patient, rng);
            add_ribs(&mut bones, body, SHARP_RIB, &mut self.stream(4));
            anatomy::add_shoulders(&mut bones, scene.patient, rng);
        } else {
            add_spine(&mut bones, scene.patient);
            add_ribs(&mut bones, body, RIB, &mut self.stream(4));
            add_shoulders(&mut bones, scene.patient);
        }
        if self.calcium_layer() == Some(Layer::Bone) {
            self.add_calcium(&mut bones, Layer::Bone, scene);
        }
        let mut bones = bones.into_image();
        if is_varied {
            add_trabeculae(&mut bones, &mut self.stream(15));
        }
        bones
    }

    fn calcium_layer(&self) -> Option<Layer> {
        let variety = self.variety()?;
        variety
            .groups
            .has(Group::Calcium)
            .then_some(match variety.calcium {
                CalciumLayer::Bone => Layer::Bone,
                CalciumLayer::SoftTissue => Layer::SoftTissue,
            })
    }

    fn add_calcium(&self, canvas: &mut Canvas<'_>, layer: Layer, scene: &mut Scene<'_>) {
        let rng = &mut self.stream(12);
        let (patient, thorax) = (scene.patient, scene.thorax);
        add_calcium(canvas, patient, thorax, rng, &mut |kind, at, size| {
            scene.record.note_in(layer, kind, Group::Calcium, at, size);
        });
    }
}

/// One patient while being drawn.
struct Scene<'a> {
    frame: &'a Frame,
    patient: &'a Patient,
    thorax: &'a Thorax,
    bulk: Bulk,
    record: Record<'a>,
}

/// What the display processing judges the exposure by: lungs and mediastinum without disease.
fn exposure(bulk: &Bulk) -> Exposure {
    let mask = bulk.lung_mask.raster();
    let median = |inside| quantile(&sorted(selected(&bulk.attenuation, inside)), 0.5) as f32;
    Exposure {
        lung: median(mask),
        mediastinum: median(&between_lungs(mask)),
    }
}

fn add(image: &mut FloatImage, other: &FloatImage) {
    for (value, &other) in image.values_mut().iter_mut().zip(other.values()) {
        *value += other;
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
