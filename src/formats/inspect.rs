//! What a file is and how it will be shown, for people and for machines.

use super::{FormatError, Identities, stored_fingerprint};
use crate::display::GreyScale;
use crate::radiograph::{FileKind, PixelSpacing, Polarity, Radiograph, Voi, VoiFunction, Warning};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// One pixel as stored and as shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Probe {
    /// Row from the top, from 0.
    pub row: usize,
    /// Column from the left, from 0.
    pub col: usize,
    /// Stored value; absent outside the picture.
    pub stored: Option<i32>,
    /// Value on the screen, 0 to 255, 255 is white; absent outside the picture.
    pub display: Option<f64>,
}

/// One window or table that the file offers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WindowReport {
    /// `LINEAR`, `LINEAR_EXACT`, `SIGMOID` or `LUT`.
    pub function: String,
    /// Window Center, modality units.
    pub center: Option<f64>,
    /// Window Width, modality units.
    pub width: Option<f64>,
    /// The file's own name for it.
    pub explanation: String,
}

/// Size of a pixel and what it was measured on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SpacingReport {
    /// Between rows, mm.
    pub row_mm: f64,
    /// Between columns, mm.
    pub col_mm: f64,
    /// What it was measured on, in words: `at detector`, `est. magnified`, `calibrated by fiducial` and so on.
    pub kind: String,
}

/// Everything `diaphane inspect` says about one file. Holds no patient data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub struct Inspection {
    /// Path as given.
    pub file: PathBuf,
    /// Whether the file can be shown.
    pub ok: bool,
    /// Why not, in a sentence.
    pub error: Option<String>,
    /// Kind of error, a stable word.
    pub error_class: Option<String>,
    /// Height in pixels.
    pub rows: Option<usize>,
    /// Width in pixels.
    pub cols: Option<usize>,
    /// Smallest stored value.
    pub stored_min: Option<i32>,
    /// Largest stored value.
    pub stored_max: Option<i32>,
    /// [`stored_fingerprint`].
    pub stored_sha256_i32le: Option<String>,
    /// Bits allocated, bits stored, high bit, pixel representation (1 is signed).
    pub bits: Option<[u16; 4]>,
    /// Photometric Interpretation, or what a raster file calls itself.
    pub photometric: Option<String>,
    /// `high stored value` or `low stored value`.
    pub white_is: Option<String>,
    /// Transfer Syntax UID, or `PNG`, `TIFF`, `JPEG`.
    pub transfer_syntax: Option<String>,
    /// What turns modality values into grey: `window LINEAR`, `VOILUTSequence`, ...
    pub display_from: Option<String>,
    /// Windows and tables, the one in use first.
    pub windows: Vec<WindowReport>,
    /// Size of a pixel, where known.
    pub spacing: Option<SpacingReport>,
    /// Pixels asked for.
    pub probes: Vec<Probe>,
    /// Sentences a reader should see before trusting the picture.
    pub warnings: Vec<String>,
}

/// Inspects one file; `probes` are pixels as `(row, col)`. Never fails: what is wrong is in the result.
pub fn inspect(path: &Path, probes: &[(usize, usize)]) -> Inspection {
    match super::read(path) {
        Ok(radiograph) => report(path, &radiograph, probes),
        Err(err) => failure(path, &err),
    }
}

/// Inspects several files together, which shows what no file shows alone: one instance UID on
/// different pictures, one patient ID on different patients.
pub fn inspect_all(paths: &[PathBuf], probes: &[(usize, usize)]) -> Vec<Inspection> {
    let mut identities = Identities::default();
    let mut inspections = Vec::with_capacity(paths.len());
    for path in paths {
        let inspection = match super::read(path) {
            Err(err) => failure(path, &err),
            Ok(radiograph) => {
                let mut inspection = report(path, &radiograph, probes);
                let conflicts = identities.meet(path, &radiograph);
                let conflicts = conflicts.iter().map(Warning::to_string);
                inspection.warnings.extend(conflicts);
                inspection
            }
        };
        inspections.push(inspection);
    }
    inspections
}

