//! The pairs of folders that a command line names.

use crate::dataset::{self, PairFiles};
use anyhow::bail;
use std::path::Path;

/// The pairs of one folder, as `dataset check` tells them.
pub(super) fn in_one_folder(folder: &Path) -> anyhow::Result<Vec<PairFiles>> {
    listed(folder, None)
}

/// Files of equal stems in two folders.
pub(super) fn in_two_folders(cxr: &Path, soft: &Path) -> anyhow::Result<Vec<PairFiles>> {
    listed(cxr, Some(soft))
}

fn listed(cxr: &Path, soft: Option<&Path>) -> anyhow::Result<Vec<PairFiles>> {
    let listing = dataset::list_pairs(cxr, soft)?;
    if let Some(found) = listing.ambiguous(&[]) {
        bail!("{} ({})", found.text, cxr.display());
    }
    Ok(listing.pairs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            fs::write(folder.path().join(file), "").unwrap();
        }
        folder
    }

    #[test]
    fn the_registered_image_is_preferred() {
        let folder = folder(&[
            "a_cxr.jpg",
            "a_soft.jpg",
            "a_soft_registered.png",
            "a_lungmask_derived.png",
            "b_cxr.png",
            "notes.txt",
        ]);
        let pairs = in_one_folder(folder.path()).unwrap();
        assert_eq!(pairs.len(), 1, "{pairs:?}");
        assert!(pairs[0].soft_tissue.ends_with("a_soft_registered.png"));
        assert!(
            pairs[0]
                .lung_mask
                .as_ref()
                .unwrap()
                .ends_with("a_lungmask_derived.png")
        );
    }
}
