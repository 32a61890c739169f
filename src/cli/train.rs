//! `diaphane train`.

use super::args::TrainArgs;
use super::report::{Tally, print_line};
use super::session::{Ended, Session};
use crate::formats::raster::write_grey16;
use crate::worker::{ComputeOptions, EventKind, JobHandle, TrainingPlan, WorkerCommand};
use anyhow::{bail, ensure};
use serde_json::Value;
use std::path::Path;

pub(super) fn run(args: &TrainArgs) -> anyhow::Result<Tally> {
    ensure!(
        !args.run.is_dir(),
        "{} is a folder; give a run file, such as the run.toml in a run folder",
        args.run.display()
    );
    if let Some(picture) = &args.preview_augmentations {
        return preview(args, picture);
    }
    let plan = TrainingPlan {
        config: args.run.clone(),
        resume: args.resume.clone(),
        out: args.out.clone(),
    };
    // The run file says where its networks run; no bundle is loaded.
    let session = Session::start(ComputeOptions::default())?;
    let command = WorkerCommand::Train(JobHandle::new(), Box::new(plan));
    let label = args.run.display().to_string();
    let ended = session.run(command, &label, |line| {
        if args.json {
            print_line(line);
        } else {
            eprintln!("{}", told(line));
        }
    })?;
    match ended {
        Ended::Done(EventKind::Trained(sentence)) => {
            eprintln!("{sentence}");
            Ok(Tally::one())
        }
        Ended::Done(other) => bail!("the worker answered out of turn: {other:?}"),
        Ended::Failed(sentence) => bail!(sentence),
        Ended::Interrupted => {
            eprintln!("stopped; go on with --resume RUN_FOLDER");
            Ok(Tally {
                interrupted: true,
                ..Tally::default()
            })
        }
    }
}

/// Writes what the network will see.
fn preview(args: &TrainArgs, picture: &Path) -> anyhow::Result<Tally> {
    ensure!(
        !picture.exists(),
        "the picture exists already; name another file: {}",
        picture.display()
    );
    let session = Session::start(ComputeOptions::default())?;
    let command = WorkerCommand::PreviewAugmentations(JobHandle::new(), args.run.clone());
    match session.run(command, &args.run.display().to_string(), |_| {})? {
        Ended::Done(EventKind::AugmentationsDrawn(drawn)) => {
            write_grey16(picture, &drawn, false)?;
            eprintln!("what the network will see is in {}", picture.display());
            Ok(Tally::one())
        }
        Ended::Done(other) => bail!("the worker answered out of turn: {other:?}"),
        Ended::Failed(sentence) => bail!(sentence),
        Ended::Interrupted => Ok(Tally {
            interrupted: true,
            ..Tally::default()
        }),
    }
}

/// A line of progress for people: its event, then its numbers.
fn told(line: &str) -> String {
    let Ok(Value::Object(fields)) = serde_json::from_str::<Value>(line) else {
        return line.to_owned();
    };
    let mut words = vec![fields.get("event").map_or_else(String::new, plain)];
    for (name, value) in &fields {
        match value {
            Value::Object(terms) => {
                words.extend(
                    terms
                        .iter()
                        .map(|(name, value)| format!("{name} {}", plain(value))),
                );
            }
            _ if name == "event" => {}
            _ => words.push(format!("{} {}", name.replace('_', " "), plain(value))),
        }
    }
    words.join("  ")
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) if number.is_f64() => match number.as_f64().unwrap_or_default() {
            // A learning rate would be rounded to nothing.
            small if small != 0.0 && small.abs() < 0.01 => format!("{small:.2e}"),
            value => format!("{value:.4}"),
        },
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_told_in_words() {
        let line = r#"{"event":"validated","iteration":200,"terms":{"psnr":31.25}}"#;
        assert_eq!(told(line), "validated  iteration 200  psnr 31.2500");
        assert_eq!(told("not json"), "not json");
        let line = r#"{"event":"progressed","learning_rate":5.88e-5,"loss":0.0}"#;
        assert_eq!(told(line), "progressed  learning rate 5.88e-5  loss 0.0000");
    }
}
