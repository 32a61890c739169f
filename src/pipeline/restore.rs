//! From the model's pictures back to the radiograph's own pixels.

use super::PipelineError;
use super::grid::ModelGrid;
use super::stage_cache::Prepared;
use crate::display::GreyScale;
use crate::fusion::restore::{ModelImages, RestoreOptions, native_bone_layer_checked};
use crate::nn::Check;
use crate::radiograph::{FloatImage, LungMask, Radiograph, Raster};

/// What the restoration works on.
pub(super) struct Restoration<'a> {
    pub(super) radiograph: &'a Radiograph,
    pub(super) prepared: &'a Prepared,
    /// The codec's picture of the radiograph; `None` takes the decoded picture as it is.
    pub(super) reconstruction: Option<&'a FloatImage>,
    /// The fused picture on the model's grid without padding.
    pub(super) fused: &'a FloatImage,
    /// Lungs on the model's grid without padding.
    pub(super) mask: &'a LungMask,
    pub(super) grid: &'a ModelGrid,
}

/// Soft-tissue image (modality values) and bone layer (display units) on the radiograph's grid.
pub(super) struct Restored {
    pub(super) soft_tissue: FloatImage,
    pub(super) bone: FloatImage,
    /// Where bone outlines were taken off, `[0, 1]`; `None` where the decoded picture was taken as it is.
    pub(super) gate: Option<FloatImage>,
}

/// Takes the bone layer off the radiograph's own pixels; where the layer is 0, and where the file
/// says padding, the modality value stays what it is.
///
/// # Errors
/// [`PipelineError`] where the pictures do not share a grid; that of `check`, which may end it half way.
pub(super) fn restore(
    restoration: &Restoration<'_>,
    check: Check<'_, PipelineError>,
) -> Result<Restored, PipelineError> {
    let native = &restoration.prepared.native;
    let (layer, gate) = if let Some(reconstruction) = restoration.reconstruction {
        let images = ModelImages {
            reconstruction,
            fused: restoration.fused,
            region: Some(restoration.mask),
        };
        let made = native_bone_layer_checked(native, &images, &RestoreOptions::default(), check)?;
        (made.bone, Some(made.gate))
    } else {
        let fused = restoration.grid.to_native(restoration.fused);
        (native.zip_map(&fused, |x, f| x - f)?, None)
    };
    check()?;
    let (soft_tissue, bone) = take_off(restoration.radiograph, native, &layer)?;
    Ok(Restored {
        soft_tissue,
        bone,
        gate,
    })
}

/// The soft-tissue image in modality values, and what was taken in display units.
///
/// # Errors
/// [`PipelineError`] where the radiograph has no window, or the layer another grid.
pub(super) fn take_off(
    radiograph: &Radiograph,
    display: &FloatImage,
    layer: &FloatImage,
) -> Result<(FloatImage, FloatImage), PipelineError> {
    let voi = radiograph.vois.first().ok_or(PipelineError::NoWindow)?;
    let scale = GreyScale::new(radiograph, voi);
    let size = display.values().len();
    let (mut soft_tissue, mut bone) = (Vec::with_capacity(size), Vec::with_capacity(size));
    let pixels = display.values().iter().zip(layer.values());
    for (stored, (&shown, &layer)) in radiograph.stored.iter().zip(pixels) {
        let value = scale.modality(stored);
        // Nothing is blacker than black: what the layer asks beyond is not there to be taken.
        let left = (shown - layer).clamp(0.0, 1.0);
        let taken = shown - left;
        if layer == 0.0 || taken == 0.0 || scale.is_padding(stored) {
            soft_tissue.push(value as f32);
            bone.push(0.0);
        } else {
            // A difference keeps what lies beyond the window's ends, which the display cannot show.
            let change = scale.modality_from_display(left) - scale.modality_from_display(shown);
            soft_tissue.push((value + change) as f32);
            bone.push(taken);
        }
    }
    let (width, height) = display.size();
    Ok((
        Raster::new(width, height, soft_tissue)?,
        Raster::new(width, height, bone)?,
    ))
}
