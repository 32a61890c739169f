//! What the window asks the reader: decisions, and paths to be typed.

use std::path::PathBuf;

/// What the reader must decide before the window does what was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// The networks were not made for the study shown: run them all the same?
    SuppressAnyway,
    /// The networks were not made for the study shown: make a grid of settings all the same?
    SweepAnyway,
    /// Some of the files to be written are there: replace them?
    Replace {
        /// Where the soft-tissue image goes.
        picture: PathBuf,
        /// Number of the study it is of.
        study: u64,
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
    /// Where the soft-tissue image of the study with this number is written.
    Save(u64),
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
