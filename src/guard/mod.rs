//! Where a reader should look twice: places in which the bone layer does not look like bone.
//!
//! Owns the marks of the hallucination guard. Works on display values in `[0, 1]` on one grid; knows nothing of
//! networks, files or screens.
//!
//! ```text
//! bone layer - baseline - lines (ribs, and ribs that cross) = what is neither ─ blobs ─► a nodule taken with the bones
//! bone layer < 0                                            = brightened     ─ places ─► soft tissue added
//! bone layer far from lungs and ribs                        = changed        ─ places ─► change outside the lungs
//! original - soft - bone                                    = disagreement   ─ places ─► the layers do not add up
//! deviation over seeds - structure of the soft tissue       = uncertain      ─ places ─► noise decides
//! ```

mod blobs;
mod lines;
mod mark;
mod places;

pub use mark::{Evidence, Mark, MarkReason, look_here, sentence};
