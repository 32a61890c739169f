//! How far the truth may lie from a soft-tissue image: a band that is measured, not believed.
//!
//! The standard deviation over seeds says what the noise changes, and is far smaller than the error. Where bone was
//! taken there is more to be wrong about than where nothing was. A band of both is fitted to known pairs by quantile
//! regression (Koenker and Bassett, Econometrica 46, 1978) so that it holds the truth in a stated share of pixels.

mod fit;

use serde::{Deserialize, Serialize};

/// Share of the pixels in which a band holds the truth, where nothing else is said.
pub const BAND_LEVEL: f64 = 0.95;

/// Half-width of a band about a soft-tissue image, in which the truth lies in [`BAND_LEVEL`] of the pixels of the lungs:
///
/// ```text
/// half-width = seed_factor * deviation + taken_share * |bone layer| + floor        display units
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ErrorBand {
    /// Times the standard deviation over the seeds.
    pub seed_factor: f64,
    /// Share of what was taken off the radiograph.
    pub taken_share: f64,
    /// What is uncertain everywhere, display units (1: the range from black to white).
    pub floor: f64,
    /// Number of seeds whose deviation it was measured with.
    pub num_seeds: u32,
}

/// A pixel of a soft-tissue image whose truth is known; display units, none below 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KnownPixel {
    /// Standard deviation over the seeds.
    pub deviation: f64,
    /// Magnitude of the bone layer.
    pub taken: f64,
    /// Magnitude of the difference from the truth.
    pub error: f64,
}

impl ErrorBand {
    /// Half-width at a pixel, display units.
    pub fn half_width(&self, deviation: f64, taken: f64) -> f64 {
        self.seed_factor * deviation + self.taken_share * taken.abs() + self.floor
    }

    /// Share of pixels whose truth lies within the band; `None` without a pixel.
    pub fn coverage(&self, pixels: &[KnownPixel]) -> Option<f64> {
        let held = |p: &&KnownPixel| p.error <= self.half_width(p.deviation, p.taken);
        let held = pixels.iter().filter(held).count();
        (!pixels.is_empty()).then(|| held as f64 / pixels.len() as f64)
    }

    /// Mean half-width, display units; `None` without a pixel.
    pub fn mean_half_width(&self, pixels: &[KnownPixel]) -> Option<f64> {
        let widths = pixels.iter().map(|p| self.half_width(p.deviation, p.taken));
        (!pixels.is_empty()).then(|| widths.sum::<f64>() / pixels.len() as f64)
    }

    /// The narrow band of this form that holds the truth in `level` of the pixels: that of the least pinball loss with no
    /// coefficient below 0, made wider or narrower as a whole until it holds that share, which the bound on the
    /// coefficients can move. `None` without a pixel.
    pub fn fitted(pixels: &[KnownPixel], level: f64, num_seeds: u32) -> Option<Self> {
        let [seed_factor, taken_share, floor] = fit::coefficients(pixels, level)?;
        let shape = Self {
            seed_factor,
            taken_share,
            floor,
            num_seeds,
        };
        let ratios = pixels.iter().map(|p| {
            let width = shape.half_width(p.deviation, p.taken);
            // No band is wide enough where it has no width and the truth lies elsewhere.
            if p.error > 0.0 { p.error / width } else { 0.0 }
        });
        let scale = fit::quantile(&mut ratios.collect::<Vec<f64>>(), level);
        let scale = scale.filter(|scale| scale.is_finite()).unwrap_or(1.0);
        Some(Self {
            seed_factor: scale * seed_factor,
            taken_share: scale * taken_share,
            floor: scale * floor,
            num_seeds,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pixel(deviation: f64, taken: f64, error: f64) -> KnownPixel {
        KnownPixel {
            deviation,
            taken,
            error,
        }
    }

    #[test]
    fn a_band_is_the_sum_of_its_parts() {
        let band = ErrorBand {
            seed_factor: 2.0,
            taken_share: 0.25,
            floor: 0.01,
            num_seeds: 4,
        };
        assert!((band.half_width(0.02, -0.2) - 0.1).abs() < 1e-12);
        let pixels = [
            pixel(0.0, 0.0, 0.009),
            pixel(0.0, 0.0, 0.011),
            pixel(0.02, 0.2, 0.099),
            pixel(0.02, 0.2, 0.02),
        ];
        assert_eq!(band.coverage(&pixels), Some(0.75));
        assert!((band.mean_half_width(&pixels).unwrap() - 0.055).abs() < 1e-12);
        assert_eq!(
            (band.coverage(&[]), band.mean_half_width(&[])),
            (None, None)
        );
        assert_eq!(ErrorBand::fitted(&[], BAND_LEVEL, 4), None);
    }

    /// The bound on the coefficients is felt here: what was taken says nothing.
    #[test]
    fn a_band_holds_what_it_says_of_its_own_pixels() {
        let spread = |i: u32| f64::from((i * 37) % 101) / 101.0;
        let pixels: Vec<KnownPixel> = (0..400)
            .map(|i| {
                let deviation = 0.01 * spread(i + 7);
                pixel(
                    deviation,
                    0.1 * spread(i + 50),
                    0.2 * deviation * spread(i) + 1e-4,
                )
            })
            .collect();
        for level in [0.5, 0.9, BAND_LEVEL] {
            let band = ErrorBand::fitted(&pixels, level, 4).unwrap();
            let held = band.coverage(&pixels).unwrap();
            assert!((held - level).abs() < 0.006, "{level} {held}");
        }
    }
}
