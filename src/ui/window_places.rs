//! Where the windows stood, for the next run: one small JSON file in the folder of sessions.
//!
//! Places are kept in pixels of the whole desktop, and sizes in points of the window system, because a desktop may mix
//! scales. A place is used again only where its title bar lies on a screen that is there; else the window opens where
//! the system puts it. Some window systems (Wayland) tell nobody where a window is: there the size alone is kept.

use super::panels::{second_window, training};
use super::theme;
use crate::formats::write_private;
use eframe::egui::{
    Context, Pos2, Rect, Vec2, ViewportBuilder, ViewportCommand, ViewportId, ViewportInfo,
};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::time::Duration;

const FILE_NAME: &str = "windows.json";
/// Seconds between two writes: a window is dragged in many small steps.
const INTERVAL_SECS: f64 = 3.0;
/// Height of a title bar, of which enough must be seen to take hold of it, points.
const TITLE_HEIGHT: f32 = 24.0;
/// Width of the title bar that must be seen, points.
const HOLD_WIDTH: f32 = 80.0;
/// Sides that a window can have, points; beyond lie broken files.
const SIDES: std::ops::RangeInclusive<f32> = 100.0..=20_000.0;

/// Where a window stood.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct WindowPlace {
    /// Left and top of its frame, pixels of the desktop; `None` where the window system does not tell.
    pub corner_px: Option<[f32; 2]>,
    /// Width and height of its contents, points of the window system.
    pub size: [f32; 2],
    /// Pixels per point of the window system there.
    pub scale: f32,
    /// It filled the screen; `size` is what it had before.
    pub maximized: bool,
}

/// How a window is opened, in points of egui.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Opening {
    position: Option<Pos2>,
    size: Vec2,
    maximized: bool,
}

impl Opening {
    /// The window with this place.
    pub(super) fn build(self, builder: ViewportBuilder) -> ViewportBuilder {
        let builder = builder
            .with_inner_size(self.size)
            .with_maximized(self.maximized);
        match self.position {
            Some(position) => builder.with_position(position),
            None => builder,
        }
    }
}

impl WindowPlace {
    /// Where a window stands; `before` where that says nothing of where it will stand again.
    fn observed(info: &ViewportInfo, zoom_factor: f32, before: Option<Self>) -> Option<Self> {
        let is_away = info.minimized == Some(true) || info.fullscreen == Some(true);
        let maximized = info.maximized == Some(true);
        let inner = info.inner_rect.filter(|_| !is_away);
        let (Some(inner), false) = (inner, maximized) else {
            return before.map(|before| Self {
                maximized: maximized || (is_away && before.maximized),
                ..before
            });
        };
        let scale = info.native_pixels_per_point.unwrap_or(1.0);
        let corner = info.outer_rect.map(|outer| outer.min * zoom_factor * scale);
        let place = Self {
            corner_px: corner.map(|corner| [corner.x, corner.y]),
            size: [inner.width(), inner.height()].map(|side| side * zoom_factor),
            scale,
            maximized,
        };
        place.is_usable().then_some(place).or(before)
    }

    fn is_usable(&self) -> bool {
        let corner = self.corner_px.unwrap_or_default();
        self.size.iter().all(|side| SIDES.contains(side))
            && (0.1..=10.0).contains(&self.scale)
            && corner.iter().all(|side| side.is_finite())
    }

    /// Whether it can be taken hold of on one of these screens, pixels of the desktop; without any, nothing is known
    /// against it.
    fn is_reachable(&self, screens: &[Rect]) -> bool {
        let Some([left, top]) = self.corner_px else {
            return true;
        };
        let width = self.size[0] * self.scale;
        let title = Vec2::new(width, TITLE_HEIGHT * self.scale);
        let title = Rect::from_min_size(Pos2::new(left, top), title);
        let hold = (HOLD_WIDTH * self.scale).min(width);
        let is_seen = |screen: &Rect| {
            let seen = screen.intersect(title);
            seen.width() >= hold && seen.height() >= 0.5 * title.height()
        };
        screens.is_empty() || screens.iter().any(is_seen)
    }

