//! Every file of the corpus against its INDEX.json: what opens opens as the very pixels, polarity
//! and grey the index states (hashes confirmed by pydicom, display values computed from PS3.3
//! formulas by the corpus' author), and what must be refused is.
//!
//! Tolerances: stored values of lossless files are exact (hash). A lossy file is compared with its
//! lossless base at the stated PSNR of 35 dB where the index asks for it, and otherwise with its
//! probes within one step, as decoders may round differently. Display values are stated with two
//! decimals, so they must agree within 0.011 of 255 (lossy: plus one stored step).
//!
//! The folder is `DIAPHANE_CORPUS_DIR`, by default `../shared/corpus`; without it the test is skipped.

mod support;

use diaphane::formats::{Inspection, inspect_all, read, referenced_files};
use diaphane::radiograph::Radiograph;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use support::skipped;

/// Entries that are not as stated yet, with the reason.
const KNOWN: &[(&str, &str)] = &[];

/// Far above the stated five seconds, because debug builds share the machine with other tests; a
/// hang is still found.
const LONGEST: Duration = Duration::from_mins(1);

fn corpus() -> Option<(PathBuf, Vec<Value>)> {
    let folder = std::env::var_os("DIAPHANE_CORPUS_DIR").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/corpus")),
        PathBuf::from,
    );
    let Ok(index) = std::fs::read_to_string(folder.join("INDEX.json")) else {
        assert!(
            std::env::var_os("DIAPHANE_CORPUS_DIR").is_none(),
            "DIAPHANE_CORPUS_DIR is {}, which holds no INDEX.json",
            folder.display()
        );
        skipped("no corpus");
        return None;
    };
    let entries: Vec<Value> = serde_json::from_str(&index).expect("INDEX.json is a list");
    Some((folder, entries))
}

fn text<'a>(entry: &'a Value, key: &str) -> &'a str {
    entry[key].as_str().unwrap_or("")
}

#[test]
fn every_file_is_as_stated() {
    let Some((folder, entries)) = corpus() else {
        return;
    };
    let entries: Vec<&Value> = entries
        .iter()
        .filter(|entry| text(entry, "cls") != "weights")
        .collect();
    let mut failures = Vec::new();
    for entry in &entries {
        let file = text(entry, "file");
        let started = Instant::now();
        let outcome = if file.ends_with("DICOMDIR") {
            check_directory(&folder.join(file), entry)
        } else {
            check_picture(&folder, entry)
        };
        if started.elapsed() > LONGEST {
            failures.push(format!("{file}: took {:?}", started.elapsed()));
        }
        if let Err(reason) = outcome {
            match KNOWN.iter().find(|(known, _)| *known == file) {
                Some((_, why)) => println!("known: {file}: {why}"),
                None => failures.push(format!("{file}: {reason}")),
            }
        } else if KNOWN.iter().any(|(known, _)| *known == file) {
            failures.push(format!("{file}: is as stated now; take it off the list"));
        }
    }
    println!(
        "corpus: {} of {} as stated",
        entries.len() - failures.len() - KNOWN.len(),
        entries.len()
    );
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

/// 400 MB and eight bytes a pixel of the largest picture here (3.6 million pixels), for all files
/// of the corpus in one process, whatever sizes they announce.
#[cfg(target_os = "linux")]
#[test]
fn no_file_takes_more_memory_than_promised() {
    let Some((folder, entries)) = corpus() else {
        return;
    };
    for entry in &entries {
        drop(read(&folder.join(text(entry, "file"))));
    }
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux states memory");
    let peak_kib: u64 = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|rest| rest.trim().trim_end_matches(" kB").parse().ok())
        .expect("VmHWM is a number of kB");
    assert!(peak_kib < 430_000, "peak memory {peak_kib} KiB");
}

fn check_directory(path: &Path, entry: &Value) -> Result<(), String> {
    match (text(entry, "expect"), referenced_files(path)) {
        ("open", Ok(files)) if files.len() == 1 => {
            read(&files[0]).map(drop).map_err(|err| err.to_string())
        }
        ("refuse", Err(err)) if err.class() == text(entry, "error") => Ok(()),
        (_, outcome) => Err(format!("{outcome:?}")),
    }
}

