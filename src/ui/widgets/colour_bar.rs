//! The scale of a difference: colours with numbers.

use crate::display;
use crate::ui::theme;
use eframe::egui::{Align2, Painter, Pos2, Rect, Stroke, StrokeKind, vec2};

/// Bands of the bar.
const NUM_BANDS: usize = 64;

/// Paints the bar with its top left corner at `at`; `limit` is the value of the upper end.
pub fn paint(painter: &Painter, at: Pos2, limit: f64) {
    let bar = Rect::from_min_size(at, vec2(theme::COLOUR_BAR[0], theme::COLOUR_BAR[1]));
    let band = bar.height() / NUM_BANDS as f32;
    for i in 0..NUM_BANDS {
        let value = 1.0 - 2.0 * (i as f32 + 0.5) / NUM_BANDS as f32;
        let top = bar.top() + i as f32 * band;
        // Half a point of overlap hides the seams between bands.
        let rect = Rect::from_min_size(Pos2::new(bar.left(), top), vec2(bar.width(), band + 0.5));
        painter.rect_filled(rect, 0, theme::map_colour(display::diverging(value)));
    }
    painter.rect_stroke(bar, 0, Stroke::new(1.0, theme::LINE), StrokeKind::Outside);
    for share in [1.0, 0.5, 0.0, -0.5, -1.0_f32] {
        let y = bar.center().y - share * 0.5 * bar.height();
        painter.hline(
            bar.right()..=bar.right() + 4.0,
            y,
            Stroke::new(1.0, theme::OVERLAY),
        );
        painter.text(
            Pos2::new(bar.right() + 8.0, y),
            Align2::LEFT_CENTER,
            label(f64::from(share) * limit),
            theme::overlay_font(),
            theme::OVERLAY,
        );
    }
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
    use super::label;

    #[test]
    fn numbers_carry_their_sign() {
        assert_eq!(label(1024.0), "+1024");
        assert_eq!(label(-12.5), "-12.5");
        assert_eq!(label(0.0), "0");
    }
}
