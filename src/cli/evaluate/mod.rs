//! `diaphane evaluate`: scores of soft-tissue images and of lung masks against known ones.
//!
//! The row `identity` of every picture is the untouched radiograph, without which no score can be read: BSR does not
//! see bone that is left.
//!
//! With `--json` there is one document however the pairs fared:
//! `{"images": {NAME: {column: value}}, "mean", "sd", "identity": {the same of the radiographs},
//! "failed": [{"name", "file", "error"}]}`; `identity` is absent where no pair could be scored, and for lung masks.

mod pairs;
mod pictures;
mod table;

use super::args::EvaluateArgs;
use super::job::{self, NetworkChoice, fit_mask};
use super::outputs::displayed;
use super::report::{Machine, Tally, print_line, sentence};
use super::segment::segment_one;
use super::session::Session;
use super::suppress::suppress_one;
use crate::formats::{self, raster};
use crate::metrics::{Scored, score};
use crate::pipeline::Perceptual;
use crate::radiograph::{FloatImage, LungMask, Radiograph};
use crate::worker::{OutputGrid, SuppressionRequest, SuppressionSettings};
use anyhow::{Context as _, ensure};
use pairs::Pair;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use table::{Row, Table, legend};

/// Column of LPIPS, which stands behind BSR, MSE and PSNR: the papers' four are read together.
const LPIPS_COLUMN: usize = 3;

/// Where predictions come from.
enum Source {
    /// Files of a folder.
    Folder(PathBuf),
    /// Networks run now.
    Networks {
        session: Session,
        settings: SuppressionSettings,
        given_masks: bool,
    },
}

pub(super) fn run(args: &EvaluateArgs) -> anyhow::Result<Tally> {
    if let Some(csv) = &args.csv {
        ensure!(
            args.overwrite || !csv.exists(),
            "{} exists; give --overwrite to replace it",
            csv.display()
        );
    }
    let mut tables = Tables::default();
    let tally = match &args.masks {
        Some(folder) => score_masks(args, folder, &mut tables)?,
        None => score_pairs(args, &mut tables)?,
    };
    tables.publish(args)?;
    Ok(tally)
}

/// Scores of predictions, and of the untouched radiographs beside them, and what could not be scored.
#[derive(Default)]
struct Tables {
    predictions: Table,
    identity: Table,
    failed: Vec<Value>,
}

impl Tables {
    /// Notes a picture that could not be scored, and names it for people.
    fn fail(&mut self, tally: &mut Tally, name: &str, file: &Path, err: &anyhow::Error) {
        let told = sentence(err);
        // What a job of the worker failed at begins with its picture's name already.
        let error = told
            .strip_prefix(format!("{name}: ").as_str())
            .unwrap_or(&told);
        tally.fail(Machine::Silent, file, &format!("{name}: {error}"));
        self.failed.push(json!({
            "name": name,
            "file": file.display().to_string(),
            "error": error,
        }));
    }

    fn publish(&self, args: &EvaluateArgs) -> anyhow::Result<()> {
        // The document comes first: it must not be lost with a table that cannot be written.
        if args.json {
            Machine::Json.document(&self.document());
        }
        if self.predictions.is_empty() {
            return Ok(());
        }
        if !args.json {
            self.print();
        }
        if let Some(csv) = &args.csv {
            let text = self.predictions.csv();
            formats::write_atomically(csv, text.as_bytes(), args.overwrite)?;
        }
        Ok(())
    }

    fn document(&self) -> Value {
        let mut document = self.predictions.json();
        if let Some(fields) = document.as_object_mut() {
            if !self.identity.is_empty() {
                fields.insert("identity".to_owned(), self.identity.json());
            }
            fields.insert("failed".to_owned(), Value::Array(self.failed.clone()));
        }
        document
    }

    fn print(&self) {
        print_line(&self.predictions.text());
        if !self.identity.is_empty() {
            print_line("\nidentity (the radiograph untouched)");
            print_line(&self.identity.text());
        }
        eprintln!("\n{}", legend(self.predictions.columns()));
    }
}

fn score_pairs(args: &EvaluateArgs, tables: &mut Tables) -> anyhow::Result<Tally> {
    let found = match (&args.pairs, &args.cxr, &args.soft) {
        (Some(folder), _, _) => pairs::in_one_folder(folder)?,
        (None, Some(cxr), Some(soft)) => pairs::in_two_folders(cxr, soft)?,
        _ => anyhow::bail!("give --pairs, or --cxr with --soft"),
    };
    let mut tally = Tally::default();
    let Some(source) = source(args)? else {
        tally.interrupted = true;
        return Ok(tally);
    };
    let perceptual = Perceptual::load()?;
    if perceptual.is_none() {
        eprintln!("warning: the LPIPS weights are not installed; the column is left out");
    }
    for pair in &found {
        match score_pair(&source, pair, perceptual.as_ref(), tables) {
            Ok(true) => tally.done += 1,
            Ok(false) => {
                tally.interrupted = true;
                break;
            }
            Err(err) => tables.fail(&mut tally, &pair.name, &pair.cxr, &err),
        }
    }
    Ok(tally)
}

