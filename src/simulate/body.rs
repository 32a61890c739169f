//! Soft tissue in bulk: trunk, neck, arms, breasts, and the lungs that thin it.

use super::frame::{Frame, Point, Side};
use super::patient::{Habitus, Patient};
use super::shading::{chord, rounded_thickness, smooth_max, smooth_min, smooth_step};
use super::thorax::Thorax;
use crate::radiograph::{FloatImage, LungMask, Raster};

/// Linear attenuation of water near the mean energy of a chest exposure, 1/cm.
pub(super) const WATER_PER_CM: f32 = 0.2;
/// Depth below the skin at which the trunk reaches its full thickness.
const TRUNK_ROUNDING: f32 = 0.24;
/// Half width of the neck.
const NECK_HALF_WIDTH: f32 = 0.128;

/// Large-scale pictures of one patient.
pub(super) struct Bulk {
    /// Attenuation of soft tissue without vessels, airways and texture.
    pub(super) attenuation: FloatImage,
    /// Thickness of lung, share of its maximum.
    pub(super) lung: FloatImage,
    /// The lung field.
    pub(super) lung_mask: LungMask,
}

pub(super) fn bulk(frame: &Frame, patient: &Patient, thorax: &Thorax) -> Bulk {
    let size = frame.size_px;
    let body = Body::new(patient, thorax);
    let mut attenuation = Raster::filled(size, size, 0.0_f32);
    let mut lung = Raster::filled(size, size, 0.0_f32);
    let mut inside = Raster::filled(size, size, 0_u8);
    let pixels = attenuation
        .values_mut()
        .iter_mut()
        .zip(lung.values_mut())
        .zip(inside.values_mut());
    for (i, ((attenuation, lung), inside)) in pixels.enumerate() {
        let point = frame.chest_from_pixel(i / size, i % size);
        let lung_cm = thorax.lung_cm(point);
        let aerated = (1.0 - patient.cavity.lung_density) * lung_cm;
        *attenuation = WATER_PER_CM * (body.thickness_cm(point) - aerated).max(0.0);
        *lung = lung_cm / 17.0;
        *inside = u8::from(thorax.is_lung_field(point));
    }
    Bulk {
        attenuation,
        lung,
        lung_mask: LungMask::from_nonzero(&inside),
    }
}

struct Body<'a> {
    habitus: Habitus,
    shoulder_drop: f32,
    thorax: &'a Thorax,
    left_dome_y: f32,
    /// Ends of the upper arm on the patient's left.
    arm: [Point; 2],
}

/// Half width of the upper arm.
const ARM_RADIUS: f32 = 0.085;
/// Thickness of the upper arm, cm.
const ARM_CM: f32 = 9.0;

impl<'a> Body<'a> {
    fn new(patient: &Patient, thorax: &'a Thorax) -> Self {
        let habitus = patient.habitus;
        let shoulder_drop = patient.skeleton.shoulder_drop;
        let shoulder = Point::new(0.455, 0.255 + shoulder_drop);
        let (sin, cos) = habitus.arm_deg.to_radians().sin_cos();
        Self {
            habitus,
            shoulder_drop,
            thorax,
            left_dome_y: patient.cavity.right_dome_y + patient.cavity.left_dome_drop,
            arm: [
                shoulder,
                Point::new(shoulder.x + 0.6 * sin, shoulder.y + 0.6 * cos),
            ],
        }
    }

    fn thickness_cm(&self, point: Point) -> f32 {
        let trunk = self.trunk_cm(point);
        let arm = self.arm_cm(point);
        // Muscle runs from the trunk into the arm: where both are, they do not simply add.
        let total = trunk + arm * (1.0 - 0.75 * (trunk / 14.0).min(1.0));
        total + self.breast_cm(point) + pectoral_cm(point) - self.stomach_gas_cm(point)
    }

    /// Depth below the skin of trunk, shoulders and neck.
    fn depth(&self, point: Point) -> f32 {
        let x = point.x.abs();
        let rounding = (x - 0.36).max(0.0);
        let shoulder_y = 0.008 + 0.31 * x + 2.4 * rounding * rounding + self.shoulder_drop;
        let slope = 0.31 + 4.8 * rounding;
        let below_shoulder = (point.y - shoulder_y) / 1.0_f32.hypot(slope);
        let hips = 0.02 * smooth_step(0.8, 1.0, point.y);
        let half_width =
            self.habitus.trunk_half_width - hips + 0.085 * (1.0 - smooth_step(0.30, 0.56, point.y));
        let trunk = smooth_min(below_shoulder, half_width - x, 0.10);
        let neck = smooth_min(NECK_HALF_WIDTH - x, 0.20 - point.y, 0.05);
        smooth_max(trunk, neck, 0.06)
    }

    fn trunk_cm(&self, point: Point) -> f32 {
        let girth = 0.54 + 0.46 * smooth_step(0.02, 0.34, point.y);
        let belly = 1.0 + 0.06 * smooth_step(0.70, 0.95, point.y);
        // Neck and shoulders are round over less than the trunk.
        let rounding = TRUNK_ROUNDING * (0.5 + 0.5 * smooth_step(0.15, 0.45, point.y));
        let high = 1.0 - smooth_step(0.26, 0.56, point.y);
        let shoulder = 1.0 - 0.42 * high * smooth_step(0.20, 0.40, point.x.abs());
        self.habitus.thickness_cm
            * girth
            * shoulder
            * belly
            * rounded_thickness(self.depth(point), rounding)
    }

    fn arm_cm(&self, point: Point) -> f32 {
        let [shoulder, elbow] = self.arm;
        let (x, y) = (point.x.abs() - shoulder.x, point.y - shoulder.y);
        let (dx, dy) = (elbow.x - shoulder.x, elbow.y - shoulder.y);
        let along = ((x * dx + y * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
        // It grows out of the shoulder without an edge.
        let begins = smooth_step(0.02, 0.40, along);
        ARM_CM * begins * chord((x - along * dx).hypot(y - along * dy) / ARM_RADIUS)
    }

    /// Breasts end in a sharp fold below and lose themselves above.
    fn breast_cm(&self, point: Point) -> f32 {
        if self.habitus.mastectomy == Some(Side::of(point.x)) {
            return 0.0;
        }
        let dx = (point.x.abs() - 0.205) / 0.185;
        let dy = (point.y - self.habitus.breast_y) / 0.205;
        let fading = smooth_step(-1.0, 0.35, dy);
        self.habitus.breast_cm * fading * chord(dx.hypot(dy))
    }

    fn stomach_gas_cm(&self, point: Point) -> f32 {
        if self.habitus.stomach_gas_cm <= 0.0 || Side::of(point.x) == Side::Right {
            return 0.0;
        }
        let depth = -self.thorax.diaphragm_height(point);
        let dx = (point.x - 0.17) / 0.085;
        let dy = (point.y - self.left_dome_y - 0.075) / 0.055;
        self.habitus.stomach_gas_cm * chord(dx.hypot(dy)) * smooth_step(0.0, 0.02, depth)
    }
}

/// The pectoral muscle with its edge, the anterior axillary fold.
fn pectoral_cm(point: Point) -> f32 {
    let dx = (point.x.abs() - 0.27) / 0.155;
    let dy = (point.y - 0.34) / 0.17;
    smooth_step(-1.0, 0.2, dx) * chord(dx.hypot(dy)).powf(0.7)
}
