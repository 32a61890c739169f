//! Text over a picture: what it is, whose, how it is turned, and what must be known of it.

use super::text::{badge_ui, corner_text, fitted_lines};
use super::view::{AI_LABEL, View};
use crate::ui::compare::CompareTool;
use crate::ui::layout::Layout;
use crate::ui::look::Content;
use crate::ui::panels::compare::compared_names;
use crate::ui::panels::overlay::{
    OverlayLevel, SIDES_NOT_STATED, acquisition_lines, border_letters, patient_lines,
};
use crate::ui::theme;
use crate::ui::widgets::colour_bar::{DifferenceScale, colour_bar_ui};
use crate::ui::widgets::status_sign::paint_star;
use eframe::egui::{Align2, Pos2, Rect, Ui, Vec2};

/// Share of a view's width that the text at its left may take where there is some at its right.
const LEFT_SHARE: f32 = 0.6;
/// Radius of the star of a key image, points.
const STAR_RADIUS: f32 = 7.0;
/// A view narrower or lower than this shows no more than its name, points.
const SMALL_VIEW: f32 = 220.0;

impl View<'_> {
    pub(super) fn labels_ui(&self, ui: &mut Ui, content: Content, missing: bool) {
        let inner = self.rect.shrink(theme::OVERLAY_MARGIN);
        let top = self.corners_ui(ui, inner, content);
        self.key_image_ui(ui, inner);
        if content == Content::Original && self.waits_for_result() {
            corner_text(ui, inner, Align2::CENTER_BOTTOM, self.waiting_text());
        }
        if missing || content == Content::Original {
            return;
        }
        if let Some(text) = self.badge_text(content) {
            // Under the corner texts, which a narrow view leaves no room between.
            badge_ui(ui, Pos2::new(inner.center().x, top + 6.0), inner, text);
        }
        let label = corner_text(ui, inner, Align2::LEFT_BOTTOM, AI_LABEL);
        if content == Content::Difference {
            let above = inner.with_max_y(label.top() - 6.0);
            let scale = DifferenceScale {
                limit: self.state.shown_difference_limit(),
                low_is_bright: self.study.low_is_bright(),
                is_absolute: self.state.difference_is_absolute,
            };
            let id = ui.unique_id().with(("colour bar", self.id.0));
            colour_bar_ui(ui, (above, id), scale);
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
        interpolated.or_else(|| self.state.stale_text())
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
    fn name(&self, content: Content) -> String {
        let compare = &self.state.compare;
        let [base, layer] = compared_names(self.study);
        match content {
            Content::Uncertainty => return self.uncertainty_name(),
            Content::SoftTissue if self.study.result().is_some() => {}
            Content::Difference if self.study.runs.rival().is_some() => {
                return format!("{base} - {}", layer.to_lowercase());
            }
            _ => return content.name().to_owned(),
        }
        let name = match compare.tool {
            CompareTool::Whole => layer,
            CompareTool::Wipe => format!("{base} beside {}", layer.to_lowercase()),
            CompareTool::Lens => format!("{base}, {} in the lens", layer.to_lowercase()),
            CompareTool::Flicker => format!("{base} and {} in turn", layer.to_lowercase()),
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

    /// Of how many pictures, and how much is white.
    fn uncertainty_name(&self) -> String {
        let num_seeds = self.study.result().map_or(0, |result| result.seeds.len());
        let white = self.state.white_uncertainty();
        format!("Uncertainty of {num_seeds} pictures\nWhite: deviation {white:.0}")
    }

    /// A small view has no room for more than its name.
    fn overlay_level(&self) -> OverlayLevel {
        let level = self.state.shell.preferences.overlay;
        let is_small = self.rect.width().min(self.rect.height()) < SMALL_VIEW;
        if is_small && level == OverlayLevel::Full {
            OverlayLevel::Minimal
        } else {
            level
        }
    }

    /// Who and when, and the letters of the sides; returns where the upper texts end.
    fn corners_ui(&self, ui: &mut Ui, inner: Rect, content: Content) -> f32 {
        let info = &self.study.radiograph.info;
        let look = self.look();
        let level = self.overlay_level();
        let hidden = self.state.is_patient_hidden();
        let (mut left, mut right) = (Vec::new(), Vec::new());
        if level != OverlayLevel::Off {
            left.extend(self.name(content).lines().map(str::to_owned));
        }
        if level == OverlayLevel::Full {
            if !hidden {
                left.extend(patient_lines(info));
            }
            right.extend(acquisition_lines(info, hidden));
        } else if border_letters(info, look.orientation).is_none() {
            right.push(SIDES_NOT_STATED.to_owned());
        }
        if look.inverted {
            right.push("Inverted".to_owned());
        }
        let zoom = self.placement(ui.ctx().pixels_per_point()).zoom();
        if let Some(text) = self.state.true_size_text(zoom) {
            right.push(text.replacen('t', "T", 1));
        }
        let turned = look.orientation.text();
        if !turned.is_empty() {
            right.push(turned.to_owned());
        }
        let left_share = if right.is_empty() { 1.0 } else { LEFT_SHARE };
        let left = fitted_lines(ui, &left, left_share * inner.width());
        let right = fitted_lines(ui, &right, (1.0 - LEFT_SHARE) * inner.width() - 8.0);
        let left = corner_text(ui, inner, Align2::LEFT_TOP, &left);
        let right = corner_text(ui, inner, Align2::RIGHT_TOP, &right);
        if let Some([at_left, at_right, at_top, at_bottom]) = border_letters(info, look.orientation)
        {
            corner_text(ui, inner, Align2::LEFT_CENTER, &at_left);
            corner_text(ui, inner, Align2::RIGHT_CENTER, &at_right);
            corner_text(ui, inner, Align2::CENTER_TOP, &at_top);
            corner_text(ui, inner, Align2::CENTER_BOTTOM, &at_bottom);
        }
        left.bottom().max(right.bottom())
    }
}
