//! Pictures of a contest, one after the other, with readers let in between.

use super::{Case, ContestError};
use crate::pipeline::{
    BundleSummary, ComputeOptions, PipelineError, Progress, SuppressionResult, SuppressionSettings,
    Suppressor,
};
use crate::radiograph::{LungMask, Radiograph, Warning};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

/// A picture that is begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContestStep {
    /// Whose picture it is.
    pub model: String,
    /// The case.
    pub case: String,
    /// Its number, from 1.
    pub number: usize,
    /// Number of pictures of the whole contest.
    pub total: usize,
}

/// Who asked for a contest looks on, and may stop it.
pub trait Observer {
    /// A picture is begun; one that made room is begun again.
    fn began(&mut self, step: ContestStep);
    /// The contest moved on; fraction and remaining time are of all of it.
    fn progressed(&mut self, progress: Progress);
    /// Something that somebody should know; the contest goes on.
    fn warned(&mut self, warning: &Warning);
    /// Called between two pictures, and between any two files that are hashed, read or scored: whatever somebody waits for is
    /// done here.
    fn between_pictures(&mut self) {}
    /// Whether somebody waits: the picture under way is given up, and made again after [`Self::between_pictures`].
    fn must_make_room(&self) -> bool {
        false
    }
    /// Whether the contest should stop; asked before every block of a network.
    fn is_cancelled(&self) -> bool;
}

/// Watches nothing and never stops a contest.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unobserved;

impl Observer for Unobserved {
    fn began(&mut self, _step: ContestStep) {}
    fn progressed(&mut self, _progress: Progress) {}
    fn warned(&mut self, _warning: &Warning) {}
    fn is_cancelled(&self) -> bool {
        false
    }
}

/// Lets whoever waits come first.
///
/// # Errors
/// [`ContestError::Cancelled`] where the contest shall stop.
pub(super) fn turn(observer: &mut dyn Observer) -> Result<(), ContestError> {
    observer.between_pictures();
    if observer.is_cancelled() {
        return Err(ContestError::Cancelled);
    }
    Ok(())
}

/// Networks of a contest, and how far it is.
pub(super) struct Predictor<'a> {
    suppressor: Suppressor,
    observer: &'a mut dyn Observer,
    given_masks: bool,
    model: String,
    done: usize,
    total: usize,
    began: Instant,
}

impl<'a> Predictor<'a> {
    /// No networks yet; `total` pictures will be made.
    pub(super) fn new(
        compute: ComputeOptions,
        given_masks: bool,
        total: usize,
        observer: &'a mut dyn Observer,
    ) -> Self {
        Self {
            suppressor: Suppressor::new(compute),
            observer,
            given_masks,
            model: String::new(),
            done: 0,
            total,
            began: Instant::now(),
        }
    }

    /// Loads the networks of a contestant.
    pub(super) fn load(
        &mut self,
        model: &str,
        folder: &Path,
    ) -> Result<BundleSummary, ContestError> {
        self.turn()?;
        model.clone_into(&mut self.model);
        let loaded = self.suppressor.load_bundle(folder)?;
        self.turn()?;
        Ok(loaded)
    }

    /// Lets whoever waits come first.
    pub(super) fn turn(&mut self) -> Result<(), ContestError> {
        turn(self.observer)
    }

    /// What the loaded networks make of a case.
    pub(super) fn suppress(
        &mut self,
        case: &Case,
        settings: &SuppressionSettings,
    ) -> Result<SuppressionResult, ContestError> {
        let request = case.request(settings.clone(), self.given_masks)?;
        self.picture(&case.name, |suppressor, watch| {
            suppressor.suppress(&request, watch)
        })
    }

    /// The lungs that the loaded networks find.
    pub(super) fn segment(
        &mut self,
        name: &str,
        radiograph: &Arc<Radiograph>,
    ) -> Result<LungMask, ContestError> {
        self.picture(name, |suppressor, watch| {
            suppressor.segment(radiograph, watch)
        })
    }

    fn picture<T>(
        &mut self,
        case: &str,
        make: impl Fn(&mut Suppressor, &mut Watch<'_>) -> Result<T, PipelineError>,
    ) -> Result<T, ContestError> {
        loop {
            self.turn()?;
            self.observer.began(ContestStep {
                model: self.model.clone(),
                case: case.to_owned(),
                number: self.done + 1,
                total: self.total,
            });
            let mut watch = Watch {
                observer: &mut *self.observer,
                done: self.done,
                total: self.total.max(1),
                began: self.began,
            };
            match make(&mut self.suppressor, &mut watch) {
                // It made room for somebody.
                Err(PipelineError::Cancelled) if !self.observer.is_cancelled() => {}
                Err(PipelineError::Cancelled) => return Err(ContestError::Cancelled),
                made => {
                    self.done += 1;
                    return Ok(made?);
                }
            }
        }
    }
}

/// One picture's share of the whole.
struct Watch<'a> {
    observer: &'a mut dyn Observer,
    done: usize,
    total: usize,
    began: Instant,
}

impl crate::pipeline::Observer for Watch<'_> {
    fn progressed(&mut self, progress: Progress) {
        let done = self.done as f64 + f64::from(progress.fraction);
        let fraction = (done / self.total as f64).min(1.0);
        let is_measured = self.done > 0 || progress.eta_secs.is_some();
        let eta_secs = (is_measured && fraction > 0.0)
            .then(|| self.began.elapsed().as_secs_f64() * (1.0 - fraction) / fraction);
        self.observer.progressed(Progress {
            fraction: fraction as f32,
            eta_secs,
            ..progress
        });
    }

    fn warned(&mut self, warning: &Warning) {
        self.observer.warned(warning);
    }

    fn is_cancelled(&self) -> bool {
        self.observer.is_cancelled() || self.observer.must_make_room()
    }
}
