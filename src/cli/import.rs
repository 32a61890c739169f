//! `diaphane import`.

use super::args::{AuthorsPreset, ImportArgs};
use super::report::Tally;
use crate::model::Preset;
use crate::model::import::{ImportOptions, import_checkpoints};

pub(super) fn run(args: &ImportArgs) -> anyhow::Result<Tally> {
    let preset = match args.preset {
        AuthorsPreset::GlLcm => Preset::GlLcm,
        AuthorsPreset::BsLdm => Preset::BsLdm,
    };
    let options = ImportOptions {
        preset: Some(preset),
        overwrite: args.overwrite,
        ..ImportOptions::default()
    };
    let report = import_checkpoints(&args.files, &args.out, &options)?;
    for part in &report.parts {
        eprintln!(
            "{}: {} ({} tensors, {} values)",
            part.file.display(),
            part.role,
            part.tensors,
            part.values
        );
    }
    for warning in &report.warnings {
        eprintln!("warning: {warning}");
    }
    eprintln!(
        "the bundle {} is in {}",
        report.bundle.manifest.name,
        report.bundle.folder.display()
    );
    Ok(Tally::one())
}
