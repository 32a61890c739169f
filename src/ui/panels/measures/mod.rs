//! Measures over the pictures: where they lie in a view, and what is on it.

mod drawing;
mod mouse;
mod words;

pub(super) use drawing::{cross_ui, shapes_ui};
pub(super) use words::{label_text, rib_text};

use crate::measure::{Grip, Layer, Measure, Point};
use crate::ui::camera::Placement;
use crate::ui::command::UiCommand;
use crate::ui::measuring::Measuring;
use crate::ui::panels::measure_value::value_ui;
use crate::ui::state::AppState;
use crate::ui::study::OpenStudy;
use crate::ui::theme;
use drawing::{draft_ui, measure_ui};
use eframe::egui::{Color32, Pos2, Rect, Response, Ui};
use mouse::mouse;
use words::value_text;

/// A view in which measures are drawn.
#[derive(Clone, Copy)]
pub struct MeasureView<'a> {
    /// Where it is, points.
    pub rect: Rect,
    /// Where the image lies in it, framebuffer pixels.
    pub placement: &'a Placement,
    /// Framebuffer pixels per point.
    pub pixels_per_point: f32,
    /// The picture it shows.
    pub layer: Option<Layer>,
    /// What the window knows.
    pub state: &'a AppState,
    /// The study it shows.
    pub study: &'a OpenStudy,
}

impl MeasureView<'_> {
    /// Where a place of the view lies in the image.
    pub(super) fn image_from_ui(&self, at: Pos2) -> Point {
        let ppp = self.pixels_per_point;
        let [x, y] = self.placement.image_from_screen([at.x * ppp, at.y * ppp]);
        Point::new(f64::from(x), f64::from(y))
    }

    /// Where a place of the image lies in the view.
    pub(super) fn ui_from_image(&self, at: Point) -> Pos2 {
        let screen = self.placement.screen_from_image([at.x as f32, at.y as f32]);
        Pos2::from(screen.map(|v| v / self.pixels_per_point))
    }

    /// What goes on between two changes of these measures; `None` for those of another study than the one shown, which
    /// are only looked at.
    fn measuring(&self) -> Option<&Measuring> {
        let shown = self.state.study().map(|study| study.file_id);
        (shown == Some(self.study.file_id)).then_some(&self.state.measuring)
    }

    /// Measures as they are drawn: the one that is being moved where it is now.
    fn shown(&self) -> Vec<&Measure> {
        let measures = &self.study.measures;
        match self.measuring() {
            Some(measuring) => measuring.shown(measures).collect(),
            None => measures.iter().collect(),
        }
    }

    /// What the pointer can take hold of at a place of the view. With a tool in hand only what is chosen, so that new
    /// shapes may begin beside old ones.
    pub(super) fn grip_at(&self, at: Pos2) -> Option<(&Measure, Grip)> {
        let measuring = &self.state.measuring;
        if !measuring.draft.is_empty() {
            return None;
        }
        let place = self.image_from_ui(at);
        let distance = |a, b| f64::from(self.ui_from_image(a).distance(self.ui_from_image(b)));
        let chosen = measuring.selected.and_then(|id| self.study.measure(id));
        let measures = self.study.measures.iter().rev();
        (chosen.into_iter().chain(measures))
            .filter(|measure| measuring.tool.is_none() || measuring.selected == Some(measure.id))
            .find_map(|measure| {
                let reach = f64::from(theme::HANDLE_REACH);
                Some((measure, measure.shape.grip_at(place, reach, distance)?))
            })
    }

    /// The primary button belongs to the measures, not to the window: a tool is in hand, or the pointer went down on
    /// a measure.
    pub fn takes_primary(&self, ui: &Ui, response: &Response) -> bool {
        let measuring = &self.state.measuring;
        if measuring.tool.is_some() || measuring.grabbed.is_some() {
            return true;
        }
        let down = ui.input(|input| input.pointer.press_origin());
        let at = down.or(response.interact_pointer_pos());
        at.is_some_and(|at| self.grip_at(at).is_some())
    }
}

/// Draws the measures of a study over one of its pictures and obeys the mouse there.
pub fn measures_ui(
    ui: &Ui,
    view: &MeasureView<'_>,
    (response, pointer): (&Response, Option<Pos2>),
    commands: &mut Vec<UiCommand>,
) {
    // One tool has the mouse, and none while the crosshair stands in for it.
    if !view.state.masking.is_on && view.state.crosshair_at().is_none() {
        mouse(ui, view, response, commands);
    }
    still_measures_ui(ui, view);
    if let Some(tool) = view.state.measuring.tool {
        draft_ui(&ui.painter_at(view.rect), view, tool, pointer);
    }
}

/// Draws the measures of a study over one of its pictures.
pub(super) fn still_measures_ui(ui: &Ui, view: &MeasureView<'_>) {
    let painter = ui.painter_at(view.rect);
    let shown = view.shown();
    for measure in &shown {
        measure_ui(&painter, view, measure);
    }
    // After every line: none may run through words.
    for measure in &shown {
        let (text, colour) = (value_text(view, measure), colour(view, measure));
        value_ui(&painter, view, &measure.shape, (&text, colour));
    }
}

fn colour(view: &MeasureView<'_>, measure: &Measure) -> Color32 {
    if is_chosen(view, measure) {
        theme::MEASURE_CHOSEN
    } else {
        theme::MEASURE
    }
}

fn is_chosen(view: &MeasureView<'_>, measure: &Measure) -> bool {
    let measuring = view.measuring();
    measuring.is_some_and(|measuring| measuring.selected == Some(measure.id))
}
