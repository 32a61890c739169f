//! `diaphane dataset`.

pub mod args;
mod register;

use super::interrupt::Interrupt;
use super::report::{Machine, Tally, print_line};
use super::session::{BAR_LENGTH, bar};
use crate::dataset::{
    self, CheckRequest, Finding, LeakCheck, Observer, Part, Report, Severity, Split, SplitPlan,
};
use crate::formats;
use crate::radiograph::counted;
use anyhow::{bail, ensure};
use args::{CheckArgs, DatasetCommand, PairsArgs, SplitArgs};
use indicatif::ProgressBar;
use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

pub(super) fn run(command: &DatasetCommand) -> anyhow::Result<Tally> {
    match command {
        DatasetCommand::Check(args) => check(args),
        DatasetCommand::Register(args) => register::run(args),
        DatasetCommand::Split(args) => split(args),
    }
}

/// A bar on the screen, and Ctrl-C.
struct Watch {
    bar: ProgressBar,
    interrupt: Interrupt,
}

impl Watch {
    fn install() -> anyhow::Result<Self> {
        Ok(Self {
            bar: bar("pairs"),
            interrupt: Interrupt::install()?,
        })
    }
}

impl Observer for Watch {
    fn progressed(&self, done: usize, all: usize) {
        self.bar
            .set_position(BAR_LENGTH * done as u64 / all.max(1) as u64);
        self.bar.set_message(format!("{done}/{all}"));
    }

    fn is_cancelled(&self) -> bool {
        self.interrupt.is_set()
    }
}

/// What the columns of the tables say.
const LEGEND: &str = "right px, down px: how far the soft-tissue image lies to the right of its radiograph and below; larger %: how much \
    larger it is; corner px: the longest way of a corner; local px: how far places moved by themselves; agreement: \
    correlation of the outlines, at most 1. Pixels are the radiograph's.";
const TONE_LEGEND: &str =
    "tone: how much darker the soft-tissue image is than its radiograph, grey levels of 255.";

/// Refuses a file that exists, unless it may be replaced, or that cannot be written.
fn ensure_output(path: &Path, overwrite: bool) -> anyhow::Result<()> {
    ensure!(
        overwrite || !path.exists(),
        "{} exists; give --overwrite to replace it",
        path.display()
    );
    Ok(formats::ensure_writable(path, overwrite)?)
}

/// Looks at all pairs; `None` where Ctrl-C ended it.
fn report(request: &CheckRequest) -> anyhow::Result<Option<Report>> {
    let watch = Watch::install()?;
    let report = dataset::check(request, &watch)?;
    watch.bar.finish_and_clear();
    Ok(report)
}

fn request(args: &PairsArgs, patients: Option<&PathBuf>) -> CheckRequest {
    CheckRequest {
        radiographs: args.folder.clone(),
        soft_tissue: args.soft.clone(),
        patients: patients.cloned(),
        thumbnails: false,
    }
}

