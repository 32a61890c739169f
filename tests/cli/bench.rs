//! The program under test, in a folder with a tiny bundle and a small radiograph.

use crate::tiny;
use diaphane::formats::hexadecimal;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
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
            // What the user of this machine has promoted is not under test.
            .env("DIAPHANE_SITE_DIR", self.path("site"))
            .output()
            .unwrap()
    }

    /// A bundle like `tiny` but for its number of steps.
    pub fn write_variant(&self, name: &str, steps: usize) {
        tiny::write_bundle(&self.path(name), true);
        let manifest = self.path(name).join("manifest.toml");
        let text = fs::read_to_string(&manifest).unwrap();
        let changed = text.replace("\nsteps = 3\n", &format!("\nsteps = {steps}\n"));
        assert_ne!(text, changed);
        fs::write(manifest, changed).unwrap();
    }

    /// Pairs `a`, `b` and `c` with masks in `pairs`, whose soft-tissue images are what this bundle makes of them.
    pub fn write_pairs_of(&self, model: &str) {
        let pairs = self.path("pairs");
        fs::create_dir(&pairs).unwrap();
        for (name, width) in [("a", 150), ("b", 160), ("c", 170)] {
            tiny::write_chest(&pairs, name, width, 120);
            let file = |ending: &str| pairs.join(format!("{name}{ending}.png"));
            fs::rename(file(""), file("_cxr")).unwrap();
            fs::rename(file("_mask"), file("_lungmask")).unwrap();
        }
        for name in ["a", "b", "c"] {
            let file = |ending: &str| format!("pairs/{name}_{ending}.png");
            let (cxr, mask) = (file("cxr"), file("lungmask"));
            let inputs = ["suppress", &cxr, "--mask", &mask, "--model", model];
            let output =
                self.diaphane(&[&inputs[..], &["--device", "cpu", "--out", "made"]].concat());
            assert_eq!(status(&output), 0, "{}", stderr(&output));
            let made = self.path("made").join(format!("{name}_cxr_soft.png"));
            fs::copy(made, pairs.join(format!("{name}_soft.png"))).unwrap();
        }
    }

    /// Lets a bundle say that it learned from one file of these bytes, and from the patients or pictures of these keys.
    pub fn write_learned(&self, model: &str, bytes: &[u8], keys: &[&str]) {
        self.write_learned_after(model, bytes, keys, (&[], &[]));
    }

    /// The same of one that goes on from weights of which nothing is known, or that was trained with these splits.
    pub fn write_learned_after(
        &self,
        model: &str,
        bytes: &[u8],
        keys: &[&str],
        (unknown, splits): (&[&str], &[&str]),
    ) {
        let sha256 = |bytes: &[u8]| hexadecimal(&Sha256::digest(bytes));
        let keys: Vec<String> = keys.iter().map(|key| sha256(key.as_bytes())).collect();
        let record = json!({
            "format": 1,
            "training": [sha256(bytes)],
            "validation": [],
            "keys": keys,
            "unknown": unknown,
            "splits": splits,
        });
        let record = record.to_string();
        let folder = self.path(model);
        fs::write(folder.join("learned-from.json"), &record).unwrap();
        let manifest = folder.join("manifest.toml");
        let text = fs::read_to_string(&manifest).unwrap();
        let text = text.split("\n[learned_from]").next().unwrap();
        let listed = format!(
            "\n[learned_from]\nname = \"learned-from.json\"\nsha256 = \"{}\"\nbytes = {}\n",
            sha256(record.as_bytes()),
            record.len()
        );
        fs::write(manifest, text.to_owned() + &listed).unwrap();
    }

    /// Writes `split.json` of the three pairs, of which these are tested; `a` and `b` are of one patient.
    pub fn write_split(&self, tested: &[&str]) {
        let entry = |name: &&str| {
            let files = ["cxr", "soft"].map(|part| format!("pairs/{name}_{part}.png"));
            let hashed = files.map(|file| {
                let bytes = fs::read(self.path(&file)).unwrap();
                (file, hexadecimal(&Sha256::digest(bytes)))
            });
            json!({
                "name": name,
                "part": if tested.contains(name) { "test" } else { "training" },
                "group": if *name == "c" { "c" } else { "a and b" },
                "sha256": BTreeMap::from(hashed),
            })
        };
        let pairs: Vec<Value> = ["a", "b", "c"].iter().map(entry).collect();
        let split = json!({
            "format": 1,
            "plan": { "seed": 1, "validation": 0.1, "test": 0.1 },
            "pairs": pairs,
        });
        fs::write(self.path("split.json"), split.to_string()).unwrap();
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
