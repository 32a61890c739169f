//! A window that fits the screen: the first one with its title bar, or all of it.

use super::theme;
use eframe::egui::{Context, Vec2, ViewportCommand, ViewportInfo};

/// Height that a title bar takes where the window system does not tell, points.
const TITLE_BAR: f32 = 40.0;

/// Whether it is settled that the window fits the screen.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ScreenFit {
    is_settled: bool,
    is_full_screen: bool,
}

impl ScreenFit {
    /// Lets the window fill the screen where that is wanted. Makes one that opens larger than the screen smaller, once the
    /// window system tells of both; later its size is the person's own.
    pub fn follow(&mut self, ctx: &Context, is_full_screen: bool) {
        if self.is_full_screen != is_full_screen {
            self.is_full_screen = is_full_screen;
            ctx.send_viewport_cmd(ViewportCommand::Fullscreen(is_full_screen));
        }
        if self.is_settled {
            return;
        }
        let fitting = ctx.input(|input| {
            let info = input.viewport();
            self.is_settled = info.monitor_size.is_some() && info.inner_rect.is_some();
            size_that_fits(info)
        });
        if let Some(size) = fitting {
            ctx.send_viewport_cmd(ViewportCommand::InnerSize(size));
        }
    }
}

/// The size that the contents of a window must have for its frame to fit the screen; `None` where it fits, and where
/// the window fills the screen anyway.
fn size_that_fits(info: &ViewportInfo) -> Option<Vec2> {
    let (monitor, inner) = (info.monitor_size?, info.inner_rect?.size());
    if info.maximized == Some(true) || info.fullscreen == Some(true) {
        return None;
    }
    let frame = info
        .outer_rect
        .map_or(Vec2::ZERO, |outer| outer.size() - inner);
    // A window system that adds the bar later tells of none now.
    let frame = Vec2::new(frame.x.max(0.0), frame.y.max(TITLE_BAR));
    let fitting = inner
        .min(monitor - frame)
        .max(Vec2::from(theme::MIN_WINDOW_SIZE));
    let is_too_large = fitting.x + 0.5 < inner.x || fitting.y + 0.5 < inner.y;
    is_too_large.then_some(fitting)
}

#[cfg(test)]
mod tests {
    use super::*;
    use eframe::egui::{Pos2, Rect};

    fn info(monitor: [f32; 2], inner: [f32; 2], title: f32) -> ViewportInfo {
        let rect = Rect::from_min_size(Pos2::new(0.0, title), Vec2::from(inner));
        ViewportInfo {
            monitor_size: Some(Vec2::from(monitor)),
            inner_rect: Some(rect),
            outer_rect: Some(rect.with_min_y(0.0)),
            ..ViewportInfo::default()
        }
    }

    #[test]
    fn a_window_as_large_as_the_screen_makes_room_for_its_title_bar() {
        let small = [1280.0, 720.0];
        let fitting = |title| size_that_fits(&info(small, small, title));
        assert_eq!(fitting(52.0), Some(Vec2::new(1280.0, 668.0)));
        assert_eq!(fitting(0.0), Some(Vec2::new(1280.0, 680.0)));
        assert_eq!(size_that_fits(&info(small, [1280.0, 680.0], 40.0)), None);
        assert_eq!(
            size_that_fits(&info([1920.0, 1080.0], [1440.0, 900.0], 30.0)),
            None
        );
        let filled = ViewportInfo {
            maximized: Some(true),
            ..info(small, small, 52.0)
        };
        assert_eq!(size_that_fits(&filled), None);
        assert_eq!(size_that_fits(&ViewportInfo::default()), None);
    }
}
