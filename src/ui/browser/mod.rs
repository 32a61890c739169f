//! The study browser's state: what was opened, as a tree of patients, studies and series.
//!
//! The tree is built when the list of files, the search or what is folded changes, and never while
//! a frame is drawn; a frame reads rows. What an image's row says of its run is asked of
//! [`super::AppState`] at the moment it is drawn.

mod prior;
mod status;
mod tree;

pub use prior::{PriorMoves, prior_warning};
pub use status::ImageStatus;
pub use tree::{BrowserRow, Level, RowKind};

use super::state::AppState;
use crate::formats::Skipped;
use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::PathBuf;

/// Most files passed over that are listed; a folder of other things is not worth more rows.
const MAX_SKIPPED: usize = 500;

/// When the browser is on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Visibility {
    /// As soon as there is more than one thing to choose from.
    #[default]
    WhenUseful,
    /// Always.
    Shown,
    /// Never.
    Hidden,
}

/// What the study browser shows.
#[derive(Debug, Clone, Default)]
pub struct Browser {
    /// When it is on the screen.
    pub visibility: Visibility,
    /// What is searched for; empty shows everything.
    pub search: String,
    /// The search field is to take the keys.
    pub wants_search: bool,
    /// Rows from top to bottom, folded ones left out.
    pub rows: Vec<BrowserRow>,
    /// Indices of all studies in the order of the tree, searched for or not.
    pub order: Vec<usize>,
    /// Files that were passed over, with the reason.
    pub skipped: Vec<Skipped>,
    /// Keys of the groups that are folded, or, where they begin folded, unfolded.
    pub(super) turned: BTreeSet<String>,
    /// File whose thumbnail is being made.
    pub(super) in_work: Option<PathBuf>,
    /// Hash of all that the rows were built from.
    built_from: Option<u64>,
}

impl Browser {
    /// Adds files that were passed over, each once.
    pub(super) fn pass_over(&mut self, skipped: Vec<Skipped>) {
        for file in skipped {
            let known = self.skipped.iter().any(|other| other.path == file.path);
            if !known && self.skipped.len() < MAX_SKIPPED {
                self.skipped.push(file);
            }
        }
    }

    /// Index of the first image on the screen from the top.
    pub(super) fn first_found(&self) -> Option<usize> {
        self.rows.iter().find_map(|row| match row.kind {
            RowKind::Image(index) => Some(index),
            _ => None,
        })
    }

    /// Folds a group, or unfolds it.
    pub(super) fn turn(&mut self, key: String) {
        if !self.turned.remove(&key) {
            self.turned.insert(key);
        }
    }

    /// The study `steps` rows after the one with this index, in the order of the tree.
    pub fn neighbour(&self, index: usize, steps: isize) -> Option<usize> {
        let at = self.order.iter().position(|other| *other == index)?;
        self.order.get(at.checked_add_signed(steps)?).copied()
    }

    /// Place of each study in the order of the tree.
    pub(super) fn places(&self) -> Vec<usize> {
        let mut places = vec![usize::MAX; self.order.len()];
        for (place, &index) in self.order.iter().enumerate() {
            if let Some(of_index) = places.get_mut(index) {
                *of_index = place;
            }
        }
        places
    }
}

impl AppState {
    /// The browser is on the screen.
    pub fn is_browser_visible(&self) -> bool {
        match self.browser.visibility {
            Visibility::WhenUseful => self.studies.len() > 1 || !self.browser.skipped.is_empty(),
            Visibility::Shown => true,
            Visibility::Hidden => false,
        }
    }

    /// Builds the rows again where anything they are built from has changed.
    pub(super) fn refresh_browser(&mut self) {
        let now = self.browser_inputs();
        if self.browser.built_from == Some(now) {
            return;
        }
        let (rows, order) = tree::build(self);
        self.browser.rows = rows;
        self.browser.order = order;
        self.browser.built_from = Some(now);
    }

    fn browser_inputs(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        for study in &self.studies {
            study.path.hash(&mut hasher);
            study.info.is_some().hash(&mut hasher);
            study.is_key_image().hash(&mut hasher);
        }
        self.is_patient_hidden().hash(&mut hasher);
        self.browser.search.hash(&mut hasher);
        self.browser.turned.hash(&mut hasher);
        self.browser.skipped.len().hash(&mut hasher);
        hasher.finish()
    }
}
