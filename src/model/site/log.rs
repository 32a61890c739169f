//! What was done, line by line; lines are appended and never changed.

use super::SiteError;
use serde::{Deserialize, Serialize};
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

const FILE: &str = "promotions.jsonl";

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// A bundle was put in force.
    Promoted,
    /// A bundle was taken out of force.
    RolledBack,
}

/// One line of the log.
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
}

pub(super) fn append(site: &Path, act: &LoggedAct) -> Result<(), SiteError> {
    let path = site.join(FILE);
    let line = serde_json::to_string(act).map_err(|err| SiteError::Unusable {
        path: path.clone(),
        reason: err.to_string(),
    })?;
    let write = || {
        fs::create_dir_all(site)?;
        let mut file = OpenOptions::new().create(true).append(true).open(&path)?;
        // One call for the line: another process's lines stay whole.
        file.write_all(format!("{line}\n").as_bytes())?;
        file.sync_all()
    };
    write().map_err(|err| SiteError::io("write", &path, err))
}

pub(super) fn read(site: &Path) -> Result<Vec<LoggedAct>, SiteError> {
    let path = site.join(FILE);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(err) if err.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(err) => return Err(SiteError::io("read", &path, err)),
    };
    let parse = |line| {
        serde_json::from_str(line).map_err(|err| SiteError::Unusable {
            path: path.clone(),
            reason: err.to_string(),
        })
    };
    text.lines().map(parse).collect()
}
