//! Which radiographs a command works on, and the stems of their outputs.

use super::args::Shard;
use crate::formats;
use anyhow::bail;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A radiograph's file with the stem its outputs are named by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Input {
    pub(super) path: PathBuf,
    pub(super) stem: String,
}

/// Inputs of a command.
#[derive(Debug, Default)]
pub(super) struct Inputs {
    pub(super) files: Vec<Input>,
    /// Paths that cannot be inputs, each with the sentence that says why.
    pub(super) refused: Vec<(PathBuf, String)>,
}

/// Walks `paths`, gives every file its own stem, and keeps this shard's part.
///
/// Stems are given before the division, so that shards never write under the same name.
pub(super) fn collect(paths: &[PathBuf], shard: Option<Shard>) -> anyhow::Result<Inputs> {
    let mut refused = Vec::new();
    let mut known = Vec::new();
    for path in paths {
        if path.exists() {
            known.push(path.clone());
        } else {
            refused.push((path.clone(), no_such_path(path)));
        }
    }
    let found = formats::find_radiographs(&known);
    let mut files = with_stems(found.files)?;
    if let Some(Shard { index, count }) = shard {
        let mine = |i: usize| i % count == index - 1;
        files = files
            .into_iter()
            .enumerate()
            .filter_map(|(i, input)| mine(i).then_some(input))
            .collect();
    }
    Ok(Inputs { files, refused })
}

/// The sentence about a path that leads nowhere.
pub(super) fn no_such_path(path: &Path) -> String {
    format!("there is no {}; check the path", path.display())
}

/// A file is named by its stem; files of equal stems take their folder's name before it.
fn with_stems(files: Vec<PathBuf>) -> anyhow::Result<Vec<Input>> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for path in &files {
        *counts.entry(stem(path)).or_default() += 1;
    }
    let mut named: BTreeMap<String, PathBuf> = BTreeMap::new();
    let mut inputs = Vec::new();
    for path in files {
        let mut name = stem(&path);
        if counts.get(&name).is_some_and(|&count| count > 1) {
            let folder = path.parent().and_then(Path::file_name);
            let folder = folder.map(|folder| folder.to_string_lossy().into_owned());
            name = format!("{}_{name}", folder.unwrap_or_default());
        }
        if let Some(other) = named.insert(name.clone(), path.clone()) {
            bail!(
                "the outputs of {} and {} would have the same name; run them into different folders",
                other.display(),
                path.display()
            );
        }
        inputs.push(Input { path, stem: name });
    }
    Ok(inputs)
}

fn stem(path: &Path) -> String {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy());
    stem.map_or_else(|| "radiograph".to_owned(), std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_stems_take_their_folder() {
        let paths = ["a/1.dcm", "b/1.dcm", "b/2.dcm"]
            .map(PathBuf::from)
            .to_vec();
        let stems: Vec<String> = with_stems(paths)
            .unwrap()
            .into_iter()
            .map(|input| input.stem)
            .collect();
        assert_eq!(stems, ["a_1", "b_1", "2"]);
    }

    #[test]
    fn names_that_cannot_be_told_apart_are_refused() {
        let paths = ["x/a/1.dcm", "y/a/1.dcm"].map(PathBuf::from).to_vec();
        let err = with_stems(paths).unwrap_err().to_string();
        assert!(err.contains("same name"), "{err}");
    }
}
