//! A checkpoint of a fine-tuning run as a bundle, with names of its own.

use super::base::Base;
use super::export::packed;
use super::observer::Turns;
use super::{ExportConfig, ExportedBundle, Observer, RunFolder, Split, TrainError, Which};
use crate::model::weights::WeightPrecision;
use std::path::Path;

/// Writes a checkpoint of a run that goes on from a bundle as a bundle, in place of an earlier one there. It is named
/// after its run folder; its version is the number of iterations. The observer is given its turn before every file that is
/// read for its checksum, and before every network.
///
/// # Errors
/// [`TrainError`] where the run has no base or no checkpoint, the bundle cannot be written, or the observer asked for an
/// end; an earlier bundle there is then left as it was.
pub fn pack_checkpoint(
    run: &Path,
    which: Which,
    to: &Path,
    observer: &mut dyn Observer,
) -> Result<ExportedBundle, TrainError> {
    let mut turns = Turns::new(observer);
    let folder = RunFolder::open(run)?;
    let settings = folder.settings()?;
    let Some(base) = Base::of_run(&settings, &folder)? else {
        return Err(TrainError::checkpoint(
            run,
            "the run goes on from no bundle; pack it with a segmenter (`models pack`)",
        ));
    };
    let checkpoint = folder.checkpoint_in_turns(which, &mut turns)?;
    let checkpoint =
        checkpoint.ok_or_else(|| TrainError::checkpoint(run, "the run has no checkpoint yet"))?;
    let iterations = RunFolder::state(&checkpoint)?.iteration;
    let manifest = base.manifest();
    let listing = folder.listing()?.unwrap_or_default();
    let learned = listing
        .iter()
        .filter(|entry| entry.split == Split::Training);
    let (name, version) = (&manifest.name, &manifest.version);
    let config = ExportConfig {
        out: to.to_owned(),
        name: bundle_name(run),
        version: iterations.to_string(),
        licence: manifest.licence.clone(),
        training_data: format!(
            "{} pairs of the site, going on from {name} {version}",
            learned.count()
        ),
        denoiser: run.to_owned(),
        segmenter: None,
        newest: which == Which::Last,
        uncertainty: None,
        precision: WeightPrecision::default(),
        card: None,
        overwrite: true,
    };
    packed(&config, &mut turns)
}

/// The name of a run folder in the letters that a bundle's name may have.
fn bundle_name(run: &Path) -> String {
    let name = run.file_name().unwrap_or_default().to_string_lossy();
    let letters = name.to_lowercase();
    let letters = letters.chars().map(|c| match c {
        'a'..='z' | '0'..='9' | '.' | '_' | '-' => c,
        _ => '-',
    });
    let name: String = letters.collect();
    match name.trim_matches(['.', '-']) {
        "" => "site-model".to_owned(),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_is_named_after_its_run_folder() {
        let name = |path: &str| bundle_name(Path::new(path));
        assert_eq!(name("runs/Site 3"), "site-3");
        assert_eq!(name("runs/.hidden"), "hidden");
        assert_eq!(name("runs/\u{80ba}"), "site-model");
    }
}
