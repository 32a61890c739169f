//! The authors' fusion: what OpenCV's `seamlessClone` does with `MONOCHROME_TRANSFER`.
//!
//! It is not Eq. 5. The border on which the global result is kept is that of the mask's bounding
//! box, not of the lungs; the local gradients count inside the mask eroded by three 3 x 3 steps
//! and the global ones in the rest of the box; and the result is truncated to 8 bits. Pixels
//! outside the lungs therefore change too.

use super::FusionError;
use super::error::ensure_size;
use super::multigrid::{Accuracy, DirichletProblem};
use crate::radiograph::{LungMask, Neighbourhood, Raster, binary_erosion};

/// Steps of 3 x 3 erosion inside `seamlessClone`.
const EROSION_PX: u32 = 3;

/// Far below what truncation to whole grey levels can see.
const ACCURACY: Accuracy = Accuracy {
    tolerance: 1e-12,
    max_iterations: 200,
};

/// Clones the 8-bit `source` into `target` inside `mask`, in place (the authors' centre is that of
/// the mask's bounding box), for one grey channel.
///
/// The equation is solved to rounding error, where OpenCV uses a sine transform in single
/// precision: at most one grey level of difference, on the few pixels whose exact value is whole.
///
/// # Errors
/// [`FusionError::SizeMismatch`] where the grids differ.
///
/// # Source
/// OpenCV 4.8, `seamlessClone`; reproduced from its measured behaviour, see the golden test.
pub fn seamless_clone_monochrome(
    source: &Raster<u8>,
    target: &Raster<u8>,
    mask: &LungMask,
) -> Result<Raster<u8>, FusionError> {
    ensure_size("the local result", source.size(), target.size())?;
    ensure_size("the lung mask", mask.raster().size(), target.size())?;
    let Some(area) = BoundingBox::of(&without_frame(mask)) else {
        return Ok(target.clone());
    };
    let crop = |image: &Raster<u8>| {
        let cropped = image.crop(area.top, area.left, area.width, area.height);
        cropped.map(|&v| f64::from(v))
    };
    let guidance = binary_erosion(&without_frame(mask), Neighbourhood::Square, EROSION_PX);
    let divergence = excess_divergence(&crop(source), &crop(target), &crop(guidance.raster()));
    let mut problem = DirichletProblem::new(&Raster::filled(area.width, area.height, 1_u8));
    let step = problem.solve(&divergence, ACCURACY)?;
    let mut cloned = target.clone();
    for (row, steps) in step.values().chunks(area.width).enumerate() {
        let start = (area.top + row) * target.width() + area.left;
        for (value, s) in cloned.values_mut()[start..].iter_mut().zip(steps) {
            *value = (f64::from(*value) + s).clamp(0.0, 255.0) as u8;
        }
    }
    Ok(cloned)
}

/// OpenCV blanks the outermost frame of the mask first.
fn without_frame(mask: &LungMask) -> LungMask {
    let (width, height) = mask.raster().size();
    let mut inside = mask.raster().clone();
    for (i, value) in inside.values_mut().iter_mut().enumerate() {
        let (row, col) = (i / width, i % width);
        if row == 0 || col == 0 || row + 1 == height || col + 1 == width {
            *value = 0;
        }
    }
    LungMask::from_nonzero(&inside)
}

struct BoundingBox {
    top: usize,
    left: usize,
    width: usize,
    height: usize,
}

impl BoundingBox {
    fn of(mask: &LungMask) -> Option<Self> {
        let width = mask.raster().width();
        let inside = || {
            (0_usize..)
                .zip(mask.raster().values())
                .filter(|&(_, &v)| v == 1)
        };
        let top = inside().map(|(i, _)| i / width).min()?;
        let bottom = inside().map(|(i, _)| i / width).max()?;
        let left = inside().map(|(i, _)| i % width).min()?;
        let right = inside().map(|(i, _)| i % width).max()?;
        Some(Self {
            top,
            left,
            width: right - left + 1,
            height: bottom - top + 1,
        })
    }
}

/// `-div(guidance (grad source - grad target))`: the right-hand side for the step that the target
/// takes. Forward differences for the gradient, backward ones for the divergence.
fn excess_divergence(
    source: &Raster<f64>,
    target: &Raster<f64>,
    guidance: &Raster<f64>,
) -> Raster<f64> {
    let (width, height) = source.size();
    let excess: Vec<f64> = source
        .values()
        .iter()
        .zip(target.values())
        .map(|(s, t)| s - t)
        .collect();
    let flow = |i: usize, forward: usize| guidance.values()[i] * (excess[i + forward] - excess[i]);
    let mut divergence = source.map(|_| 0.0);
    for row in 1..height.saturating_sub(1) {
        for col in 1..width.saturating_sub(1) {
            let i = row * width + col;
            let along_row = flow(i, 1) - flow(i - 1, 1);
            let along_col = flow(i, width) - flow(i - width, width);
            divergence.values_mut()[i] = -(along_row + along_col);
        }
    }
    divergence
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_texture_comes_along_and_the_tone_does_not() {
        // A bump of 50 grey levels on 10, cloned into a flat 100, stands on about 100.
        let size = 60;
        let mut source = Raster::filled(size, size, 10_u8);
        let mut inside = Raster::filled(size, size, 0_u8);
        for row in 10..50 {
            inside.values_mut()[row * size + 10..row * size + 50].fill(1);
        }
        for row in 28..32 {
            source.values_mut()[row * size + 28..row * size + 32].fill(60);
        }
        let target = Raster::filled(size, size, 100_u8);
        let mask = LungMask::from_nonzero(&inside);
        let cloned = seamless_clone_monochrome(&source, &target, &mask).unwrap();
        assert!((98..=100).contains(&cloned.get(30, 15).unwrap()));
        assert!((148..=150).contains(&cloned.get(30, 30).unwrap()));
        assert_eq!(cloned.row(9), target.row(9));
    }

    #[test]
    fn nothing_to_clone_changes_nothing() {
        let target = Raster::new(3, 3, (0..9).collect()).unwrap();
        let everywhere = LungMask::from_nonzero(&Raster::filled(3, 3, 1_u8));
        let nowhere = LungMask::from_nonzero(&Raster::filled(3, 3, 0_u8));
        for mask in [everywhere, nowhere] {
            let cloned = seamless_clone_monochrome(&Raster::filled(3, 3, 200), &target, &mask);
            assert_eq!(cloned.unwrap(), target);
        }
    }
}
