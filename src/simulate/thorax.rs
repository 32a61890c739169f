//! The chest cavity: its wall, the diaphragm, and the organs that stand in the air of the lungs.

use super::frame::{Point, Side};
use super::patient::{Cavity, Patient};
use super::shading::{chord, rounded_thickness, smooth_max, smooth_min, smooth_step};

/// Exponents of the wall's outline, a superellipse fitted to the inner margin of real rib cages.
const WALL_X_POWER: f32 = 2.0;
const WALL_Y_POWER: f32 = 2.6;
/// Distance of the apices from the midline, and how far a lung's tip reaches from there inwards.
const APEX_X: f32 = 0.105;
const APEX_INWARDS: f32 = 0.085;
/// Height at which the cavity is widest.
const WIDEST_Y: f32 = 0.76;
/// Depth of the cavity front to back at its middle, cm.
const CAVITY_CM: f32 = 17.0;
/// Depth below a dome of the diaphragm at which the abdomen fills the cavity.
const DOME_ROUNDING: f32 = 0.09;
/// Distance of the domes' tops from the midline.
const DOME_X: f32 = 0.115;

/// An organ in outline and thickness.
#[derive(Debug, Clone, Copy)]
enum Organ {
    /// An ellipsoid with semi-axes `long` (along `(cos, sin)`) and `short`; a `roundness` below 1 makes it fuller.
    Ellipsoid {
        center: Point,
        long: f32,
        short: f32,
        cos: f32,
        sin: f32,
        thickness_cm: f32,
        roundness: f32,
    },
    /// An upright column from `top` to `bottom`; `x` and `half_width` at its two ends.
    Column {
        x: (f32, f32),
        half_width: (f32, f32),
        top: f32,
        bottom: f32,
        thickness_cm: f32,
    },
}

impl Organ {
    /// Thickness front to back at `point`, cm.
    fn thickness_cm(&self, point: Point) -> f32 {
        match *self {
            Self::Ellipsoid {
                center,
                long,
                short,
                cos,
                sin,
                thickness_cm,
                roundness,
            } => {
                let (dx, dy) = (point.x - center.x, point.y - center.y);
                let (u, v) = ((dx * cos + dy * sin) / long, (dy * cos - dx * sin) / short);
                thickness_cm * chord(u.hypot(v)).powf(roundness)
            }
            Self::Column {
                x,
                half_width,
                top,
                bottom,
                thickness_cm,
            } => {
                let ends = smooth_step(top - 0.05, top + 0.05, point.y)
                    * (1.0 - smooth_step(bottom - 0.05, bottom + 0.05, point.y));
                let down = ((point.y - top) / (bottom - top)).clamp(0.0, 1.0);
                let between = |(above, below): (f32, f32)| above + down * (below - above);
                // Narrowing instead of fading keeps the outline sharp where the column ends.
                let half_width = between(half_width) * ends.sqrt();
                if half_width < 1e-4 {
                    return 0.0;
                }
                thickness_cm * chord((point.x - between(x)) / half_width)
            }
        }
    }
}

/// The chest cavity of one patient.
pub(super) struct Thorax {
    half_width: f32,
    wall_rounding: f32,
    apex_y: f32,
    right_dome_y: f32,
    left_dome_y: f32,
    organs: Vec<Organ>,
}

impl Thorax {
    pub(super) fn new(patient: &Patient) -> Self {
        let cavity = &patient.cavity;
        Self {
            half_width: cavity.half_width,
            wall_rounding: cavity.wall_rounding,
            apex_y: cavity.apex_y,
            right_dome_y: cavity.right_dome_y,
            left_dome_y: cavity.right_dome_y + cavity.left_dome_drop,
            organs: organs(cavity, patient.pose.yaw_deg.to_radians()),
        }
    }

    /// Half width of the cavity at height `y`.
    pub(super) fn half_width_at(&self, y: f32) -> f32 {
        let share = (1.0 - self.height_term(y)).max(0.0);
        APEX_X + (self.half_width - APEX_X) * share.powf(1.0 / WALL_X_POWER)
    }

    fn height_term(&self, y: f32) -> f32 {
        ((WIDEST_Y - y).max(0.0) / (WIDEST_Y - self.apex_y)).powf(WALL_Y_POWER)
    }

    /// Depth below the inner surface of the wall; negative outside. In picture heights.
    pub(super) fn wall_depth(&self, point: Point) -> f32 {
        let outwards = point.x.abs() - APEX_X;
        let reach = if outwards > 0.0 {
            self.half_width - APEX_X
        } else {
            // The tips of the lungs are round on both sides; further down they join behind the heart.
            APEX_INWARDS + 0.5 * smooth_step(self.apex_y + 0.04, self.apex_y + 0.32, point.y)
        };
        let across = (outwards.abs() / reach).powf(WALL_X_POWER);
        let up = self.height_term(point.y);
        let slope_x = WALL_X_POWER * across / outwards.abs().max(1e-3);
        let slope_y = WALL_Y_POWER * up / (WIDEST_Y - point.y).max(1e-3);
        let depth = (1.0 - across - up) / slope_x.hypot(slope_y).max(1.0);
        depth.clamp(-0.5, 0.5)
    }

    /// Height above the diaphragm, along its normal; negative below. In picture heights.
    pub(super) fn diaphragm_height(&self, point: Point) -> f32 {
        const STEP: f32 = 0.004;
        let here = self.diaphragm_y(point.x);
        let slope = (self.diaphragm_y(point.x + STEP) - here) / STEP;
        (here - point.y) / 1.0_f32.hypot(slope)
    }

