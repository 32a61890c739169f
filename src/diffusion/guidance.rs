//! How a second prediction steers the local path.

use tch::Tensor;

/// What stands in the middle term of the local path's guidance,
/// `eps~ = (1 - w) reference + w eps(z_local, c_local)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Guidance {
    /// Local-Enhanced Guidance: `eps(z_local, c_global)` (GL-LCM, Eq. 4 in the form of Fig. 1).
    Leg,
    /// Classifier-free guidance: `eps(z_local, 0)`.
    Cfg,
    /// None: the local condition alone, whatever the weight.
    Vanilla,
    /// Form that runs in the authors' released code: fresh noise divided by the standard deviation
    /// of the local prediction. No global term at all.
    AuthorsLive,
    /// Form left as a comment in the authors' released code: `eps(z_global, c_global)`.
    AuthorsCommented,
}

impl Guidance {
    /// Whether the local path needs a reference besides its own prediction at this weight.
    pub fn needs_reference(self, weight: f64) -> bool {
        self != Self::Vanilla && (weight - 1.0).abs() > f64::EPSILON
    }
}

/// `(1 - weight) reference + weight local`.
///
/// # Shapes
/// All `[B, C, h, w]`.
///
/// # Source
/// GL-LCM, Eq. 4.
pub(super) fn guided(local: &Tensor, reference: &Tensor, weight: f64) -> Tensor {
    reference * (1.0 - weight) + local * weight
}

/// Reference of [`Guidance::AuthorsLive`]: `noise / std(local)`, the unbiased standard deviation over all
/// channels of each output, untrained ones included (the authors' batch size is 1).
///
/// # Shapes
/// `noise`: `[B, C, h, w]`; `local`: `[B, C', h, w]` with `C' >= C`, all channels the network gives.
pub(super) fn live_reference(noise: &Tensor, local: &Tensor) -> Tensor {
    noise / local.std_dim([1_i64, 2, 3].as_slice(), true, true)
}

#[cfg(test)]
mod tests {
    use tch::{Device, Kind};

    use super::*;

    #[test]
    fn weight_three_extrapolates_away_from_the_reference() {
        let reference = Tensor::from_slice(&[1.0_f32, 2.0]);
        let local = Tensor::from_slice(&[2.0_f32, 0.0]);
        assert_eq!(
            guided(&local, &reference, 3.0),
            Tensor::from_slice(&[4.0_f32, -4.0])
        );
    }

    #[test]
    fn weight_one_needs_no_reference() {
        assert!(!Guidance::Leg.needs_reference(1.0));
        assert!(Guidance::Leg.needs_reference(3.0));
        assert!(!Guidance::Vanilla.needs_reference(3.0));
    }

    #[test]
    fn live_reference_uses_all_channels_of_each_output() {
        let noise = Tensor::ones([2, 1, 1, 2], (Kind::Float, Device::Cpu));
        // Unbiased deviations: sqrt(5 / 3) of 1, 2, 3, 4 and twice that.
        let first = Tensor::from_slice(&[1.0_f32, 2.0, 3.0, 4.0]).reshape([1, 2, 1, 2]);
        let local = Tensor::cat(&[first.shallow_clone(), first * 2.0], 0);
        let reference = live_reference(&noise, &local).flatten(1, -1);
        let deviation = (5.0_f64 / 3.0).sqrt();
        assert!((reference.double_value(&[0, 1]) - 1.0 / deviation).abs() < 1e-6);
        assert!((reference.double_value(&[1, 0]) - 0.5 / deviation).abs() < 1e-6);
    }
}
