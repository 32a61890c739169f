//! One patient, drawn by chance: habitus, pose, breath, bones, findings.

use super::frame::{Point, Side};
use rand::Rng as _;
use rand_chacha::ChaCha8Rng;

/// How the patient stands before the detector.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pose {
    /// Turn in the picture plane, degrees.
    pub(super) roll_deg: f32,
    /// Turn about the body's long axis, degrees; moves the front against the spine.
    pub(super) yaw_deg: f32,
    /// Picture heights of the body on one picture height of the detector.
    pub(super) magnification: f32,
    /// Off-centre position, picture heights.
    pub(super) shift: Point,
}

/// Soft tissue outside the chest.
#[derive(Debug, Clone, Copy)]
pub(super) struct Habitus {
    /// Thickness front to back at the midline, cm.
    pub(super) thickness_cm: f32,
    /// Half width of the trunk below the armpits, picture heights.
    pub(super) trunk_half_width: f32,
    /// Thickness of the breasts, cm.
    pub(super) breast_cm: f32,
    /// Height of the middle of the breasts.
    pub(super) breast_y: f32,
    /// Angle of the upper arms from the vertical, degrees.
    pub(super) arm_deg: f32,
    /// Gas in the stomach, cm; 0 for none.
    pub(super) stomach_gas_cm: f32,
    /// The side on which a breast was taken.
    pub(super) mastectomy: Option<Side>,
}

/// The chest cavity and what fills it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cavity {
    /// Half width where widest, picture heights.
    pub(super) half_width: f32,
    /// Height of the apices.
    pub(super) apex_y: f32,
    /// Height of the right dome of the diaphragm; deep breath lowers it.
    pub(super) right_dome_y: f32,
    /// How much lower the left dome stands.
    pub(super) left_dome_drop: f32,
    /// Depth below its wall at which the cavity reaches its full thickness, picture heights.
    pub(super) wall_rounding: f32,
    /// Exponent of the roundness of heart and vessels: 1 for ellipsoids, less for fuller ones.
    pub(super) roundness: f32,
    /// Heart size against the mean.
    pub(super) heart: f32,
    /// Radius of the aortic arch, picture heights.
    pub(super) aortic_knob: f32,
    /// Attenuation of aerated lung against water.
    pub(super) lung_density: f32,
    /// Strength of the vessels against the mean.
    pub(super) vessels: f32,
}

/// The skeleton.
#[derive(Debug, Clone, Copy)]
pub(super) struct Skeleton {
    /// Pairs of ribs, 11 or 12 (10 appear where the last are rudimentary).
    pub(super) num_rib_pairs: usize,
    /// Height of a vertebra with its disc, picture heights.
    pub(super) spacing: f32,
    /// How far the ribs slope down to the side, picture heights for a middle rib.
    pub(super) slope: f32,
    /// Half width of a middle rib, picture heights.
    pub(super) rib_radius: f32,
    /// Mineral density against the mean.
    pub(super) density: f32,
    /// How far the shoulders hang, picture heights.
    pub(super) shoulder_drop: f32,
}

/// Findings and devices.
#[derive(Debug, Clone)]
pub(super) struct Findings {
    /// Radius of each nodule, cm.
    pub(super) nodule_radii_cm: Vec<f32>,
    /// A central venous port with its catheter.
    pub(super) port: bool,
}

/// Everything that varies from study to study.
#[derive(Debug, Clone)]
pub(super) struct Patient {
    pub(super) pose: Pose,
    pub(super) habitus: Habitus,
    pub(super) cavity: Cavity,
    pub(super) skeleton: Skeleton,
    pub(super) findings: Findings,
}

/// Centimetres of the body on one picture height (a 43 cm cassette at the usual magnification).
pub(super) const PICTURE_CM: f32 = 42.0;

impl Patient {
    pub(super) fn sample(rng: &mut ChaCha8Rng) -> Self {
        let cavity = sample_cavity(rng);
        Self {
            pose: Pose {
                roll_deg: rng.random_range(-2.0..2.0),
                yaw_deg: rng.random_range(-3.5..3.5),
                magnification: rng.random_range(0.96..1.04),
                shift: Point::new(
                    rng.random_range(-0.015..0.015),
                    rng.random_range(-0.01..0.01),
                ),
            },
            habitus: sample_habitus(rng, cavity.half_width),
            cavity,
            skeleton: Skeleton {
                num_rib_pairs: if rng.random_bool(0.15) { 11 } else { 12 },
                spacing: rng.random_range(0.065..0.071),
                slope: rng.random_range(0.095..0.125),
                rib_radius: rng.random_range(0.0125..0.0150),
                density: rng.random_range(0.85..1.15),
                shoulder_drop: rng.random_range(-0.012..0.018),
            },
            findings: sample_findings(rng),
        }
    }