    fn diaphragm_y(&self, x: f32) -> f32 {
        let dome = |side: Side, top: f32| {
            let outwards = side.sign() * x - DOME_X;
            let (width, drop) = if outwards > 0.0 {
                (self.half_width + 0.03 - DOME_X, 0.165)
            } else {
                (0.30, 0.07)
            };
            let t = (outwards / width).clamp(-0.995, 0.995);
            top + drop * (1.0 - chord(t))
        };
        let left = smooth_step(-0.08, 0.08, x);
        (1.0 - left) * dome(Side::Right, self.right_dome_y)
            + left * dome(Side::Left, self.left_dome_y)
    }

    /// Thickness of the cavity that is not filled by the abdomen, cm: air, heart and mediastinum.
    fn cavity_cm(&self, point: Point) -> f32 {
        let apical = 0.55 + 0.45 * smooth_step(self.apex_y, self.apex_y + 0.22, point.y);
        let wall = rounded_thickness(self.wall_depth(point), self.wall_rounding);
        let below = rounded_thickness(-self.diaphragm_height(point), DOME_ROUNDING);
        CAVITY_CM * apical * wall * (1.0 - below)
    }

    fn organs_cm(&self, point: Point) -> f32 {
        self.organs
            .iter()
            .map(|organ| organ.thickness_cm(point))
            .sum()
    }

    /// Thickness of lung at `point`, cm: in front of, beside and behind the organs.
    pub(super) fn lung_cm(&self, point: Point) -> f32 {
        let cavity = self.cavity_cm(point);
        if cavity <= 0.0 {
            return 0.0;
        }
        // Some lung lies before and behind every organ but the column of the spine.
        smooth_max(cavity - self.organs_cm(point), 0.06 * cavity, 1.2).min(cavity)
    }

    /// Whether `point` lies in the lung field as a reader draws it: inside the wall, above the
    /// diaphragm, beside heart and mediastinum.
    pub(super) fn is_lung_field(&self, point: Point) -> bool {
        self.wall_depth(point) > 0.0
            && self.diaphragm_height(point) > 0.0
            && self.organs.iter().all(|o| o.thickness_cm(point) <= 0.0)
    }

    /// Distance to the nearer of wall and diaphragm, negative outside the cavity.
    pub(super) fn cavity_depth(&self, point: Point) -> f32 {
        smooth_min(self.wall_depth(point), self.diaphragm_height(point), 0.02)
    }
}

/// Heart, great vessels and mediastinum. `yaw` (radians) moves what lies in front, such as the
/// heart, against the spine.
fn organs(cavity: &Cavity, yaw: f32) -> Vec<Organ> {
    let front = -0.10 * yaw.sin();
    let heart = cavity.heart;
    let ellipsoid = |x: f32, y: f32, axes: (f32, f32), degrees: f32, thickness_cm: f32| {
        let (sin, cos) = degrees.to_radians().sin_cos();
        Organ::Ellipsoid {
            center: Point::new(x + front, y),
            long: axes.0,
            short: axes.1,
            cos,
            sin,
            thickness_cm,
            roundness: cavity.roundness,
        }
    };
    let column = |x, half_width, (top, bottom), thickness_cm| Organ::Column {
        x,
        half_width,
        top,
        bottom,
        thickness_cm,
    };
    let base = cavity.right_dome_y;
    let knob = cavity.aortic_knob;
    let level = |x: f32| (x, x);
    vec![
        // Left ventricle and right atrium.
        ellipsoid(
            0.050,
            base - 0.090,
            (0.160 * heart, 0.112 * heart),
            42.0,
            11.0,
        ),
        ellipsoid(
            -0.010,
            base - 0.105,
            (0.130 * heart, 0.070 * heart),
            84.0,
            10.0,
        ),
        // Aortic arch, pulmonary trunk.
        ellipsoid(0.050, 0.330, (knob * 1.15, knob), 90.0, 7.0),
        ellipsoid(0.040, 0.430, (0.065, 0.048), 70.0, 7.0),
        // Spine with its soft tissue, upper mediastinum, superior vena cava, descending aorta.
        column(level(0.0), (0.046, 0.056), (-0.3, 1.4), 11.0),
        column((front, front - 0.004), (0.050, 0.066), (0.05, 0.46), 8.0),
        column(
            (front - 0.030, front - 0.040),
            (0.026, 0.034),
            (0.24, 0.55),
            6.0,
        ),
        column((0.044, 0.012), (0.036, 0.030), (0.33, 1.0), 5.0),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng as _;
    use rand_chacha::ChaCha8Rng;

    fn thorax() -> Thorax {
        Thorax::new(&Patient::sample(&mut ChaCha8Rng::seed_from_u64(3)))
    }

    #[test]
    fn lungs_lie_on_both_sides_of_the_mediastinum() {
        let thorax = thorax();
        for side in Side::BOTH {
            assert!(thorax.is_lung_field(Point::new(0.2, 0.4).mirrored(side)));
            assert!(!thorax.is_lung_field(Point::new(0.45, 0.4).mirrored(side)));
            assert!(!thorax.is_lung_field(Point::new(0.15, 0.95).mirrored(side)));
        }
        assert!(!thorax.is_lung_field(Point::new(0.0, 0.4)));
        // The heart reaches further to the patient's left.
        let y = 0.62;
        assert!(!thorax.is_lung_field(Point::new(0.12, y)));
        assert!(thorax.is_lung_field(Point::new(-0.12, y)));
    }

    #[test]
    fn lung_is_thinner_at_the_wall_than_in_the_middle() {
        let thorax = thorax();
        let edge = thorax.half_width_at(0.45) - 0.01;
        let (near, middle) = (
            thorax.lung_cm(Point::new(edge, 0.45)),
            thorax.lung_cm(Point::new(0.2, 0.45)),
        );
        assert!(near > 0.0 && near < 0.6 * middle, "{near} {middle}");
    }
}
