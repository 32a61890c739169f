//! The window of DICOM tags: whose tags, what is searched for, and with whose they are compared.

use crate::formats::{TagDifference, TagTree};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The tags of one file; they are read when they are asked for, and kept for no other file.
#[derive(Debug, Clone, Default)]
pub enum Tags {
    /// Nobody asked.
    #[default]
    Nothing,
    /// Being read.
    Reading,
    /// Read.
    Read(Arc<TagTree>),
    /// There are none; one sentence.
    Failed(String),
}

impl Tags {
    /// The rows, where there are some.
    pub fn tree(&self) -> Option<&TagTree> {
        match self {
            Self::Read(tree) => Some(tree),
            _ => None,
        }
    }
}

/// The window of DICOM tags.
#[derive(Debug, Clone, Default)]
pub struct TagWindow {
    /// It is open.
    pub visible: bool,
    /// The file whose tags are listed.
    pub subject: Option<PathBuf>,
    /// Its tags.
    pub tags: Tags,
    /// What is searched for; empty lists everything.
    pub search: String,
    /// Indices of the rows that are listed.
    pub hits: Vec<usize>,
    /// The file they are compared with.
    pub other: Option<PathBuf>,
    /// Its tags.
    pub other_tags: Tags,
    /// What differs between both, where both are read.
    pub differences: Vec<TagDifference>,
}

impl TagWindow {
    /// Takes the tags of a file; those nobody waits for any more change nothing.
    pub(super) fn keep(&mut self, path: &Path, tree: Result<Arc<TagTree>, String>) {
        let tags = match tree {
            Ok(tree) => Tags::Read(tree),
            Err(sentence) => Tags::Failed(sentence),
        };
        if self.subject.as_deref() == Some(path) {
            self.tags = tags.clone();
        }
        if self.other.as_deref() == Some(path) {
            self.other_tags = tags;
        }
        self.refresh();
    }

    /// Lists and compares again.
    pub(super) fn refresh(&mut self) {
        let tree = self.tags.tree();
        self.hits = tree.map_or_else(Vec::new, |tree| tree.matching(&self.search));
        let both = tree.zip(self.other_tags.tree());
        self.differences = both.map_or_else(Vec::new, |(tree, other)| tree.differences(other));
    }

    /// They are compared with no other file.
    pub(super) fn forget_other(&mut self) {
        self.other = None;
        self.other_tags = Tags::Nothing;
        self.refresh();
    }

    /// Everything read is forgotten.
    pub(super) fn close(&mut self) {
        *self = Self::default();
    }
}
