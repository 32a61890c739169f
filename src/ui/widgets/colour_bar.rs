//! The scale of a difference or of an uncertainty: colours with numbers.

use crate::display::{self, Rgb};
use crate::ui::scale_text::number;
use crate::ui::theme;
use eframe::egui::{
    Align2, Color32, Id, Painter, Pos2, Rect, Role, Sense, Stroke, StrokeKind, Ui, Vec2,
    WidgetInfo, vec2,
};

/// Bands of the bar.
const NUM_BANDS: usize = 64;
/// Room for the numbers beside the bar, points.
const NUMBERS_WIDTH: f32 = 54.0;
/// From the bar to its numbers, points.
const NUMBERS_GAP: f32 = 8.0;
/// Length of the tick at a number, points.
const TICK: f32 = 4.0;
/// Overlap with the picture that is none: its border, points.
const COVERED: f32 = 3.0;
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
    /// How far the picture may be off, or pictures of different noise differ.
    Uncertainty {
        /// Uncertainty at the upper end, modality units.
        limit: f64,
        /// It is the half-width of a measured 95 % band, not the standard deviation over the seeds.
        is_band: bool,
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
            Self::Uncertainty { limit, .. } => number(share * limit),
        }
    }

    /// What the upper and the lower end stand for, and the unit.
    fn captions(self) -> [String; 3] {
        match self {
            Self::Difference(scale) => {
                let [upper, lower] = scale.ends();
                [upper, lower, "grey value".to_owned()]
            }
            Self::Uncertainty { is_band: true, .. } => {
                ["uncertain", "certain", "\u{b1} grey value"].map(str::to_owned)
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
            Self::Uncertainty { is_band: true, .. } => {
                "uncertainty, half-width of the 95 % band in grey values"
            }
            Self::Uncertainty { .. } => "uncertainty, standard deviation in grey values",
        };
        let [upper, lower, _] = self.captions();
        let [high, low] = [1.0, self.lowest()].map(|share| self.label(share));
        format!("Scale of the {name}: {high} {upper}, {low} {lower}")
    }
}

/// Draws the bar in the bottom right corner of `view` with what its ends mean: beside `picture` where there is room for
/// it, else as little of it as can be read. Of what has no sign the lower half is left out. Returns where it stands.
pub fn colour_bar_ui(ui: &Ui, (view, id): (Rect, Id), picture: Rect, scale: ColourScale) -> Rect {
    let painter = ui.painter_at(view.expand(theme::OVERLAY_MARGIN));
    let whole = Place::new(&painter, view, (Form::Whole, scale));
    let place = if covers(whole.rect, picture) {
        Place::new(&painter, view, (Form::Slight, scale))
    } else {
        whole
    };
    paint(&painter, &place, scale);
    let response = ui.interact(place.rect, id, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, scale.words()));
    place.rect
}

fn covers(rect: Rect, picture: Rect) -> bool {
    let common = rect.intersect(picture);
    common.width() > COVERED && common.height() > COVERED
}

/// How much of the bar is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// At its full size, with a number at every quarter, on a shade of its own.
    Whole,
    /// Low and narrow, with numbers at its ends and its middle: what lies between them stays in sight.
    Slight,
}

impl Form {
    /// Where numbers stand, as shares of the way down.
    fn numbers(self) -> &'static [f32] {
        match self {
            Self::Whole => &[0.0, 0.25, 0.5, 0.75, 1.0],
            Self::Slight => &[0.0, 0.5, 1.0],
        }
    }
}

/// Where the bar lies.
struct Place {
    form: Form,
    /// The corner it stands in ends here.
    end: Pos2,
    bar: Rect,
    /// Bar, numbers and captions.
    rect: Rect,
}

