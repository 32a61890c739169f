//! Held-out images as the run rendered them, scrubbed over time.

use super::TrainingRun;
use crate::radiograph::Raster;
use crate::worker::SampleRecord;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Height of the pictures that are kept, pixels.
pub(in crate::ui) const PICTURE_HEIGHT: usize = 512;

/// A small picture in greys, 0 black.
pub type Greys = Arc<Raster<u8>>;

/// Which held-out image is shown, and at which validation.
#[derive(Debug, Clone, Default)]
pub struct SampleScrub {
    /// Name of the image; `None` shows none.
    pub name: Option<String>,
    /// Place among the validations; `None` is the newest.
    pub place: Option<usize>,
    /// Small pictures by their files.
    loaded: BTreeMap<PathBuf, Greys>,
    /// Files that were asked for: one that cannot be read is not asked for again.
    asked: BTreeSet<PathBuf>,
}

impl SampleScrub {
    /// The picture of a file, once it was read.
    pub fn picture(&self, path: &Path) -> Option<&Greys> {
        self.loaded.get(path)
    }

    /// Shows this image; pictures of another one are let go.
    pub(in crate::ui) fn show(&mut self, name: String) {
        *self = Self {
            name: Some(name),
            ..Self::default()
        };
    }

    /// Files of the image shown that are to be read.
    pub(in crate::ui) fn ask(&mut self, run: &TrainingRun) -> Vec<PathBuf> {
        let Some(sample) = self.shown(run) else {
            return Vec::new();
        };
        let pictures = sample.pictures.iter().map(|(_, path)| path);
        let files = pictures.chain(&sample.radiograph);
        let new: Vec<PathBuf> = files
            .filter(|path| !self.asked.contains(*path))
            .cloned()
            .collect();
        self.asked.extend(new.iter().cloned());
        new
    }

    /// Takes in pictures that were read.
    pub(in crate::ui) fn keep(&mut self, pictures: Vec<(PathBuf, Greys)>) {
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
