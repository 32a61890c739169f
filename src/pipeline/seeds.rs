//! The results of several seeds as one, with what the noise changes.

use super::restore::Restored;
use super::{PipelineError, SuppressionRequest};
use crate::display::GreyScale;
use crate::radiograph::{FloatImage, Radiograph, ShapeError};

/// Most seeds whose mean is one result.
pub const MOST_SEEDS: usize = 1000;

impl SuppressionRequest {
    /// Refuses a number of seeds that no result is the mean of.
    ///
    /// # Errors
    /// [`PipelineError::Setting`].
    pub(super) fn check(&self) -> Result<(), PipelineError> {
        if (1..=MOST_SEEDS).contains(&self.num_seeds) {
            return Ok(());
        }
        Err(PipelineError::Setting {
            name: "the number of seeds",
            value: self.num_seeds.to_string(),
            range: "1 to 1000",
        })
    }

    /// The seeds of the noise, one after another from that of the settings.
    pub fn seeds(&self) -> Vec<u64> {
        let first = self.settings.seed;
        (0..self.num_seeds as u64)
            .map(|i| first.wrapping_add(i))
            .collect()
    }
}

/// Modality units between black and white of the radiograph's first window: the scale under which an uncertainty is
/// written to a file; `None` without a window.
pub fn uncertainty_full_scale(radiograph: &Radiograph) -> Option<f64> {
    let scale = GreyScale::new(radiograph, radiograph.vois.first()?);
    Some((scale.modality_from_display(1.0) - scale.modality_from_display(0.0)).abs())
}

/// What one seed made.
pub(super) struct SeedRun {
    pub(super) restored: Restored,
    /// Fused picture on the model's grid without padding, display units.
    pub(super) fused: FloatImage,
}

/// Means and a standard deviation, taken up as the seeds come: however many there are, one set of pictures is kept.
#[derive(Default)]
pub(super) struct SeedMean {
    mean: Option<SeedRun>,
    /// Sum of squared deviations of the soft-tissue images from their mean.
    squares: Option<FloatImage>,
    count: usize,
}

impl SeedMean {
    /// Takes up one more result (Welford's recurrence: small deviations of large values survive it).
    ///
    /// # Errors
    /// [`PipelineError::Shape`] where it lies on another grid than those before.
    pub(super) fn add(&mut self, run: SeedRun) -> Result<(), PipelineError> {
        self.count += 1;
        let Some(mean) = &mut self.mean else {
            self.mean = Some(run);
            return Ok(());
        };
        let share = 1.0 / self.count as f32;
        let toward = |mean: &FloatImage, new: &FloatImage| -> Result<FloatImage, ShapeError> {
            mean.zip_map(new, |mean, v| mean + (v - mean) * share)
        };
        let (kept, new) = (&mut mean.restored, &run.restored);
        let before = kept
            .soft_tissue
            .zip_map(&new.soft_tissue, |mean, v| v - mean)?;
        kept.soft_tissue = toward(&kept.soft_tissue, &new.soft_tissue)?;
        let after = new
            .soft_tissue
            .zip_map(&kept.soft_tissue, |v, mean| v - mean)?;
        let product = before.zip_map(&after, |before, after| before * after)?;
        self.squares = Some(match self.squares.take() {
            Some(squares) => squares.zip_map(&product, |sum, product| sum + product)?,
            None => product,
        });
        kept.bone = toward(&kept.bone, &new.bone)?;
        if let (Some(gate), Some(new)) = (&mut kept.gate, &new.gate) {
            *gate = toward(gate, new)?;
        }
        mean.fused = toward(&mean.fused, &run.fused)?;
        Ok(())
    }

    /// The mean, with the sample standard deviation of the soft-tissue images where there is more than one;
    /// `None` where there is none.
    pub(super) fn finish(self) -> Option<(SeedRun, Option<FloatImage>)> {
        let degrees = self.count.saturating_sub(1) as f32;
        let deviation = |squares: FloatImage| squares.map(|sum| (sum / degrees).max(0.0).sqrt());
        Some((self.mean?, self.squares.map(deviation)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::radiograph::Raster;

    fn run(soft: f32) -> SeedRun {
        SeedRun {
            restored: Restored {
                soft_tissue: Raster::new(2, 1, vec![soft, 5.0]).unwrap(),
                bone: Raster::filled(2, 1, 1.0 - soft),
                gate: Some(Raster::filled(2, 1, soft)),
            },
            fused: Raster::filled(1, 1, soft),
        }
    }

    fn mean_of(runs: &[f32]) -> Option<(SeedRun, Option<FloatImage>)> {
        let mut mean = SeedMean::default();
        for &soft in runs {
            mean.add(run(soft)).unwrap();
        }
        mean.finish()
    }

    #[test]
    fn seeds_give_mean_and_sample_deviation() {
        let (mean, deviation) = mean_of(&[0.2, 0.4, 0.6]).unwrap();
        assert!((mean.restored.soft_tissue.values()[0] - 0.4).abs() < 1e-6);
        assert!((mean.restored.bone.values()[1] - 0.6).abs() < 1e-6);
        assert!((mean.restored.gate.unwrap().values()[1] - 0.4).abs() < 1e-6);
        assert!((mean.fused.values()[0] - 0.4).abs() < 1e-6);
        // statistics.stdev([0.2, 0.4, 0.6]); the second pixel is the same under every seed.
        let deviation = deviation.unwrap();
        assert!((deviation.values()[0] - 0.2).abs() < 1e-6);
        assert_eq!(deviation.values()[1].to_bits(), 0.0_f32.to_bits());
    }

    #[test]
    fn one_seed_has_no_deviation_and_none_no_mean() {
        let (mean, deviation) = mean_of(&[0.5]).unwrap();
        assert_eq!(mean.restored.soft_tissue.values(), [0.5, 5.0]);
        assert!(deviation.is_none());
        assert!(mean_of(&[]).is_none());
    }
}
