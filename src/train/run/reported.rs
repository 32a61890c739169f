//! What a run sums up between two reports.

use crate::train::Terms;
use std::collections::BTreeMap;
use std::time::Instant;

/// Sums since the last report.
pub(super) struct Reported {
    pub(super) since: Instant,
    pub(super) iterations: u64,
    /// Sum and count per term: a term need not occur in every iteration.
    pub(super) sums: BTreeMap<String, (f64, u64)>,
}

impl Reported {
    pub(super) fn new() -> Self {
        Self {
            since: Instant::now(),
            iterations: 0,
            sums: BTreeMap::new(),
        }
    }

    pub(super) fn add(&mut self, terms: Terms) {
        self.iterations += 1;
        for (term, value) in terms {
            let (sum, count) = self.sums.entry(term).or_default();
            *sum += value;
            *count += 1;
        }
    }
}
