//! The scale of a difference or of an uncertainty: colours with numbers.

use crate::display::{self, Rgb};
use crate::ui::scale_text::number;
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
/// Captions above and below the bar with the gaps between them, in heights of a line.
const CAPTIONS: f32 = 3.8;
/// Share of the view's height that the bar may take from the picture.
const MAX_SHARE: f32 = 0.35;
/// Height of the bar in widths of the view: in a narrow view the picture is low.
const MAX_WIDTHS: f32 = 0.7;

/// What the colours of a picture mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ColourScale {
    /// How much was taken away or added, or how two results differ.
    Difference(DifferenceScale),
    /// How far pictures of different noise differ.
    Uncertainty {
        /// Standard deviation at the upper end, modality units.
        limit: f64,
    },
}

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
    /// Number of the result that is taken off another one; `None` where it is taken off the original.
    pub result: Option<u64>,
}

impl DifferenceScale {
    fn is_turned(self) -> bool {
        self.low_is_bright && !self.is_absolute
    }

    /// Original less soft tissue, modality units, in the colour of this share of the way up from the neutral one:
    /// -1 to 1, or 0 to 1 where the size alone is shown.
    fn value(self, share: f64) -> f64 {
        let is_turned = self.is_turned() && share != 0.0;
        self.limit * if is_turned { -share } else { share }
    }

    /// What the upper and the lower end stand for.
    fn ends(self) -> [String; 2] {
        match self.result {
            None if self.is_absolute => ["changed", "unchanged"].map(str::to_owned),
            None => ["taken away", "added"].map(str::to_owned),
            Some(_) if self.is_absolute => ["they differ", "they agree"].map(str::to_owned),
            Some(result) => {
                let [lower, higher] =
                    ["lower", "higher"].map(|how| format!("result {result} {how}"));
                if self.is_turned() {
                    [higher, lower]
                } else {
                    [lower, higher]
                }
            }
        }
    }
}

impl ColourScale {
    /// Share at the lower end of the bar.
    fn lowest(self) -> f32 {
        match self {
            Self::Difference(scale) if !scale.is_absolute => -1.0,
            _ => 0.0,
        }
    }

    fn colour(self, share: f32) -> Rgb {
        match self {
            Self::Difference(_) => display::diverging_on_black(share),
            Self::Uncertainty { .. } => display::sequential_on_black(share),
        }
    }

    /// The number beside this share of the way up.
    fn label(self, share: f32) -> String {
        let share = f64::from(share);
        match self {
            Self::Difference(scale) => signed(scale.value(share)),
            Self::Uncertainty { limit } => number(share * limit),
        }
    }

    /// What the upper and the lower end stand for, and the unit.
    fn captions(self) -> [String; 3] {
        match self {
            Self::Difference(scale) => {
                let [upper, lower] = scale.ends();
                [upper, lower, "grey value".to_owned()]
            }
            Self::Uncertainty { .. } => {
                ["uncertain", "certain", "sd, grey value"].map(str::to_owned)
            }
        }
    }

    /// Both ends in words, for who does not see the bar.
    fn words(self) -> String {
        let name = match self {
            Self::Difference(_) => "difference, grey values",
            Self::Uncertainty { .. } => "uncertainty, standard deviation in grey values",
        };
        let [upper, lower, _] = self.captions();
        let [high, low] = [1.0, self.lowest()].map(|share| self.label(share));
        format!("Scale of the {name}: {high} {upper}, {low} {lower}")
    }
}

/// Draws the bar in the bottom right corner of `view` with what its ends mean. Of what has no sign the lower half is
/// left out.
pub fn colour_bar_ui(ui: &Ui, (view, id): (Rect, Id), scale: ColourScale) {
    let painter = ui.painter_at(view.expand(theme::OVERLAY_MARGIN));
    let shade = paint(&painter, view, scale);
    let response = ui.interact(shade, id, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, scale.words()));
}

/// Width of the bar with its numbers, points.
pub const COLOUR_BAR_WIDTH: f32 = NUMBERS_WIDTH + theme::COLOUR_BAR[0] + SHADE_MARGIN;

/// Height of the bar with its captions in an area of this size, points.
pub fn colour_bar_height(area: Vec2) -> f32 {
    bar_height(area) + CAPTIONS * CAPTION_HEIGHT
}

