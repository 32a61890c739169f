//! The list of places to look at twice.

use crate::ui::camera::{Camera, Zoom};
use crate::ui::command::UiCommand;
use crate::ui::look::Rings;
use crate::ui::runs::Run;
use crate::ui::shortcuts::with_key;
use crate::ui::state::AppState;
use crate::ui::study::OpenStudy;
use crate::ui::theme;
use crate::ui::widgets::check_box::check_box;
use crate::worker::Mark;
use eframe::egui::{Button, Label, RichText, Role, Ui, WidgetInfo};

/// Radius that a ring has on the screen at least, once its row was clicked, points.
const SHOWN_RADIUS: f32 = 48.0;

/// The section of the right panel, a list for each result on the screen; nothing without a soft-tissue image.
pub fn look_here_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    let Some(study) = state.study().filter(|study| study.result().is_some()) else {
        return;
    };
    let (runs, weak) = (&study.runs, theme::of(ui).text_weak);
    ui.separator();
    for run in runs.shown().into_iter().chain(runs.rival()) {
        run_ui(ui, (state, study), run, commands);
    }
    let mut listed = runs.shown().into_iter().chain(runs.rival());
    if listed.all(|run| run.result.marks.is_empty()) {
        return;
    }
    let mut visible = state.rings == Rings::Shown;
    let rings = check_box(ui, &mut visible, "Rings over the pictures");
    let tip = "A numbered ring round each place, in every view that shows its result";
    let tip = with_key(ui.ctx(), tip, &UiCommand::ToggleMarks);
    if rings.on_hover_text(tip).changed() {
        commands.push(UiCommand::ToggleMarks);
    }
    if runs
        .rival()
        .is_some_and(|rival| !rival.result.marks.is_empty())
    {
        let text = "Dashed: found in the result compared with.";
        ui.add(Label::new(RichText::new(text).small().color(weak)).wrap());
    }
    let hint = RichText::new("Other places may be worth a second look too.").small();
    ui.label(hint.color(weak));
}

/// The places of one result.
fn run_ui(
    ui: &mut Ui,
    (state, study): (&AppState, &OpenStudy),
    run: &Run,
    commands: &mut Vec<UiCommand>,
) {
    let named = (study.runs.all().len() > 1).then_some(run.number);
    let marks = &run.result.marks;
    ui.heading(heading(named, marks.len()));
    if marks.is_empty() {
        let text = RichText::new("No place was marked. That does not mean that there is none.");
        ui.add(Label::new(text.color(theme::of(ui).text_weak)).wrap());
    }
    for (index, mark) in marks.iter().enumerate() {
        let text = format!("{}: {}", index + 1, mark.reason.words());
        let name = named.map_or_else(|| text.clone(), |run| format!("Result {run}, {text}"));
        let row = ui.add(Button::new(text).wrap());
        row.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
        let tip = "Centres the view on it; hold Space to see the original there";
        if row.on_hover_text(tip).clicked() {
            let camera = centred(state, study, mark, ui.ctx().pixels_per_point());
            commands.push(UiCommand::SetCamera(state.active_content(), camera));
        }
    }
}

/// In which result, where there are several, and how many places there are; none is not said in numbers, because it
/// would read as an acquittal.
fn heading(named: Option<u64>, num_marks: usize) -> String {
    let of = named.map_or_else(String::new, |run| format!(", result {run}"));
    match num_marks {
        0 => format!("Look here{of}"),
        1 => format!("Look here{of}: 1 place"),
        many => format!("Look here{of}: {many} places"),
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
