//! The program: no command opens the workstation, a command runs without a window.

use clap::Parser as _;
use diaphane::cli::{self, Cli};
use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let Cli { paths, command } = Cli::parse();
    match command {
        Some(command) => cli::run(command),
        None => open_window(paths),
    }
}

fn open_window(paths: Vec<PathBuf>) -> ExitCode {
    drop(paths);
    eprintln!("error: this program was built without the window; give a command, see --help");
    ExitCode::from(2)
}
