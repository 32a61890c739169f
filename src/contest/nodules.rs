//! One radiograph suppressed without and with synthetic nodules, from the same noise: what is kept of them, and what the
//! guard would mark.

use super::{ContestError, pictures};
use crate::evidence::Trial;
use crate::guard::{Evidence, Mark, look_here};
use crate::lesion::{
    self, ASSUMED_SIDE_MM, BoneHeight, Ground, LesionError, Nodule, Plant, Planted,
};
use crate::pipeline::{SuppressionRequest, SuppressionResult};
use crate::radiograph::{FloatImage, Radiograph, ShapeError, resize_bicubic};
use std::sync::Arc;

/// Which nodules.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum NoduleChoice {
    /// One.
    One {
        /// Row of its middle, pixels of the radiograph.
        row: usize,
        /// Column of its middle.
        col: usize,
        /// Its diameter, mm.
        diameter_mm: f64,
        /// Its contrast, display units: 1 is the range from black to white.
        contrast: f64,
    },
    /// Several all over the lungs, under ribs and between them ([`lesion::plant`]).
    Drawn {
        /// How many at most.
        count: usize,
        /// Seed of the places.
        seed: u64,
        /// Number of the radiograph in its series.
        index: u64,
    },
}

/// What is tried on one radiograph.
#[derive(Debug, Clone)]
pub struct NodulePlan {
    /// What names the radiograph in tables.
    pub name: String,
    /// The radiograph with the settings of both runs.
    pub request: SuppressionRequest,
    /// Which nodules are laid on it.
    pub choice: NoduleChoice,
    /// The known soft-tissue image in display units, by which ribs are told; `None` tells them by what the networks took.
    pub known: Option<Arc<FloatImage>>,
}

/// What came of it; pictures in display units of the first window on the radiograph's grid. They show a patient who does
/// not exist, and are for the screen alone.
#[derive(Debug, Clone, PartialEq)]
pub struct NoduleOutcome {
    /// Every nodule that added something.
    pub trials: Vec<Trial>,
    /// Reasons of the guard's marks on the radiograph without nodules, in words.
    pub marks_without: Vec<&'static str>,
    /// The radiograph with the nodules.
    pub original: FloatImage,
    /// Its soft-tissue image.
    pub soft_tissue: FloatImage,
    /// Size of a pixel by which diameters were laid, mm: the file's own, or that of a detector of 43 cm.
    pub pixel_mm: f64,
}

impl NodulePlan {
    /// Has both pictures made and compares them.
    ///
    /// # Errors
    /// Those of `suppress`; [`ContestError::Lesion`] where a nodule cannot be laid, [`ContestError::Place`] where there
    /// is no place for one.
    pub fn run<E: From<ContestError>>(
        &self,
        mut suppress: impl FnMut(&SuppressionRequest) -> Result<SuppressionResult, E>,
    ) -> Result<NoduleOutcome, E> {
        let radiograph = &self.request.radiograph;
        self.check()?;
        let without = suppress(&self.request)?;
        let pixel_mm = pixel_mm(radiograph);
        let original = pictures::radiograph(radiograph, None)?;
        let height = self.bone_height(&original, &without, pixel_mm)?;
        let plants = self.plants(height.as_ref(), &without, pixel_mm)?;
        let nodules: Vec<Nodule> = plants.iter().map(|plant| plant.nodule).collect();
        let planted = lesion::laid_on(radiograph, &nodules).map_err(ContestError::from)?;
        let Planted {
            radiograph: with_nodules,
            added,
        } = planted;
        let with = suppress(&SuppressionRequest {
            radiograph: Arc::new(with_nodules),
            ..self.request.clone()
        })?;
        let runs = Runs {
            added,
            before: pictures::shown(radiograph, &without)?,
            after: pictures::shown(radiograph, &with)?,
            original,
            without: &without,
            pixel_mm,
        };
        Ok(runs.outcome(&self.name, &plants, height.as_ref())?)
    }

    /// Refuses a place outside of the radiograph before anything is run.
    fn check(&self) -> Result<(), ContestError> {
        let (width, height) = self.request.radiograph.size();
        match self.choice {
            NoduleChoice::One { row, col, .. } if row >= height || col >= width => {
                Err(ContestError::Place(format!(
                    "row {row}, column {col} is outside of the radiograph, which has {height} rows and {width} columns; \
                     choose a pixel of it"
                )))
            }
            _ => Ok(()),
        }
    }

    /// Where bones stand over the lungs; `None` where there are no lungs, or no bones in them.
    fn bone_height(
        &self,
        original: &FloatImage,
        without: &SuppressionResult,
        pixel_mm: f64,
    ) -> Result<Option<BoneHeight>, ContestError> {
        let Some(known) = &self.known else {
            return Ok(BoneHeight::new(&without.bone, &without.lung_mask, pixel_mm));
        };
        let (width, height) = original.size();
        let known = resize_bicubic(known, width, height);
        let bone = original.zip_map(&known, |x, soft| x - soft)?;
        Ok(BoneHeight::new(&bone, &without.lung_mask, pixel_mm))
    }

