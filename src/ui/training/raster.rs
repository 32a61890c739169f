//! egui's triangles on a picture, without a graphics card.
//!
//! Colours are premultiplied and blended as they are stored (gamma space), as egui's own renderers do.

use eframe::egui::epaint::{ClippedPrimitive, ImageDelta, Mesh, Primitive, Vertex};
use eframe::egui::{Color32, ColorImage, ImageData, Pos2, Rect, TextureId, TexturesDelta};

/// A picture that triangles are drawn on.
pub(super) struct Canvas {
    size: [usize; 2],
    pixels: Vec<[f32; 3]>,
    /// Letters, lines and fills: the one texture that egui itself makes.
    atlas: Option<ColorImage>,
}

impl Canvas {
    /// A picture of one colour.
    pub(super) fn new(size: [usize; 2], background: Color32) -> Self {
        let colour = [background.r(), background.g(), background.b()].map(f32::from);
        Self {
            size,
            pixels: vec![colour; size[0] * size[1]],
            atlas: None,
        }
    }

    /// Takes in what egui says of its textures.
    pub(super) fn load(&mut self, delta: &TexturesDelta) {
        let patches = delta.set.get(&TextureId::default());
        for patch in patches.into_iter().flatten() {
            self.load_patch(patch);
        }
    }

    fn load_patch(&mut self, patch: &ImageDelta) {
        let ImageData::Color(image) = &patch.image;
        let Some([left, top]) = patch.pos else {
            self.atlas = Some(image.as_ref().clone());
            return;
        };
        let Some(atlas) = &mut self.atlas else {
            return;
        };
        let width = atlas.size[0];
        for (row, pixels) in image.pixels.chunks(image.size[0].max(1)).enumerate() {
            let start = (top + row) * width + left;
            if let Some(place) = atlas.pixels.get_mut(start..start + pixels.len()) {
                place.copy_from_slice(pixels);
            }
        }
    }

    /// Draws what egui made, `scale` pixels a point.
    pub(super) fn draw(&mut self, primitives: &[ClippedPrimitive], scale: f32) {
        for ClippedPrimitive {
            clip_rect,
            primitive,
        } in primitives
        {
            if let Primitive::Mesh(mesh) = primitive {
                let clip = Rect::from_min_max(
                    (clip_rect.min.to_vec2() * scale).to_pos2(),
                    (clip_rect.max.to_vec2() * scale).to_pos2(),
                );
                self.draw_mesh(mesh, clip, scale);
            }
        }
    }

    fn draw_mesh(&mut self, mesh: &Mesh, clip: Rect, scale: f32) {
        for corners in mesh.indices.as_chunks::<3>().0 {
            let corner = |index: u32| {
                let vertex = mesh.vertices.get(index as usize)?;
                Some(Vertex {
                    pos: (vertex.pos.to_vec2() * scale).to_pos2(),
                    ..*vertex
                })
            };
            if let [Some(a), Some(b), Some(c)] = corners.map(corner) {
                self.draw_triangle([a, b, c], clip);
            }
        }
    }

    /// The pixels whose middles lie within the triangle.
    fn draw_triangle(&mut self, corners: [Vertex; 3], clip: Rect) {
        let [a, b, c] = corners.map(|vertex| vertex.pos);
        let area = cross(a, b, c);
        if area == 0.0 {
            return;
        }
        let bounds = Rect::from_points(&[a, b, c]).intersect(clip);
        let range = |low: f32, high: f32, side: usize| {
            let low = (low - 0.5).ceil().max(0.0) as usize;
            low..((high - 0.5).floor() + 1.0).clamp(0.0, side as f32) as usize
        };
        for row in range(bounds.min.y, bounds.max.y, self.size[1]) {
            for col in range(bounds.min.x, bounds.max.x, self.size[0]) {
                let at = Pos2::new(col as f32 + 0.5, row as f32 + 0.5);
                let weights = [cross(at, b, c), cross(a, at, c), cross(a, b, at)];
                let weights = weights.map(|weight| weight / area);
                if weights.iter().all(|&weight| weight >= 0.0) {
                    let colour = self.colour(&corners, weights);
                    self.blend(row * self.size[0] + col, colour);
                }
            }
        }
    }

