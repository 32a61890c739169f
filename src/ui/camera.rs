//! Where the image lies in a view: zoom, pan, fit, and the two directions of the map.
//!
//! Spaces: `screen` is physical pixels of the framebuffer, `image` is image pixels with centres at
//! +0.5. One camera serves every view of a study, which is what links them.

use super::orientation::Orientation;
use crate::render::ImageFromScreen;
use serde::{Deserialize, Serialize};

/// Smallest and largest zoom, screen pixels per image pixel.
const ZOOM_RANGE: (f32, f32) = (0.02, 64.0);

/// Smallest image in sizes of one that just fits its view.
const LEAST_SHARE_OF_FIT: f32 = 0.25;

/// How large the image is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Zoom {
    /// As large as the view allows with the whole image visible.
    Fit,
    /// Screen pixels per image pixel (horizontally); 1 is 1:1.
    Scale(f32),
}

/// What the reader looks at.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Camera {
    /// Size.
    pub zoom: Zoom,
    /// Image position in the middle of the view, as a share of the image's width and height.
    pub center: [f32; 2],
}

impl Default for Camera {
    fn default() -> Self {
        Self {
            zoom: Zoom::Fit,
            center: [0.5, 0.5],
        }
    }
}

/// A rectangle of the framebuffer, physical pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ViewRect {
    /// Left and top.
    pub min: [f32; 2],
    /// Width and height.
    pub size: [f32; 2],
}

/// An image to be placed: its pixels, their shape, and how it is turned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ImageExtent {
    /// Width and height in pixels.
    pub size: [f32; 2],
    /// Height of a pixel in widths; 1 for square pixels.
    pub pixel_aspect: f32,
    /// How it is turned on the screen.
    pub orientation: Orientation,
}

impl ImageExtent {
    /// Screen pixels per image pixel along the axes of the screen, at a zoom of 1.
    fn axes(&self) -> [[f32; 2]; 2] {
        let turned = self.orientation.screen_from_image();
        turned.map(|row| [row[0], row[1] * self.pixel_aspect])
    }

    /// Zoom at which the whole image just fits.
    fn fitting_zoom(&self, view: ViewRect) -> f32 {
        let axes = self.axes();
        let extent = axes.map(|row| row[0].abs() * self.size[0] + row[1].abs() * self.size[1]);
        (view.size[0] / extent[0].max(1.0)).min(view.size[1] / extent[1].max(1.0))
    }

    /// The smallest zoom: less shows nothing more of the image. Its own size, in pixels or in millimetres, is never out
    /// of reach.
    fn least_zoom(&self, view: ViewRect) -> f32 {
        LEAST_SHARE_OF_FIT * self.fitting_zoom(view).min(1.0)
    }
}

/// Where an image lies in one view: `screen = axes * image + origin`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placement {
    /// Screen pixels per image pixel; each row and each column has one entry that is not 0.
    pub axes: [[f32; 2]; 2],
    /// Screen position of the corner where the image's first pixel begins.
    pub origin: [f32; 2],
}

impl Placement {
    /// Screen pixels per image pixel along the rows of the image.
    pub fn zoom(&self) -> f32 {
        self.axes[0][0].abs().max(self.axes[1][0].abs())
    }

    /// Screen to image.
    pub fn image_from_screen(&self, screen: [f32; 2]) -> [f32; 2] {
        let from_origin = [0, 1].map(|axis| screen[axis] - self.origin[axis]);
        applied(inverse(self.axes), from_origin)
    }

    /// Image to screen.
    pub fn screen_from_image(&self, image: [f32; 2]) -> [f32; 2] {
        let turned = applied(self.axes, image);
        [0, 1].map(|axis| turned[axis] + self.origin[axis])
    }