fn check_picture(folder: &Path, entry: &Value) -> Result<(), String> {
    let file = text(entry, "file");
    let probes: Vec<(usize, usize)> = entry["display_probes"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|probe| (index(&probe["row"]), index(&probe["col"])))
        .collect();
    // Some hazards only show beside their twin.
    let mut paths = vec![folder.join(file)];
    for (own, twin) in [("_a.dcm", "_b.dcm"), ("_b.dcm", "_a.dcm")] {
        if let Some(stem) = file
            .strip_suffix(own)
            .filter(|_| text(entry, "cls") == "hazard")
        {
            paths.insert(0, folder.join(format!("{stem}{twin}")));
        }
    }
    let inspection = inspect_all(&paths, &probes).pop().ok_or("no inspection")?;
    let warned = !inspection.warnings.is_empty();
    let as_expected = match text(entry, "expect") {
        "open" => inspection.ok,
        "open-with-warning" => inspection.ok && warned,
        "refuse" => !inspection.ok,
        "refuse-or-warn" | "open-with-warning-or-refuse" => !inspection.ok || warned,
        "refuse-or-open" | "open-or-refuse" => true,
        other => return Err(format!("unknown expectation {other}")),
    };
    if !as_expected {
        let found = inspection
            .error
            .clone()
            .unwrap_or_else(|| format!("opened, warnings {:?}", inspection.warnings));
        return Err(format!(
            "{} was asked for, but: {found}",
            text(entry, "expect")
        ));
    }
    if let Some(error) = &inspection.error {
        let names_file = error.ends_with(&*folder.join(file).to_string_lossy());
        return if names_file && error.len() > 40 {
            Ok(())
        } else {
            Err(format!("poor sentence: {error}"))
        };
    }
    check_header(&inspection, entry)?;
    check_values(folder, &inspection, entry)?;
    check_probes(&inspection, entry)
}

fn index(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap_or(0)).expect("an index")
}

fn check_header(inspection: &Inspection, entry: &Value) -> Result<(), String> {
    let found = serde_json::to_value(inspection).expect("an inspection is JSON");
    let mut keys = vec!["rows", "cols", "white_is"];
    if text(entry, "cls") != "nondicom" {
        keys.extend(["photometric", "transfer_syntax", "bits", "display_from"]);
    }
    for key in keys {
        let stated = &entry[key];
        if !stated.is_null() && *stated != found[key] {
            return Err(format!("{key} is {} instead of {stated}", found[key]));
        }
    }
    Ok(())
}

fn check_values(folder: &Path, inspection: &Inspection, entry: &Value) -> Result<(), String> {
    let is_lossy = entry["lossy"].as_bool().unwrap_or(false);
    if is_lossy && text(entry, "tolerance").contains("35 dB") {
        return check_psnr(folder, entry);
    }
    let step = i64::from(is_lossy);
    let range = [
        ("stored_min", inspection.stored_min),
        ("stored_max", inspection.stored_max),
    ];
    for (key, found) in range {
        let stated = entry[key].as_i64();
        if let (Some(stated), Some(found)) = (stated, found)
            && (stated - i64::from(found)).abs() > step
        {
            return Err(format!("{key} is {found} instead of {stated}"));
        }
    }
    let stated = entry["stored_sha256_i32le"].as_str();
    if !is_lossy && stated.is_some() && stated != inspection.stored_sha256_i32le.as_deref() {
        return Err("stored values have another hash".to_owned());
    }
    Ok(())
}

/// Against the picture it was compressed from.
fn check_psnr(folder: &Path, entry: &Value) -> Result<(), String> {
    let is_8_bit = entry["bits"][1] == 8;
    let base = if is_8_bit {
        "valid/ts_jpegls_lossless_8.dcm"
    } else {
        "valid/ts_explicit_le.dcm"
    };
    let peak = if is_8_bit { 255.0 } else { 4095.0 };
    let open = |file: &str| -> Result<Radiograph, String> {
        read(&folder.join(file)).map_err(|err| err.to_string())
    };
    let (base, lossy) = (open(base)?, open(text(entry, "file"))?);
    let squared = |(a, b): (i32, i32)| f64::from(a - b).powi(2);
    let sum: f64 = base
        .stored
        .iter()
        .zip(lossy.stored.iter())
        .map(squared)
        .sum();
    let mse = sum / base.stored.iter().count() as f64;
    let psnr = 10.0 * (peak * peak / mse).log10();
    println!("{}: {psnr:.1} dB", text(entry, "file"));
    if psnr >= 35.0 {
        Ok(())
    } else {
        Err(format!("PSNR {psnr:.1} dB"))
    }
}

fn check_probes(inspection: &Inspection, entry: &Value) -> Result<(), String> {
    let stated = entry["display_probes"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    let is_lossy = entry["lossy"].as_bool().unwrap_or(false);
    // JPEG rounds more than once; a near-lossless or wavelet decoder by at most one step.
    let steps = if is_lossy { 2 } else { 0 };
    for (stated, found) in stated.iter().zip(&inspection.probes) {
        let stored = found.stored.map(i64::from).ok_or("a probe lies outside")?;
        let stated_stored = stated["stored"].as_i64().ok_or("no stored value stated")?;
        if (stored - stated_stored).abs() > steps {
            return Err(format!("stored {stored} instead of {stated_stored}"));
        }
        let (Some(display), Some(stated_display)) = (found.display, stated["display"].as_f64())
        else {
            continue;
        };
        // One stored step is at most one display step of 255 in these files.
        if (display - stated_display).abs() > 0.011 + steps as f64 {
            return Err(format!(
                "stored {stored} is shown as {display:.3} instead of {stated_display}"
            ));
        }
    }
    Ok(())
}