    /// Colour of the triangle at a point, premultiplied, `0..=255`.
    fn colour(&self, corners: &[Vertex; 3], weights: [f32; 3]) -> [f32; 4] {
        let mixed = |value: fn(&Vertex) -> f32| -> f32 {
            let pairs = corners.iter().zip(weights);
            pairs.map(|(vertex, weight)| weight * value(vertex)).sum()
        };
        let uv = [mixed(|v| v.uv.x), mixed(|v| v.uv.y)];
        let atlas = self.atlas.as_ref();
        let texel = atlas.map_or([255.0; 4], |image| texel(image, uv));
        let own = [
            mixed(|v| f32::from(v.color.r())),
            mixed(|v| f32::from(v.color.g())),
            mixed(|v| f32::from(v.color.b())),
            mixed(|v| f32::from(v.color.a())),
        ];
        std::array::from_fn(|i| own[i] * texel[i] / 255.0)
    }

    fn blend(&mut self, index: usize, [red, green, blue, alpha]: [f32; 4]) {
        if let Some(pixel) = self.pixels.get_mut(index) {
            let left = 1.0 - alpha / 255.0;
            for (channel, colour) in pixel.iter_mut().zip([red, green, blue]) {
                *channel = colour + left * *channel;
            }
        }
    }

    /// The bytes of red, green and blue, row by row.
    pub(super) fn into_rgb(self) -> Vec<u8> {
        let bytes = self.pixels.into_iter().flatten();
        bytes.map(|v| v.round().clamp(0.0, 255.0) as u8).collect()
    }
}

/// Twice the area of a triangle, with its sign.
fn cross(a: Pos2, b: Pos2, c: Pos2) -> f32 {
    (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
}

/// A texture between its texels.
fn texel(image: &ColorImage, [u, v]: [f32; 2]) -> [f32; 4] {
    let [width, height] = image.size;
    let place = |share: f32, side: usize| {
        let at = (share * side as f32 - 0.5).clamp(0.0, side.saturating_sub(1) as f32);
        (
            at as usize,
            (at as usize + 1).min(side.saturating_sub(1)),
            at.fract(),
        )
    };
    let (left, right, across) = place(u, width);
    let (top, bottom, down) = place(v, height);
    let at = |row: usize, col: usize| {
        let pixel = image.pixels.get(row * width + col).copied();
        pixel.unwrap_or_default().to_array().map(f32::from)
    };
    let corners = [
        at(top, left),
        at(top, right),
        at(bottom, left),
        at(bottom, right),
    ];
    std::array::from_fn(|i| {
        let row = |a: usize, b: usize| corners[a][i] + across * (corners[b][i] - corners[a][i]);
        row(0, 1) + down * (row(2, 3) - row(0, 1))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A square of half-transparent red over grey, its right half cut off.
    #[test]
    fn triangles_fill_pixels_once_and_stay_within_their_clip() {
        let mut canvas = Canvas::new([8, 4], Color32::from_gray(100));
        let mut mesh = Mesh::default();
        let half = Color32::from_rgba_premultiplied(128, 0, 0, 128);
        mesh.add_colored_rect(Rect::from_min_max(Pos2::ZERO, Pos2::new(4.0, 2.0)), half);
        let clipped = ClippedPrimitive {
            clip_rect: Rect::from_min_max(Pos2::ZERO, Pos2::new(2.0, 2.0)),
            primitive: Primitive::Mesh(mesh),
        };
        canvas.draw(&[clipped], 2.0);
        let rgb = canvas.into_rgb();
        for (i, pixel) in rgb.as_chunks::<3>().0.iter().enumerate() {
            // 128 + 100 * (1 - 128 / 255) = 177.8, and 100 * (1 - 128 / 255) = 49.8.
            let inside = i % 8 < 4;
            // The diagonal may belong to both triangles or to one; egui's do not overlap by more.
            let diagonal = i % 8 == 2 * (i / 8) || i % 8 == 2 * (i / 8) + 1;
            if inside && !diagonal {
                assert_eq!(*pixel, [178, 50, 50], "pixel {i}");
            } else if !inside {
                assert_eq!(*pixel, [100; 3], "pixel {i}");
            }
        }
    }
}
