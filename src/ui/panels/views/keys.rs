//! What keys do in the view in use, and the crosshair that stands in for the pointer there.

use super::mouse::{Gesture, Looked, hovered};
use super::view::View;
use crate::measure::{Grip, Measure, MeasureId, Point, Shape};
use crate::radiograph::BrushEffect;
use crate::ui::command::UiCommand;
use crate::ui::crosshair::{CrosshairCommand, Direction, ViewKey};
use crate::ui::look::Content;
use crate::ui::masking::MaskCommand;
use crate::ui::measuring::{MeasureCommand, Tool};
use crate::ui::panels::measures::MeasureView;
use crate::ui::scale_text::window_text;
use crate::ui::shortcuts::{note_focused_view, prior_has_focus};
use crate::ui::theme;
use crate::ui::window_level::{DragSpeed, WindowDrag};
use eframe::egui::{EventFilter, Painter, Pos2, Rect, Response, Stroke, Vec2};

/// Image pixels, or points of the screen where those are more, that the crosshair goes with Shift.
const STRIDE: f32 = 10.0;
/// Factor that a key enlarges by.
const ZOOM_STEP: f32 = 1.25;
/// Share of a view that a key looks further by.
const LOOK_STEP: f32 = 0.1;
/// Points of drag over a picture that a key is worth: a twentieth of the window.
const WINDOW_STEP: f32 = 16.0;
/// Distance that the crosshair keeps from the border of its view, points.
const LEAST_MARGIN: f32 = 12.0;
/// Two places of the image that are one, pixels.
const SAME_PLACE: f64 = 1e-6;
/// Half the gap in the middle of the crosshair, which leaves in sight what it points at; points.
const GAP: f32 = 7.0;

impl View<'_> {
    /// Keys speak of this view.
    pub(super) fn is_in_use(&self) -> bool {
        self.cell == self.state.active_content()
    }

    /// Where what follows the pointer stands in this view, points: at the crosshair while there is one, else under the
    /// mouse.
    pub(super) fn pointer(&self, response: &Response, measures: &MeasureView<'_>) -> Option<Pos2> {
        let Some(at) = self.state.crosshair_at() else {
            return hovered(response);
        };
        let place = self.is_in_use().then(|| measures.ui_from_image(at));
        place.filter(|place| self.rect.contains(*place))
    }

    /// Takes what keys asked of the view in use; the view that comes to have the focus is that one.
    pub(super) fn keys(
        &self,
        (response, measures): (&Response, &MeasureView<'_>),
        commands: &mut Vec<UiCommand>,
    ) {
        if response.gained_focus() && !self.is_in_use() {
            commands.push(UiCommand::ActivateView(self.cell));
            return;
        }
        let at = self.state.crosshair_at();
        if response.has_focus() {
            note_focused_view(&response.ctx, response.id);
            let filter = EventFilter {
                horizontal_arrows: true,
                vertical_arrows: true,
                escape: at.is_some(),
                ..EventFilter::default()
            };
            let id = response.id;
            (response.ctx).memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
        }
        let asked = &self.state.crosshair.asked;
        let is_priors = prior_has_focus(&response.ctx) && ViewKey::all_move_picture(asked);
        if !self.is_in_use() || asked.is_empty() || is_priors {
            return;
        }
        if self.is_missing(self.content())
            && self.state.layout.contents().contains(&Content::Original)
        {
            // There is nothing to point at here; the next frame answers where there is.
            commands.push(UiCommand::ActivateView(Content::Original));
            return;
        }
        if asked.contains(&ViewKey::Show) {
            response.request_focus();
        }
        let looked = self.looked(measures.pixels_per_point);
        let mut hand = Hand {
            view: self,
            looked,
            at,
            commands,
        };
        for key in asked {
            hand.obey(*key);
        }
        commands.push(UiCommand::Crosshair(CrosshairCommand::Answered));
    }
}

impl Looked {
    /// What a key does that needs no crosshair: enlarge about `anchor`, look further, set the window. `None` of every
    /// other key.
    pub(in crate::ui::panels) fn keyed(&self, key: ViewKey, anchor: Pos2) -> Option<Gesture> {
        let zoomed = |factor| self.zoomed(anchor, factor).map(Gesture::Look);
        let window = |wider, darker| {
            Some(Gesture::Window(WindowDrag {
                wider,
                darker,
                speed: DragSpeed::Normal,
            }))
        };
        match key {
            ViewKey::ZoomIn => zoomed(ZOOM_STEP),
            ViewKey::ZoomOut => zoomed(1.0 / ZOOM_STEP),
            ViewKey::Look(direction) => {
                let size = Vec2::from(self.view.size) / self.pixels_per_point;
                Some(self.panned(-LOOK_STEP * size * Vec2::from(direction.unit())))
            }
            ViewKey::Wider => window(WINDOW_STEP, 0.0),
            ViewKey::Narrower => window(-WINDOW_STEP, 0.0),
            ViewKey::Brighter => window(0.0, -WINDOW_STEP),
            ViewKey::Darker => window(0.0, WINDOW_STEP),
            _ => None,
        }
    }
}

