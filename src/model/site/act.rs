//! What was done with the site's model.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The record of it.
pub(super) const FILE: &str = "promotions.jsonl";

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// A bundle was put in force.
    Promoted,
    /// A bundle was taken out of force.
    RolledBack,
}

/// One line of the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoggedAct {
    /// When, in Coordinated Universal Time.
    pub at: String,
    /// What.
    pub act: Act,
    /// Name of the bundle it was done to.
    pub name: String,
    /// SHA-256 of that bundle.
    pub sha256: String,
    /// SHA-256 of the site model in force afterwards; `None` is the shipped bundle.
    pub in_force_sha256: Option<String>,
    /// File that says why the bundle was promoted, seen from the site's folder.
    pub evidence: PathBuf,
    /// What somebody stated, where the promotion rests on that too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement: Option<String>,
}
