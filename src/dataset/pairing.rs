//! Which files are a radiograph and its soft-tissue image.

use super::finding::{Finding, FindingKind as Kind};
use super::listing::{FolderKind, Listing, PairFiles, no_pairs, stem, without_mate};
use super::patients::PATIENTS_FILE;
use super::{DatasetError, Observer, Unwatched};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Names of two folders side by side that hold radiographs and their soft-tissue images under equal file names: those
/// of the authors' repositories (SZCH-X-Rays), and of the public collections made of JSRT.
const FOLDER_NAMES: [(&str, &str); 6] = [
    ("cxr", "bs"),
    ("cxr_aug", "bs_aug"),
    ("jsrt", "bse_jsrt"),
    ("cxr", "soft"),
    ("images", "targets"),
    ("source", "target"),
];
/// Endings of a soft-tissue image's name, the one to be preferred first.
const SOFT_ENDINGS: [&str; 3] = ["_soft_registered", "_soft", "_bs"];
const RADIOGRAPH_ENDING: &str = "_cxr";
/// Ends of what `simulate` writes beside a pair.
const BESIDE_ENDINGS: [&str; 2] = ["_bone", "_contents"];
/// The mask's name may say more on its origin: `_lungmask_derived`.
const MASK_WORD: &str = "_lungmask";
/// What a folder of neither kind is told.
const EXPECTED: &str = "give a folder with NAME_cxr.* and NAME_soft.*, with CXR/ and BS/ side by side, or with \
    DICOM studies; or two folders of equal file names";

/// Radiographs, soft-tissue images and masks by name.
#[derive(Default)]
struct Named {
    radiographs: BTreeMap<String, Vec<PathBuf>>,
    soft_tissue: BTreeMap<String, Vec<PathBuf>>,
    masks: BTreeMap<String, PathBuf>,
}

impl Named {
    /// Adds a mask whose stem says so from byte `at` on. One that says no more, as a person's own, goes before a derived
    /// one.
    fn add_mask(&mut self, stem: &str, at: usize, path: &Path) {
        let (name, words) = stem.split_at(at);
        if words == MASK_WORD || !self.masks.contains_key(name) {
            self.masks.insert(name.to_owned(), path.to_owned());
        }
    }
}

/// Lists the pairs of one folder, or of two folders of equal file names. Whoever looks at pairs, learns from them or
/// scores them takes them from here, so that all mean the same ones by the same names.
///
/// # Errors
/// [`DatasetError::NoPairs`] where there is none, [`DatasetError::File`] where a folder cannot be read.
pub fn list_pairs(radiographs: &Path, soft_tissue: Option<&Path>) -> Result<Listing, DatasetError> {
    let listing = list_watched(radiographs, soft_tissue, &Unwatched)?;
    listing.ok_or_else(|| no_pairs(EXPECTED, radiographs))
}

/// [`list_pairs`]; `None` where `observer` ended it.
pub(super) fn list_watched(
    radiographs: &Path,
    soft_tissue: Option<&Path>,
    observer: &dyn Observer,
) -> Result<Option<Listing>, DatasetError> {
    if let Some(soft_tissue) = soft_tissue.filter(|folder| *folder != radiographs) {
        return of_two_folders(radiographs, soft_tissue).map(Some);
    }
    if let Some((radiographs, soft_tissue)) = side_by_side(radiographs)? {
        return of_two_folders(&radiographs, &soft_tissue).map(Some);
    }
    let files = files_below(radiographs)?;
    let mut findings = Vec::new();
    let named = by_ending(&files, &mut findings);
    if named.soft_tissue.is_empty() {
        return super::dicom_pairs::list(radiographs, &files, observer);
    }
    assembled(FolderKind::Endings, named, findings, radiographs).map(Some)
}

/// The two folders of a root whose names say what they hold.
pub(super) fn side_by_side(root: &Path) -> Result<Option<(PathBuf, PathBuf)>, DatasetError> {
    let listing =
        std::fs::read_dir(root).map_err(DatasetError::file("listing the folder", root))?;
    let mut folders = BTreeMap::new();
    for entry in listing {
        let path = entry
            .map_err(DatasetError::file("listing the folder", root))?
            .path();
        if path.is_dir()
            && let Some(name) = path.file_name().and_then(|name| name.to_str())
        {
            folders.insert(name.to_lowercase(), path);
        }
    }
    let pair = FOLDER_NAMES.iter().find_map(|(radiographs, soft_tissue)| {
        Some((
            folders.get(*radiographs)?.clone(),
            folders.get(*soft_tissue)?.clone(),
        ))
    });
    Ok(pair)
}

