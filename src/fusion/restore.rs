//! The way back to the native grid: a bone layer that is subtracted from the native pixels.
//!
//! The model works on a coarse grid and its codec loses fine detail. Three pictures meet here, all
//! in display units `[0, 1]`: the radiograph `x`, what the codec makes of it `D(E(x))`, and the
//! fused soft-tissue image `f`. The plain difference `D(E(x)) - f` keeps every vessel of the
//! radiograph, but also the sharp outline of every rib, because the codec lost that as well. So
//! the codec's residual `x - D(E(x))` joins the bone layer near the outlines of the bones, and
//! only there:
//!
//! ```text
//! bone = (D(E(x)) - f) + strength * gate * (x - D(E(x))),     soft = x - bone
//! edge = smoothstep(|grad blur(D(E(x)) - f)| between low and high times a robust scale)
//! gate = blur(1 - (1 - edge) (1 - face * height of the bone layer))
//! ```

use serde::{Deserialize, Serialize};

use super::FusionError;
use super::error::ensure_size;
use crate::radiograph::{FloatImage, LungMask, gaussian_blur, gradient_magnitude, resize_bicubic};

/// Settings of the bone layer. Lengths are in pixels of the model grid.
///
/// The defaults were chosen with the compact bundle on the pictures of its model card: two dual-energy pairs that its
/// folds left out and six of another site. A gate from finer
/// flanks (1.9 px, softened by 1.5 px) opens in patches over the lung's own texture, which the eye sees as
/// crumbs, and so does the bone's own texture where its face is left; this one covers whole bones.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RestoreOptions {
    /// Standard deviation of the blur before the gradient of the bone layer is taken, px.
    pub edge_sigma_px: f64,
    /// Quantile of that gradient inside the lungs that is taken as its scale, `[0, 1]`.
    pub scale_quantile: f64,
    /// Smallest scale, display units per pixel: a layer whose flanks are all flatter holds noise and no
    /// outlines. Radiographs have 0.0025 (JSRT in 8 bits over its whole range) to 0.01 (SZCH); noise of
    /// one grey level of 255 has 0.0005.
    pub min_scale: f32,
    /// Gradient over scale at which the gate begins to open.
    pub low: f32,
    /// Gradient over scale at which the gate is open.
    pub high: f32,
    /// Standard deviation of the blur that widens and softens the gate, px.
    pub gate_sigma_px: f64,
    /// How far the gate opens on the face of a bone, away from its outline, `[0, 1]`: what the codec lost there is as
    /// likely the bone's own texture as a vessel's.
    pub face: f32,
    /// Share of the gated residual that joins the bone layer, `[0, 1]`; 0 for the plain difference.
    pub strength: f32,
    /// Bone below this is none, display units. Larger values lose as much, so that no step appears.
    pub dead_zone: f32,
}

impl Default for RestoreOptions {
    fn default() -> Self {
        Self {
            edge_sigma_px: 2.5,
            scale_quantile: 0.9,
            min_scale: 2.5e-3,
            low: 0.35,
            high: 0.9,
            gate_sigma_px: 2.5,
            face: 0.5,
            strength: 1.0,
            dead_zone: 0.5 / 255.0,
        }
    }
}

/// Quantiles of the bone layer inside the lungs that stand for lung between ribs and for ribs.
const BETWEEN_BONES: f64 = 0.2;
const ON_BONES: f64 = 0.85;
/// Least height of a bone, display units: JSRT in 8 bits over its whole range has ribs of 3 to 5 grey levels of 255.
const LEAST_BONE: f32 = 3.0 / 255.0;

/// What the model saw and made, on the model grid without its padding, display units `[0, 1]`.
#[derive(Debug, Clone, Copy)]
pub struct ModelImages<'a> {
    /// The radiograph through the codec, `D(E(x))`.
    pub reconstruction: &'a FloatImage,
    /// The soft-tissue image after fusion, `f`.
    pub fused: &'a FloatImage,
    /// Where the gradient's scale is measured: the lungs, or the whole picture.
    pub region: Option<&'a LungMask>,
}

