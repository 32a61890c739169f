//! Which pairs are drawn and not taken: what is learned or scored on them alone says nothing of patients.

use super::PairReport;
use super::finding::{Finding, FindingKind as Kind};
use super::listing::PairFiles;
use serde::Deserialize;
use std::path::PathBuf;

/// What `simulate` calls a study: `phantom_SEED_NUMBER`. A registered copy keeps the name.
const NAME: &str = "phantom_";
/// What `simulate` writes beside a study.
const CONTENTS: &str = "_contents.json";
/// What stands in it where the chest is drawn; projections of real scans are made by `diaphane simulate --ct`.
const MADE_BY: &str = "diaphane simulate";

#[derive(Deserialize)]
struct Contents {
    made_by: String,
}

/// Whether a pair is a phantom of `simulate`: by its name, or by what stands beside it.
pub(super) fn is_phantom(files: &PairFiles) -> bool {
    is_phantom_name(&files.name) || is_described(files)
}

fn is_phantom_name(name: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit());
    let numbers = name.strip_prefix(NAME);
    let numbers = numbers.and_then(|numbers| numbers.split_once('_'));
    numbers.is_some_and(|(seed, number)| is_number(seed) && is_number(number))
}

fn is_described(files: &PairFiles) -> bool {
    let name = format!("{}{CONTENTS}", files.name);
    let text = std::fs::read_to_string(files.radiograph.with_file_name(name));
    let contents = text.ok().and_then(|text| serde_json::from_str(&text).ok());
    contents.is_some_and(|contents: Contents| contents.made_by == MADE_BY)
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
    fn a_phantom_is_told_by_its_name_or_by_what_stands_beside_it() {
        let names = ["phantom_1_0003", "phantom_18446744073709551615_12345"];
        assert!(names.into_iter().all(is_phantom_name));
        let names = [
            "phantom_1",
            "phantom_a_0001",
            "phantom__1",
            "my_phantom_1_0001",
            "a",
        ];
        assert!(!names.into_iter().any(is_phantom_name));
        let root = tempfile::tempdir().unwrap();
        let files = |name: &str| PairFiles {
            name: name.to_owned(),
            radiograph: root.path().join(format!("{name}_cxr.png")),
            soft_tissue: PathBuf::new(),
            lung_mask: None,
        };
        let described = |made_by: &str| {
            let text = format!("{{\"format\": 1, \"made_by\": \"{made_by}\"}}");
            std::fs::write(root.path().join("a_contents.json"), text).unwrap();
            is_phantom(&files("a"))
        };
        assert!(described("diaphane simulate") && !described("diaphane simulate --ct"));
        assert!(!is_phantom(&files("b")));
    }
}
