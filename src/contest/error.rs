//! What can go wrong in a contest.

use crate::dataset::DatasetError;
use crate::formats::FormatError;
use crate::metrics::MetricsError;
use crate::model::{ModelError, SiteError};
use crate::pipeline::PipelineError;
use crate::radiograph::ShapeError;
use crate::simulate::SimulateError;
use std::path::PathBuf;

/// Why there is no outcome.
#[derive(Debug, thiserror::Error)]
pub enum ContestError {
    /// The observer asked for an end.
    #[error("judging was cancelled")]
    Cancelled,
    /// A radiograph has no window to be shown under.
    #[error("the radiograph has no window")]
    NoWindow,
    /// A mask is of another picture.
    #[error(
        "the lung mask has {} x {} pixels and the radiograph {} x {}; give the mask of this radiograph",
        mask.0, mask.1, radiograph.0, radiograph.1
    )]
    MaskShape {
        /// Width and height of the mask.
        mask: (usize, usize),
        /// Width and height of the radiograph.
        radiograph: (usize, usize),
    },
    /// There is no place for a nodule that is to be laid on a radiograph.
    #[error("{0}")]
    Place(String),
    /// The pairs' own masks are to be used, and one has none.
    #[error("{name} has no lung mask; leave --given-masks out")]
    NoMask {
        /// Name of the pair.
        name: String,
    },
    /// The test pairs cannot be told.
    #[error("the test part of {} cannot be used: {reason}", split.display())]
    TestPart {
        /// The split's file.
        split: PathBuf,
        /// Why not, and what to do.
        reason: String,
    },
    /// Nobody can tell which files belong together.
    #[error("{text} ({})", folder.display())]
    Ambiguous {
        /// Which files, and what to do.
        text: String,
        /// The folder of the pairs.
        folder: PathBuf,
    },
    /// A bundle is another one than when the contest began.
    #[error("the bundle {} was changed while it was judged; begin again", folder.display())]
    Changed {
        /// Its folder.
        folder: PathBuf,
    },
    /// One case could not be made; without it nobody is judged.
    #[error("{} with {model}: {source}", file.display())]
    Case {
        /// The radiograph.
        file: PathBuf,
        /// The contestant.
        model: String,
        /// Why not.
        source: Box<ContestError>,
    },
    /// What an earlier judging left cannot be understood.
    #[error("the evidence that was kept cannot be read ({reason}); judge the run again: {}", path.display())]
    Kept {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A candidate is to be promoted that did not pass.
    #[error("the candidate did not pass every check and is not promoted")]
    NotPassed,
    /// A file could not be hashed.
    #[error("cannot read {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A file cannot be read or written.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// The pairs or the split cannot be read.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// The networks could not run.
    #[error(transparent)]
    Pipeline(#[from] PipelineError),
    /// A bundle cannot be read.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The site's folder cannot be used.
    #[error(transparent)]
    Site(#[from] SiteError),
    /// A score could not be computed.
    #[error(transparent)]
    Metrics(#[from] MetricsError),
    /// Two pictures that should share a grid do not.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// A phantom of the reference set could not be drawn.
    #[error(transparent)]
    Simulate(#[from] SimulateError),
}
