//! Lung nodules of every make, as a varied phantom has them.

use super::body::WATER_PER_CM;
use super::canvas::{Canvas, Node, Section};
use super::config::Group;
use super::contents::Record;
use super::findings::place;
use super::frame::Point;
use super::patient::PICTURE_CM;
use super::shading::{chord, smooth_step};
use super::thorax::Thorax;
use rand::Rng as _;
use rand_chacha::ChaCha8Rng;
use std::f32::consts::TAU;

/// How a nodule is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Make {
    Solid,
    PartSolid,
    GroundGlass,
    Spiculated,
    Cavitary,
}

const MAKES: [(Make, &str); 5] = [
    (Make::Solid, "solid nodule"),
    (Make::PartSolid, "part-solid nodule"),
    (Make::GroundGlass, "ground-glass nodule"),
    (Make::Spiculated, "spiculated nodule"),
    (Make::Cavitary, "cavitary nodule"),
];

/// Draws up to four nodules into the lungs; a third of the patients has none.
pub(super) fn add_varied_nodules(
    canvas: &mut Canvas<'_>,
    thorax: &Thorax,
    rng: &mut ChaCha8Rng,
    record: &mut Record<'_>,
) {
    let count = [0, 0, 1, 1, 2, 4][rng.random_range(0..6)];
    for _ in 0..count {
        let (make, kind) = MAKES[[0, 0, 0, 1, 2, 3, 4][rng.random_range(0..7)]];
        let radius_cm = rng.random_range(0.2_f32..0.9) * rng.random_range(1.0..1.6);
        let radius = radius_cm / PICTURE_CM;
        let center = place(thorax, radius, rng);
        record.note(kind, Group::Nodules, center, 2.0 * radius);
        let nodule = Nodule::new(make, center, radius, rng);
        nodule.add(canvas);
        if make == Make::Spiculated {
            nodule.add_spicules(canvas, rng);
        }
    }
}

struct Nodule {
    make: Make,
    center: Point,
    radius: f32,
    /// Amplitude and phase of the outline's lobes, two to five to the turn.
    lobes: [(f32, f32); 4],
    /// Attenuation through the middle of a solid nodule of this size.
    attenuation: f32,
}

impl Nodule {
    fn new(make: Make, center: Point, radius: f32, rng: &mut ChaCha8Rng) -> Self {
        let lobed = if make == Make::Solid { 0.035 } else { 0.06 };
        let lobes = [(); 4].map(|()| (rng.random_range(-lobed..lobed), rng.random_range(0.0..TAU)));
        Self {
            make,
            center,
            radius,
            lobes,
            attenuation: rng.random_range(0.45..0.8) * WATER_PER_CM * 2.0 * radius * PICTURE_CM,
        }
    }

    fn add(&self, canvas: &mut Canvas<'_>) {
        canvas.add_solid(self.center, 1.5 * self.radius, |point| {
            let t = self.radii_from_middle(point);
            self.attenuation * self.profile(t)
        });
    }

    /// Distance from the middle against the outline's in that direction.
    fn radii_from_middle(&self, point: Point) -> f32 {
        let (dx, dy) = (point.x - self.center.x, point.y - self.center.y);
        let angle = dy.atan2(dx);
        let lobes = self.lobes.iter().zip(2_u8..);
        let outline: f32 = lobes
            .map(|(&(size, phase), turns)| size * (f32::from(turns) * angle + phase).sin())
            .sum();
        dx.hypot(dy) / (self.radius * (1.0 + outline))
    }

    /// Attenuation at `t` radii against the middle of a solid nodule.
    fn profile(&self, t: f32) -> f32 {
        let solid = |t: f32| chord((0.75 * t).min(1.0)) * (1.0 - smooth_step(0.60, 1.20, t));
        match self.make {
            Make::Solid | Make::Spiculated => solid(t),
            Make::PartSolid => 0.30 * solid(0.85 * t) + 0.60 * solid(2.0 * t),
            Make::GroundGlass => 0.32 * (1.0 - smooth_step(0.4, 1.3, t)),
            Make::Cavitary => solid(t) - 0.8 * chord((t / 0.62).min(1.0)) * 0.62,
        }
    }

    /// Strands that run from the nodule into the lung.
    fn add_spicules(&self, canvas: &mut Canvas<'_>, rng: &mut ChaCha8Rng) {
        for _ in 0..rng.random_range(7..14) {
            let angle = rng.random_range(0.0..TAU);
            let length = self.radius * rng.random_range(1.3..2.1);
            let at = |share: f32, radius: f32, strength: f32| Node {
                at: Point::new(
                    self.center.x + share * angle.cos(),
                    self.center.y + share * angle.sin(),
                ),
                radius,
                attenuation: strength * self.attenuation,
            };
            let strand = [
                at(0.6 * self.radius, 0.14 * self.radius, 0.30),
                at(length, 0.05 * self.radius, 0.04),
            ];
            canvas.add_tube(&strand, Section::Solid);
        }
    }
}
