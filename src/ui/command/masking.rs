//! The lung mask: strokes, and the runs and searches that follow from them.

use super::{Services, cancelling, jobs, measuring};
use crate::measure::Point;
use crate::radiograph::{BrushEffect, BrushStroke, LungMask};
use crate::ui::file_id::FileId;
use crate::ui::masking::{BRUSH_RADII, MaskCommand, MaskVersion, RADIUS_STEP};
use crate::ui::running_job::RunningJob;
use crate::ui::state::AppState;
use std::sync::Arc;

/// Does what was asked of the mask.
pub(super) fn apply(command: MaskCommand, state: &mut AppState, services: &mut Services) {
    use MaskCommand as C;
    match command {
        C::Toggle if state.masking.is_on => state.masking.lay_down(),
        C::Toggle => take_up(state, services),
        C::SetRadius(radius) => set_radius(radius, state),
        C::Begin(effect, at) => begin(effect, at, state),
        C::Extend(at) => {
            if let Some(stroke) = &mut state.masking.stroke
                && stroke.path.last() != Some(&[at.x, at.y])
            {
                stroke.path.push([at.x, at.y]);
            }
        }
        C::End => end(state),
        C::Apply => jobs::run_as_set(state, services),
        C::Forget => {
            forget(state);
            find(state, services);
        }
    }
}

/// Back to the mask that was found: what is being made with the drawn one is not wanted any more, and the picture of the
/// found one comes back at once where it was made.
fn forget(state: &mut AppState) {
    let Some(study) = state.study_mut() else {
        return;
    };
    study.mask = None;
    let file_id = Some(study.file_id);
    let is_drawn = |job: &RunningJob| job.study == file_id && job.mask.is_some();
    if state.job.as_ref().is_some_and(is_drawn) {
        cancelling::cancel_and_say(state);
    }
    jobs::show_made(state);
}

/// Lays down what is in hand, the stroke before the brush; `false` where nothing is.
pub(super) fn escape(state: &mut AppState) -> bool {
    let masking = &mut state.masking;
    masking.stroke.take().is_some() || std::mem::take(&mut masking.is_on)
}

/// A larger brush, or a smaller one where `steps` is negative.
pub(super) fn step_radius(steps: f64, state: &mut AppState) {
    if let Some(study) = state.study() {
        let radius = state.masking.radius(study);
        set_radius(radius * RADIUS_STEP.powf(steps), state);
    }
}

fn set_radius(radius: f64, state: &mut AppState) {
    let radius = radius.clamp(*BRUSH_RADII.start(), *BRUSH_RADII.end());
    state.masking.radius = Some(radius);
}

fn take_up(state: &mut AppState, services: &mut Services) {
    if state.study().is_none() {
        return;
    }
    // One tool has the mouse.
    measuring::end_typing(state);
    state.measuring.leave_study();
    state.measuring.tool = None;
    state.masking.is_on = find(state, services);
}

/// Has the lungs found where no mask is there to begin with; `false` where that cannot be.
fn find(state: &mut AppState, services: &mut Services) -> bool {
    let Some(study) = state.study() else {
        return false;
    };
    let file_id = Some(study.file_id);
    let waits = state.masking.finding.as_ref();
    let is_there = study.edited_mask().is_some() || waits.is_some_and(|job| job.study == file_id);
    is_there || jobs::segment(state, services)
}

fn begin(effect: BrushEffect, at: Point, state: &mut AppState) {
    let study = state.study().filter(|study| study.edited_mask().is_some());
    let Some(study) = study.filter(|_| state.masking.is_on) else {
        return;
    };
    state.masking.stroke = Some(BrushStroke {
        path: vec![[at.x, at.y]],
        radius: state.masking.radius(study),
        effect,
    });
}

/// Makes the stroke part of the mask, where it changes it.
fn end(state: &mut AppState) {
    let Some(stroke) = state.masking.stroke.take() else {
        return;
    };
    if let Some(study) = state.study_mut()
        && let Some(mask) = study.edited_mask()
    {
        let brushed = mask.brushed(&stroke);
        if brushed != *mask {
            study.mask = Some(MaskVersion::new(Arc::new(brushed)));
        }
    }
}

/// Keeps a mask that was found to begin with.
pub(super) fn keep_found(file_id: Option<FileId>, mask: Arc<LungMask>, state: &mut AppState) {
    if let Some(study) = file_id.and_then(|file_id| state.study_with_mut(file_id)) {
        study.segmented = Some(MaskVersion::new(mask));
    }
}
