//! Sliders for the ends of the scales of difference and uncertainty.

use crate::ui::command::UiCommand;
use crate::ui::scale_text::DIFFERENCE_RANGE;
use crate::ui::state::AppState;
use crate::ui::theme;
use crate::ui::widgets::check_box::check_box;
use crate::ui::widgets::release_slider::release_slider;
use eframe::egui::{RichText, Ui};

/// Draws them; nothing without a result.
pub fn result_scales_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    let Some(study) = state.study().filter(|study| study.result().is_some()) else {
        return;
    };
    ui.separator();
    let shown = (
        state.shown_difference_limit(),
        state.default_difference_limit(),
    );
    if let Some(limit) = range_ui(ui, "Difference range", shown) {
        commands.push(UiCommand::SetDifferenceLimit(limit));
    }
    let mut is_absolute = state.difference_is_absolute;
    let tip = "How much was changed, whether taken away or added";
    let absolute = check_box(ui, &mut is_absolute, "Size of the difference alone");
    if absolute.on_hover_text(tip).changed() {
        commands.push(UiCommand::SetDifferenceAbsolute(is_absolute));
    }
    if study
        .runs
        .shown()
        .is_some_and(|run| run.uncertainty_limit.is_some())
    {
        let shown = (
            state.shown_uncertainty_limit(),
            state.default_uncertainty_limit(),
        );
        if let Some(limit) = range_ui(ui, "Uncertainty range", shown) {
            commands.push(UiCommand::SetUncertaintyLimit(limit));
        }
    }
    let hint = RichText::new("Grey value at the ends of the scale").small();
    ui.label(hint.color(theme::of(ui).text_weak));
}

/// A slider for the end of a scale, with a tick where it is by itself; returns where it was moved to.
fn range_ui(ui: &mut Ui, name: &str, (mut limit, default): (f64, f64)) -> Option<f64> {
    let [least, most] = DIFFERENCE_RANGE.map(|share| share * default);
    let moved = release_slider(ui, name, &mut limit, least..=most, &[default]);
    moved.edited.then_some(limit)
}
