//! The program under test, in a folder with a tiny bundle and a small radiograph.

use crate::tiny;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// A folder of its own for one test.
pub struct Bench {
    pub folder: TempDir,
}

impl Bench {
    /// A bundle `tiny` and a radiograph `chest.png` with its mask.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        tiny::write_bundle(&folder.path().join("tiny"), true);
        tiny::write_chest(folder.path(), "chest", 150, 120);
        Self { folder }
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The program, run in the folder.
    pub fn diaphane(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_diaphane"))
            .args(arguments)
            .current_dir(self.folder.path())
            .env("DIAPHANE_MODELS", self.folder.path())
            .output()
            .unwrap()
    }

    /// `suppress chest.png` with the given mask into `out`, with more arguments.
    pub fn suppress(&self, more: &[&str]) -> Output {
        let mut arguments = vec![
            "suppress",
            "chest.png",
            "--model",
            "tiny",
            "--device",
            "cpu",
            "--mask",
            "chest_mask.png",
            "--out",
            "out",
        ];
        arguments.extend(more);
        self.diaphane(&arguments)
    }
}

/// Exit status.
pub fn status(output: &Output) -> i32 {
    output.status.code().unwrap()
}

/// What people are told.
pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Standard output as one JSON document.
pub fn document(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|err| panic!("{err}: {}", String::from_utf8_lossy(&output.stdout)))
}

/// Standard output as one JSON value a line.
pub fn lines(output: &Output) -> Vec<Value> {
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|err| panic!("{err}: {line}")))
        .collect()
}

/// Files of a folder with their bytes.
pub fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read(&path).unwrap())
        })
        .collect();
    files.sort();
    files
}

/// Names of a folder's files, sorted.
pub fn names(folder: &Path) -> Vec<String> {
    contents(folder).into_iter().map(|(name, _)| name).collect()
}
