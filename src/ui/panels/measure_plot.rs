//! Curves of a profile in the panel.

use crate::measure::{Layer, LengthUnit, LineProfile, RibProfile, Scale};
use crate::ui::theme;
use eframe::egui::{Color32, Rangef, RichText, Ui};
use egui_plot::{AxisHints, GridMark, Line, Plot, PlotPoints};

/// Most ticks of an axis.
const MOST_TICKS: f64 = 4.0;
/// Room of a tick's number, points.
const TICK_ROOM: f32 = 20.0;

/// Name and colour of the layers whose curves are drawn.
fn curves(ui: &Ui) -> [(Layer, &'static str, Color32); 2] {
    let tokens = theme::of(ui);
    [
        (Layer::Original, "Original", tokens.text),
        (Layer::SoftTissue, "Soft tissue", tokens.accent),
    ]
}

/// Curves by name.
type Curve = (&'static str, Color32, Vec<[f64; 2]>);

/// Original and soft tissue along a line of this length.
pub(super) fn line_plot_ui(ui: &mut Ui, profiles: &[LineProfile], length: f64, scale: &Scale) {
    let curve = |(layer, name, colour): (Layer, &'static str, Color32)| -> Option<Curve> {
        let profile = profiles.iter().find(|profile| profile.layer == layer)?;
        let step = length / profile.values.len().saturating_sub(1).max(1) as f64;
        // A gap breaks the curve: NaN is what the plot does not draw.
        let points = profile.values.iter().enumerate();
        let points = points.map(|(i, value)| [i as f64 * step, value.unwrap_or(f64::NAN)]);
        Some((name, colour, points.collect()))
    };
    plot_ui(
        ui,
        "line_plot",
        curves(ui).into_iter().filter_map(curve).collect(),
        scale,
    );
}

/// Original and soft tissue across a rib.
pub(super) fn rib_plot_ui(ui: &mut Ui, rib: &RibProfile, scale: &Scale) {
    let curve = |(layer, name, colour): (Layer, &'static str, Color32)| -> Curve {
        let points = rib.samples.iter().map(|sample| {
            let value = match layer {
                Layer::SoftTissue => sample.soft_tissue,
                _ => sample.original,
            };
            [scale.length_of_columns(sample.distance_px).value, value]
        });
        (name, colour, points.collect())
    };
    plot_ui(
        ui,
        "rib_plot",
        curves(ui).into_iter().map(curve).collect(),
        scale,
    );
}

fn plot_ui(ui: &mut Ui, id: &str, curves: Vec<Curve>, scale: &Scale) {
    let unit = match scale.unit() {
        LengthUnit::Millimetres(kind) => format!("mm ({})", kind.words()),
        LengthUnit::Pixels => "px".to_owned(),
    };
    // Beside the plot, not in it: there is no place in so small a one where no curve is.
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new("Modality value:").small());
        for (name, colour, _) in &curves {
            ui.label(RichText::new(*name).small().color(*colour));
        }
    });
    let close = Rangef::new(0.5 * TICK_ROOM, TICK_ROOM);
    let x_axis = AxisHints::new_x().label(unit).label_spacing(close);
    let y_axis = AxisHints::new_y().label_spacing(close);
    Plot::new(id)
        .height(theme::PLOT_HEIGHT)
        .width(ui.available_width())
        .custom_x_axes(vec![x_axis])
        .custom_y_axes(vec![y_axis])
        .x_grid_spacer(|input| ticks(input.bounds))
        .y_grid_spacer(|input| ticks(input.bounds))
        .allow_drag(false)
        .allow_zoom(false)
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .show(ui, |plot| {
            for (name, colour, points) in curves {
                plot.line(Line::new(name, PlotPoints::from(points)).color(colour));
            }
        });
}

/// A few ticks at round values.
fn ticks((low, high): (f64, f64)) -> Vec<GridMark> {
    let step_size = round_step((high - low) / MOST_TICKS);
    let count = ((high - low) / step_size) as usize;
    let first = (low / step_size).ceil() * step_size;
    let ticks = (0..=count.min(2 * MOST_TICKS as usize)).map(|i| GridMark {
        value: first + i as f64 * step_size,
        step_size,
    });
    ticks.filter(|tick| tick.value <= high).collect()
}

/// The smallest of 1, 2, 5 times a power of ten that is no smaller than `least`; 1 where that is no positive number.
fn round_step(least: f64) -> f64 {
    if !(least.is_finite() && least > 0.0) {
        return 1.0;
    }
    let power = 10_f64.powf(least.log10().floor());
    let factor = [1.0, 2.0, 5.0].into_iter().find(|f| f * power >= least);
    factor.unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use super::ticks;

    #[test]
    fn ticks_are_few_and_round() {
        let ticks = |low, high| -> Vec<f64> {
            let ticks = ticks((low, high)).into_iter();
            ticks.map(|tick| tick.value).collect()
        };
        assert_eq!(ticks(0.0, 5.72), [0.0, 2.0, 4.0]);
        assert_eq!(ticks(870.0, 1530.0), [1000.0, 1200.0, 1400.0]);
        assert_eq!(ticks(-24.0, 24.0), [-20.0, 0.0, 20.0]);
        assert_eq!(ticks(3.0, 3.0), [3.0]);
    }
}
