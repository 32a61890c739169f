//! A held-out image in a view: drawn, compared, moved and windowed as the pictures of the main window are.

use super::super::ask;
use crate::radiograph::FloatImage;
use crate::render::{
    LayerKey, LayerKind, Mixture, Picture, PixelSource, RadiographCallback, ViewId, ViewSpec,
    frame_number,
};
use crate::ui::camera::{ImageExtent, Placement, ViewRect};
use crate::ui::command::UiCommand;
use crate::ui::compare::CompareTool;
use crate::ui::orientation::Orientation;
use crate::ui::panels::compare::{lens_ui, wipe_ui};
use crate::ui::panels::views::AI_LABEL;
use crate::ui::panels::views::mouse::{Gesture, Looked, wheel_and_pinch};
use crate::ui::panels::views::text::{centred_text, corner_text};
use crate::ui::state::AppState;
use crate::ui::theme;
use crate::ui::training::{SampleBase, SampleLook, SampleScrub, TrainingCommand};
use eframe::egui::{Align2, Rect, Response, Role, Sense, Ui, Vec2, WidgetInfo};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Beside the views of every layout and the prior's.
const SAMPLE_VIEW: ViewId = ViewId(65);

/// Where a rendered picture lies, after how many iterations it was made, and what the two that are compared are called.
type Rendered<'a> = (&'a Path, u64, &'a [String; 2]);

/// Draws the view; what moves or windows it is asked for.
pub(super) fn sample_view_ui(
    ui: &mut Ui,
    (state, scrub): (&AppState, &SampleScrub),
    (path, iteration, names): Rendered<'_>,
    commands: &mut Vec<UiCommand>,
) {
    let size = Vec2::new(ui.available_width(), theme::TRAINING_SAMPLE);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, "Held-out view"));
    ui.painter().rect_filled(rect, 0, theme::VIEW_BACKGROUND);
    let Some(picture) = scrub.picture(path) else {
        centred_text(ui, rect, "The picture is being read.");
        return;
    };
    let looked = looked(ui, rect, (state, scrub), picture);
    gestures(ui, &response, &looked, commands);
    let pointer = response.hover_pos().filter(|_| response.contains_pointer());
    let ppp = looked.pixels_per_point;
    let seconds = ui.input(|input| input.time);
    let compare = &scrub.compare;
    if compare.tool == CompareTool::Flicker {
        let wait = Duration::from_secs_f64(compare.flicker_wait_secs(seconds));
        ui.ctx().request_repaint_after(wait);
    }
    let in_pixels = pointer.map(|at| [at.x * ppp, at.y * ppp]);
    let mixture = compare.mixture(looked.view, in_pixels, ppp, seconds);
    let callback = callback(scrub, (picture, iteration), (mixture, &looked.placement()));
    let callback = RadiographCallback {
        frame: frame_number(ui.ctx()),
        ..callback
    };
    ui.painter_at(rect).add(callback.into_shape(rect));
    match compare.tool {
        CompareTool::Wipe => {
            let mut asked = Vec::new();
            wipe_ui(ui, (rect, response.id), (compare, names), &mut asked);
            commands.extend(asked.into_iter().map(of_sample));
        }
        CompareTool::Lens => lens_ui(ui, rect, pointer, compare),
        CompareTool::Whole | CompareTool::Flicker => {}
    }
    let shown = match compare.tool {
        CompareTool::Flicker if !compare.flicker_shows(seconds) => &names[0],
        _ => &names[1],
    };
    let inner = rect.shrink(theme::OVERLAY_MARGIN);
    corner_text(ui, inner, Align2::LEFT_TOP, shown);
    corner_text(ui, inner, Align2::LEFT_BOTTOM, AI_LABEL);
}

/// What the wipe's handle asks of the main window is asked of this view.
fn of_sample(command: UiCommand) -> UiCommand {
    match command {
        UiCommand::SetCompare(compare) => {
            UiCommand::Training(TrainingCommand::CompareSample(compare))
        }
        other => other,
    }
}

fn looked(
    ui: &Ui,
    rect: Rect,
    (state, scrub): (&AppState, &SampleScrub),
    picture: &FloatImage,
) -> Looked {
    let ppp = ui.ctx().pixels_per_point();
    let (width, height) = picture.size();
    Looked {
        camera: scrub.camera,
        view: ViewRect {
            min: [rect.left(), rect.top()].map(|v| v * ppp),
            size: [rect.width(), rect.height()].map(|v| v * ppp),
        },
        image: ImageExtent {
            size: [width as f32, height as f32],
            pixel_aspect: 1.0,
            orientation: Orientation::AS_STORED,
        },
        pixels_per_point: ppp,
        drag: state.shell.preferences.window_drag,
    }
}

fn gestures(ui: &Ui, response: &Response, looked: &Looked, commands: &mut Vec<UiCommand>) {
    let mut look = |look| ask(commands, TrainingCommand::LookAtSample(look));
    match looked.dragged(ui, response) {
        Some(Gesture::Reset) => look(SampleLook::Reset),
        Some(Gesture::Window(drag)) => look(SampleLook::Window(drag)),
        Some(Gesture::Look(camera)) => look(SampleLook::Camera(camera)),
        None => {}
    }
    if let Some(pointer) = response.hover_pos().filter(|_| response.contains_pointer()) {
        let (turned, pinched) = wheel_and_pinch(ui);
        if let Some(camera) = looked.zoomed(pointer, turned * pinched) {
            look(SampleLook::Camera(camera));
        }
        // The page round the view does not move with it.
        ui.input_mut(|input| input.smooth_scroll_delta = Vec2::ZERO);
    }
}

/// What is drawn; everything but the frame.
fn callback(
    scrub: &SampleScrub,
    (picture, iteration): (&Arc<FloatImage>, u64),
    (mixture, placement): (Mixture, &Placement),
) -> RadiographCallback {
    let key = |kind, revision| LayerKey {
        study: scrub.number,
        kind,
        revision,
    };
    // The true soft-tissue image is the revision before all others.
    let rendered = key(LayerKind::SoftTissue, iteration + 1);
    let (original, truth) = (key(LayerKind::Original, 0), key(LayerKind::SoftTissue, 0));
    let mut layers: Vec<(LayerKey, Arc<dyn PixelSource>)> = vec![(rendered, source(picture))];
    let mates = scrub.mates();
    if let Some(mates) = mates {
        layers.push((original, source(&mates.radiograph)));
        let soft = mates.soft_tissue.as_ref();
        layers.extend(soft.map(|soft| (truth, source(soft))));
    }
    let is_of_truth = scrub.base_shown() == SampleBase::SoftTissue;
    RadiographCallback {
        spec: ViewSpec {
            id: SAMPLE_VIEW,
            layer: rendered,
            original: if mates.is_some() { original } else { rendered },
            rival: is_of_truth.then_some(truth),
            mask: None,
            picture: Picture::Grey,
            mixture: if mates.is_some() {
                mixture
            } else {
                Mixture::LAYER
            },
            image_from_screen: placement.shader_map(),
            voi: scrub.voi.clone(),
            low_is_white: false,
            dithered: true,
        },
        layers,
        frame: 0,
    }
}

fn source(picture: &Arc<FloatImage>) -> Arc<dyn PixelSource> {
    Arc::<FloatImage>::clone(picture)
}
