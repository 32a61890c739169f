//! What a training run can fail at.

use crate::pipeline::PipelineError;
use std::path::{Path, PathBuf};

/// A training run could not be started, continued or written.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// The run file cannot be understood.
    #[error("the run file cannot be used: {reason}; correct it: {}", .path.display())]
    RunFile {
        /// What is wrong, as a clause.
        reason: String,
        /// The run file.
        path: PathBuf,
    },
    /// A setting has no meaning, or contradicts another.
    #[error("`{field}` {reason}; correct it in the run file")]
    Setting {
        /// Name of the setting, with its section.
        field: String,
        /// What is wrong, as a clause.
        reason: String,
    },
    /// Training data cannot be used.
    #[error("{reason}; correct or exclude it: {}", .path.display())]
    Data {
        /// What is wrong, as a clause.
        reason: String,
        /// The file or folder.
        path: PathBuf,
    },
    /// A file could not be read or written.
    #[error("{doing} failed ({source}): {}", .path.display())]
    File {
        /// What was tried.
        doing: &'static str,
        /// The system's answer.
        source: std::io::Error,
        /// The file or folder.
        path: PathBuf,
    },
    /// The run folder already holds a run.
    #[error(
        "the run folder already holds a run; resume it or choose another folder: {}", .path.display()
    )]
    RunExists {
        /// The run folder.
        path: PathBuf,
    },
    /// A run would write among the images that it learns from.
    #[error(
        "the run folder lies among the images that are learned from, and what it writes would be taken for more of them; choose a folder elsewhere: {}", .path.display()
    )]
    OutInside {
        /// The run folder.
        path: PathBuf,
    },
    /// A split that no run wrote stands where a run keeps its own.
    #[error(
        "another split lies where the run would keep its own; choose another run folder, or move the split away: {}", .path.display()
    )]
    OtherSplit {
        /// The split that lies there.
        path: PathBuf,
    },
    /// Another program trains in the run folder.
    #[error(
        "another program trains in this run folder; wait until it ends, or pause it there: {}", .path.display()
    )]
    Busy {
        /// The run folder.
        path: PathBuf,
    },
    /// Whoever watches the run asked for its end before it had anything to keep.
    #[error("the run was stopped")]
    Cancelled,
    /// A run cannot go on with other settings or images than it was begun with.
    #[error(
        "{reason}; go on with what the run was begun with, or begin another run in a new folder: {}", .path.display()
    )]
    Changed {
        /// What is not as it was, as a clause.
        reason: String,
        /// The run folder.
        path: PathBuf,
    },
    /// A run that has a checkpoint lacks the list of its images.
    #[error(
        "the run folder lacks data.json, the list of the images that the run was begun with; bring it back from a copy, or begin another run in a new folder: {}", .path.display()
    )]
    Unlisted {
        /// The run folder.
        path: PathBuf,
    },
    /// A checkpoint does not fit the networks of this run.
    #[error("{reason}; use the run file the checkpoint was made with: {}", .path.display())]
    Checkpoint {
        /// What does not fit, as a clause.
        reason: String,
        /// The checkpoint's folder or file.
        path: PathBuf,
    },
    /// A checkpoint that the run names is not there, or not as it was written.
    #[error(
        "the checkpoint is missing or damaged, and no other can stand in for it; bring it back from a copy, or begin the run again in a new folder: {}", .path.display()
    )]
    Lost {
        /// The checkpoint's folder.
        path: PathBuf,
    },
    /// The optimiser met losses that are not numbers, again and again.
    #[error(
        "{count} iterations in a row gave a loss or gradient that is not finite (the last at iteration {iteration}); lower the learning rate"
    )]
    Diverged {
        /// Iterations in a row.
        count: u32,
        /// Last of them.
        iteration: u64,
    },
    /// libtorch refused an operation.
    #[error("libtorch refused an operation: {0}")]
    Torch(#[from] tch::TchError),
    /// The noise schedule refused a step.
    #[error("{0}")]
    Diffusion(#[from] crate::diffusion::DiffusionError),
    /// A file could not be read, copied or written.
    #[error("{0}")]
    Format(#[from] crate::formats::FormatError),
    /// A dataset or its split cannot be used.
    #[error(transparent)]
    Dataset(#[from] crate::dataset::DatasetError),
    /// A bundle could not be written.
    #[error("{0}")]
    Model(#[from] crate::model::ModelError),
    /// The lungs of a pair could not be looked for.
    #[error("looking for the lungs of a pair failed: {0}")]
    Lungs(PipelineError),
    /// The perceptual loss could not be computed.
    #[error("{0}")]
    Lpips(#[from] crate::model::LpipsError),
}

impl From<PipelineError> for TrainError {
    fn from(err: PipelineError) -> Self {
        match err {
            PipelineError::Cancelled => Self::Cancelled,
            PipelineError::Model(err) => Self::Model(err),
            PipelineError::Torch(err) => Self::Torch(err),
            err => Self::Lungs(err),
        }
    }
}

impl TrainError {
    /// A refused setting.
    pub(crate) fn setting(field: &str, reason: impl Into<String>) -> Self {
        Self::Setting {
            field: field.to_owned(),
            reason: reason.into(),
        }
    }

    /// Refused training data.
    pub(crate) fn data(path: &Path, reason: impl Into<String>) -> Self {
        Self::Data {
            reason: reason.into(),
            path: path.to_owned(),
        }
    }

    /// A checkpoint that does not fit.
    pub(crate) fn checkpoint(path: &Path, reason: impl Into<String>) -> Self {
        Self::Checkpoint {
            reason: reason.into(),
            path: path.to_owned(),
        }
    }

    /// Wraps what the system answered while `doing` something with `path`.
    pub(crate) fn file(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File {
            doing,
            source,
            path,
        }
    }
}
