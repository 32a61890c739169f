//! Ribs: tilted elliptic hoops seen from behind, with a dense shell around marrow.

use super::canvas::{Canvas, Node, Section};
use super::frame::{Point, Side};
use super::patient::Patient;
use super::thorax::Thorax;
use rand::Rng as _;
use rand_chacha::ChaCha8Rng;

/// Depth of the rib cage against its width.
const DEPTH_RATIO: f32 = 0.72;
/// Attenuation of a middle rib met face-on: 0.18 cm of cortical bone in total.
const FACE_ON: f32 = 0.063;
/// Most that a rib met edge-on is brighter than face-on.
const MAX_EDGE_ON: f32 = 1.8;
/// Angle between two drawn nodes, degrees.
const STEP_DEG: f32 = 2.0;
/// Where the ribs meet the spine.
const HEAD_X: f32 = 0.040;

/// Shell and marrow of a plain phantom's ribs.
pub(super) const RIB: Section = Section::Cortical {
    shell: 0.13,
    marrow: 0.30,
};
/// Of a varied one's: a rib's cortex is half a millimetre thick.
pub(super) const SHARP_RIB: Section = Section::Cortical {
    shell: 0.085,
    marrow: 0.24,
};

/// One rib in its own plane: angle 0 at the spine, 90 at the side, 180 at the sternum.
struct Hoop {
    side: Side,
    /// Height of its head.
    head_y: f32,
    /// Half width of the hoop.
    half_width: f32,
    /// How far its side lies below its head.
    drop: f32,
    radius: f32,
    attenuation: f32,
    /// Angle at which bone turns into cartilage, degrees.
    end_deg: f32,
    /// Turn of the patient about the long axis, radians.
    yaw: f32,
}

pub(super) fn add_ribs(
    canvas: &mut Canvas<'_>,
    (patient, thorax): (&Patient, &Thorax),
    section: Section,
    rng: &mut ChaCha8Rng,
) {
    for index in 0..patient.skeleton.num_rib_pairs {
        for side in Side::BOTH {
            let hoop = Hoop::new(index, side, patient, thorax, rng);
            canvas.add_tube(&hoop.nodes(), section);
        }
    }
}

/// Height of the spine's first thoracic vertebra.
pub(super) fn first_rib_y(patient: &Patient) -> f32 {
    patient.cavity.apex_y - 0.022
}

impl Hoop {
    fn new(
        index: usize,
        side: Side,
        patient: &Patient,
        thorax: &Thorax,
        rng: &mut ChaCha8Rng,
    ) -> Self {
        let skeleton = &patient.skeleton;
        let i = index as f32;
        let jitter = rng.random_range(-0.003_f32..0.003);
        let head_y = first_rib_y(patient) + i * skeleton.spacing + jitter;
        // The first rib lies almost flat; the slope grows down to the seventh.
        let drop = skeleton.slope * (0.48 + 0.52 * (i / 6.0).min(1.0)) + jitter;
        let width = 1.0 + rng.random_range(-0.08_f32..0.08);
        let side_half_width = thorax.half_width_at(head_y + drop) + 0.004;
        let inwards = [
            0.03, 0.005, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.06, 0.12,
        ];
        let end = [
            165.0, 158.0, 154.0, 151.0, 149.0, 146.0, 142.0, 134.0, 126.0, 116.0, 84.0, 58.0,
        ];
        let at = |table: &[f32; 12]| table[index.min(11)];
        Self {
            side,
            head_y,
            half_width: side_half_width.max(0.12) - at(&inwards),
            drop,
            radius: width * skeleton.rib_radius * if index == 0 { 1.05 } else { 1.0 },
            attenuation: skeleton.density * FACE_ON * rng.random_range(0.9..1.1),
            end_deg: at(&end) + rng.random_range(-4.0..4.0),
            yaw: patient.pose.yaw_deg.to_radians(),
        }
    }

    fn nodes(&self) -> Vec<Node> {
        let start_deg = (HEAD_X / self.half_width).asin().to_degrees();
        let num_steps = ((self.end_deg - start_deg) / STEP_DEG).ceil().max(2.0) as usize;
        (0..=num_steps)
            .map(|i| {
                let share = i as f32 / num_steps as f32;
                self.node(start_deg + share * (self.end_deg - start_deg))
            })
            .collect()
    }

    fn node(&self, degrees: f32) -> Node {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let depth = DEPTH_RATIO * self.half_width;
        let x = self.side.sign() * self.half_width * sin;
        // Seen from behind: a turn moves what lies in front against what lies behind.
        let x = x * self.yaw.cos() + 0.5 * depth * (cos - 1.0) * self.yaw.sin();
        // The angle of a rib rises above the plane of its hoop before it sinks.
        let hump = 0.10 * self.drop * (2.0 * degrees.min(90.0).to_radians()).sin();
        let y = self.head_y + self.drop * (1.0 - cos) - hump;

        let along = [self.half_width * cos, self.drop * sin, depth * sin];
        let length = along.iter().map(|c| c * c).sum::<f32>().sqrt();
        let seen = along[0].hypot(along[1]);
        let edge_on = (length / seen).min(MAX_EDGE_ON);
        let front = ((degrees - 70.0) / 80.0).clamp(0.0, 1.0);
        let fading = ((self.end_deg - degrees) / 12.0).clamp(0.0, 1.0);
        let head = 0.75 + 0.25 * ((degrees - 8.0) / 12.0).clamp(0.0, 1.0);
        // Ribs are flat: edge-on they show their thin side.
        let flatness = 1.0 - 0.48 * (edge_on - 1.0) / (MAX_EDGE_ON - 1.0);
        Node {
            at: Point::new(x, y),
            radius: self.radius * head * flatness * (1.0 + 0.22 * front) * (0.6 + 0.4 * fading),
            attenuation: self.attenuation * edge_on * (1.0 - 0.30 * front) * fading,
        }
    }
}