    /// How a window of this size, points of egui, is opened so that it covers nothing of this one: right or left of it, or
    /// on another screen; where no screen has the room, in the lower right corner of this one's, which leaves the left and
    /// the top of it in sight. `None` where places or screens are not told.
    fn beside(&self, size: [f32; 2], zoom_factor: f32, screens: &[Rect]) -> Option<Opening> {
        let own_corner = Pos2::from(self.corner_px?);
        let title = Vec2::new(0.0, TITLE_HEIGHT * self.scale);
        let own = Rect::from_min_size(own_corner, Vec2::from(self.size) * self.scale + title);
        let points = Vec2::from(size);
        let size = points * zoom_factor * self.scale + title;
        let right = Pos2::new(own.right(), own.top());
        let left = Pos2::new(own.left() - size.x, own.top());
        let shared = |screen: &Rect| {
            let shared = screen.intersect(own);
            if shared.is_positive() {
                shared.area()
            } else {
                0.0
            }
        };
        let elsewhere = screens.iter().filter(|screen| shared(screen) == 0.0);
        let mut corners = [right, left]
            .into_iter()
            .chain(elsewhere.map(|screen| screen.min));
        let has_room = |corner: &Pos2| {
            let place = Rect::from_min_size(*corner, size);
            screens.iter().any(|screen| screen.contains_rect(place))
        };
        let lower_right = || {
            let own_screen = |a: &&Rect, b: &&Rect| shared(a).total_cmp(&shared(b));
            let screen = screens.iter().max_by(own_screen)?;
            Some((screen.max - size).max(screen.min))
        };
        let corner = corners.find(has_room).or_else(lower_right)?;
        Some(Opening {
            position: Some(corner / (self.scale * zoom_factor)),
            size: points,
            maximized: false,
        })
    }

    /// How the window is opened again; where nobody could reach it, without its position.
    fn opening(&self, zoom_factor: f32, screens: &[Rect]) -> Opening {
        let corner = self.corner_px.filter(|_| self.is_reachable(screens));
        let largest = screens
            .iter()
            .fold(Vec2::ZERO, |largest, screen| largest.max(screen.size()));
        let mut size = Vec2::from(self.size) / zoom_factor;
        if largest != Vec2::ZERO {
            size = size.min(largest / (self.scale * zoom_factor));
        }
        Opening {
            position: corner.map(|corner| Pos2::from(corner) / (self.scale * zoom_factor)),
            size,
            maximized: self.maximized,
        }
    }
}

/// The screens of the desktop in its pixels; none where nobody tells.
pub(super) fn screens_of(frame: &eframe::Frame) -> Vec<Rect> {
    let Some(window) = frame.winit_window() else {
        return Vec::new();
    };
    let screens = window.available_monitors().map(|screen| {
        let (corner, size) = (screen.position(), screen.size());
        let corner = Pos2::new(corner.x as f32, corner.y as f32);
        Rect::from_min_size(corner, Vec2::new(size.width as f32, size.height as f32))
    });
    screens.collect()
}

/// Where the windows stood.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
struct Places {
    main: Option<WindowPlace>,
    pictures: Option<WindowPlace>,
    training: Option<WindowPlace>,
}

/// Something of each of the two windows beside the first one.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Beside<T> {
    /// Of the second window of pictures.
    pub pictures: T,
    /// Of the training window.
    pub training: T,
}

/// Remembers where the windows stand.
#[derive(Debug, Default)]
pub(super) struct WindowPlaces {
    /// `None`: nothing is kept from one run to the next.
    file: Option<PathBuf>,
    now: Places,
    written: Places,
    next_secs: f64,
    /// Which windows were open in the frame before.
    was_open: Beside<bool>,
    /// The first window was seen on a screen, or brought there.
    is_found: bool,
}

