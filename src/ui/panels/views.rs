//! The pictures: where each view lies, what it shows, and what the mouse does in it.

use super::overlay::{acquisition_lines, patient_lines, side_letters};
use crate::render::{LayerKind, Mixture, Picture, RadiographCallback, ViewId, ViewSpec};
use crate::ui::camera::{Camera, ImageExtent, Placement, ViewRect};
use crate::ui::command::UiCommand;
use crate::ui::layers;
use crate::ui::state::{AppState, Layout, PixelPosition};
use crate::ui::study::{OpenStudy, StudyContent};
use crate::ui::theme;
use crate::ui::widgets::{colour_bar, middle_ellipsis::fitted};
use crate::ui::window_level::WindowDrag;
use eframe::egui::{
    self, Align2, Color32, CornerRadius, Label, PointerButton, Pos2, Rect, Response, RichText,
    Role, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo,
};

/// Label of a soft-tissue image, on the screen wherever one is.
pub const AI_LABEL: &str = "AI-processed - not for diagnosis without the original";
/// Share of a view's width that the text at its left may take where there is some at its right.
const LEFT_SHARE: f32 = 0.6;
/// Wheel points that enlarge by a factor of e.
const WHEEL_POINTS: f32 = 240.0;

/// What one view shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    Original,
    SoftTissue,
    Difference,
}

impl Content {
    fn name(self) -> &'static str {
        match self {
            Self::Original => "Original",
            Self::SoftTissue => "Soft tissue",
            Self::Difference => "Original - soft tissue",
        }
    }

    /// What is really on the screen: the original while it is asked for.
    fn shown(self, peeking: bool) -> Self {
        if peeking { Self::Original } else { self }
    }
}

fn contents(layout: Layout) -> &'static [Content] {
    match layout {
        Layout::SideBySide => &[Content::Original, Content::SoftTissue],
        Layout::Single => &[Content::SoftTissue],
        Layout::Difference => &[Content::Original, Content::Difference],
        Layout::Three => &[Content::Original, Content::SoftTissue, Content::Difference],
    }
}

/// Draws every view of the layout over the whole of `ui`; returns the zoom they have, screen pixels
/// per image pixel.
pub fn views_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) -> Option<f32> {
    let area = ui.available_rect_before_wrap();
    let Some(study) = state.study() else {
        empty_ui(ui, area, state);
        return None;
    };
    let contents = contents(state.layout);
    let (mut probed, mut zoom) = (None, None);
    for (index, &content) in contents.iter().enumerate() {
        let rect = column(area, index, contents.len());
        let view = View {
            id: ViewId(index as u32),
            rect,
            content,
            state,
            study,
        };
        let placement = view.placement(ui.ctx().pixels_per_point());
        zoom = Some(placement.scale[0]);
        probed = view.show(ui, &placement, commands).or(probed);
    }
    if probed != state.probe {
        commands.push(UiCommand::Probe(probed));
    }
    zoom
}

/// The `index`th of `count` equal columns.
fn column(area: Rect, index: usize, count: usize) -> Rect {
    let count = count as f32;
    let width = (area.width() - theme::VIEW_GAP * (count - 1.0)) / count;
    let left = area.left() + index as f32 * (width + theme::VIEW_GAP);
    Rect::from_min_size(Pos2::new(left, area.top()), Vec2::new(width, area.height()))
}

/// What stands where no picture is.
fn empty_ui(ui: &mut Ui, area: Rect, state: &AppState) {
    let text = match state.studies.get(state.current).map(|study| &study.content) {
        Some(StudyContent::Failed(sentence)) => sentence.as_str(),
        Some(StudyContent::Reading | StudyContent::Unread) => "Reading...",
        _ => "Open a chest radiograph: File > Open files, or drop files and folders here",
    };
    ui.painter().rect_filled(area, 0, theme::VIEW_BACKGROUND);
    centred_text(ui, area, text);
}

/// One view in one frame.
struct View<'a> {
    id: ViewId,
    rect: Rect,
    content: Content,
    state: &'a AppState,
    study: &'a OpenStudy,
}

