//! The nodules and the port of a plain phantom.

use super::body::WATER_PER_CM;
use super::canvas::{Canvas, Node, Section, smooth_curve};
use super::config::Group;
use super::contents::Record;
use super::frame::{Point, Side};
use super::patient::{PICTURE_CM, Patient};
use super::shading::{chord, line, smooth_step};
use super::thorax::Thorax;
use rand::Rng as _;
use rand_chacha::ChaCha8Rng;

/// Attenuation of the metal of a port and of its catheter.
const METAL: f32 = 0.30;
const CATHETER: f32 = 0.045;

/// Draws round nodules into the lungs.
pub(super) fn add_nodules(
    canvas: &mut Canvas<'_>,
    patient: &Patient,
    thorax: &Thorax,
    rng: &mut ChaCha8Rng,
    record: &mut Record<'_>,
) {
    for &radius_cm in &patient.findings.nodule_radii_cm {
        let radius = radius_cm / PICTURE_CM;
        let center = place(thorax, radius, rng);
        record.note("solid nodule", Group::Nodules, center, 2.0 * radius);
        let attenuation = 0.75 * WATER_PER_CM * 2.0 * radius_cm;
        canvas.add_solid(center, 1.3 * radius, |point| {
            let t = center.distance(point) / radius;
            attenuation * chord(t * 0.85) * (1.0 - smooth_step(0.75, 1.15, t))
        });
    }
}

/// A place in the lung field, well inside.
pub(super) fn place(thorax: &Thorax, radius: f32, rng: &mut ChaCha8Rng) -> Point {
    const NUM_TRIES: usize = 50;
    let mut place = Point::new(-0.2, 0.45);
    for _ in 0..NUM_TRIES {
        let side = if rng.random_bool(0.5) {
            Side::Left
        } else {
            Side::Right
        };
        let point = Point::new(
            rng.random_range(0.10_f32..0.32),
            rng.random_range(0.22_f32..0.70),
        );
        let point = point.mirrored(side);
        if thorax.is_lung_field(point) && thorax.cavity_depth(point) > radius + 0.01 {
            place = point;
            break;
        }
    }
    place
}

/// Draws a venous port over the right lung with its catheter to the superior vena cava.
pub(super) fn add_port(canvas: &mut Canvas<'_>, record: &mut Record<'_>) {
    let center = Point::new(-0.235, 0.41);
    record.note("port with catheter", Group::Devices, center, 0.032);
    canvas.add_solid(center, 0.022, |point| {
        let t = center.distance(point) / 0.016;
        METAL * (line((t - 1.0) / 0.13) + 0.6 * line((t - 0.55) / 0.10))
    });
    let node = |x: f32, y: f32| Node {
        at: Point::new(x, y),
        radius: 0.0024,
        attenuation: CATHETER,
    };
    let catheter = [
        node(-0.235, 0.394),
        node(-0.245, 0.310),
        node(-0.215, 0.235),
        node(-0.150, 0.205),
        node(-0.080, 0.235),
        node(-0.045, 0.330),
        node(-0.038, 0.430),
    ];
    canvas.add_tube(&smooth_curve(&catheter, 14), Section::Solid);
}