    /// The direction of the image, right and down, that lies in a direction of the screen; entries of 0, 1 and -1.
    pub fn image_direction(&self, [right, down]: [f32; 2]) -> [f64; 2] {
        [0, 1].map(|axis| {
            let along = self.axes[0][axis] * right + self.axes[1][axis] * down;
            f64::from(u8::from(along > 0.0)) - f64::from(u8::from(along < 0.0))
        })
    }

    /// As it is seen enlarged by `factor` with the screen position `anchor` staying where it is.
    #[must_use]
    pub fn magnified(&self, anchor: [f32; 2], factor: f32) -> Self {
        let from_anchor = |axis: usize| anchor[axis] + factor * (self.origin[axis] - anchor[axis]);
        Self {
            axes: scaled(self.axes, factor),
            origin: [0, 1].map(from_anchor),
        }
    }

    /// The map as the shaders take it.
    pub fn shader_map(&self) -> ImageFromScreen {
        ImageFromScreen {
            axes: inverse(self.axes),
            offset: self.image_from_screen([0.0, 0.0]),
        }
    }
}

fn applied(axes: [[f32; 2]; 2], [x, y]: [f32; 2]) -> [f32; 2] {
    axes.map(|row| row[0] * x + row[1] * y)
}

fn scaled(axes: [[f32; 2]; 2], zoom: f32) -> [[f32; 2]; 2] {
    axes.map(|row| row.map(|entry| entry * zoom))
}

/// Inverse of a matrix with one entry that is not 0 in each row and column: its transpose with inverse entries.
fn inverse(axes: [[f32; 2]; 2]) -> [[f32; 2]; 2] {
    let over = |entry: f32| if entry == 0.0 { 0.0 } else { 1.0 / entry };
    [0, 1].map(|row| [over(axes[0][row]), over(axes[1][row])])
}

impl Camera {
    /// Places an image in a view.
    pub fn place(&self, view: ViewRect, image: ImageExtent) -> Placement {
        let axes = image.axes();
        let zoom = match self.zoom {
            Zoom::Fit => image.fitting_zoom(view),
            Zoom::Scale(scale) => scale.max(image.least_zoom(view)),
        };
        let zoom = zoom.clamp(ZOOM_RANGE.0, ZOOM_RANGE.1);
        let center = self.shown_center();
        let axes = scaled(axes, zoom);
        let turned = applied(axes, [0, 1].map(|axis| center[axis] * image.size[axis]));
        // At a whole number of screen pixels per image pixel, pixel borders meet: no blur.
        let whole = (zoom - zoom.round()).abs() < 1e-4;
        let origin = [0, 1].map(|axis| {
            let origin = view.min[axis] + 0.5 * view.size[axis] - turned[axis];
            if whole { origin.round() } else { origin }
        });
        Placement { axes, origin }
    }

    /// Image position in the middle of the view, as a share of the image's size.
    fn shown_center(&self) -> [f32; 2] {
        match self.zoom {
            Zoom::Fit => [0.5, 0.5],
            Zoom::Scale(_) => self.center,
        }
    }

    /// Enlarged by `factor` with the image point under `anchor` (screen) staying there.
    #[must_use]
    pub fn zoomed(
        &self,
        view: ViewRect,
        image: ImageExtent,
        anchor: [f32; 2],
        factor: f32,
    ) -> Self {
        let before = self.place(view, image);
        let fixed = before.image_from_screen(anchor);
        let least = image.least_zoom(view).max(ZOOM_RANGE.0);
        let zoom = (before.zoom() * factor).max(least).min(ZOOM_RANGE.1);
        let from_anchor = [0, 1].map(|axis| view.min[axis] + 0.5 * view.size[axis] - anchor[axis]);
        let moved = applied(inverse(scaled(image.axes(), zoom)), from_anchor);
        let center = [0, 1].map(|axis| {
            let image_middle = fixed[axis] + moved[axis];
            (image_middle / image.size[axis].max(1.0)).clamp(0.0, 1.0)
        });
        Self {
            zoom: Zoom::Scale(zoom),
            center,
        }
    }

