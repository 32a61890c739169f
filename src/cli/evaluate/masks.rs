//! Lung masks against labelled ones.

use super::named_files;
use super::report::Tables;
use crate::cli::args::EvaluateArgs;
use crate::cli::job::NetworkChoice;
use crate::cli::report::Tally;
use crate::cli::segment::segment_one;
use crate::cli::session::Session;
use crate::formats;
use crate::radiograph::{LungMask, Raster};
use named_files::Labelled;
use std::path::Path;
use std::sync::Arc;

/// Bits of a label image that hold its class (1 right lung, 2 left lung, 3 heart); the bits above say
/// what lies over it (16 clavicle).
const CLASS_BITS: i32 = 0x0f;

/// Scores the masks of a folder by Dice.
pub(super) fn score_masks(
    args: &EvaluateArgs,
    folder: &Path,
    tables: &mut Tables,
) -> anyhow::Result<Tally> {
    let found = named_files::labelled(folder)?;
    let network = NetworkChoice::new(&args.network)?;
    let session = Session::start(network.compute)?;
    let mut tally = Tally::default();
    if session.load(&network)?.is_none() {
        tally.interrupted = true;
        return Ok(tally);
    }
    for labelled in &found {
        match dice(&session, labelled) {
            Ok(Some(dice)) => {
                tally.done += 1;
                let row = vec![("Dice", Some(dice))];
                tables.predictions.add(labelled.name.clone(), row);
            }
            Ok(None) => {
                tally.interrupted = true;
                break;
            }
            Err(err) => tables
                .failures
                .add(&mut tally, &labelled.name, &labelled.cxr, &err),
        }
    }
    Ok(tally)
}

/// `None` on Ctrl-C.
fn dice(session: &Session, labelled: &Labelled) -> anyhow::Result<Option<f64>> {
    let truth = lungs_of_labels(&labelled.labels)?;
    let radiograph = Arc::new(formats::read(&labelled.cxr)?);
    let Some(mask) = segment_one(session, radiograph, &labelled.name)? else {
        return Ok(None);
    };
    let (width, height) = truth.raster().size();
    Ok(Some(mask.resized(width, height).dice(&truth)?))
}

/// The lungs of a label image.
fn lungs_of_labels(path: &Path) -> anyhow::Result<LungMask> {
    let labels = formats::read(path)?;
    let (width, height) = labels.size();
    let inside = labels
        .stored
        .iter()
        .map(|v| u8::from(matches!(v & CLASS_BITS, 1 | 2)));
    Ok(LungMask::from_nonzero(&Raster::new(
        width,
        height,
        inside.collect(),
    )?))
}
