//! What a person should know of the images before a run begins.

use super::Dataset;
use crate::train::{RunConfig, TrainStage};

impl Dataset {
    /// A sentence each.
    pub(in crate::train) fn cautions(&self, config: &RunConfig) -> Vec<String> {
        let unchecked = self.unchecked.iter().map(|folder| {
            format!(
                "no split covers these pairs: nothing says that they were checked, and none is kept for a test; \
                 see `diaphane dataset check` and `split`: {}",
                folder.display()
            )
        });
        unchecked.chain(self.without_lungs(config)).collect()
    }

    /// Where the local path is to be trained and has nothing to be trained on.
    fn without_lungs(&self, config: &RunConfig) -> Option<String> {
        let loss = &config.loss.denoiser;
        let is_latent = matches!(config.stage, TrainStage::Denoiser | TrainStage::Distill);
        let all = self.num_training();
        let without = self
            .training()
            .filter(|(sample, _)| sample.lungs.is_none())
            .count();
        if !is_latent || without == 0 || (loss.local_share <= 0.0 && loss.lung_weight <= 0.0) {
            return None;
        }
        Some(format!(
            "{without} of {all} pairs have no lung mask, and the local path, which shows the lungs, learns nothing from \
             them; `diaphane segment` finds lungs: lay what it writes beside the pairs as NAME_lungmask.png"
        ))
    }
}
