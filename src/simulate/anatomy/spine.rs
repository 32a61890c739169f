//! Vertebrae with endplates, pedicles, joints, processes, and the ribs' heads.

use crate::simulate::canvas::{Canvas, Node, Section, smooth_curve};
use crate::simulate::frame::{Point, Side};
use crate::simulate::patient::Patient;
use crate::simulate::ribs::first_rib_y;
use crate::simulate::shading::{line, smooth_step};
use rand::Rng as _;
use rand_chacha::ChaCha8Rng;

/// Attenuation of a vertebra of the middle of the chest met through body and arch.
const VERTEBRA: f32 = 0.21;
/// Vertebrae drawn above and from the first thoracic one on.
const NUM_CERVICAL: i32 = 4;
const NUM_BELOW: i32 = 16;
/// Index of the first vertebra without ribs.
const FIRST_LUMBAR: i32 = 12;
/// Half width of a line that a thin plate casts, picture heights.
const PLATE: f32 = 0.001_1;

const PROCESS: Section = Section::Cortical {
    shell: 0.22,
    marrow: 0.45,
};

/// Draws the spine.
pub(in crate::simulate) fn add_spine(
    canvas: &mut Canvas<'_>,
    patient: &Patient,
    rng: &mut ChaCha8Rng,
) {
    let skeleton = &patient.skeleton;
    for level in -NUM_CERVICAL..NUM_BELOW {
        let above = (-level).max(0) as f32;
        let below = level.max(0) as f32;
        let size = if level < 0 { 0.80 } else { 1.0 };
        let y = first_rib_y(patient) + (level as f32 + 0.08 + 0.18 * above) * skeleton.spacing;
        let vertebra = Vertebra {
            level,
            center: Point::new(rng.random_range(-0.001..0.001), y),
            half_width: size * (0.035 + 0.001_1 * below),
            half_height: size * 0.44 * skeleton.spacing,
            attenuation: skeleton.density * VERTEBRA * (0.85 + 0.015 * below),
            yaw: patient.pose.yaw_deg.to_radians().sin(),
            // The beam meets plates away from its middle at a slant.
            tilt: 0.05 * (y - 0.45) + rng.random_range(-0.004..0.004),
        };
        vertebra.add(canvas);
    }
}

struct Vertebra {
    /// 0 is the first thoracic one.
    level: i32,
    center: Point,
    half_width: f32,
    half_height: f32,
    attenuation: f32,
    /// Sine of the turn about the long axis.
    yaw: f32,
    /// How far apart the front and back rims of an endplate are seen.
    tilt: f32,
}

impl Vertebra {
    fn add(&self, canvas: &mut Canvas<'_>) {
        self.add_body(canvas);
        self.add_endplates(canvas);
        self.add_laminae(canvas);
        for side in Side::BOTH {
            self.add_pedicle(canvas, side);
            self.add_transverse_process(canvas, side);
            self.add_joint(canvas, side);
        }
        self.add_spinous_process(canvas);
    }

    /// A waisted box with bright side walls.
    fn add_body(&self, canvas: &mut Canvas<'_>) {
        canvas.add_solid(self.center, 1.05 * self.half_width, |point| {
            let y = (point.y - self.center.y) / self.half_height;
            let half_width = self.half_width * (0.90 + 0.10 * y * y);
            let x = (point.x - self.center.x).abs() - half_width;
            let depth = x.max((y.abs() - 1.0) * self.half_height);
            let body = 1.0 - smooth_step(-0.003, 0.001, depth);
            let inside = 1.0 - smooth_step(0.90, 1.05, y.abs());
            self.attenuation * (0.30 * body + 0.11 * inside * line((x + 0.002) / 0.001_6))
        });
    }

    /// Two rims to each endplate, bent by its hollow.
    fn add_endplates(&self, canvas: &mut Canvas<'_>) {
        for (end, rim) in [(-1.0, 1.0), (-1.0, -1.0), (1.0, 1.0), (1.0, -1.0)] {
            let node = |share: f32| {
                let hollow = 0.10 * self.half_height * (1.0 - share * share);
                let y = end * (self.half_height - hollow) + 0.5 * rim * self.tilt;
                Node {
                    at: Point::new(
                        self.center.x + share * 0.97 * self.half_width,
                        self.center.y + y,
                    ),
                    radius: PLATE,
                    attenuation: 0.30 * self.attenuation,
                }
            };
            let plate = [-1.0, -0.6, 0.0, 0.6, 1.0].map(node);
            canvas.add_tube(&smooth_curve(&plate, 5), Section::Solid);
        }
    }