/// Every file below a folder, in the order of their paths; hidden ones are left out. Nothing is judged by its content
/// yet: a soft-tissue image must not be passed over because it is called like one.
pub(super) fn files_below(folder: &Path) -> Result<Vec<PathBuf>, DatasetError> {
    let doing = "listing the folder";
    let (mut files, mut pending) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = pending.pop() {
        let listing = std::fs::read_dir(&folder).map_err(DatasetError::file(doing, &folder))?;
        for entry in listing {
            let entry = entry.map_err(DatasetError::file(doing, &folder))?;
            let kind = entry
                .file_type()
                .map_err(DatasetError::file(doing, &folder))?;
            let name = entry.file_name();
            if name.to_string_lossy().starts_with('.') || name == PATIENTS_FILE {
                continue;
            }
            // A link to a folder may lead round in a circle.
            if kind.is_dir() {
                pending.push(entry.path());
            } else {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Whether a file would be taken for one of a pair by what its name ends in.
pub(super) fn is_named_like_a_pair(path: &Path) -> bool {
    let stem = stem(path);
    let mut endings = SOFT_ENDINGS.iter().chain([&RADIOGRAPH_ENDING]);
    endings.any(|ending| stem.ends_with(ending)) || stem.contains(MASK_WORD)
}

fn by_ending(files: &[PathBuf], findings: &mut Vec<Finding>) -> Named {
    let mut named = Named::default();
    for path in files {
        let stem = stem(path);
        let soft = SOFT_ENDINGS
            .iter()
            .find_map(|ending| stem.strip_suffix(ending));
        if let Some(name) = soft {
            add(&mut named.soft_tissue, name, path);
        } else if let Some(name) = stem.strip_suffix(RADIOGRAPH_ENDING) {
            add(&mut named.radiographs, name, path);
        } else if let Some(at) = stem.rfind(MASK_WORD) {
            named.add_mask(&stem, at, path);
        } else if !BESIDE_ENDINGS.iter().any(|ending| stem.ends_with(ending)) {
            let text = "Its name does not say what it is: _cxr, _soft or _lungmask at its end.";
            findings.push(Finding::new(Kind::PassedOver, &[path], text));
        }
    }
    // A registered image is made of the other one.
    for mates in named.soft_tissue.values_mut() {
        let registered = |path: &PathBuf| stem(path).ends_with(SOFT_ENDINGS[0]);
        if mates.iter().any(registered) {
            mates.retain(registered);
        }
    }
    named
}

fn add(named: &mut BTreeMap<String, Vec<PathBuf>>, name: &str, path: &Path) {
    let files = named.entry(name.to_owned()).or_default();
    files.push(path.to_owned());
}

fn of_two_folders(radiographs: &Path, soft_tissue: &Path) -> Result<Listing, DatasetError> {
    let mut named = Named::default();
    let of = |folder: &Path, other: &Path| -> Result<Vec<PathBuf>, DatasetError> {
        let mut files = files_below(folder)?;
        // One of the two may lie in the other.
        if other.starts_with(folder) {
            files.retain(|path| !path.starts_with(other));
        }
        Ok(files)
    };
    for path in &of(radiographs, soft_tissue)? {
        let stem = stem(path);
        if let Some(at) = stem.rfind(MASK_WORD) {
            named.add_mask(&stem, at, path);
        } else {
            let name = stem.strip_suffix(RADIOGRAPH_ENDING).unwrap_or(&stem);
            add(&mut named.radiographs, name, path);
        }
    }
    for path in &of(soft_tissue, radiographs)? {
        let stem = stem(path);
        let endings = SOFT_ENDINGS.iter();
        let name = endings.clone().find_map(|ending| stem.strip_suffix(ending));
        add(&mut named.soft_tissue, name.unwrap_or(&stem), path);
    }
    assembled(FolderKind::TwoFolders, named, Vec::new(), radiographs)
}

fn assembled(
    kind: FolderKind,
    mut named: Named,
    mut findings: Vec<Finding>,
    folder: &Path,
) -> Result<Listing, DatasetError> {
    let mut pairs = Vec::new();
    for (name, radiographs) in &named.radiographs {
        let mates = named.soft_tissue.remove(name).unwrap_or_default();
        match (radiographs.as_slice(), mates.as_slice()) {
            ([radiograph], [soft_tissue]) => pairs.push(PairFiles {
                name: name.clone(),
                radiograph: radiograph.clone(),
                soft_tissue: soft_tissue.clone(),
                lung_mask: named.masks.remove(name),
            }),
            (_, []) => findings.extend(radiographs.iter().map(without_mate)),
            _ => {
                let files: Vec<&PathBuf> = radiographs.iter().chain(&mates).collect();
                let text = format!("{name} has several files of one kind; leave one of each.");
                findings.push(Finding::new(Kind::SeveralMates, &files, text));
            }
        }
    }
    findings.extend(named.soft_tissue.values().flatten().map(without_mate));
    if pairs.is_empty() && !findings.iter().any(|f| f.kind == Kind::SeveralMates) {
        return Err(no_pairs(EXPECTED, folder));
    }
    Ok(Listing {
        kind,
        pairs,
        findings,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
            PATIENTS_FILE,
        ]);
        let listing = list_pairs(root.path(), None).unwrap();
        assert_eq!(listing.findings, []);
        let mask = listing.pairs[0].lung_mask.as_ref().unwrap();
        assert!(mask.ends_with("a_lungmask.png"), "{}", mask.display());
    }
}
