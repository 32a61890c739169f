//! Pictures of a case, side by side.

use super::escaped;
use crate::formats::raster::encode_grey8;
use crate::radiograph::{FloatImage, Raster, resize_area};
use base64ct::{Base64, Encoding as _};

/// Height of a picture on the page, pixels.
const HEIGHT: usize = 260;
/// How much a difference is strengthened.
const DIFFERENCE_GAIN: f32 = 4.0;

/// A picture with what stands below it.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// What it is.
    pub caption: String,
    /// Grey, 0 black.
    pub grey: Raster<u8>,
}

/// Pictures of one case.
#[derive(Debug, Clone, PartialEq)]
pub struct CasePictures {
    /// Its name.
    pub case: String,
    /// Radiograph, known soft-tissue image, predictions, difference.
    pub pictures: Vec<Picture>,
}

impl Picture {
    /// A picture in `[0, 1]`, made small.
    pub fn small(caption: &str, picture: &FloatImage) -> Self {
        Self {
            caption: caption.to_owned(),
            grey: reduced(picture).map(|&grey| (255.0 * grey.clamp(0.0, 1.0)).round() as u8),
        }
    }

    /// What a prediction has more than the truth (light) or less (dark), strengthened; `None` where they do not share a
    /// grid.
    pub fn difference(predicted: &FloatImage, truth: &FloatImage) -> Option<Self> {
        let difference = predicted.zip_map(truth, |p, t| 0.5 + DIFFERENCE_GAIN * (p - t));
        let caption = format!("prediction less truth, x {DIFFERENCE_GAIN}");
        Some(Self::small(&caption, &difference.ok()?))
    }
}

impl CasePictures {
    pub(super) fn html(&self) -> String {
        let figures = self.pictures.iter().map(|picture| {
            let caption = escaped(&picture.caption);
            // A picture that cannot be encoded leaves its caption.
            let image = encode_grey8(&picture.grey).map_or_else(
                |_| String::new(),
                |png| {
                    let data = base64(&png);
                    format!("<img alt=\"{caption}\" src=\"data:image/png;base64,{data}\">")
                },
            );
            format!("<figure>{image}<figcaption>{caption}</figcaption></figure>")
        });
        let figures: Vec<String> = figures.collect();
        format!(
            "<div class=\"case\"><b>{}</b><div>{}</div></div>\n",
            escaped(&self.case),
            figures.concat()
        )
    }
}

/// At most [`HEIGHT`] pixels high, each the mean of what it covers.
fn reduced(picture: &FloatImage) -> FloatImage {
    let (width, height) = picture.size();
    if height <= HEIGHT {
        return picture.clone();
    }
    let width = (width * HEIGHT).div_ceil(height.max(1)).max(1);
    resize_area(picture, width, HEIGHT)
}

/// Base 64 of RFC 4648 with padding.
fn base64(bytes: &[u8]) -> String {
    let mut room = vec![0; Base64::encoded_len(bytes)];
    // The room is exactly as long as the text.
    Base64::encode(bytes, &mut room).map_or_else(|_| String::new(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_difference_is_middle_grey_and_more_bone_is_lighter() {
        let truth = Raster::filled(4, 4, 0.5_f32);
        let grey = |offset: f32| {
            let found = Picture::difference(&truth.map(|v| v + offset), &truth);
            found.unwrap().grey.values()[0]
        };
        assert_eq!([grey(0.0), grey(0.05), grey(-0.2)], [128, 179, 0]);
        assert!(Picture::difference(&truth, &Raster::filled(2, 2, 0.0)).is_none());
    }
}
