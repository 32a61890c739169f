//! Decoding raster files into radiographs and masks.

use super::super::limits::{MAX_SIDE_PX, check_size};
use super::super::{Problem, jpeg_markers, own_output};
use super::texts;
use super::tiff::{self, TiffPhotometric};
use crate::radiograph::{
    BitDepth, FileKind, ModalityTransform, Polarity, Radiograph, Raster, SourceFile, StoredValues,
    StudyId, StudyInfo, Voi, Warning, doubt_of_suppression,
};
use image::codecs::jpeg::JpegDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::tiff::TiffDecoder;
use image::{DynamicImage, ImageBuffer, ImageDecoder, ImageError, Limits, Pixel, Primitive};
use std::io::Cursor;
use std::path::Path;

/// Most bytes an image library may take while decoding: the largest picture accepted, RGBA 16 bit.
const MAX_DECODER_BYTES: u64 = 1 << 30;

/// Keywords of the PNG standard whose text says what a picture is.
const DESCRIPTIONS: [&str; 3] = ["Title", "Description", "Comment"];

/// Grey values with their depth, as they stand in the file.
struct Grey {
    values: StoredValues,
    bits: u16,
    /// What the file calls itself.
    photometric: String,
}

/// Reads a PNG file.
pub(in crate::formats) fn read_png(path: &Path, bytes: &[u8]) -> Result<Radiograph, Problem> {
    let decoder = PngDecoder::with_limits(Cursor::new(bytes), limits()).map_err(problem)?;
    let mut png = radiograph(
        path,
        FileKind::Png,
        grey(decoder)?,
        Polarity::HighIsWhite,
        Vec::new(),
    );
    let texts = texts::texts(Cursor::new(bytes));
    png.info.derived = own_output::derived(&texts).unwrap_or_default();
    png.warnings = png.info.doubts();
    // Other programs describe their pictures in words of their own.
    let described = texts
        .iter()
        .filter(|(keyword, _)| DESCRIPTIONS.contains(&keyword.as_str()));
    for doubt in described.filter_map(|(_, text)| doubt_of_suppression(text)) {
        if !png.warnings.contains(&doubt) {
            png.warnings.push(doubt);
        }
    }
    Ok(png)
}

/// Reads the first picture of a TIFF file.
pub(in crate::formats) fn read_tiff(path: &Path, bytes: &[u8]) -> Result<Radiograph, Problem> {
    let head = tiff::read_head(bytes)?;
    let mut decoder = TiffDecoder::new(Cursor::new(bytes)).map_err(problem)?;
    decoder.set_limits(limits()).map_err(problem)?;
    let mut grey = grey(decoder)?;
    let mut polarity = Polarity::HighIsWhite;
    if head.photometric == TiffPhotometric::WhiteIsZero {
        // The library hands such values over inverted; stored values are those of the file.
        grey.values = inverted(&grey.values, grey.bits);
        "white is zero".clone_into(&mut grey.photometric);
        polarity = Polarity::LowIsWhite;
    }
    let mut warnings = Vec::new();
    if head.num_pages > 1 {
        warnings.push(Warning::file(format!(
            "The file holds {} pictures; only the first is shown.",
            head.num_pages
        )));
    }
    Ok(radiograph(path, FileKind::Tiff, grey, polarity, warnings))
}

/// Reads a JPEG file.
pub(in crate::formats) fn read_jpeg(path: &Path, bytes: &[u8]) -> Result<Radiograph, Problem> {
    let frame = jpeg_markers::walk(bytes)?;
    check_size(usize::from(frame.width), usize::from(frame.height))?;
    if frame.end.is_none() {
        // Libraries fill what is missing with grey and say nothing.
        return Err(Problem::Truncated {
            what: "the JPEG stream has no end".to_owned(),
        });
    }
    if !matches!(frame.num_components, 1 | 3) {
        return Err(Problem::NotGreyscale {
            what: format!("{} channels", frame.num_components),
        });
    }
    let decoder = JpegDecoder::new(Cursor::new(bytes)).map_err(problem)?;
    let text = "JPEG compression is lossy and keeps 8 bits: fine structure may be lost.";
    let mut jpeg = radiograph(
        path,
        FileKind::Jpeg,
        grey(decoder)?,
        Polarity::HighIsWhite,
        vec![Warning::file(text)],
    );
    "Lossy compression (JPEG)".clone_into(&mut jpeg.info.lossy_compression);
    Ok(jpeg)
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE_PX as u32);
    limits.max_image_height = Some(MAX_SIDE_PX as u32);
    limits.max_alloc = Some(MAX_DECODER_BYTES);
    limits
}