impl WindowPlaces {
    /// Reads what the last run left in this folder; a file that is missing or damaged holds no places.
    pub(super) fn load(folder: &Path) -> Self {
        let file = folder.join(FILE_NAME);
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        let read: Places = serde_json::from_str(&text).unwrap_or_default();
        let places = Places {
            main: read.main.filter(WindowPlace::is_usable),
            pictures: read.pictures.filter(WindowPlace::is_usable),
            training: read.training.filter(WindowPlace::is_usable),
        };
        Self {
            file: Some(file),
            now: places,
            written: places,
            ..Self::default()
        }
    }

    /// How the first window is opened, before any screen is known; `None` where nothing is remembered.
    pub(super) fn main_opening(&self) -> Option<Opening> {
        self.now.main.map(|place| place.opening(1.0, &[]))
    }

    /// Looks where the windows stand, and brings back the first one where it was opened out of reach. Where another one
    /// has just been opened, says how. `screens` are asked for at these moments alone.
    pub(super) fn follow(
        &mut self,
        ctx: &Context,
        is_open: Beside<bool>,
        screens: impl Fn() -> Vec<Rect>,
    ) -> Beside<Option<Opening>> {
        let zoom_factor = ctx.zoom_factor();
        let before = std::mem::replace(&mut self.was_open, is_open);
        let observed = |id: ViewportId, before| {
            ctx.input(|input| match input.raw.viewports.get(&id) {
                Some(info) => WindowPlace::observed(info, zoom_factor, before),
                None => before,
            })
        };
        self.now.main = observed(ViewportId::ROOT, self.now.main);
        self.find_main(ctx, &screens);
        let mut openings = Beside::default();
        if is_open.pictures && !before.pictures {
            let place = self.now.pictures;
            openings.pictures = place.map(|place| place.opening(zoom_factor, &screens()));
        } else if is_open.pictures {
            self.now.pictures = observed(second_window::viewport_id(), self.now.pictures);
        }
        if is_open.training && !before.training {
            let screens = screens();
            openings.training = match (self.now.training, self.now.main) {
                (Some(place), _) => Some(place.opening(zoom_factor, &screens)),
                (None, Some(main)) => main.beside(theme::TRAINING_WINDOW, zoom_factor, &screens),
                (None, None) => None,
            };
        } else if is_open.training {
            self.now.training = observed(training::viewport_id(), self.now.training);
        }
        openings
    }

    fn find_main(&mut self, ctx: &Context, screens: &impl Fn() -> Vec<Rect>) {
        let Some(main) = self.now.main.filter(|_| !self.is_found) else {
            return;
        };
        self.is_found = true;
        let screens = screens();
        if let Some(first) = screens.first()
            && !main.is_reachable(&screens)
        {
            let corner = first.min + Vec2::splat(TITLE_HEIGHT * main.scale);
            let corner = corner / (main.scale * ctx.zoom_factor());
            ctx.send_viewport_cmd(ViewportCommand::OuterPosition(corner));
        }
    }

    /// Writes the places where they changed and it is time; says when to look again.
    ///
    /// # Errors
    /// One sentence, once for each change.
    pub(super) fn keep(&mut self, seconds: f64) -> Result<Option<Duration>, String> {
        if self.file.is_none() || self.now == self.written {
            return Ok(None);
        }
        if seconds < self.next_secs {
            return Ok(Some(Duration::from_secs_f64(self.next_secs - seconds)));
        }
        self.next_secs = seconds + INTERVAL_SECS;
        self.write()?;
        Ok(None)
    }

    /// Writes the places where they changed, here and now.
    ///
    /// # Errors
    /// One sentence.
    pub(super) fn write(&mut self) -> Result<(), String> {
        let Some(file) = self.file.as_ref().filter(|_| self.now != self.written) else {
            return Ok(());
        };
        self.written = self.now;
        let failed = |reason: String| {
            format!(
                "Where the windows stand cannot be kept for the next start: {reason} ({})",
                file.display()
            )
        };
        let text =
            serde_json::to_string_pretty(&self.now).map_err(|err| failed(err.to_string()))?;
        write_private(file, text.as_bytes()).map_err(|err| failed(err.to_string()))
    }
}

#[cfg(test)]
mod tests;
