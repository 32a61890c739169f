//! Calcium that is no bone: granulomas, nodes, the wall of the aortic arch.

use super::canvas::{Canvas, Node, Section, smooth_curve};
use super::findings::place;
use super::frame::{Point, Side};
use super::patient::{PICTURE_CM, Patient};
use super::shading::chord;
use super::thorax::Thorax;
use rand::Rng as _;
use rand_chacha::ChaCha8Rng;

/// Attenuation of calcified tissue beyond that of water, 1/cm: a third of cortical bone's.
const CALCIUM_PER_CM: f32 = 0.22;

/// Draws calcium, and names each piece: kind, place, size in picture heights.
pub(super) fn add_calcium(
    canvas: &mut Canvas<'_>,
    patient: &Patient,
    thorax: &Thorax,
    rng: &mut ChaCha8Rng,
    note: &mut dyn FnMut(&'static str, Point, f32),
) {
    if rng.random_bool(0.25) {
        for _ in 0..rng.random_range(1..=3) {
            let radius = rng.random_range(0.12_f32..0.45) / PICTURE_CM;
            let center = place(thorax, radius, rng);
            add_grain(canvas, center, radius);
            note("calcified granuloma", center, 2.0 * radius);
        }
    }
    if rng.random_bool(0.12) {
        let side = if rng.random_bool(0.5) {
            Side::Right
        } else {
            Side::Left
        };
        let node = Point::new(0.078, 0.43).mirrored(side);
        for _ in 0..rng.random_range(3..8) {
            let (dx, dy) = (
                rng.random_range(-0.012..0.012),
                rng.random_range(-0.012..0.012),
            );
            let radius = rng.random_range(0.1_f32..0.3) / PICTURE_CM;
            add_grain(canvas, Point::new(node.x + dx, node.y + dy), radius);
        }
        note("calcified hilar node", node, 0.03);
    }
    if rng.random_bool(0.20) {
        let arch = add_arch(canvas, patient, rng);
        note(
            "calcified aortic arch",
            arch,
            2.0 * patient.cavity.aortic_knob,
        );
    }
}

fn add_grain(canvas: &mut Canvas<'_>, center: Point, radius: f32) {
    let attenuation = CALCIUM_PER_CM * 2.0 * radius * PICTURE_CM;
    canvas.add_solid(center, 1.1 * radius, |point| {
        attenuation * chord(center.distance(point) / radius)
    });
}

/// A rim along the outer wall of the arch, seen edge-on; returns its middle.
fn add_arch(canvas: &mut Canvas<'_>, patient: &Patient, rng: &mut ChaCha8Rng) -> Point {
    let knob = patient.cavity.aortic_knob;
    let front = -0.10 * patient.pose.yaw_deg.to_radians().sin();
    let center = Point::new(0.050 + front, 0.330);
    let (start, length) = (
        rng.random_range(-1.2_f32..-0.2),
        rng.random_range(0.6_f32..1.6),
    );
    let at = |share: f32| {
        let angle = start + share * length;
        Point::new(
            center.x + 0.94 * knob * angle.cos(),
            center.y + 1.08 * knob * angle.sin(),
        )
    };
    let strength = rng.random_range(0.06..0.16);
    let rim: Vec<Node> = (0_u8..6)
        .map(|i| Node {
            at: at(f32::from(i) / 5.0),
            radius: 0.0016,
            attenuation: strength * (0.6 + 0.4 * f32::from(i % 2)),
        })
        .collect();
    canvas.add_tube(&smooth_curve(&rim, 6), Section::Solid);
    at(0.5)
}
