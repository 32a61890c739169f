//! A slider that tells moving from letting go, because letting go costs a run.

use crate::ui::theme;
use eframe::egui::{
    DragValue, Id, InputState, Key, PointerButton, Rangef, Rect, Response, Slider, SliderClamping,
    Stroke, Ui, emath::Numeric,
};
use std::fmt::Debug;
use std::hash::Hash;
use std::ops::RangeInclusive;
use std::time::Duration;

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

/// How long a value that keys move must rest before it counts as let go, s.
const REST_SECS: f64 = 0.25;

/// The same, where a value that an arrow key moves step by step is let go when it has rested: a key that is held would
/// ask for a run at every step. `salt` names what the value belongs to.
pub fn rested(ui: &Ui, salt: impl Hash + Debug, change: Change) -> Change {
    const ARROWS: [Key; 4] = [
        Key::ArrowLeft,
        Key::ArrowRight,
        Key::ArrowUp,
        Key::ArrowDown,
    ];
    let id = Id::unique(("moved by key", salt));
    let is_arrow = |input: &InputState| ARROWS.iter().any(|key| input.key_pressed(*key));
    let (now, by_key) = ui.input(|input| (input.time, is_arrow(input)));
    if change.released {
        ui.data_mut(|data| data.remove::<f64>(id));
        if !by_key {
            return change;
        }
        ui.data_mut(|data| data.insert_temp(id, now));
    }
    let rests_for = ui
        .data(|data| data.get_temp::<f64>(id))
        .map(|moved| now - moved);
    let released = rests_for.is_some_and(|secs| secs >= REST_SECS);
    if released {
        ui.data_mut(|data| data.remove::<f64>(id));
    } else if let Some(secs) = rests_for {
        let left = Duration::from_secs_f64(REST_SECS - secs);
        ui.ctx().request_repaint_after(left);
    }
    Change { released, ..change }
}

/// What is marked on a slider.
#[derive(Debug, Clone, Copy)]
pub struct Marks<'a, T> {
    /// Notable values, with a tick each.
    pub ticks: &'a [T],
    /// The values to stay between, with a band under the rail.
    pub band: Option<(T, T)>,
    /// Where a double click goes.
    pub default: Option<T>,
}

impl<'a, T> From<&'a [T]> for Marks<'a, T> {
    fn from(ticks: &'a [T]) -> Self {
        Self {
            ticks,
            band: None,
            default: None,
        }
    }
}

impl<'a, T, const N: usize> From<&'a [T; N]> for Marks<'a, T> {
    fn from(ticks: &'a [T; N]) -> Self {
        Self::from(ticks.as_slice())
    }
}

/// A named slider with a number beside it and marks at notable values.
pub fn release_slider<'a, T: Numeric + 'a>(
    ui: &mut Ui,
    name: &str,
    value: &mut T,
    range: RangeInclusive<T>,
    marks: impl Into<Marks<'a, T>>,
) -> Change {
    let marks = marks.into();
    ui.label(name);
    let row = ui.horizontal(|ui| {
        let slider = Slider::new(value, range.clone())
            .show_value(false)
            .clamping(SliderClamping::Edits);
        let slider = ui.add(slider).accessible_name(name);
        let ends = (range.start().to_f64(), range.end().to_f64());
        let share = |mark: &T| (mark.to_f64() - ends.0) / (ends.1 - ends.0);
        if let Some((low, high)) = &marks.band {
            paint_band(ui, slider.rect, [share(low), share(high)]);
        }
        for mark in marks.ticks {
            paint_mark(ui, slider.rect, share(mark));
        }
        let reset = marks.default.filter(|_| is_double_clicked(ui, &slider));
        let number = DragValue::new(value)
            .range(range)
            .clamp_existing_to_range(false)
            .speed((ends.1 - ends.0) / 300.0)
            .max_decimals(if T::INTEGRAL { 0 } else { 2 })
            .update_while_editing(false);
        let number = ui.add(number).accessible_name(format!("{name} value"));
        let change = Change::of(&slider).or(Change::of(&number));
        match reset {
            Some(default) => {
                *value = default;
                Change {
                    edited: true,
                    released: true,
                }
            }
            None => change,
        }
    });
    row.inner
}

/// The slider itself senses drags alone.
fn is_double_clicked(ui: &Ui, slider: &Response) -> bool {
    ui.input(|input| {
        let at = input.pointer.interact_pos();
        let is_here = at.is_some_and(|at| slider.rect.contains(at));
        is_here && input.pointer.button_double_clicked(PointerButton::Primary)
    })
}

/// Where a share of the rail's length lies.
fn x_of(rail: Rect, share: f64) -> f32 {
    // egui's handle keeps this distance from the rail's ends.
    let handle_radius = rail.height() / 2.5;
    let x = rail.x_range().shrink(handle_radius);
    x.min + share.clamp(0.0, 1.0) as f32 * x.span()
}

/// A band under the rail between two shares of its length.
fn paint_band(ui: &Ui, rail: Rect, ends: [f64; 2]) {
    let [low, high] = ends.map(|share| x_of(rail, share));
    let y = Rangef::new(rail.bottom() - 1.5, rail.bottom() + 1.0);
    let band = Rect::from_x_y_ranges(Rangef::new(low.min(high), low.max(high)), y);
    ui.painter().rect_filled(band, 1, theme::of(ui).accent);
}

/// A tick under the rail at a share of its length.
fn paint_mark(ui: &Ui, rail: Rect, share: f64) {
    let x = x_of(rail, share);
    let y = rail.bottom() - 3.0..=rail.bottom() + 1.0;
    ui.painter()
        .vline(x, y, Stroke::new(1.5, theme::of(ui).text_weak));
}
