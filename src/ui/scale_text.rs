//! How the values and the pixels of a picture are scaled, in numbers and in words.

use super::look::{Content, Look};
use super::state::AppState;
use super::study::OpenStudy;
use crate::radiograph::{PixelSpacing, Voi, VoiFunction};

/// Ends of the range of the difference, in ranges a study begins with.
pub const DIFFERENCE_RANGE: [f64; 2] = [0.1, 4.0];

/// What is black and what is white, or has the end colours, in this picture of the study shown, looked at like this.
pub(super) fn window_text(
    state: &AppState,
    study: &OpenStudy,
    (content, look): (Content, &Look),
) -> String {
    match content {
        Content::Original | Content::SoftTissue => voi_text(&look.voi),
        Content::Bone => format!("White: {:.0} % bone", 100.0 * state.white_bone(study)),
        Content::Difference => format!("Range {}", number(state.shown_difference_limit())),
        Content::Uncertainty => format!("Range {}", number(state.shown_uncertainty_limit())),
    }
}

/// A number with three significant digits, and no fewer than its whole ones.
pub(super) fn number(value: f64) -> String {
    let digits = match value.abs() {
        v if v >= 100.0 || v == 0.0 => 0,
        v if v >= 10.0 => 1,
        v if v >= 1.0 => 2,
        _ => 3,
    };
    format!("{value:.digits$}")
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
                VoiFunction::Linear | VoiFunction::LinearExact => "",
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
