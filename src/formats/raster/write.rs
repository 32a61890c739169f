//! Writing greyscale PNG files.

use super::super::own_output::SOFTWARE;
use super::super::{FormatError, Problem, write_atomically};
use crate::radiograph::{FloatImage, LungMask, PixelSpacing, Raster, SpacingKind};
use png::{BitDepth, ColorType, Compression, Encoder, Filter, PixelDimensions, Unit};
use std::path::Path;

/// What a written PNG file says about itself beside its pixels; every file names the program and its
/// version as `Software`. Nothing of it is about the patient.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PngMarks {
    /// What the picture is, as text chunk `Comment`, ASCII.
    pub comment: Option<&'static str>,
    /// Size of a pixel, where the picture lies on the grid it was measured for. Written as `pHYs`
    /// chunk, with what it was measured on as text chunk `Pixel Spacing`; left out where the file did
    /// not say how it was calibrated.
    pub spacing: Option<PixelSpacing>,
    /// What made the picture, as international text chunk `Parameters`.
    pub parameters: Option<String>,
}

/// Writes a picture in `[0, 1]` as 16-bit PNG; values outside are clipped, NaN becomes black.
///
/// # Errors
/// As [`write_atomically`].
pub fn write_grey16(path: &Path, image: &FloatImage, overwrite: bool) -> Result<(), FormatError> {
    write_marked_grey16(path, image, &PngMarks::default(), overwrite)
}

/// [`write_grey16`], with marks.
///
/// # Errors
/// As [`write_atomically`].
pub fn write_marked_grey16(
    path: &Path,
    image: &FloatImage,
    marks: &PngMarks,
    overwrite: bool,
) -> Result<(), FormatError> {
    let values = image.values().iter();
    let bytes = values.flat_map(|&value| {
        let stored = (value.clamp(0.0, 1.0) * 65_535.0).round() as u16;
        stored.to_be_bytes()
    });
    let pixels = Pixels {
        size: image.size(),
        depth: BitDepth::Sixteen,
        bytes: bytes.collect(),
    };
    pixels.write(path, marks, overwrite)
}

/// Writes a lung mask as 8-bit PNG: 255 inside, 0 outside.
///
/// # Errors
/// As [`write_atomically`].
pub fn write_mask8(path: &Path, mask: &LungMask, overwrite: bool) -> Result<(), FormatError> {
    write_marked_mask8(path, mask, &PngMarks::default(), overwrite)
}

/// [`write_mask8`], with marks.
///
/// # Errors
/// As [`write_atomically`].
pub fn write_marked_mask8(
    path: &Path,
    mask: &LungMask,
    marks: &PngMarks,
    overwrite: bool,
) -> Result<(), FormatError> {
    let raster = mask.raster();
    let bytes = raster.values().iter().map(|&inside| inside * 255);
    let pixels = Pixels {
        size: raster.size(),
        depth: BitDepth::Eight,
        bytes: bytes.collect(),
    };
    pixels.write(path, marks, overwrite)
}

/// A picture of 8 bits as the bytes of a PNG file: for pages that hold their pictures.
///
/// # Errors
/// [`Problem::TooLarge`] where PNG has no such size.
pub fn encode_grey8(image: &Raster<u8>) -> Result<Vec<u8>, Problem> {
    let pixels = Pixels {
        size: image.size(),
        depth: BitDepth::Eight,
        bytes: image.values().to_vec(),
    };
    pixels.encoded(&PngMarks::default())
}

/// Grey values as PNG stores them: row by row, the most significant byte first.
struct Pixels {
    size: (usize, usize),
    depth: BitDepth,
    bytes: Vec<u8>,
}

impl Pixels {
    fn write(&self, path: &Path, marks: &PngMarks, overwrite: bool) -> Result<(), FormatError> {
        let png = self
            .encoded(marks)
            .map_err(|problem| FormatError::new(path, problem))?;
        write_atomically(path, &png, overwrite)
    }

    fn encoded(&self, marks: &PngMarks) -> Result<Vec<u8>, Problem> {
        let too_large = |_| Problem::TooLarge {
            what: format!("{} x {} pixels", self.size.0, self.size.1),
        };
        let width = u32::try_from(self.size.0).map_err(too_large)?;
        let height = u32::try_from(self.size.1).map_err(too_large)?;
        let mut png = Vec::new();
        let mut encoder = Encoder::new(&mut png, width, height);
        encoder.set_color(ColorType::Grayscale);
        encoder.set_depth(self.depth);
        encoder.set_compression(Compression::Fast);
        encoder.set_filter(Filter::Adaptive);
        mark(&mut encoder, marks).map_err(|err| encoding(&err))?;
        let written = encoder.write_header().and_then(|mut writer| {
            writer.write_image_data(&self.bytes)?;
            writer.finish()
        });
        written.map_err(|err| encoding(&err))?;
        Ok(png)
    }
}

