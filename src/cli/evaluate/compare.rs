//! One or several models on the same pairs.

use super::people::{caution, patients};
use super::report::{Rival, Tables};
use super::source::{Asked, Networks, Predicted, Source};
use crate::cli::args::{EvaluateArgs, NetworkArgs};
use crate::cli::job::{self, NetworkChoice};
use crate::cli::report::Tally;
use crate::cli::session::Session;
use crate::contest::Case;
use crate::dataset::PairFiles;
use crate::evidence::Table;
use crate::model::Bundle;
use crate::pipeline::Perceptual;
use std::path::{Path, PathBuf};

/// A further model, with its own defaults where nothing was typed.
struct Contender {
    name: String,
    bundle: PathBuf,
    asked: Asked,
}

/// Scores the pairs, by every model that is named.
pub(super) fn score_pairs(args: &EvaluateArgs, tables: &mut Tables) -> anyhow::Result<Tally> {
    let found = super::found(args)?;
    tables.caution = caution(&found);
    let rivals = rivals(args)?;
    if !rivals.is_empty() {
        tables.patients = patients(args, &found)?;
    }
    let mut tally = Tally::default();
    let Some(source) = source(args, tables)? else {
        tally.interrupted = true;
        return Ok(tally);
    };
    let perceptual = perceptual()?;
    let mut sound = Vec::new();
    for pair in &found {
        match score_pair(&source, pair, perceptual.as_ref(), tables) {
            Ok(true) => sound.push(pair),
            Ok(false) => {
                tally.interrupted = true;
                break;
            }
            Err(err) => tables
                .failures
                .add(&mut tally, &pair.name, &pair.radiograph, &err),
        }
    }
    if let Source::Networks(networks, _) = &source
        && !tally.interrupted
    {
        for rival in rivals {
            score_rival(networks, &rival, &sound, &mut tally, tables)?;
        }
    }
    tally.done = tables.predictions.len();
    Ok(tally)
}

/// A pair as it is scored.
pub(super) fn read(pair: &PairFiles) -> anyhow::Result<Case> {
    Ok(Case::read(pair)?)
}

/// LPIPS, where its weights are installed.
pub(super) fn perceptual() -> anyhow::Result<Option<Perceptual>> {
    let perceptual = Perceptual::load()?;
    if perceptual.is_none() {
        eprintln!("warning: the LPIPS weights are not installed; the column is left out");
    }
    Ok(perceptual)
}

/// `None` on Ctrl-C.
fn source(args: &EvaluateArgs, tables: &mut Tables) -> anyhow::Result<Option<Source>> {
    if let Some(folder) = &args.pred {
        return Ok(Some(Source::Folder(folder.clone())));
    }
    let network = NetworkChoice::new(&args.network)?;
    let settings = job::settings(&args.settings, args.grid, &network.bundle)?;
    let session = Session::start(network.compute)?;
    let Some(loaded) = session.load(&network)? else {
        return Ok(None);
    };
    tables.model = name_of(&args.network, &network.bundle)?;
    tables.sha256 = Some(loaded.sha256);
    let networks = Networks {
        session,
        given_masks: args.given_masks,
    };
    let num_seeds = args.seeds;
    Ok(Some(Source::Networks(
        networks,
        Asked {
            settings,
            num_seeds,
        },
    )))
}

/// The models of `--against`, found before anything is run.
fn rivals(args: &EvaluateArgs) -> anyhow::Result<Vec<Contender>> {
    let names = args.against.iter();
    names
        .map(|name| {
            let network = NetworkArgs {
                model: Some(name.clone()),
                ..args.network.clone()
            };
            let NetworkChoice { bundle, .. } = NetworkChoice::new(&network)?;
            Ok(Contender {
                name: name.clone(),
                asked: Asked {
                    settings: job::settings(&args.settings, args.grid, &bundle)?,
                    num_seeds: args.seeds,
                },
                bundle,
            })
        })
        .collect()
}

/// What a model is called in tables: as it was typed, since several trained ones may bear one name.
fn name_of(network: &NetworkArgs, bundle: &Path) -> anyhow::Result<String> {
    match &network.model {
        Some(typed) => Ok(typed.clone()),
        None => Ok(Bundle::info(bundle)?.manifest.name),
    }
}

/// Adds the rows of one pair; `false` on Ctrl-C.
fn score_pair(
    source: &Source,
    pair: &PairFiles,
    perceptual: Option<&Perceptual>,
    tables: &mut Tables,
) -> anyhow::Result<bool> {
    let case = Case::read(pair)?;
    let Some(predicted) = source.predict(&case)? else {
        return Ok(false);
    };
    // Both or neither: a failed pair leaves no row behind.
    let mut row = case.score(&predicted.picture, perceptual)?;
    row.extend(predicted.band);
    let name = if tables.model.is_empty() {
        "prediction"
    } else {
        &tables.model
    };
    tables.gallery.keep(&case, name, &predicted.picture);
    let untouched = case.score(&case.cxr, perceptual)?;
    tables.predictions.add(pair.name.clone(), row);
    tables.identity.add(pair.name.clone(), untouched);
    Ok(true)
}

/// Scores another model on the pairs that the first one could do; a pair that it cannot do leaves every table.
fn score_rival(
    networks: &Networks,
    rival: &Contender,
    sound: &[&PairFiles],
    tally: &mut Tally,
    tables: &mut Tables,
) -> anyhow::Result<()> {
    let Some(loaded) = networks.session.load(rival.bundle.clone())? else {
        tally.interrupted = true;
        return Ok(());
    };
    let perceptual = Perceptual::load()?;
    let mut table = Table::default();
    for pair in sound {
        let scored = read(pair).and_then(|case| {
            let predicted = networks.predict(&case, rival.asked.clone())?;
            let score = |predicted: Predicted| {
                (tables.gallery).keep(&case, &rival.name, &predicted.picture);
                let mut row = case.score(&predicted.picture, perceptual.as_ref())?;
                row.extend(predicted.band);
                Ok(row)
            };
            predicted.map(score).transpose()
        });
        match scored {
            Ok(Some(row)) => table.add(pair.name.clone(), row),
            Ok(None) => {
                tally.interrupted = true;
                break;
            }
            Err(err) => tables
                .failures
                .add(tally, &pair.name, &pair.radiograph, &err),
        }
    }
    let kept = |case: &str| table.rows().iter().any(|(name, _)| name == case);
    tables.predictions.retain(kept);
    tables.identity.retain(kept);
    for earlier in &mut tables.rivals {
        earlier.table.retain(kept);
    }
    tables.rivals.push(Rival {
        name: rival.name.clone(),
        sha256: loaded.sha256,
        table,
    });
    Ok(())
}
