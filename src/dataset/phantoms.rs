//! Radiographs that this program drew or projected, known again as files: what is learned or scored on them alone says
//! nothing of patients.

use super::PairReport;
use super::finding::{Finding, FindingKind as Kind};
use serde::Deserialize;
use std::fs;
use std::path::{Path, PathBuf};

/// Ending of a pair's radiograph that is no part of its name.
const ENDING: &str = "_cxr";
/// How `made_by` begins in what stands beside a study of `simulate`.
const MADE_BY: &str = "diaphane simulate";
/// What follows there where a chest CT was projected.
const PROJECTED: &str = "--ct";

/// How a radiograph came about that nobody took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Simulated {
    /// A phantom.
    Drawn,
    /// A projection of somebody's chest CT.
    Projected,
}

/// What is read of the file beside a study.
#[derive(Deserialize)]
struct Contents {
    made_by: String,
}

/// How this program made a radiograph; `None` where it did not. Told by `NAME_contents.json` beside it, or, where that was
/// left behind, by a name that only `diaphane simulate` gives and that a registered copy keeps.
pub fn simulated(radiograph: &Path) -> Option<Simulated> {
    let stem = radiograph.file_stem().unwrap_or_default().to_string_lossy();
    let name = stem.strip_suffix(ENDING).unwrap_or(&stem);
    let beside = radiograph.with_file_name(format!("{name}_contents.json"));
    said_by(&beside).or_else(|| named(name))
}

fn said_by(contents: &Path) -> Option<Simulated> {
    let text = fs::read(contents).ok()?;
    let contents: Contents = serde_json::from_slice(&text).ok()?;
    match contents.made_by.strip_prefix(MADE_BY)?.trim_start() {
        PROJECTED => Some(Simulated::Projected),
        _ => Some(Simulated::Drawn),
    }
}

/// `phantom_SEED_0000` or `ct_DIGEST_SEED_0000`.
fn named(name: &str) -> Option<Simulated> {
    let parts: Vec<&str> = name.split('_').collect();
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let is_digest = |text: &str| text.len() == 8 && text.bytes().all(|b| b.is_ascii_hexdigit());
    let is_study =
        |seed: &str, study: &str| is_number(seed) && study.len() >= 4 && is_number(study);
    match parts[..] {
        ["phantom", seed, study] if is_study(seed, study) => Some(Simulated::Drawn),
        ["ct", digest, seed, study] if is_digest(digest) && is_study(seed, study) => {
            Some(Simulated::Projected)
        }
        _ => None,
    }
}

/// Told where every one of these pairs is a phantom.
pub(super) fn phantoms_only<'a>(
    pairs: impl Iterator<Item = &'a PairReport>,
    folders: &[PathBuf],
    text: &str,
) -> Option<Finding> {
    let mut pairs = pairs.peekable();
    pairs.peek()?;
    let folders: Vec<&PathBuf> = folders.iter().collect();
    let all = pairs.all(|pair| pair.is_phantom);
    all.then(|| Finding::new(Kind::PhantomsOnly, &folders, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_beside_a_radiograph_tells_what_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let radiograph = folder.path().join("site_cxr.png");
        assert_eq!(simulated(&radiograph), None);
        for (made_by, expected) in [
            ("diaphane simulate", Some(Simulated::Drawn)),
            ("diaphane simulate --ct", Some(Simulated::Projected)),
            ("a camera", None),
        ] {
            let text = format!("{{\"format\": 1, \"made_by\": \"{made_by}\"}}");
            fs::write(folder.path().join("site_contents.json"), text).unwrap();
            assert_eq!(simulated(&radiograph), expected, "{made_by}");
        }
    }

    #[test]
    fn names_that_others_may_give_are_no_sign() {
        let (drawn, projected) = (Some(Simulated::Drawn), Some(Simulated::Projected));
        for (name, expected) in [
            ("pairs/phantom_300_0012_cxr.png", drawn),
            ("CXR/phantom_1_0000.png", drawn),
            ("phantom_18446744073709551615_12345_cxr.png", drawn),
            ("ct_0a1b2c3d_5_0003_cxr.png", projected),
            ("phantom_cxr.png", None),
            ("phantom_1_cxr.png", None),
            ("phantom_a_0001.png", None),
            ("phantom__0001.png", None),
            ("phantom_limb_0001.png", None),
            ("my_phantom_1_0001.png", None),
            ("ct_0a1b_5_0003.png", None),
            ("a_cxr.png", None),
        ] {
            assert_eq!(simulated(Path::new(name)), expected, "{name}");
        }
    }
}
