//! Import of pickled checkpoints: the published kinds are read exactly, everything else is refused by name.
//!
//! The committed checkpoints in `tests/fixtures/import` were written by Python's torch 2.11.0; their values follow
//! from a rule that is restated here, so that every comparison is exact.

mod archives;
mod corpus;
mod hostile;
mod live;
mod published;
#[path = "../support/mod.rs"]
mod support;
mod zip;

use diaphane::model::import::{ImportError, ImportOptions, ImportReport, import_with_manifest};
use diaphane::model::manifest::{Fit, Manifest};
use diaphane::model::{Preset, VqganConfig};
use std::path::{Path, PathBuf};

/// A committed checkpoint.
fn fixture(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/import");
    folder.join(name)
}

/// A manifest for the networks of the committed checkpoints, which are far smaller than any preset's.
fn tiny_manifest() -> Manifest {
    let mut manifest = Manifest::for_preset(Preset::Compact);
    manifest.grid.fit = Fit::Square;
    manifest.grid.multiple_px = 8;
    manifest.vqgan.config = VqganConfig {
        in_channels: 1,
        channels: vec![4, 6],
        residual_layers: 1,
        residual_channels: 5,
        codebook_size: 8,
        latent_channels: 4,
    };
    let denoiser = &mut manifest.denoiser.config;
    denoiser.in_channels = 8;
    denoiser.out_channels = 8;
    denoiser.model_channels = 4;
    denoiser.channel_mult = vec![1, 2];
    denoiser.num_res_blocks = 1;
    denoiser.attention_resolutions = vec![2];
    denoiser.num_heads = 2;
    denoiser.norm_groups = 4;
    manifest
}

/// Imports files as the tiny networks into a folder that is thrown away.
fn import_tiny(files: &[PathBuf]) -> Result<ImportReport, ImportError> {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("bundle");
    let outcome = import_with_manifest(files, &out, tiny_manifest(), &ImportOptions::default());
    if outcome.is_err() {
        let left = std::fs::read_dir(folder.path()).expect("a folder").count();
        assert_eq!(left, 0, "a refused import leaves nothing behind");
    }
    outcome
}

/// The error of an import that must fail.
fn refusal(files: &[PathBuf]) -> ImportError {
    match import_tiny(files) {
        Err(err) => err,
        Ok(report) => panic!("{files:?} must be refused, got {report:?}"),
    }
}

/// The refusal of one file with the given bytes.
fn refusal_of_bytes(bytes: &[u8]) -> ImportError {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("checkpoint.pth");
    std::fs::write(&file, bytes).expect("a file");
    let err = refusal(std::slice::from_ref(&file));
    let sentence = err.to_string();
    assert!(sentence.contains("checkpoint.pth"), "{sentence}");
    err
}
