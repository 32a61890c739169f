//! Sentences for the reader.

/// How much a message weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Something was done.
    Note,
    /// Something to know of that names no patient and no file: it is shown whatever is hidden.
    Advice,
    /// Something failed.
    Failure,
}

/// A sentence for the reader: a failure stands until dismissed, a note passes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Weight.
    pub severity: Severity,
    /// What, which file, what to do.
    pub text: String,
    /// Its number among all there were, from 1.
    pub number: u64,
}
