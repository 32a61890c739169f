//! Diseased lung that fills, empties or scars: what suppression must leave as it is.

use super::body::{Bulk, WATER_PER_CM};
use super::canvas::{Canvas, Node, Section};
use super::config::Group;
use super::contents::Record;
use super::findings::place;
use super::frame::{Frame, Point, Side};
use super::patient::Patient;
use super::shading::{chord, line, smooth_step};
use super::texture::octaves;
use super::thorax::Thorax;
use crate::radiograph::FloatImage;
use rand::Rng as _;
use rand_chacha::ChaCha8Rng;
use std::f32::consts::TAU;

/// Cells of the noise that frays a consolidation, to a side of the picture.
const FRAY_CELLS: usize = 64;

/// A change of the lungs' content.
#[derive(Debug, Clone, Copy)]
enum Change {
    /// Fluid or cells in the air spaces around `center`; `strength` is the share of air they take.
    Consolidation {
        center: Point,
        radii: (f32, f32),
        strength: f32,
    },
    /// Free fluid that stands up to `level_y` and creeps up the wall by `rise`.
    Effusion { side: Side, level_y: f32, rise: f32 },
    /// Air between the wall and a lung that has shrunk by `width` at its apex.
    Pneumothorax { side: Side, width: f32, end_y: f32 },
    /// A thin-walled space without vessels.
    Bulla { center: Point, radius: f32 },
    /// A mass beside the hilum.
    HilarMass { center: Point, radius: f32 },
}

/// What happened to the lungs of one patient.
pub(super) struct Pathology {
    changes: Vec<Change>,
}

impl Pathology {
    /// Draws up to two changes; four patients of ten have none.
    pub(super) fn sample(
        patient: &Patient,
        thorax: &Thorax,
        rng: &mut ChaCha8Rng,
        record: &mut Record<'_>,
    ) -> Self {
        let count = [0, 0, 1, 1, 2][rng.random_range(0..5)];
        let changes = (0..count)
            .map(|_| {
                let change = Change::sample(patient, thorax, rng);
                change.note(thorax, record);
                change
            })
            .collect();
        Self { changes }
    }

    /// Changes what the lungs hold, and draws lines that belong to it into `detail`.
    pub(super) fn apply(
        &self,
        frame: &Frame,
        thorax: &Thorax,
        lung_density: f32,
        (bulk, detail): (&mut Bulk, &mut FloatImage),
        rng: &mut ChaCha8Rng,
    ) {
        let size = frame.size_px;
        for change in &self.changes {
            let fray = octaves(size, FRAY_CELLS, 3, 1.2, rng);
            for (i, &fray) in fray.values().iter().enumerate() {
                let point = frame.chest_from_pixel(i / size, i % size);
                let effect = change.effect(thorax, point, fray);
                let lung_cm = thorax.lung_cm(point);
                let air = (1.0 - lung_density) * lung_cm;
                let tissue = lung_density * lung_cm;
                bulk.attenuation.values_mut()[i] +=
                    WATER_PER_CM * (effect.filled * air - effect.emptied * tissue);
                bulk.lung.values_mut()[i] *= 1.0 - effect.filled.max(effect.emptied);
                let detail = &mut detail.values_mut()[i];
                *detail =
                    *detail * (1.0 - effect.emptied) * (1.0 - 0.75 * effect.filled) + effect.line;
            }
        }
    }
}

/// What a change does to one point of the lungs.
#[derive(Debug, Clone, Copy, Default)]
struct Effect {
    /// Share of air replaced by fluid or cells.
    filled: f32,
    /// Share of lung tissue replaced by air.
    emptied: f32,
    /// Attenuation of a membrane met edge-on.
    line: f32,
}

impl Change {
    fn sample(patient: &Patient, thorax: &Thorax, rng: &mut ChaCha8Rng) -> Self {
        let side = if rng.random_bool(0.5) {
            Side::Left
        } else {
            Side::Right
        };
        let base = patient.cavity.right_dome_y;
        match rng.random_range(0..10) {
            0..4 => Self::Consolidation {
                center: place(thorax, 0.03, rng),
                radii: (rng.random_range(0.03..0.11), rng.random_range(0.03..0.11)),
                strength: rng.random_range(0.12..0.60),
            },
            4..6 => Self::Effusion {
                side,
                level_y: base + rng.random_range(-0.14_f32..0.07),
                rise: rng.random_range(0.03..0.12),
            },
            6..8 => Self::Pneumothorax {
                side,
                width: rng.random_range(0.012..0.09),
                end_y: rng.random_range(0.35..0.75),
            },
            8 => Self::Bulla {
                center: place(thorax, 0.05, rng),
                radius: rng.random_range(0.02..0.06),
            },
            _ => {
                let hilum = Point::new(0.095, rng.random_range(0.39..0.46)).mirrored(side);
                Self::HilarMass {
                    center: hilum,
                    radius: rng.random_range(0.022..0.05),
                }
            }
        }
    }

