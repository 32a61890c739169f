//! Which radiographs a command works on, and the stems of their outputs.

use super::words::Shard;
use crate::formats;
use crate::pipeline::read_certificate;
use crate::radiograph::counted;
use anyhow::{bail, ensure};
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
    /// This shard's part.
    pub(super) files: Vec<Input>,
    /// The radiographs of all shards: no output of any shard may replace one.
    pub(super) sources: Vec<PathBuf>,
    /// Paths that cannot be inputs, each with the sentence that says why.
    pub(super) refused: Vec<(PathBuf, String)>,
    /// Number of pictures in walked folders that an earlier run wrote.
    pub(super) own_outputs: usize,
    /// Number of files and folders in walked folders that are neither radiographs nor certificates.
    pub(super) other_files: usize,
}

impl Inputs {
    /// Sentences about what walked folders hold beside radiographs; empty where there is nothing else.
    pub(super) fn left_out(&self) -> Vec<String> {
        let mut sentences = Vec::new();
        if self.own_outputs > 0 {
            sentences.push(format!(
                "left out {}: written by an earlier run, by what it says of itself or stands beside; name a file to take it all the same",
                counted(self.own_outputs, "picture")
            ));
        }
        if self.other_files > 0 {
            sentences.push(format!(
                "left out {}: no radiograph by content",
                counted(self.other_files, "other file")
            ));
        }
        sentences
    }
}

/// Walks `paths`, gives every file its own stem, and keeps this shard's part.
///
/// Stems are given before the division, so that shards never write under the same name. A folder's
/// pictures that an earlier run wrote are left out; a file that is named is taken whatever it is.
///
/// # Errors
/// Where nothing is found, or two files would have outputs of the same name.
pub(super) fn collect(paths: &[PathBuf], shard: Option<Shard>) -> anyhow::Result<Inputs> {
    let mut inputs = Inputs::default();
    let mut known = Vec::new();
    for path in paths {
        if formats::exists(path) {
            known.push(path.clone());
        } else {
            inputs.refused.push((path.clone(), no_such_path(path)));
        }
    }
    let found = formats::find_radiographs(&known, &formats::Search::default());
    let is_ours = |path: &Path| {
        path.extension().is_some_and(|ending| ending == "json") && read_certificate(path).is_some()
    };
    let skipped = found.skipped.iter();
    let (own, others): (Vec<_>, Vec<_>) = skipped.partition(|other| other.is_own_output());
    inputs.own_outputs = own.len();
    inputs.other_files = others.iter().filter(|other| !is_ours(&other.path)).count();
    inputs.sources = found.files;
    ensure!(
        !inputs.sources.is_empty() || !inputs.refused.is_empty(),
        nothing_found(&known, &inputs)
    );
    inputs.files = with_stems(inputs.sources.clone())?;
    if let Some(Shard { index, count }) = shard {
        let mine = |i: usize| i % count == index - 1;
        inputs.files = inputs
            .files
            .into_iter()
            .enumerate()
            .filter_map(|(i, input)| mine(i).then_some(input))
            .collect();
    }
    Ok(inputs)
}

/// The sentence about a path that leads nowhere.
pub(super) fn no_such_path(path: &Path) -> String {
    format!("there is no {}; check the path", path.display())
}

/// The sentence about folders without a radiograph.
pub(super) fn no_radiograph_in(paths: &[PathBuf]) -> String {
    let names: Vec<String> = paths
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    format!(
        "there is no radiograph in {}; give DICOM, PNG, TIFF or JPEG files, or a folder or ZIP archive that holds some",
        names.join(", ")
    )
}

fn nothing_found(paths: &[PathBuf], inputs: &Inputs) -> String {
    let mut sentences = vec![no_radiograph_in(paths)];
    sentences.extend(inputs.left_out());
    sentences.join("; ")
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

    /// A picture called like an output is one only beside its radiograph or certificate.
    #[test]
    fn pictures_of_earlier_runs_are_left_out_of_a_folder_and_taken_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in [
            "chest.PNG",
            "chest_soft.png",
            "chest_lungmask.png",
            "a_cxr.png",
            "a_bone.png",
            "lonely_soft.png",
            "chest_other.png",
        ] {
            std::fs::write(at(name), b"\x89PNG\r\n\x1a\n").unwrap();
        }
        std::fs::write(at("notes.txt"), b"hello").unwrap();
        let inputs = collect(&[folder.path().to_owned()], None).unwrap();
        assert_eq!(
            inputs.sources,
            [
                "a_cxr.png",
                "chest.PNG",
                "chest_other.png",
                "lonely_soft.png"
            ]
            .map(at)
        );
        assert_eq!((inputs.own_outputs, inputs.other_files), (3, 1));
        let told = inputs.left_out().join("\n");
        assert!(told.contains("left out 3 pictures"), "{told}");
        let named = collect(&[folder.path().to_owned(), at("chest_soft.png")], None).unwrap();
        assert_eq!(named.sources.len(), 5, "{:?}", named.sources);
    }

    #[test]
    fn a_shard_knows_the_sources_of_the_others() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.png", "b.png"] {
            std::fs::write(folder.path().join(name), b"\x89PNG\r\n\x1a\n").unwrap();
        }
        let shard = Some(Shard { index: 2, count: 2 });
        let inputs = collect(&[folder.path().to_owned()], shard).unwrap();
        assert_eq!((inputs.files.len(), inputs.sources.len()), (1, 2));
    }

    #[test]
    fn an_empty_folder_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let err = collect(&[folder.path().to_owned()], None).unwrap_err();
        assert!(err.to_string().contains("no radiograph in"), "{err}");
    }
}
