//! Muscles and the fat between them: what gives shoulders, neck and flanks their edges.

use crate::radiograph::FloatImage;
use crate::simulate::body::WATER_PER_CM;
use crate::simulate::frame::{Frame, Point, Side};
use crate::simulate::patient::Patient;
use crate::simulate::shading::{chord, smooth_step};
use rand::Rng as _;
use rand_chacha::ChaCha8Rng;

/// Attenuation of a lens against water: it stands partly in place of fat, partly of the air beside a thinner body.
const MUSCLE_AGAINST_FAT: f32 = 0.85;

/// A lens of muscle, or of fat where its thickness is negative: an ellipse with semi-axes along and across its heading.
#[derive(Debug, Clone, Copy)]
struct Lens {
    center: Point,
    along: f32,
    across: f32,
    /// Direction of the longer axis, degrees below the horizontal.
    heading_deg: f32,
    /// Thickness front to back of muscle in place of fat, cm.
    thickness_cm: f32,
}

const fn lens(
    (x, y): (f32, f32),
    (along, across): (f32, f32),
    heading_deg: f32,
    thickness_cm: f32,
) -> Lens {
    Lens {
        center: Point { x, y },
        along,
        across,
        heading_deg,
        thickness_cm,
    }
}

/// On the patient's left.
const LENSES: [Lens; 6] = [
    // Deltoid.
    lens((0.452, 0.270), (0.130, 0.055), 72.0, 2.2),
    // Latissimus with the posterior axillary fold.
    lens((0.372, 0.470), (0.190, 0.034), 84.0, 1.8),
    // Sternocleidomastoid and trapezius.
    lens((0.068, 0.085), (0.130, 0.020), 112.0, 1.3),
    lens((0.150, 0.110), (0.140, 0.040), 24.0, 1.6),
    // Fat of the flank.
    lens((0.395, 0.700), (0.240, 0.010), 90.0, -1.1),
    // Lateral part of the greater pectoral.
    lens((0.300, 0.330), (0.130, 0.060), 58.0, 1.2),
];

/// Adds the muscles to the bulk of the body, inside of it.
pub(in crate::simulate) fn add_muscles(
    bulk: &mut FloatImage,
    frame: &Frame,
    patient: &Patient,
    rng: &mut ChaCha8Rng,
) {
    let drop = patient.skeleton.shoulder_drop;
    let wide = patient.habitus.trunk_half_width - 0.42;
    let mut lenses = Vec::new();
    for side in Side::BOTH {
        for typical in LENSES {
            let Point { x, y } = typical.center;
            let outer = smooth_step(0.2, 0.36, x);
            let mut near = |v: f32, by: f32| v + rng.random_range(-by..by);
            let at = Point::new(near(x + outer * wide, 0.008), near(y + drop, 0.010));
            let heading = near(typical.heading_deg, 5.0);
            lenses.push(Lens {
                center: at.mirrored(side),
                across: typical.across * near(1.0, 0.15),
                heading_deg: match side {
                    Side::Left => heading,
                    Side::Right => 180.0 - heading,
                },
                thickness_cm: typical.thickness_cm * near(1.0, 0.3),
                ..typical
            });
        }
    }
    let size = frame.size_px;
    for (i, value) in bulk.values_mut().iter_mut().enumerate() {
        if *value <= 0.0 {
            continue;
        }
        let point = frame.chest_from_pixel(i / size, i % size);
        let muscle: f32 = lenses.iter().map(|lens| lens.thickness_cm(point)).sum();
        // Little of either stands where the body is thin.
        let room = smooth_step(0.2, 1.2, *value);
        *value += room * MUSCLE_AGAINST_FAT * WATER_PER_CM * muscle;
    }
}

impl Lens {
    fn thickness_cm(&self, point: Point) -> f32 {
        let (sin, cos) = self.heading_deg.to_radians().sin_cos();
        let (dx, dy) = (point.x - self.center.x, point.y - self.center.y);
        let (u, v) = (
            (dx * cos + dy * sin) / self.along,
            (dy * cos - dx * sin) / self.across,
        );
        let ends = 1.0 - smooth_step(0.55, 1.0, u.abs());
        self.thickness_cm * ends * chord(u.hypot(v))
    }
}
