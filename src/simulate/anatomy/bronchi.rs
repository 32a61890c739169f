//! Bronchi beside their arteries: walls as fine double lines, and rings where they run towards the viewer.

use super::vessels::{LungTree, blood};
use crate::simulate::body::WATER_PER_CM;
use crate::simulate::canvas::{Canvas, Node, Section};
use crate::simulate::frame::{Point, Side};
use crate::simulate::patient::PICTURE_CM;
use crate::simulate::shading::chord;
use rand::Rng as _;
use rand_chacha::ChaCha8Rng;

/// Share of a bronchus's radius that is wall.
const WALL: f32 = 0.22;
/// Attenuation of aerated lung against water.
const LUNG: f32 = 0.27;
/// Thinnest artery whose bronchus is seen, picture heights: 2 mm across.
const LEAST_RADIUS: f32 = 0.002_3;

/// Draws the bronchi beside the arteries of these trees, and some that are seen end-on beside theirs.
pub(in crate::simulate) fn add_bronchi(
    canvas: &mut Canvas<'_>,
    trees: &[LungTree],
    rng: &mut ChaCha8Rng,
) {
    for tree in trees.iter().filter(|tree| tree.is_artery) {
        let bronchi: Vec<Vec<Node>> = tree
            .thick_vessels(LEAST_RADIUS)
            .map(|(ends, radius)| beside(ends, radius, tree.side))
            .collect();
        let section = Section::Cortical {
            shell: WALL,
            marrow: lumen(),
        };
        canvas.add_tree(&bronchi, section);
    }
    for side in Side::BOTH {
        for _ in 0..rng.random_range(1..4) {
            let at = Point::new(
                rng.random_range(0.085_f32..0.150),
                rng.random_range(0.370_f32..0.520),
            );
            add_ring(canvas, at.mirrored(side), rng);
        }
    }
}

/// Air against wall, as a share: both stand in place of lung.
fn lumen() -> f32 {
    -LUNG / (1.0 - LUNG)
}

/// Attenuation of a bronchus of this radius as [`Section::Cortical`] counts it.
fn walls(radius: f32) -> f32 {
    let inner = 1.0 - WALL;
    let scale = 1.0 - (1.0 - lumen()) * inner * inner;
    scale * (1.0 - LUNG) * WATER_PER_CM * 2.0 * radius * PICTURE_CM
}

/// The bronchus on the medial side of an artery.
fn beside([from, to]: [Point; 2], radius: f32, side: Side) -> Vec<Node> {
    let (dx, dy) = (to.x - from.x, to.y - from.y);
    let length = dx.hypot(dy).max(1e-6);
    let away = 2.1 * radius * side.sign() * (dy / length).signum();
    let node = |at: Point| Node {
        at: Point::new(at.x - away * dy / length, at.y + away * dx / length),
        radius,
        attenuation: walls(radius),
    };
    vec![node(from), node(to)]
}

/// A ring with the dot of its artery.
fn add_ring(canvas: &mut Canvas<'_>, at: Point, rng: &mut ChaCha8Rng) {
    let radius = rng.random_range(0.003_0_f32..0.005_2);
    // As long a piece of the tube as it is wide lies along the ray.
    let attenuation = 0.5 * WATER_PER_CM * 2.0 * radius * PICTURE_CM;
    canvas.add_solid(at, 1.1 * radius, |point| {
        let t = at.distance(point) / radius;
        let wall = if t <= 1.0 && t > 1.0 - WALL { 1.0 } else { 0.0 };
        let air = if t <= 1.0 - WALL { LUNG } else { 0.0 };
        attenuation * ((1.0 - LUNG) * wall - air)
    });
    let angle = rng.random_range(0.0..std::f32::consts::TAU);
    let (sin, cos) = angle.sin_cos();
    let artery = Point::new(at.x + 1.95 * radius * cos, at.y + 1.95 * radius * sin);
    canvas.add_solid(artery, radius, |point| {
        blood(radius) * chord(artery.distance(point) / (0.95 * radius))
    });
}
