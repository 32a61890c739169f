//! Compares what a compressed stream says about itself with what the data set says, before any
//! decoder sees either: dimensions, components, precision, completeness.

mod jpeg2000;
mod jpeg_xl;

use super::super::Problem;
use super::super::jpeg_markers;
use super::header::ImageHeader;
use super::syntax::{Compression, Syntax};
use crate::radiograph::Warning;

/// What the decoder will produce.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Codestream {
    /// Bits of a decoded sample.
    pub(super) precision: u16,
    /// Sentences about tolerated differences.
    pub(super) warnings: Vec<Warning>,
}

/// A stream's own statement of what it holds.
struct Stated {
    width: usize,
    height: usize,
    num_components: usize,
    precision: u16,
}

/// Checks one frame's codestream against the data set.
///
/// # Errors
/// [`Problem::Inconsistent`] naming the property that differs, [`Problem::CorruptCodestream`] for
/// a stream that is incomplete or of another kind than the transfer syntax says.
pub(super) fn check(
    frame: &[u8],
    syntax: &Syntax,
    header: &ImageHeader,
) -> Result<Codestream, Problem> {
    let stated = match syntax.compression {
        Compression::Jpeg2000 => jpeg2000::stated(frame)?,
        Compression::JpegXl => jpeg_xl::stated(frame)?,
        Compression::JpegDct | Compression::JpegLossless | Compression::JpegLs => {
            jpeg(frame, syntax)?
        }
        _ => {
            return Ok(Codestream {
                precision: header.bits.allocated,
                warnings: Vec::new(),
            });
        }
    };
    same(
        "The width in the compressed stream",
        stated.width,
        header.cols,
        "Columns (0028,0011)",
    )?;
    same(
        "The height in the compressed stream",
        stated.height,
        header.rows,
        "Rows (0028,0010)",
    )?;
    same(
        "The number of components in the compressed stream",
        stated.num_components,
        1,
        "SamplesPerPixel (0028,0002)",
    )?;
    precision(&stated, syntax, header)
}

fn same(what: &str, found: usize, expected: usize, attribute: &str) -> Result<(), Problem> {
    if found == expected {
        return Ok(());
    }
    Err(Problem::Inconsistent {
        attribute: what.to_owned(),
        value: found.to_string(),
        expected: format!("{attribute} is {expected}"),
    })
}

/// A wider stream is tolerated (encoders often state 16), as long as its values turn out to fit;
/// a narrower one cannot hold what the header promises.
fn precision(
    stated: &Stated,
    syntax: &Syntax,
    header: &ImageHeader,
) -> Result<Codestream, Problem> {
    let bits = header.bits;
    let mut warnings = Vec::new();
    let narrower_is_wrong = syntax.compression != Compression::Jpeg2000;
    let too_narrow = stated.precision < bits.stored && narrower_is_wrong;
    if stated.precision > bits.allocated || stated.precision == 0 || too_narrow {
        return Err(Problem::Inconsistent {
            attribute: "The precision of the compressed stream".to_owned(),
            value: format!("{} bits", stated.precision),
            expected: format!(
                "BitsStored (0028,0101) is {} of {} allocated",
                bits.stored, bits.allocated
            ),
        });
    }
    if stated.precision < bits.stored {
        warnings.push(Warning::file(format!(
            "The compressed stream has {} bits a value where BitsStored is {}.",
            stated.precision, bits.stored
        )));
    }
    Ok(Codestream {
        precision: stated.precision,
        warnings,
    })
}

fn jpeg(frame: &[u8], syntax: &Syntax) -> Result<Stated, Problem> {
    let stated = jpeg_markers::walk(frame)?;
    let fits = match syntax.compression {
        Compression::JpegLs => stated.start_of_frame == 0xF7,
        Compression::JpegLossless => stated.start_of_frame == 0xC3,
        _ => matches!(stated.start_of_frame, 0xC0..=0xC2),
    };
    if !fits {
        return Err(Problem::CorruptCodestream {
            what: format!(
                "a frame of kind SOF {:02X} does not belong to transfer syntax {}",
                stated.start_of_frame, syntax.uid
            ),
        });
    }
    let Some(end) = stated.end else {
        return Err(Problem::CorruptCodestream {
            what: "it ends before its end-of-image marker".to_owned(),
        });
    };
    if frame
        .get(end..)
        .unwrap_or(&[])
        .iter()
        .skip(1)
        .any(|&b| b != 0 && b != 0xFF)
    {
        return Err(Problem::CorruptCodestream {
            what: "data follow its end-of-image marker".to_owned(),
        });
    }
    Ok(Stated {
        width: usize::from(stated.width),
        height: usize::from(stated.height),
        num_components: usize::from(stated.num_components),
        precision: stated.precision,
    })
}
