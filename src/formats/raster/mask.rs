//! Reading lung masks, as programs and people write them.

use super::super::{FormatError, Problem};
use crate::radiograph::{LungMask, Polarity, Radiograph, Raster};
use std::collections::BTreeSet;
use std::path::Path;

/// Largest value of a label image in the coding of the JSRT/SCR set: 1 right lung, 2 left lung, 3 heart,
/// and 16 more under a clavicle; the fifth bit is the last.
const MOST_LABEL: i32 = 31;

/// Share of middle greys above which a picture is no mask: an outline softened by scaling or by JPEG has less.
const MOST_GREY: f64 = 0.1;

/// Reads a lung mask from a greyscale picture: lung is what is lighter than half of the full scale,
/// so that the ringing of JPEG along its outline stays out. A picture of two values, one of them 0,
/// is a mask whatever the other is (0 and 1, or 0 and 255 in 16 bits).
///
/// # Errors
/// [`FormatError`] where the file is no greyscale picture, holds labels of several organs or shades of
/// grey, or nothing in it is light.
pub fn read_mask(path: &Path) -> Result<LungMask, FormatError> {
    let radiograph = super::super::read(path)?;
    lungs(&radiograph).map_err(|problem| FormatError::new(path, problem))
}

fn lungs(picture: &Radiograph) -> Result<LungMask, Problem> {
    let full = (1_i32 << picture.bits.stored.min(16)) - 1;
    let lightness = |stored: i32| match picture.polarity {
        Polarity::HighIsWhite => stored,
        Polarity::LowIsWhite => full - stored,
    };
    let values: BTreeSet<i32> = picture.stored.iter().map(lightness).collect();
    let lightest = values.last().copied().unwrap_or(0);
    if (2..=MOST_LABEL).contains(&lightest) {
        return Err(labels(&values));
    }
    let is_binary = lightest <= 1 || (values.len() == 2 && values.contains(&0));
    let threshold = if is_binary { 0 } else { full / 2 };
    if !is_binary && lightest <= threshold {
        return Err(Problem::NotAMask {
            what: format!("its lightest value is {lightest} of {full}"),
        });
    }
    let grey = picture.stored.iter().map(lightness);
    let grey = grey.filter(|value| (full / 4..=full - full / 4).contains(value));
    let (width, height) = picture.size();
    if !is_binary && grey.count() as f64 > MOST_GREY * (width * height) as f64 {
        return Err(Problem::NotAMask {
            what: "it is a picture in shades of grey, not black and white".to_owned(),
        });
    }
    let inside = picture.stored.iter().map(lightness);
    let inside = inside.map(|value| u8::from(value > threshold)).collect();
    let raster = Raster::new(width, height, inside).map_err(|err| Problem::CorruptImage {
        what: err.to_string(),
    })?;
    Ok(LungMask::from_nonzero(&raster))
}

fn labels(values: &BTreeSet<i32>) -> Problem {
    let values: Vec<String> = values.iter().map(ToString::to_string).collect();
    Problem::NotAMask {
        what: format!(
            "it holds labels ({}), some of which are other organs",
            values.join(", ")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{GrayImage, ImageBuffer, Luma};

    fn read8(name: &str, values: Vec<u8>) -> Result<LungMask, FormatError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        let width = values.len() as u32;
        let picture = GrayImage::from_raw(width, 1, values).unwrap();
        picture.save(&path).unwrap();
        read_mask(&path)
    }

    fn read16(values: Vec<u16>) -> Result<LungMask, FormatError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mask.png");
        let width = values.len() as u32;
        let picture = ImageBuffer::<Luma<u16>, _>::from_raw(width, 1, values).unwrap();
        picture.save(&path).unwrap();
        read_mask(&path)
    }

    fn inside(mask: Result<LungMask, FormatError>) -> Vec<u8> {
        mask.unwrap().raster().values().to_vec()
    }

    #[test]
    fn lung_is_lighter_than_half_of_the_full_scale() {
        // The middle of an outline softened by scaling, in a mask that is black and white otherwise.
        let eight = [vec![0; 12], vec![5, 127, 128, 250], vec![255; 12]].concat();
        assert_eq!(inside(read8("mask.png", eight))[12..16], [0, 0, 1, 1]);
        let sixteen = [vec![0; 12], vec![255, 32_767, 32_768], vec![65_535; 12]].concat();
        assert_eq!(inside(read16(sixteen))[12..16], [0, 0, 1, 1]);
    }

    #[test]
    fn shades_of_grey_are_no_mask() {
        let ramp: Vec<u8> = (0..=255).collect();
        let refused = read8("radiograph.png", ramp).unwrap_err();
        assert!(refused.to_string().contains("shades of grey"), "{refused}");
    }

    #[test]
    fn the_ringing_of_jpeg_is_no_lung() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mask.jpg");
        let drawn = GrayImage::from_fn(64, 64, |x, y| {
            Luma([if (20..41).contains(&x) && (13..50).contains(&y) {
                255
            } else {
                0
            }])
        });
        drawn.save(&path).unwrap();
        let stored = crate::formats::read(&path).unwrap().stored;
        let num_not_black = stored.iter().filter(|&value| value != 0).count();
        assert!(num_not_black > 21 * 37, "the file rings: {num_not_black}");
        assert_eq!(read_mask(&path).unwrap().num_inside(), 21 * 37);
    }

    #[test]
    fn pictures_of_two_values_are_masks() {
        assert_eq!(inside(read8("mask.png", vec![0, 1, 1])), [0, 1, 1]);
        assert_eq!(inside(read8("mask.png", vec![0, 100])), [0, 1]);
        assert_eq!(inside(read16(vec![0, 255])), [0, 1]);
        assert_eq!(inside(read8("mask.png", vec![0, 0])), [0, 0]);
    }

    #[test]
    fn labels_and_dark_pictures_are_refused() {
        for values in [vec![0, 1, 2, 3, 16, 17, 18, 19], vec![0, 3], vec![0, 1, 2]] {
            let err = read8("labels.png", values).unwrap_err();
            assert_eq!(err.class(), "not-a-mask");
            let told = err.to_string();
            assert!(
                told.contains("labels (0, ") && told.contains("white"),
                "{told}"
            );
        }
        let err = read8("dark.png", vec![0, 50, 90]).unwrap_err();
        assert!(
            err.to_string().contains("lightest value is 90 of 255"),
            "{err}"
        );
    }
}
