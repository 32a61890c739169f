//! `diaphane evaluate`: scores of soft-tissue images and of lung masks against known ones.
//!
//! The row `identity` of every picture is the untouched radiograph, without which no score can be read: BSR does not
//! see bone that is left.

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
use std::path::PathBuf;
use std::sync::Arc;
use table::{Table, legend};

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

/// Scores of predictions, and of the untouched radiographs beside them.
#[derive(Default)]
struct Tables {
    predictions: Table,
    identity: Table,
}

impl Tables {
    fn publish(&self, args: &EvaluateArgs) -> anyhow::Result<()> {
        if self.predictions.is_empty() {
            return Ok(());
        }
        if let Some(csv) = &args.csv {
            let text = self.predictions.csv();
            formats::write_atomically(csv, text.as_bytes(), args.overwrite)?;
        }
        if args.json {
            let mut document = self.predictions.json();
            if !self.identity.is_empty()
                && let Some(fields) = document.as_object_mut()
            {
                fields.insert("identity".to_owned(), self.identity.json());
            }
            Machine::Json.document(&document);
            return Ok(());
        }
        print_line(&self.predictions.text());
        if !self.identity.is_empty() {
            print_line("\nidentity (the radiograph untouched)");
            print_line(&self.identity.text());
        }
        eprintln!("\n{}", legend(self.predictions.columns()));
        Ok(())
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
            Err(err) => tally.fail(
                Machine::Silent,
                &pair.cxr,
                &format!("{}: {}", pair.name, sentence(&err)),
            ),
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
    let loaded = session.load(&network.bundle)?;
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
    for (table, pred) in [
        (&mut tables.predictions, &predicted),
        (&mut tables.identity, &cxr),
    ] {
        let scores = score(&Scored {
            cxr: &cxr,
            soft: &soft,
            pred,
            mask: mask.as_deref(),
        })?;
        let mut columns = scores.columns().to_vec();
        if let Some(perceptual) = perceptual {
            columns.push(("LPIPS", Some(perceptual.distance(pred, &soft)?)));
        }
        table.add(pair.name.clone(), columns);
    }
    Ok(true)
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
            radiograph: Arc::clone(radiograph),
            settings: settings.clone(),
            mask,
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

fn score_masks(
    args: &EvaluateArgs,
    folder: &std::path::Path,
    tables: &mut Tables,
) -> anyhow::Result<Tally> {
    let found = pairs::labelled(folder)?;
    let network = NetworkChoice::new(&args.network)?;
    let session = Session::start(network.compute)?;
    let mut tally = Tally::default();
    if session.load(&network.bundle)?.is_none() {
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
            Err(err) => tally.fail(Machine::Silent, &labelled.cxr, &sentence(&err)),
        }
    }
    Ok(tally)
}
