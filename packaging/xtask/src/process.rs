//! Other programs: cargo, and whatever a chore starts.

use crate::libtorch;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Cargo in the repository's root. An empty `LIBTORCH` would hide the link from the build.
pub fn cargo(args: &[&str]) -> Command {
    println!("xtask: cargo {}", args.join(" "));
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(args).current_dir(libtorch::root());
    if std::env::var_os("LIBTORCH").is_some_and(|own| own.is_empty()) {
        cargo.env_remove("LIBTORCH");
    }
    cargo
}

/// The released program, where cargo leaves it.
pub fn program() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| libtorch::root().join("target"), PathBuf::from);
    target
        .join("release")
        .join(format!("diaphane{}", std::env::consts::EXE_SUFFIX))
}

/// Runs a program to its end; its messages go to this one's.
pub fn run(command: &mut Command) -> Result<(), String> {
    let name = name(command);
    let status = command
        .status()
        .map_err(|err| format!("cannot start {name}: {err}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!(
            "{name} ended with {status}; its message stands above"
        ))
    }
}

/// Runs a program to its end and hands back what it wrote to standard output.
pub fn read(command: &mut Command) -> Result<String, String> {
    let name = name(command);
    let Output {
        status,
        stdout,
        stderr,
    } = command
        .output()
        .map_err(|err| format!("cannot start {name}: {err}"))?;
    if status.success() {
        return Ok(String::from_utf8_lossy(&stdout).into_owned());
    }
    let (said, told) = (
        String::from_utf8_lossy(&stdout),
        String::from_utf8_lossy(&stderr),
    );
    Err(format!("{name} ended with {status}: {said}{told}"))
}

fn name(command: &Command) -> String {
    Path::new(command.get_program())
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
