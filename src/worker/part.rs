//! Progress of one picture among several.

use crate::pipeline::{Observer, Progress};
use crate::radiograph::Warning;
use std::time::Instant;

/// One picture's share of the whole; its warnings are those of a run that makes it alone.
pub(super) struct Part<'a> {
    pub(super) observer: &'a mut dyn Observer,
    /// Share of the whole that is done when the picture begins, and when it ends.
    pub(super) from: f64,
    pub(super) to: f64,
    /// When the whole began, or went on, and what was done then.
    pub(super) began: Instant,
    pub(super) began_at: f64,
}

impl Observer for Part<'_> {
    fn progressed(&mut self, progress: Progress) {
        let fraction = self.from + (self.to - self.from) * f64::from(progress.fraction);
        let done = fraction - self.began_at;
        let measured = progress.eta_secs.is_some() || self.from > self.began_at;
        let eta_secs = (measured && done > 0.0)
            .then(|| self.began.elapsed().as_secs_f64() * (1.0 - fraction) / done);
        self.observer.progressed(Progress {
            fraction: fraction as f32,
            eta_secs,
            ..progress
        });
    }

    fn warned(&mut self, _warning: &Warning) {}

    fn is_cancelled(&self) -> bool {
        self.observer.is_cancelled()
    }
}
