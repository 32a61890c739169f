//! What outlives the window: files opened lately, and what was open when the last run ended.
//!
//! One small JSON file, written whole under a temporary name and renamed. It says whether its
//! run ended cleanly and which process wrote it, so that a start after a crash can ask whether to
//! go on. It holds paths of patients' files: its folder is the user's own.

mod saved_view;

use super::compare::Compare;
use super::file_id::FileId;
use super::layout::Layout;
use super::look::Links;
use super::state::AppState;
use super::study::Study;
use crate::formats::write_private;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use saved_view::{BundleSettings, SavedView};

/// Most paths in the list of recent files.
pub const MAX_RECENT: usize = 12;
/// Time between two looks at what is open, seconds: as much work as a crash may cost.
const INTERVAL_SECS: f64 = 3.0;
/// Folder that takes the place of the user's own, for tests and portable installations.
const FOLDER_VARIABLE: &str = "DIAPHANE_STATE_DIR";

/// What the window knows of other runs.
#[derive(Debug, Clone, Default)]
pub struct Session {
    /// Paths opened lately, the newest first.
    pub recent: Vec<PathBuf>,
    /// What was open when the last run ended, unless it was restored.
    pub last: Option<SavedDesk>,
    /// The last run broke off: whether to restore is asked.
    pub offered: bool,
    /// The soft-tissue images shown outlive the window.
    pub keeps_results: bool,
    /// Paths that are being searched for radiographs.
    pub(super) opening: Vec<PathBuf>,
}

impl Session {
    /// Puts paths at the head of the recent ones.
    pub(super) fn remember(&mut self, paths: Vec<PathBuf>) {
        for path in paths.into_iter().rev() {
            let path = std::path::absolute(&path).unwrap_or(path);
            self.recent.retain(|other| *other != path);
            self.recent.insert(0, path);
        }
        self.recent.truncate(MAX_RECENT);
    }

    /// Offers this file no more among those of the last run.
    pub(super) fn forget(&mut self, path: &Path) {
        let Some(last) = &mut self.last else {
            return;
        };
        let shown = last.studies.get(last.current).map(|s| s.path.clone());
        last.studies.retain(|study| study.path != path);
        let mut left = last.studies.iter();
        let shown = left.position(|study| Some(&study.path) == shown.as_ref());
        last.current = shown.unwrap_or(0);
        if last.studies.is_empty() {
            self.last = None;
            self.offered = false;
        }
    }
}

/// What was open.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedDesk {
    /// Files, in order.
    pub studies: Vec<SavedStudy>,
    /// Index of the one shown.
    pub current: usize,
    /// File of the prior.
    pub prior: Option<PathBuf>,
    /// The file it was chosen beside.
    #[serde(default)]
    pub prior_beside: Option<PathBuf>,
    /// Arrangement of the views.
    pub layout: Layout,
    /// What moves together.
    pub links: Links,
    /// How original and soft-tissue image were compared.
    pub compare: Compare,
}

/// A file that was open.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SavedStudy {
    /// The file.
    pub path: PathBuf,
    /// How it was looked at, where it was.
    pub view: Option<SavedView>,
    /// It had a soft-tissue image.
    #[serde(default)]
    pub has_result: bool,
}

impl SavedDesk {
    /// What is open now; what is not a file on the disk cannot be opened again.
    pub fn of(state: &AppState) -> Self {
        let path_of = |file: Option<FileId>| Some(state.listed(file?)?.path.clone());
        let saved = |study: &Study| SavedStudy {
            path: study.path.clone(),
            view: state.saved_view(study),
            has_result: study.wants_result || has_result(study),
        };
        Self {
            studies: state.studies.iter().map(saved).collect(),
            current: state.current,
            prior: path_of(state.prior),
            prior_beside: path_of(state.prior_beside),
            layout: state.layout,
            links: state.links,
            compare: state.compare,
        }
    }
}

fn has_result(study: &Study) -> bool {
    let open = study.open();
    open.is_some_and(|open| open.result().is_some() || open.kept.is_wanted)
}

/// The file as it is written.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
struct SessionFile {
    /// The run that wrote it came to its end.
    ended: bool,
    /// Number of the process that wrote it.
    process: u32,
    recent: Vec<PathBuf>,
    desk: SavedDesk,
}

/// How a run of the program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// A person closed the window.
    Closed,
    /// It closed by itself: the next start offers what was open.
    BrokenOff,
}

