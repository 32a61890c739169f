//! The program: no command opens the workstation, a command runs without a window.

use diaphane::cli::{self, Cli};
#[cfg(feature = "gui")]
use diaphane::model::{ModelError, SiteError};
use std::path::PathBuf;
use std::process::ExitCode;

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
    let (bundle, problem) = match diaphane::model::default_bundle() {
        Ok(bundle) => (Some(bundle), None),
        Err(SiteError::Model(ModelError::BundleNotFound { .. })) => (None, None),
        // Another model in place of the site's own must not pass unnoticed.
        Err(err) => (None, Some(err.to_string())),
    };
    match diaphane::ui::run(diaphane::ui::Startup {
        paths,
        bundle,
        problem,
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
