//! The list of places to look at twice.

use crate::ui::camera::{Camera, Zoom};
use crate::ui::command::UiCommand;
use crate::ui::look::Rings;
use crate::ui::shortcuts::with_key;
use crate::ui::state::AppState;
use crate::ui::study::OpenStudy;
use crate::ui::theme;
use crate::ui::widgets::check_box::check_box;
use crate::worker::Mark;
use eframe::egui::{Button, Label, RichText, Ui};

/// Radius that a ring has on the screen at least, once its row was clicked, points.
const SHOWN_RADIUS: f32 = 48.0;

/// The section of the right panel; nothing without a soft-tissue image.
pub fn look_here_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    let Some((study, result)) = state
        .study()
        .and_then(|study| Some((study, study.result()?)))
    else {
        return;
    };
    ui.separator();
    ui.heading(heading(result.marks.len()));
    let weak = theme::of(ui).text_weak;
    if result.marks.is_empty() {
        let text = RichText::new("No place was marked. That does not mean that there is none.");
        ui.add(Label::new(text.color(weak)).wrap());
        return;
    }
    for (index, mark) in result.marks.iter().enumerate() {
        let text = format!("{}: {}", index + 1, mark.reason.words());
        let row = ui.add(Button::new(text).wrap());
        let tip = "Centres the view on it; hold Space to see the original there";
        if row.on_hover_text(tip).clicked() {
            let camera = centred(state, study, mark, ui.ctx().pixels_per_point());
            commands.push(UiCommand::SetCamera(state.active_content(), camera));
        }
    }
    let mut visible = state.rings == Rings::Shown;
    let rings = check_box(ui, &mut visible, "Rings over the pictures");
    let tip = "A numbered ring round each place, in every view";
    let tip = with_key(ui.ctx(), tip, &UiCommand::ToggleMarks);
    if rings.on_hover_text(tip).changed() {
        commands.push(UiCommand::ToggleMarks);
    }
    let hint = RichText::new("Other places may be worth a second look too.").small();
    ui.label(hint.color(weak));
}

/// How many places there are; none is not said in numbers, because it would read as an acquittal.
fn heading(num_marks: usize) -> String {
    match num_marks {
        0 => "Look here".to_owned(),
        1 => "Look here: 1 place".to_owned(),
        many => format!("Look here: {many} places"),
    }
}

/// The mark in the middle of the view, not smaller than it is shown now.
fn centred(state: &AppState, study: &OpenStudy, mark: &Mark, pixels_per_point: f32) -> Camera {
    let (width, height) = study.radiograph.size();
    let wanted = SHOWN_RADIUS * pixels_per_point / (mark.radius_px as f32).max(1.0);
    let scale = match study.looks.of(state.active_content()).camera.zoom {
        Zoom::Fit => wanted,
        Zoom::Scale(scale) => scale.max(wanted),
    };
    let share = |at: f64, length: usize| (at / length.max(1) as f64).clamp(0.0, 1.0) as f32;
    Camera {
        zoom: Zoom::Scale(scale),
        center: [share(mark.col_px, width), share(mark.row_px, height)],
    }
}
