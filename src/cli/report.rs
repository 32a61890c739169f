//! What a command tells at its end: counts, sentences, exit status, lines of JSON.

use serde_json::Value;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

/// Exit status where some inputs failed.
const SOME_FAILED: u8 = 1;
/// Exit status after Ctrl-C: 128 + SIGINT, as shells have it.
const INTERRUPTED: u8 = 130;

/// Where machine output goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Machine {
    /// Nowhere.
    Silent,
    /// To standard output.
    Json,
}

impl Machine {
    pub(super) fn new(json: bool) -> Self {
        if json { Self::Json } else { Self::Silent }
    }

    /// Writes one JSON value as one line.
    pub(super) fn line(self, value: &Value) {
        if self == Self::Json {
            print_line(&value.to_string());
        }
    }

    /// Writes one JSON document, indented.
    pub(super) fn document(self, value: &Value) {
        if self == Self::Json {
            print_line(&format!("{value:#}"));
        }
    }
}

/// Writes a line to standard output; a reader that went away (`| head`) is no error of ours.
pub(super) fn print_line(line: &str) {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{line}")
        .and_then(|()| stdout.flush())
        .ok();
}

/// An error and its causes as one sentence; a cause that the sentence before it already tells is left out.
pub(super) fn sentence(err: &anyhow::Error) -> String {
    let mut told = String::new();
    for cause in err.chain().map(ToString::to_string) {
        if told.is_empty() {
            told = cause;
        } else if !told.contains(&cause) {
            told = format!("{told}: {cause}");
        }
    }
    told
}

/// How a command ended.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Inputs done.
    pub(super) done: usize,
    /// Inputs left out because they were done before.
    pub(super) skipped: usize,
    /// Inputs that failed.
    pub(super) failed: usize,
    /// Whether Ctrl-C ended it.
    pub(super) interrupted: bool,
}

impl Tally {
    /// One input done and nothing else.
    pub(super) fn one() -> Self {
        Self {
            done: 1,
            ..Self::default()
        }
    }

    /// Names a failed input for people and machines.
    pub(super) fn fail(&mut self, machine: Machine, file: &Path, sentence: &str) {
        self.failed += 1;
        eprintln!("error: {sentence}");
        machine.line(&serde_json::json!({
            "event": "failed",
            "file": file.display().to_string(),
            "error": sentence,
        }));
    }

    /// The closing line of a command over many inputs.
    pub(super) fn finish(&self, machine: Machine) {
        let Self {
            done,
            skipped,
            failed,
            interrupted,
        } = self;
        let before = if *skipped > 0 {
            format!(", {skipped} done before")
        } else {
            String::new()
        };
        let stopped = if *interrupted {
            ", stopped by Ctrl-C"
        } else {
            ""
        };
        eprintln!("{done} done, {failed} failed{before}{stopped}");
        machine.line(&serde_json::json!({
            "event": "finished",
            "done": done,
            "skipped": skipped,
            "failed": failed,
            "interrupted": interrupted,
        }));
    }

    pub(super) fn exit_code(&self) -> ExitCode {
        if self.interrupted {
            ExitCode::from(INTERRUPTED)
        } else if self.failed > 0 {
            ExitCode::from(SOME_FAILED)
        } else {
            ExitCode::SUCCESS
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::{FormatError, Problem};
    use anyhow::Context as _;

    #[test]
    fn a_cause_that_was_told_is_not_told_again() {
        let err = anyhow::Error::new(FormatError::new(Path::new("a.png"), Problem::Empty));
        assert_eq!(
            sentence(&err),
            "The file is empty. Export it again. File: a.png"
        );
        let refused = std::io::Error::other("no room");
        let err = Err::<(), _>(refused).context("cannot write b").unwrap_err();
        assert_eq!(sentence(&err), "cannot write b: no room");
    }
}
