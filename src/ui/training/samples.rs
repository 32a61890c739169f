//! Held-out images as the run rendered them, compared with the radiograph or the true soft-tissue image and scrubbed over
//! time.

use super::TrainingRun;
use crate::radiograph::{FloatImage, Voi};
use crate::ui::camera::Camera;
use crate::ui::compare::{Compare, CompareTool};
use crate::ui::file_id::FileId;
use crate::ui::window_level::{WindowDrag, dragged};
use crate::worker::SampleRecord;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Validations before and after the one shown whose pictures are read with it.
const READ_AHEAD: usize = 2;
/// Validations before and after the one shown whose pictures stay in memory.
const KEPT: usize = 12;
/// The range of the pictures.
const RANGE: (f64, f64) = (0.0, 1.0);

/// A picture in display values, 0 black and 1 white.
pub type SamplePicture = Arc<FloatImage>;

/// What the rendered pictures of an image are compared with, on the grid of the network.
#[derive(Debug, Clone, PartialEq)]
pub struct SampleMates {
    /// The radiograph.
    pub radiograph: SamplePicture,
    /// The true soft-tissue image, where there is one.
    pub soft_tissue: Option<SamplePicture>,
}

/// Which of them stands beside the rendered picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SampleBase {
    /// The radiograph.
    #[default]
    Radiograph,
    /// The true soft-tissue image.
    SoftTissue,
}

/// How a held-out image is looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SampleLook {
    /// As it was first shown.
    Reset,
    /// Drag for another window.
    Window(WindowDrag),
    /// Look elsewhere in it.
    Camera(Camera),
}

/// Pictures that are to be read.
#[derive(Debug, Clone, PartialEq)]
pub struct SampleRequest {
    /// The image they are of.
    pub sample: SampleRecord,
    /// What was read before; `None` is to be read with them.
    pub mates: Option<Arc<SampleMates>>,
    /// The rendered pictures.
    pub pictures: Vec<PathBuf>,
}

/// Which held-out image is shown, at which validation, and how.
#[derive(Debug, Clone)]
pub struct SampleScrub {
    /// Name of the image; `None` shows none.
    pub name: Option<String>,
    /// Place among the validations; `None` is the newest.
    pub place: Option<usize>,
    /// What stands beside the rendered picture.
    pub base: SampleBase,
    /// How the two are compared.
    pub compare: Compare,
    /// Zoom and pan, the same for all of its pictures.
    pub camera: Camera,
    /// Window, the same for all of its pictures.
    pub voi: Voi,
    /// What tells its pictures from others on the graphics card.
    pub(in crate::ui) number: u64,
    mates: Option<Arc<SampleMates>>,
    loaded: BTreeMap<PathBuf, SamplePicture>,
    /// Files that were asked for: one that cannot be read is not asked for again.
    asked: BTreeSet<PathBuf>,
}

impl Default for SampleScrub {
    fn default() -> Self {
        Self {
            name: None,
            place: None,
            base: SampleBase::default(),
            compare: Compare::default().toggled(CompareTool::Wipe),
            camera: Camera::default(),
            voi: Voi::covering(RANGE.0, RANGE.1),
            number: FileId::fresh().number(),
            mates: None,
            loaded: BTreeMap::new(),
            asked: BTreeSet::new(),
        }
    }
}

impl SampleScrub {
    /// The picture of a file, once it was read.
    pub fn picture(&self, path: &Path) -> Option<&SamplePicture> {
        self.loaded.get(path)
    }

    /// What the pictures are compared with, once it was read.
    pub fn mates(&self) -> Option<&SampleMates> {
        self.mates.as_deref()
    }

    /// What stands beside the rendered picture: the radiograph where there is no true soft-tissue image.
    pub fn base_shown(&self) -> SampleBase {
        let has_soft = self
            .mates()
            .is_some_and(|mates| mates.soft_tissue.is_some());
        if has_soft {
            self.base
        } else {
            SampleBase::Radiograph
        }
    }

    /// Shows this image at the same validation, compared in the same way; pictures of another one are let go.
    pub(in crate::ui) fn show(&mut self, name: String) {
        *self = Self {
            name: Some(name),
            place: self.place,
            base: self.base,
            compare: self.compare,
            ..Self::default()
        };
    }

    /// Looks at it otherwise.
    pub(in crate::ui) fn look(&mut self, look: SampleLook) {
        match look {
            SampleLook::Reset => {
                self.camera = Camera::default();
                self.voi = Voi::covering(RANGE.0, RANGE.1);
            }
            SampleLook::Window(drag) => self.voi = dragged(&self.voi, drag, false, RANGE),
            SampleLook::Camera(camera) => self.camera = camera,
        }
    }

    /// Pictures at and about the validation shown that are to be read; those far from it are let go.
    pub(in crate::ui) fn ask(&mut self, run: &TrainingRun) -> Option<SampleRequest> {
        let sample = self.shown(run)?.clone();
        let place = self.place_in(&sample);
        let within = |reach: usize| {
            let about = sample.pictures.iter().enumerate();
            about
                .filter(move |(at, _)| at.abs_diff(place) <= reach)
                .map(|(_, (_, path))| path)
        };
        let kept: BTreeSet<&PathBuf> = within(KEPT).collect();
        self.loaded.retain(|path, _| kept.contains(path));
        self.asked.retain(|path| kept.contains(path));
        let pictures: Vec<PathBuf> = within(READ_AHEAD)
            .filter(|path| !self.asked.contains(*path))
            .cloned()
            .collect();
        self.asked.extend(pictures.iter().cloned());
        (!pictures.is_empty()).then(|| SampleRequest {
            mates: self.mates.clone(),
            sample,
            pictures,
        })
    }

    /// Takes in what was read of an image.
    pub(in crate::ui) fn keep(
        &mut self,
        name: &str,
        mates: Option<Arc<SampleMates>>,
        pictures: Vec<(PathBuf, SamplePicture)>,
    ) {
        if self.name.as_deref() != Some(name) {
            return;
        }
        self.mates = self.mates.take().or(mates);
        let wanted = pictures.into_iter();
        self.loaded
            .extend(wanted.filter(|(path, _)| self.asked.contains(path)));
    }

    /// The image shown.
    pub fn shown<'a>(&self, run: &'a TrainingRun) -> Option<&'a SampleRecord> {
        let name = self.name.as_ref()?;
        run.samples.iter().find(|sample| sample.name == *name)
    }

    /// Place of the validation shown among those of an image.
    pub fn place_in(&self, sample: &SampleRecord) -> usize {
        let newest = sample.pictures.len().saturating_sub(1);
        self.place.unwrap_or(newest).min(newest)
    }
}
