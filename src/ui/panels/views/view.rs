//! One view in one frame: where its picture lies and what is on it.

use super::keys::crosshair_ui;
use super::text::centred_text;
use crate::radiograph::{PixelRect, Voi};
use crate::render::{
    LayerKind, Mixture, Picture, RadiographCallback, ViewId, ViewSpec, frame_number,
};
use crate::ui::camera::{ImageExtent, Placement, ViewRect};
use crate::ui::command::UiCommand;
use crate::ui::compare::CompareTool;
use crate::ui::layers;
use crate::ui::layout::Layout;
use crate::ui::look::{Content, Look};
use crate::ui::panels::compare::{compared_names, lens_ui, wipe_ui};
use crate::ui::panels::mask::brush_ui;
use crate::ui::panels::measures::measures_ui;
use crate::ui::state::{AppState, PixelPosition};
use crate::ui::study::OpenStudy;
use crate::ui::theme;
use eframe::egui::{CornerRadius, Id, Pos2, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo};
use std::time::Duration;

/// Label of a soft-tissue image, on the screen wherever one is.
pub(in crate::ui::panels) const AI_LABEL: &str =
    "AI-processed - not for diagnosis without the original";

/// One view in one frame.
pub(super) struct View<'a> {
    pub id: ViewId,
    pub rect: Rect,
    /// What the layout puts here.
    pub cell: Content,
    pub state: &'a AppState,
    pub study: &'a OpenStudy,
}

