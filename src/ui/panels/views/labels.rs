//! Text over a picture: what it is, whose, how it is turned, and what must be known of it.

use super::text::{badge_ui, caution_text, corner_text, fitted_lines, text_height};
use super::view::{AI_LABEL, View};
use crate::radiograph::Radiograph;
use crate::ui::camera::Placement;
use crate::ui::compare::CompareTool;
use crate::ui::layout::Layout;
use crate::ui::look::{Content, Look};
use crate::ui::panels::compare::compared_names;
use crate::ui::panels::overlay::{
    OverlayLevel, SIDES_NOT_STATED, acquisition_lines, border_letters, patient_lines,
};
use crate::ui::scale_text::{spacing_text, window_text};
use crate::ui::theme;
use crate::ui::widgets::colour_bar::{
    ColourScale, DifferenceScale, colour_bar_height, colour_bar_ui,
};
use crate::ui::widgets::status_sign::paint_star;
use crate::worker::OutputGrid;
use eframe::egui::{Align2, Pos2, Rect, Ui, Vec2};

/// Share of a view's width that the text at its left may take where there is some at its right.
const LEFT_SHARE: f32 = 0.6;
/// Radius of the star of a key image, points.
const STAR_RADIUS: f32 = 7.0;
/// Gap between two texts, points.
const GAP: f32 = 6.0;
/// The badge of a lossily compressed picture where there is no room for ratio and method.
const LOSSY: &str = "Lossy";
/// Height of a badge or a letter, with the gap below, that must not lie under the colour bar, points.
const BADGE_ROOM: f32 = 48.0;
/// A view narrower or lower than this shows no more than its name, points.
const SMALL_VIEW: f32 = 220.0;