impl Place {
    fn new(painter: &Painter, view: Rect, (form, scale): (Form, ColourScale)) -> Self {
        let [width, height] = match form {
            Form::Whole => [theme::COLOUR_BAR[0], bar_height(view.size())],
            Form::Slight => {
                let [width, height] = theme::SLIGHT_COLOUR_BAR;
                [width, bar_height(view.size()).min(height)]
            }
        };
        let numbers = form.numbers().iter();
        let numbers = numbers.map(|down| text_width(painter, &scale.label(share(scale, *down))));
        let numbers = match form {
            Form::Whole => NUMBERS_WIDTH,
            Form::Slight => NUMBERS_GAP + numbers.fold(0.0, f32::max),
        };
        let left_top = Pos2::new(
            view.right() - numbers - width,
            view.bottom() - 2.4 * CAPTION_HEIGHT - height,
        );
        let bar = Rect::from_min_size(left_top, vec2(width, height));
        let captions = scale.captions();
        let widths = captions.iter().map(|caption| text_width(painter, caption));
        let upper = Pos2::new(
            (bar.left() - SHADE_MARGIN).min(view.right() - widths.fold(0.0, f32::max) - 4.0),
            bar.top() - 1.4 * CAPTION_HEIGHT,
        );
        Self {
            form,
            end: view.max,
            bar,
            rect: Rect::from_min_max(upper, view.max + vec2(2.0, 2.0)),
        }
    }
}

/// The share of the scale so far down the bar.
fn share(scale: ColourScale, down: f32) -> f32 {
    1.0 - down * (1.0 - scale.lowest())
}

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

fn paint(painter: &Painter, place: &Place, scale: ColourScale) {
    let bar = place.bar;
    let shade = match place.form {
        Form::Whole => {
            painter.rect_filled(place.rect, 3, theme::SHADE_STRONG);
            None
        }
        Form::Slight => Some(theme::SHADE),
    };
    paint_bands(painter, bar, scale);
    for &down in place.form.numbers() {
        let y = bar.top() + down * bar.height();
        let tick = Stroke::new(1.0, theme::OVERLAY);
        painter.hline(bar.right()..=bar.right() + TICK, y, tick);
        let at = Pos2::new(bar.right() + NUMBERS_GAP, y);
        let label = scale.label(share(scale, down));
        text(painter, (at, Align2::LEFT_CENTER), &label, shade);
    }
    let ends = [
        bar.top() - 0.4 * CAPTION_HEIGHT,
        place.end.y - CAPTION_HEIGHT,
        place.end.y,
    ];
    for (caption, y) in scale.captions().iter().zip(ends) {
        let at = Pos2::new(place.end.x, y);
        text(painter, (at, Align2::RIGHT_BOTTOM), caption, shade);
    }
}

fn paint_bands(painter: &Painter, bar: Rect, scale: ColourScale) {
    let band = bar.height() / NUM_BANDS as f32;
    for i in 0..NUM_BANDS {
        let down = (i as f32 + 0.5) / NUM_BANDS as f32;
        let share = share(scale, down);
        let top = bar.top() + i as f32 * band;
        // Half a point of overlap hides the seams between bands.
        let rect = Rect::from_min_size(Pos2::new(bar.left(), top), vec2(bar.width(), band + 0.5));
        painter.rect_filled(rect, 0, theme::map_colour(scale.colour(share)));
    }
    let outline = Stroke::new(1.0, theme::on_picture().line);
    painter.rect_stroke(bar, 0, outline, StrokeKind::Outside);
}

/// Text on a plate of this colour, or on what is there.
fn text(painter: &Painter, (at, anchor): (Pos2, Align2), text: &str, shade: Option<Color32>) {
    let font = theme::overlay_font();
    let galley = painter.layout_no_wrap(text.to_owned(), font, theme::OVERLAY);
    let rect = anchor.anchor_size(at, galley.size());
    if let Some(shade) = shade {
        painter.rect_filled(rect.expand(1.0), 2, shade);
    }
    painter.galley(rect.min, galley, theme::OVERLAY);
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