/// The crosshair over a picture, from border to border.
pub(super) fn crosshair_ui(painter: &Painter, rect: Rect, at: Pos2) {
    let gap = |direction: Vec2| at + GAP * direction;
    let lines = [
        [Pos2::new(rect.left(), at.y), gap(Vec2::LEFT)],
        [gap(Vec2::RIGHT), Pos2::new(rect.right(), at.y)],
        [Pos2::new(at.x, rect.top()), gap(Vec2::UP)],
        [gap(Vec2::DOWN), Pos2::new(at.x, rect.bottom())],
    ];
    for (width, colour) in [(3.0, theme::SHADE), (1.0, theme::MEASURE_CHOSEN)] {
        for line in lines {
            painter.line_segment(line, Stroke::new(width, colour));
        }
    }
}

/// Keys of one frame at work in a view: what each leaves behind counts for the next.
struct Hand<'a> {
    view: &'a View<'a>,
    looked: Looked,
    at: Option<Point>,
    commands: &'a mut Vec<UiCommand>,
}

impl Hand<'_> {
    fn obey(&mut self, key: ViewKey) {
        match key {
            ViewKey::Show => self.show(),
            ViewKey::Step(direction) => self.step(direction, 1.0),
            ViewKey::Stride(direction) => {
                let points = STRIDE * self.looked.pixels_per_point;
                let of_image = (points / self.looked.placement().zoom()).ceil();
                self.step(direction, f64::from(of_image.max(STRIDE)));
            }
            ViewKey::Click => self.click(),
            ViewKey::Erase => self.dab(BrushEffect::Erase),
            ViewKey::NextGrip => self.go_to_grip(1),
            ViewKey::PreviousGrip => self.go_to_grip(-1),
            _ => {
                if let Some(gesture) = self.looked.keyed(key, self.anchor()) {
                    self.gesture(gesture);
                }
            }
        }
    }

    /// Brings the crosshair into sight, at the middle of the view where it is not there already.
    fn show(&mut self) {
        let is_held = self.view.state.measuring.grabbed.is_some();
        let is_seen = |at: &Point| self.view.rect.contains(self.ui_from_image(*at));
        let at = self.at.filter(|at| is_held || is_seen(at));
        let at = at.unwrap_or_else(|| self.middle());
        self.put(at);
    }

    /// The pixel in the middle of the view.
    fn middle(&self) -> Point {
        let looked = &self.looked;
        let middle = [0, 1].map(|axis| looked.view.min[axis] + 0.5 * looked.view.size[axis]);
        let [x, y] = looked.placement().image_from_screen(middle);
        let [x, y] = [x, y].map(|v| f64::from(v).floor() + 0.5);
        self.within(Point::new(x, y))
    }

    /// The nearest place that is the centre of a pixel, or lies between such places.
    fn within(&self, at: Point) -> Point {
        let [width, height] = self.looked.image.size.map(f64::from);
        let clamped = |v: f64, extent: f64| v.clamp(0.5, (extent - 0.5).max(0.5));
        Point::new(clamped(at.x, width), clamped(at.y, height))
    }

    fn ui_from_image(&self, at: Point) -> Pos2 {
        let screen = self.looked.placement();
        let screen = screen.screen_from_image([at.x as f32, at.y as f32]);
        Pos2::from(screen.map(|v| v / self.looked.pixels_per_point))
    }

    fn step(&mut self, direction: Direction, num_pixels: f64) {
        let at = self.at.unwrap_or_else(|| self.middle());
        let by = self.looked.placement().image_direction(direction.unit());
        self.put(self.within(at.moved(by.map(|v| v * num_pixels))));
    }

    /// Puts the crosshair at a place, with what is held; the view follows it.
    fn put(&mut self, at: Point) {
        self.at = Some(at);
        self.crosshair(CrosshairCommand::MoveTo(at));
        if self.view.state.measuring.grabbed.is_some() {
            self.measure(MeasureCommand::Drag(at));
        }
        let place = self.ui_from_image(at);
        let room = self.view.rect.size().min_elem() * 0.5;
        let inner = self.view.rect.shrink(LEAST_MARGIN.min(room));
        let beyond = place - inner.clamp(place);
        if beyond != Vec2::ZERO {
            self.gesture(self.looked.panned(-beyond));
        }
    }

    /// Does what a click does at the crosshair, or begins and ends what a drag does; shows the crosshair where it is
    /// not there.
    fn click(&mut self) {
        let Some(at) = self.at else {
            self.show();
            return;
        };
        let measuring = &self.view.state.measuring;
        if self.view.state.masking.is_on {
            self.dab(BrushEffect::Paint);
        } else if measuring.grabbed.is_some() {
            self.measure(MeasureCommand::Release);
        } else if let Some((id, grip)) = self.grip_at(at) {
            self.measure(MeasureCommand::Grab { id, grip, from: at });
        } else if let Some(tool) = measuring.tool {
            // Where the pointer would double click.
            let is_again = measuring.draft.last() == Some(&at);
            let is_done = is_again && tool == Tool::Polygon && measuring.draft.len() > 2;
            self.measure(if is_done {
                MeasureCommand::Finish
            } else {
                MeasureCommand::Place(at)
            });
        } else {
            self.measure(MeasureCommand::Select(None));
        }
    }

    /// What can be taken hold of at a place.
    fn grip_at(&self, at: Point) -> Option<(MeasureId, Grip)> {
        let placement = self.looked.placement();
        let measures = self.view.measures(&placement, self.looked.pixels_per_point);
        let (measure, grip) = measures.grip_at(self.ui_from_image(at))?;
        Some((measure.id, grip))
    }

    fn dab(&mut self, effect: BrushEffect) {
        if let Some(at) = self.at.filter(|_| self.view.state.masking.is_on) {
            self.commands
                .push(UiCommand::Mask(MaskCommand::Begin(effect, at)));
            self.commands.push(UiCommand::Mask(MaskCommand::End));
        }
    }

    /// Goes round the grips of the chosen measure, or of all where none is chosen.
    fn go_to_grip(&mut self, steps: isize) {
        let state = self.view.state;
        if state.measuring.grabbed.is_some() {
            return;
        }
        let chosen = state.measuring.selected;
        let is_meant = |measure: &&Measure| chosen.is_none_or(|chosen| chosen == measure.id);
        let measures = self.view.study.measures.iter().filter(is_meant);
        let grips: Vec<Point> = measures.flat_map(|measure| grips(&measure.shape)).collect();
        let here = self.at.and_then(|at| {
            let mut places = grips.iter();
            places.position(|grip| grip.distance_px(at) < SAME_PLACE)
        });
        let num_grips = grips.len() as isize;
        let next = match here {
            Some(here) => (here as isize + steps).rem_euclid(num_grips),
            None if steps < 0 => num_grips - 1,
            None => 0,
        };
        let next = usize::try_from(next).ok().and_then(|next| grips.get(next));
        if let Some(&grip) = next {
            self.put(grip);
        }
    }

    /// Where the picture stays when it is enlarged: at the crosshair, in the middle where that is not in sight.
    fn anchor(&self) -> Pos2 {
        let at = self.at.map(|at| self.ui_from_image(at));
        let seen = at.filter(|at| self.view.rect.contains(*at));
        seen.unwrap_or(self.view.rect.center())
    }

    fn gesture(&mut self, gesture: Gesture) {
        let content = self.view.cell;
        match gesture {
            Gesture::Look(camera) => {
                self.looked.camera = camera;
                self.commands.push(UiCommand::SetCamera(content, camera));
            }
            Gesture::Window(drag) => self.crosshair(CrosshairCommand::Window(content, drag)),
            Gesture::Reset => self.commands.push(UiCommand::ResetView),
        }
    }

    fn crosshair(&mut self, command: CrosshairCommand) {
        self.commands.push(UiCommand::Crosshair(command));
    }

    fn measure(&mut self, command: MeasureCommand) {
        self.commands.push(UiCommand::Measure(command));
    }
}

