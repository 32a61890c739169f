//! A registered copy of the pairs: where it goes, how far it is, and what came of it.

use super::wizard::{Attempt, CheckProgress};
use crate::dataset::{Outcome, RegisteredCopy};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What the name of a copy's folder has behind that of the pairs.
const ENDING: &str = "_registered";

/// A registered copy of the pairs.
#[derive(Debug, Clone, Default)]
pub struct Registering {
    /// Its folder, as it is typed.
    pub out: String,
    /// How far it is.
    pub progress: Option<Arc<CheckProgress>>,
    /// What became of each pair of the copy, which is gone on with; or why there is no copy.
    pub made: Attempt<RegisteredCopy>,
    /// The folder of a copy that was stopped: one that is made there again takes its place.
    pub(in crate::ui) stopped: Option<PathBuf>,
}

impl Registering {
    /// A copy beside the folder of the pairs, as that is typed.
    pub(in crate::ui) fn beside(pairs: &str) -> Self {
        let pairs = Path::new(pairs.trim().trim_matches(['"', '\'']));
        let name = pairs.file_name().map(|name| {
            let mut name = name.to_owned();
            name.push(ENDING);
            name
        });
        let out = name.map(|name| pairs.with_file_name(name).display().to_string());
        Self {
            out: out.unwrap_or_default(),
            ..Self::default()
        }
    }

    /// The copy is being made.
    pub fn is_running(&self) -> bool {
        self.progress.is_some()
    }

    /// Ends it after the pairs under way; until then it goes on.
    pub(in crate::ui) fn stop(&self) {
        if let Some(progress) = &self.progress {
            progress.stop();
        }
    }

    /// A copy was stopped and is not whole.
    pub fn is_stopped(&self) -> bool {
        self.stopped.is_some() && !self.is_running()
    }
}

/// How many pairs of a copy had this come of them.
pub fn count_of(copy: &RegisteredCopy, outcome: Outcome) -> usize {
    let pairs = copy.pairs.iter();
    pairs.filter(|pair| pair.outcome == outcome).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_proposed_beside_its_pairs() {
        let proposed = |pairs: &str| Registering::beside(pairs).out;
        assert_eq!(proposed("/data/pairs"), "/data/pairs_registered");
        assert_eq!(
            proposed(" \"/data/my pairs/\" "),
            "/data/my pairs_registered"
        );
        assert_eq!(proposed("pairs"), "pairs_registered");
        assert_eq!([proposed(""), proposed("/")], ["", ""]);
    }
}
