//! A cone beam from behind, through a patient who stands before the detector.

use super::CtError;
use super::tissue::Tissue;

/// Source to detector, mm: what chest stands use.
const SOURCE_TO_DETECTOR_MM: f64 = 1800.0;
/// Between the front of the body and the detector, mm.
const AIR_GAP_MM: f64 = 25.0;
/// Picture beside the lungs, mm.
const MARGIN_MM: f64 = 12.0;
/// Side of the largest cassette, mm.
const LARGEST_FIELD_MM: f64 = 430.0;
/// Largest turn, degrees.
const MAX_TURN_DEG: f64 = 30.0;

/// How the patient stands.
#[derive(Debug, Clone, Copy, PartialEq, Default, serde::Serialize)]
pub struct CtPose {
    /// Turn about the body's long axis, degrees; positive turns the left side to the detector.
    pub yaw_deg: f64,
    /// Lean, degrees; positive moves the head to the detector.
    pub pitch_deg: f64,
    /// Turn in the picture plane, degrees; positive turns the head to the picture's right.
    pub roll_deg: f64,
}

impl CtPose {
    pub(super) fn validate(&self) -> Result<(), CtError> {
        let possible = -MAX_TURN_DEG..=MAX_TURN_DEG;
        let turns = [self.yaw_deg, self.pitch_deg, self.roll_deg];
        match turns.into_iter().find(|turn| !possible.contains(turn)) {
            Some(degrees) => Err(CtError::Turn { degrees }),
            None => Ok(()),
        }
    }
}

type Vector = [f64; 3];

/// Source and detector in the volume's coordinates: mm from its first voxel.
#[derive(Debug, Clone, Copy)]
pub(super) struct Geometry {
    pub(super) source: Vector,
    /// Centre of the first pixel.
    pub(super) corner: Vector,
    /// From one column to the next.
    pub(super) along_row: Vector,
    /// From one row to the next.
    pub(super) down_column: Vector,
    /// Size of a pixel in the middle of the patient, mm.
    pub(super) spacing_mm: f64,
    /// Side of the field at the detector, mm.
    pub(super) field_mm: f64,
}

impl Geometry {
    /// The square field that the slices cover or, where wider, that the lungs need, on `size_px`
    /// pixels to a side.
    pub(super) fn new(tissue: &Tissue, pose: &CtPose, size_px: usize) -> Self {
        let middle: Vector = std::array::from_fn(|axis| {
            let (first, last) = tissue.body[axis];
            0.5 * (first + last) as f64 * tissue.spacing_mm[axis]
        });
        let depth = |axis: usize| {
            let (first, last) = tissue.body[axis];
            (last - first + 1) as f64 * tissue.spacing_mm[axis]
        };
        let to_detector = 0.5 * depth(1) + AIR_GAP_MM;
        let from_source = SOURCE_TO_DETECTOR_MM - to_detector;
        // The ray through the field's edge leaves the covered part at the front of the body.
        let at_front = SOURCE_TO_DETECTOR_MM / (SOURCE_TO_DETECTOR_MM - AIR_GAP_MM);
        let lungs = tissue.lung_width_mm * SOURCE_TO_DETECTOR_MM / from_source + 2.0 * MARGIN_MM;
        let field_mm = (depth(2) * at_front).max(lungs).min(LARGEST_FIELD_MM);
        let pixel = field_mm / size_px as f64;
        let half = 0.5 * (size_px as f64 - 1.0) * pixel;
        let place = |point: Vector| {
            let turned = to_patient(point, pose);
            std::array::from_fn(|axis| middle[axis] + turned[axis])
        };
        Self {
            source: place([0.0, from_source, 0.0]),
            corner: place([-half, -to_detector, half]),
            along_row: to_patient([pixel, 0.0, 0.0], pose),
            down_column: to_patient([0.0, 0.0, -pixel], pose),
            spacing_mm: pixel * from_source / SOURCE_TO_DETECTOR_MM,
            field_mm,
        }
    }

    /// Centre of pixel `(row, col)`.
    pub(super) fn pixel(&self, row: usize, col: usize) -> Vector {
        let (row, col) = (row as f64, col as f64);
        std::array::from_fn(|axis| {
            self.corner[axis] + col * self.along_row[axis] + row * self.down_column[axis]
        })
    }
}

/// A vector of the room as the turned patient sees it.
fn to_patient(vector: Vector, pose: &CtPose) -> Vector {
    let turn = |(a, b): (f64, f64), degrees: f64| {
        let (sin, cos) = degrees.to_radians().sin_cos();
        (cos * a - sin * b, sin * a + cos * b)
    };
    let [x, y, z] = vector;
    let (x, z) = turn((x, z), pose.roll_deg);
    let (z, y) = turn((z, y), pose.pitch_deg);
    let (x, y) = turn((x, y), pose.yaw_deg);
    [x, y, z]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(pose: CtPose, patient: Vector) -> Vector {
        // The room's coordinates of a point of the patient, by the transposed turn.
        std::array::from_fn(|axis| {
            let mut unit = [0.0; 3];
            unit[axis] = 1.0;
            let column = to_patient(unit, &pose);
            column.iter().zip(patient).map(|(a, b)| a * b).sum()
        })
    }

    #[test]
    fn turns_have_the_signs_that_are_stated() {
        let pose = |yaw_deg, pitch_deg, roll_deg| CtPose {
            yaw_deg,
            pitch_deg,
            roll_deg,
        };
        // The detector lies at negative y, the picture's right at positive x.
        assert!(seen(pose(10.0, 0.0, 0.0), [1.0, 0.0, 0.0])[1] < -0.1);
        assert!(seen(pose(0.0, 10.0, 0.0), [0.0, 0.0, 1.0])[1] < -0.1);
        assert!(seen(pose(0.0, 0.0, 10.0), [0.0, 0.0, 1.0])[0] > 0.1);
        assert!(pose(0.0, f64::NAN, 0.0).validate().is_err());
        assert!(pose(0.0, 5.0, 31.0).validate().is_err());
    }
}