fn file_name(radiograph: &Radiograph) -> String {
    let name = radiograph.source.path.file_name();
    name.map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

impl View<'_> {
    /// Draws all of it; `is_processed` where anything but the original as it is stands on the screen.
    pub(super) fn labels_ui(
        &self,
        ui: &mut Ui,
        content: Content,
        (missing, is_processed): (bool, bool),
        placement: &Placement,
    ) {
        let inner = self.rect.shrink(theme::OVERLAY_MARGIN);
        let is_made = !missing && (content != Content::Original || self.shows_rival());
        let scale = self.colour_scale(content).filter(|_| is_made);
        let corners = self.corners(ui, inner, (content, missing));
        let top = corners.upper_ui(ui, inner);
        self.key_image_ui(ui, inner);
        let mut bottom = inner.bottom();
        if content == Content::Original && self.waits_for_result() {
            let text = corner_text(ui, inner, Align2::CENTER_BOTTOM, self.waiting_text());
            bottom = text.top() - GAP;
        }
        if is_made {
            // Its room is kept where a tool shows the original for the moment: no text jumps with the flicker.
            bottom -= text_height(ui, inner.width(), AI_LABEL) + GAP;
        }
        if is_processed {
            corner_text(ui, inner, Align2::LEFT_BOTTOM, AI_LABEL);
        }
        let above = inner.with_max_y(bottom);
        corner_text(ui, above, Align2::LEFT_BOTTOM, &corners.lower);
        let bar = scale.map(|scale| {
            let id = ui.unique_id().with(("colour bar", self.id.0));
            // What stands in the corner above it is not covered, however low the view is.
            let free = above.with_min_y(top.min(above.bottom()));
            let picture = self.picture_rect(placement, ui.ctx().pixels_per_point());
            colour_bar_ui(ui, (free, id), picture, scale)
        });
        // Neither the letter at the right nor a badge must lie under the colour bar.
        let beside_bar = |at: f32| {
            let bar = bar.filter(|bar| bar.top() - BADGE_ROOM < at && at < bar.bottom());
            bar.map_or(inner, |bar| inner.with_max_x(bar.left() - GAP))
        };
        self.borders_ui(ui, beside_bar(inner.center().y));
        if let Some(text) = self.badge_text(content).filter(|_| is_processed) {
            // Under the corner texts, which a narrow view leaves no room between.
            let area = beside_bar(top + GAP);
            badge_ui(ui, Pos2::new(area.center().x, top + GAP), area, text);
        }
    }

    /// What the colours of a picture mean; `None` of a grey one.
    fn colour_scale(&self, content: Content) -> Option<ColourScale> {
        let compared = self.study.runs.rival().and(self.study.runs.shown());
        match content {
            Content::Difference => Some(ColourScale::Difference(DifferenceScale {
                limit: self.state.shown_difference_limit(),
                low_is_bright: self.study.low_is_bright(),
                is_absolute: self.state.difference_is_absolute,
                result: compared.map(|run| run.number),
            })),
            Content::Uncertainty => Some(ColourScale::Uncertainty {
                limit: self.state.shown_uncertainty_limit(),
                is_band: self.has_band(),
            }),
            _ => None,
        }
    }

    /// The star of a key image, in the lower right corner.
    fn key_image_ui(&self, ui: &mut Ui, inner: Rect) {
        if !self.study.is_key_image {
            return;
        }
        let words = corner_text(ui, inner, Align2::RIGHT_BOTTOM, "Key image");
        let at = words.left_center() - Vec2::new(STAR_RADIUS + 6.0, 0.0);
        let painter = ui.painter_at(self.rect);
        painter.circle_filled(at, STAR_RADIUS + 3.0, theme::SHADE);
        paint_star(&painter, at, STAR_RADIUS, theme::OVERLAY);
    }

    /// Why the picture is not what its study is set to, or how it came to be.
    fn badge_text(&self, content: Content) -> Option<&'static str> {
        let interpolated = self.state.interpolation_text();
        let interpolated = interpolated.filter(|_| content == Content::SoftTissue);
        // What is stale is the result shown, not the one it is compared with.
        let stale = self.state.stale_text().or_else(|| self.grid_text());
        interpolated.or_else(|| stale.filter(|_| content != Content::Original))
    }

    /// Said of a result that is coarser than its radiograph.
    fn grid_text(&self) -> Option<&'static str> {
        let result = self.study.result()?;
        let is_coarse = result.settings.output == OutputGrid::Model;
        is_coarse.then_some("On the model's own grid: fine detail is missing")
    }

    /// The one view shows the original because there is nothing else yet.
    fn waits_for_result(&self) -> bool {
        let alone = self.state.layout == Layout::Single && self.state.held.is_none();
        alone && self.study.result().is_none()
    }

    fn waiting_text(&self) -> &'static str {
        if self.state.is_running(self.study) {
            "The first soft-tissue image is being made"
        } else {
            "No soft-tissue image yet: press Suppress"
        }
    }

    /// What the view shows, in words; a mixture says how much of the bone is gone.
    fn name(&self, content: Content, seconds: f64) -> String {
        let compare = &self.state.compare;
        let [base, layer] = compared_names(self.study);
        match content {
            Content::Uncertainty => return self.uncertainty_name(),
            Content::SoftTissue if self.study.result().is_some() => {}
            _ => return self.title(content),
        }
        let name = match compare.tool {
            CompareTool::Whole => layer,
            CompareTool::Wipe => format!("{base} beside {}", layer.to_lowercase()),
            CompareTool::Lens => format!("{base}, {} in the lens", layer.to_lowercase()),
            // What stands here is named, not what takes turns: a reader must never take one for the other.
            CompareTool::Flicker if compare.flicker_shows(seconds) => layer,
            CompareTool::Flicker => return base,
        };
        let percent = (100.0 * compare.suppression).round();
        if percent >= 100.0 {
            return name;
        }
        if self.study.runs.rival().is_some() {
            format!("{name}, {percent:.0} % of the way")
        } else {
            format!("{name}, {percent:.0} % of the bone off")
        }
    }

    /// Whether the uncertainty is the half-width of a measured band.
    fn has_band(&self) -> bool {
        let result = self.study.result();
        result.is_some_and(|result| result.uncertainty_band.is_some())
    }

    /// Of how many pictures.
    fn uncertainty_name(&self) -> String {
        let num_seeds = self.study.result().map_or(0, |result| result.seeds.len());
        if self.has_band() {
            return format!("Uncertainty of {num_seeds} pictures (\u{b1}, 95 %)");
        }
        format!("Uncertainty of {num_seeds} pictures")
    }

    /// The text of the corners, as much of what is preferred as the view has room for.
    fn corners(&self, ui: &Ui, inner: Rect, (content, missing): (Content, bool)) -> Corners {
        let preferred = self.state.shell.preferences.overlay;
        let corners = self.corners_at(preferred, ui, inner, (content, missing));
        let is_small = self.rect.width().min(self.rect.height()) < SMALL_VIEW;
        let bar = match content {
            Content::Difference | Content::Uncertainty => colour_bar_height(inner.size()),
            _ => 0.0,
        };
        let fits = !is_small && corners.fit(ui, inner, bar);
        if preferred != OverlayLevel::Full || fits {
            return corners;
        }
        let mut fewer = self.corners_at(OverlayLevel::Minimal, ui, inner, (content, missing));
        if !fewer.lossy.is_empty() && !fewer.fit(ui, inner, bar) {
            LOSSY.clone_into(&mut fewer.lossy);
        }
        fewer
    }

    /// The file's own picture in its own place: all else is named however little text is wanted, because a key that is
    /// held, an exchange or the flicker shows another picture in the same place.
    fn is_plain_original(&self, content: Content) -> bool {
        let is_alone = self.cell == Content::Original || self.study.result().is_none();
        content == Content::Original && is_alone && !self.shows_rival()
    }

    fn corners_at(
        &self,
        level: OverlayLevel,
        ui: &Ui,
        inner: Rect,
        (content, missing): (Content, bool),
    ) -> Corners {
        let info = &self.study.radiograph.info;
        let look = self.look();
        let hidden = self.state.is_patient_hidden();
        let (mut left, mut right, mut lower) = (Vec::new(), Vec::new(), Vec::new());
        if level != OverlayLevel::Off || !self.is_plain_original(content) {
            let seconds = ui.input(|input| input.time);
            left.push(self.name(content, seconds));
        }
        if level == OverlayLevel::Full {
            if !hidden {
                let lines = patient_lines(info);
                // A file that names nobody is known by its own name.
                let name = lines.is_empty().then(|| file_name(&self.study.radiograph));
                left.extend(name.into_iter().chain(lines));
            }
            right.extend(acquisition_lines(info, hidden));
            if !missing {
                lower.extend(self.scale_lines(ui, content));
            }
        } else if border_letters(info, look.orientation).is_none() {
            right.push(SIDES_NOT_STATED.to_owned());
        }
        right.extend(mark_lines(look));
        let zoom = self.placement(ui.ctx().pixels_per_point()).zoom();
        if let Some(text) = self.state.true_size_text(zoom) {
            right.push(text.replacen('t', "T", 1));
        }
        let left_share = if right.is_empty() { 1.0 } else { LEFT_SHARE };
        let fitted =
            |lines: &[String], share: f32| fitted_lines(ui, lines, share * inner.width() - GAP);
        Corners {
            left: fitted(&left, left_share),
            right: fitted(&right, 1.0 - LEFT_SHARE),
            lossy: if content.has_window() {
                info.lossy_compression.clone()
            } else {
                String::new()
            },
            lower: fitted(&lower, LEFT_SHARE),
        }
    }

    /// Window and zoom of this view, and the size of a pixel with what it was measured on.
    fn scale_lines(&self, ui: &Ui, content: Content) -> [String; 2] {
        let zoom = self.placement(ui.ctx().pixels_per_point()).zoom();
        let window = window_text(self.state, self.study, (content, self.look()));
        [
            format!("{window}  Zoom {:.0} %", 100.0 * zoom),
            spacing_text(self.study.spacing()),
        ]
    }

    /// The letters of the sides.
    fn borders_ui(&self, ui: &mut Ui, inner: Rect) {
        let info = &self.study.radiograph.info;
        let letters = border_letters(info, self.look().orientation);
        let places = [
            Align2::LEFT_CENTER,
            Align2::RIGHT_CENTER,
            Align2::CENTER_TOP,
            Align2::CENTER_BOTTOM,
        ];
        for (place, letter) in places.into_iter().zip(letters.into_iter().flatten()) {
            corner_text(ui, inner, place, &letter);
        }
    }
}

