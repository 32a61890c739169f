//! How original and soft-tissue image share one view: bone slider, wipe, lens, flicker.

use super::camera::ViewRect;
use crate::render::{Mixture, Region};
use serde::{Deserialize, Serialize};

/// Fastest flicker, as often as it shows the soft-tissue image per second: three flashes a second are what
/// photosensitive readers are safe with (WCAG 2.2, success criterion 2.3.1).
pub const MOST_FLICKER_HZ: f32 = 3.0;

/// Where a view shows the soft-tissue image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum CompareTool {
    /// All over it.
    #[default]
    Whole,
    /// On one side of a line.
    Wipe,
    /// In a disc around the pointer.
    Lens,
    /// All over it, half of the time.
    Flicker,
}

/// How original and soft-tissue image are compared within a view.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Compare {
    /// Share of the bone layer that is taken off, 0 to 1.
    pub suppression: f32,
    /// Where the soft-tissue image is shown.
    pub tool: CompareTool,
    /// The single view shows the original instead; Space still shows the other one.
    pub swapped: bool,
    /// Where the wipe's line crosses the view, 0 to 1 along its normal.
    pub wipe_position: f32,
    /// Direction in which the soft-tissue image lies: 0 right of an upright line, 90 below a level one.
    pub wipe_angle_deg: f32,
    /// Radius of the lens, points.
    pub lens_radius: f32,
    /// Soft-tissue images shown per second by the flicker.
    pub flicker_hz: f32,
}

impl Default for Compare {
    fn default() -> Self {
        Self {
            suppression: 1.0,
            tool: CompareTool::default(),
            swapped: false,
            wipe_position: 0.5,
            wipe_angle_deg: 0.0,
            lens_radius: 120.0,
            flicker_hz: 1.0,
        }
    }
}

impl Compare {
    /// `tool`, or the whole view where it is in use already.
    #[must_use]
    pub fn toggled(self, tool: CompareTool) -> Self {
        let tool = if self.tool == tool {
            CompareTool::Whole
        } else {
            tool
        };
        Self { tool, ..self }
    }

    /// Without the flicker where nothing may move by itself.
    #[must_use]
    pub fn without_motion(self, reduced: bool) -> Self {
        let tool = match self.tool {
            CompareTool::Flicker if reduced => CompareTool::Whole,
            tool => tool,
        };
        Self { tool, ..self }
    }

    /// The mixture of a view; `pointer` in framebuffer pixels where it stands in it, `seconds` on any clock.
    pub fn mixture(
        &self,
        view: ViewRect,
        pointer: Option<[f32; 2]>,
        ppp: f32,
        seconds: f64,
    ) -> Mixture {
        let center = [0, 1].map(|axis| view.min[axis] + 0.5 * view.size[axis]);
        let region = match self.tool {
            CompareTool::Wipe => Region::Beyond {
                point: self.wipe_point(view),
                normal: self.wipe_normal(),
            },
            CompareTool::Lens => Region::Within {
                center: pointer.unwrap_or(center),
                radius: self.lens_radius * ppp,
            },
            CompareTool::Whole | CompareTool::Flicker => Region::Everywhere,
        };
        let hidden = self.tool == CompareTool::Flicker && !self.flicker_shows(seconds);
        let amount = if hidden { 0.0 } else { self.suppression };
        Mixture { amount, region }
    }

    /// The soft-tissue image is shown all over its view, with all of the bone taken off.
    pub fn shows_whole_layer(&self) -> bool {
        self.tool == CompareTool::Whole && self.suppression >= 1.0
    }

    /// Whether the flicker shows the soft-tissue image at this time.
    pub fn flicker_shows(&self, seconds: f64) -> bool {
        let halves = seconds * 2.0 * f64::from(self.flicker_hz.min(MOST_FLICKER_HZ));
        (halves.floor() as i64) % 2 == 0
    }