/// Where a shape can be taken hold of: its handles, and the place of its outline farthest from them, for all of it.
fn grips(shape: &Shape) -> Vec<Point> {
    let mut grips = shape.handles();
    let clearance = |at: Point| {
        let distances = grips.iter().map(|handle| handle.distance_px(at));
        distances.fold(f64::INFINITY, f64::min)
    };
    let middles = shape.segments().into_iter();
    let middles = middles.map(|[from, to]| from.between(to, 0.5));
    let farthest = middles.max_by(|a, b| clearance(*a).total_cmp(&clearance(*b)));
    grips.extend(farthest);
    grips
}

impl View<'_> {
    /// What it says of itself beside its name: zoom and window, what is held, and how far a drawing is.
    pub(super) fn value_text(&self, zoom: f32) -> String {
        let window = window_text(self.state, self.study, (self.cell, self.look()));
        let text = format!("{:.0} %, {window}", 100.0 * zoom);
        let measuring = &self.state.measuring;
        if !self.is_in_use() {
            return text;
        }
        if let Some(grabbed) = &measuring.grabbed {
            let measure = &grabbed.measure;
            let value = measure.shape.brief_text(&self.study.scale());
            format!("{text}, holding {}: {value}", measure.name())
        } else if !measuring.draft.is_empty() {
            format!("{text}, points placed: {}", measuring.draft.len())
        } else {
            text
        }
    }
}