/// `None` on Ctrl-C.
fn source(args: &EvaluateArgs) -> anyhow::Result<Option<Source>> {
    if let Some(folder) = &args.pred {
        return Ok(Some(Source::Folder(folder.clone())));
    }
    let network = NetworkChoice::new(&args.network)?;
    let settings = job::settings(&args.settings, args.grid, &network.bundle)?;
    let session = Session::start(network.compute)?;
    let loaded = session.load(&network)?;
    Ok(loaded.map(|_| Source::Networks {
        session,
        settings,
        given_masks: args.given_masks,
    }))
}

/// Adds the rows of one pair; `false` on Ctrl-C.
fn score_pair(
    source: &Source,
    pair: &Pair,
    perceptual: Option<&Perceptual>,
    tables: &mut Tables,
) -> anyhow::Result<bool> {
    let radiograph = Arc::new(formats::read(&pair.cxr)?);
    let soft = pictures::soft_tissue(&pair.soft, &radiograph)?;
    let size = Some(soft.size());
    let cxr = pictures::radiograph(&radiograph, size)?;
    let mask = match &pair.mask {
        Some(path) => Some(raster::read_mask(path)?),
        None => None,
    };
    let Some(predicted) = source.predict(pair, &radiograph, mask.as_ref())? else {
        return Ok(false);
    };
    let predicted = pictures::fitted(predicted, size);
    let mask = match mask {
        Some(mask) => Some(fit_mask(&mask, soft.size())?),
        None => None,
    };
    let untouched = Scored {
        cxr: &cxr,
        soft: &soft,
        pred: &cxr,
        mask: mask.as_deref(),
    };
    let prediction = Scored {
        pred: &predicted,
        ..untouched
    };
    // Both or neither: a failed pair leaves no row behind.
    let (prediction, untouched) = (row(&prediction, perceptual)?, row(&untouched, perceptual)?);
    tables.predictions.add(pair.name.clone(), prediction);
    tables.identity.add(pair.name.clone(), untouched);
    Ok(true)
}

fn row(scored: &Scored<'_>, perceptual: Option<&Perceptual>) -> anyhow::Result<Row> {
    let mut columns = score(scored)?.columns().to_vec();
    if let Some(perceptual) = perceptual {
        let distance = perceptual.distance(scored.pred, scored.soft)?;
        columns.insert(LPIPS_COLUMN, ("LPIPS", Some(distance)));
    }
    Ok(columns)
}

impl Source {
    /// The predicted soft-tissue image in `[0, 1]`; `None` on Ctrl-C.
    fn predict(
        &self,
        pair: &Pair,
        radiograph: &Arc<Radiograph>,
        mask: Option<&LungMask>,
    ) -> anyhow::Result<Option<FloatImage>> {
        let (session, settings, given_masks) = match self {
            Self::Folder(folder) => {
                let path = pairs::prediction(folder, &pair.name)?;
                return Ok(Some(pictures::soft_tissue(&path, radiograph)?));
            }
            Self::Networks {
                session,
                settings,
                given_masks,
            } => (session, settings, *given_masks),
        };
        let mask = if given_masks {
            let mask = mask.with_context(|| {
                format!("{} has no lung mask; leave --given-masks out", pair.name)
            })?;
            Some(fit_mask(mask, radiograph.size())?)
        } else {
            None
        };
        let request = SuppressionRequest {
            mask,
            ..SuppressionRequest::new(Arc::clone(radiograph), settings.clone())
        };
        let Some(result) = suppress_one(session, request, &pair.name)? else {
            return Ok(None);
        };
        match result.settings.output {
            OutputGrid::Native => displayed(radiograph, &result.soft_tissue).map(Some),
            OutputGrid::Model => Ok(Some(result.model_soft_tissue.clone())),
        }
    }
}

fn score_masks(args: &EvaluateArgs, folder: &Path, tables: &mut Tables) -> anyhow::Result<Tally> {
    let found = pairs::labelled(folder)?;
    let network = NetworkChoice::new(&args.network)?;
    let session = Session::start(network.compute)?;
    let mut tally = Tally::default();
    if session.load(&network)?.is_none() {
        tally.interrupted = true;
        return Ok(tally);
    }
    for labelled in &found {
        let dice = || -> anyhow::Result<Option<f64>> {
            let truth = pictures::lungs_of_labels(&labelled.labels)?;
            let radiograph = Arc::new(formats::read(&labelled.cxr)?);
            let Some(mask) = segment_one(&session, radiograph, &labelled.name)? else {
                return Ok(None);
            };
            let (width, height) = truth.raster().size();
            Ok(Some(mask.resized(width, height).dice(&truth)?))
        };
        match dice() {
            Ok(Some(dice)) => {
                tally.done += 1;
                let row = vec![("Dice", Some(dice))];
                tables.predictions.add(labelled.name.clone(), row);
            }
            Ok(None) => {
                tally.interrupted = true;
                break;
            }
            Err(err) => tables.fail(&mut tally, &labelled.name, &labelled.cxr, &err),
        }
    }
    Ok(tally)
}