    /// A patient of a busy day: thin to obese, turned and off-centre, shallow to deep breath, young
    /// to old bone.
    pub(super) fn sample_varied(rng: &mut ChaCha8Rng) -> Self {
        let cavity = sample_varied_cavity(rng);
        Self {
            pose: Pose {
                roll_deg: rng.random_range(-5.0..5.0),
                yaw_deg: rng.random_range(-8.0..8.0),
                magnification: rng.random_range(0.92..1.08),
                shift: Point::new(rng.random_range(-0.03..0.03), rng.random_range(-0.03..0.03)),
            },
            habitus: sample_varied_habitus(rng, cavity.half_width),
            cavity,
            skeleton: Skeleton {
                num_rib_pairs: if rng.random_bool(0.15) { 11 } else { 12 },
                spacing: rng.random_range(0.061..0.076),
                slope: rng.random_range(0.080..0.145),
                rib_radius: rng.random_range(0.0115..0.0160),
                density: rng.random_range(0.78..1.46),
                shoulder_drop: rng.random_range(-0.025..0.030),
            },
            findings: Findings {
                nodule_radii_cm: Vec::new(),
                port: false,
            },
        }
    }

    /// The same patient without findings, for profiles that draw their own.
    pub(super) fn without_findings(mut self) -> Self {
        self.findings.nodule_radii_cm.clear();
        self.findings.port = false;
        self
    }
}

fn sample_varied_cavity(rng: &mut ChaCha8Rng) -> Cavity {
    Cavity {
        half_width: rng.random_range(0.315..0.375),
        apex_y: rng.random_range(0.125..0.175),
        right_dome_y: rng.random_range(0.640..0.765),
        left_dome_drop: rng.random_range(-0.005..0.040),
        wall_rounding: 0.115,
        roundness: 0.62,
        heart: if rng.random_bool(0.2) {
            rng.random_range(1.12..1.35)
        } else {
            rng.random_range(0.82..1.12)
        },
        aortic_knob: rng.random_range(0.034..0.062),
        lung_density: rng.random_range(0.21..0.34),
        vessels: rng.random_range(0.75..1.4),
    }
}

fn sample_varied_habitus(rng: &mut ChaCha8Rng, cavity_half_width: f32) -> Habitus {
    let plain = sample_habitus(rng, cavity_half_width);
    let has_breasts = plain.breast_cm > 0.5;
    Habitus {
        thickness_cm: rng.random_range(18.5..29.0),
        trunk_half_width: cavity_half_width + rng.random_range(0.045..0.115),
        breast_cm: if has_breasts {
            rng.random_range(1.0..5.0)
        } else {
            plain.breast_cm
        },
        breast_y: rng.random_range(0.62..0.78),
        arm_deg: rng.random_range(8.0..45.0),
        mastectomy: (has_breasts && rng.random_bool(0.08)).then(|| {
            if rng.random_bool(0.5) {
                Side::Left
            } else {
                Side::Right
            }
        }),
        ..plain
    }
}

fn sample_cavity(rng: &mut ChaCha8Rng) -> Cavity {
    Cavity {
        half_width: rng.random_range(0.335..0.365),
        apex_y: rng.random_range(0.135..0.160),
        right_dome_y: rng.random_range(0.690..0.750),
        left_dome_drop: rng.random_range(0.012..0.035),
        wall_rounding: 0.15,
        roundness: 1.0,
        heart: rng.random_range(0.90..1.12),
        aortic_knob: rng.random_range(0.038..0.050),
        lung_density: rng.random_range(0.25..0.29),
        vessels: rng.random_range(0.85..1.2),
    }
}

fn sample_habitus(rng: &mut ChaCha8Rng, cavity_half_width: f32) -> Habitus {
    let female = rng.random_bool(0.5);
    Habitus {
        thickness_cm: rng.random_range(21.0..23.5),
        trunk_half_width: cavity_half_width + rng.random_range(0.055..0.085),
        breast_cm: if female {
            rng.random_range(1.2..3.0)
        } else {
            rng.random_range(0.0..0.4)
        },
        breast_y: rng.random_range(0.66..0.74),
        arm_deg: rng.random_range(16.0..30.0),
        stomach_gas_cm: if rng.random_bool(0.6) {
            rng.random_range(1.0..3.5)
        } else {
            0.0
        },
        mastectomy: None,
    }
}

fn sample_findings(rng: &mut ChaCha8Rng) -> Findings {
    let num_nodules = if rng.random_bool(0.25) {
        rng.random_range(1..=2)
    } else {
        0
    };
    Findings {
        nodule_radii_cm: (0..num_nodules)
            .map(|_| rng.random_range(0.35..1.0))
            .collect(),
        port: rng.random_bool(0.1),
    }
}
