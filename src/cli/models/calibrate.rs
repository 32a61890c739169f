//! `diaphane models calibrate`: the band of a bundle, measured on known pairs.

use super::args::CalibrateArgs;
use crate::cli::job::{self, NetworkChoice};
use crate::cli::pairs::in_one_folder;
use crate::cli::report::{Machine, Tally, print_line, sentence};
use crate::cli::session::Session;
use crate::cli::suppress::suppress_one;
use crate::cli::words::Grid;
use crate::contest::Case;
use crate::dataset::PairFiles;
use crate::metrics::{BAND_LEVEL, ErrorBand, KnownPixel};
use crate::radiograph::counted;
use crate::worker::{SuppressionRequest, SuppressionSettings, UncertaintyForm};
use anyhow::{Context as _, bail, ensure};
use serde::Serialize;
use serde_json::json;

/// Pixels of each case that the band is fitted to, evenly spread over the lungs: every case counts alike.
const PIXELS: usize = 4096;

/// One case with what it says about the others' band.
struct Measured {
    name: String,
    pixels: Vec<KnownPixel>,
}

/// How the band of all other cases does on one.
#[derive(Serialize)]
struct LeftOut<'a> {
    case: &'a str,
    /// Share of its pixels that the band of the others holds.
    holds: Option<f64>,
    /// Mean half-width there, display units.
    width: Option<f64>,
}

pub(super) fn calibrate(args: &CalibrateArgs) -> anyhow::Result<Tally> {
    ensure!(
        args.seeds >= 2,
        "one seed has no deviation; give --seeds 2 or more"
    );
    let network = NetworkChoice::new(&args.network)?;
    let settings = job::settings(&args.settings, Grid::Native, &network.bundle)?;
    let mut pairs: Vec<PairFiles> = Vec::new();
    for folder in &args.pairs {
        pairs.extend(in_one_folder(folder)?);
    }
    let session = Session::start(network.compute)?;
    let mut tally = Tally::default();
    if session.load(&network)?.is_none() {
        tally.interrupted = true;
        return Ok(tally);
    }
    let mut cases = Vec::new();
    for pair in &pairs {
        match measure(&session, pair, &settings, args) {
            Ok(Some(measured)) => cases.push(measured),
            Ok(None) => {
                tally.interrupted = true;
                return Ok(tally);
            }
            Err(err) => tally.fail(
                Machine::Silent,
                &pair.radiograph,
                &format!("{}: {}", pair.name, sentence(&err)),
            ),
        }
    }
    tally.done = cases.len();
    publish(args, &cases)?;
    Ok(tally)
}

/// `None` on Ctrl-C.
fn measure(
    session: &Session,
    pair: &PairFiles,
    settings: &SuppressionSettings,
    args: &CalibrateArgs,
) -> anyhow::Result<Option<Measured>> {
    let case = Case::read(pair)?;
    let request = SuppressionRequest {
        num_seeds: args.seeds,
        uncertainty: UncertaintyForm::SeedDeviation,
        ..case.request(settings.clone(), args.given_masks)?
    };
    let Some(result) = suppress_one(session, request, &case.name)? else {
        return Ok(None);
    };
    let predicted = case.predicted(&result)?;
    let pixels = case.known_pixels(&result, &predicted, PIXELS);
    if pixels.is_empty() {
        bail!("it has no lung mask; give NAME_lungmask.png beside it");
    }
    Ok(Some(Measured {
        name: case.name,
        pixels,
    }))
}

/// The band of all cases but one.
fn fitted(cases: &[Measured], but: Option<usize>, num_seeds: usize) -> Option<ErrorBand> {
    let kept = cases.iter().enumerate();
    let kept = kept.filter(|&(index, _)| Some(index) != but);
    let pixels: Vec<KnownPixel> = kept.flat_map(|(_, case)| case.pixels.clone()).collect();
    ErrorBand::fitted(&pixels, BAND_LEVEL, num_seeds as u32)
}

fn publish(args: &CalibrateArgs, cases: &[Measured]) -> anyhow::Result<()> {
    let band = fitted(cases, None, args.seeds).context("no pair could be measured")?;
    let left_out: Vec<LeftOut<'_>> = (cases.iter().enumerate())
        .map(|(index, case)| {
            let others = fitted(cases, Some(index), args.seeds);
            let of_others = |what: fn(&ErrorBand, &[KnownPixel]) -> Option<f64>| {
                others.as_ref().and_then(|band| what(band, &case.pixels))
            };
            LeftOut {
                case: &case.name,
                holds: of_others(ErrorBand::coverage),
                width: of_others(ErrorBand::mean_half_width),
            }
        })
        .collect();
    if args.json {
        Machine::Json.document(&json!({ "uncertainty": band, "left_out": left_out }));
        return Ok(());
    }
    print_line("[uncertainty]");
    print_line(toml::to_string(&band)?.trim_end());
    let told = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |v| format!("{v:.3}"));
    eprintln!(
        "\nthe band of the other cases on each case: share of its pixels held, mean half-width"
    );
    for LeftOut { case, holds, width } in &left_out {
        eprintln!("{case:<32} {:>6} {:>6}", told(*holds), told(*width));
    }
    let held: Vec<f64> = left_out.iter().filter_map(|case| case.holds).collect();
    if !held.is_empty() {
        let mean = held.iter().sum::<f64>() / held.len() as f64;
        let cases = counted(held.len() as u64, "case");
        eprintln!("{cases}: {mean:.3} of the pixels held where {BAND_LEVEL} was meant");
    }
    Ok(())
}
