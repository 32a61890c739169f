//! The shoulder girdle: clavicles, scapulae, humeri.

use super::canvas::{Canvas, Node, Section, smooth_curve};
use super::frame::{Point, Side};
use super::patient::Patient;
use super::shading::{line, smooth_step};

/// Attenuation of the middle of a clavicle.
const CLAVICLE: f32 = 0.125;
/// Attenuation of the flat of a scapula.
const BLADE: f32 = 0.030;
/// Attenuation of the borders and processes of a scapula.
const BORDER: f32 = 0.085;
/// Attenuation of a humeral shaft.
const HUMERUS: f32 = 0.19;

const LONG_BONE: Section = Section::Cortical {
    shell: 0.16,
    marrow: 0.30,
};

pub(super) fn add_shoulders(canvas: &mut Canvas<'_>, patient: &Patient) {
    for side in Side::BOTH {
        let girdle = Girdle::new(patient, side);
        girdle.add_scapula(canvas);
        girdle.add_humerus(canvas);
        girdle.add_clavicle(canvas);
    }
}

/// How one shoulder of a patient hangs, and how dense its bones are.
pub(super) struct Girdle {
    pub(super) side: Side,
    drop: f32,
    /// How far a turn of the patient moves what lies in front.
    front: f32,
    pub(super) density: f32,
    arm_deg: f32,
}

/// Outline of the blade: upper angle, glenoid, lower angle.
const BLADE_CORNERS: [(f32, f32); 3] = [(0.235, 0.175), (0.360, 0.255), (0.317, 0.455)];

impl Girdle {
    pub(super) fn new(patient: &Patient, side: Side) -> Self {
        Self {
            side,
            drop: patient.skeleton.shoulder_drop,
            front: 0.12 * patient.pose.yaw_deg.to_radians().sin(),
            density: patient.skeleton.density,
            arm_deg: patient.habitus.arm_deg,
        }
    }

    /// A point given for the patient's left side; `medial` is 1 at the sternum, where the shoulder's
    /// height no longer matters.
    pub(super) fn point(&self, x: f32, y: f32, medial: f32) -> Point {
        let dropped = Point::new(x, y + self.drop * (1.0 - medial)).mirrored(self.side);
        Point::new(dropped.x - medial * self.front, dropped.y)
    }

    fn node(&self, (x, y): (f32, f32), radius: f32, attenuation: f32) -> Node {
        Node {
            at: self.point(x, y, 0.0),
            radius,
            attenuation: self.density * attenuation,
        }
    }

    /// The clavicle of this attenuation through points with radius and share of it, from the sternum outwards.
    pub(super) fn clavicle<const N: usize>(
        &self,
        attenuation: f32,
        shape: [(f32, f32, f32, f32); N],
    ) -> Vec<Node> {
        let nodes = shape.map(|(x, y, radius, share)| Node {
            at: self.point(x, y, 1.0 - smooth_step(0.03, 0.30, x)),
            radius,
            attenuation: self.density * attenuation * share,
        });
        smooth_curve(&nodes, 10)
    }

    /// The humerus of this attenuation through places along its shaft with radius and share of it; `head` is where 0 lies.
    pub(super) fn humerus<const N: usize>(
        &self,
        attenuation: f32,
        head: (f32, f32),
        shape: [(f32, f32, f32); N],
    ) -> [Node; N] {
        let (sin, cos) = self.arm_deg.to_radians().sin_cos();
        shape.map(|(length, radius, share)| Node {
            at: self.point(head.0 + length * sin, head.1 + length * cos, 0.0),
            radius,
            attenuation: self.density * attenuation * share,
        })
    }

    fn add_clavicle(&self, canvas: &mut Canvas<'_>) {
        let shape = [
            (0.030, 0.222, 0.0165, 0.75),
            (0.060, 0.214, 0.0145, 0.9),
            (0.120, 0.196, 0.0115, 1.0),
            (0.190, 0.170, 0.0105, 1.05),
            (0.260, 0.146, 0.0110, 1.0),
            (0.330, 0.136, 0.0120, 0.9),
            (0.395, 0.148, 0.0130, 0.75),
        ];
        canvas.add_tube(&self.clavicle(CLAVICLE, shape), LONG_BONE);
    }

