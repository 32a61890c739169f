//! Sentences for the reader.

use super::file_id::FileId;
use crate::worker::MemoryOffer;

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

/// What a failure offers, and for which study.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remedies {
    /// Number of the open study whose run failed.
    pub study: FileId,
    /// Changes with which it would fit; never empty.
    pub offers: Vec<MemoryOffer>,
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
    /// What it offers beside the sentence.
    pub remedies: Option<Remedies>,
}
