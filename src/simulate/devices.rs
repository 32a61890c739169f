//! Devices in and on the chest. All of them stand in radiograph and soft-tissue image alike.
//!
//! A dual-energy machine weights its two exposures so that bone vanishes; metal, which is denser in
//! another proportion, then leaves a weaker, sometimes inverted shadow in its soft-tissue image. A
//! reader wants tubes and leads kept, so the phantom keeps them whole.

use super::canvas::{Canvas, Node, Section, smooth_curve};
use super::config::Group;
use super::contents::Record;
use super::findings::add_port;
use super::frame::{Point, Side};
use super::patient::Patient;
use super::shading::{line, smooth_step};
use rand::Rng as _;
use rand_chacha::ChaCha8Rng;
use std::f32::consts::{PI, TAU};

/// Attenuation through the middle of things made of metal: wires, clips, snaps.
const METAL: f32 = 0.55;
/// Of plastic with barium in it.
const BARIUM: f32 = 0.10;

/// Draws devices by chance; half of the patients have none.
pub(super) fn add_devices(
    canvas: &mut Canvas<'_>,
    patient: &Patient,
    rng: &mut ChaCha8Rng,
    record: &mut Record<'_>,
) {
    let mut bench = Bench {
        canvas,
        patient,
        record,
        side: if rng.random_bool(0.5) {
            Side::Left
        } else {
            Side::Right
        },
    };
    if rng.random_bool(0.25) {
        bench.add_marker(rng);
    }
    if rng.random_bool(0.5) {
        return;
    }
    if rng.random_bool(0.20) {
        bench.add_tracheal_tube(rng);
    }
    if rng.random_bool(0.20) {
        bench.add_gastric_tube();
    }
    if rng.random_bool(0.30) {
        bench.add_central_line(rng);
    }
    if rng.random_bool(0.15) {
        add_port(bench.canvas, bench.record);
    }
    if rng.random_bool(0.22) {
        bench.add_pacemaker(rng);
    }
    if rng.random_bool(0.12) {
        bench.add_chest_drain(rng);
    }
    if rng.random_bool(0.20) {
        bench.add_sternal_wires(rng);
    }
    if rng.random_bool(0.20) {
        bench.add_clips(rng);
    }
    if rng.random_bool(0.30) {
        bench.add_electrodes(rng);
    }
}

/// What devices are laid on.
struct Bench<'a, 'c, 'f, 'r> {
    canvas: &'a mut Canvas<'c>,
    patient: &'a Patient,
    record: &'r mut Record<'f>,
    /// The side of what stands on one side.
    side: Side,
}

impl Bench<'_, '_, '_, '_> {
    fn note(&mut self, kind: &'static str, at: Point, size: f32) {
        self.record.note(kind, Group::Devices, at, size);
    }

    /// A wire or tube along smooth curve through `points`, given for the patient's left side.
    fn lay(&mut self, side: Side, points: &[(f32, f32)], radius: f32, attenuation: f32) {
        let nodes: Vec<Node> = points
            .iter()
            .map(|&(x, y)| Node {
                at: Point::new(x, y).mirrored(side),
                radius,
                attenuation,
            })
            .collect();
        self.canvas
            .add_tube(&smooth_curve(&nodes, 14), Section::Solid);
    }

    /// Air inside, a wall that is hardly seen, and a line of barium along it.
    fn add_tracheal_tube(&mut self, rng: &mut ChaCha8Rng) {
        let tip = rng.random_range(0.24..0.34);
        let wall: Vec<Node> = [-0.04, 0.10, 0.20, tip]
            .map(|y| Node {
                at: Point::new(-0.002, y),
                radius: 0.012_5,
                attenuation: 0.05,
            })
            .to_vec();
        let section = Section::Cortical {
            shell: 0.22,
            marrow: 0.05,
        };
        self.canvas.add_tube(&smooth_curve(&wall, 10), section);
        let stripe = [(0.007, -0.04), (0.007, 0.10), (0.007, tip)];
        self.lay(Side::Left, &stripe, 0.001_8, 1.6 * BARIUM);
        self.note("tracheal tube", Point::new(0.0, tip), tip);
    }

    fn add_gastric_tube(&mut self) {
        let base = self.patient.cavity.right_dome_y;
        let course = [
            (0.012, -0.04),
            (0.010, 0.20),
            (0.014, 0.42),
            (0.020, base - 0.10),
            (0.050, base + 0.05),
            (0.120, base + 0.12),
        ];
        self.lay(Side::Left, &course, 0.004_6, BARIUM);
        self.note("gastric tube", Point::new(0.05, base + 0.05), base);
    }

