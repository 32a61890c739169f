//! How long a pixel is: the one place where lengths get their number, their unit and their kind.

use super::Point;
use crate::radiograph::{PixelSpacing, SpacingKind};
use std::fmt;

/// What a length is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LengthUnit {
    /// Millimetres, and what they were measured on.
    Millimetres(SpacingKind),
    /// Pixels: the file says nothing about their size.
    Pixels,
}

/// A length with its unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Length {
    /// The number.
    pub value: f64,
    /// What it counts.
    pub unit: LengthUnit,
}

impl fmt::Display for Length {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.unit {
            LengthUnit::Millimetres(kind) => {
                write!(out, "{:.1} mm ({})", self.value, kind.words())
            }
            LengthUnit::Pixels => write!(out, "{:.1} px", self.value),
        }
    }
}

/// An area in the square of its unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    /// The number.
    pub value: f64,
    /// What it counts the squares of.
    pub unit: LengthUnit,
}

impl fmt::Display for Area {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.unit {
            LengthUnit::Millimetres(kind) => {
                write!(out, "{:.1} mm² ({})", self.value, kind.words())
            }
            LengthUnit::Pixels => write!(out, "{:.1} px²", self.value),
        }
    }
}

/// Why a stated length gives no pixel size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CalibrationError {
    /// The line has no length.
    #[error("the line has no length; draw it along something whose size is known")]
    NoLine,
    /// The true length is not a positive number.
    #[error("the true length must be a positive number of millimetres")]
    NoLength,
}

/// Size of a pixel with its unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    x: f64,
    y: f64,
    unit: LengthUnit,
}

impl Scale {
    /// Square pixels of unknown size.
    pub const PIXELS: Self = Self {
        x: 1.0,
        y: 1.0,
        unit: LengthUnit::Pixels,
    };

    /// The scale of a spacing; pixels where there is none or it is no pair of positive finite numbers.
    pub fn of(spacing: Option<PixelSpacing>) -> Self {
        let usable = |mm: f64| mm.is_finite() && mm > 0.0;
        match spacing {
            Some(spacing) if usable(spacing.row_mm) && usable(spacing.col_mm) => Self {
                x: spacing.col_mm,
                y: spacing.row_mm,
                unit: LengthUnit::Millimetres(spacing.kind),
            },
            _ => Self::PIXELS,
        }
    }

    /// What lengths are counted in.
    pub fn unit(&self) -> LengthUnit {
        self.unit
    }

    /// Height of a pixel over its width.
    pub fn aspect(&self) -> f64 {
        self.y / self.x
    }

    /// From one point to another, in units right and down.
    pub fn vector(&self, from: Point, to: Point) -> [f64; 2] {
        let [right, down] = from.to(to);
        [right * self.x, down * self.y]
    }

    /// Distance of two points.
    pub fn length(&self, from: Point, to: Point) -> Length {
        let [right, down] = self.vector(from, to);
        self.length_of(right.hypot(down))
    }

    /// A number of this scale's units as a length.
    pub fn length_of(&self, value: f64) -> Length {
        Length {
            value,
            unit: self.unit,
        }
    }

    /// So many pixel widths as a length.
    pub fn length_of_columns(&self, num_columns: f64) -> Length {
        self.length_of(num_columns * self.x)
    }

    /// An area stated in pixels.
    pub fn area(&self, pixels: f64) -> Area {
        Area {
            value: pixels * self.x * self.y,
            unit: self.unit,
        }
    }

    /// The spacing under which the line from `from` to `to` is `true_mm` long. The shape of a pixel stays as it is.
    ///
    /// # Errors
    /// [`CalibrationError`] for a line without length, or a length that is not positive.
    pub fn calibrated(
        &self,
        [from, to]: [Point; 2],
        true_mm: f64,
    ) -> Result<PixelSpacing, CalibrationError> {
        if !(true_mm.is_finite() && true_mm > 0.0) {
            return Err(CalibrationError::NoLength);
        }
        let factor = true_mm / self.length(from, to).value;
        if !factor.is_finite() {
            return Err(CalibrationError::NoLine);
        }
        Ok(PixelSpacing {
            row_mm: self.y * factor,
            col_mm: self.x * factor,
            kind: SpacingKind::User,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TALL: PixelSpacing = PixelSpacing {
        row_mm: 0.2,
        col_mm: 0.1,
        kind: SpacingKind::MagnificationCorrected,
    };

    #[test]
    fn rows_and_columns_have_lengths_of_their_own() {
        let scale = Scale::of(Some(TALL));
        let origin = Point::new(5.5, 7.5);
        let length = |right, down| scale.length(origin, origin.moved([right, down])).value;
        assert!((length(30.0, 0.0) - 3.0).abs() < 1e-12);
        assert!((length(0.0, 30.0) - 6.0).abs() < 1e-12);
        assert!((length(30.0, 20.0) - 5.0).abs() < 1e-12);
        assert!((scale.area(100.0).value - 2.0).abs() < 1e-12);
    }

    #[test]
    fn no_millimetre_is_shown_without_its_kind() {
        let ends = [Point::new(0.0, 0.0), Point::new(0.0, 100.0)];
        let text = |spacing| Scale::of(spacing).length(ends[0], ends[1]).to_string();
        assert_eq!(text(Some(TALL)), "20.0 mm (est. magnified)");
        assert_eq!(text(None), "100.0 px");
        let broken = PixelSpacing {
            row_mm: f64::INFINITY,
            ..TALL
        };
        assert_eq!(text(Some(broken)), "100.0 px");
        let area = Scale::of(Some(TALL)).area(50.0);
        assert_eq!(area.to_string(), "1.0 mm² (est. magnified)");
    }

    #[test]
    fn a_stated_length_scales_every_other_one_and_keeps_the_pixel_shape() {
        let scale = Scale::of(Some(TALL));
        let ends = [Point::new(10.0, 10.0), Point::new(40.0, 30.0)];
        let spacing = scale.calibrated(ends, 10.0).unwrap();
        assert_eq!(spacing.kind, SpacingKind::User);
        assert!((spacing.col_mm - 0.2).abs() < 1e-12 && (spacing.row_mm - 0.4).abs() < 1e-12);
        let text = Scale::of(Some(spacing))
            .length(ends[0], ends[1])
            .to_string();
        assert_eq!(text, "10.0 mm (user)");
        let pixels = Scale::PIXELS
            .calibrated(ends, 36.055_512_754_639_89)
            .unwrap();
        assert!((pixels.row_mm - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_line_without_length_calibrates_nothing() {
        let here = Point::new(3.0, 3.0);
        let away = Point::new(9.0, 3.0);
        let calibrated = |ends, mm| Scale::PIXELS.calibrated(ends, mm);
        assert_eq!(calibrated([here, here], 5.0), Err(CalibrationError::NoLine));
        for wrong in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(
                calibrated([here, away], wrong),
                Err(CalibrationError::NoLength)
            );
        }
    }
}