fn check(args: &CheckArgs) -> anyhow::Result<Tally> {
    let request = CheckRequest {
        thumbnails: args.html.is_some(),
        ..request(&args.pairs, args.patients.as_ref())
    };
    // Said before minutes are spent.
    if let Some(page) = &args.html {
        ensure_output(page, args.overwrite)?;
    }
    let split = args.split.as_deref().map(Split::read).transpose()?;
    let Some(mut report) = report(&request)? else {
        return Ok(interrupted());
    };
    let mut leaks = None;
    if let Some(split) = split {
        report.findings.extend(split.findings_beside(&report.pairs));
        leaks = Some(split.leak_check());
    }
    Machine::new(args.pairs.json).document(&serde_json::to_value(&report)?);
    if let Some(path) = &args.html {
        let page = dataset::report_page(&report, &request);
        formats::write_atomically(path, page.as_bytes(), args.overwrite)?;
    }
    if !args.pairs.json {
        for line in table(&report) {
            print_line(&line);
        }
        eprintln!("{LEGEND}\n{TONE_LEGEND}");
    }
    tell(&report.findings);
    if let Some(leaks) = leaks {
        tell_leaks(leaks);
    }
    let [errors, warnings] = [Severity::Error, Severity::Warning].map(|kind| report.count(kind));
    let pairs = report.pairs.len();
    eprintln!(
        "{}, {}, {}",
        counted(pairs, "pair"),
        counted(errors, "error"),
        counted(warnings, "warning")
    );
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
    let both = args.validation + args.test;
    ensure!(
        both < 1.0,
        "--validation and --test take {:.0} % of the patients together; nobody is left to learn from",
        100.0 * both
    );
    let request = request(&args.pairs, args.patients.as_ref());
    // Said before minutes are spent.
    ensure_output(&args.out, args.overwrite)?;
    let patients = request.listed_patients()?;
    let Some(report) = report(&request)? else {
        return Ok(interrupted());
    };
    tell(&report.findings);
    let plan = SplitPlan {
        seed: args.seed,
        validation: args.validation,
        test: args.test,
    };
    let split = Split::new(&report, &patients, plan)?;
    let leaks = split.leak_check();
    tell(split.phantom_test(&report.pairs).as_slice());
    tell_leaks(leaks);
    if !leaks.passed() {
        tell(&split.findings());
        bail!("the split would leak; name the patients with --patients");
    }
    split.write(&args.out, args.overwrite)?;
    let counts =
        [Part::Training, Part::Validation, Part::Test].map(|part| (part.word(), split.count(part)));
    Machine::new(args.pairs.json).document(&serde_json::json!({
        "file": args.out.display().to_string(),
        "pairs": BTreeMap::from(counts),
        "leak_check": leaks,
    }));
    let counts = counts.map(|(word, count)| format!("{count} {word}"));
    eprintln!("{}: {}", args.out.display(), counts.join(", "));
    Ok(Tally {
        done: split.pairs.len(),
        ..Tally::default()
    })
}

/// The line of the leak check; on a terminal that shows colours, green or red besides.
fn tell_leaks(leaks: LeakCheck) {
    let sentence = leaks.sentence();
    let has_colours = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    if has_colours {
        let colour = if leaks.passed() { 32 } else { 31 };
        eprintln!("\u{1b}[{colour}mleak check {sentence}\u{1b}[0m");
    } else {
        eprintln!("leak check {sentence}");
    }
}

fn interrupted() -> Tally {
    Tally {
        interrupted: true,
        ..Tally::default()
    }
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

/// Width of the column of names.
fn width_of<'a>(names: impl Iterator<Item = &'a String>) -> usize {
    let widths = names.map(|name| name.chars().count());
    widths.max().unwrap_or(0).max("pair".len())
}

/// A line a pair: size, how it lies, how it differs in tone.
fn table(report: &Report) -> Vec<String> {
    let width = width_of(report.pairs.iter().map(|pair| &pair.name));
    let mut lines = vec![format!(
        "{:<width$} {:>11} {:>8} {:>8} {:>8} {:>9} {:>8} {:>9} {:>6}",
        "pair",
        "pixels",
        "right px",
        "down px",
        "larger %",
        "corner px",
        "local px",
        "agreement",
        "tone"
    )];
    for pair in &report.pairs {
        let size = format!("{}x{}", pair.size.0, pair.size.1);
        let tone = pair
            .tone
            .map_or_else(|| "-".to_owned(), |tone| format!("{:.1}", tone.offset));
        let position = pair.registration.map_or_else(
            || {
                format!(
                    "{:>8} {:>8} {:>8} {:>9} {:>8} {:>9}",
                    "-", "-", "-", "-", "-", "-"
                )
            },
            |found| {
                format!(
                    "{:>8.2} {:>8.2} {:>8.2} {:>9.2} {:>8.2} {:>9.3}",
                    found.shift_px[0],
                    found.shift_px[1],
                    found.growth_percent,
                    found.farthest_px,
                    found.local_px,
                    found.agreement[0]
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
