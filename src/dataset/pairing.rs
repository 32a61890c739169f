//! Which files are a radiograph and its soft-tissue image.

use super::folders::{ensure_folder, files_below, side_by_side};
use super::listing::{FolderKind, Listing, no_pairs};
use super::named::Named;
use super::{DatasetError, Observer, Unwatched, dicom_pairs, two_folders};
use std::path::Path;

/// What a folder of neither kind is told.
const EXPECTED: &str = "give a folder with NAME_cxr.* and NAME_soft.*, with CXR/ and BS/ side by side, or with \
    DICOM studies; or two folders of equal file names, or of equal DICOM studies";

/// Lists the pairs of one folder, or of two folders of equal file names or DICOM studies. Whoever looks at pairs, learns
/// from them or scores them takes them from here, so that all mean the same ones by the same names.
///
/// # Errors
/// [`DatasetError::Missing`] and [`DatasetError::NoFolder`] where a folder is not there or is none,
/// [`DatasetError::NoPairs`] where there is no pair, [`DatasetError::File`] where a folder cannot be read.
pub fn list_pairs(radiographs: &Path, soft_tissue: Option<&Path>) -> Result<Listing, DatasetError> {
    let listing = list_pairs_watched(radiographs, soft_tissue, &Unwatched)?;
    listing.ok_or_else(|| no_pairs(EXPECTED, radiographs))
}

/// [`list_pairs`]; `None` where `observer` ended it.
///
/// # Errors
/// As [`list_pairs`].
pub fn list_pairs_watched(
    radiographs: &Path,
    soft_tissue: Option<&Path>,
    observer: &dyn Observer,
) -> Result<Option<Listing>, DatasetError> {
    ensure_folder(radiographs)?;
    if let Some(soft_tissue) = soft_tissue.filter(|folder| *folder != radiographs) {
        ensure_folder(soft_tissue)?;
        return of_two_folders([radiographs, soft_tissue], observer);
    }
    if let Some((radiographs, soft_tissue)) = side_by_side(radiographs)? {
        return of_two_folders([&radiographs, &soft_tissue], observer);
    }
    let files = files_below(radiographs)?;
    let mut findings = Vec::new();
    let named = Named::by_ending(&files, &mut findings);
    if named.has_no_soft_tissue() {
        return dicom_pairs::list(radiographs, &files, observer);
    }
    let listing = named.assembled(FolderKind::Endings, findings);
    listing.unless_empty(EXPECTED, radiographs).map(Some)
}

fn of_two_folders(
    [radiographs, soft_tissue]: [&Path; 2],
    observer: &dyn Observer,
) -> Result<Option<Listing>, DatasetError> {
    let listing = two_folders::list([radiographs, soft_tissue], observer)?;
    let listing = listing.map(|listing| listing.unless_empty(EXPECTED, radiographs));
    listing.transpose()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::PATIENTS_FILE;

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for file in files {
            let path = root.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        root
    }

    fn listed(files: &[&str]) -> Vec<[String; 3]> {
        let root = folder(files);
        let below = |path: &Path| {
            let path = path.strip_prefix(root.path()).unwrap();
            path.to_string_lossy().into_owned()
        };
        let pairs = list_pairs(root.path(), None).unwrap().pairs.into_iter();
        pairs
            .map(|pair| [pair.name, below(&pair.radiograph), below(&pair.soft_tissue)])
            .collect()
    }

    /// The folders that the programs of SZCH-X-Rays' authors read, and the published copy of JSRT, which has its
    /// enlarged pictures beside.
    #[test]
    fn the_public_datasets_are_known_by_their_folders() {
        let szch = [
            "CXR/0.png",
            "CXR/1.png",
            "BS/0.png",
            "BS/1.png",
            "Mask/0.png",
            "list.txt",
        ];
        let expected = [
            ["0", "CXR/0.png", "BS/0.png"],
            ["1", "CXR/1.png", "BS/1.png"],
        ];
        assert_eq!(listed(&szch), expected);
        let jsrt = [
            "JSRT/JSRT/JPCLN001.png",
            "BSE_JSRT/BSE_JSRT/JPCLN001.png",
            "augmented/augmented/source/1.png",
            "augmented/augmented/target/1.png",
        ];
        let expected = [[
            "JPCLN001",
            "JSRT/JSRT/JPCLN001.png",
            "BSE_JSRT/BSE_JSRT/JPCLN001.png",
        ]];
        assert_eq!(listed(&jsrt), expected);
    }

    #[test]
    fn two_folders_may_be_one_or_lie_in_each_other() {
        let root = folder(&["r/a.png", "r/soft/a.png", "one/b_cxr.png", "one/b_soft.png"]);
        let at = |path: &str| root.path().join(path);
        let listed = |radiographs: &str, soft: &str| {
            let listing = list_pairs(&at(radiographs), Some(&at(soft))).unwrap();
            assert_eq!(listing.findings, []);
            let [pair] = listing.pairs.try_into().unwrap();
            [pair.radiograph, pair.soft_tissue]
        };
        assert_eq!(listed("r", "r/soft"), ["r/a.png", "r/soft/a.png"].map(at));
        assert_eq!(listed("r/soft", "r"), ["r/soft/a.png", "r/a.png"].map(at));
        assert_eq!(
            listed("one", "one"),
            ["one/b_cxr.png", "one/b_soft.png"].map(at)
        );
    }

    #[test]
    fn a_mask_of_ones_own_goes_before_a_derived_one_and_the_list_of_patients_is_no_picture() {
        let root = folder(&[
            "a_cxr.png",
            "a_soft.png",
            "a_lungmask.png",
            "a_lungmask_derived.png",
            // As `diaphane segment` calls it.
            "b_cxr.png",
            "b_soft.png",
            "b_cxr_lungmask.png",
            PATIENTS_FILE,
        ]);
        let listing = list_pairs(root.path(), None).unwrap();
        assert_eq!(listing.findings, []);
        let masks = listing.pairs.into_iter().map(|pair| pair.lung_mask);
        let expected = ["a_lungmask.png", "b_cxr_lungmask.png"];
        assert!(masks.eq(expected.map(|name| Some(root.path().join(name)))));
    }
}