/// What must be known of a picture that does not stand as it is stored.
pub fn mark_lines(look: &Look) -> Vec<String> {
    let inverted = if look.inverted { "Inverted" } else { "" };
    let marks = [inverted, look.orientation.text()].into_iter();
    let marks = marks.filter(|mark| !mark.is_empty());
    marks.map(str::to_owned).collect()
}

/// Text of the corners of a view.
struct Corners {
    /// What it is, and whose.
    left: String,
    /// When and how it was taken, and how it is turned.
    right: String,
    /// That something was lost before this program had it.
    lossy: String,
    /// Window, zoom and pixel size.
    lower: String,
}

impl Corners {
    /// Whether no text lies over another, or over the letters of the sides half way down; `bar` is the height of what
    /// stands in the lower right corner.
    fn fit(&self, ui: &Ui, inner: Rect, bar: f32) -> bool {
        let height = |text: &str, share: f32| text_height(ui, share * inner.width(), text);
        let line = height("A", 1.0);
        let upper_left = height(&self.left, 1.0);
        let lossy = height(&self.lossy, 1.0 - LEFT_SHARE);
        let upper_right = height(&self.right, 1.0) + lossy + 2.0 * GAP;
        let lower = height(&self.lower, 1.0) + height(AI_LABEL, 1.0) + 2.0 * GAP;
        let half = 0.5 * inner.height() - line;
        // Between the upper and the lower text hangs a badge.
        let badge = 2.0 * line + 2.0 * GAP;
        let upper = upper_left.max(upper_right);
        let lower_right = bar + height(AI_LABEL, 1.0) + GAP;
        upper <= half
            && lower <= half
            && upper + badge + lower <= inner.height()
            && upper_right + lower_right <= inner.height()
    }

    /// Draws the upper corners; returns where their text ends.
    fn upper_ui(&self, ui: &mut Ui, inner: Rect) -> f32 {
        let left = corner_text(ui, inner, Align2::LEFT_TOP, &self.left);
        let right = corner_text(ui, inner, Align2::RIGHT_TOP, &self.right);
        let mut bottom = left.bottom().max(right.bottom());
        if !self.lossy.is_empty() {
            let mut below = inner.with_min_x(inner.left() + LEFT_SHARE * inner.width());
            if !self.right.is_empty() {
                below = below.with_min_y(right.bottom() + GAP);
            }
            let lossy = caution_text(ui, below, Align2::RIGHT_TOP, &self.lossy);
            bottom = bottom.max(lossy.bottom());
        }
        bottom
    }
}