    fn add_central_line(&mut self, rng: &mut ChaCha8Rng) {
        let tip = rng.random_range(0.38..0.47);
        let (kind, course): (_, Vec<(f32, f32)>) = match rng.random_range(0..3) {
            0 => (
                "jugular line",
                vec![
                    (-0.115, 0.02),
                    (-0.075, 0.15),
                    (-0.050, 0.28),
                    (-0.040, tip),
                ],
            ),
            1 => (
                "subclavian line",
                vec![
                    (-0.270, 0.235),
                    (-0.170, 0.195),
                    (-0.085, 0.225),
                    (-0.046, 0.32),
                    (-0.040, tip),
                ],
            ),
            _ => (
                "peripheral line",
                vec![
                    (-0.480, 0.60),
                    (-0.450, 0.42),
                    (-0.370, 0.270),
                    (-0.240, 0.205),
                    (-0.100, 0.225),
                    (-0.046, 0.31),
                    (-0.039, tip),
                ],
            ),
        };
        self.lay(Side::Left, &course, 0.002_3, 0.7 * BARIUM);
        self.note(kind, Point::new(-0.040, tip), 0.3);
    }

    /// A rounded can with a header, and leads to the right atrium and ventricle.
    fn add_pacemaker(&mut self, rng: &mut ChaCha8Rng) {
        let side = self.side;
        let center = Point::new(0.265, rng.random_range(0.26..0.34)).mirrored(side);
        let half = 0.055;
        self.canvas.add_solid(center, 1.4 * half, |point| {
            let (x, y) = ((point.x - center.x) / half, (point.y - center.y) / half);
            let edge = (x.abs().powi(4) + (0.95 * y).abs().powi(4)).powf(0.25);
            let can = 1.0 - smooth_step(0.97, 1.03, edge);
            let battery = smooth_step(0.05, 0.12, y) * (1.0 - smooth_step(0.80, 0.86, edge));
            let circuits = line((x.abs() - 0.45) / 0.09) * (1.0 - smooth_step(-0.1, 0.0, y));
            METAL * can * (1.4 + 1.6 * battery + 1.0 * circuits)
        });
        self.note("pacemaker", center, 2.0 * half);
        let base = self.patient.cavity.right_dome_y;
        let can = (side.sign() * center.x, center.y - half);
        let into_chest = [can, (0.20, 0.215), (0.11, 0.215)].map(|(x, y)| (side.sign() * x, y));
        let atrium = [(-0.042, 0.33), (-0.050, base - 0.16), (-0.025, base - 0.19)];
        let ventricle = [(-0.040, 0.34), (-0.030, base - 0.10), (0.085, base - 0.035)];
        for (kind, end) in [("atrial lead", atrium), ("ventricular lead", ventricle)] {
            let course: Vec<(f32, f32)> = into_chest.into_iter().chain(end).collect();
            self.lay(Side::Left, &course, 0.001_7, 0.6 * METAL);
            let [.., before, tip] = end;
            self.lay(Side::Left, &[tip, blend(before, tip, 0.9)], 0.003_0, METAL);
            self.note(kind, Point::new(tip.0, tip.1), 0.4);
        }
    }

    fn add_chest_drain(&mut self, rng: &mut ChaCha8Rng) {
        let y = rng.random_range(0.52..0.68);
        let course = [
            (0.46, y + 0.10),
            (0.35, y),
            (0.27, y - 0.10),
            (0.22, rng.random_range(0.25..0.40)),
        ];
        let side = self.side;
        self.lay(side, &course, 0.008, 0.5 * BARIUM);
        let stripe = course.map(|(x, y)| (x + 0.004, y));
        self.lay(side, &stripe, 0.001_8, 1.8 * BARIUM);
        self.note(
            "chest drain",
            Point::new(0.27, y - 0.10).mirrored(side),
            0.4,
        );
    }

    /// Twisted loops down the breastbone.
    fn add_sternal_wires(&mut self, rng: &mut ChaCha8Rng) {
        let yaw = self.patient.pose.yaw_deg.to_radians().sin();
        for i in 0..rng.random_range(5_u8..8) {
            let y = 0.27 + 0.055 * f32::from(i);
            let x = -0.12 * yaw + rng.random_range(-0.006_f32..0.006);
            let tilt = rng.random_range(-0.3_f32..0.3);
            let loop_around: Vec<(f32, f32)> = (0_u8..=12)
                .map(|k| {
                    let angle = TAU * f32::from(k) / 12.0 + tilt;
                    (
                        x + 0.020 * angle.cos(),
                        y + 0.008 * angle.sin() + tilt * 0.01 * angle.cos(),
                    )
                })
                .collect();
            self.lay(Side::Left, &loop_around, 0.001_4, METAL);
            self.lay(
                Side::Left,
                &[(x, y + 0.008), (x + 0.006, y + 0.016)],
                0.001_9,
                METAL,
            );
            self.note("sternal wire", Point::new(x, y), 0.04);
        }
    }

