//! Resampling without weights, as the denoiser's residual blocks use it.

use tch::Tensor;

/// What a residual block does to the resolution of its features.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resample {
    /// Nothing.
    Keep,
    /// Halves both sides: mean of 2 × 2 positions.
    Down,
    /// Doubles both sides: each position repeated 2 × 2 times.
    Up,
}

impl Resample {
    /// Applies the resampling to `[B, C, H, W]`; `Down` drops an odd last row or column.
    pub fn forward(self, features: &Tensor) -> Tensor {
        match self {
            Self::Keep => features.shallow_clone(),
            Self::Down => features.avg_pool2d([2, 2], [2, 2], [0, 0], false, true, None),
            Self::Up => upsample_nearest(features),
        }
    }
}

/// Doubles height and width of `[B, C, H, W]` by repeating each position 2 × 2 times.
pub fn upsample_nearest(features: &Tensor) -> Tensor {
    features.upsample_nearest2d_vec(None::<&[i64]>, [2.0, 2.0])
}

#[cfg(test)]
mod tests {
    use tch::{Kind, Tensor};

    use super::*;

    #[test]
    fn down_takes_the_mean_of_four_and_up_repeats_it() {
        let features = Tensor::from_slice(&[1.0_f32, 2.0, 3.0, 6.0]).view([1, 1, 2, 2]);
        let down = Resample::Down.forward(&features);
        assert_eq!(down.size(), [1, 1, 1, 1]);
        assert!((down.double_value(&[0, 0, 0, 0]) - 3.0).abs() < 1e-6);
        let up = Resample::Up.forward(&down);
        assert_eq!(up.size(), [1, 1, 2, 2]);
        assert!((up.sum(Kind::Double).double_value(&[]) - 12.0).abs() < 1e-6);
    }
}
