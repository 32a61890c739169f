//! The spine: vertebral bodies with their arches.

use super::canvas::{Canvas, Node, Section};
use super::frame::{Point, Side};
use super::patient::Patient;
use super::ribs::first_rib_y;
use super::shading::{line, smooth_step};

/// Attenuation of a vertebral body of the middle of the chest.
const BODY: f32 = 0.17;
/// Bodies drawn above and from the first thoracic vertebra on.
const NUM_CERVICAL: i32 = 4;
const NUM_BELOW: i32 = 16;

pub(super) fn add_spine(canvas: &mut Canvas<'_>, patient: &Patient) {
    let skeleton = &patient.skeleton;
    let yaw = patient.pose.yaw_deg.to_radians().sin();
    for level in -NUM_CERVICAL..NUM_BELOW {
        let size = if level < 0 { 0.80 } else { 1.0 };
        let above = (-level).max(0) as f32;
        let y = first_rib_y(patient)
            + (level as f32 + 0.08) * skeleton.spacing
            + 0.18 * above * skeleton.spacing;
        Vertebra {
            center: Point::new(0.0, y),
            half_width: size * (0.037 + 0.000_9 * level.max(0) as f32),
            half_height: size * 0.42 * skeleton.spacing,
            attenuation: skeleton.density * BODY * (0.8 + 0.02 * level.max(0) as f32),
            yaw,
        }
        .add(canvas);
    }
}

struct Vertebra {
    center: Point,
    half_width: f32,
    half_height: f32,
    attenuation: f32,
    /// Sine of the turn about the long axis.
    yaw: f32,
}

impl Vertebra {
    fn add(&self, canvas: &mut Canvas<'_>) {
        self.add_body(canvas);
        self.add_laminae(canvas);
        for side in Side::BOTH {
            self.add_arch(canvas, side);
        }
        self.add_spinous_process(canvas);
    }

    /// A waisted box with bright endplates and side walls.
    fn add_body(&self, canvas: &mut Canvas<'_>) {
        canvas.add_solid(self.center, self.half_width, |point| {
            let y = (point.y - self.center.y) / self.half_height;
            let half_width = self.half_width * (0.92 + 0.08 * y * y);
            let x = (point.x - self.center.x).abs() - half_width;
            let y = (y.abs() - 1.0) * self.half_height;
            let body = 1.0 - smooth_step(-0.004, 0.001, x.max(y));
            let inside = |depth: f32| 1.0 - smooth_step(-0.001, 0.001, depth);
            let wall = line((x + 0.0025) / 0.0020) * inside(y);
            let endplate = line((y + 0.0020) / 0.0018) * inside(x);
            self.attenuation * (0.40 * body + 0.16 * wall + 0.20 * endplate)
        });
    }

    /// Laminae and joints behind the bodies: they bridge the discs.
    fn add_laminae(&self, canvas: &mut Canvas<'_>) {
        let height = 1.25 * self.half_height;
        canvas.add_solid(self.center, 1.3 * self.half_width, |point| {
            let x = (point.x - self.center.x - 0.02 * self.yaw).abs() / (0.78 * self.half_width);
            let y = (point.y - self.center.y - 0.5 * self.half_height) / height;
            let across = 1.0 - smooth_step(0.75, 1.15, x);
            0.42 * self.attenuation
                * across
                * (0.5 + 0.5 * (2.2 * y).cos().max(-1.0))
                * (1.0 - smooth_step(0.9, 1.4, y.abs()))
        });
    }

    /// Pedicle, an upright ring, and transverse process.
    fn add_arch(&self, canvas: &mut Canvas<'_>, side: Side) {
        let x = side.sign() * 0.62 * self.half_width + 0.01 * self.yaw;
        let y = self.center.y - 0.35 * self.half_height;
        let center = Point::new(x, y);
        canvas.add_solid(center, 0.016, |point| {
            let t = ((point.x - x) / 0.008).hypot((point.y - y) / 0.0115);
            self.attenuation * (0.30 * line((t - 1.0) / 0.30) + 0.10 * line(t))
        });
        let process = |dx: f32, dy: f32, radius: f32, share: f32| Node {
            at: Point::new(x + side.sign() * dx, y + dy),
            radius,
            attenuation: share * self.attenuation,
        };
        let bone = Section::Cortical {
            shell: 0.25,
            marrow: 0.5,
        };
        let nodes = [
            process(0.006, 0.002, 0.009, 0.28),
            process(0.024, -0.004, 0.008, 0.30),
            process(0.040, -0.007, 0.0085, 0.30),
        ];
        canvas.add_tube(&nodes, bone);
    }

    /// A drop seen end-on below the middle of the body.
    fn add_spinous_process(&self, canvas: &mut Canvas<'_>) {
        let x = 0.025 * self.yaw;
        let y = self.center.y + 0.75 * self.half_height;
        canvas.add_solid(Point::new(x, y), 0.022, |point| {
            let t = ((point.x - x) / 0.0055).hypot((point.y - y) / 0.015);
            self.attenuation * (0.34 * line((t - 1.0) / 0.32) + 0.12 * line(t))
        });
    }
}
