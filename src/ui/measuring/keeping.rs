//! Measures as a study has them, and how far those on the disk agree.

use super::Reading;
use crate::measure::{Measure, MeasureId, Scale, Thorax, ThoraxError};
use crate::radiograph::PixelSpacing;
use crate::ui::file_id::FileId;
use crate::ui::study::OpenStudy;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// What is known about a study's measures beside themselves.
#[derive(Debug, Clone, Default)]
pub struct MeasureRecord {
    /// What the pixels under them say, where they were read.
    pub readings: BTreeMap<MeasureId, Reading>,
    /// The reader was told what the millimetres of this study are.
    pub(in crate::ui) is_unit_told: bool,
    /// How the measures are kept.
    pub(in crate::ui) keeping: Keeping,
}

impl MeasureRecord {
    /// The study has what was kept of it.
    pub(in crate::ui) fn is_loaded(&self) -> bool {
        let waits = matches!(self.keeping, Keeping::NotLoaded | Keeping::Loading);
        !waits
    }
}

/// What a reader left on a radiograph, as it is kept between two runs.
#[derive(Debug, Clone, Default)]
pub struct Annotations {
    /// What was drawn.
    pub measures: Arc<Vec<Measure>>,
    /// It is a key image.
    pub is_key_image: bool,
    /// Size of a pixel by a length that the reader stated.
    pub calibration: Option<PixelSpacing>,
}

impl Annotations {
    /// Nothing is kept of it.
    pub(in crate::ui) fn is_empty(&self) -> bool {
        self.measures.is_empty() && !self.is_key_image && self.calibration.is_none()
    }

    /// Whether `other` says the same; cheap while nothing was drawn between the two.
    pub(in crate::ui) fn agrees_with(&self, other: &Self) -> bool {
        let drawn = Arc::ptr_eq(&self.measures, &other.measures) || self.measures == other.measures;
        let is_marked_alike = self.is_key_image == other.is_key_image;
        drawn && is_marked_alike && self.calibration == other.calibration
    }
}

/// How far measures on the disk and in the window agree.
#[derive(Debug, Clone, Default)]
pub(in crate::ui) enum Keeping {
    /// The disk was not asked yet.
    #[default]
    NotLoaded,
    /// The disk is being asked.
    Loading,
    /// These are on the disk.
    Kept(Annotations),
    /// The disk has others that cannot be read; they are set aside before any are written.
    Unreadable,
    /// The newest are being written.
    Writing {
        /// What is on the disk cannot be read and must be set aside.
        unreadable: bool,
    },
    /// These could not be written; it is tried again with the next change.
    Failed {
        /// What was to be written.
        annotations: Annotations,
        /// What is on the disk cannot be read and must be set aside.
        unreadable: bool,
    },
}

/// What became of work on measures on another thread, with its study.
#[derive(Debug)]
pub enum MeasureEvent {
    /// Measures kept earlier, or one sentence says why they are not read.
    Loaded(FileId, Result<Annotations, String>),
    /// These were written, and those of another window put aside there; or one sentence says why not.
    Saved(FileId, Annotations, Result<Option<PathBuf>, String>),
    /// What pixels said.
    Read(FileId, Vec<(MeasureId, Reading)>),
    /// Lines of a cardiothoracic ratio.
    Suggested(FileId, Result<Thorax, ThoraxError>),
}

impl OpenStudy {
    /// Size of a pixel: as the reader calibrated it, or as the file states it.
    pub fn spacing(&self) -> Option<PixelSpacing> {
        self.calibration.or(self.radiograph.spacing)
    }

    /// How the file says that this size was calibrated; empty where it does not, or the reader calibrated it.
    pub(in crate::ui) fn calibration_text(&self) -> &str {
        let of_file = self.calibration.is_none() && self.radiograph.spacing.is_some();
        if of_file {
            &self.radiograph.info.calibration
        } else {
            ""
        }
    }

    /// Size of a pixel for every length of this study.
    pub fn scale(&self) -> Scale {
        Scale::of(self.spacing())
    }

    /// Number of the result shown; 0 where there is none.
    pub(in crate::ui) fn shown_run(&self) -> u64 {
        self.runs.shown().map_or(0, |run| run.number)
    }

    /// The measure with this number.
    pub fn measure(&self, id: MeasureId) -> Option<&Measure> {
        self.measures.iter().find(|measure| measure.id == id)
    }

    /// What is kept of it between two runs.
    pub(in crate::ui) fn annotations(&self) -> Annotations {
        Annotations {
            measures: Arc::clone(&self.measures),
            is_key_image: self.is_key_image,
            calibration: self.calibration,
        }
    }

    /// Something was drawn, marked or calibrated that giving the study up would lose.
    pub(in crate::ui) fn has_annotations(&self) -> bool {
        !self.annotations().is_empty()
    }

    /// Something was drawn or calibrated.
    pub(in crate::ui) fn has_measures(&self) -> bool {
        !self.measures.is_empty() || self.calibration.is_some()
    }
}
