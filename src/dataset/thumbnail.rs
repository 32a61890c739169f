//! A pair at a glance: small pictures for a table, on paper or in a window.

use super::mates::Mates;
use super::registration_report::RegistrationReport;
use crate::radiograph::{FloatImage, Raster, resize_area};

/// Longer side of a small picture, pixels: a table of a thousand pairs stays within 100 MB.
pub const THUMBNAIL_PX: usize = 160;
/// How much stronger a difference is drawn than the pictures: bones are a tenth of their range.
const DIFFERENCE_GAIN: f32 = 4.0;

/// Small pictures of a pair: 8 bits, 0 is black, 255 white, at most [`THUMBNAIL_PX`] wide and high.
#[derive(Debug, Clone, PartialEq)]
pub struct PairThumbnails {
    /// The radiograph.
    pub radiograph: Raster<u8>,
    /// The soft-tissue image under the radiograph's window.
    pub soft_tissue: Raster<u8>,
    /// Radiograph less soft-tissue image less their tone, four times as strong, about middle grey; `None` where they
    /// have no common grid.
    pub difference: Option<Raster<u8>>,
    /// The same once the soft-tissue image is registered; `None` where that is not advised.
    pub difference_registered: Option<Raster<u8>>,
}

impl PairThumbnails {
    /// Of radiograph and soft-tissue image, each on its own grid, and of both together where they have one.
    pub(super) fn new([radiograph, soft_tissue]: [&FloatImage; 2], mates: Option<&Mates>) -> Self {
        let registered = mates.and_then(|mates| {
            let found = mates.registration.as_ref()?;
            let report = RegistrationReport::new(found, mates.radiograph.height());
            let soft = report
                .advised
                .then(|| found.registered(&mates.soft_tissue))?;
            Some(difference(mates, &soft))
        });
        Self {
            radiograph: reduced(radiograph),
            soft_tissue: reduced(soft_tissue),
            difference: mates.map(|mates| difference(mates, &mates.soft_tissue)),
            difference_registered: registered,
        }
    }
}

fn difference(mates: &Mates, soft_tissue: &FloatImage) -> Raster<u8> {
    let tone = (mates.tone.offset / 255.0) as f32;
    let pixels = mates.radiograph.values().iter().zip(soft_tissue.values());
    let values = pixels.map(|(cxr, soft)| 0.5 + DIFFERENCE_GAIN * (cxr - soft - tone));
    let (width, height) = mates.radiograph.size();
    let drawn = Raster::new(width, height, values.collect());
    reduced(&drawn.unwrap_or_else(|_| mates.radiograph.clone()))
}

fn reduced(picture: &FloatImage) -> Raster<u8> {
    let (width, height) = picture.size();
    let scale = (THUMBNAIL_PX as f64 / width.max(height).max(1) as f64).min(1.0);
    let [w, h] = [width, height].map(|side| ((side as f64 * scale).round() as usize).max(1));
    resize_area(picture, w, h).map(|v| (255.0 * v.clamp(0.0, 1.0)).round() as u8)
}
