//! Drawing tubes and small solids into a picture of attenuation.

use super::frame::{Frame, Point};
use super::shading::chord;
use crate::radiograph::{FloatImage, Raster, wide_gaussian_blur};

/// A cross-section on the axis of a tube.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    pub(super) at: Point,
    /// Picture heights.
    pub(super) radius: f32,
    /// Attenuation (natural logarithm) on the axis of a solid tube.
    pub(super) attenuation: f32,
}

/// What a tube is made of.
#[derive(Debug, Clone, Copy)]
pub(super) enum Section {
    /// Filled: vessels, wires.
    Solid,
    /// A dense shell around marrow: bones. The rim shows brighter than the middle.
    Cortical {
        /// Thickness of the shell, share of the radius.
        shell: f32,
        /// Attenuation of the marrow against that of the shell.
        marrow: f32,
    },
}

impl Section {
    /// Attenuation at `t` radii from the axis, against that of a solid tube's axis.
    fn profile(self, t: f32) -> f32 {
        match self {
            Self::Solid => chord(t),
            Self::Cortical { shell, marrow } => {
                let inner = 1.0 - shell;
                let hollow = inner * chord(t / inner);
                // Scaled so that bones of any shell have the same mean over their width.
                (chord(t) - (1.0 - marrow) * hollow) / (1.0 - (1.0 - marrow) * inner * inner)
            }
        }
    }

    /// Whether the first of two hits (distance in radii, attenuation on the axis) hides the second.
    fn covers(self, new: (f32, f32), old: (f32, f32)) -> bool {
        match self {
            Self::Solid => {
                let [new, old] = [new, old].map(|(t, attenuation)| attenuation * chord(t));
                new.abs() > old.abs()
            }
            // The rim of one segment must not show through the middle of the next.
            Self::Cortical { .. } => new.0 < old.0,
        }
    }
}

/// Thinnest tube drawn at full contrast, pixels; thinner ones fade in proportion, as the detector
/// would average them.
const MIN_RADIUS_PX: f32 = 0.75;

/// A picture of attenuation (natural logarithm, >= 0 for matter) that solids are added to.
pub(super) struct Canvas<'a> {
    frame: &'a Frame,
    image: FloatImage,
    /// Distance in radii to the tube being drawn, and its attenuation there.
    nearest: Vec<(f32, f32)>,
    touched: Vec<usize>,
}

const FAR: (f32, f32) = (f32::INFINITY, 0.0);

impl<'a> Canvas<'a> {
    pub(super) fn new(frame: &'a Frame) -> Self {
        let size = frame.size_px;
        Self {
            frame,
            image: Raster::filled(size, size, 0.0_f32),
            nearest: vec![FAR; size * size],
            touched: Vec::new(),
        }
    }

    pub(super) fn into_image(self) -> FloatImage {
        self.image
    }

    /// Multiplies what was drawn so far by `share(pixel)`.
    pub(super) fn fade(&mut self, share: impl Fn(usize) -> f32) {
        for (i, value) in self.image.values_mut().iter_mut().enumerate() {
            *value *= share(i);
        }
    }

    /// Takes off `share` of what was drawn so far, smoothed by `sigma` picture heights.
    pub(super) fn level(&mut self, share: f32, sigma: f32) {
        let sigma_px = f64::from(self.frame.px(sigma));
        let even = wide_gaussian_blur(&self.image, sigma_px);
        for (value, even) in self.image.values_mut().iter_mut().zip(even.values()) {
            *value -= share * even;
        }
    }

    /// Adds one tube; where its segments overlap, the nearest counts, so joints do not show.
    pub(super) fn add_tube(&mut self, nodes: &[Node], section: Section) {
        self.add_tree(&[nodes.to_vec()], section);
    }

    /// Adds tubes that are one solid: where they overlap, they do not add up.
    pub(super) fn add_tree(&mut self, tubes: &[Vec<Node>], section: Section) {
        for pair in tubes.iter().flat_map(|nodes| nodes.windows(2)) {
            if let [from, to] = pair {
                self.visit_segment(from, to, section);
            }
        }
        for i in std::mem::take(&mut self.touched) {
            let (t, attenuation) = std::mem::replace(&mut self.nearest[i], FAR);
            self.image.values_mut()[i] += attenuation * section.profile(t);
        }
    }

