//! How far a search for radiographs is, and a way to stop it.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Shared between the thread that walks folders and whoever waits for it.
#[derive(Debug, Default)]
pub struct Search {
    stopped: AtomicBool,
    num_seen: AtomicUsize,
    num_found: AtomicUsize,
}

impl Search {
    /// Ends the walk before its next file; what was found so far is kept.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// Whether it was told to stop.
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// Files looked at.
    pub fn num_seen(&self) -> usize {
        self.num_seen.load(Ordering::Relaxed)
    }

    /// Files among them that may be radiographs.
    pub fn num_found(&self) -> usize {
        self.num_found.load(Ordering::Relaxed)
    }

    pub(super) fn saw(&self, num_found: usize) {
        self.num_seen.fetch_add(1, Ordering::Relaxed);
        self.num_found.store(num_found, Ordering::Relaxed);
    }
}
