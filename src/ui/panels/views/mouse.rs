//! What the mouse does in a view.

use super::view::View;
use crate::ui::command::UiCommand;
use crate::ui::magnifier::MagnifierCommand;
use crate::ui::panels::measures::MeasureView;
use crate::ui::window_level::{DragSpeed, WindowDrag};
use eframe::egui::{PointerButton, Pos2, Response, Ui, Vec2};

/// Wheel points that enlarge by a factor of e.
const WHEEL_POINTS: f32 = 240.0;

impl View<'_> {
    /// A drag with the preferred button for the window where no measure takes it, with another to move, wheel to
    /// enlarge. The brush has every drag but that of the middle button, and the wheel with Ctrl; the magnifier the wheel without it.
    pub(super) fn mouse(
        &self,
        ui: &Ui,
        (response, measures): (&Response, &MeasureView<'_>),
        commands: &mut Vec<UiCommand>,
    ) {
        let ppp = measures.pixels_per_point;
        let (view, image) = (self.view_px(ppp), self.image());
        let (content, camera) = (self.cell, self.look().camera);
        let delta = response.drag_delta();
        let preferred = self.state.shell.preferences.window_drag;
        if response.contains_pointer() && self.state.active != content {
            commands.push(UiCommand::ActivateView(content));
        }
        let is_primary = response.double_clicked() || response.dragged_by(PointerButton::Primary);
        let has_brush = self.state.masking.is_on;
        if has_brush && !response.dragged_by(PointerButton::Middle) {
            // The brush's own.
        } else if is_primary && measures.takes_primary(ui, response) {
            // The measures' own: they ask for what it means.
        } else if response.double_clicked() {
            commands.push(UiCommand::ResetView);
        } else if !has_brush
            && response.dragged_by(preferred.button.pointer())
            && delta != Vec2::ZERO
        {
            let held = ui.input(|input| input.modifiers);
            let [wider, darker] = preferred.wider_and_darker([delta.x, delta.y]);
            let drag = WindowDrag {
                wider,
                darker,
                speed: DragSpeed::of(held.shift, held.command),
            };
            commands.push(UiCommand::DragWindow(content, drag));
        } else if delta != Vec2::ZERO {
            let moved = camera.panned(view, image, [delta.x * ppp, delta.y * ppp]);
            commands.push(UiCommand::SetCamera(content, moved));
        }
        if let Some(pointer) = hovered(response) {
            let (scrolled, pinched, held) = ui.input(|input| {
                let scrolled = input.smooth_scroll_delta().y;
                (scrolled, input.zoom_delta(), input.modifiers.command)
            });
            let turned = (scrolled / WHEEL_POINTS).exp();
            let magnifier = &self.state.magnifier;
            if magnifier.is_on && turned != 1.0 {
                let command = MagnifierCommand::SetFactor(magnifier.factor * turned);
                commands.push(UiCommand::Magnify(command));
            }
            let factor = if magnifier.is_on {
                pinched
            } else {
                turned * pinched
            };
            if (factor - 1.0).abs() > 1e-4 && !(has_brush && held) {
                let anchor = [pointer.x * ppp, pointer.y * ppp];
                let zoomed = camera.zoomed(view, image, anchor, factor);
                commands.push(UiCommand::SetCamera(content, zoomed));
            }
        }
    }
}

/// The pointer, where it stands in a view.
pub(super) fn hovered(response: &Response) -> Option<Pos2> {
    response.hover_pos().filter(|_| response.contains_pointer())
}
