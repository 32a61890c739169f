//! `diaphane evaluate`: scores of soft-tissue images and of lung masks against known ones.
//!
//! The row `identity` of every picture is the untouched radiograph, without which no score can be read: BSR does not
//! see bone that is left.
//!
//! With `--json` there is one document however the pairs fared:
//! `{"images": {NAME: {column: value}}, "mean", "sd", "identity": {the same of the radiographs},
//! "failed": [{"name", "file", "error"}]}`; `identity` is absent where no pair could be scored, and for lung masks.
//! With `--against` there are also `model`, `against` (the same of each other model) and `differences` (how much better
//! the first model is than each of them, case by case); `--ablate` has a document of its own
//! (`{"ablations", "identity", "failed"}`). Where pairs are phantoms or have no lung mask, `caution` says so.

mod ablate;
mod choices;
mod compare;
mod masks;
mod named_files;
mod people;
mod report;
mod source;

use super::args::EvaluateArgs;
use super::pairs::{in_one_folder, in_two_folders};
use super::report::Tally;
use crate::contest::Gallery;
use crate::dataset::PairFiles;
use crate::evidence::{COLUMNS, column};
use anyhow::ensure;
use report::Tables;

pub(super) fn run(args: &EvaluateArgs) -> anyhow::Result<Tally> {
    for file in [&args.csv, &args.html].into_iter().flatten() {
        ensure!(
            args.overwrite || !file.exists(),
            "{} exists; give --overwrite to replace it",
            file.display()
        );
    }
    if let Some(name) = &args.sort {
        ensure!(
            column(name).is_some(),
            "there is no column {name:?}; choose one of {}",
            COLUMNS.map(|column| column.name).join(", ")
        );
    }
    if !args.ablate.is_empty() {
        return ablate::run(args);
    }
    let mut tables = Tables {
        gallery: Gallery::new(args.html.is_some()),
        ..Tables::default()
    };
    let tally = match &args.masks {
        Some(folder) => masks::score_masks(args, folder, &mut tables)?,
        None => compare::score_pairs(args, &mut tables)?,
    };
    if let Some(column) = &args.sort {
        tables.sort(column);
    }
    tables.publish(args)?;
    Ok(tally)
}

/// The pairs that were asked for.
fn found(args: &EvaluateArgs) -> anyhow::Result<Vec<PairFiles>> {
    match (&args.pairs, &args.cxr, &args.soft) {
        (Some(folder), _, _) => in_one_folder(folder),
        (None, Some(cxr), Some(soft)) => in_two_folders(cxr, soft),
        _ => anyhow::bail!("give --pairs, or --cxr with --soft"),
    }
}