fn problem(err: ImageError) -> Problem {
    match err {
        ImageError::Limits(err) => Problem::TooLarge {
            what: err.to_string(),
        },
        ImageError::Unsupported(err) => Problem::Unsupported {
            what: err.to_string(),
        },
        ImageError::IoError(err) if err.kind() == std::io::ErrorKind::UnexpectedEof => {
            Problem::Truncated {
                what: "the picture's data end early".to_owned(),
            }
        }
        err => Problem::CorruptImage {
            what: err.to_string(),
        },
    }
}

/// Decodes and reduces to one channel; colour is refused.
fn grey(decoder: impl ImageDecoder) -> Result<Grey, Problem> {
    let (width, height) = decoder.dimensions();
    check_size(width as usize, height as usize)?;
    let decoded = DynamicImage::from_decoder(decoder).map_err(problem)?;
    let (width, height) = (width as usize, height as usize);
    let grey8 = |values: Vec<u8>| values.into_iter().map(u16::from).collect::<Vec<u16>>();
    let (values, bits, channels) = match decoded {
        DynamicImage::ImageLuma8(image) => (grey8(image.into_raw()), 8, 1),
        DynamicImage::ImageLumaA8(image) => (grey8(single_channel(&image)?), 8, 2),
        DynamicImage::ImageRgb8(image) => (grey8(single_channel(&image)?), 8, 3),
        DynamicImage::ImageRgba8(image) => (grey8(single_channel(&image)?), 8, 4),
        DynamicImage::ImageLuma16(image) => (image.into_raw(), 16, 1),
        DynamicImage::ImageLumaA16(image) => (single_channel(&image)?, 16, 2),
        DynamicImage::ImageRgb16(image) => (single_channel(&image)?, 16, 3),
        DynamicImage::ImageRgba16(image) => (single_channel(&image)?, 16, 4),
        _ => {
            return Err(Problem::Unsupported {
                what: "A floating point picture".to_owned(),
            });
        }
    };
    let photometric = match channels {
        1 => "greyscale".to_owned(),
        channels => format!("greyscale in {channels} channels"),
    };
    let values = Raster::new(width, height, values).map_err(|err| Problem::CorruptImage {
        what: err.to_string(),
    })?;
    Ok(Grey {
        values: StoredValues::U16(values),
        bits,
        photometric,
    })
}

/// The common value of equal colour channels, with no transparency.
fn single_channel<P: Pixel>(
    image: &ImageBuffer<P, Vec<P::Subpixel>>,
) -> Result<Vec<P::Subpixel>, Problem> {
    let num_channels = usize::from(P::CHANNEL_COUNT);
    let num_colours = if P::HAS_ALPHA {
        num_channels - 1
    } else {
        num_channels
    };
    let mut values = Vec::with_capacity(image.as_raw().len() / num_channels);
    for pixel in image.as_raw().chunks_exact(num_channels) {
        let (colours, alpha) = pixel.split_at(num_colours);
        let Some(&value) = colours.first() else {
            continue;
        };
        if colours.iter().any(|&colour| colour != value) {
            return Err(Problem::NotGreyscale {
                what: "its channels differ".to_owned(),
            });
        }
        if alpha
            .iter()
            .any(|&alpha| alpha != P::Subpixel::DEFAULT_MAX_VALUE)
        {
            return Err(Problem::Unsupported {
                what: "A picture with transparent parts".to_owned(),
            });
        }
        values.push(value);
    }
    Ok(values)
}

fn inverted(values: &StoredValues, bits: u16) -> StoredValues {
    let max = if bits == 8 { 255 } else { u16::MAX };
    match values {
        StoredValues::U16(raster) => {
            StoredValues::U16(raster.map(|&value| max.saturating_sub(value)))
        }
        StoredValues::I16(raster) => StoredValues::I16(raster.clone()),
    }
}

fn radiograph(
    path: &Path,
    kind: FileKind,
    grey: Grey,
    polarity: Polarity,
    warnings: Vec<Warning>,
) -> Radiograph {
    let Grey {
        values,
        bits,
        photometric,
    } = grey;
    Radiograph {
        id: StudyId(path.display().to_string()),
        source: SourceFile {
            path: path.to_owned(),
            kind,
        },
        vois: vec![window(&values, bits)],
        stored: values,
        bits: BitDepth {
            allocated: bits,
            stored: bits,
            high_bit: bits - 1,
            signed: false,
        },
        modality: ModalityTransform::IDENTITY,
        vois_from_file: false,
        polarity,
        padding: None,
        spacing: None,
        info: StudyInfo {
            photometric,
            ..StudyInfo::default()
        },
        warnings,
    }
}

/// The window of the module page.
fn window(values: &StoredValues, bits: u16) -> Voi {
    if bits == 8 {
        return Voi::covering(0.0, 255.0);
    }
    match values.min_max() {
        Some((low, high)) if high < 32_768 => Voi::covering(f64::from(low), f64::from(high)),
        _ => Voi::covering(0.0, 65_535.0),
    }
}
