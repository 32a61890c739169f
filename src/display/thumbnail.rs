//! Small pictures for lists, grey as the whole picture is.

use super::display_image;
use crate::radiograph::{Radiograph, Raster, Voi, resize_area};

/// Widest thumbnail in heights: a strip that is longer is not a radiograph anybody recognises.
const MAX_ASPECT: f64 = 2.0;

/// The radiograph under `voi`, `height` pixels high, each the mean of the grey it covers; 0 is
/// black, 255 white. Pixels that are not square are, here.
pub fn thumbnail(radiograph: &Radiograph, voi: &Voi, height: usize) -> Raster<u8> {
    let (full_width, full_height) = radiograph.size();
    let aspect =
        full_width as f64 / (full_height.max(1) as f64 * usable(radiograph.pixel_aspect()));
    let width = height as f64 * aspect.min(MAX_ASPECT);
    let grey = display_image(radiograph, voi);
    let small = resize_area(&grey, (width.round() as usize).max(1), height.max(1));
    small.map(|&grey| (255.0 * grey.clamp(0.0, 1.0)).round() as u8)
}

/// The shape of a pixel, where the file's is one.
fn usable(pixel_aspect: f64) -> f64 {
    if (0.1..=10.0).contains(&pixel_aspect) {
        pixel_aspect
    } else {
        1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::radiograph::{
        BitDepth, FileKind, ModalityTransform, PixelSpacing, Polarity, SourceFile, SpacingKind,
        StoredValues, StudyId, StudyInfo,
    };

    /// 4 x 4 pixels of 0, 16, 32 ... 240.
    fn ramp() -> Radiograph {
        let pixels = Raster::new(4, 4, (0..16_u16).map(|i| i * 16).collect()).unwrap();
        Radiograph {
            id: StudyId(String::new()),
            source: SourceFile {
                path: "ramp.png".into(),
                kind: FileKind::Phantom,
            },
            stored: StoredValues::U16(pixels),
            bits: BitDepth {
                allocated: 16,
                stored: 8,
                high_bit: 7,
                signed: false,
            },
            modality: ModalityTransform::IDENTITY,
            vois: Vec::new(),
            vois_from_file: false,
            polarity: Polarity::HighIsWhite,
            padding: None,
            spacing: None,
            info: StudyInfo::default(),
            warnings: Vec::new(),
        }
    }

    /// `numpy.arange(0, 256, 16).reshape(2, 2, 2, 2).mean((1, 3))` is `[[40, 72], [168, 200]]`.
    #[test]
    fn a_pixel_is_the_mean_of_the_grey_it_covers() {
        let voi = Voi::covering(0.0, 255.0);
        let mut radiograph = ramp();
        assert_eq!(thumbnail(&radiograph, &voi, 2).values(), [40, 72, 168, 200]);
        radiograph.polarity = Polarity::LowIsWhite;
        assert_eq!(thumbnail(&radiograph, &voi, 2).values(), [215, 183, 87, 55]);
    }

    #[test]
    fn high_pixels_make_a_narrow_picture_and_no_strip_is_endless() {
        let voi = Voi::covering(0.0, 255.0);
        let mut radiograph = ramp();
        let spacing = |row_mm| PixelSpacing {
            row_mm,
            col_mm: 1.0,
            kind: SpacingKind::AtDetector,
        };
        radiograph.spacing = Some(spacing(2.0));
        let narrow = thumbnail(&radiograph, &voi, 2);
        assert_eq!((narrow.size(), narrow.values()), ((1, 2), &[56, 184][..]));
        radiograph.spacing = Some(spacing(0.2));
        assert_eq!(thumbnail(&radiograph, &voi, 10).size(), (20, 10));
    }
}
