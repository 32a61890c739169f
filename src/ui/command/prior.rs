//! How the prior is looked at.

use crate::ui::camera::Camera;
use crate::ui::look::Content;
use crate::ui::state::AppState;
use crate::ui::window_level::{WindowDrag, dragged, is_falling};

/// What a person asks of the prior's view.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PriorCommand {
    /// Look elsewhere in it.
    SetCamera(Camera),
    /// Drag for another window.
    DragWindow(WindowDrag),
    /// As it was loaded.
    Reset,
    /// Let it move with the study shown, or no longer.
    ToggleLink,
}

/// Does what was asked of the prior's view.
pub(super) fn apply(command: PriorCommand, state: &mut AppState) {
    let links = state.links;
    match command {
        PriorCommand::SetCamera(camera) => state.set_prior_camera(camera),
        PriorCommand::DragWindow(drag) => {
            if let Some(prior) = state.prior_study_mut() {
                let range = prior.modality_range;
                let voi = &prior.looks.of(Content::Original).voi;
                let is_table_falling = is_falling(voi);
                let low_is_white = prior.low_is_white(Content::Original) != is_table_falling;
                let voi = dragged(voi, drag, low_is_white, range);
                prior.looks.change(Content::Original, links, |look| {
                    look.inverted = look.inverted != is_table_falling;
                    look.voi = voi;
                });
            }
        }
        PriorCommand::Reset => {
            if let Some(prior) = state.prior_study_mut() {
                prior.reset_view();
            }
            if state.prior_is_linked() {
                state.set_prior_camera(Camera::default());
            }
        }
        PriorCommand::ToggleLink => {
            let camera = state.prior_camera();
            state.prior_moves = state.prior_moves.toggled();
            // Let go, it stays where it is.
            if let Some(camera) = camera.filter(|_| !state.prior_is_linked()) {
                state.set_prior_camera(camera);
            }
        }
    }
}
