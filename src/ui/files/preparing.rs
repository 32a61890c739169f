//! File work that writes what a run begins with: its run file, and who is learned from.

use super::{FileWork, TrainingWork};
use crate::dataset::{Split, list_pairs};
use crate::formats::{make_private_folder, write_atomically};
use crate::ui::training::Prepared;
use crate::worker::{check_run_file, check_run_place, complete_run_file};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The run file of the wizard in its run folder; `run.toml` is written beside it by the run, in full.
const RUN_FILE: &str = "plan.toml";
/// The split in a run folder.
pub(in crate::ui) const SPLIT_FILE: &str = "split.json";

/// What a run begins with.
pub(in crate::ui) struct RunFiles {
    /// The run folder.
    pub folder: PathBuf,
    /// The text of the run file.
    pub run: String,
    /// Who is learned from.
    pub split: Split,
    /// The folder of the pairs that are mixed in, where there are any.
    pub mixed: Option<PathBuf>,
}

impl FileWork {
    /// Writes the run file and the split into the run folder.
    pub(in crate::ui) fn prepare_run(&mut self, files: RunFiles) {
        let lost = TrainingWork::Prepared(Err("the run file could not be written".to_owned()));
        self.train("diaphane-plan", lost, move || {
            TrainingWork::Prepared(files.write())
        });
    }
}

impl RunFiles {
    /// Looks whether the run may lie there and learn from that, then writes.
    fn write(&self) -> Result<Prepared, String> {
        let folder = &self.folder;
        let refused = |err: std::io::Error| {
            let folder = folder.display();
            format!("the run folder cannot be made ({err}); choose another one: {folder}")
        };
        if folder.join("run.toml").exists() {
            let folder = folder.display();
            return Err(format!(
                "a run lies in this folder already; open it to go on, or choose another folder: {folder}"
            ));
        }
        self.check_mixed()?;
        let sources = self.split.folders.iter().chain(&self.mixed);
        check_run_place(folder, sources.map(PathBuf::as_path))?;
        let split_file = folder.join(SPLIT_FILE);
        if split_file.exists() && !folder.join(RUN_FILE).exists() {
            let file = split_file.display();
            return Err(format!(
                "a split lies in this folder that is not this window's; choose another folder, so that it stays: {file}"
            ));
        }
        make_private_folder(folder).map_err(refused)?;
        self.split
            .write(&split_file, true)
            .map_err(|err| err.to_string())?;
        let run_file = folder.join(RUN_FILE);
        let run = complete_run_file(&self.run, &run_file)?;
        write_atomically(&run_file, run.as_bytes(), true).map_err(|err| err.to_string())?;
        check_run_file(&run_file)?;
        Ok(Prepared { run_file })
    }

    /// Refuses pairs to mix in that the split would part, or that have the names of such, and a folder that has none.
    fn check_mixed(&self) -> Result<(), String> {
        let Some(mixed) = &self.mixed else {
            return Ok(());
        };
        let real = |folder: &Path| folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        let place = real(mixed);
        let mut own = self.split.folders.iter().map(|folder| real(folder));
        if own.any(|own| own.starts_with(&place) || place.starts_with(&own)) {
            return Err(format!(
                "the pairs to mix in lie together with the site's own, which are parted for validation and test; give \
                 them a folder elsewhere: {}",
                mixed.display()
            ));
        }
        let found = list_pairs(mixed, None).map_err(|err| format!("pairs to mix in: {err}"))?;
        let names: BTreeSet<&String> = self.split.pairs.iter().map(|pair| &pair.name).collect();
        let mut pairs = found.pairs.into_iter();
        // Whoever judges the run tells pairs by their names.
        match pairs.find(|pair| names.contains(&pair.name)) {
            None => Ok(()),
            Some(pair) => Err(format!(
                "a pair to mix in has the name of one of the site's own, {}; give its files another name: {}",
                pair.name,
                pair.radiograph.display()
            )),
        }
    }
}
