//! Handles that are dragged with the mouse, and moved with arrow keys or by assistive technology once they have the
//! focus.

use eframe::egui::accesskit::Action;
use eframe::egui::{
    EventFilter, Id, Key, Rect, Response, Sense, Stroke, StrokeKind, Ui, WidgetInfo,
};

/// A handle over `rect` that says what it is and where it stands. Returns its response and the steps
/// that keys ask for: right and up count up.
pub fn handle(ui: &Ui, (rect, id): (Rect, Id), (name, value): (&str, f64)) -> (Response, f64) {
    let response = ui.interact(rect, id, Sense::drag() | Sense::FOCUSABLE);
    response.widget_info(|| WidgetInfo::slider(true, value, name));
    let steps = asked_steps(ui, &response);
    (response, steps)
}

fn asked_steps(ui: &Ui, response: &Response) -> f64 {
    let id = response.id;
    let by_aid = ui.input(|input| {
        let asked = |action| input.num_accesskit_action_requests(id, action) as f64;
        asked(Action::Increment) - asked(Action::Decrement)
    });
    if !response.has_focus() {
        return by_aid;
    }
    let arrows = EventFilter {
        horizontal_arrows: true,
        vertical_arrows: true,
        ..EventFilter::default()
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(id, arrows));
    ui.painter().rect_stroke(
        response.rect,
        2,
        Stroke::new(1.0, ui.visuals().selection.stroke.color),
        StrokeKind::Outside,
    );
    let by_keys = ui.input(|input| {
        let strokes = |key| input.num_presses(key) as f64;
        strokes(Key::ArrowRight) + strokes(Key::ArrowUp)
            - strokes(Key::ArrowLeft)
            - strokes(Key::ArrowDown)
    });
    by_aid + by_keys
}
