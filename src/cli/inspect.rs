//! `diaphane inspect`.

use super::args::InspectArgs;
use super::inputs;
use super::report::{Machine, Tally, print_line};
use crate::formats::{self, Inspection};
use crate::pipeline::suitability_of;
use crate::radiograph::Warning;
use anyhow::ensure;
use serde::Serialize;
use std::path::PathBuf;

/// What `inspect` prints for one file.
#[derive(Serialize)]
struct Report {
    #[serde(flatten)]
    inspection: Inspection,
    /// Doubts about running the networks on it; empty where it suits them.
    suitability: Vec<String>,
}

pub(super) fn run(args: &InspectArgs) -> anyhow::Result<Tally> {
    let (present, missing): (Vec<PathBuf>, Vec<PathBuf>) = args
        .paths
        .iter()
        .cloned()
        .partition(|path| formats::exists(path));
    let found = formats::find_radiographs(&present, &formats::Search::default());
    ensure!(
        !found.files.is_empty() || !missing.is_empty(),
        inputs::no_radiograph_in(&present)
    );
    let mut inspections = formats::inspect_all(&found.files, &args.probe);
    inspections.extend(missing.into_iter().map(|file| Inspection {
        error: Some(inputs::no_such_path(&file)),
        error_class: Some("io".to_owned()),
        file,
        ..Inspection::default()
    }));
    let mut tally = Tally::default();
    let mut reports = Vec::new();
    for inspection in inspections {
        let outside = probes_outside(&inspection);
        for sentence in &outside {
            eprintln!("error: {sentence}");
        }
        if inspection.ok && outside.is_empty() {
            tally.done += 1;
        } else {
            tally.failed += 1;
        }
        // Read again, because an inspection holds no patient data to judge by.
        let radiograph = inspection.ok.then(|| formats::read(&inspection.file).ok());
        let suitability = radiograph.flatten().map_or_else(Vec::new, |radiograph| {
            let doubts = suitability_of(&radiograph);
            doubts.iter().map(Warning::to_string).collect()
        });
        reports.push(Report {
            inspection,
            suitability,
        });
    }
    if args.json {
        Machine::Json.document(&serde_json::to_value(&reports)?);
    } else {
        reports.iter().for_each(print_report);
    }
    Ok(tally)
}

/// A sentence for every probe that the picture has no pixel at.
fn probes_outside(inspection: &Inspection) -> Vec<String> {
    let outside = inspection.probes.iter().filter(|p| p.stored.is_none());
    let sentence = |probe: &formats::Probe| {
        format!(
            "the probe {},{} lies outside the picture, which has {} rows and {} columns counted from 0: {}",
            probe.row,
            probe.col,
            inspection.rows.unwrap_or(0),
            inspection.cols.unwrap_or(0),
            inspection.file.display()
        )
    };
    outside.map(sentence).collect()
}

fn print_report(report: &Report) {
    let inspection = &report.inspection;
    print_line(&inspection.file.display().to_string());
    if let Some(error) = &inspection.error {
        print_line(&format!("  error           {error}"));
        return;
    }
    for (name, value) in facts(inspection) {
        print_line(&format!("  {name:<16}{value}"));
    }
    for probe in &inspection.probes {
        let stored = probe.stored.map_or_else(String::new, |v| v.to_string());
        let display = probe
            .display
            .map_or_else(|| "outside".to_owned(), |d| format!("{d:.2}"));
        print_line(&format!(
            "  at {},{}: stored {stored}, displayed {display}",
            probe.row, probe.col
        ));
    }
    for warning in &inspection.warnings {
        print_line(&format!("  warning         {warning}"));
    }
    // What reading doubted already is among the warnings.
    let doubts = report.suitability.iter();
    for doubt in doubts.filter(|doubt| !inspection.warnings.contains(doubt)) {
        print_line(&format!("  suitability     {doubt}"));
    }
}

/// Every window and table, the one in use first.
fn windows_text(inspection: &Inspection) -> String {
    let one = |window: &formats::WindowReport| {
        let numbers = match (window.center, window.width) {
            (Some(center), Some(width)) => format!(" centre {center} width {width}"),
            _ => String::new(),
        };
        let name = match window.explanation.as_str() {
            "" => String::new(),
            name => format!(" ({name})"),
        };
        format!("{}{numbers}{name}", window.function)
    };
    let windows: Vec<_> = inspection.windows.iter().map(one).collect();
    windows.join(", ")
}

/// What is known about a file that can be shown, as names and values.
fn facts(inspection: &Inspection) -> [(&'static str, String); 10] {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let number = |value: Option<i32>| value.map_or_else(String::new, |v| v.to_string());
    let side = |value: Option<usize>| value.map_or_else(String::new, |v| v.to_string());
    [
        (
            "pixels",
            format!(
                "{} columns, {} rows",
                side(inspection.cols),
                side(inspection.rows)
            ),
        ),
        (
            "stored values",
            format!(
                "{} to {}",
                number(inspection.stored_min),
                number(inspection.stored_max)
            ),
        ),
        (
            "bits",
            inspection
                .bits
                .map_or_else(String::new, |[allocated, stored, high, signed]| {
                    format!(
                        "{stored} of {allocated}, high bit {high}{}",
                        if signed == 1 { ", signed" } else { "" }
                    )
                }),
        ),
        ("photometric", text(&inspection.photometric)),
        ("white is", text(&inspection.white_is)),
        ("transfer syntax", text(&inspection.transfer_syntax)),
        ("shown by", text(&inspection.display_from)),
        ("windows", windows_text(inspection)),
        (
            "spacing",
            inspection.spacing.as_ref().map_or_else(
                || "unknown".to_owned(),
                |s| format!("{} x {} mm, {}", s.row_mm, s.col_mm, s.kind),
            ),
        ),
        ("sha256", text(&inspection.stored_sha256_i32le)),
    ]
}
