//! One program at a time changes what is in force.

use super::SiteError;
use crate::formats::make_private_folder;
use std::fs::File;
use std::path::Path;

const FILE: &str = "lock";

/// Waits until nobody else changes the site, and keeps others waiting until it is dropped; the system lets it go where
/// the program dies.
pub(super) fn take(site: &Path) -> Result<File, SiteError> {
    let path = site.join(FILE);
    let open = || {
        make_private_folder(site)?;
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)?;
        file.lock()?;
        Ok(file)
    };
    open().map_err(|err| SiteError::io("lock", &path, err))
}
