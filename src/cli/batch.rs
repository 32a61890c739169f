//! A run over many radiographs: what every such command does before the first and after each.

use super::inputs::{Input, Inputs};
use super::job::{Destination, NetworkChoice};
use super::report::{Machine, Tally, sentence};
use super::session::{LoadedBundle, Session};
use serde_json::Value;

/// How one radiograph ended.
pub(super) enum Outcome {
    /// Its outputs are written; the line of machine output that says so.
    Done(Value),
    /// An earlier run had done the same.
    DoneBefore,
    /// Ctrl-C came first.
    Interrupted,
}

/// Names what cannot be an input, loads the networks, and does `each` radiograph until the last or Ctrl-C.
pub(super) fn run(
    inputs: &Inputs,
    network: &NetworkChoice,
    destination: &Destination,
    mut each: impl FnMut(&Session, &LoadedBundle, &Input) -> anyhow::Result<Outcome>,
) -> anyhow::Result<Tally> {
    let machine = destination.machine;
    let mut tally = Tally::default();
    tell_what_is_left_out(inputs, machine);
    for (path, sentence) in &inputs.refused {
        tally.fail(machine, path, sentence);
    }
    if inputs.files.is_empty() {
        tally.finish(machine);
        return Ok(tally);
    }
    let session = Session::start(network.compute)?;
    let Some(bundle) = session.load(network)? else {
        tally.interrupted = true;
        return Ok(tally);
    };
    for input in &inputs.files {
        match each(&session, &bundle, input) {
            Ok(Outcome::Done(event)) => {
                tally.done += 1;
                machine.line(&event);
            }
            Ok(Outcome::DoneBefore) => {
                tally.skipped += 1;
                machine.line(&serde_json::json!({
                    "event": "skipped",
                    "file": input.path.display().to_string(),
                }));
            }
            Ok(Outcome::Interrupted) => tally.interrupted = true,
            Err(err) => tally.fail(machine, &input.path, &sentence(&err)),
        }
        if session.is_interrupted() {
            tally.interrupted = true;
            break;
        }
    }
    tally.finish(machine);
    Ok(tally)
}

fn tell_what_is_left_out(inputs: &Inputs, machine: Machine) {
    let Inputs {
        own_outputs,
        other_files,
        ..
    } = inputs;
    for sentence in inputs.left_out() {
        eprintln!("{sentence}");
    }
    if own_outputs + other_files > 0 {
        machine.line(&serde_json::json!({
            "event": "left_out",
            "own_outputs": own_outputs,
            "other_files": other_files,
        }));
    }
}
