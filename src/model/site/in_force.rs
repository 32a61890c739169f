//! Which bundle is used where none is named.

use super::{BundleInfo, SHIPPED_BUNDLE, SiteError, SiteFolder, SiteModel};
use crate::model::bundle::{Bundle, find_bundle};
use std::path::{Path, PathBuf};

/// Refuses where the model in force, the shipped one where none was promoted, is not the one of this hash.
pub(super) fn ensure_in_force(promoted: Option<&SiteModel>, sha256: &str) -> Result<(), SiteError> {
    let found = match promoted {
        Some(model) => model.sha256.clone(),
        None => Bundle::info(&find_bundle(SHIPPED_BUNDLE)?)?.sha256,
    };
    if found == sha256 {
        return Ok(());
    }
    let judged_against = sha256.to_owned();
    Err(SiteError::Overtaken {
        judged_against,
        found,
    })
}

/// The bundle that is used where none is named: the site's, or the shipped one where none was promoted.
///
/// # Errors
/// [`SiteError`] where a bundle was promoted and is not what it was: another one must not take its place unnoticed.
pub fn default_bundle() -> Result<PathBuf, SiteError> {
    match SiteFolder::of_user() {
        Some(site) => bundle_in_force(&site),
        None => Ok(find_bundle(SHIPPED_BUNDLE)?),
    }
}

/// The bundle that a site uses where none is named.
///
/// # Errors
/// As [`default_bundle`].
pub fn bundle_in_force(site: &SiteFolder) -> Result<PathBuf, SiteError> {
    match site.in_force()? {
        Some(model) => site.folder_of(&model),
        None => Ok(find_bundle(SHIPPED_BUNDLE)?),
    }
}

/// What a bundle says about itself: what is judged, and promoted afterwards.
///
/// # Errors
/// [`SiteError::Model`] where its manifest cannot be read.
pub fn candidate(folder: &Path) -> Result<BundleInfo, SiteError> {
    Ok(Bundle::info(folder)?)
}

/// When the bundle of this hash was promoted, where it is the site's model in force.
pub fn promoted_at(sha256: &str) -> Option<String> {
    let in_force = SiteFolder::of_user()?.in_force().ok()??;
    (in_force.sha256 == sha256).then_some(in_force.promoted_at)
}
