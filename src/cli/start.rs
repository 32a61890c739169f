//! Before a command is known: the line is parsed, a mistyped command is told from a path, and a window
//! that cannot open is explained.

use super::USAGE;
use super::args::Cli;
use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser as _};
use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

/// Most edits between a mistyped word and the command that was meant.
const MOST_EDITS: usize = 3;

/// The command line, or the exit status after saying why there is none.
///
/// # Errors
/// 0 after `--help` and `--version`; 2 after a sentence on wrong usage. A first word that is neither a
/// file nor a command is wrong usage: no window opens for it.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Cli, ExitCode> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    match Cli::try_parse_from(&arguments) {
        Ok(cli) => match cli.paths.first().and_then(|path| mistyped(path)) {
            Some(sentence) if cli.command.is_none() => Err(refuse(&sentence)),
            _ => Ok(cli),
        },
        Err(err) => {
            // Behind a mistyped command its options are unknown, which is not what went wrong.
            let word = arguments.get(1).and_then(|word| mistyped(Path::new(word)));
            match word {
                Some(sentence) if err.kind() == ErrorKind::UnknownArgument => {
                    Err(refuse(&sentence))
                }
                _ => {
                    err.print().ok();
                    Err(ExitCode::from(if err.use_stderr() { USAGE } else { 0 }))
                }
            }
        }
    }
}

fn refuse(sentence: &str) -> ExitCode {
    eprintln!("error: {sentence}");
    ExitCode::from(USAGE)
}

/// The sentence about a word that looks like a command and is neither one nor a file.
fn mistyped(path: &Path) -> Option<String> {
    let word = path.to_str()?;
    let looks_like_a_word = word.starts_with(|c: char| c.is_ascii_alphabetic())
        && word.chars().all(|c| c.is_ascii_alphabetic() || c == '-');
    let cli = Cli::command();
    let commands = || cli.get_subcommands().map(clap::Command::get_name);
    if !looks_like_a_word || path.exists() || commands().any(|command| command == word) {
        return None;
    }
    let lower = word.to_lowercase();
    let nearest = commands()
        .map(|command| (edits(&lower, command), command))
        .min()
        .filter(|&(edits, command)| edits <= MOST_EDITS.min(command.len() / 2));
    Some(match nearest {
        Some((_, command)) => {
            format!("no such file or command `{word}`; did you mean `{command}`?")
        }
        None => format!("no such file or command `{word}`; see --help"),
    })
}

/// Levenshtein's distance: insertions, deletions and replacements from one word to another.
fn edits(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, a) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (j, b) in b.chars().enumerate() {
            let above = row.get(j + 1).copied().unwrap_or(usize::MAX - 1);
            let best = (diagonal + usize::from(a != b))
                .min(above + 1)
                .min(left + 1);
            if let Some(cell) = row.get_mut(j) {
                *cell = left;
            }
            (diagonal, left) = (above, best);
        }
        if let Some(last) = row.last_mut() {
            *last = left;
        }
    }
    row.last().copied().unwrap_or(0)
}

/// Why no window opened, in one sentence: what the window system says, without the place in its source
/// that says it, and the way that needs no window.
pub fn sentence_without_window(reason: &str) -> String {
    if reason.contains("WAYLAND_DISPLAY") {
        return "there is no display to open a window on; use a command that needs none, such as diaphane suppress FILE --out DIR (see --help)".to_owned();
    }
    // wgpu says so where neither Vulkan nor OpenGL has a driver, not even one that draws on the processor.
    if reason.contains("surface for any enabled backend")
        || reason.contains("No suitable wgpu adapter")
    {
        return "there is no graphics driver to draw a window with; install one (on Debian: apt install mesa-vulkan-drivers), or use a command that needs none, such as diaphane suppress FILE --out DIR (see --help)".to_owned();
    }
    let kept: Vec<&str> = reason
        .split_whitespace()
        .filter(|word| !word.contains(".rs:"))
        .collect();
    kept.join(" ").replace("os error at ", "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentence(word: &str) -> Option<String> {
        mistyped(Path::new(word))
    }

    #[test]
    fn edits_are_counted() {
        for (a, b, count) in [
            ("supress", "suppress", 1),
            ("suppress", "suppress", 0),
            ("kitten", "sitting", 3),
            ("", "abc", 3),
            ("abc", "", 3),
        ] {
            assert_eq!(edits(a, b), count, "{a} {b}");
        }
    }

    #[test]
    fn a_mistyped_command_is_no_path() {
        let told = sentence("supress").unwrap();
        assert!(told.ends_with("did you mean `suppress`?"), "{told}");
        let told = sentence("Trian").unwrap();
        assert!(told.contains("`train`"), "{told}");
        let told = sentence("wholly-other").unwrap();
        assert!(told.contains("--help"), "{told}");
        // Paths, whether they exist or not, and existing files are for the window.
        for path in ["chest.png", "a/b", "Cargo.toml", "src", "1.2.840"] {
            assert_eq!(sentence(path), None, "{path}");
        }
    }

    #[test]
    fn a_window_that_cannot_open_points_to_the_commands() {
        let winit = "the window cannot be opened: winit EventLoopError: os error at /x/winit/mod.rs:765: neither WAYLAND_DISPLAY nor WAYLAND_SOCKET nor DISPLAY is set.; use the command line";
        let told = sentence_without_window(winit);
        assert!(
            told.contains("no display") && told.contains("diaphane suppress"),
            "{told}"
        );
        let wgpu = "the window cannot be opened: WGPU error: Failed to create surface for any enabled backend: {}; use the command line";
        let told = sentence_without_window(wgpu);
        assert!(
            told.contains("apt install mesa-vulkan-drivers") && !told.contains("{}"),
            "{told}"
        );
        let other =
            "the window cannot be opened: os error at /x/y.rs:7: refused; use the command line";
        assert_eq!(
            sentence_without_window(other),
            "the window cannot be opened: refused; use the command line"
        );
    }
}