fn failure(path: &Path, err: &FormatError) -> Inspection {
    Inspection {
        file: path.to_owned(),
        error: Some(err.to_string()),
        error_class: Some(err.class().to_owned()),
        ..Inspection::default()
    }
}

fn report(path: &Path, radiograph: &Radiograph, probes: &[(usize, usize)]) -> Inspection {
    let (cols, rows) = radiograph.size();
    let range = radiograph.stored.min_max();
    let bits = radiograph.bits;
    Inspection {
        file: path.to_owned(),
        ok: true,
        rows: Some(rows),
        cols: Some(cols),
        stored_min: range.map(|(low, _)| low),
        stored_max: range.map(|(_, high)| high),
        stored_sha256_i32le: Some(stored_fingerprint(&radiograph.stored)),
        bits: Some([
            bits.allocated,
            bits.stored,
            bits.high_bit,
            u16::from(bits.signed),
        ]),
        photometric: Some(radiograph.info.photometric.clone()),
        white_is: Some(white_is(radiograph.polarity).to_owned()),
        transfer_syntax: Some(transfer_syntax(&radiograph.source.kind)),
        display_from: Some(display_from(radiograph)),
        windows: radiograph.vois.iter().map(window_report).collect(),
        spacing: radiograph.spacing.map(spacing_report),
        probes: probed(radiograph, probes),
        warnings: radiograph.warnings.iter().map(Warning::to_string).collect(),
        ..Inspection::default()
    }
}

fn probed(radiograph: &Radiograph, probes: &[(usize, usize)]) -> Vec<Probe> {
    let scale = radiograph
        .vois
        .first()
        .map(|voi| GreyScale::new(radiograph, voi));
    let probe = |&(row, col): &(usize, usize)| {
        let stored = radiograph.stored.get(row, col);
        let shown = |stored| {
            scale
                .as_ref()
                .map(|scale| f64::from(scale.display(stored)) * 255.0)
        };
        Probe {
            row,
            col,
            stored,
            display: stored.and_then(shown),
        }
    };
    probes.iter().map(probe).collect()
}

fn white_is(polarity: Polarity) -> &'static str {
    match polarity {
        Polarity::HighIsWhite => "high stored value",
        Polarity::LowIsWhite => "low stored value",
    }
}

fn transfer_syntax(kind: &FileKind) -> String {
    match kind {
        FileKind::Dicom { transfer_syntax } => transfer_syntax.clone(),
        FileKind::Png => "PNG".to_owned(),
        FileKind::Tiff => "TIFF".to_owned(),
        FileKind::Jpeg => "JPEG".to_owned(),
        FileKind::Phantom => "phantom".to_owned(),
    }
}

fn display_from(radiograph: &Radiograph) -> String {
    let is_dicom = matches!(radiograph.source.kind, FileKind::Dicom { .. });
    match radiograph.vois.first() {
        Some(Voi::Lut(_)) => "VOILUTSequence".to_owned(),
        Some(Voi::Window { function, .. }) if radiograph.vois_from_file => {
            format!("window {}", function_name(*function))
        }
        _ if is_dicom => "none in file: min..max of non-padding pixels".to_owned(),
        _ => "none in file: range of the bit depth or of the values".to_owned(),
    }
}

fn function_name(function: VoiFunction) -> &'static str {
    match function {
        VoiFunction::Linear => "LINEAR",
        VoiFunction::LinearExact => "LINEAR_EXACT",
        VoiFunction::Sigmoid => "SIGMOID",
    }
}

fn window_report(voi: &Voi) -> WindowReport {
    match voi {
        Voi::Window {
            center,
            width,
            function,
            explanation,
        } => WindowReport {
            function: function_name(*function).to_owned(),
            center: Some(*center),
            width: Some(*width),
            explanation: explanation.clone(),
        },
        Voi::Lut(lut) => WindowReport {
            function: "LUT".to_owned(),
            center: None,
            width: None,
            explanation: lut.explanation.clone(),
        },
    }
}

fn spacing_report(spacing: PixelSpacing) -> SpacingReport {
    SpacingReport {
        row_mm: spacing.row_mm,
        col_mm: spacing.col_mm,
        kind: spacing.kind.words().to_owned(),
    }
}
