//! How the pictures that this program writes are told from radiographs: by what they say of themselves, and by their
//! names beside what they were made of.

use serde::Deserialize;
use std::collections::HashSet;
use std::hash::BuildHasher;
use std::path::{Path, PathBuf};

/// Endings of the pictures' names, behind the radiograph's stem.
pub const PICTURE_ENDINGS: [&str; 4] = [SOFT, BONE, LUNG_MASK, UNCERTAINTY];
/// Of the soft-tissue image.
pub const SOFT: &str = "_soft.png";
/// Of the bone image.
pub const BONE: &str = "_bone.png";
/// Of the lung mask.
pub const LUNG_MASK: &str = "_lungmask.png";
/// Of the deviation over several seeds.
pub const UNCERTAINTY: &str = "_uncertainty.png";

/// What `Software` of every picture begins with; the version follows.
pub(super) const SOFTWARE: &str = "diaphane ";
/// What the comment of a picture made of a radiograph begins with, up to its first semicolon what it is.
const DERIVED: &str = "derived image, ";

/// What this program says it made of a radiograph, from a file's text chunks as keyword and text; `None` for every
/// other picture.
pub(super) fn derived(texts: &[(String, String)]) -> Option<String> {
    let of = |keyword: &str| {
        let mut found = texts.iter().filter(|(known, _)| known == keyword);
        found.next().map(|(_, text)| text.as_str())
    };
    of("Software").filter(|software| software.starts_with(SOFTWARE))?;
    let comment = of("Comment")?.strip_prefix(DERIVED)?;
    let what = comment.split(';').next().unwrap_or_default();
    Some(what.chars().filter(|c| !c.is_control()).take(80).collect())
}

/// Whether a picture's name is that of an output, and what it was made from or certified by stands beside it. `stems`
/// are the files found, without their extensions.
pub(super) fn is_named_like_one<S: BuildHasher>(path: &Path, stems: &HashSet<PathBuf, S>) -> bool {
    let file_stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let is_png = path.extension().is_some_and(|ending| ending == "png");
    let mut sources = PICTURE_ENDINGS
        .iter()
        .filter_map(|ending| file_stem.strip_suffix(ending.strip_suffix(".png")?));
    is_png
        && sources.any(|source| {
            // `simulate` and folders of pairs name a radiograph NAME_cxr and its pictures NAME_soft.
            let siblings = [source.to_owned(), format!("{source}_cxr")];
            let is_there = |name: &String| stems.contains(&path.with_file_name(name));
            siblings.iter().any(is_there)
                || is_certificate(&path.with_file_name(format!("{source}.json")))
        })
}

/// What every certificate has, and hardly another file.
#[derive(Deserialize)]
struct CertificateHead {
    #[serde(rename = "diaphane_version")]
    _version: String,
    #[serde(rename = "outputs")]
    _outputs: Vec<serde_json::Value>,
}

fn is_certificate(path: &Path) -> bool {
    let text = std::fs::read_to_string(path);
    text.is_ok_and(|text| serde_json::from_str::<CertificateHead>(&text).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(software: &str, comment: &str) -> Vec<(String, String)> {
        [("Software", software), ("Comment", comment)]
            .map(|(keyword, text)| (keyword.to_owned(), text.to_owned()))
            .to_vec()
    }

    #[test]
    fn only_what_this_program_made_of_a_radiograph_is_its_own() {
        let soft = texts("diaphane 0.1.0", "derived image, bone suppressed; research");
        assert_eq!(derived(&soft).as_deref(), Some("bone suppressed"));
        // A phantom is a radiograph, whoever wrote it; a comment of another program says nothing.
        assert_eq!(derived(&texts("diaphane 0.1.0", "a phantom")), None);
        assert_eq!(
            derived(&texts("GIMP", "derived image, bone suppressed")),
            None
        );
        assert_eq!(derived(&[]), None);
    }
}