/// Where sessions are kept, and what was written there last.
#[derive(Debug)]
pub(super) struct SessionStore {
    file: PathBuf,
    written: String,
    /// A write is under way.
    pub(super) writing: bool,
    /// Something was asked for or read since the last look.
    pub(super) touched: bool,
    next_secs: f64,
    /// This run wrote what it had open: what is not any more must not stay there.
    has_written: bool,
}

impl SessionStore {
    /// Reads what the last run left in `folder`; a file that is missing or damaged is no session.
    pub(super) fn open(folder: &Path) -> (Self, Session) {
        let file = folder.join("session.json");
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        let last: SessionFile = serde_json::from_str(&text).unwrap_or_default();
        let has_desk = !last.desk.studies.is_empty();
        let session = Session {
            offered: has_desk && !last.ended && !is_running(last.process),
            keeps_results: true,
            recent: last.recent,
            last: has_desk.then_some(last.desk),
            opening: Vec::new(),
        };
        let store = Self {
            file,
            written: text,
            writing: false,
            touched: false,
            next_secs: 0.0,
            has_written: false,
        };
        (store, session)
    }

    /// What is to be written now, where it is time and something changed; and when to look again,
    /// where something may have changed by then.
    pub(super) fn due(
        &mut self,
        seconds: f64,
        state: &AppState,
    ) -> (Option<Write>, Option<Duration>) {
        if !self.touched || self.writing {
            return (None, None);
        }
        if seconds < self.next_secs {
            let wait = Duration::from_secs_f64(self.next_secs - seconds);
            return (None, Some(wait));
        }
        self.touched = false;
        self.next_secs = seconds + INTERVAL_SECS;
        let text = text_of(state, false);
        let untouched = state.studies.is_empty() && state.session.recent.is_empty();
        if text == self.written || (untouched && !self.has_written) {
            return (None, None);
        }
        self.writing = true;
        self.has_written = true;
        self.written.clone_from(&text);
        let file = self.file.clone();
        (Some(Write { file, text }), None)
    }

    /// Writes how the run ended, here and now.
    pub(super) fn end(&mut self, state: &AppState, ending: Ending) -> Result<(), String> {
        let text = text_of(state, ending == Ending::Closed);
        let file = self.file.clone();
        Write { file, text }.run()
    }
}

/// The file of a run that shows `state`.
fn text_of(state: &AppState, ended: bool) -> String {
    let desk = if state.studies.is_empty() {
        // Nothing was opened yet: what was open before can still be asked for.
        state.session.last.clone().unwrap_or_default()
    } else {
        SavedDesk::of(state)
    };
    let file = SessionFile {
        ended,
        process: std::process::id(),
        recent: state.session.recent.clone(),
        desk,
    };
    serde_json::to_string_pretty(&file).unwrap_or_default()
}

/// A session on its way to the disk.
pub(super) struct Write {
    file: PathBuf,
    text: String,
}

impl Write {
    /// Writes it.
    pub(super) fn run(self) -> Result<(), String> {
        write_private(&self.file, self.text.as_bytes()).map_err(|err| err.to_string())
    }
}

/// Whether a process of this number runs, where the system tells without asking it: another window
/// that is still open has not crashed.
fn is_running(process: u32) -> bool {
    if process == 0 || process == std::process::id() {
        return false;
    }
    // Numbers are given again: another program under it is not a window of this one.
    let program = std::fs::read_link(format!("/proc/{process}/exe"));
    program.is_ok_and(|program| std::env::current_exe().is_ok_and(|own| own == program))
}

/// The folder for sessions: `DIAPHANE_STATE_DIR`, else the system's place for what programs
/// remember of a user.
pub(super) fn state_folder() -> Option<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    if let Some(folder) = variable(FOLDER_VARIABLE) {
        return Some(folder.into());
    }
    let home = || variable("HOME").map(PathBuf::from);
    let base = if cfg!(windows) {
        variable("LOCALAPPDATA").map(PathBuf::from)
    } else if cfg!(target_os = "macos") {
        home().map(|home| home.join("Library/Application Support"))
    } else {
        let stated = variable("XDG_STATE_HOME").map(PathBuf::from);
        stated.or_else(|| home().map(|home| home.join(".local/state")))
    };
    base.map(|base| base.join("diaphane"))
}

#[cfg(test)]
mod tests;
