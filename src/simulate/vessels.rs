//! Airways and the trees of pulmonary vessels.

use super::body::WATER_PER_CM;
use super::canvas::{Canvas, Node, Section, smooth_curve};
use super::frame::{Point, Side};
use super::patient::{PICTURE_CM, Patient};
use super::thorax::Thorax;
use rand::Rng as _;
use rand_chacha::ChaCha8Rng;

/// Thinnest vessel drawn, picture heights (about half a pixel of 1024).
const THINNEST: f32 = 0.000_55;
/// Radius a branch keeps of its parent's: the larger and the smaller child.
const CHILD_RADII: [(f32, f32); 2] = [(0.76, 0.91), (0.55, 0.80)];

/// Attenuation on the axis of a vessel of this radius: blood in place of lung.
fn blood(radius: f32) -> f32 {
    0.75 * WATER_PER_CM * 2.0 * radius * PICTURE_CM
}

/// How often a twig leaves a branch between its ends.
const TWIG_CHANCE: f64 = 0.6;

/// A branch to be grown.
struct Sprout {
    at: Point,
    /// Direction, radians from the picture's x axis.
    heading: f32,
    radius: f32,
    /// Cosine of the angle between the vessel and the picture plane: the tree is not flat.
    flatness: f32,
}

/// Draws arteries and veins of both lungs.
pub(super) fn add_vessels(
    canvas: &mut Canvas<'_>,
    patient: &Patient,
    thorax: &Thorax,
    rng: &mut ChaCha8Rng,
) {
    for side in Side::BOTH {
        for (from, heading_deg, radius) in ROOTS {
            let jitter = rng.random_range(-12.0_f32..12.0);
            let angle = (heading_deg + jitter).to_radians();
            let sprout = Sprout {
                at: from.mirrored(side),
                heading: match side {
                    Side::Left => angle,
                    Side::Right => std::f32::consts::PI - angle,
                },
                radius: 1.1 * radius * patient.cavity.vessels,
                flatness: 1.0,
            };
            grow(canvas, thorax, sprout, rng);
        }
    }
}

/// Where trees leave the left hilum, their headings (degrees below the horizontal, outwards), and
/// radii: interlobar and upper-lobe arteries, the veins beside them, and smaller segmental ones.
const ROOTS: [(Point, f32, f32); 11] = [
    (Point { x: 0.070, y: 0.415 }, 62.0, 0.0080),
    (Point { x: 0.072, y: 0.405 }, -52.0, 0.0058),
    (Point { x: 0.080, y: 0.430 }, 22.0, 0.0056),
    (Point { x: 0.075, y: 0.410 }, -15.0, 0.0050),
    (Point { x: 0.065, y: 0.470 }, 40.0, 0.0060),
    (Point { x: 0.070, y: 0.390 }, -75.0, 0.0046),
    (Point { x: 0.060, y: 0.490 }, 75.0, 0.0055),
    (Point { x: 0.075, y: 0.450 }, 5.0, 0.0042),
    (Point { x: 0.080, y: 0.425 }, 48.0, 0.0046),
    (Point { x: 0.070, y: 0.395 }, -35.0, 0.0042),
    (Point { x: 0.060, y: 0.500 }, 55.0, 0.0044),
];

/// Grows one tree, branch by branch, until its twigs are too thin to be seen.
fn grow(canvas: &mut Canvas<'_>, thorax: &Thorax, root: Sprout, rng: &mut ChaCha8Rng) {
    let mut sprouts = vec![root];
    let mut tree = Vec::new();
    while let Some(sprout) = sprouts.pop() {
        let (nodes, heading) = branch(&sprout, thorax, rng);
        let Some(tip) = nodes.last().copied() else {
            continue;
        };
        let middle = nodes[nodes.len() / 2].at;
        tree.push(nodes);
        if thorax.cavity_depth(tip.at) < -0.03 || tip.radius < THINNEST {
            continue;
        }
        let turn = if rng.random_bool(0.5) { 1.0 } else { -1.0 };
        let angles = [
            -turn * rng.random_range(0.10_f32..0.40),
            turn * rng.random_range(0.40_f32..1.05),
        ];
        for ((low, high), angle) in CHILD_RADII.into_iter().zip(angles) {
            sprouts.push(Sprout {
                at: tip.at,
                heading: heading + angle,
                radius: tip.radius * rng.random_range(low..high),
                flatness: rng.random_range(0.55..1.0),
            });
        }
        // Twigs leave a branch on its way, too.
        if rng.random_bool(TWIG_CHANCE) {
            sprouts.push(Sprout {
                at: middle,
                heading: heading + turn * rng.random_range(0.6_f32..1.3),
                radius: tip.radius * rng.random_range(0.25..0.5),
                flatness: rng.random_range(0.5..1.0),
            });
        }
    }
    canvas.add_tree(&tree, Section::Solid);
}

/// One branch as a wandering line, and its heading at the tip.
fn branch(sprout: &Sprout, thorax: &Thorax, rng: &mut ChaCha8Rng) -> (Vec<Node>, f32) {
    const NUM_STEPS: usize = 6;
    // Thin vessels branch after more of their own widths than thick ones.
    let widths = rng.random_range(3.5_f32..7.0) * (0.006 / sprout.radius).powf(0.25).max(0.9);
    let step = sprout.flatness * 2.0 * sprout.radius * widths / NUM_STEPS as f32;
    let (mut at, mut heading) = (sprout.at, sprout.heading);
    let mut nodes = Vec::with_capacity(NUM_STEPS + 1);
    for i in 0..=NUM_STEPS {
        let radius = sprout.radius * (1.0 - 0.08 * i as f32 / NUM_STEPS as f32);
        let edge = (1.0 + thorax.cavity_depth(at) / 0.03).clamp(0.0, 1.0);
        nodes.push(Node {
            at,
            radius,
            attenuation: edge * blood(radius) / sprout.flatness.max(0.5),
        });
        heading += rng.random_range(-0.13..0.13);
        at = Point::new(at.x + step * heading.cos(), at.y + step * heading.sin());
    }
    (nodes, heading)
}

/// Attenuation on the axis of an airway of this radius, cm of air in place of tissue.
fn air(radius: f32) -> f32 {
    -WATER_PER_CM * 2.0 * radius * PICTURE_CM
}

/// Draws trachea and main bronchi: dark.
pub(super) fn add_airways(canvas: &mut Canvas<'_>, patient: &Patient) {
    let lean = 0.010 + 0.06 * patient.pose.yaw_deg.to_radians().sin();
    let node = |x: f32, y: f32, radius: f32, share: f32| Node {
        at: Point::new(x, y),
        radius,
        attenuation: share * air(radius),
    };
    let trachea = [
        node(0.0, -0.05, 0.020, 0.35),
        node(0.0, 0.08, 0.020, 0.45),
        node(-0.2 * lean, 0.20, 0.020, 0.5),
        node(-0.7 * lean, 0.30, 0.020, 0.5),
        node(-lean, 0.365, 0.018, 0.35),
    ];
    let right = [
        node(-lean, 0.355, 0.015, 0.30),
        node(-lean - 0.028, 0.395, 0.014, 0.45),
        node(-lean - 0.052, 0.435, 0.012, 0.35),
    ];
    let left = [
        node(-lean, 0.355, 0.014, 0.30),
        node(0.030 - lean, 0.390, 0.012, 0.45),
        node(0.072 - lean, 0.420, 0.011, 0.35),
    ];
    for airway in [&trachea[..], &right[..], &left[..]] {
        canvas.add_tube(&smooth_curve(airway, 10), Section::Solid);
    }
}
