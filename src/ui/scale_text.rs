//! How the values and the pixels of a picture are scaled, in numbers and in words.

use super::look::{Content, Look};
use super::state::AppState;
use super::study::OpenStudy;
use crate::radiograph::{PixelSpacing, Voi, VoiFunction};

/// Ends of the range of the difference, in ranges a study begins with.
pub const DIFFERENCE_RANGE: [f64; 2] = [0.1, 4.0];
/// Bone that is white at the difference range a study begins with, display units.
const WHITE_BONE: f64 = 0.25;
/// Uncertainty that is white, in ranges of the difference.
const WHITE_UNCERTAINTY: f64 = 0.25;

impl AppState {
    /// Bone that is white for a study that is shown, display units.
    pub fn white_bone(&self, study: &OpenStudy) -> f64 {
        WHITE_BONE * self.shown_difference_limit() / study.default_difference_limit()
    }

    /// Standard deviation that is white, modality units.
    pub fn white_uncertainty(&self) -> f64 {
        WHITE_UNCERTAINTY * self.shown_difference_limit()
    }
}

/// What is black and what is white, or has the end colours, in this picture of the study shown, looked at like this.
pub(super) fn window_text(
    state: &AppState,
    study: &OpenStudy,
    (content, look): (Content, &Look),
) -> String {
    match content {
        Content::Original | Content::SoftTissue => voi_text(&look.voi),
        Content::Bone => format!("White: {:.0} % bone", 100.0 * state.white_bone(study)),
        Content::Difference => format!("Range {:.0}", state.shown_difference_limit()),
        Content::Uncertainty => format!("White: sd {:.0}", state.white_uncertainty()),
    }
}

/// The window of a grey picture.
fn voi_text(voi: &Voi) -> String {
    match voi {
        Voi::Lut(lut) if lut.explanation.is_empty() => "Window: table of the file".to_owned(),
        Voi::Lut(lut) => format!("Window: {}", lut.explanation),
        Voi::Window {
            center,
            width,
            function,
            ..
        } => {
            let kind = match function {
                VoiFunction::Linear => "",
                VoiFunction::LinearExact => " exact",
                VoiFunction::Sigmoid => " sigmoid",
            };
            let digits = match *width {
                width if width < 20.0 => 2,
                width if width < 1000.0 => 1,
                _ => 0,
            };
            format!("C {center:.digits$}  W {width:.digits$}{kind}")
        }
    }
}

/// Size of a pixel, and what it was measured on.
pub(super) fn spacing_text(spacing: Option<PixelSpacing>) -> String {
    let Some(PixelSpacing {
        row_mm,
        col_mm,
        kind,
    }) = spacing
    else {
        return "Pixel size unknown".to_owned();
    };
    let kind = kind.words();
    if (row_mm - col_mm).abs() < 1e-6 {
        format!("{col_mm:.3} mm {kind}")
    } else {
        format!("{col_mm:.3} x {row_mm:.3} mm {kind}")
    }
}