    /// Moved by `delta` screen pixels; the middle of the view stays on the image.
    #[must_use]
    pub fn panned(&self, view: ViewRect, image: ImageExtent, delta: [f32; 2]) -> Self {
        let placement = self.place(view, image);
        let from = self.shown_center();
        let moved = applied(inverse(placement.axes), delta);
        let center = [0, 1]
            .map(|axis| (from[axis] - moved[axis] / image.size[axis].max(1.0)).clamp(0.0, 1.0));
        Self {
            zoom: Zoom::Scale(placement.zoom()),
            center,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VIEW: ViewRect = ViewRect {
        min: [100.0, 50.0],
        size: [800.0, 600.0],
    };
    const IMAGE: ImageExtent = ImageExtent {
        size: [2000.0, 3000.0],
        pixel_aspect: 1.0,
        orientation: Orientation::AS_STORED,
    };

    fn close(a: [f32; 2], b: [f32; 2]) -> bool {
        (a[0] - b[0]).abs() < 0.05 && (a[1] - b[1]).abs() < 0.05
    }

    #[test]
    fn fit_shows_the_whole_image_in_the_middle() {
        let placed = Camera::default().place(VIEW, IMAGE);
        assert_eq!(placed.axes, [[0.2, 0.0], [0.0, 0.2]]);
        assert!(close(placed.origin, [300.0, 50.0]));
        assert!(close(
            placed.screen_from_image([2000.0, 3000.0]),
            [700.0, 650.0]
        ));
    }

    #[test]
    fn the_point_under_the_cursor_stays_when_zooming() {
        let anchor = [410.0, 222.0];
        let mut camera = Camera::default();
        let point = camera.place(VIEW, IMAGE).image_from_screen(anchor);
        for factor in [1.3, 1.3, 2.1, 0.7] {
            camera = camera.zoomed(VIEW, IMAGE, anchor, factor);
            let now = camera.place(VIEW, IMAGE).image_from_screen(anchor);
            assert!((now[0] - point[0]).abs() < 1.0 && (now[1] - point[1]).abs() < 1.0);
        }
    }

    #[test]
    fn nobody_loses_an_image_by_making_it_smaller() {
        let fit = Camera::default().place(VIEW, IMAGE).zoom();
        let mut camera = Camera::default();
        for _ in 0..50 {
            camera = camera.zoomed(VIEW, IMAGE, [410.0, 222.0], 0.7);
        }
        assert!((camera.place(VIEW, IMAGE).zoom() - 0.25 * fit).abs() < 1e-6);
        // As a camera that was kept by an older program may have it.
        camera.zoom = Zoom::Scale(0.02);
        assert!((camera.place(VIEW, IMAGE).zoom() - 0.25 * fit).abs() < 1e-6);
        // One to one is always there: a small image that fits at a zoom of 8 has it too.
        let small = ImageExtent {
            size: [75.0, 100.0],
            ..IMAGE
        };
        camera.zoom = Zoom::Scale(1.0);
        assert_eq!(camera.place(VIEW, small).axes, [[1.0, 0.0], [0.0, 1.0]]);
    }

    #[test]
    fn panning_moves_the_image_with_the_pointer() {
        let camera = Camera {
            zoom: Zoom::Scale(2.0),
            center: [0.5, 0.5],
        };
        let before = camera.place(VIEW, IMAGE);
        let after = camera.panned(VIEW, IMAGE, [30.0, -12.0]).place(VIEW, IMAGE);
        assert!(close(
            after.origin,
            [before.origin[0] + 30.0, before.origin[1] - 12.0]
        ));
    }

    #[test]
    fn one_to_one_meets_the_pixel_grid() {
        let camera = Camera {
            zoom: Zoom::Scale(1.0),
            center: [0.500_3, 0.400_1],
        };
        let map = camera.place(VIEW, IMAGE).shader_map();
        let pixel_centre = 500.5 * map.axes[0][0] + map.offset[0];
        assert!((pixel_centre.fract() - 0.5).abs() < 1e-4);
    }

    #[test]
    fn what_is_magnified_stays_under_the_pointer() {
        let placed = Camera::default().place(VIEW, IMAGE);
        let anchor = [410.0, 222.0];
        let seen = placed.magnified(anchor, 3.0);
        let [here, there] = [&placed, &seen].map(|placed| placed.image_from_screen(anchor));
        assert!(close(here, there));
        // 3 screen pixels further right lies what was 1 further right.
        let [near, far] = [
            placed.image_from_screen([411.0, 222.0]),
            seen.image_from_screen([413.0, 222.0]),
        ];
        assert!(close(near, far) && (seen.zoom() - 3.0 * placed.zoom()).abs() < 1e-6);
    }

    #[test]
    fn tall_pixels_are_shown_tall() {
        let tall = ImageExtent {
            size: [100.0, 100.0],
            pixel_aspect: 2.0,
            orientation: Orientation::AS_STORED,
        };
        let placed = Camera::default().place(VIEW, tall);
        assert_eq!(placed.axes, [[3.0, 0.0], [0.0, 6.0]]);
    }

    #[test]
    fn a_turned_image_fits_and_keeps_the_point_under_the_cursor() {
        let turned = ImageExtent {
            orientation: Orientation::AS_STORED.turned_right(),
            ..IMAGE
        };
        // 3000 rows now lie across the 800 pixels of the view, 2000 columns down its 600.
        let fit = Camera::default().place(VIEW, turned);
        assert!((fit.zoom() - 800.0 / 3000.0).abs() < 1e-6);
        // The first pixel has moved to the upper right corner.
        let corner = fit.screen_from_image([0.0, 0.0]);
        assert!(close(corner, [900.0, 350.0 - 1000.0 * 800.0 / 3000.0]));
        let anchor = [410.0, 222.0];
        let point = fit.image_from_screen(anchor);
        let zoomed = Camera::default().zoomed(VIEW, turned, anchor, 3.0);
        let now = zoomed.place(VIEW, turned).image_from_screen(anchor);
        assert!((now[0] - point[0]).abs() < 1.0 && (now[1] - point[1]).abs() < 1.0);
        let placed = zoomed.place(VIEW, turned);
        let panned = zoomed
            .panned(VIEW, turned, [30.0, -12.0])
            .place(VIEW, turned);
        let moved = [placed.origin[0] + 30.0, placed.origin[1] - 12.0];
        assert!(close(panned.origin, moved));
    }

    #[test]
    fn a_direction_of_the_image_lies_in_its_direction_of_the_screen() {
        for orientation in Orientation::all() {
            let image = ImageExtent {
                orientation,
                ..IMAGE
            };
            let placement = Camera::default().place(VIEW, image);
            for direction in [[1.0, 0.0], [0.0, -1.0]] {
                let [right, down] = placement.image_direction(direction).map(|v| v as f32);
                let from = placement.screen_from_image([700.0, 900.0]);
                let to = placement.screen_from_image([700.0 + right, 900.0 + down]);
                let moved = [0, 1].map(|axis| (to[axis] - from[axis]) / placement.zoom());
                assert!(close(moved, direction), "{orientation:?}: {moved:?}");
            }
        }
    }

    #[test]
    fn the_shader_map_is_the_placement_turned_round() {
        for orientation in Orientation::all() {
            let image = ImageExtent {
                orientation,
                pixel_aspect: 1.5,
                ..IMAGE
            };
            let placement = Camera::default().place(VIEW, image);
            let map = placement.shader_map();
            let screen = [333.0, 444.0];
            let direct = placement.image_from_screen(screen);
            let mapped = applied(map.axes, screen);
            for axis in [0, 1] {
                let shader = mapped[axis] + map.offset[axis];
                assert!((shader - direct[axis]).abs() < 1e-2, "{orientation:?}");
            }
            assert!(close(placement.screen_from_image(direct), screen));
        }
    }
}
