//! One program at a time changes what is in force.

use super::SiteError;
use crate::formats::{FileLock, make_private_folder};
use std::path::Path;

const FILE: &str = "lock";

/// Waits until nobody else changes the site, and keeps others waiting until it is dropped.
pub(super) fn take(site: &Path) -> Result<FileLock, SiteError> {
    let path = site.join(FILE);
    let made = make_private_folder(site);
    let locked = made.and_then(|()| FileLock::wait(&path));
    locked.map_err(|err| SiteError::io("lock", &path, err))
}
