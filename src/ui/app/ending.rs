//! How the program ends: closed by a person, or because its graphics device is gone.

use super::DiaphaneApp;
use crate::render::{self, GraphicsFault};
use crate::ui::command::{self, keep_measures, keep_results};
use crate::ui::files::LAST_PATIENCE;
use crate::ui::question::Question;
use crate::ui::session::Ending;
use crossbeam_channel::{Receiver, Sender};
use eframe::egui::{Context, ViewportCommand};
use eframe::egui_wgpu::RenderState;

/// What is heard of the graphics device, and who is told when it is gone.
#[derive(Debug, Default)]
pub(super) struct Graphics {
    faults: Option<Receiver<GraphicsFault>>,
    /// Told why the device is gone, for the sentence after the window.
    lost: Option<Sender<String>>,
    /// A complaint of this kind was told already: each frame may bring it again.
    was_told: bool,
    is_lost: bool,
}

impl Graphics {
    /// Puts the renderer on the device that draws the windows, and listens to it.
    pub(super) fn take_up(&mut self, render_state: &RenderState, ctx: &Context) {
        render::install(render_state);
        let ctx = ctx.clone();
        let wake = move || ctx.request_repaint();
        self.faults = Some(render::watch(&render_state.device, wake));
    }
}

impl DiaphaneApp {
    /// `lost` is told why, where the program ends because its graphics device is gone.
    pub(in crate::ui) fn report_loss_to(&mut self, lost: Sender<String>) {
        self.graphics.lost = Some(lost);
    }

    /// Tells what the graphics device complains of; where it is gone, keeps what was done and closes the window.
    pub(super) fn follow_graphics(&mut self, ctx: &Context) {
        let faults = self.graphics.faults.iter();
        let faults: Vec<GraphicsFault> = faults.flat_map(Receiver::try_iter).collect();
        for fault in faults {
            let sentence = match fault {
                GraphicsFault::Lost(reason) => {
                    self.graphics.is_lost = true;
                    if let Some(lost) = &self.graphics.lost {
                        // Whoever started the window may have stopped listening.
                        drop(lost.try_send(reason));
                    }
                    ctx.send_viewport_cmd(ViewportCommand::Close);
                    continue;
                }
                GraphicsFault::OutOfMemory => {
                    "The graphics card has no memory left for a picture: close other \
                    programs that use it, or choose a layout with fewer views."
                        .to_owned()
                }
                GraphicsFault::Refused(reason) => {
                    format!("The graphics card did not draw everything: {reason}")
                }
            };
            if !std::mem::replace(&mut self.graphics.was_told, true) {
                command::fail(&mut self.state, sentence);
            }
        }
    }

    /// Closes the window where a person asked for it, or asks first where something would be lost by it.
    pub(super) fn follow_close(&mut self, ctx: &Context) {
        let by_command = std::mem::take(&mut self.state.shell.is_quitting);
        let by_window = ctx.input(|input| input.viewport().close_requested());
        let may_lose = self.state.shell.may_lose_results || self.graphics.is_lost;
        let is_training = self.state.training.is_running();
        let asks = !may_lose && (self.state.num_unsaved() > 0 || is_training);
        if asks && (by_command || by_window) {
            self.state.question = Some(Question::Quit);
            ctx.request_repaint();
        }
        if asks && by_window {
            ctx.send_viewport_cmd(ViewportCommand::CancelClose);
        } else if by_command && !asks {
            ctx.send_viewport_cmd(ViewportCommand::Close);
        }
    }

    /// Writes what must outlive the window. After the loss of a graphics device the session is left open, so that the
    /// next start offers it.
    pub(super) fn keep_everything(&mut self) {
        // What is under way first: an older list must not be the last one written.
        self.services.files.finish_writes();
        keep_measures(&mut self.state, &mut self.services);
        keep_results(&self.state, &self.services);
        // Nobody is left to be told where this fails; the next start offers to restore.
        drop(self.places.write());
        let ending = if self.graphics.is_lost {
            Ending::BrokenOff
        } else {
            Ending::Closed
        };
        if let Some(store) = &mut self.services.session {
            drop(store.end(&self.state, ending));
        }
        self.services.files.finish_pictures(LAST_PATIENCE);
    }
}

#[cfg(test)]
mod tests;
