//! What the window asks the reader: decisions, and paths to be typed.

use super::file_id::FileId;
use super::runs::ResultId;
use std::path::PathBuf;

/// The run that waits for the reader's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskedRun {
    /// A new picture, with a new seed where none is kept.
    Suppress,
    /// The picture of what is set, the seed and the edited mask as they are.
    AsSet,
    /// A grid of settings.
    Sweep,
    /// A synthetic nodule.
    Nodule,
}

/// What the reader must decide before the window does what was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// The networks were not made for this study: run them all the same?
    SuppressAnyway {
        /// The study.
        study: FileId,
        /// What was asked for.
        run: AskedRun,
    },
    /// Something of these files that was not saved would be lost: take them off the list?
    TakeOff {
        /// The files.
        files: Vec<FileId>,
    },
    /// Soft-tissue images were not saved: end the program all the same?
    Quit,
    /// Some of the files to be written are there: replace them?
    Replace {
        /// Where the soft-tissue image goes.
        picture: PathBuf,
        /// Which one it is.
        result: ResultId,
        /// The files that are there.
        existing: Vec<PathBuf>,
    },
}

/// What a typed path is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathPurpose {
    /// Files and folders to open.
    Open,
    /// The folder of a bundle.
    Bundle,
    /// The file of an adapter.
    Adapter,
    /// Where this soft-tissue image is written.
    Save(ResultId),
}

/// The line a path is typed into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathBox {
    /// What the path is for.
    pub purpose: PathPurpose,
    /// What was typed so far.
    pub text: String,
    /// Why a path must be typed, where the reader asked for a dialog.
    pub notice: Option<String>,
}
