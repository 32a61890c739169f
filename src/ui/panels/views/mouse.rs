//! What the mouse does in a view.

use super::view::View;
use crate::ui::camera::{Camera, ImageExtent, Placement, ViewRect};
use crate::ui::command::UiCommand;
use crate::ui::crosshair::CrosshairCommand;
use crate::ui::magnifier::MagnifierCommand;
use crate::ui::panels::measures::MeasureView;
use crate::ui::preferences::DragPreferences;
use crate::ui::shortcuts::view_has_focus;
use crate::ui::window_level::{DragSpeed, WindowDrag};
use eframe::egui::{PointerButton, Pos2, Response, Ui, Vec2};

/// Wheel points that enlarge by a factor of e.
const WHEEL_POINTS: f32 = 240.0;

/// What the mouse asked of how a picture is looked at.
#[derive(Clone, Copy)]
pub(in crate::ui::panels) enum Gesture {
    /// As it was loaded.
    Reset,
    /// Another window.
    Window(WindowDrag),
    /// Elsewhere, or larger.
    Look(Camera),
}

/// A picture that the mouse may move, enlarge and window.
pub(in crate::ui::panels) struct Looked {
    /// Zoom and pan now.
    pub camera: Camera,
    /// Where it is shown, framebuffer pixels.
    pub view: ViewRect,
    /// Its pixels.
    pub image: ImageExtent,
    /// Framebuffer pixels per point.
    pub pixels_per_point: f32,
    /// What a drag does.
    pub drag: DragPreferences,
}

impl Looked {
    /// Where it lies on the screen.
    pub fn placement(&self) -> Placement {
        self.camera.place(self.view, self.image)
    }

    /// What a double click or a drag asks: the preferred button for the window, another to move.
    pub fn dragged(&self, ui: &Ui, response: &Response) -> Option<Gesture> {
        let delta = response.drag_delta();
        if response.double_clicked() {
            return Some(Gesture::Reset);
        }
        if delta == Vec2::ZERO {
            return None;
        }
        if response.dragged_by(self.drag.button.pointer()) {
            let held = ui.input(|input| input.modifiers);
            let [wider, darker] = self.drag.wider_and_darker([delta.x, delta.y]);
            return Some(Gesture::Window(WindowDrag {
                wider,
                darker,
                speed: DragSpeed::of(held.shift, held.command),
            }));
        }
        Some(self.panned(delta))
    }

    /// Moved by so many points.
    pub fn panned(&self, delta: Vec2) -> Gesture {
        let delta = [delta.x, delta.y].map(|v| v * self.pixels_per_point);
        Gesture::Look(self.camera.panned(self.view, self.image, delta))
    }

    /// Enlarged by `factor` about the pointer; `None` where that changes nothing.
    pub fn zoomed(&self, pointer: Pos2, factor: f32) -> Option<Camera> {
        let anchor = [pointer.x, pointer.y].map(|v| v * self.pixels_per_point);
        let is_change = (factor - 1.0).abs() > 1e-4;
        is_change.then(|| self.camera.zoomed(self.view, self.image, anchor, factor))
    }
}

/// By how much the wheel enlarges, and by how much a pinch, or the wheel with Ctrl.
pub(in crate::ui::panels) fn wheel_and_pinch(ui: &Ui) -> (f32, f32) {
    ui.input(|input| {
        let scrolled = input.smooth_scroll_delta().y;
        ((scrolled / WHEEL_POINTS).exp(), input.zoom_delta())
    })
}

impl View<'_> {
    /// The picture of this view, to be moved, enlarged and windowed.
    pub(super) fn looked(&self, pixels_per_point: f32) -> Looked {
        Looked {
            camera: self.look().camera,
            view: self.view_px(pixels_per_point),
            image: self.image(),
            pixels_per_point,
            drag: self.state.shell.preferences.window_drag,
        }
    }

    /// A drag with the preferred button for the window where no measure takes it, with another to move, wheel to
    /// enlarge. The brush has every drag but that of the middle button, and the wheel with Ctrl; the magnifier has the
    /// wheel without it.
    pub(super) fn mouse(
        &self,
        ui: &Ui,
        (response, measures): (&Response, &MeasureView<'_>),
        commands: &mut Vec<UiCommand>,
    ) {
        let content = self.cell;
        if self.state.crosshair_at().is_some() {
            if !response.contains_pointer() || !stirs(ui) {
                return;
            }
            commands.push(UiCommand::Crosshair(CrosshairCommand::PutAway));
        }
        let looked = self.looked(measures.pixels_per_point);
        // A mouse at rest takes nothing from the view that Tab came to.
        let is_in_hand = stirs(ui) || !view_has_focus(ui.ctx());
        if response.contains_pointer() && is_in_hand && self.state.active != content {
            commands.push(UiCommand::ActivateView(content));
        }
        let is_primary = response.double_clicked() || response.dragged_by(PointerButton::Primary);
        let gesture = if self.state.masking.is_on {
            // Every other drag is the brush's own.
            let delta = response.drag_delta();
            let moves = response.dragged_by(PointerButton::Middle) && delta != Vec2::ZERO;
            moves.then(|| looked.panned(delta))
        } else if is_primary && measures.takes_primary(ui, response) {
            // The measures' own: they ask for what it means.
            None
        } else {
            looked.dragged(ui, response)
        };
        commands.extend(gesture.map(|gesture| match gesture {
            Gesture::Reset => UiCommand::ResetView,
            Gesture::Window(drag) => UiCommand::DragWindow(content, drag),
            Gesture::Look(camera) => UiCommand::SetCamera(content, camera),
        }));
        if let Some(pointer) = hovered(response) {
            self.wheel(ui, pointer, &looked, commands);
        }
    }

    fn wheel(&self, ui: &Ui, pointer: Pos2, looked: &Looked, commands: &mut Vec<UiCommand>) {
        let (turned, pinched) = wheel_and_pinch(ui);
        let held = ui.input(|input| input.modifiers.command);
        if self.state.masking.is_on && held {
            return;
        }
        let magnifier = self.state.magnifier;
        if magnifier.is_on && (turned - 1.0).abs() > 1e-4 {
            let command = MagnifierCommand::SetFactor(magnifier.factor * turned);
            commands.push(UiCommand::Magnify(command));
        }
        let factor = if magnifier.is_on {
            pinched
        } else {
            turned * pinched
        };
        let zoomed = looked.zoomed(pointer, factor);
        commands.extend(zoomed.map(|camera| UiCommand::SetCamera(self.cell, camera)));
    }
}

/// Whether the mouse was moved, turned or pressed in this frame.
fn stirs(ui: &Ui) -> bool {
    let (turned, pinched) = wheel_and_pinch(ui);
    let is_turned = [turned, pinched]
        .iter()
        .any(|factor| (factor - 1.0).abs() > 1e-4);
    is_turned || ui.input(|input| input.pointer.delta() != Vec2::ZERO || input.pointer.any_down())
}

/// The pointer, where it stands in a view.
pub(super) fn hovered(response: &Response) -> Option<Pos2> {
    response.hover_pos().filter(|_| response.contains_pointer())
}