    /// Seconds until the flicker changes.
    pub fn flicker_wait_secs(&self, seconds: f64) -> f64 {
        let rate = 2.0 * f64::from(self.flicker_hz.clamp(0.1, MOST_FLICKER_HZ));
        (1.0 - (seconds * rate).fract()) / rate
    }

    /// Unit vector from the original's side to the soft-tissue image's.
    pub fn wipe_normal(&self) -> [f32; 2] {
        let (down, right) = self.wipe_angle_deg.to_radians().sin_cos();
        [right, down]
    }

    /// The point of the wipe's line next to the middle of the view.
    pub fn wipe_point(&self, view: ViewRect) -> [f32; 2] {
        let (normal, reach) = (self.wipe_normal(), self.wipe_reach(view));
        let along = (2.0 * self.wipe_position - 1.0) * reach;
        [0, 1].map(|axis| view.min[axis] + 0.5 * view.size[axis] + along * normal[axis])
    }

    /// The wipe with its line moved by `delta`.
    #[must_use]
    pub fn wiped(self, view: ViewRect, delta: [f32; 2]) -> Self {
        let normal = self.wipe_normal();
        let along = delta[0] * normal[0] + delta[1] * normal[1];
        let moved = self.wipe_position + 0.5 * along / self.wipe_reach(view).max(1.0);
        Self {
            wipe_position: moved.clamp(0.0, 1.0),
            ..self
        }
    }

    /// Half the extent of the view along the wipe's normal.
    fn wipe_reach(&self, view: ViewRect) -> f32 {
        let [right, down] = self.wipe_normal();
        0.5 * ((view.size[0] * right).abs() + (view.size[1] * down).abs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VIEW: ViewRect = ViewRect {
        min: [100.0, 50.0],
        size: [400.0, 200.0],
    };

    fn close(a: [f32; 2], b: [f32; 2]) -> bool {
        (a[0] - b[0]).abs() < 1e-3 && (a[1] - b[1]).abs() < 1e-3
    }

    #[test]
    fn the_wipe_runs_from_border_to_border_at_any_angle() {
        let mut compare = Compare::default();
        assert!(close(compare.wipe_point(VIEW), [300.0, 150.0]));
        compare.wipe_position = 1.0;
        assert!(close(compare.wipe_point(VIEW), [500.0, 150.0]));
        compare.wipe_angle_deg = 90.0;
        assert!(close(compare.wipe_point(VIEW), [300.0, 250.0]));
        let moved = compare.wiped(VIEW, [70.0, -50.0]);
        assert!((moved.wipe_position - 0.75).abs() < 1e-4);
        assert!(compare.wiped(VIEW, [0.0, 900.0]).wipe_position <= 1.0);
    }

    #[test]
    fn the_flicker_shows_each_picture_half_of_the_time_and_is_never_fast() {
        let compare = Compare {
            tool: CompareTool::Flicker,
            flicker_hz: 50.0,
            ..Compare::default()
        };
        let shown: Vec<f32> = (0..12)
            .map(|i| {
                compare
                    .mixture(VIEW, None, 1.0, f64::from(i) / 12.0 + 0.01)
                    .amount
            })
            .collect();
        // Three times a second, two of twelve instants each.
        assert_eq!(shown, [1.0, 1.0, 0.0, 0.0].repeat(3));
        assert!(compare.flicker_wait_secs(0.1) <= 1.0 / 6.0);
    }

    #[test]
    fn the_lens_follows_the_pointer_and_waits_in_the_middle() {
        let compare = Compare::default().toggled(CompareTool::Lens);
        let region = |pointer| compare.mixture(VIEW, pointer, 2.0, 0.0).region;
        let lens = |center| Region::Within {
            center,
            radius: 240.0,
        };
        assert_eq!(region(Some([120.0, 60.0])), lens([120.0, 60.0]));
        assert_eq!(region(None), lens([300.0, 150.0]));
        assert_eq!(compare.toggled(CompareTool::Lens), Compare::default());
    }
}
