//! Poisson fusion in floating point (GL-LCM, Eq. 5).

use serde::{Deserialize, Serialize};

use super::FusionError;
use super::error::ensure_size;
use super::multigrid::{Accuracy, DirichletProblem};
use crate::radiograph::{FloatImage, LungMask, Neighbourhood, Raster, binary_erosion};

/// Settings of [`poisson_fuse`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PoissonOptions {
    /// Steps of 3 x 3 erosion of the mask before it becomes the region of the integral. 3 as in
    /// OpenCV's `seamlessClone`; with 0 the step from lung to the blank outside of the local
    /// result enters the guidance.
    pub erosion_px: u32,
    /// Norm of the residual relative to that of the right-hand side at which the solve stops.
    pub tolerance: f64,
    /// Iterations after which the solve is given up; about 10 are needed at any size.
    pub max_iterations: usize,
}

impl Default for PoissonOptions {
    fn default() -> Self {
        Self {
            erosion_px: 3,
            tolerance: 1e-5,
            max_iterations: 100,
        }
    }
}

/// The picture `f` that minimises the integral over the lungs of `|grad f - grad f_l|^2` with
/// `f = f_g` on their border and outside: `Laplace f = Laplace f_l` inside, 4-neighbour stencil.
///
/// The unknown solved for is the step `f - f_l`, which has no sources inside and takes the values
/// of `f_g - f_l` on the border. The outermost frame of the picture always belongs to the border.
///
/// # Errors
/// [`FusionError::SizeMismatch`] where the grids differ, [`FusionError::NotConverged`] where the
/// tolerance is not reached.
///
/// # Source
/// GL-LCM (MICCAI 2025), Eq. 5.
pub fn poisson_fuse(
    global: &FloatImage,
    local: &FloatImage,
    mask: &LungMask,
    options: &PoissonOptions,
) -> Result<FloatImage, FusionError> {
    ensure_size("the local result", local.size(), global.size())?;
    ensure_size("the lung mask", mask.raster().size(), global.size())?;
    let region = binary_erosion(mask, Neighbourhood::Square, options.erosion_px);
    let mut problem = DirichletProblem::new(region.raster());
    let border = global.zip_map(local, |g, l| f64::from(g) - f64::from(l))?;
    let sources = border_sources(&border, &problem);
    let accuracy = Accuracy {
        tolerance: options.tolerance,
        max_iterations: options.max_iterations,
    };
    let step = problem.solve(&sources, accuracy)?;
    let mut fused = global.clone();
    let inside = fused.values_mut().iter_mut().zip(local.values());
    for (i, ((value, &l), &s)) in inside.zip(step.values()).enumerate() {
        if problem.is_unknown(i) {
            *value = (f64::from(l) + s) as f32;
        }
    }
    Ok(fused)
}

/// For each unknown the sum of `border` over its neighbours that are not unknown.
fn border_sources(border: &Raster<f64>, problem: &DirichletProblem) -> Raster<f64> {
    let width = border.width();
    let mut sources = border.map(|_| 0.0);
    for (i, source) in sources.values_mut().iter_mut().enumerate() {
        if problem.is_unknown(i) {
            // An unknown never lies on the frame of the picture: all four exist.
            *source = [i - 1, i + 1, i - width, i + width]
                .into_iter()
                .filter(|&j| !problem.is_unknown(j))
                .map(|j| border.values()[j])
                .sum();
        }
    }
    sources
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_offset_of_the_local_result_vanishes() {
        let values: Vec<f32> = (0..40 * 30)
            .map(|i| ((i * 37) % 101) as f32 / 101.0)
            .collect();
        let global = Raster::new(40, 30, values).unwrap();
        let local = global.map(|v| v + 0.25);
        let mask = LungMask::from_nonzero(&Raster::filled(40, 30, 1_u8));
        let fused = poisson_fuse(&global, &local, &mask, &PoissonOptions::default()).unwrap();
        for (a, b) in fused.values().iter().zip(global.values()) {
            assert!((a - b).abs() < 1e-5, "{a} {b}");
        }
    }

    #[test]
    fn an_empty_mask_returns_the_global_result() {
        let global = Raster::filled(8, 8, 0.25_f32);
        let local = Raster::filled(8, 8, 0.75_f32);
        let mask = LungMask::from_nonzero(&Raster::filled(8, 8, 0_u8));
        let fused = poisson_fuse(&global, &local, &mask, &PoissonOptions::default()).unwrap();
        assert_eq!(fused, global);
    }
}