impl View<'_> {
    /// Draws the view; returns the pixel under the pointer.
    pub fn show(
        &self,
        ui: &mut Ui,
        placement: &Placement,
        commands: &mut Vec<UiCommand>,
    ) -> Option<PixelPosition> {
        let content = self.content();
        let id = ui.unique_id().with(("view", self.id.0));
        let response = ui.interact(self.rect, id, Sense::click_and_drag());
        let name = format!("{} view", self.title(content));
        let value = self.value_text(placement.zoom());
        response.widget_info(|| WidgetInfo {
            current_text_value: Some(value.clone()),
            ..WidgetInfo::labeled(Role::Image, true, &name)
        });
        let measures = self.measures(placement, ui.ctx().pixels_per_point());
        self.mouse(ui, (&response, &measures), commands);
        self.keys((&response, &measures), commands);
        let pointer = self.pointer(&response, &measures);
        let painter = ui.painter_at(self.rect);
        painter.rect_filled(self.rect, 0, theme::VIEW_BACKGROUND);
        let missing = self.is_missing(content);
        let mixture = self.mixture(ui, content, pointer);
        if missing {
            self.missing_ui(ui, content);
        } else {
            let frame = frame_number(ui.ctx());
            let callback = self.callback((content, mixture), placement, frame);
            painter.add(callback.into_shape(self.rect));
        }
        let seen = (placement, ui.ctx().pixels_per_point());
        let is_processed = !missing && self.shows_processed(content, mixture, seen);
        self.labels_ui(ui, content, (missing, is_processed), placement);
        if content == Content::SoftTissue && !missing {
            self.tool_ui(ui, id, pointer, commands);
        }
        if !missing {
            self.marks_ui(ui, placement, &self.shown_results(content, mixture));
            measures_ui(ui, &measures, (&response, pointer), commands);
            if let Some(at) = pointer.filter(|_| self.state.crosshair_at().is_some()) {
                crosshair_ui(&painter, self.rect, at);
            }
            // A brush over an enlarged picture would have another size than it seems to have.
            if self.state.magnifier.is_on && !self.state.masking.is_on {
                self.magnifier_ui(ui, placement, pointer);
            } else {
                self.loupe_ui(ui, placement, &response);
            }
            brush_ui(ui, &measures, (&response, pointer), commands);
        }
        let border = if response.has_focus() {
            ui.visuals().selection.stroke
        } else {
            Stroke::new(1.0, theme::on_picture().line)
        };
        painter.rect_stroke(self.rect, CornerRadius::ZERO, border, StrokeKind::Inside);
        let pointer = pointer?;
        let ppp = ui.ctx().pixels_per_point();
        self.pixel_at(placement, [pointer.x * ppp, pointer.y * ppp])
    }

    /// What it shows, in words.
    pub fn title(&self, content: Content) -> String {
        let [base, layer] = compared_names(self.study);
        let is_of_results = self.study.runs.rival().is_some();
        match content {
            Content::Original if self.shows_rival() => base,
            Content::SoftTissue if is_of_results => layer,
            Content::Difference if is_of_results => format!("{base} - {}", layer.to_lowercase()),
            _ => content.name().to_owned(),
        }
    }

    /// Another result stands in the original's place, to be compared with the one shown; the original is one key away.
    pub fn shows_rival(&self) -> bool {
        let in_place = self.cell == Content::Original && self.state.held.is_none();
        in_place && self.study.runs.rival().is_some()
    }

    /// Whether there is no such picture yet.
    pub(super) fn is_missing(&self, content: Content) -> bool {
        let result = self.study.result();
        match content {
            Content::Original => false,
            Content::Uncertainty => result.is_none_or(|result| result.uncertainty.is_none()),
            Content::SoftTissue | Content::Bone | Content::Difference => result.is_none(),
        }
    }

    /// What is really on the screen: what a held key asks for, else the picture of this place.
    pub fn content(&self) -> Content {
        let alone = self.state.layout == Layout::Single && self.cell == Content::SoftTissue;
        let swapped = alone && self.state.compare.swapped;
        match self.state.held {
            // Where the original stands anyway, its key shows the other one.
            Some(Content::Original) if swapped => self.cell,
            Some(held) => held,
            // The one view is never empty: before the first result it shows what there is.
            None if alone && (swapped || self.study.result().is_none()) => Content::Original,
            None => self.cell,
        }
    }

    /// How this place is looked at, whatever stands there for the moment: a held key moves nothing.
    pub fn look(&self) -> &Look {
        self.study.looks.of(self.cell)
    }

    pub fn placement(&self, pixels_per_point: f32) -> Placement {
        let view = self.view_px(pixels_per_point);
        self.look().camera.place(view, self.image())
    }

    pub fn view_px(&self, pixels_per_point: f32) -> ViewRect {
        ViewRect {
            min: [self.rect.left(), self.rect.top()].map(|v| v * pixels_per_point),
            size: [self.rect.width(), self.rect.height()].map(|v| v * pixels_per_point),
        }
    }

    /// The part of the picture that the view shows.
    pub fn seen(&self, placement: &Placement, pixels_per_point: f32) -> Option<PixelRect> {
        let ViewRect { min, size } = self.view_px(pixels_per_point);
        let corners = [min, [min[0] + size[0], min[1] + size[1]]];
        let corners = corners.map(|corner| placement.image_from_screen(corner).map(f64::from));
        PixelRect::touched(corners, self.study.radiograph.size())
    }

    pub fn image(&self) -> ImageExtent {
        self.study.extent(self.cell)
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

    /// The window of a layer that is no grey picture of the patient: nothing is black, and the difference range says
    /// how much is white.
    fn layer_voi(&self, content: Content) -> Voi {
        match content {
            Content::Bone => Voi::covering(0.0, self.state.white_bone(self.study)),
            _ => self.look().voi.clone(),
        }
    }

    /// How much of the soft-tissue image stands where.
    pub(super) fn mixture(&self, ui: &Ui, content: Content, pointer: Option<Pos2>) -> Mixture {
        if content != Content::SoftTissue {
            return Mixture::LAYER;
        }
        let compare = &self.state.compare;
        let ppp = ui.ctx().pixels_per_point();
        let pointer = pointer.map(|pointer| [pointer.x * ppp, pointer.y * ppp]);
        let seconds = ui.input(|input| input.time);
        if compare.tool == CompareTool::Flicker {
            let wait = compare.flicker_wait_secs(seconds);
            ui.ctx()
                .request_repaint_after(Duration::from_secs_f64(wait));
        }
        compare.mixture(self.view_px(ppp), pointer, ppp, seconds)
    }

    /// What the tool of comparison draws over the picture.
    fn tool_ui(&self, ui: &mut Ui, id: Id, pointer: Option<Pos2>, commands: &mut Vec<UiCommand>) {
        let compare = &self.state.compare;
        match compare.tool {
            CompareTool::Wipe => {
                let names = compared_names(self.study);
                wipe_ui(ui, (self.rect, id), (compare, &names), commands);
            }
            CompareTool::Lens => lens_ui(ui, self.rect, pointer, compare),
            CompareTool::Whole | CompareTool::Flicker => {}
        }
    }

    pub fn callback(
        &self,
        (content, mixture): (Content, Mixture),
        placement: &Placement,
        frame: u64,
    ) -> RadiographCallback {
        let kind = match content {
            Content::Original => LayerKind::Original,
            Content::SoftTissue | Content::Difference => LayerKind::SoftTissue,
            Content::Bone => LayerKind::Bone,
            Content::Uncertainty => LayerKind::Uncertainty,
        };
        let limit = self.state.shown_difference_limit() as f32;
        let look = self.look();
        let is_compared = matches!(content, Content::SoftTissue | Content::Difference);
        let interpolated = layers::interpolated(self.state);
        let interpolated = interpolated.filter(|_| content == Content::SoftTissue);
        let in_place_of_original = layers::rival(self.study)
            .filter(|_| content == Content::Original && self.shows_rival())
            .map(|key| (key, None, mixture));
        let (layer, rival, mixture) = interpolated.or(in_place_of_original).unwrap_or_else(|| {
            let rival = layers::rival(self.study).filter(|_| is_compared);
            (layers::key(self.study, kind), rival, mixture)
        });
        let mut layers = layers::all(self.study);
        layers.extend(layers::of_nodes(&self.state.leg_scrub));
        RadiographCallback {
            spec: ViewSpec {
                id: self.id,
                layer,
                original: layers::key(self.study, LayerKind::Original),
                rival,
                mask: layers::outline(self.study, self.state),
                picture: match content {
                    Content::Difference => Picture::Difference {
                        limit,
                        low_is_bright: self.study.low_is_bright(),
                        is_absolute: self.state.difference_is_absolute,
                    },
                    Content::Uncertainty => Picture::Sequential {
                        limit: self.state.shown_uncertainty_limit() as f32,
                    },
                    _ => Picture::Grey,
                },
                mixture,
                image_from_screen: placement.shader_map(),
                voi: self.layer_voi(content),
                low_is_white: match content {
                    Content::Bone => look.inverted,
                    _ => self.study.low_is_white(self.cell),
                },
                dithered: true,
            },
            layers,
            frame,
        }
    }

    fn missing_ui(&self, ui: &mut Ui, content: Content) {
        let has_result = self.study.result().is_some();
        let text = if content == Content::Uncertainty && has_result {
            "This result is of one picture; set Pictures averaged to 2 or more"
        } else if self.state.is_running(self.study) {
            "The first picture is being made"
        } else {
            "No soft-tissue image yet: press Suppress"
        };
        centred_text(ui, self.rect, text);
    }
}
