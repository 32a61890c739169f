//! Keeping the predicted clean latent within bounds.

use tch::{Kind, Tensor};

/// How the predicted clean latent is bounded before a step uses it.
///
/// At the first timestep an error of the predicted noise is multiplied by `1 / sqrt(a_999) = 14.6`
/// (and again by the guidance weight): clipping is what keeps this finite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ClipKind {
    /// To `[-s, s]` with `s = slope * j + intercept` at step `j` counted from 0 (BS-LDM, Eq. 6).
    Dynamic {
        /// Growth per step, omega; GL-LCM's code 0.025, BS-LDM 0.003.
        slope: f64,
        /// Range at the first step, b; GL-LCM's code 2.0 on the global and 3.5 on the local path, BS-LDM 1.4.
        intercept: f64,
    },
    /// To `[-1, 1]` (static thresholding).
    Static,
    /// To `[-s, s]`, then divided by `s`, where `s` is a quantile of the magnitudes of each latent,
    /// at least 1 (dynamic thresholding).
    Percentile {
        /// Quantile in `[0, 1]`; 0.995 is usual.
        ratio: f64,
        /// Upper bound of `s`; infinite for none.
        maximum: f64,
    },
    /// Not at all.
    None,
}

impl ClipKind {
    /// The bound of step `index`, where it does not depend on the latent.
    pub fn range(self, index: usize) -> Option<f64> {
        match self {
            Self::Dynamic { slope, intercept } => Some(slope * index as f64 + intercept),
            Self::Static => Some(1.0),
            Self::Percentile { .. } | Self::None => None,
        }
    }

    /// The bounded latents.
    ///
    /// # Shapes
    /// `sample`: `[B, C, h, w]`, predicted clean latents; `index`: the step, from 0.
    ///
    /// # Source
    /// BS-LDM, section 3.4 with Eq. 6; dynamic thresholding as described there after Saharia et al.
    pub fn apply(self, sample: &Tensor, index: usize) -> Tensor {
        if let Some(range) = self.range(index) {
            return sample.clamp(-range, range);
        }
        match self {
            Self::Percentile { ratio, maximum } => shrink(sample, ratio, maximum),
            Self::Dynamic { .. } | Self::Static | Self::None => sample.shallow_clone(),
        }
    }
}

fn shrink(sample: &Tensor, ratio: f64, maximum: f64) -> Tensor {
    let flat = sample.flatten(1, -1).to_kind(Kind::Float);
    let bound = flat
        .abs()
        .quantile_scalar(ratio, 1, true, "linear")
        .clamp(1.0, maximum.max(1.0));
    let clipped = flat.clamp_tensor(Some(&-&bound), Some(&bound)) / &bound;
    clipped.view_as(sample).to_kind(sample.kind())
}

#[cfg(test)]
mod tests {
    use tch::Device;

    use super::*;

    fn largest_difference(a: &Tensor, b: &Tensor) -> f64 {
        (a - b).abs().max().double_value(&[])
    }

    #[test]
    fn dynamic_range_grows_with_the_step() {
        let clip = ClipKind::Dynamic {
            slope: 0.025,
            intercept: 3.5,
        };
        let latent = Tensor::from_slice(&[-9.0_f32, -3.55, 0.25, 3.51, 9.0]).reshape([1, 5, 1, 1]);
        let expected = Tensor::from_slice(&[-3.525_f32, -3.525, 0.25, 3.51, 3.525]);
        let clipped = clip.apply(&latent, 1).flatten(0, -1);
        assert!(largest_difference(&clipped, &expected) < 1e-6);
    }

    #[test]
    fn percentile_is_taken_per_latent_and_never_below_one() {
        // |values| 0, 1, ..., 10: the 0.9 quantile with linear interpolation is exactly 9 (numpy.quantile).
        let wide = Tensor::arange(11, (Kind::Float, Device::Cpu)) * -1.0;
        let narrow = Tensor::arange(11, (Kind::Float, Device::Cpu)) * 0.05;
        let latents = Tensor::stack(&[wide.shallow_clone(), narrow.shallow_clone()], 0);
        let latents = latents.reshape([2, 11, 1, 1]);
        let clip = ClipKind::Percentile {
            ratio: 0.9,
            maximum: f64::INFINITY,
        };
        let clipped = clip.apply(&latents, 0).reshape([2, 11]);
        assert!(largest_difference(&clipped.get(0), &(wide.clamp(-9.0, 9.0) / 9.0)) < 1e-6);
        assert!(largest_difference(&clipped.get(1), &narrow) < 1e-7);
    }

    #[test]
    fn percentile_maximum_bounds_the_quantile() {
        let latent = Tensor::from_slice(&[8.0_f32, -8.0, 8.0, 1.0]).reshape([1, 4, 1, 1]);
        let clip = ClipKind::Percentile {
            ratio: 0.5,
            maximum: 2.0,
        };
        let expected = Tensor::from_slice(&[1.0_f32, -1.0, 1.0, 0.5]);
        assert!(largest_difference(&clip.apply(&latent, 0).flatten(0, -1), &expected) < 1e-7);
    }

    #[test]
    fn static_and_none() {
        let latent = Tensor::from_slice(&[-4.0_f32, 0.5, 4.0]).reshape([1, 3, 1, 1]);
        let bounded = ClipKind::Static.apply(&latent, 30).flatten(0, -1);
        assert_eq!(bounded, Tensor::from_slice(&[-1.0_f32, 0.5, 1.0]));
        assert_eq!(ClipKind::None.apply(&latent, 30), latent);
    }
}
