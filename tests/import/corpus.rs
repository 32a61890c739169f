//! The hostile checkpoint of the shared corpus (`DIAPHANE_CORPUS_DIR`, default `../shared/corpus`).

use super::refusal;
use crate::support::skipped;
use diaphane::model::import::ImportError;
use std::path::{Path, PathBuf};

#[test]
fn a_decompression_bomb_is_refused_by_its_declared_size() {
    let folder = std::env::var_os("DIAPHANE_CORPUS_DIR").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"),
        PathBuf::from,
    );
    let bomb = folder.join("weights/zipbomb.pth");
    if !bomb.is_file() {
        skipped("no corpus");
        return;
    }
    match refusal(&[bomb]) {
        ImportError::TooLarge { reason, .. } => assert!(reason.contains("268435456"), "{reason}"),
        other => panic!("{other}"),
    }
}
