//! The scale of a difference: colours with numbers.

use crate::display;
use crate::ui::theme;
use eframe::egui::{
    Align2, Id, Painter, Pos2, Rect, Role, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, vec2,
};

/// Bands of the bar.
const NUM_BANDS: usize = 64;
/// Room for the numbers beside the bar, points.
const NUMBERS_WIDTH: f32 = 54.0;
/// How far the shade reaches beyond the bar at the left, points.
const SHADE_MARGIN: f32 = 8.0;
/// Height of a line of the captions above and below the bar, points.
const CAPTION_HEIGHT: f32 = 18.0;
/// Share of the view's height that the bar may take from the picture.
const MAX_SHARE: f32 = 0.35;
/// Height of the bar in widths of the view: in a narrow view the picture is low.
const MAX_WIDTHS: f32 = 0.7;

/// What the colours of a difference mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DifferenceScale {
    /// Size of the difference at the ends, modality units.
    pub limit: f64,
    /// Lower modality values are the brighter ones: what is taken away from the brightness there is below zero in
    /// modality units, as the pixel values under the pointer and in regions are.
    pub low_is_bright: bool,
    /// The size of the difference alone is shown.
    pub is_absolute: bool,
}

impl DifferenceScale {
    /// Original less soft tissue, modality units, in the colour of this share of the way up from the neutral one:
    /// -1 to 1, or 0 to 1 where the size alone is shown.
    fn value(self, share: f64) -> f64 {
        let is_turned = self.low_is_bright && !self.is_absolute && share != 0.0;
        self.limit * if is_turned { -share } else { share }
    }

    /// What the upper and the lower end stand for.
    fn ends(self) -> [&'static str; 2] {
        if self.is_absolute {
            ["changed", "unchanged"]
        } else {
            ["taken away", "added"]
        }
    }

    /// Both ends in words, for who does not see the bar.
    fn words(self) -> String {
        let lowest = if self.is_absolute { 0.0 } else { -1.0 };
        let [upper, lower] = self.ends();
        let [high, low] = [1.0, lowest].map(|share| label(self.value(share)));
        format!("Scale of the difference, modality values: {high} {upper}, {low} {lower}")
    }
}

/// Draws the bar in the bottom right corner of `view` with what its ends mean. Of a difference that is shown by its
/// size alone the lower half is left out.
pub fn colour_bar_ui(ui: &Ui, (view, id): (Rect, Id), scale: DifferenceScale) {
    let painter = ui.painter_at(view.expand(theme::OVERLAY_MARGIN));
    let shade = paint(&painter, view, scale);
    let response = ui.interact(shade, id, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, scale.words()));
}

/// Width of the bar with its numbers, points.
pub const COLOUR_BAR_WIDTH: f32 = NUMBERS_WIDTH + theme::COLOUR_BAR[0] + SHADE_MARGIN;

/// Height of the bar with its captions in an area of this size, points.
pub fn colour_bar_height(area: Vec2) -> f32 {
    bar_height(area) + 3.8 * CAPTION_HEIGHT
}

fn bar_height(area: Vec2) -> f32 {
    let [_, height] = theme::COLOUR_BAR;
    height.min(MAX_SHARE * area.y).min(MAX_WIDTHS * area.x)
}

/// Paints the bar; returns where it is.
fn paint(painter: &Painter, view: Rect, scale: DifferenceScale) -> Rect {
    let is_absolute = scale.is_absolute;
    let [width, _] = theme::COLOUR_BAR;
    let height = bar_height(view.size());
    let right = view.right() - NUMBERS_WIDTH;
    let left_top = Pos2::new(right - width, view.bottom() - 2.4 * CAPTION_HEIGHT - height);
    let bar = Rect::from_min_size(left_top, vec2(width, height));
    let upper = bar.min - vec2(SHADE_MARGIN, 1.4 * CAPTION_HEIGHT);
    let shade = Rect::from_min_max(upper, view.max + vec2(2.0, 2.0));
    painter.rect_filled(shade, 3, theme::SHADE_STRONG);
    let band = bar.height() / NUM_BANDS as f32;
    for i in 0..NUM_BANDS {
        let share = (i as f32 + 0.5) / NUM_BANDS as f32;
        let value = 1.0 - if is_absolute { share } else { 2.0 * share };
        let top = bar.top() + i as f32 * band;
        // Half a point of overlap hides the seams between bands.
        let rect = Rect::from_min_size(Pos2::new(bar.left(), top), vec2(bar.width(), band + 0.5));
        painter.rect_filled(
            rect,
            0,
            theme::map_colour(display::diverging_on_black(value)),
        );
    }
    let outline = Stroke::new(1.0, theme::on_picture().line);
    painter.rect_stroke(bar, 0, outline, StrokeKind::Outside);
    let lowest = if is_absolute { 0.0 } else { -1.0 };
    for down in [0.0, 0.25, 0.5, 0.75, 1.0_f32] {
        let share = 1.0 - down * (1.0 - lowest);
        let y = bar.top() + down * bar.height();
        let tick = Stroke::new(1.0, theme::OVERLAY);
        painter.hline(bar.right()..=bar.right() + 4.0, y, tick);
        let at = Pos2::new(bar.right() + 8.0, y);
        text(
            painter,
            at,
            Align2::LEFT_CENTER,
            &label(scale.value(f64::from(share))),
        );
    }
    let top = Pos2::new(view.right(), bar.top() - 0.4 * CAPTION_HEIGHT);
    let [upper, lower] = scale.ends();
    text(painter, top, Align2::RIGHT_BOTTOM, upper);
    let bottom = Pos2::new(view.right(), view.bottom() - CAPTION_HEIGHT);
    text(painter, bottom, Align2::RIGHT_BOTTOM, lower);
    text(painter, view.max, Align2::RIGHT_BOTTOM, "modality");
    shade
}

fn text(painter: &Painter, at: Pos2, anchor: Align2, text: &str) {
    painter.text(at, anchor, text, theme::overlay_font(), theme::OVERLAY);
}

/// A signed number with three significant digits.
fn label(value: f64) -> String {
    let digits = match value.abs() {
        v if v >= 100.0 || v == 0.0 => 0,
        v if v >= 10.0 => 1,
        v if v >= 1.0 => 2,
        _ => 3,
    };
    if value > 0.0 {
        format!("+{value:.digits$}")
    } else {
        format!("{value:.digits$}")
    }
}

#[cfg(test)]
mod tests {
    use super::{DifferenceScale, label};

    #[test]
    fn numbers_carry_their_sign() {
        assert_eq!(label(1024.0), "+1024");
        assert_eq!(label(-12.5), "-12.5");
        assert_eq!(label(0.0), "0");
    }

    #[test]
    fn what_was_taken_from_a_low_is_bright_picture_is_below_zero() {
        let scale = DifferenceScale {
            limit: 750.0,
            low_is_bright: true,
            is_absolute: false,
        };
        let numbers = [1.0, 0.5, 0.0, -1.0].map(|share| label(scale.value(share)));
        assert_eq!(numbers, ["-750", "-375", "0", "+750"]);
        let size = DifferenceScale {
            is_absolute: true,
            ..scale
        };
        assert_eq!(label(size.value(1.0)), "+750");
    }
}
