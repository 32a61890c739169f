//! A cell's picture, and how it looks under the window of its study.

use crate::display::GreyScale;
use crate::radiograph::{FloatImage, PixelRect, Radiograph, Raster, resize_area};
use crate::ui::look::Look;
use crate::worker::SweepCell;
use std::sync::Arc;

/// Longest side of a picture on the screen, pixels.
const SHOWN_SIDE: usize = 256;

/// A cell's picture.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepPicture {
    cell: Arc<SweepCell>,
    /// Its region, small enough for the screen.
    shown: FloatImage,
    /// Stored value of the radiograph in the middle of each pixel of `shown`: padding stays black.
    stored: Raster<i32>,
}

impl SweepPicture {
    /// Takes a cell in, with what its radiograph has in its place.
    pub(super) fn new(cell: Arc<SweepCell>, region: PixelRect, radiograph: &Radiograph) -> Self {
        let (width, height) = cell.soft_tissue.size();
        let scale = (SHOWN_SIDE as f64 / width.max(height).max(1) as f64).min(1.0);
        let side = |length: usize| ((length as f64 * scale).round() as usize).max(1);
        let shown = resize_area(&cell.soft_tissue, side(width), side(height));
        let (columns, rows) = shown.size();
        let mut stored = Raster::filled(columns, rows, 0);
        for (i, value) in stored.values_mut().iter_mut().enumerate() {
            let middle = |at: usize, of: usize, length: usize| (2 * at + 1) * length / (2 * of);
            let row = region.row + middle(i / columns, rows, height);
            let col = region.col + middle(i % columns, columns, width);
            *value = radiograph.stored.get(row, col).unwrap_or_default();
        }
        Self {
            cell,
            shown,
            stored,
        }
    }

    /// The region of the soft-tissue image, modality values.
    pub fn soft_tissue(&self) -> &FloatImage {
        &self.cell.soft_tissue
    }

    /// Grey as the study's soft-tissue image has it, 0 is black, turned as that is.
    pub fn greys(&self, scale: &GreyScale, look: &Look) -> Raster<u8> {
        let grey = |value: f32, stored: i32| look.grey8(scale, stored, f64::from(value));
        let greys = self.shown.zip_map(&self.stored, grey);
        // Both were made on one grid, so this cannot be a misfit.
        greys.map_or_else(
            |_| Raster::filled(0, 0, 0),
            |greys| look.orientation.turned_picture(&greys),
        )
    }
}
