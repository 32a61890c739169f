//! Whole pictures as display or modality values.

use super::GreyScale;
use crate::radiograph::{FloatImage, Radiograph, Raster, Voi};

/// The picture as shown under `voi`: `[0, 1]`, 1 is white, on the radiograph's own grid.
pub fn display_image(radiograph: &Radiograph, voi: &Voi) -> FloatImage {
    let scale = GreyScale::new(radiograph, voi);
    let stored_values = radiograph.bits.range();
    let first = *stored_values.start();
    // One look into a table for a pixel, where a sigmoid would be an exponential.
    let table: Vec<f32> = stored_values.map(|stored| scale.display(stored)).collect();
    mapped(radiograph, |stored| {
        usize::try_from(i64::from(stored) - i64::from(first))
            .ok()
            .and_then(|index| table.get(index).copied())
            .unwrap_or_else(|| scale.display(stored))
    })
}

/// The picture in modality values, on the radiograph's own grid.
pub fn modality_image(radiograph: &Radiograph) -> FloatImage {
    mapped(radiograph, |stored| {
        radiograph.modality.apply(stored) as f32
    })
}

fn mapped(radiograph: &Radiograph, f: impl FnMut(i32) -> f32) -> FloatImage {
    let (width, height) = radiograph.size();
    // The values fill their own grid, so this cannot be a misfit.
    radiograph
        .stored
        .to_float(f)
        .unwrap_or_else(|_| Raster::filled(width, height, 0.0))
}

/// A picture in modality values (a soft-tissue image, for instance) as grey in `[0, 1]` under a
/// window of the radiograph it belongs to; 1 is white, padding black. On the radiograph's own grid.
pub fn displayed_modality(radiograph: &Radiograph, voi: &Voi, modality: &FloatImage) -> FloatImage {
    let scale = GreyScale::new(radiograph, voi);
    let mut shown = modality.clone();
    for (grey, stored) in shown.values_mut().iter_mut().zip(radiograph.stored.iter()) {
        *grey = scale.display_at(stored, f64::from(*grey));
    }
    shown
}