impl View<'_> {
    /// Draws the view; returns the pixel under the pointer.
    fn show(
        &self,
        ui: &mut Ui,
        placement: &Placement,
        commands: &mut Vec<UiCommand>,
    ) -> Option<PixelPosition> {
        let content = self.content.shown(self.state.peeking);
        let id = ui.unique_id().with(("view", self.id.0));
        let response = ui.interact(self.rect, id, Sense::click_and_drag());
        let name = format!("{} view", content.name());
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &name));
        self.mouse(ui, &response, commands);
        let painter = ui.painter_at(self.rect);
        painter.rect_filled(self.rect, 0, theme::VIEW_BACKGROUND);
        let missing = content != Content::Original && self.study.result.is_none();
        if missing {
            self.missing_ui(ui);
        } else {
            let frame = ui.ctx().cumulative_pass_nr();
            let callback = self.callback(content, placement, frame);
            painter.add(callback.into_shape(self.rect));
        }
        self.labels_ui(ui, content, missing);
        let border = Stroke::new(1.0, theme::LINE);
        painter.rect_stroke(self.rect, CornerRadius::ZERO, border, StrokeKind::Inside);
        let pointer = response
            .contains_pointer()
            .then(|| response.hover_pos())??;
        let ppp = ui.ctx().pixels_per_point();
        self.pixel_at(placement, [pointer.x * ppp, pointer.y * ppp])
    }

    fn placement(&self, pixels_per_point: f32) -> Placement {
        let view = self.view_px(pixels_per_point);
        self.study.camera.place(view, self.image())
    }

    fn view_px(&self, pixels_per_point: f32) -> ViewRect {
        ViewRect {
            min: [self.rect.left(), self.rect.top()].map(|v| v * pixels_per_point),
            size: [self.rect.width(), self.rect.height()].map(|v| v * pixels_per_point),
        }
    }

    fn image(&self) -> ImageExtent {
        let (width, height) = self.study.radiograph.size();
        let spacing = self.study.radiograph.spacing;
        let aspect = spacing.map_or(1.0, |spacing| spacing.row_mm / spacing.col_mm);
        let usable = aspect.is_finite() && (0.1..=10.0).contains(&aspect);
        ImageExtent {
            size: [width as f32, height as f32],
            pixel_aspect: if usable { aspect as f32 } else { 1.0 },
        }
    }

    fn pixel_at(&self, placement: &Placement, screen: [f32; 2]) -> Option<PixelPosition> {
        let (width, height) = self.study.radiograph.size();
        let [x, y] = placement.image_from_screen(screen);
        let inside = x >= 0.0 && y >= 0.0 && x < width as f32 && y < height as f32;
        inside.then_some(PixelPosition {
            row: y as usize,
            col: x as usize,
        })
    }

    fn mouse(&self, ui: &Ui, response: &Response, commands: &mut Vec<UiCommand>) {
        let ppp = ui.ctx().pixels_per_point();
        let (view, image) = (self.view_px(ppp), self.image());
        let delta = response.drag_delta();
        if response.double_clicked() {
            commands.push(UiCommand::ResetView);
        } else if response.dragged_by(PointerButton::Primary) && delta != Vec2::ZERO {
            commands.push(UiCommand::DragWindow(WindowDrag {
                right: delta.x,
                down: delta.y,
                fine: ui.input(|input| input.modifiers.shift),
            }));
        } else if delta != Vec2::ZERO {
            let moved = self
                .study
                .camera
                .panned(view, image, [delta.x * ppp, delta.y * ppp]);
            commands.push(UiCommand::SetCamera(moved));
        }
        if let Some(pointer) = response.hover_pos().filter(|_| response.contains_pointer()) {
            let (scrolled, pinched) =
                ui.input(|input| (input.smooth_scroll_delta().y, input.zoom_delta()));
            let factor = (scrolled / WHEEL_POINTS).exp() * pinched;
            if (factor - 1.0).abs() > 1e-4 {
                let anchor = [pointer.x * ppp, pointer.y * ppp];
                let camera: Camera = self.study.camera;
                let zoomed = camera.zoomed(view, image, anchor, factor);
                commands.push(UiCommand::SetCamera(zoomed));
            }
        }
    }

    fn callback(&self, content: Content, placement: &Placement, frame: u64) -> RadiographCallback {
        let kind = match content {
            Content::Original => LayerKind::Original,
            Content::SoftTissue | Content::Difference => LayerKind::SoftTissue,
        };
        let limit = self.state.shown_difference_limit() as f32;
        let outline = self.state.outline_visible && self.study.result.is_some();
        RadiographCallback {
            spec: ViewSpec {
                id: self.id,
                layer: layers::key(self.study, kind),
                original: layers::key(self.study, LayerKind::Original),
                mask: outline.then(|| layers::key(self.study, LayerKind::LungMask)),
                picture: match content {
                    Content::Difference => Picture::Difference {
                        limit,
                        low_is_bright: self.study.low_is_bright(),
                    },
                    _ => Picture::Grey,
                },
                mixture: Mixture::LAYER,
                image_from_screen: placement.shader_map(),
                voi: self.study.voi.clone(),
                low_is_white: self.study.low_is_white(),
            },
            layers: layers::all(self.study),
            frame,
        }
    }

    fn missing_ui(&self, ui: &mut Ui) {
        let text = if self.state.is_running(self.study) {
            "The first picture is being made"
        } else {
            "No soft-tissue image yet: press Suppress"
        };
        centred_text(ui, self.rect, text);
    }

    fn labels_ui(&self, ui: &mut Ui, content: Content, missing: bool) {
        let inner = self.rect.shrink(theme::OVERLAY_MARGIN);
        let top = self.corners_ui(ui, inner, content);
        if missing || content == Content::Original {
            return;
        }
        if let Some(text) = self.state.stale_text() {
            // Under the corner texts, which a narrow view leaves no room between.
            badge_ui(ui, Pos2::new(inner.center().x, top + 6.0), inner, text);
        }
        let label = corner_text(ui, inner, Align2::LEFT_BOTTOM, AI_LABEL);
        if content == Content::Difference {
            let limit = self.state.shown_difference_limit();
            let above = inner.with_max_y(label.top() - 6.0);
            colour_bar::paint(&ui.painter_at(self.rect), above, limit);
        }
    }

    /// Who and when, and the letters of the sides; returns where the upper texts end.
    fn corners_ui(&self, ui: &mut Ui, inner: Rect, content: Content) -> f32 {
        let info = &self.study.radiograph.info;
        let mut left = vec![content.name().to_owned()];
        left.extend(patient_lines(info));
        let mut right = acquisition_lines(info);
        if self.study.inverted {
            right.push("Inverted".to_owned());
        }
        let left_share = if right.is_empty() { 1.0 } else { LEFT_SHARE };
        let left = fitted_lines(ui, &left, left_share * inner.width());
        let right = fitted_lines(ui, &right, (1.0 - LEFT_SHARE) * inner.width() - 8.0);
        let left = corner_text(ui, inner, Align2::LEFT_TOP, &left);
        let right = corner_text(ui, inner, Align2::RIGHT_TOP, &right);
        if let Some([at_left, at_right]) = side_letters(info) {
            corner_text(ui, inner, Align2::LEFT_CENTER, &at_left);
            corner_text(ui, inner, Align2::RIGHT_CENTER, &at_right);
        }
        left.bottom().max(right.bottom())
    }
}

