//! The program: no command opens the workstation, a command runs without a window.

use diaphane::cli::{self, Cli};
use std::path::PathBuf;
use std::process::ExitCode;

/// The bundle the window opens with, found as `--model` finds one.
#[cfg(feature = "gui")]
const DEFAULT_BUNDLE: &str = "compact";

fn main() -> ExitCode {
    leave_worker_panics_to_the_worker();
    let Cli {
        paths,
        suppress,
        command,
    } = match cli::parse(std::env::args_os()) {
        Ok(cli) => cli,
        Err(status) => return status,
    };
    match command {
        Some(command) => cli::run(command),
        None => open_window(paths, suppress),
    }
}

/// A panic of the worker thread becomes the sentence of its job; printed as well, it would be told twice.
fn leave_worker_panics_to_the_worker() {
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let on_worker = std::thread::current().name() == Some("diaphane-worker");
        if !on_worker || std::env::var_os("RUST_BACKTRACE").is_some() {
            print(panic);
        }
    }));
}

#[cfg(feature = "gui")]
fn open_window(paths: Vec<PathBuf>, suppress: bool) -> ExitCode {
    // Without a bundle the window opens all the same and says how to load one.
    let bundle = diaphane::model::find_bundle(DEFAULT_BUNDLE).ok();
    match diaphane::ui::run(diaphane::ui::Startup {
        paths,
        bundle,
        suppress,
    }) {
        Ok(()) => ExitCode::SUCCESS,
        Err(err) => {
            eprintln!("error: {}", cli::sentence_without_window(&err.to_string()));
            ExitCode::from(2)
        }
    }
}

#[cfg(not(feature = "gui"))]
fn open_window(_paths: Vec<PathBuf>, _suppress: bool) -> ExitCode {
    eprintln!("error: this program was built without the window; give a command, see --help");
    ExitCode::from(2)
}