    fn plants(
        &self,
        height: Option<&BoneHeight>,
        without: &SuppressionResult,
        pixel_mm: f64,
    ) -> Result<Vec<Plant>, ContestError> {
        let (count, seed, index) = match self.choice {
            NoduleChoice::One {
                row,
                col,
                diameter_mm,
                contrast,
            } => {
                return Ok(vec![Plant {
                    nodule: Nodule {
                        row_px: row as f64,
                        col_px: col as f64,
                        radius_px: 0.5 * diameter_mm / pixel_mm,
                        contrast,
                    },
                    ground: height.and_then(|height| height.ground(row, col)),
                    diameter_mm,
                }]);
            }
            NoduleChoice::Drawn { count, seed, index } => (count, seed, index),
        };
        let no_place = |why: &str| ContestError::Place(format!("{why}; choose one place"));
        let height = height.ok_or_else(|| no_place("no lungs with ribs were found"))?;
        let places = lesion::places(height, &without.lung_mask, pixel_mm);
        let plants = lesion::plant(&places, pixel_mm, count, seed, index);
        if plants.is_empty() {
            return Err(no_place("the lungs have no room for a nodule"));
        }
        Ok(plants)
    }
}

/// Size of a pixel in the patient, or what it would be on a detector of 43 cm, mm.
fn pixel_mm(radiograph: &Radiograph) -> f64 {
    let (width, height) = radiograph.size();
    let assumed = ASSUMED_SIDE_MM / width.max(height).max(1) as f64;
    let stated = radiograph.spacing;
    let stated = stated.map(|spacing| (spacing.row_mm * spacing.col_mm).sqrt());
    stated.filter(|mm| *mm > 0.0).unwrap_or(assumed)
}

/// The two runs of one radiograph, in display units on its own grid.
struct Runs<'a> {
    /// The radiograph without nodules.
    original: FloatImage,
    /// What the nodules added to it.
    added: FloatImage,
    /// Its soft-tissue image without nodules.
    before: FloatImage,
    /// The same with them.
    after: FloatImage,
    without: &'a SuppressionResult,
    pixel_mm: f64,
}

impl Runs<'_> {
    fn outcome(
        self,
        name: &str,
        plants: &[Plant],
        height: Option<&BoneHeight>,
    ) -> Result<NoduleOutcome, ContestError> {
        let with_nodules = |image: &FloatImage| image.zip_map(&self.added, |v, added| v + added);
        let original = with_nodules(&self.original)?;
        // Two suppressions that went wrong on purpose: every nodule erased, and every nodule invented.
        let erased = self.marks(&original, &self.before)?;
        let invented = self.marks(&self.original, &with_nodules(&self.before)?)?;
        let trial = |plant: &Plant| {
            let nodule = plant.nodule;
            Some(Trial {
                case: name.to_owned(),
                row_px: nodule.row_px,
                col_px: nodule.col_px,
                ground: ground(height, &nodule),
                diameter_mm: plant.diameter_mm,
                contrast: nodule.contrast,
                kept: lesion::kept(&nodule, &self.added, &self.before, &self.after)?,
                is_marked_if_erased: is_marked(&erased, &nodule),
                is_marked_if_invented: is_marked(&invented, &nodule),
            })
        };
        let trials: Vec<Trial> = plants.iter().filter_map(trial).collect();
        if trials.is_empty() {
            return Err(ContestError::Place(
                "the picture is white there already, and a nodule adds nothing to it; choose another place".to_owned(),
            ));
        }
        let marks = self.without.marks.iter();
        Ok(NoduleOutcome {
            trials,
            marks_without: marks.map(|mark| mark.reason.words()).collect(),
            original,
            soft_tissue: self.after,
            pixel_mm: self.pixel_mm,
        })
    }

    /// What the guard marks on a suppression.
    fn marks(
        &self,
        original: &FloatImage,
        soft_tissue: &FloatImage,
    ) -> Result<Vec<Mark>, ShapeError> {
        let bone = original.zip_map(soft_tissue, |x, soft| x - soft)?;
        Ok(look_here(&Evidence {
            original,
            soft_tissue,
            bone: &bone,
            uncertainty: None,
            lungs: &self.without.lung_mask,
            pixel_mm: Some(self.pixel_mm),
        }))
    }
}

fn ground(height: Option<&BoneHeight>, nodule: &Nodule) -> Option<Ground> {
    height?.ground(
        nodule.row_px.round() as usize,
        nodule.col_px.round() as usize,
    )
}

/// Whether a mark lies on a nodule: its middle inside of the nodule, or the nodule's middle inside of the mark.
fn is_marked(marks: &[Mark], nodule: &Nodule) -> bool {
    marks.iter().any(|mark| {
        let distance = (mark.row_px - nodule.row_px).hypot(mark.col_px - nodule.col_px);
        distance <= nodule.radius_px.max(mark.radius_px)
    })
}

impl From<LesionError> for ContestError {
    fn from(err: LesionError) -> Self {
        match err {
            LesionError::NoWindow => Self::NoWindow,
            LesionError::Shape(err) => Self::Shape(err),
        }
    }
}
