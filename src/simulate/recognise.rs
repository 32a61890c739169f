//! Radiographs that this program drew or projected, known again as files.

use serde::Deserialize;
use std::fs;
use std::path::Path;

/// Endings of a pair's radiograph that are no part of its name.
const ENDING: &str = "_cxr";
/// How `made_by` begins in what stands beside a drawn study.
const MADE_BY: &str = "diaphane simulate";

/// What is read of the file beside a study.
#[derive(Deserialize)]
struct Document {
    made_by: String,
}

/// Whether a radiograph is a phantom or a projection of this program: by `NAME_contents.json` beside it, or, where that was
/// left behind, by a name that only [`super::write_studies`] and [`super::ct::write_projections`] give.
pub fn is_simulated(radiograph: &Path) -> bool {
    let stem = radiograph.file_stem().unwrap_or_default().to_string_lossy();
    let name = stem.strip_suffix(ENDING).unwrap_or(&stem);
    is_said_so(&radiograph.with_file_name(format!("{name}_contents.json"))) || is_own_name(name)
}

fn is_said_so(document: &Path) -> bool {
    let text = fs::read(document).ok();
    let read = text.and_then(|text| serde_json::from_slice::<Document>(&text).ok());
    read.is_some_and(|document| document.made_by.starts_with(MADE_BY))
}

/// `phantom_SEED_0000` or `ct_DIGEST_SEED_0000`.
fn is_own_name(name: &str) -> bool {
    let parts: Vec<&str> = name.split('_').collect();
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let is_digest = |text: &str| text.len() == 8 && text.bytes().all(|b| b.is_ascii_hexdigit());
    match parts[..] {
        ["phantom", seed, study] => is_number(seed) && study.len() >= 4 && is_number(study),
        ["ct", digest, seed, study] => {
            is_digest(digest) && is_number(seed) && study.len() >= 4 && is_number(study)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::{PhantomConfig, StudyFolder, write_studies};

    #[test]
    fn drawn_studies_are_known_by_name_and_by_what_lies_beside_them() {
        let folder = tempfile::tempdir().unwrap();
        let config = PhantomConfig {
            size_px: 128,
            ..PhantomConfig::default()
        };
        let place = StudyFolder {
            dir: folder.path(),
            overwrite: false,
        };
        write_studies(Some(place), (1, 7), &config, &mut |_, _| {}).unwrap();
        let drawn = folder.path().join("phantom_7_0000_cxr.png");
        assert!(drawn.is_file() && is_simulated(&drawn));
        // Under another name its document tells.
        let (other, beside) = ("site_cxr.png", "site_contents.json");
        let [other, beside] = [other, beside].map(|name| folder.path().join(name));
        fs::rename(&drawn, &other).unwrap();
        assert!(!is_simulated(&other));
        fs::rename(folder.path().join("phantom_7_0000_contents.json"), &beside).unwrap();
        assert!(is_simulated(&other));
        fs::write(&beside, "{\"made_by\": \"a camera\"}").unwrap();
        assert!(!is_simulated(&other));
    }

    #[test]
    fn names_that_others_may_give_are_no_sign() {
        for (name, expected) in [
            ("pairs/phantom_300_0012_cxr.png", true),
            ("CXR/phantom_1_0000.png", true),
            ("ct_0a1b2c3d_5_0003_cxr.png", true),
            ("phantom_cxr.png", false),
            ("phantom_limb_0001.png", false),
            ("ct_0a1b_5_0003.png", false),
            ("a_cxr.png", false),
        ] {
            assert_eq!(is_simulated(Path::new(name)), expected, "{name}");
        }
    }
}
