//! Curves of a run: losses, scores, learning rate, one below the other over the same iterations.

use super::ask;
use crate::ui::command::UiCommand;
use crate::ui::theme;
use crate::ui::training::{Curves, Points, TrainingCommand, smoothed};
use eframe::egui::{Color32, ComboBox, Id, RichText, Ui};
use egui_plot::{HoverPosition, Line, MarkerShape, Plot, PlotPoint, PlotPoints, Points as Marks};

/// Least room of the numbers beside a plot, points: the plots begin below one another.
const NUMBER_ROOM: f32 = 56.0;
/// Radius of the sign at the best score, points.
const BEST_RADIUS: f32 = 6.0;

/// A curve: its name, colour and width, and its points.
type Curve = (String, Color32, f32, Points);

/// What a plot is called, its height in points, and the last iteration of all plots.
type Place<'a> = (&'a str, f32, f64);

/// Every plot; `best` is iteration and score of the best checkpoint.
pub fn plots_ui(
    ui: &mut Ui,
    curves: &Curves,
    best: Option<(u64, f64)>,
    commands: &mut Vec<UiCommand>,
) {
    let tokens = theme::of(ui);
    let [loss_height, score_height, rate_height] = theme::TRAINING_PLOTS;
    let last = curves.last_iteration();
    if let Some((name, points)) = curves.loss() {
        ui.horizontal(|ui| {
            ui.label("Loss");
            if let Some(term) = chosen_ui(ui, "Loss term", name, curves.training.keys()) {
                ask(commands, TrainingCommand::ShowLoss(term));
            }
            legend_ui(ui, tokens.text_weak, "as reported");
            legend_ui(ui, tokens.accent, "smoothed");
        });
        let lines = vec![
            (name.to_owned(), tokens.text_weak, 1.0, points.clone()),
            (
                format!("{name}, smoothed"),
                tokens.accent,
                2.5,
                smoothed(points),
            ),
        ];
        plot_ui(ui, ("training loss", loss_height, last), lines, None);
    }
    if let Some((name, points)) = curves.score() {
        ui.horizontal(|ui| {
            ui.label("Validation, with the same noise each time");
            if let Some(term) = chosen_ui(ui, "Validation score", name, curves.validation.keys()) {
                ask(commands, TrainingCommand::ShowScore(term));
            }
            legend_ui(ui, tokens.caution, "best so far");
        });
        let mark = best.and_then(|(iteration, _)| {
            let at = points
                .iter()
                .find(|point| (point[0] - iteration as f64).abs() < 0.5);
            at.copied()
        });
        let lines = vec![(name.to_owned(), tokens.accent, 2.0, points.clone())];
        plot_ui(ui, ("training score", score_height, last), lines, mark);
    }
    if !curves.learning_rate.is_empty() {
        ui.label("Learning rate");
        let points = curves.learning_rate.clone();
        let lines = vec![("learning rate".to_owned(), tokens.accent, 1.5, points)];
        plot_ui(ui, ("training rate", rate_height, last), lines, None);
    }
}

fn legend_ui(ui: &mut Ui, colour: Color32, text: &str) {
    ui.label(RichText::new(text).small().color(colour));
}

/// A list of terms; the one that was chosen anew.
fn chosen_ui<'a>(
    ui: &mut Ui,
    name: &str,
    shown: &str,
    terms: impl Iterator<Item = &'a String>,
) -> Option<String> {
    let mut chosen = shown.to_owned();
    let combo = ComboBox::from_id_salt(name)
        .selected_text(shown)
        .show_ui(ui, |ui| {
            for term in terms {
                ui.selectable_value(&mut chosen, term.clone(), term);
            }
        });
    combo.response.accessible_name(name);
    (chosen != shown).then_some(chosen)
}

fn plot_ui(ui: &mut Ui, (id, height, last): Place<'_>, lines: Vec<Curve>, best: Option<[f64; 2]>) {
    let tokens = theme::of(ui);
    let caution = tokens.caution;
    // What the pointer reads in one plot is marked in the others.
    let cursor = Id::unique("training cursor");
    Plot::new(id)
        .height(height)
        .width(ui.available_width())
        .y_axis_min_width(NUMBER_ROOM)
        .allow_drag(false)
        .allow_zoom(false)
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .include_x(0.0)
        .include_x(last)
        .grid_color(tokens.line)
        .link_cursor(cursor, [true, false])
        .y_axis_formatter(|mark, _| number_text(mark.value))
        .label_formatter(|position| match position {
            HoverPosition::NearDataPoint {
                plot_name,
                position,
                ..
            } => Some(hover_text(plot_name, *position)),
            HoverPosition::Elsewhere { .. } => None,
        })
        .show(ui, |plot| {
            for (name, colour, width, points) in lines {
                let line = Line::new(name, PlotPoints::from(points));
                plot.line(line.color(colour).width(width));
            }
            if let Some(best) = best {
                let mark = Marks::new("best so far", PlotPoints::from(vec![best]));
                let mark = mark.shape(MarkerShape::Diamond).radius(BEST_RADIUS);
                plot.points(mark.color(caution));
            }
        });
}

fn hover_text(name: &str, at: PlotPoint) -> String {
    format!("{name}\niteration {:.0}: {}", at.x, number_text(at.y))
}

/// A number with as many digits as its size asks for.
fn number_text(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        size if size < 0.001 => format!("{value:.1e}"),
        size if size < 1.0 => format!("{value:.4}"),
        size if size < 100.0 => format!("{value:.2}"),
        _ => format!("{value:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_digits_that_their_size_asks_for() {
        let texts = [0.0, 8e-5, 0.0123, 31.256, 1234.5].map(number_text);
        assert_eq!(texts, ["0", "8.0e-5", "0.0123", "31.26", "1234"]);
        let text = hover_text("loss", PlotPoint::new(20.0, 0.5));
        assert_eq!(text, "loss\niteration 20: 0.5000");
    }
}