    fn add_clips(&mut self, rng: &mut ChaCha8Rng) {
        let places = [(0.33, 0.30), (0.10, 0.43), (0.20, 0.85), (0.24, 0.60)];
        let (x, y) = places[rng.random_range(0..places.len())];
        let side = self.side;
        for _ in 0..rng.random_range(3..9) {
            let at = (
                x + rng.random_range(-0.04_f32..0.04),
                y + rng.random_range(-0.04_f32..0.04),
            );
            let angle = rng.random_range(0.0..PI);
            let end = (at.0 + 0.010 * angle.cos(), at.1 + 0.010 * angle.sin());
            self.lay(side, &[at, end], 0.001_6, 1.2 * METAL);
            self.note(
                "surgical clip",
                Point::new(at.0, at.1).mirrored(side),
                0.010,
            );
        }
    }

    /// Pads with a metal snap, and wires that leave the picture.
    fn add_electrodes(&mut self, rng: &mut ChaCha8Rng) {
        let places = [
            (-0.26, 0.24),
            (0.26, 0.25),
            (0.30, 0.66),
            (-0.28, 0.70),
            (0.10, 0.60),
        ];
        for (x, y) in places.into_iter().take(rng.random_range(2..=5)) {
            let at = Point::new(
                x + rng.random_range(-0.03_f32..0.03),
                y + rng.random_range(-0.03_f32..0.03),
            );
            self.canvas.add_solid(at, 0.045, |point| {
                let distance = at.distance(point);
                let pad = 0.020 * (1.0 - smooth_step(0.038, 0.041, distance));
                let snap = METAL * (1.0 - smooth_step(0.009, 0.011, distance));
                let stud = METAL * (1.0 - smooth_step(0.004, 0.005, distance));
                pad + snap + stud
            });
            let away = if at.y > 0.5 { 1.05 } else { -0.05 };
            let course = [
                (at.x, at.y),
                (
                    at.x + rng.random_range(-0.12_f32..0.12),
                    0.5 * (at.y + away),
                ),
                (at.x + rng.random_range(-0.15_f32..0.15), away),
            ];
            self.lay(Side::Left, &course, 0.001_7, 0.35 * METAL);
            self.note("electrode with wire", at, 0.08);
        }
    }

    /// A ring on a thread over one lung, or the letter of the side beside the neck.
    fn add_marker(&mut self, rng: &mut ChaCha8Rng) {
        let side = self.side;
        if rng.random_bool(0.5) {
            let center = Point::new(rng.random_range(0.17..0.28), rng.random_range(0.28..0.50));
            let ring: Vec<(f32, f32)> = (0_u8..=16)
                .map(|k| TAU * f32::from(k) / 16.0)
                .map(|angle| {
                    (
                        center.x + 0.016 * angle.cos(),
                        center.y + 0.016 * angle.sin(),
                    )
                })
                .collect();
            self.lay(side, &ring, 0.001_3, 0.45 * METAL);
            let thread = [(center.x, center.y), (center.x + 0.01, center.y - 0.17)];
            self.lay(side, &thread, 0.000_9, 0.2 * METAL);
            self.note("ring marker", center.mirrored(side), 0.032);
            return;
        }
        let stroke = |points: &[(f32, f32)]| -> Vec<(f32, f32)> {
            let (x, y) = (0.40, 0.06);
            points.iter().map(|&(dx, dy)| (x + dx, y + dy)).collect()
        };
        let leg = stroke(&[(0.0, 0.0), (0.0, 0.05)]);
        let foot = stroke(&[(0.0, 0.05), (0.026, 0.05)]);
        for straight in [leg, foot] {
            self.lay(Side::Left, &straight, 0.003_5, 6.0 * METAL);
        }
        self.note("side marker", Point::new(0.41, 0.085), 0.05);
    }
}

/// The point `share` of the way from `a` to `b`.
fn blend(a: (f32, f32), b: (f32, f32), share: f32) -> (f32, f32) {
    (a.0 + share * (b.0 - a.0), a.1 + share * (b.1 - a.1))
}
