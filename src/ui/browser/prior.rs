//! A prior beside the current radiograph: which one, and whether it is of the same patient.

use crate::ui::state::AppState;
use crate::ui::study::{OpenStudy, Study};

/// Why the prior may be of another patient than `current`, in a sentence; `None` where both files
/// state the same patient.
pub fn prior_warning(current: &Study, prior: &Study) -> Option<String> {
    let (Some(current), Some(prior)) = (&current.identity, &prior.identity) else {
        return Some("The prior is not read yet.".to_owned());
    };
    current.other_patient(prior).map(str::to_owned)
}

impl AppState {
    /// The entry chosen as prior; none while it is the one shown itself.
    pub fn prior_entry(&self) -> Option<&Study> {
        let path = self.prior.as_ref()?;
        let index = self.studies.iter().position(|study| study.path == *path)?;
        (index != self.current).then(|| self.studies.get(index))?
    }

    /// The prior, where it is open.
    pub fn prior_study(&self) -> Option<&OpenStudy> {
        self.prior_entry()?.open()
    }

    /// Why the prior may be of another patient than the study shown; `None` without a prior too.
    pub fn prior_doubt(&self) -> Option<String> {
        prior_warning(self.studies.get(self.current)?, self.prior_entry()?)
    }
}
