//! What file work ends with.

use super::training::TrainingWork;
use super::{DialogKind, FileId};
use crate::formats::{Found, TagTree};
use crate::radiograph::Polarity;
use crate::ui::measuring::MeasureEvent;
use crate::ui::preview::Preview;
use crate::ui::runs::ResultId;
use crate::ui::study::OpenStudy;
use crate::worker::KeptResult;
use std::path::PathBuf;
use std::sync::Arc;

/// What became of file work.
pub enum FileEvent {
    /// Radiographs found in files and folders, and what was passed over.
    Found(Found),
    /// A file was read, or one sentence says why not.
    Read(FileId, Result<Box<OpenStudy>, String>),
    /// What the browser shows of a file was made, or one sentence says why not.
    Previewed(PathBuf, Result<Box<Preview>, String>),
    /// The DICOM tags of a file, or one sentence says why there are none.
    Tags(PathBuf, Result<Arc<TagTree>, String>),
    /// What is open was written down for the next start, or one sentence says why not.
    SessionKept(Result<(), String>),
    /// What the reader said of folders was written down, or one sentence says why not.
    FoldersKept(Result<(), String>),
    /// A picture was written with its certificate, or one sentence says why neither was.
    Saved(Result<Saved, String>),
    /// The result shown was written down for the next start, or one sentence says why not.
    ResultKept(Result<(), String>),
    /// The result kept of a file that had this polarity, or one sentence says why it was not read.
    ResultRead(FileId, Polarity, Result<Option<Box<KeptResult>>, String>),
    /// Work on measures ended.
    Measures(MeasureEvent),
    /// Work for the training window ended.
    Training(TrainingWork),
    /// The reader closed a dialog without choosing.
    ChoseNothing,
    /// The reader chose files to open.
    ChoseFiles(Vec<PathBuf>),
    /// The reader chose a bundle.
    ChoseBundle(PathBuf),
    /// The reader chose an adapter.
    ChoseAdapter(PathBuf),
    /// The reader chose where to write the soft-tissue image of this study.
    ChoseOutput(PathBuf, ResultId),
    /// The dialog for this could not be opened.
    DialogMissing(DialogKind),
}

/// How far the walk through folders is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SearchProgress {
    /// Files looked at.
    pub num_seen: usize,
    /// Files among them that may be radiographs.
    pub num_found: usize,
}

/// Where a picture and its certificate were written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// Which result it is.
    pub result: ResultId,
    /// The soft-tissue image.
    pub picture: PathBuf,
    /// Its certificate.
    pub certificate: PathBuf,
}