fn bar_height(area: Vec2) -> f32 {
    let [_, height] = theme::COLOUR_BAR;
    let free = (area.y - CAPTIONS * CAPTION_HEIGHT).max(0.0);
    height
        .min(MAX_SHARE * area.y)
        .min(MAX_WIDTHS * area.x)
        .min(free)
}

/// Paints the bar; returns where it is.
fn paint(painter: &Painter, view: Rect, scale: ColourScale) -> Rect {
    let [width, _] = theme::COLOUR_BAR;
    let height = bar_height(view.size());
    let right = view.right() - NUMBERS_WIDTH;
    let left_top = Pos2::new(right - width, view.bottom() - 2.4 * CAPTION_HEIGHT - height);
    let bar = Rect::from_min_size(left_top, vec2(width, height));
    let captions = scale.captions();
    let widths = captions.iter().map(|caption| text_width(painter, caption));
    let upper = Pos2::new(
        (bar.left() - SHADE_MARGIN).min(view.right() - widths.fold(0.0, f32::max) - 4.0),
        bar.top() - 1.4 * CAPTION_HEIGHT,
    );
    let shade = Rect::from_min_max(upper, view.max + vec2(2.0, 2.0));
    painter.rect_filled(shade, 3, theme::SHADE_STRONG);
    paint_bands(painter, bar, scale);
    for down in [0.0, 0.25, 0.5, 0.75, 1.0_f32] {
        let y = bar.top() + down * bar.height();
        let tick = Stroke::new(1.0, theme::OVERLAY);
        painter.hline(bar.right()..=bar.right() + 4.0, y, tick);
        let at = Pos2::new(bar.right() + 8.0, y);
        let share = 1.0 - down * (1.0 - scale.lowest());
        text(painter, at, Align2::LEFT_CENTER, &scale.label(share));
    }
    let ends = [
        bar.top() - 0.4 * CAPTION_HEIGHT,
        view.bottom() - CAPTION_HEIGHT,
        view.bottom(),
    ];
    for (caption, y) in captions.iter().zip(ends) {
        let at = Pos2::new(view.right(), y);
        text(painter, at, Align2::RIGHT_BOTTOM, caption);
    }
    shade
}

fn paint_bands(painter: &Painter, bar: Rect, scale: ColourScale) {
    let band = bar.height() / NUM_BANDS as f32;
    for i in 0..NUM_BANDS {
        let down = (i as f32 + 0.5) / NUM_BANDS as f32;
        let share = 1.0 - down * (1.0 - scale.lowest());
        let top = bar.top() + i as f32 * band;
        // Half a point of overlap hides the seams between bands.
        let rect = Rect::from_min_size(Pos2::new(bar.left(), top), vec2(bar.width(), band + 0.5));
        painter.rect_filled(rect, 0, theme::map_colour(scale.colour(share)));
    }
    let outline = Stroke::new(1.0, theme::on_picture().line);
    painter.rect_stroke(bar, 0, outline, StrokeKind::Outside);
}

fn text(painter: &Painter, at: Pos2, anchor: Align2, text: &str) {
    painter.text(at, anchor, text, theme::overlay_font(), theme::OVERLAY);
}

fn text_width(painter: &Painter, text: &str) -> f32 {
    let galley = painter.layout_no_wrap(text.to_owned(), theme::overlay_font(), theme::OVERLAY);
    galley.size().x
}

/// A number with its sign.
fn signed(value: f64) -> String {
    let sign = if value > 0.0 { "+" } else { "" };
    format!("{sign}{}", number(value))
}

#[cfg(test)]
mod tests {
    use super::{DifferenceScale, signed};

    #[test]
    fn numbers_carry_their_sign() {
        assert_eq!(signed(1024.0), "+1024");
        assert_eq!(signed(-12.5), "-12.5");
        assert_eq!(signed(0.0), "0");
    }

    #[test]
    fn what_was_taken_from_a_low_is_bright_picture_is_below_zero() {
        let scale = DifferenceScale {
            limit: 750.0,
            low_is_bright: true,
            is_absolute: false,
            result: None,
        };
        let numbers = [1.0, 0.5, 0.0, -1.0].map(|share| signed(scale.value(share)));
        assert_eq!(numbers, ["-750", "-375", "0", "+750"]);
        let size = DifferenceScale {
            is_absolute: true,
            ..scale
        };
        assert_eq!(signed(size.value(1.0)), "+750");
    }
}
