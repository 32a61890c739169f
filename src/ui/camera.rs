//! Where the image lies in a view: zoom, pan, fit, and the two directions of the map.
//!
//! Spaces: `screen` is physical pixels of the framebuffer, `image` is image pixels with centres at
//! +0.5. One camera serves every view of a study, which is what links them.

use crate::render::ImageFromScreen;

/// Smallest and largest zoom, screen pixels per image pixel.
const ZOOM_RANGE: (f32, f32) = (0.02, 64.0);

/// How large the image is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Zoom {
    /// As large as the view allows with the whole image visible.
    Fit,
    /// Screen pixels per image pixel (horizontally); 1 is 1:1.
    Scale(f32),
}

/// What the reader looks at.
#[derive(Debug, Clone, Copy, PartialEq)]
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

/// An image to be placed: its pixels and their shape.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ImageExtent {
    /// Width and height in pixels.
    pub size: [f32; 2],
    /// Height of a pixel in widths; 1 for square pixels.
    pub pixel_aspect: f32,
}

/// Where an image lies in one view.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placement {
    /// Screen pixels per image pixel, horizontally and vertically.
    pub scale: [f32; 2],
    /// Screen position of the image's top left corner.
    pub origin: [f32; 2],
}

impl Placement {
    /// Screen to image.
    pub fn image_from_screen(&self, screen: [f32; 2]) -> [f32; 2] {
        [0, 1].map(|axis| (screen[axis] - self.origin[axis]) / self.scale[axis])
    }

    /// Image to screen.
    pub fn screen_from_image(&self, image: [f32; 2]) -> [f32; 2] {
        [0, 1].map(|axis| image[axis] * self.scale[axis] + self.origin[axis])
    }

    /// The map as the shaders take it.
    pub fn shader_map(&self) -> ImageFromScreen {
        ImageFromScreen {
            scale: self.scale.map(|scale| 1.0 / scale),
            offset: [0, 1].map(|axis| -self.origin[axis] / self.scale[axis]),
        }
    }
}

impl Camera {
    /// Places an image in a view.
    pub fn place(&self, view: ViewRect, image: ImageExtent) -> Placement {
        let tall = [image.size[0], image.size[1] * image.pixel_aspect];
        let zoom = match self.zoom {
            Zoom::Fit => (view.size[0] / tall[0].max(1.0)).min(view.size[1] / tall[1].max(1.0)),
            Zoom::Scale(scale) => scale,
        };
        let zoom = zoom.clamp(ZOOM_RANGE.0, ZOOM_RANGE.1);
        let center = match self.zoom {
            Zoom::Fit => [0.5, 0.5],
            Zoom::Scale(_) => self.center,
        };
        let scale = [zoom, zoom * image.pixel_aspect];
        // At a whole number of screen pixels per image pixel, pixel borders meet: no blur.
        let whole = (zoom - zoom.round()).abs() < 1e-4;
        let origin = [0, 1].map(|axis| {
            let origin = view.min[axis] + 0.5 * view.size[axis]
                - center[axis] * image.size[axis] * scale[axis];
            if whole { origin.round() } else { origin }
        });
        Placement { scale, origin }
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
        let zoom = (before.scale[0] * factor).clamp(ZOOM_RANGE.0, ZOOM_RANGE.1);
        let scale = [zoom, zoom * image.pixel_aspect];
        let center = [0, 1].map(|axis| {
            let middle = view.min[axis] + 0.5 * view.size[axis];
            let image_middle = fixed[axis] + (middle - anchor[axis]) / scale[axis];
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
        let Placement { scale, .. } = self.place(view, image);
        let from = match self.zoom {
            Zoom::Fit => [0.5, 0.5],
            Zoom::Scale(_) => self.center,
        };
        let center = [0, 1].map(|axis| {
            let moved = delta[axis] / (scale[axis] * image.size[axis].max(1.0));
            (from[axis] - moved).clamp(0.0, 1.0)
        });
        Self {
            zoom: Zoom::Scale(scale[0]),
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
    };

    fn close(a: [f32; 2], b: [f32; 2]) -> bool {
        (a[0] - b[0]).abs() < 0.05 && (a[1] - b[1]).abs() < 0.05
    }

    #[test]
    fn fit_shows_the_whole_image_in_the_middle() {
        let placed = Camera::default().place(VIEW, IMAGE);
        assert!(close(placed.scale, [0.2, 0.2]));
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
        let pixel_centre = 500.5 * map.scale[0] + map.offset[0];
        assert!((pixel_centre.fract() - 0.5).abs() < 1e-4);
    }

    #[test]
    fn tall_pixels_are_shown_tall() {
        let tall = ImageExtent {
            size: [100.0, 100.0],
            pixel_aspect: 2.0,
        };
        let placed = Camera::default().place(VIEW, tall);
        assert!(close(placed.scale, [3.0, 6.0]));
    }
}
