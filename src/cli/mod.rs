//! The command line: everything the workstation can do, without a window.
//!
//! `args` is what was typed, `job` what it means; each command has its own file. `suppress`, `segment`, `evaluate`,
//! `models promote` and `train` drive the same worker thread as the window; `models verify`, `models pack` and `import`
//! have no worker and use libtorch on the main thread, and so do `evaluate` for the LPIPS column, between two jobs of the
//! worker, and `models promote` to check its copy.
//! Everything is written for people to standard error and for machines to standard output.

pub mod args;

mod batch;
pub mod dataset;
mod evaluate;
mod import;
mod inputs;
mod inspect;
mod interrupt;
mod job;
mod kind;
mod manual;
pub mod models;
mod outputs;
mod pairs;
pub mod probe;
mod report;
mod segment;
mod session;
pub mod simulate;
mod start;
mod suppress;
mod train;
pub mod words;

pub use args::Cli;
pub use start::{parse, sentence_without_window};

use args::Command;
use report::{Tally, sentence};
use std::process::ExitCode;

/// Exit status of wrong usage or a broken environment.
const USAGE: u8 = 2;

/// Runs one command to its end and says how it ended: 0 done, 1 some inputs failed, 2 usage or
/// environment, 130 stopped by Ctrl-C.
pub fn run(command: Command) -> ExitCode {
    match dispatch(command) {
        Ok(tally) => tally.exit_code(),
        Err(err) => {
            eprintln!("error: {}", sentence(&err));
            ExitCode::from(USAGE)
        }
    }
}

fn dispatch(command: Command) -> anyhow::Result<Tally> {
    match command {
        Command::Suppress(args) => suppress::run(&job::SuppressJob::new(&args)?),
        Command::Segment(args) => segment::run(&job::SegmentJob::new(&args)?),
        Command::Evaluate(args) => evaluate::run(&args),
        Command::Train(args) => train::run(&args),
        Command::Dataset(args) => dataset::run(&args),
        Command::Simulate(args) => simulate::run(&args),
        Command::Import(args) => import::run(&args),
        Command::Models(args) => models::run(&args),
        Command::Probe(args) => probe::run(&args),
        Command::Inspect(args) => inspect::run(&args),
        Command::Manual(args) => manual::run(&args),
    }
}