/// A bone layer and the gate it was made with.
#[derive(Debug, Clone, PartialEq)]
pub struct BoneLayer {
    /// What is subtracted, display units; exactly 0 where there is no bone.
    pub bone: FloatImage,
    /// How much of the codec's residual counts as bone outline, `[0, 1]`.
    pub gate: FloatImage,
}

impl ModelImages<'_> {
    fn ensure_one_grid(&self) -> Result<(), FusionError> {
        let size = self.reconstruction.size();
        ensure_size("the fused result", self.fused.size(), size)?;
        match self.region {
            Some(region) => ensure_size("the lung mask", region.raster().size(), size),
            None => Ok(()),
        }
    }

    fn coarse_bone(&self) -> Result<FloatImage, FusionError> {
        Ok(self.reconstruction.zip_map(self.fused, |r, f| r - f)?)
    }
}

/// The bone layer on the grid of `native`, the whole radiograph in display units `[0, 1]` with the
/// same field of view as the model images; `native - bone` is the soft-tissue image.
///
/// The residual is taken against the native pixels, so that outlines finer than the model grid go
/// too. Where the layer is exactly 0, subtracting it leaves the pixel bit-identical.
///
/// # Errors
/// [`FusionError::SizeMismatch`] where the model images do not share a grid.
pub fn native_bone_layer(
    native: &FloatImage,
    images: &ModelImages<'_>,
    options: &RestoreOptions,
) -> Result<BoneLayer, FusionError> {
    native_bone_layer_checked(native, images, options, &|| Ok(()))
}

/// [`native_bone_layer`], which `check` may end before any of its parts: with many pixels it takes long.
///
/// # Errors
/// As [`native_bone_layer`], and that of `check`.
pub fn native_bone_layer_checked<E: From<FusionError>>(
    native: &FloatImage,
    images: &ModelImages<'_>,
    options: &RestoreOptions,
    check: &dyn Fn() -> Result<(), E>,
) -> Result<BoneLayer, E> {
    images.ensure_one_grid()?;
    let coarse = images.coarse_bone()?;
    let gate = edge_gate(&coarse, images.region, options)?;
    let (width, height) = native.size();
    let enlarged = |image: &FloatImage| {
        check()?;
        Ok::<_, E>(resize_bicubic(image, width, height))
    };
    // Bicubic interpolation overshoots at the flanks of the gate.
    let gate = enlarged(&gate)?.map(|g| g.clamp(0.0, 1.0));
    let difference = |x: f32, r: f32| x - r;
    let residual = native
        .zip_map(&enlarged(images.reconstruction)?, difference)
        .map_err(FusionError::from)?;
    let coarse = enlarged(&coarse)?;
    check()?;
    let bone = combine(&coarse, &gate, &residual, options)?;
    Ok(BoneLayer { bone, gate })
}

/// Where the outlines of the bones lie: 1 on steep flanks of the bone layer, 0 away from them.
///
/// # Errors
/// [`FusionError::SizeMismatch`] where the region lies on another grid.
pub fn edge_gate(
    bone: &FloatImage,
    region: Option<&LungMask>,
    options: &RestoreOptions,
) -> Result<FloatImage, FusionError> {
    if let Some(region) = region {
        ensure_size("the lung mask", region.raster().size(), bone.size())?;
    }
    let smooth = gaussian_blur(bone, options.edge_sigma_px);
    let slope = gradient_magnitude(&smooth);
    let scale = quantile_inside(&slope, region, options.scale_quantile).max(options.min_scale);
    let span = (options.high - options.low).max(f32::EPSILON);
    let open = slope.map(|s| {
        let t = ((s / scale - options.low) / span).clamp(0.0, 1.0);
        t * t * (3.0 - 2.0 * t)
    });
    let open = open.zip_map(&bone_face(&smooth, region), |edge, face| {
        1.0 - (1.0 - edge) * (1.0 - options.face * face)
    })?;
    Ok(gaussian_blur(&open, options.gate_sigma_px))
}

