//! The pictures: where each view lies, what it shows, and what the mouse does in it.

use super::compare::{lens_ui, wipe_ui};
use super::overlay::{acquisition_lines, patient_lines, side_letters};
use super::view_text::{badge_ui, centred_text, corner_text, fitted_lines};
use crate::radiograph::Voi;
use crate::render::{LayerKind, Mixture, Picture, RadiographCallback, ViewId, ViewSpec};
use crate::ui::camera::{Camera, ImageExtent, Placement, ViewRect};
use crate::ui::command::UiCommand;
use crate::ui::compare::CompareTool;
use crate::ui::layers;
use crate::ui::state::{AppState, Layout, PixelPosition};
use crate::ui::study::{OpenStudy, StudyContent};
use crate::ui::theme;
use crate::ui::widgets::colour_bar;
use crate::ui::window_level::WindowDrag;
use eframe::egui::{
    Align2, CornerRadius, Id, PointerButton, Pos2, Rect, Response, Role, Sense, Stroke, StrokeKind,
    Ui, Vec2, WidgetInfo,
};
use std::time::Duration;

/// Label of a soft-tissue image, on the screen wherever one is.
pub const AI_LABEL: &str = "AI-processed - not for diagnosis without the original";
/// Share of a view's width that the text at its left may take where there is some at its right.
const LEFT_SHARE: f32 = 0.6;
/// Bone that is white at the difference range a study begins with, display units.
const WHITE_BONE: f64 = 0.25;
/// Wheel points that enlarge by a factor of e.
const WHEEL_POINTS: f32 = 240.0;

/// What one view shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    Original,
    SoftTissue,
    Bone,
    Difference,
}

impl Content {
    fn name(self) -> &'static str {
        match self {
            Self::Original => "Original",
            Self::SoftTissue => "Soft tissue",
            Self::Bone => "Bone",
            Self::Difference => "Original - soft tissue",
        }
    }
}

