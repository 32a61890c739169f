//! `diaphane probe`: what becomes of synthetic nodules that are laid on radiographs.
//!
//! Every radiograph is suppressed twice from the same noise, without and with its nodules; what stands between the two
//! soft-tissue images is what is kept of them. No picture with a nodule is written: it is nobody's.

pub mod args;

use super::inputs;
use super::job::{self, NetworkChoice};
use super::pairs::in_one_folder;
use super::report::{Machine, Tally, print_line, sentence};
use super::session::{Ended, Session};
use super::words::Grid;
use crate::contest::soft_tissue;
use crate::dataset::PairFiles;
use crate::evidence::{Survival, Trial};
use crate::formats;
use crate::radiograph::counted;
use crate::worker::{
    EventKind, JobHandle, NoduleChoice, NoduleOutcome, NodulePlan, SuppressionRequest,
    SuppressionSettings, WorkerCommand,
};
use anyhow::{bail, ensure};
use args::ProbeArgs;
use std::path::PathBuf;
use std::sync::Arc;

/// Diameters that a nodule at a place may have, mm.
const DIAMETERS_MM: std::ops::RangeInclusive<f64> = 2.0..=100.0;
/// Contrasts that it may have, grey levels of 255, darker or brighter.
const LEAST_GREY: f64 = 2.0;
const MOST_GREY: f64 = 200.0;

/// A radiograph that is probed.
struct Subject {
    name: String,
    path: PathBuf,
    /// File of the known soft-tissue image.
    soft: Option<PathBuf>,
}

pub(super) fn run(args: &ProbeArgs) -> anyhow::Result<Tally> {
    check(args)?;
    let machine = Machine::new(args.json);
    let mut tally = Tally::default();
    let subjects = subjects(args, &mut tally)?;
    let network = NetworkChoice::new(&args.network)?;
    let settings = job::settings(&args.settings, Grid::Native, &network.bundle)?;
    let session = Session::start(network.compute)?;
    if session.load(&network)?.is_none() {
        tally.interrupted = true;
        return Ok(tally);
    }
    let probing = Probing {
        args,
        session,
        settings,
    };
    let mut survival = Survival::default();
    let mut failed = Vec::new();
    for (index, subject) in subjects.iter().enumerate() {
        match probing.subject(subject, index as u64) {
            Ok(Some(outcome)) => {
                tally.done += 1;
                survival.trials.extend(outcome.trials.iter().cloned());
                survival.marks_without.push(outcome.marks_without.clone());
            }
            Ok(None) => {
                tally.interrupted = true;
                break;
            }
            Err(err) => {
                let text = sentence(&err);
                failed.push(serde_json::json!({
                    "file": subject.path.display().to_string(), "error": text,
                }));
                // The one document of --json says it at the end.
                tally.fail(Machine::new(false), &subject.path, &text);
            }
        }
    }
    publish(args, machine, &survival, &failed)?;
    Ok(tally)
}

/// Refuses what cannot be before anything is run.
fn check(args: &ProbeArgs) -> anyhow::Result<()> {
    for file in [&args.csv, &args.plot].into_iter().flatten() {
        ensure!(
            args.overwrite || !file.exists(),
            "{} exists; give --overwrite to replace it",
            file.display()
        );
    }
    ensure!(
        DIAMETERS_MM.contains(&args.diameter_mm),
        "--diameter-mm is {}; choose {} to {}",
        args.diameter_mm,
        DIAMETERS_MM.start(),
        DIAMETERS_MM.end()
    );
    ensure!(
        (LEAST_GREY..=MOST_GREY).contains(&args.contrast),
        "--contrast is {}; choose {LEAST_GREY} to {MOST_GREY} grey levels",
        args.contrast
    );
    Ok(())
}

fn subjects(args: &ProbeArgs, tally: &mut Tally) -> anyhow::Result<Vec<Subject>> {
    if let Some(folder) = &args.pairs {
        let of_pair = |pair: PairFiles| Subject {
            name: pair.name,
            path: pair.radiograph,
            soft: Some(pair.soft_tissue),
        };
        return Ok(in_one_folder(folder)?.into_iter().map(of_pair).collect());
    }
    let inputs = inputs::collect(&args.paths, None)?;
    for line in inputs.left_out() {
        eprintln!("{line}");
    }
    for (path, sentence) in &inputs.refused {
        tally.fail(Machine::new(false), path, sentence);
    }
    let of_input = |input: inputs::Input| Subject {
        name: input.stem,
        path: input.path,
        soft: None,
    };
    Ok(inputs.files.into_iter().map(of_input).collect())
}

struct Probing<'a> {
    args: &'a ProbeArgs,
    session: Session,
    settings: SuppressionSettings,
}

impl Probing<'_> {
    /// The nodules of one radiograph and what is kept of them; `None` on Ctrl-C.
    fn subject(&self, subject: &Subject, index: u64) -> anyhow::Result<Option<Arc<NoduleOutcome>>> {
        let radiograph = self.args.reading.read(&subject.path)?;
        let known = match &subject.soft {
            Some(path) => Some(Arc::new(soft_tissue(path, &radiograph)?)),
            None => None,
        };
        let plan = NodulePlan {
            name: subject.name.clone(),
            request: SuppressionRequest::new(radiograph, self.settings.clone()),
            choice: self.choice(index),
            known,
        };
        let command = WorkerCommand::TryNodules(JobHandle::new(), Box::new(plan));
        match self.session.run(command, &subject.name, |_| {})? {
            Ended::Done(EventKind::NodulesTried(outcome)) => Ok(Some(outcome)),
            Ended::Done(other) => bail!("the worker answered out of turn: {other:?}"),
            Ended::Failed(sentence) => bail!(sentence),
            Ended::Interrupted => Ok(None),
        }
    }

    fn choice(&self, index: u64) -> NoduleChoice {
        match self.args.at {
            Some((row, col)) => NoduleChoice::One {
                row,
                col,
                diameter_mm: self.args.diameter_mm,
                contrast: self.args.contrast / 255.0,
            },
            None => NoduleChoice::Drawn {
                count: usize::from(self.args.nodules),
                seed: self.args.places,
                index,
            },
        }
    }
}

fn publish(
    args: &ProbeArgs,
    machine: Machine,
    survival: &Survival,
    failed: &[serde_json::Value],
) -> anyhow::Result<()> {
    if let Some(csv) = &args.csv {
        formats::write_atomically(csv, survival.csv().as_bytes(), args.overwrite)?;
    }
    if let Some(plot) = &args.plot {
        formats::write_atomically(plot, survival.to_svg().as_bytes(), args.overwrite)?;
    }
    if args.json {
        let mut document = survival.to_json();
        document["failed"] = failed.into();
        machine.document(&document);
        return Ok(());
    }
    if args.at.is_some() {
        for trial in &survival.trials {
            print_line(&told(trial));
        }
    } else if !survival.trials.is_empty() {
        print_line(&survival.table());
        print_line(&survival.guard_table());
        print_line(&counted(survival.trials.len(), "synthetic nodule"));
    }
    Ok(())
}

/// One nodule in a sentence.
fn told(trial: &Trial) -> String {
    format!(
        "{}: a synthetic nodule of {:.0} mm and {:.0} grey levels at row {:.0}, column {:.0} ({}) keeps {:.0} % of its \
         contrast: {:.1} grey levels",
        trial.case,
        trial.diameter_mm,
        255.0 * trial.contrast,
        trial.row_px,
        trial.col_px,
        trial.ground_words(),
        100.0 * trial.kept,
        255.0 * trial.contrast * trial.kept
    )
}
