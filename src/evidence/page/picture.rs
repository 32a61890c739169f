//! Pictures of a case, side by side.

use super::escaped;
use crate::formats::raster::encode_grey8;
use crate::radiograph::{FloatImage, Raster, resize_area};
use base64ct::{Base64, Encoding as _};
use serde::{Deserialize, Serialize};

/// Height of a picture on the page, pixels.
const HEIGHT: usize = 260;
/// How much a difference is strengthened.
const DIFFERENCE_GAIN: f32 = 4.0;

/// A picture with what stands below it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(into = "KeptPicture", try_from = "KeptPicture")]
pub struct Picture {
    /// What it is.
    pub caption: String,
    /// Grey, 0 black.
    pub grey: Raster<u8>,
}

/// A picture in a file: its grey values, row by row, as base64.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptPicture {
    caption: String,
    width: usize,
    height: usize,
    grey: String,
}

impl From<Picture> for KeptPicture {
    fn from(picture: Picture) -> Self {
        let (width, height) = picture.grey.size();
        Self {
            caption: picture.caption,
            width,
            height,
            grey: base64(picture.grey.values()),
        }
    }
}

impl TryFrom<KeptPicture> for Picture {
    type Error = String;

    fn try_from(kept: KeptPicture) -> Result<Self, String> {
        let mut room = vec![0; kept.grey.len()];
        let grey = Base64::decode(&kept.grey, &mut room).map_err(|err| err.to_string())?;
        let grey = Raster::new(kept.width, kept.height, grey.to_vec());
        let grey = grey.map_err(|err| err.to_string())?;
        let caption = kept.caption;
        Ok(Self { caption, grey })
    }
}

/// Pictures of one case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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
    fn a_picture_comes_back_from_a_file_as_it_was() {
        let grey = Raster::new(3, 2, vec![0, 1, 2, 253, 254, 255]).unwrap();
        let caption = "one".to_owned();
        let picture = Picture { caption, grey };
        let text = serde_json::to_string(&picture).unwrap();
        assert_eq!(serde_json::from_str::<Picture>(&text).unwrap(), picture);
        let damaged = text.replace("\"width\":3", "\"width\":4");
        assert!(serde_json::from_str::<Picture>(&damaged).is_err());
    }

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
