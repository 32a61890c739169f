//! `diaphane dataset`.

pub mod args;

use super::interrupt::Interrupt;
use super::report::{Machine, Tally, print_line};
use super::session::{BAR_LENGTH, bar};
use crate::dataset::{self, Finding, Part, Report, Severity, Split, SplitPlan};
use anyhow::{Context as _, bail, ensure};
use args::{CheckArgs, DatasetCommand, PairsArgs, SplitArgs};
use std::collections::BTreeMap;
use std::path::Path;

pub(super) fn run(command: &DatasetCommand) -> anyhow::Result<Tally> {
    match command {
        DatasetCommand::Check(args) => check(args),
        DatasetCommand::Split(args) => split(args),
    }
}

/// Looks at all pairs; `None` where Ctrl-C ended it.
fn report(args: &PairsArgs) -> anyhow::Result<Option<Report>> {
    let interrupt = Interrupt::install()?;
    let bar = bar("pairs");
    let mut progress = |done: usize, count: usize| {
        bar.set_position(BAR_LENGTH * done as u64 / count.max(1) as u64);
        bar.set_message(format!("{done}/{count}"));
        !interrupt.is_set()
    };
    let report = dataset::check(&args.folder, args.soft.as_deref(), &mut progress)?;
    bar.finish_and_clear();
    Ok(report)
}

fn check(args: &CheckArgs) -> anyhow::Result<Tally> {
    let Some(mut report) = report(&args.pairs)? else {
        return Ok(interrupted());
    };
    if let Some(path) = &args.split {
        report.findings.extend(Split::read(path)?.findings());
    }
    Machine::new(args.pairs.json).document(&serde_json::to_value(&report)?);
    if !args.pairs.json {
        for line in table(&report) {
            print_line(&line);
        }
    }
    tell(&report.findings);
    let [errors, warnings] = [Severity::Error, Severity::Warning].map(|kind| report.count(kind));
    let pairs = report.pairs.len();
    eprintln!("{pairs} pairs, {errors} errors, {warnings} warnings");
    Ok(Tally {
        done: pairs,
        failed: errors,
        ..Tally::default()
    })
}

fn split(args: &SplitArgs) -> anyhow::Result<Tally> {
    for (name, share) in [("validation", args.validation), ("test", args.test)] {
        ensure!(
            share.is_finite() && share > 0.0 && share < 1.0,
            "--{name} {share} is no share; give a number between 0 and 1"
        );
    }
    let patients = match &args.patients {
        Some(path) => patients(path)?,
        None => BTreeMap::new(),
    };
    let Some(report) = report(&args.pairs)? else {
        return Ok(interrupted());
    };
    tell(&report.findings);
    let plan = SplitPlan {
        seed: args.seed,
        validation: args.validation,
        test: args.test,
    };
    let split = Split::new(&report, &patients, plan)?;
    let leaks = split.findings();
    if !leaks.is_empty() {
        tell(&leaks);
        bail!("the split would leak; name the patients with --patients");
    }
    split.write(&args.out, args.overwrite)?;
    let counts =
        [Part::Training, Part::Validation, Part::Test].map(|part| (part.word(), split.count(part)));
    Machine::new(args.pairs.json).document(&serde_json::json!({
        "file": args.out.display().to_string(),
        "pairs": BTreeMap::from(counts),
    }));
    let counts = counts.map(|(word, count)| format!("{count} {word}"));
    eprintln!(
        "{}: {}; nobody is in two parts",
        args.out.display(),
        counts.join(", ")
    );
    Ok(Tally {
        done: split.pairs.len(),
        ..Tally::default()
    })
}

fn interrupted() -> Tally {
    Tally {
        interrupted: true,
        ..Tally::default()
    }
}

/// Lines of `pair,patient`; a first line that says so is passed over.
fn patients(path: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut patients = BTreeMap::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || (number == 0 && line == "pair,patient") {
            continue;
        }
        let Some((pair, patient)) = line.split_once(',') else {
            bail!(
                "line {} is not `pair,patient`: {}",
                number + 1,
                path.display()
            );
        };
        patients.insert(pair.trim().to_owned(), patient.trim().to_owned());
    }
    Ok(patients)
}

fn tell(findings: &[Finding]) {
    for found in findings {
        let word = match found.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let files: Vec<String> = found
            .files
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        eprintln!(
            "{word}: {}: {} {}",
            found.kind,
            found.text,
            files.join(", ")
        );
    }
}

/// A line a pair: size, how it lies, how it differs in tone.
fn table(report: &Report) -> Vec<String> {
    let width = report
        .pairs
        .iter()
        .map(|pair| pair.name.len())
        .max()
        .unwrap_or(0)
        .max(4);
    let mut lines = vec![format!(
        "{:<width$} {:>11} {:>7} {:>7} {:>8} {:>7} {:>6} {:>9} {:>6}",
        "pair", "pixels", "right", "down", "larger %", "corner", "local", "agreement", "tone"
    )];
    for pair in &report.pairs {
        let size = format!("{}x{}", pair.size.0, pair.size.1);
        let tone = pair
            .tone
            .map_or_else(|| "-".to_owned(), |tone| format!("{:.1}", tone.offset));
        let position = pair.registration.map_or_else(
            || {
                format!(
                    "{:>7} {:>7} {:>8} {:>7} {:>6} {:>9}",
                    "-", "-", "-", "-", "-", "-"
                )
            },
            |found| {
                format!(
                    "{:>7.2} {:>7.2} {:>8.2} {:>7.2} {:>6.2} {:>9.3}",
                    found.shift_px[0],
                    found.shift_px[1],
                    found.growth_percent,
                    found.farthest_px,
                    found.local_px,
                    found.agreement[1]
                )
            },
        );
        lines.push(format!(
            "{:<width$} {size:>11} {position} {tone:>6}",
            pair.name
        ));
    }
    lines
}