    fn add_scapula(&self, canvas: &mut Canvas<'_>) {
        let corners = BLADE_CORNERS.map(|(x, y)| self.point(x, y, 0.0));
        let middle = self.point(0.305, 0.30, 0.0);
        canvas.add_solid(middle, 0.19, |point| {
            let depth = triangle_depth(&corners, point) + 0.012;
            let rim = line((depth - 0.004) / 0.003);
            self.density * BLADE * (smooth_step(0.0, 0.008, depth) + 0.45 * rim)
        });
        let border = [
            self.node((0.352, 0.265), 0.015, 0.7 * BORDER),
            self.node((0.344, 0.310), 0.009, BORDER),
            self.node((0.341, 0.360), 0.007, BORDER),
            self.node((0.333, 0.420), 0.006, 0.8 * BORDER),
            self.node((0.320, 0.455), 0.006, 0.2 * BORDER),
        ];
        let spine = [
            self.node((0.245, 0.205), 0.006, 0.3 * BORDER),
            self.node((0.310, 0.190), 0.009, 0.7 * BORDER),
            self.node((0.380, 0.168), 0.012, BORDER),
            self.node((0.430, 0.165), 0.014, BORDER),
            self.node((0.458, 0.180), 0.013, 0.8 * BORDER),
        ];
        let coracoid = [
            self.node((0.325, 0.212), 0.011, 0.8 * BORDER),
            self.node((0.343, 0.204), 0.014, 1.2 * BORDER),
        ];
        for bone in [&border[..], &spine[..], &coracoid[..]] {
            canvas.add_tube(&smooth_curve(bone, 8), LONG_BONE);
        }
        let glenoid = self.point(0.366, 0.238, 0.0);
        canvas.add_solid(glenoid, 0.045, |point| {
            let t = ((point.x - glenoid.x) / 0.011).hypot((point.y - glenoid.y) / 0.032);
            self.density * BORDER * (0.55 * line((t - 1.0) / 0.25) + 0.3 * line(t))
        });
    }

    fn add_humerus(&self, canvas: &mut Canvas<'_>) {
        let shape = [
            (-0.010, 0.037, 0.45),
            (0.012, 0.041, 0.55),
            (0.055, 0.033, 0.70),
            (0.120, 0.026, 0.90),
            (0.30, 0.022, 1.0),
            (0.60, 0.021, 1.0),
        ];
        let shaft = self.humerus(HUMERUS, (0.428, 0.245), shape);
        canvas.add_tube(&smooth_curve(&shaft, 12), LONG_BONE);
    }
}

/// Depth of `point` inside a triangle, the distance to its nearest side; negative outside.
pub(super) fn triangle_depth(corners: &[Point; 3], point: Point) -> f32 {
    let [a, b, c] = *corners;
    let side = |from: Point, to: Point| {
        let (dx, dy) = (to.x - from.x, to.y - from.y);
        (dx * (point.y - from.y) - dy * (point.x - from.x)) / dx.hypot(dy)
    };
    let turn = ((b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)).signum();
    let depths = [side(a, b), side(b, c), side(c, a)].map(|d| d * turn);
    depths.into_iter().fold(f32::INFINITY, f32::min)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_in_a_triangle_does_not_depend_on_its_turn() {
        let corners = [(0.0, 0.0), (4.0, 0.0), (0.0, 3.0)].map(|(x, y)| Point::new(x, y));
        let turned = [corners[2], corners[1], corners[0]];
        for corners in [corners, turned] {
            assert!((triangle_depth(&corners, Point::new(1.0, 1.0)) - 1.0).abs() < 1e-6);
            assert!((triangle_depth(&corners, Point::new(1.0, -0.5)) + 0.5).abs() < 1e-6);
        }
    }
}
