//! What the worker does for the window at the moment.

use super::file_id::FileId;
use super::masking::MaskVersion;
use crate::radiograph::Warning;
use crate::worker::{JobHandle, Preview, Progress};
use std::sync::Arc;
use std::time::Instant;

/// A job the worker has and the window waits for.
#[derive(Debug, Clone)]
pub struct RunningJob {
    /// Cancel flag and progress slot.
    pub handle: JobHandle,
    /// The study it is about; `None` for a bundle.
    pub study: Option<FileId>,
    /// The mask it was given, where the reader drew one.
    pub mask: Option<MaskVersion>,
    /// Newest progress, copied once a frame.
    pub progress: Option<Progress>,
    /// Newest picture of where it is heading, copied once a frame.
    pub preview: Option<Arc<Preview>>,
    /// When the reader called once for its end by a key that has other uses too.
    pub stop_asked: Option<Instant>,
    /// What it found so far that the reader should know; a result brings its own.
    pub warnings: Vec<Warning>,
}

impl RunningJob {
    /// Takes in a warning; a job that made room and starts again finds the same ones twice.
    pub(super) fn warn(&mut self, warning: Warning) {
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }
}

/// What happens once, as soon as a bundle is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WhenReady {
    /// Nothing: the reader presses Suppress.
    #[default]
    Wait,
    /// The first study shown is suppressed.
    SuppressFirst,
    /// This study, of which a run was asked for meanwhile, is run as it is set.
    Run(FileId),
}
