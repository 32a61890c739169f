//! Editing the lung mask: which mask a study has, and the stroke that is being drawn.

use super::running_job::RunningJob;
use super::state::AppState;
use super::study::OpenStudy;
use crate::measure::Point;
use crate::radiograph::{BrushEffect, BrushStroke, LungMask};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Radii of the brush, image pixels.
pub const BRUSH_RADII: std::ops::RangeInclusive<f64> = 1.0..=400.0;
/// Factor between a radius and the next one by key.
pub(super) const RADIUS_STEP: f64 = 1.25;
/// Radius of the brush at first, as a share of the longer side: a finger's width on a chest.
const FIRST_RADIUS: f64 = 0.02;

/// A mask with a number no other has: equal numbers are equal pixels.
#[derive(Debug, Clone)]
pub struct MaskVersion {
    /// Its number, from 1.
    pub number: u64,
    /// The mask, on the radiograph's grid.
    pub mask: Arc<LungMask>,
}

impl MaskVersion {
    /// Gives a mask its number.
    pub(super) fn new(mask: Arc<LungMask>) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self {
            number: NEXT.fetch_add(1, Ordering::Relaxed),
            mask,
        }
    }
}

impl PartialEq for MaskVersion {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

/// What a person asked of the lung mask.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MaskCommand {
    /// Take up the brush, or lay it down.
    Toggle,
    /// Make the brush this large, image pixels.
    SetRadius(f64),
    /// A stroke begins here.
    Begin(BrushEffect, Point),
    /// It goes on to here.
    Extend(Point),
    /// It ends: the mask is another one.
    End,
    /// Make a picture with the mask as it is now.
    Apply,
    /// Back to the mask that was found.
    Forget,
}

/// What goes on while the mask is edited.
#[derive(Debug, Clone, Default)]
pub struct Masking {
    /// The brush is in hand.
    pub is_on: bool,
    /// Radius that the reader chose, image pixels.
    pub radius: Option<f64>,
    /// The stroke that is being drawn.
    pub stroke: Option<BrushStroke>,
    /// The lungs are being found, where there is no mask to begin with.
    pub finding: Option<RunningJob>,
}

impl Masking {
    /// Radius of the brush on this study, image pixels.
    pub fn radius(&self, study: &OpenStudy) -> f64 {
        let (width, height) = study.radiograph.size();
        let first = (FIRST_RADIUS * width.max(height) as f64).round();
        let radius = self.radius.unwrap_or(first);
        radius.clamp(*BRUSH_RADII.start(), *BRUSH_RADII.end())
    }

    /// Lays the brush down; what was found goes on to be found.
    pub(super) fn lay_down(&mut self) {
        self.is_on = false;
        self.stroke = None;
    }
}

impl OpenStudy {
    /// The mask the next run is given, where the reader drew one.
    pub(super) fn mask_number(&self) -> Option<u64> {
        self.mask.as_ref().map(|mask| mask.number)
    }

    /// The mask that the networks found, where it is still known.
    pub fn found_mask(&self) -> Option<&LungMask> {
        let run = self.runs.newest_with_found_mask();
        let of_run = run.map(|run| &run.result.lung_mask);
        of_run.or(self.segmented.as_ref().map(|found| found.mask.as_ref()))
    }

    /// The mask as it is edited: what was drawn, or what was found.
    pub fn edited_mask(&self) -> Option<&LungMask> {
        let drawn = self.mask.as_ref().map(|drawn| drawn.mask.as_ref());
        drawn.or_else(|| self.found_mask())
    }
}

impl AppState {
    /// The result shown, or the one that is being made, is of the mask as it is drawn now.
    pub fn is_mask_applied(&self, study: &OpenStudy) -> bool {
        let job = self.job.as_ref();
        let job = job.filter(|job| job.study == Some(study.file_id));
        let given = match job {
            Some(job) => Some(job.mask.as_ref().map(|mask| mask.number)),
            None => study.runs.shown().map(|run| run.asked().mask),
        };
        given == Some(study.mask_number())
    }
}