/// How much of a bone's usual height stands at each pixel, `[0, 1]`: 0 at the level of the lung between the
/// ribs, which is the two pictures' tone, 1 at the height of a rib.
fn bone_face(bone: &FloatImage, region: Option<&LungMask>) -> FloatImage {
    let level = quantile_inside(bone, region, BETWEEN_BONES);
    let height = (quantile_inside(bone, region, ON_BONES) - level).max(LEAST_BONE);
    bone.map(|b| ((b - level) / height).clamp(0.0, 1.0))
}

/// The quantile of `values` inside the region; of the whole picture where that is empty.
fn quantile_inside(values: &FloatImage, region: Option<&LungMask>, quantile: f64) -> f32 {
    let inside: Vec<f32> = match region {
        Some(region) if region.num_inside() > 0 => values
            .values()
            .iter()
            .zip(region.raster().values())
            .filter(|&(_, &m)| m == 1)
            .map(|(&s, _)| s)
            .collect(),
        _ => values.values().to_vec(),
    };
    nearest_rank(inside, quantile)
}

fn nearest_rank(mut values: Vec<f32>, quantile: f64) -> f32 {
    if values.is_empty() {
        return 0.0;
    }
    let rank = (quantile.clamp(0.0, 1.0) * (values.len() - 1) as f64).round() as usize;
    *values.select_nth_unstable_by(rank, f32::total_cmp).1
}

fn combine(
    coarse: &FloatImage,
    gate: &FloatImage,
    residual: &FloatImage,
    options: &RestoreOptions,
) -> Result<FloatImage, FusionError> {
    let outlines = gate.zip_map(residual, |g, r| options.strength * g * r)?;
    Ok(coarse.zip_map(&outlines, |b, o| soft_threshold(b + o, options.dead_zone))?)
}

