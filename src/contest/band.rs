//! How far results lie from the truth, beside what their uncertainty says.

use super::{Case, pictures};
use crate::evidence::Row;
use crate::metrics::{ErrorBand, KnownPixel};
use crate::pipeline::{SuppressionResult, uncertainty_full_scale};
use crate::radiograph::FloatImage;

/// Column of the share of pixels that a band holds.
const COVERAGE_COLUMN: &str = "band_holds";
/// Column of the band's mean half-width.
const WIDTH_COLUMN: &str = "band_width";
/// Standard deviations to each side of a normal distribution that hold 95 % of it.
const NORMAL_95: f64 = 1.959_964;

impl Case {
    /// Pixels of the lungs with what the result's uncertainty says of them and how far they lie from the truth, at most
    /// `most`, evenly spread; none for a case without a lung mask or a result of one seed. `predicted` is what
    /// [`Self::predicted`] makes of the result.
    pub fn known_pixels(
        &self,
        result: &SuppressionResult,
        predicted: &FloatImage,
        most: usize,
    ) -> Vec<KnownPixel> {
        let scale = uncertainty_full_scale(&self.radiograph).filter(|&scale| scale > 0.0);
        let (Some(uncertainty), Some(mask), Some(scale)) =
            (&result.uncertainty, self.mask(), scale)
        else {
            return Vec::new();
        };
        let size = Some(self.soft.size());
        let shown = uncertainty.map(|&value| (f64::from(value) / scale) as f32);
        let deviation = pictures::fitted(shown, size);
        let taken = pictures::fitted(result.bone.map(|&value| value.abs()), size);
        let mask = mask.raster().values().iter().enumerate();
        let inside: Vec<usize> = mask.filter(|&(_, &v)| v != 0).map(|(i, _)| i).collect();
        let count = inside.len().min(most);
        let pixels = (0..count).filter_map(|n| {
            let &index = inside.get(n * inside.len() / count)?;
            let at = |values: &[f32]| values.get(index).map(|&value| f64::from(value));
            Some(KnownPixel {
                deviation: at(deviation.values())?,
                taken: at(taken.values())?,
                error: (at(predicted.values())? - at(self.soft.values())?).abs(),
            })
        });
        pixels.collect()
    }

    /// Share of the lungs' pixels that the result's 95 % band holds, and its mean half-width; nothing for a result of one
    /// seed. Without a measured band it is that of a normal distribution with the deviation over the seeds.
    pub fn band_columns(&self, result: &SuppressionResult, predicted: &FloatImage) -> Row {
        if result.uncertainty.is_none() {
            return Row::new();
        }
        let is_band = result.uncertainty_band.is_some();
        let band = ErrorBand {
            seed_factor: if is_band { 1.0 } else { NORMAL_95 },
            taken_share: 0.0,
            floor: 0.0,
            num_seeds: result.seeds.len() as u32,
        };
        let pixels = self.known_pixels(result, predicted, usize::MAX);
        vec![
            (COVERAGE_COLUMN, band.coverage(&pixels)),
            (WIDTH_COLUMN, band.mean_half_width(&pixels)),
        ]
    }
}