/// Lines no wider than `width`, long ones cut in the middle.
fn fitted_lines(ui: &Ui, lines: &[String], width: f32) -> String {
    let font = theme::overlay_font();
    let lines = lines.iter();
    let lines: Vec<_> = lines
        .map(|line| fitted(ui.painter(), line, &font, width))
        .collect();
    lines.join("\n")
}

/// A sentence in the middle of an area without a picture.
fn centred_text(ui: &mut Ui, area: Rect, text: &str) {
    let size = Vec2::new(area.width() * 0.7, area.height() * 0.5);
    let lower_half = Rect::from_min_size(area.center() - Vec2::new(0.5 * size.x, 0.0), size);
    let mut child = ui.new_child(
        egui::UiBuilder::new()
            .max_rect(lower_half)
            .layout(egui::Layout::top_down(egui::Align::Center)),
    );
    let text = RichText::new(text).color(theme::TEXT_WEAK);
    child.add(Label::new(text).wrap());
}

/// Text in a corner or at a border, on a shade that keeps it readable over white lung and black
/// air alike; wrapped where the area is narrower. Returns where it stands.
fn corner_text(ui: &mut Ui, area: Rect, corner: Align2, text: &str) -> Rect {
    if text.is_empty() {
        return corner.align_size_within_rect(Vec2::ZERO, area);
    }
    let font = theme::overlay_font();
    let galley = ui
        .painter()
        .layout(text.to_owned(), font, theme::OVERLAY, area.width());
    let rect = corner.align_size_within_rect(galley.size(), area);
    ui.painter_at(area.expand(theme::OVERLAY_MARGIN))
        .rect_filled(rect.expand(2.0), 2, theme::SHADE);
    put_text(ui, rect, text, theme::OVERLAY);
    rect
}

/// A badge hanging from `top`, within `area`.
fn badge_ui(ui: &mut Ui, top: Pos2, area: Rect, text: &str) {
    let font = theme::overlay_font();
    let width = area.width() - 16.0;
    let galley = ui
        .painter()
        .layout(text.to_owned(), font, theme::CAUTION, width);
    let rect = Align2::CENTER_TOP.anchor_size(top, galley.size());
    ui.painter()
        .rect_filled(rect.expand2(Vec2::new(8.0, 3.0)), 4, theme::CAUTION_FILL);
    put_text(ui, rect, text, theme::CAUTION);
}

/// Text as a label, which a screen reader finds; lines of one font, so that it fits its own layout.
fn put_text(ui: &mut Ui, rect: Rect, text: &str, colour: Color32) {
    let text = RichText::new(text)
        .font(theme::overlay_font())
        .color(colour);
    let label = Label::new(text).selectable(false).wrap();
    // A point more than the text is wide: rounded down, the width would break its last word off.
    let rect = rect.with_max_x(rect.right() + 1.0);
    let mut child = ui.new_child(
        egui::UiBuilder::new()
            .max_rect(rect)
            .layout(egui::Layout::top_down(egui::Align::Min)),
    );
    child.add(label);
}
