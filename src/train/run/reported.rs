//! How fast a run is between two reports.

use std::time::Instant;

/// What was done since the last report.
pub(super) struct Reported {
    pub(super) since: Instant,
    pub(super) iterations: u64,
}

impl Reported {
    pub(super) fn new() -> Self {
        Self {
            since: Instant::now(),
            iterations: 0,
        }
    }
}
