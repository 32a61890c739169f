//! Writing figures: coloured pictures that are no radiographs.

use super::super::own_output::SOFTWARE;
use super::super::{FormatError, Problem, write_atomically};
use png::{BitDepth, ColorType, Encoder};
use std::path::Path;

/// Writes a figure of red, green and blue bytes, row by row, as 8-bit PNG. It names the program, as every
/// written picture does.
///
/// # Errors
/// As [`write_atomically`]; [`Problem::TooLarge`] where PNG has no such size.
pub fn write_rgb8(
    path: &Path,
    (width, height): (usize, usize),
    rgb: &[u8],
    overwrite: bool,
) -> Result<(), FormatError> {
    let png = encoded((width, height), rgb).map_err(|problem| FormatError::new(path, problem))?;
    write_atomically(path, &png, overwrite)
}

fn encoded((width, height): (usize, usize), rgb: &[u8]) -> Result<Vec<u8>, Problem> {
    let too_large = |_| Problem::TooLarge {
        what: format!("{width} x {height} pixels"),
    };
    let sides = [
        u32::try_from(width).map_err(too_large)?,
        u32::try_from(height).map_err(too_large)?,
    ];
    let encoding = |err: png::EncodingError| Problem::Io(std::io::Error::other(err.to_string()));
    let mut png = Vec::new();
    let mut encoder = Encoder::new(&mut png, sides[0], sides[1]);
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    let software = format!("{SOFTWARE}{}", env!("CARGO_PKG_VERSION"));
    encoder
        .add_text_chunk("Software".to_owned(), software)
        .map_err(encoding)?;
    let mut writer = encoder.write_header().map_err(encoding)?;
    writer.write_image_data(rgb).map_err(encoding)?;
    writer.finish().map_err(encoding)?;
    Ok(png)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_read_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("figure.png");
        let rgb = [255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 8, 7, 6, 5, 4, 3, 2, 1];
        write_rgb8(&path, (3, 2), &rgb, false).unwrap();
        let read = image::open(&path).unwrap().to_rgb8();
        assert_eq!(
            (read.dimensions(), read.as_raw().as_slice()),
            ((3, 2), &rgb[..])
        );
        assert!(
            write_rgb8(&path, (4, 2), &rgb, true).is_err(),
            "too few bytes"
        );
    }
}
