//! Pairs by the names of their files.

use super::finding::{Finding, FindingKind as Kind};
use super::listing::{FolderKind, Listing, PairFiles, stem, without_mate};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Endings of a soft-tissue image's name, the one to be preferred first.
const SOFT_ENDINGS: [&str; 3] = ["_soft_registered", "_soft", "_bs"];
const RADIOGRAPH_ENDING: &str = "_cxr";
/// Ends of what `simulate` writes beside a pair.
const BESIDE_ENDINGS: [&str; 2] = ["_bone", "_contents"];
/// The mask's name may say more on its origin: `_lungmask_derived`.
const MASK_WORD: &str = "_lungmask";

/// Radiographs, soft-tissue images and masks by name.
#[derive(Default)]
pub(super) struct Named {
    radiographs: BTreeMap<String, Vec<PathBuf>>,
    soft_tissue: BTreeMap<String, Vec<PathBuf>>,
    masks: BTreeMap<String, PathBuf>,
}

impl Named {
    /// Files of one folder, by what their names end in; those that say nothing are told.
    pub(super) fn by_ending(files: &[PathBuf], findings: &mut Vec<Finding>) -> Self {
        let mut named = Self::default();
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

    /// Files of a folder of radiographs and of one of soft-tissue images, by equal names.
    pub(super) fn of_two_folders(radiographs: &[PathBuf], soft_tissue: &[PathBuf]) -> Self {
        let mut named = Self::default();
        for path in radiographs {
            let stem = stem(path);
            match stem.rfind(MASK_WORD) {
                Some(at) => named.add_mask(&stem, at, path),
                None => add(&mut named.radiographs, radiograph_name(&stem), path),
            }
        }
        for path in soft_tissue {
            let stem = stem(path);
            add(&mut named.soft_tissue, soft_tissue_name(&stem), path);
        }
        named
    }

    /// Whether no file is a soft-tissue image.
    pub(super) fn has_no_soft_tissue(&self) -> bool {
        self.soft_tissue.is_empty()
    }

    /// Takes the mask of a radiograph that was paired by something else than its name.
    pub(super) fn take_mask(&mut self, name: &str) -> Option<PathBuf> {
        self.masks.remove(name)
    }

    /// The pairs, and what has no mate or several.
    pub(super) fn assembled(mut self, kind: FolderKind, mut findings: Vec<Finding>) -> Listing {
        let mut pairs = Vec::new();
        for (name, radiographs) in &self.radiographs {
            let mates = self.soft_tissue.remove(name).unwrap_or_default();
            match (radiographs.as_slice(), mates.as_slice()) {
                ([radiograph], [soft_tissue]) => pairs.push(PairFiles {
                    name: name.clone(),
                    radiograph: radiograph.clone(),
                    soft_tissue: soft_tissue.clone(),
                    lung_mask: self.masks.remove(name),
                }),
                (_, []) => findings.extend(radiographs.iter().map(without_mate)),
                _ => {
                    let files: Vec<&PathBuf> = radiographs.iter().chain(&mates).collect();
                    let text = format!("{name} has several files of one kind; leave one of each.");
                    findings.push(Finding::new(Kind::SeveralMates, &files, text));
                }
            }
        }
        findings.extend(self.soft_tissue.values().flatten().map(without_mate));
        Listing {
            kind,
            pairs,
            findings,
        }
    }

    /// Adds a mask whose stem says so from byte `at` on. One that says no more, as a person's own, goes before a derived
    /// one.
    fn add_mask(&mut self, stem: &str, at: usize, path: &Path) {
        let (name, words) = stem.split_at(at);
        // What `segment` writes is called after the radiograph's file.
        let name = radiograph_name(name);
        if words == MASK_WORD || !self.masks.contains_key(name) {
            self.masks.insert(name.to_owned(), path.to_owned());
        }
    }
}

fn add(named: &mut BTreeMap<String, Vec<PathBuf>>, name: &str, path: &Path) {
    let files = named.entry(name.to_owned()).or_default();
    files.push(path.to_owned());
}

/// What a radiograph of this stem is called.
pub(super) fn radiograph_name(stem: &str) -> &str {
    stem.strip_suffix(RADIOGRAPH_ENDING).unwrap_or(stem)
}

/// What a soft-tissue image of this stem is called, as its radiograph is.
pub(super) fn soft_tissue_name(stem: &str) -> &str {
    let mut endings = SOFT_ENDINGS.iter();
    let name = endings.find_map(|ending| stem.strip_suffix(ending));
    name.unwrap_or(stem)
}

/// Whether a file is a lung mask by its name.
pub(super) fn is_lung_mask(path: &Path) -> bool {
    let stem = stem(path);
    !says_picture(&stem) && stem.contains(MASK_WORD)
}

/// Whether a file would be taken for one of a pair by what its name ends in.
pub(super) fn is_named_like_a_pair(path: &Path) -> bool {
    let stem = stem(path);
    says_picture(&stem) || stem.contains(MASK_WORD)
}

fn says_picture(stem: &str) -> bool {
    let mut endings = SOFT_ENDINGS.iter().chain([&RADIOGRAPH_ENDING]);
    endings.any(|ending| stem.ends_with(ending))
}
