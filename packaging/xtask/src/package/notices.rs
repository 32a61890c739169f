//! Licence texts of what others wrote and the package holds.

use crate::process::{cargo, read};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Beginnings of the names, in capitals, of files that hold a licence or what has to go with it.
const LICENCE_FILES: [&str; 8] = [
    "LICENSE",
    "LICENCE",
    "COPYING",
    "COPYRIGHT",
    "NOTICE",
    "UNLICENSE",
    "OFL",
    "UFL",
];
/// Endings of files whose name may begin so although they hold something else.
const PROGRAM_TEXT: [&str; 3] = ["rs", "h", "toml"];
/// How deep in a crate a library it brings along keeps its licence.
const DEPTH: usize = 3;

/// One crate of the program.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Clone)]
struct Crate {
    /// Name and version, as the folder of its source is called.
    folder: String,
    licence: String,
    repository: String,
}

/// Every crate in the program for this platform: a list, then each licence text with the crates it is for.
pub fn of_crates() -> Result<String, String> {
    let tree = read(&mut cargo(&[
        "tree",
        "--locked",
        "--package",
        "diaphane",
        "--edges",
        "normal",
        "--prefix",
        "none",
        "--format",
        "{p}|{l}|{r}",
    ]))?;
    let crates = crates_in(&tree);
    let sources = source_folders();
    let mut texts: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    let mut text =
        "Crates in this program, with the licence each declares and where it is kept\n\n"
            .to_owned();
    for entry in &crates {
        writeln!(
            text,
            "{}: {} <{}>",
            entry.folder, entry.licence, entry.repository
        )
        .ok();
        let source = sources.iter().map(|folder| folder.join(&entry.folder));
        let Some(source) = source.into_iter().find(|folder| folder.is_dir()) else {
            return Err(format!(
                "the source of the crate {} is not in cargo's registry folder; run `cargo fetch --locked`",
                entry.folder
            ));
        };
        for licence in licence_texts(&source, DEPTH) {
            let crates = texts.entry(licence).or_default();
            if crates.last() != Some(&entry.folder.as_str()) {
                crates.push(&entry.folder);
            }
        }
    }
    for (licence, crates) in &texts {
        let rule = "=".repeat(80);
        write!(
            text,
            "\n{rule}\n{}\n{rule}\n\n{licence}\n",
            crates.join(", ")
        )
        .ok();
    }
    Ok(text)
}

/// A file of the licence folder of an unpacked wheel beside libtorch.
pub fn of_wheel(libtorch: &Path, wheel: &str, file: &str) -> Result<PathBuf, String> {
    let unpacked = libtorch
        .canonicalize()
        .unwrap_or_else(|_| libtorch.to_path_buf());
    let folder = unpacked.parent().unwrap_or(&unpacked);
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let is_wheel = |name: &str| name.starts_with(wheel) && name.ends_with(".dist-info");
    entries
        .filter(|entry| is_wheel(&entry.file_name().to_string_lossy()))
        .map(|entry| entry.path().join("licenses").join(file))
        .find(|path| path.is_file())
        .ok_or_else(|| {
            format!(
                "there is no licence of {wheel}* beside {}; packages are made with the libtorch that `cargo xtask setup` fetches: unset LIBTORCH",
                libtorch.display()
            )
        })
}

/// The crates in the output of `cargo tree`, each once; those of this repository, which name a folder, left out.
fn crates_in(tree: &str) -> BTreeSet<Crate> {
    tree.lines()
        .filter_map(|line| {
            let mut fields = line.trim_end_matches(" (*)").split('|');
            let (package, licence) = (fields.next()?, fields.next()?);
            let (name, version) = package.split_once(" v")?;
            // `(proc-macro)` stands behind the version, and so does a folder.
            let (version, kind) = version.split_once(' ').unwrap_or((version, ""));
            (!kind.contains('/')).then(|| Crate {
                folder: format!("{name}-{version}"),
                licence: licence.to_owned(),
                repository: fields.next().unwrap_or_default().to_owned(),
            })
        })
        .collect()
}

/// Cargo's folders of unpacked crates, one a registry.
fn source_folders() -> Vec<PathBuf> {
    let home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cargo")));
    let registries = home.map(|home| home.join("registry").join("src"));
    let entries = registries.and_then(|folder| std::fs::read_dir(folder).ok());
    let entries = entries.into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}

fn licence_texts(folder: &Path, depth: usize) -> Vec<String> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    paths.sort();
    let mut texts = Vec::new();
    for path in paths {
        if path.is_dir() {
            if depth > 1 {
                texts.extend(licence_texts(&path, depth - 1));
            }
        } else if is_licence(&path)
            && let Ok(text) = std::fs::read_to_string(&path)
        {
            texts.push(text.replace("\r\n", "\n").trim().to_owned());
        }
    }
    texts
}

/// By the name, unless it is that of program text.
fn is_licence(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = name.to_uppercase();
    let starts = LICENCE_FILES.iter().any(|start| name.starts_with(start));
    let ending = path.extension().unwrap_or_default();
    starts
        && !PROGRAM_TEXT
            .iter()
            .any(|own| ending.eq_ignore_ascii_case(own))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crates_are_listed_once_and_own_ones_not() {
        let tree = "diaphane v0.1.0 (/tree)|MIT OR Apache-2.0|\n\
            anyhow v1.0.102|MIT OR Apache-2.0|https://example.org/anyhow\n\
            clap_derive v4.6.7 (proc-macro)|MIT|https://example.org/clap\n\
            anyhow v1.0.102|MIT OR Apache-2.0|https://example.org/anyhow (*)\n";
        let crates: Vec<Crate> = crates_in(tree).into_iter().collect();
        let folders: Vec<&str> = crates.iter().map(|entry| entry.folder.as_str()).collect();
        assert_eq!(folders, ["anyhow-1.0.102", "clap_derive-4.6.7"]);
        assert_eq!(crates[0].licence, "MIT OR Apache-2.0");
        assert_eq!(crates[0].repository, "https://example.org/anyhow");
    }

    #[test]
    fn licences_are_known_by_their_names() {
        for name in ["LICENSE-MIT", "license.txt", "COPYING", "UFL.txt", "NOTICE"] {
            assert!(is_licence(Path::new(name)), "{name}");
        }
        for name in ["license.rs", "README.md", "Cargo.toml", "copyright.h"] {
            assert!(!is_licence(Path::new(name)), "{name}");
        }
    }
}
