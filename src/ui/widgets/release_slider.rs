//! A slider that tells moving from letting go, because letting go costs a run.

use crate::ui::theme;
use eframe::egui::{DragValue, Rect, Response, Slider, SliderClamping, Stroke, Ui, emath::Numeric};
use std::ops::RangeInclusive;

/// What a reader did to a setting in one frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// The value is another one.
    pub edited: bool,
    /// The value is final for now.
    pub released: bool,
}

impl Change {
    /// From the response of a widget that may be dragged, typed into or stepped by key.
    pub fn of(response: &Response) -> Self {
        let held = response.dragged() || response.is_pointer_button_down_on();
        Self {
            edited: response.changed(),
            released: response.drag_stopped() || (response.changed() && !held),
        }
    }

    /// Either of two.
    pub fn or(self, other: Self) -> Self {
        Self {
            edited: self.edited || other.edited,
            released: self.released || other.released,
        }
    }
}

/// A named slider with a number beside it and marks at notable values.
pub fn release_slider<T: Numeric>(
    ui: &mut Ui,
    name: &str,
    value: &mut T,
    range: RangeInclusive<T>,
    marks: &[T],
) -> Change {
    ui.label(name);
    let row = ui.horizontal(|ui| {
        let slider = Slider::new(value, range.clone())
            .show_value(false)
            .clamping(SliderClamping::Edits);
        let slider = ui.add(slider).accessible_name(name);
        let ends = (range.start().to_f64(), range.end().to_f64());
        for mark in marks {
            paint_mark(
                ui,
                slider.rect,
                (mark.to_f64() - ends.0) / (ends.1 - ends.0),
            );
        }
        let number = DragValue::new(value)
            .range(range)
            .clamp_existing_to_range(false)
            .speed((ends.1 - ends.0) / 300.0)
            .max_decimals(if T::INTEGRAL { 0 } else { 2 })
            .update_while_editing(false);
        let number = ui.add(number).accessible_name(format!("{name} value"));
        Change::of(&slider).or(Change::of(&number))
    });
    row.inner
}

/// A tick under the rail at a share of its length.
fn paint_mark(ui: &Ui, rail: Rect, share: f64) {
    // egui's handle keeps this distance from the rail's ends.
    let handle_radius = rail.height() / 2.5;
    let x = rail.x_range().shrink(handle_radius);
    let x = x.min + share as f32 * x.span();
    let y = rail.bottom() - 3.0..=rail.bottom() + 1.0;
    ui.painter()
        .vline(x, y, Stroke::new(1.5, theme::of(ui).text_weak));
}
