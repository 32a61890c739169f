//! The number by which the window knows a file on its list.

use std::sync::atomic::{AtomicU64, Ordering};

/// Names one file on the list for the life of the window, wherever on the list it stands and whether or not it is in
/// memory: jobs, questions and steps of undo are of it. A file that holds another radiograph when it is read anew gets
/// another, so that nothing made of the first radiograph reaches the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u64);

impl FileId {
    /// One that nothing has.
    pub(super) fn fresh() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }

    /// As a plain number, for what lies below the window.
    pub fn number(self) -> u64 {
        self.0
    }
}