    fn note(&self, thorax: &Thorax, record: &mut Record<'_>) {
        let (kind, at, size) = match *self {
            Self::Consolidation { center, radii, .. } => {
                ("consolidation", center, 2.0 * radii.0.max(radii.1))
            }
            Self::Effusion { side, level_y, .. } => {
                let middle = Point::new(0.22, level_y + 0.03).mirrored(side);
                ("pleural effusion", middle, thorax.half_width_at(level_y))
            }
            Self::Pneumothorax { side, width, end_y } => {
                let x = thorax.half_width_at(0.24) - width;
                (
                    "pneumothorax",
                    Point::new(x, 0.24).mirrored(side),
                    end_y - 0.15,
                )
            }
            Self::Bulla { center, radius } => ("bulla", center, 2.0 * radius),
            Self::HilarMass { center, radius } => ("hilar mass", center, 2.0 * radius),
        };
        record.note(kind, Group::Pathology, at, size);
    }

    fn effect(&self, thorax: &Thorax, point: Point, fray: f32) -> Effect {
        match *self {
            Self::Consolidation {
                center,
                radii,
                strength,
            } => {
                let (dx, dy) = (point.x - center.x, point.y - center.y);
                let t = (dx / radii.0).hypot(dy / radii.1) + 0.13 * fray;
                let share = strength * (1.0 - smooth_step(0.35, 1.25, t));
                Effect {
                    filled: (share * (1.0 + 0.10 * fray)).clamp(0.0, 0.95),
                    ..Effect::default()
                }
            }
            Self::Effusion {
                side,
                level_y,
                rise,
            } if Side::of(point.x) == side => {
                let wall = thorax.wall_depth(point).max(0.0);
                let surface_y = level_y - rise * (-wall / 0.035).exp();
                Effect {
                    filled: 0.92 * smooth_step(-0.015, 0.030, point.y - surface_y),
                    ..Effect::default()
                }
            }
            Self::Pneumothorax { side, width, end_y } if Side::of(point.x) == side => {
                let shrunk = width * (1.0 - smooth_step(0.18, end_y, point.y));
                let beyond = shrunk - thorax.wall_depth(point);
                let in_cavity = smooth_step(0.0, 0.004, thorax.wall_depth(point));
                let narrow = smooth_step(0.0, 0.006, shrunk);
                Effect {
                    emptied: 0.9 * narrow * smooth_step(-0.001, 0.001, beyond),
                    line: 0.055 * narrow * in_cavity * line(beyond / 0.001_1),
                    ..Effect::default()
                }
            }
            Self::Bulla { center, radius } => {
                let t = center.distance(point) / radius;
                Effect {
                    emptied: 0.55 * chord(t.min(1.0)),
                    line: 0.030 * line((t - 1.0) * radius / 0.001_2),
                    ..Effect::default()
                }
            }
            Self::HilarMass { center, radius } => {
                let t = center.distance(point) / radius + 0.05 * fray;
                Effect {
                    filled: 0.6 * chord(t.clamp(0.0, 1.0)),
                    ..Effect::default()
                }
            }
            Self::Effusion { .. } | Self::Pneumothorax { .. } => Effect::default(),
        }
    }
}

/// Draws scars: plates of collapsed lung, and a net of thickened septa.
pub(super) fn add_strands(
    canvas: &mut Canvas<'_>,
    patient: &Patient,
    thorax: &Thorax,
    rng: &mut ChaCha8Rng,
    record: &mut Record<'_>,
) {
    if rng.random_bool(0.15) {
        let side = if rng.random_bool(0.5) { 1.0 } else { -1.0 };
        let y = patient.cavity.right_dome_y - rng.random_range(0.02..0.12);
        let (x, tilt) = (rng.random_range(0.10..0.18), rng.random_range(-0.03..0.03));
        let length = rng.random_range(0.05..0.15);
        let at = |share: f32, strength: f32| Node {
            at: Point::new(side * (x + share * length), y + share * tilt),
            radius: 0.002_4,
            attenuation: strength,
        };
        let plate = [at(0.0, 0.02), at(0.5, 0.075), at(1.0, 0.015)];
        record.note("plate atelectasis", Group::Pathology, plate[1].at, length);
        canvas.add_tube(&plate, Section::Solid);
    }
    if rng.random_bool(0.12) {
        let middle = place(thorax, 0.06, rng);
        record.note("reticulation", Group::Pathology, middle, 0.20);
        let net: Vec<Vec<Node>> = (0..rng.random_range(60..160))
            .map(|_| septum(middle, thorax, rng))
            .collect();
        canvas.add_tree(&net, Section::Solid);
    }
}

/// A short bent line somewhere around `middle`.
fn septum(middle: Point, thorax: &Thorax, rng: &mut ChaCha8Rng) -> Vec<Node> {
    let (angle, away) = (rng.random_range(0.0..TAU), rng.random_range(0.0_f32..0.10));
    let mut at = Point::new(middle.x + away * angle.cos(), middle.y + away * angle.sin());
    let mut heading = rng.random_range(0.0..TAU);
    let strength = rng.random_range(0.010..0.032);
    (0..5)
        .map(|_| {
            let inside = (thorax.cavity_depth(at) / 0.02).clamp(0.0, 1.0);
            let node = Node {
                at,
                radius: 0.001_0,
                attenuation: strength * inside,
            };
            heading += rng.random_range(-0.7..0.7);
            at = Point::new(at.x + 0.005 * heading.cos(), at.y + 0.005 * heading.sin());
            node
        })
        .collect()
}
