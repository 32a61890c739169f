//! Size of a pixel, and what that size was measured on.

/// What a spacing was measured on; a length in millimetres is never shown without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpacingKind {
    /// Pixel Spacing (0028,0030), Calibration Type GEOMETRY: corrected for assumed or known magnification (PS3.3
    /// 10.7.1.3).
    Geometry,
    /// Pixel Spacing (0028,0030), Calibration Type FIDUCIAL: from an object of known size in the picture.
    Fiducial,
    /// Pixel Spacing (0028,0030), calibrated in a way that is not one of the standard's.
    Calibrated,
    /// Pixel Spacing (0028,0030) without a statement how it was calibrated.
    Uncalibrated,
    /// Imager Pixel Spacing (0018,1164) divided by the estimated magnification at the patient.
    MagnificationCorrected,
    /// Imager Pixel Spacing (0018,1164): at the detector's front plane, larger than in the patient.
    AtDetector,
    /// Nominal Scanned Pixel Spacing (0018,2010): a digitised film.
    AtScanner,
    /// From a length in the picture whose true size the reader stated.
    User,
}

impl SpacingKind {
    /// What was measured on, in a few words for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Geometry => "calibrated by geometry",
            Self::Fiducial => "calibrated by fiducial",
            Self::Calibrated => "calibrated",
            Self::Uncalibrated => "calibration not stated",
            Self::MagnificationCorrected => "est. magnified",
            Self::AtDetector => "at detector",
            Self::AtScanner => "at scanner",
            Self::User => "user",
        }
    }
}

/// Distance between pixel centres in millimetres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PixelSpacing {
    /// Distance between the centres of adjacent rows (vertical), mm.
    pub row_mm: f64,
    /// Distance between the centres of adjacent columns (horizontal), mm.
    pub col_mm: f64,
    /// What the distance was measured on.
    pub kind: SpacingKind,
}
