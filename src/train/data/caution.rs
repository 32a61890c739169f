//! What a person should know of the images before a run begins.

use super::Dataset;
use crate::train::RunConfig;
use crate::train::found_lungs::{FOUND_LUNGS, FoundLungs, learns_in_lungs};

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
        unchecked
            .chain(self.found_lungs(config))
            .chain(self.without_any_lungs(config))
            .collect()
    }

    /// Where lungs were found that nobody drew.
    fn found_lungs(&self, config: &RunConfig) -> Option<String> {
        let &FoundLungs { found, .. } = &self.lungs;
        (found > 0).then(|| {
            format!(
                "{found} of {} pairs have no lung mask: their lungs were found by the base's segmenter, and the local path \
                 learns from what was found; look at it: {}",
                self.num_training(),
                config.out.join(FOUND_LUNGS).display()
            )
        })
    }

    /// Where the local path is to be trained and has nothing to be trained on.
    fn without_any_lungs(&self, config: &RunConfig) -> Option<String> {
        let all = self.num_training();
        let lacking = self.training().filter(|(sample, _)| sample.lungs.is_none());
        let without = lacking.count();
        if without == 0 || !learns_in_lungs(config) {
            return None;
        }
        let why = match self.lungs.not_found {
            0 => "have no lung mask, and the run has no base whose segmenter could find lungs",
            _ => "have no lung mask, and two lungs were not found in them",
        };
        Some(format!(
            "{without} of {all} pairs {why}: the local path, which shows the lungs, learns nothing from them; lay a mask \
             beside each as NAME_lungmask.png (`diaphane segment` writes one)"
        ))
    }
}