fn contents(layout: Layout) -> &'static [Content] {
    match layout {
        Layout::SideBySide => &[Content::Original, Content::SoftTissue],
        Layout::Single => &[Content::SoftTissue],
        Layout::Difference => &[Content::Original, Content::Difference],
        Layout::Three => &[Content::Original, Content::SoftTissue, Content::Difference],
        Layout::Four => &[
            Content::Original,
            Content::SoftTissue,
            Content::Bone,
            Content::Difference,
        ],
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
        let rect = cell(area, index, contents.len());
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

/// The `index`th of `count` equal cells: one row of them, or two where there are more than three.
fn cell(area: Rect, index: usize, count: usize) -> Rect {
    let num_rows = if count > 3 { 2 } else { 1 };
    let num_columns = count.div_ceil(num_rows);
    let side = |length: f32, n: usize| (length - theme::VIEW_GAP * (n as f32 - 1.0)) / n as f32;
    let size = Vec2::new(
        side(area.width(), num_columns),
        side(area.height(), num_rows),
    );
    let (row, column) = (index / num_columns, index % num_columns);
    let step = size + Vec2::splat(theme::VIEW_GAP);
    Rect::from_min_size(area.min + step * Vec2::new(column as f32, row as f32), size)
}

/// What stands where no picture is.
fn empty_ui(ui: &mut Ui, area: Rect, state: &AppState) {
    let text = match state.studies.get(state.current).map(|study| &study.content) {
        Some(StudyContent::Failed(_)) if state.is_patient_hidden() => {
            "This file cannot be shown; the reason is hidden with the patient's details (P shows it)."
        }
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
        let content = self.content();
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
            let mixture = self.mixture(ui, content, &response);
            let callback = self.callback((content, mixture), placement, frame);
            painter.add(callback.into_shape(self.rect));
        }
        self.labels_ui(ui, content, missing);
        if content == Content::SoftTissue && !missing {
            self.tool_ui(ui, id, &response, commands);
        }
        let border = Stroke::new(1.0, theme::LINE);
        painter.rect_stroke(self.rect, CornerRadius::ZERO, border, StrokeKind::Inside);
        let pointer = hovered(&response)?;
        let ppp = ui.ctx().pixels_per_point();
        self.pixel_at(placement, [pointer.x * ppp, pointer.y * ppp])
    }

    /// What is really on the screen: the original while it is asked for.
    fn content(&self) -> Content {
        let swapped = self.state.compare.swapped && self.state.layout == Layout::Single;
        if self.state.peeking == swapped {
            self.content
        } else {
            Content::Original
        }
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
        let aspect = self.study.radiograph.pixel_aspect();
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

    /// The window of the bone layer: no bone is black; the difference range says how much is white.
    fn bone_voi(&self) -> Voi {
        let share = self.state.shown_difference_limit() / self.study.default_difference_limit();
        Voi::covering(0.0, WHITE_BONE * share)
    }

    /// How much of the soft-tissue image stands where.
    fn mixture(&self, ui: &Ui, content: Content, response: &Response) -> Mixture {
        if content != Content::SoftTissue {
            return Mixture::LAYER;
        }
        let compare = &self.state.compare;
        let ppp = ui.ctx().pixels_per_point();
        let pointer = hovered(response).map(|pointer| [pointer.x * ppp, pointer.y * ppp]);
        let seconds = ui.input(|input| input.time);
        if compare.tool == CompareTool::Flicker {
            let wait = compare.flicker_wait_secs(seconds);
            ui.ctx()
                .request_repaint_after(Duration::from_secs_f64(wait));
        }
        compare.mixture(self.view_px(ppp), pointer, ppp, seconds)
    }

    /// What the tool of comparison draws over the picture.
    fn tool_ui(&self, ui: &mut Ui, id: Id, response: &Response, commands: &mut Vec<UiCommand>) {
        let compare = &self.state.compare;
        match compare.tool {
            CompareTool::Wipe => wipe_ui(ui, self.rect, id, compare, commands),
            CompareTool::Lens => lens_ui(ui, self.rect, hovered(response), compare),
            CompareTool::Whole | CompareTool::Flicker => {}
        }
    }

    fn callback(
        &self,
        (content, mixture): (Content, Mixture),
        placement: &Placement,
        frame: u64,
    ) -> RadiographCallback {
        let kind = match content {
            Content::Original => LayerKind::Original,
            Content::SoftTissue | Content::Difference => LayerKind::SoftTissue,
            Content::Bone => LayerKind::Bone,
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
                mixture,
                image_from_screen: placement.shader_map(),
                voi: match content {
                    Content::Bone => self.bone_voi(),
                    _ => self.study.voi.clone(),
                },
                low_is_white: match content {
                    Content::Bone => self.study.inverted,
                    _ => self.study.low_is_white(),
                },
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

    /// What the view shows, in words; a mixture says how much of the bone is gone.
    fn name(&self, content: Content) -> String {
        let compare = &self.state.compare;
        if content != Content::SoftTissue || self.study.result.is_none() {
            return content.name().to_owned();
        }
        let name = match compare.tool {
            CompareTool::Whole => content.name(),
            CompareTool::Wipe => "Original beside soft tissue",
            CompareTool::Lens => "Original, soft tissue in the lens",
            CompareTool::Flicker => "Original and soft tissue in turn",
        };
        let percent = (100.0 * compare.suppression).round();
        if percent < 100.0 {
            return format!("{name}, {percent:.0} % of the bone off");
        }
        name.to_owned()
    }

    /// Who and when, and the letters of the sides; returns where the upper texts end.
    fn corners_ui(&self, ui: &mut Ui, inner: Rect, content: Content) -> f32 {
        let info = &self.study.radiograph.info;
        let mut left = vec![self.name(content)];
        let hidden = self.state.is_patient_hidden();
        if !hidden {
            left.extend(patient_lines(info));
        }
        let mut right = acquisition_lines(info, hidden);
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

/// The pointer, where it stands in a view.
fn hovered(response: &Response) -> Option<Pos2> {
    response.hover_pos().filter(|_| response.contains_pointer())
}