    /// Laminae behind the bodies, roofs that bridge the discs.
    fn add_laminae(&self, canvas: &mut Canvas<'_>) {
        let center = self.along(0.0, 0.55, 0.02);
        canvas.add_solid(center, 1.5 * self.half_height, |point| {
            let x = (point.x - center.x).abs() / (0.74 * self.half_width);
            let y = (point.y - center.y) / self.half_height + 0.35 * x;
            let roof =
                (1.0 - smooth_step(0.72, 1.10, x)) * (1.0 - smooth_step(0.62, 0.95, y.abs()));
            let rim = line((y - 0.80) / 0.05) * (1.0 - smooth_step(0.6, 0.9, x));
            self.attenuation * (0.34 * roof + 0.10 * rim)
        });
    }

    /// An upright oval seen end-on.
    fn add_pedicle(&self, canvas: &mut Canvas<'_>, side: Side) {
        let center = self.along(side.sign() * 0.64, -0.32, 0.01);
        let radii = (0.20 * self.half_width, 0.36 * self.half_height);
        canvas.add_solid(center, 2.0 * radii.1, |point| {
            let t = ((point.x - center.x) / radii.0).hypot((point.y - center.y) / radii.1);
            self.attenuation * (0.40 * line((t - 1.0) / 0.18) + 0.06 * line(t))
        });
    }

    /// Transverse process, and on ribbed levels the rib's head and neck before it.
    fn add_transverse_process(&self, canvas: &mut Canvas<'_>, side: Side) {
        let node = |x: f32, y: f32, radius: f32, share: f32| Node {
            at: self.along(side.sign() * x, y, 0.015),
            radius,
            attenuation: share * self.attenuation,
        };
        let is_lumbar = self.level >= FIRST_LUMBAR;
        let (reach, rise) = if is_lumbar {
            (2.0, -0.2)
        } else {
            (1.75, -0.62)
        };
        let process = [
            node(0.75, -0.12, 0.30 * self.half_height, 0.22),
            node(
                0.5 * (0.75 + reach),
                0.5 * rise,
                0.24 * self.half_height,
                0.26,
            ),
            node(0.92 * reach, 0.9 * rise, 0.28 * self.half_height, 0.28),
            node(reach, rise, 0.26 * self.half_height, 0.22),
        ];
        canvas.add_tube(&smooth_curve(&process, 5), PROCESS);
        if self.level >= 0 && !is_lumbar {
            let head = [
                node(1.0, -0.98, 0.26 * self.half_height, 0.24),
                node(1.25, -0.90, 0.20 * self.half_height, 0.22),
                node(1.60, -0.72, 0.20 * self.half_height, 0.20),
            ];
            canvas.add_tube(&smooth_curve(&head, 5), PROCESS);
        }
    }

    /// Facets of the joint with the vertebra below: a dense line beside a narrow gap.
    fn add_joint(&self, canvas: &mut Canvas<'_>, side: Side) {
        let node = |x: f32, y: f32| Node {
            at: self.along(side.sign() * x, y, 0.018),
            radius: 1.3 * PLATE,
            attenuation: 0.34 * self.attenuation,
        };
        for shift in [0.0, 0.09] {
            let facet = [node(0.46 + shift, 0.72), node(0.54 + shift, 1.22)];
            canvas.add_tube(&facet, Section::Solid);
        }
    }

    /// A drop that hangs over the vertebra below, with the ridge that leads to it.
    fn add_spinous_process(&self, canvas: &mut Canvas<'_>) {
        let center = self.along(0.0, 0.95, 0.028);
        let radii = (0.14 * self.half_width, 0.55 * self.half_height);
        canvas.add_solid(center, 2.0 * radii.1, |point| {
            let y = (point.y - center.y) / radii.1;
            let x = (point.x - center.x) / (radii.0 * (1.0 + 0.35 * y));
            let t = x.hypot(y);
            self.attenuation * (0.40 * line((t - 1.0) / 0.17) + 0.12 * line(t))
        });
    }

    /// A point `x` half widths beside and `y` half heights below the middle; a turn of the patient moves it by `depth`.
    fn along(&self, x: f32, y: f32, depth: f32) -> Point {
        Point::new(
            self.center.x + x * self.half_width + depth * self.yaw,
            self.center.y + y * self.half_height,
        )
    }
}