fn mark<W: std::io::Write>(
    encoder: &mut Encoder<'_, W>,
    marks: &PngMarks,
) -> Result<(), png::EncodingError> {
    let mut text = |keyword: &str, text: String| encoder.add_text_chunk(keyword.to_owned(), text);
    text(
        "Software",
        format!("{SOFTWARE}{}", env!("CARGO_PKG_VERSION")),
    )?;
    if let Some(comment) = marks.comment {
        text("Comment", comment.to_owned())?;
    }
    if let Some(spacing) = marks.spacing
        && let Some(dimensions) = dimensions(&spacing)
    {
        let PixelSpacing {
            row_mm,
            col_mm,
            kind,
        } = spacing;
        text(
            "Pixel Spacing",
            format!(
                "{row_mm} mm between rows, {col_mm} mm between columns, {}",
                kind.words()
            ),
        )?;
        encoder.set_pixel_dims(Some(dimensions));
    }
    if let Some(parameters) = &marks.parameters {
        encoder.add_itxt_chunk("Parameters".to_owned(), parameters.clone())?;
    }
    Ok(())
}

/// Pixels per metre across and down; `None` where a length in the picture would be nobody's length.
fn dimensions(spacing: &PixelSpacing) -> Option<PixelDimensions> {
    let per_metre = |mm: f64| {
        let number = (1000.0 / mm).round();
        (mm > 0.0 && (1.0..=f64::from(u32::MAX)).contains(&number)).then_some(number as u32)
    };
    if spacing.kind == SpacingKind::Uncalibrated {
        return None;
    }
    Some(PixelDimensions {
        xppu: per_metre(spacing.col_mm)?,
        yppu: per_metre(spacing.row_mm)?,
        unit: Unit::Meter,
    })
}

fn encoding(err: &png::EncodingError) -> Problem {
    Problem::CorruptImage {
        what: format!("it cannot be encoded ({err})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(marks: &PngMarks) -> png::Info<'static> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        write_marked_grey16(&path, &Raster::filled(3, 2, 0.5), marks, false).unwrap();
        let file = std::io::BufReader::new(std::fs::File::open(path).unwrap());
        let reader = png::Decoder::new(file).read_info().unwrap();
        reader.info().clone()
    }

    fn texts(info: &png::Info<'_>) -> Vec<(String, String)> {
        let texts = info.uncompressed_latin1_text.iter();
        texts.map(|t| (t.keyword.clone(), t.text.clone())).collect()
    }

    fn spacing(kind: SpacingKind) -> PixelSpacing {
        PixelSpacing {
            row_mm: 0.2,
            col_mm: 0.125,
            kind,
        }
    }

    /// 0.125 mm between columns are 8000 pixels a metre across, 0.2 mm between rows 5000 down.
    #[test]
    fn a_file_says_what_it_is_and_how_large_its_pixels_are() {
        let info = written(&PngMarks {
            comment: Some("derived image"),
            spacing: Some(spacing(SpacingKind::AtDetector)),
            ..PngMarks::default()
        });
        let dimensions = info.pixel_dims.unwrap();
        assert_eq!((dimensions.xppu, dimensions.yppu), (8000, 5000));
        assert_eq!(dimensions.unit, Unit::Meter);
        let software = format!("diaphane {}", env!("CARGO_PKG_VERSION"));
        let expected = [
            ("Software", software.as_str()),
            ("Comment", "derived image"),
            (
                "Pixel Spacing",
                "0.2 mm between rows, 0.125 mm between columns, at detector",
            ),
        ];
        let expected = expected.map(|(key, text)| (key.to_owned(), text.to_owned()));
        assert_eq!(texts(&info), expected);
    }

    #[test]
    fn a_spacing_of_unknown_kind_is_left_out() {
        let info = written(&PngMarks {
            spacing: Some(spacing(SpacingKind::Uncalibrated)),
            ..PngMarks::default()
        });
        assert!(info.pixel_dims.is_none());
        assert_eq!(texts(&info).len(), 1);
    }
}
