//! What a run notes as it goes on: its numbers, and the programs that it was trained with.

use super::{RunFolder, RunState, write_atomically};
use crate::train::{Terms, TrainError};
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

const LOG: &str = "log.csv";
const LOG_HEAD: &str = "iteration,elapsed_secs,split,term,value\n";
const STARTS: &str = "starts.csv";
const STARTS_HEAD: &str = "iteration,program,arithmetic\n";

impl RunFolder {
    /// Adds lines to the log.
    ///
    /// # Errors
    /// [`TrainError::File`] where it cannot be written.
    pub fn log(&self, state: &RunState, split: &str, terms: &Terms) -> Result<(), TrainError> {
        let path = self.log_file();
        let mut lines: Vec<String> = terms
            .iter()
            .map(|(term, value)| {
                let RunState {
                    iteration,
                    elapsed_secs,
                    ..
                } = state;
                // Learning rates lie below the sixth decimal.
                let value = if value.abs() < 1e-3 && *value != 0.0 {
                    format!("{value:e}")
                } else {
                    format!("{value:.6}")
                };
                format!("{iteration},{elapsed_secs:.1},{split},{term},{value}\n")
            })
            .collect();
        if !path.exists() {
            lines.insert(0, LOG_HEAD.to_owned());
        }
        fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .and_then(|mut file| file.write_all(lines.concat().as_bytes()))
            .map_err(TrainError::file("writing the log", &path))
    }

    /// Takes lines after `iteration` out of the log: a run that was killed logged further than its
    /// last checkpoint, and will log the same iterations again.
    ///
    /// # Errors
    /// [`TrainError::File`] where it cannot be written.
    pub fn rewind_log(&self, iteration: u64) -> Result<(), TrainError> {
        let path = self.log_file();
        let Ok(text) = fs::read_to_string(&path) else {
            return Ok(());
        };
        write_atomically(&path, lines_until(iteration, &text).as_bytes())
    }

    /// Notes that this program, of this version, goes on from `iteration` and how it calculates, words without commas. What
    /// it takes back of earlier starts are those whose work is lost. Tells how the work that is kept was calculated where that
    /// was otherwise: the weights are then no more those of a run that nobody stopped.
    ///
    /// # Errors
    /// [`TrainError::File`] where it cannot be written.
    pub(in crate::train) fn note_start(
        &self,
        iteration: u64,
        arithmetic: &str,
    ) -> Result<Option<String>, TrainError> {
        let path = self.root.join(STARTS);
        let text = fs::read_to_string(&path).unwrap_or_else(|_| STARTS_HEAD.to_owned());
        let kept = lines_until(iteration, &text);
        let program = concat!("diaphane ", env!("CARGO_PKG_VERSION"));
        let line = format!("{iteration},{program},{arithmetic}\n");
        write_atomically(&path, format!("{kept}{line}").as_bytes())?;
        let earlier = kept.lines().skip(1).last();
        let earlier = earlier.and_then(|line| line.split(',').nth(2));
        let earlier = earlier.filter(|earlier| iteration > 0 && *earlier != arithmetic);
        Ok(earlier.map(str::to_owned))
    }

    fn log_file(&self) -> PathBuf {
        self.root.join(LOG)
    }
}

/// The heading, and the lines that begin with no later iteration.
fn lines_until(iteration: u64, text: &str) -> String {
    let keep = |line: &&str| {
        let number = line.split(',').next().and_then(|n| n.parse::<u64>().ok());
        number.is_none_or(|n| n <= iteration)
    };
    text.lines()
        .filter(keep)
        .flat_map(|line| [line, "\n"])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rewound_log_holds_no_later_line() {
        let temp = tempfile::tempdir().unwrap();
        let folder = RunFolder {
            root: temp.path().to_owned(),
        };
        for iteration in [10, 20, 30] {
            let state = RunState {
                iteration,
                ..RunState::default()
            };
            let terms = Terms::from([("loss".to_owned(), 0.5)]);
            folder.log(&state, "training", &terms).unwrap();
        }
        folder.rewind_log(20).unwrap();
        let text = fs::read_to_string(temp.path().join("log.csv")).unwrap();
        assert_eq!(
            text,
            "iteration,elapsed_secs,split,term,value\n10,0.0,training,loss,0.500000\n20,0.0,training,loss,0.500000\n"
        );
    }

    #[test]
    fn every_start_whose_work_is_kept_names_its_program() {
        let temp = tempfile::tempdir().unwrap();
        let folder = RunFolder {
            root: temp.path().to_owned(),
        };
        let starts = temp.path().join(STARTS);
        assert_eq!(folder.note_start(0, "cpu f32").unwrap(), None);
        // As an earlier version of the program wrote it.
        let earlier = "iteration,program\n0,diaphane 0.0.1\n";
        fs::write(&starts, earlier).unwrap();
        for (iteration, arithmetic, told) in [
            (4, "cpu f32", None),
            (9, "cpu bf16", Some("cpu f32")),
            (6, "cpu bf16", Some("cpu f32")),
            (6, "cpu bf16", None),
        ] {
            let found = folder.note_start(iteration, arithmetic).unwrap();
            assert_eq!(found.as_deref(), told, "{iteration}");
        }
        let program = concat!("diaphane ", env!("CARGO_PKG_VERSION"));
        let expected =
            format!("{earlier}4,{program},cpu f32\n6,{program},cpu bf16\n6,{program},cpu bf16\n");
        assert_eq!(fs::read_to_string(&starts).unwrap(), expected);
    }
}