    fn visit_segment(&mut self, from: &Node, to: &Node, section: Section) {
        let (a, b) = (
            self.frame.image_from_chest(from.at),
            self.frame.image_from_chest(to.at),
        );
        let radii = [from, to].map(|node| self.frame.px(node.radius));
        let drawn = radii.map(|radius| radius.max(MIN_RADIUS_PX));
        let fade = [radii[0] / drawn[0], radii[1] / drawn[1]];
        let reach = drawn[0].max(drawn[1]);
        let (dx, dy) = (b.x - a.x, b.y - a.y);
        let inverse_length2 = 1.0 / (dx * dx + dy * dy).max(1e-6);
        let columns = self.span(a.x.min(b.x) - reach, a.x.max(b.x) + reach);
        for row in self.span(a.y.min(b.y) - reach, a.y.max(b.y) + reach) {
            for col in columns.clone() {
                let (px, py) = (col as f32 + 0.5 - a.x, row as f32 + 0.5 - a.y);
                let along = ((px * dx + py * dy) * inverse_length2).clamp(0.0, 1.0);
                let distance = (px - along * dx).hypot(py - along * dy);
                let t = distance / (drawn[0] + along * (drawn[1] - drawn[0]));
                let i = row * self.frame.size_px + col;
                if t >= 1.0 {
                    continue;
                }
                let near = from.attenuation * fade[0];
                let attenuation = near + along * (to.attenuation * fade[1] - near);
                if self.nearest[i].0.is_infinite() {
                    self.touched.push(i);
                } else if !section.covers((t, attenuation), self.nearest[i]) {
                    continue;
                }
                self.nearest[i] = (t, attenuation);
            }
        }
    }

    /// Adds `attenuation(point)` to the pixels around `center`, up to `reach` picture heights away
    /// along both axes.
    pub(super) fn add_solid(
        &mut self,
        center: Point,
        reach: f32,
        attenuation: impl Fn(Point) -> f32,
    ) {
        let middle = self.frame.image_from_chest(center);
        let reach_px = std::f32::consts::SQRT_2 * self.frame.px(reach);
        for row in self.span(middle.y - reach_px, middle.y + reach_px) {
            for col in self.span(middle.x - reach_px, middle.x + reach_px) {
                let value = attenuation(self.frame.chest_from_pixel(row, col));
                self.image.values_mut()[row * self.frame.size_px + col] += value;
            }
        }
    }

    fn span(&self, low: f32, high: f32) -> std::ops::Range<usize> {
        let size = self.frame.size_px;
        let start = (low.max(0.0) as usize).min(size);
        let end = ((high + 1.0).max(0.0) as usize).min(size);
        start..end.max(start)
    }
}

/// A smooth curve through `nodes` (Catmull-Rom), `steps` pieces to a span.
pub(super) fn smooth_curve(nodes: &[Node], steps: usize) -> Vec<Node> {
    let at = |i: usize| nodes[i.min(nodes.len() - 1)];
    let mut curve = Vec::with_capacity(nodes.len() * steps + 1);
    for i in 0..nodes.len().saturating_sub(1) {
        let support = [at(i.saturating_sub(1)), at(i), at(i + 1), at(i + 2)];
        curve.extend((0..steps).map(|step| between(&support, step as f32 / steps as f32)));
    }
    curve.extend(nodes.last());
    curve
}

fn between(support: &[Node; 4], t: f32) -> Node {
    let weights = [
        0.5 * t * (t * (2.0 - t) - 1.0),
        0.5 * (t * t * (3.0 * t - 5.0) + 2.0),
        0.5 * t * (t * (4.0 - 3.0 * t) + 1.0),
        0.5 * t * t * (t - 1.0),
    ];
    let sum = |of: fn(&Node) -> f32| -> f32 {
        support
            .iter()
            .zip(weights)
            .map(|(node, w)| w * of(node))
            .sum()
    };
    Node {
        at: Point::new(sum(|n| n.at.x), sum(|n| n.at.y)),
        radius: sum(|n| n.radius),
        attenuation: sum(|n| n.attenuation),
    }
}

#[cfg(test)]
mod tests {
    use super::super::patient::Pose;
    use super::*;

    fn frame() -> Frame {
        Frame::new(
            200,
            &Pose {
                roll_deg: 0.0,
                yaw_deg: 0.0,
                magnification: 1.0,
                shift: Point::new(0.0, 0.0),
            },
        )
    }

    fn straight() -> Vec<Node> {
        let node = |x| Node {
            at: Point::new(x, 0.5),
            radius: 0.1,
            attenuation: 2.0,
        };
        vec![node(-0.3), node(0.0), node(0.3)]
    }

    #[test]
    fn a_solid_tube_has_the_area_of_its_cross_section() {
        // A chord profile over a diameter 2r with height h integrates to pi r h / 2.
        let frame = frame();
        let mut canvas = Canvas::new(&frame);
        canvas.add_tube(&straight(), Section::Solid);
        let image = canvas.into_image();
        let sum: f32 = (0..200).filter_map(|row| image.get(row, 100)).sum();
        assert!((sum - std::f32::consts::PI * 20.0).abs() < 0.5, "{sum}");
    }

    #[test]
    fn a_bone_has_bright_rims_and_the_mean_of_a_solid() {
        let frame = frame();
        let mut canvas = Canvas::new(&frame);
        canvas.add_tube(
            &straight(),
            Section::Cortical {
                shell: 0.13,
                marrow: 0.3,
            },
        );
        let image = canvas.into_image();
        let column: Vec<f32> = (0..200).filter_map(|row| image.get(row, 100)).collect();
        let sum: f32 = column.iter().sum();
        assert!((sum - std::f32::consts::PI * 20.0).abs() < 1.5, "{sum}");
        assert!(column[117] > 1.1 * column[100]);
        assert!(column[121].abs() < f32::EPSILON);
    }
}
