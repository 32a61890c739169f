//! Who makes better soft-tissue images: candidates and the model in force on the same cases.
//!
//! Owns a pair as it is scored, the locked test pairs, the reference set of phantoms, and the contest of several bundles
//! on both, and the trial of one bundle on synthetic nodules; what comes of it is plain data, a page, and where it was deserved a promotion. Knows no window, no command
//! line and no thread: whoever runs a contest watches it, and may stop it, through an [`Observer`].
//!
//! ```text
//! folder, split ─► TestSet ─┐
//! phantoms ─► reference set ┼─► run ─► ContestOutcome ─┬─► Page (HTML), JSON
//! bundles ─► Contender ─────┘                          └─► promote ─► site
//! ```

mod band;
mod case;
mod error;
mod gallery;
mod kept;
mod kept_outcome;
mod locked;
mod nodules;
mod outcome;
mod pictures;
mod predictor;
mod reference;
mod run;
mod test_set;

pub use case::Case;
pub use error::ContestError;
pub use gallery::Gallery;
pub use kept_outcome::KeptOutcome;
pub use nodules::{NoduleChoice, NoduleOutcome, NodulePlan};
pub use outcome::{Candidate, ContestOutcome, Contestant, JudgedCase, Scores, simulated_caution};
pub use pictures::{fit_mask, shown, soft_tissue};
pub use predictor::{ContestStep, Observer, Unobserved};
pub use reference::COUNT as NUM_REFERENCE_CASES;
pub use run::{Contender, ContestPlan, run};
pub use test_set::{PairFolders, TestSet};

use std::path::Path;

/// SHA-256 of a file.
fn sha256_of(path: &Path) -> Result<String, ContestError> {
    let digest = crate::formats::sha256_of_file(path).map_err(|source| ContestError::Io {
        path: path.to_owned(),
        source,
    })?;
    Ok(digest.0)
}