/// Shrinks `value` towards 0 by `dead_zone`, and to exactly 0 inside it.
fn soft_threshold(value: f32, dead_zone: f32) -> f32 {
    if value > dead_zone {
        value - dead_zone
    } else if value < -dead_zone {
        value + dead_zone
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::radiograph::Raster;

    const SIZE: usize = 96;

    /// A bar of bone, 0.2 high, over a chequered tissue of single pixels.
    fn scene() -> (FloatImage, FloatImage) {
        let tissue = (0..SIZE * SIZE)
            .map(|i| 0.4 + 0.02 * ((i + i / SIZE) % 2) as f32)
            .collect();
        let tissue = Raster::new(SIZE, SIZE, tissue).unwrap();
        let mut radiograph = tissue.clone();
        for (i, value) in radiograph.values_mut().iter_mut().enumerate() {
            if (24..72).contains(&(i / SIZE)) {
                *value += 0.2;
            }
        }
        (radiograph, tissue)
    }

    fn layer(strength: f32) -> (BoneLayer, FloatImage, FloatImage) {
        let (radiograph, tissue) = scene();
        // The stand-in for the codec: it loses the chequers and the sharp edge of the bar.
        let (reconstruction, fused) =
            (gaussian_blur(&radiograph, 1.5), gaussian_blur(&tissue, 1.5));
        let images = ModelImages {
            reconstruction: &reconstruction,
            fused: &fused,
            region: None,
        };
        let options = RestoreOptions {
            strength,
            ..RestoreOptions::default()
        };
        (
            native_bone_layer(&radiograph, &images, &options).unwrap(),
            radiograph,
            tissue,
        )
    }

    fn without(radiograph: &FloatImage, layer: &BoneLayer) -> FloatImage {
        radiograph.zip_map(&layer.bone, |x, b| x - b).unwrap()
    }

    fn row_mean(image: &FloatImage, row: usize) -> f32 {
        image.row(row).unwrap().iter().sum::<f32>() / SIZE as f32
    }

    #[test]
    fn the_gate_takes_the_outline_and_leaves_the_texture() {
        let outline = |strength| {
            let (layer, radiograph, tissue) = layer(strength);
            let soft = without(&radiograph, &layer);
            (row_mean(&soft, 24) - row_mean(&tissue, 24)).abs()
        };
        assert!(outline(0.0) > 0.05, "{}", outline(0.0));
        assert!(outline(1.0) < 0.012, "{}", outline(1.0));
        let (layer, radiograph, _) = layer(1.0);
        let soft = without(&radiograph, &layer);
        let texture = |row| (soft.get(row, 10).unwrap() - soft.get(row, 11).unwrap()).abs();
        // Between bones the chequers stay whole, on the face of one by half.
        assert!((texture(8) - 0.02).abs() < 1e-3, "{}", texture(8));
        assert!((texture(48) - 0.01).abs() < 1e-3, "{}", texture(48));
    }

    #[test]
    fn far_from_bone_pixels_stay_bit_identical() {
        let (layer, radiograph, _) = layer(1.0);
        let soft = without(&radiograph, &layer);
        assert_eq!(soft.row(4), radiograph.row(4));
        assert!(layer.bone.row(4).unwrap().iter().all(|&b| b == 0.0));
    }

    #[test]
    fn outlines_finer_than_the_model_grid_go_too() {
        let (radiograph, tissue) = scene();
        let half = |image: &FloatImage| crate::radiograph::resize_area(image, SIZE / 2, SIZE / 2);
        let (small, fused) = (half(&radiograph), gaussian_blur(&half(&tissue), 1.0));
        let images = ModelImages {
            reconstruction: &gaussian_blur(&small, 1.0),
            fused: &fused,
            region: None,
        };
        let outline = |strength, row| {
            let options = RestoreOptions {
                strength,
                ..RestoreOptions::default()
            };
            let layer = native_bone_layer(&radiograph, &images, &options).unwrap();
            let soft = without(&radiograph, &layer);
            assert_eq!(soft.row(2), radiograph.row(2));
            (row_mean(&soft, row) - row_mean(&tissue, row)).abs()
        };
        for row in [23, 24, 71, 72] {
            let (plain, gated) = (outline(0.0, row), outline(1.0, row));
            assert!(
                plain > 0.04 && gated < 0.35 * plain,
                "{row}: {plain} {gated}"
            );
        }
    }

    #[test]
    fn where_nothing_was_removed_noise_opens_no_gate() {
        let (radiograph, _) = scene();
        let reconstruction = gaussian_blur(&radiograph, 1.5);
        // White noise of about one grey level of 255, as a decoder adds it.
        let mut state = 1_u32;
        let noisy = reconstruction.map(|&v| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            v + (state as f32 / u32::MAX as f32 - 0.5) * 3.4 / 255.0
        });
        let images = ModelImages {
            reconstruction: &reconstruction,
            fused: &noisy,
            region: None,
        };
        let layer = native_bone_layer(&radiograph, &images, &RestoreOptions::default()).unwrap();
        let widest = layer.gate.values().iter().copied().fold(0.0, f32::max);
        assert!(widest < 0.06, "{widest}");
        // What is left to take off is the decoder's noise, 1.7 at most, and a trace of the bar's outline of 51.
        let most = layer
            .bone
            .values()
            .iter()
            .map(|b| b.abs())
            .fold(0.0, f32::max);
        assert!(most < 2.5 / 255.0, "{most}");
    }

    #[test]
    fn no_bone_means_no_gate() {
        let flat = Raster::filled(16, 16, 0.1_f32);
        let gate = edge_gate(&flat, None, &RestoreOptions::default()).unwrap();
        assert!(gate.values().iter().all(|&g| g == 0.0));
    }
}
