//! A bundle: a folder with a manifest, its weights and a model card.
//!
//! ```text
//! models/compact/
//!   manifest.toml            conventions, sizes, checksums
//!   vqgan.safetensors
//!   denoiser.safetensors
//!   segmenter.safetensors    optional
//!   learned-from.json        optional: checksums of what the networks saw in training
//!   README.md                the model card
//! ```
//!
//! Owns finding, loading, verifying and writing. Must not know how a result is computed from the networks.

mod copy;
mod learned_from;
mod search;
mod verify;
mod writer;

pub(crate) use copy::copy_bundle;
pub use learned_from::LearnedFrom;
pub(super) use learned_from::files_beside;
pub use search::{find_bundle, list_bundles, search_folders};
pub use verify::{FileReport, VerifyReport};
pub use writer::{BundleWriter, WrittenBundle};

use super::manifest::{FileEntry, FileRole, Manifest, SegmenterSpec};
use super::weights::load_weights;
use super::{Adapter, Denoiser, LungSegmenter, ModelError, Vqgan, WeightProblem};
use crate::formats::hexadecimal;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fs;
use std::path::{Path, PathBuf};
use tch::Device;
use tch::nn::VarStore;

/// A model card longer than this is not shown.
const MAX_CARD_BYTES: u64 = 1 << 20;

/// Networks that belong together, loaded and checked.
#[derive(Debug)]
pub struct Bundle {
    /// Conventions and sizes.
    pub manifest: Manifest,
    /// Folder it was loaded from.
    pub folder: PathBuf,
    /// sha256 that names manifest and weights together, lower-case hexadecimal; with an adapter, what names all of it.
    pub sha256: String,
    /// The adapter that was applied.
    pub adapter: Option<AppliedAdapter>,
    /// Image codec.
    pub vqgan: Vqgan,
    /// Noise estimator.
    pub denoiser: Denoiser,
    /// Lung segmenter, where the bundle has one.
    pub segmenter: Option<LungSegmenter>,
    /// Variables of the codec; frozen.
    pub vqgan_store: VarStore,
    /// Variables of the noise estimator; frozen.
    pub denoiser_store: VarStore,
    /// Variables of the segmenter; frozen.
    pub segmenter_store: Option<VarStore>,
}

impl Bundle {
    /// Loads a bundle's folder onto a device, with 32-bit floats and gradients off.
    ///
    /// Every file is checked in full: size, sha256, names, shapes, number formats, finiteness.
    ///
    /// # Errors
    /// [`ModelError`], naming the file and everything that is wrong with it.
    pub fn load(folder: &Path, device: Device) -> Result<Self, ModelError> {
        let (manifest, text) = Manifest::read_with_text(folder)?;
        let (vqgan_store, vqgan) = load_part(folder, &manifest, FileRole::Vqgan, device, |vs| {
            Vqgan::new(&vs.root(), &manifest.vqgan.config)
        })?;
        let (denoiser_store, denoiser) =
            load_part(folder, &manifest, FileRole::Denoiser, device, |vs| {
                Denoiser::new(&vs.root(), &manifest.denoiser.config)
            })?;
        let (segmenter_store, segmenter) = segmenter_of(folder, &manifest, device)?.unzip();
        Ok(Self {
            sha256: bundle_sha256(&text, &manifest.files),
            folder: folder.to_path_buf(),
            manifest,
            adapter: None,
            vqgan,
            denoiser,
            segmenter,
            vqgan_store,
            denoiser_store,
            segmenter_store,
        })
    }

    /// Loads nothing of a bundle but its lung segmenter, with 32-bit floats and gradients off; `None` where it has none.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn load_segmenter(
        folder: &Path,
        device: Device,
    ) -> Result<Option<(SegmenterSpec, VarStore, LungSegmenter)>, ModelError> {
        let manifest = Manifest::read(folder)?;
        let loaded = segmenter_of(folder, &manifest, device)?;
        let spec = manifest.segmenter;
        Ok(spec
            .zip(loaded)
            .map(|(spec, (vs, network))| (spec, vs, network)))
    }

    /// Adds an adapter's changes to the noise estimator, at a strength in percent of what was trained.
    ///
    /// # Errors
    /// [`ModelError::ForeignAdapter`] where it was made for other weights, [`ModelError::Corrupt`] where it does not
    /// fit them.
    pub fn apply(&mut self, adapter: &Adapter, strength_percent: u16) -> Result<(), ModelError> {
        let entry = entry_of(&self.folder, &self.manifest, FileRole::Denoiser)?;
        if adapter.base_sha256 != entry.sha256 {
            return Err(ModelError::ForeignAdapter {
                path: adapter.path.clone(),
                bundle: self.manifest.name.clone(),
            });
        }
        adapter.apply(&self.denoiser_store, f64::from(strength_percent) / 100.0)?;
        let name = adapter.path.file_stem().unwrap_or_default();
        let applied = AppliedAdapter {
            name: name.to_string_lossy().into_owned(),
            sha256: adapter.sha256.clone(),
            strength_percent,
            bundle_sha256: self.sha256.clone(),
        };
        self.sha256 = applied.combined_sha256();
        self.adapter = Some(applied);
        Ok(())
    }

    /// Checks a bundle's folder and reports on every file, without stopping at the first fault.
    ///
    /// # Errors
    /// Only where the manifest itself cannot be read; faults of the files are in the report.
    pub fn verify(folder: &Path) -> Result<VerifyReport, ModelError> {
        verify::verify(folder)
    }

    /// Reads what a bundle says about itself, without opening its weights.
    ///
    /// # Errors
    /// Where the manifest cannot be read.
    pub fn info(folder: &Path) -> Result<BundleInfo, ModelError> {
        let (manifest, text) = Manifest::read_with_text(folder)?;
        let card = folder.join(&manifest.card);
        let short = fs::metadata(&card).is_ok_and(|file| file.len() <= MAX_CARD_BYTES);
        Ok(BundleInfo {
            folder: folder.to_path_buf(),
            sha256: bundle_sha256(&text, &manifest.files),
            bytes: manifest.files.iter().map(|file| file.bytes).sum(),
            card: short.then(|| fs::read_to_string(&card).ok()).flatten(),
            manifest,
        })
    }
}

/// An adapter in force, and what it was put on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliedAdapter {
    /// Name of its file, without the ending.
    pub name: String,
    /// sha256 of its file, lower-case hexadecimal.
    pub sha256: String,
    /// Strength in percent of what was trained.
    pub strength_percent: u16,
    /// sha256 of the bundle without it, lower-case hexadecimal.
    pub bundle_sha256: String,
}

impl AppliedAdapter {
    /// sha256 of the line `BUNDLE ADAPTER STRENGTH`, hashes in hexadecimal, strength in percent: names the networks
    /// that bundle and adapter make together.
    pub fn combined_sha256(&self) -> String {
        let Self {
            sha256,
            strength_percent,
            bundle_sha256,
            ..
        } = self;
        let line = format!("{bundle_sha256} {sha256} {strength_percent}");
        hexadecimal(&Sha256::digest(line.as_bytes()))
    }
}

/// What a bundle says about itself.
#[derive(Debug, Clone, PartialEq)]
pub struct BundleInfo {
    /// Its folder.
    pub folder: PathBuf,
    /// Its manifest.
    pub manifest: Manifest,
    /// sha256 that names manifest and weights together, lower-case hexadecimal.
    pub sha256: String,
    /// Size of all weights.
    pub bytes: u64,
    /// Text of the model card, where there is one.
    pub card: Option<String>,
}

/// Creates the variables of one network; the network itself is not needed to check or fill them.
pub(crate) fn create_variables(vs: &VarStore, role: FileRole, manifest: &Manifest) {
    match (role, &manifest.segmenter) {
        (FileRole::Vqgan, _) => drop(Vqgan::new(&vs.root(), &manifest.vqgan.config)),
        (FileRole::Denoiser, _) => drop(Denoiser::new(&vs.root(), &manifest.denoiser.config)),
        (FileRole::Segmenter, Some(spec)) => drop(LungSegmenter::new(&vs.root(), &spec.config)),
        (FileRole::Segmenter, None) => {}
    }
}

fn segmenter_of(
    folder: &Path,
    manifest: &Manifest,
    device: Device,
) -> Result<Option<(VarStore, LungSegmenter)>, ModelError> {
    let spec = manifest.segmenter.as_ref();
    let loaded = spec.map(|spec| {
        load_part(folder, manifest, FileRole::Segmenter, device, |vs| {
            LungSegmenter::new(&vs.root(), &spec.config)
        })
    });
    loaded.transpose()
}

fn load_part<N>(
    folder: &Path,
    manifest: &Manifest,
    role: FileRole,
    device: Device,
    build: impl FnOnce(&VarStore) -> N,
) -> Result<(VarStore, N), ModelError> {
    let entry = entry_of(folder, manifest, role)?;
    let file = folder.join(&entry.name);
    check_size(&file, entry)?;
    let mut vs = VarStore::new(device);
    let network = build(&vs);
    load_weights(&vs, &file, Some(&entry.sha256))?;
    vs.freeze();
    Ok((vs, network))
}

fn entry_of<'a>(
    folder: &Path,
    manifest: &'a Manifest,
    role: FileRole,
) -> Result<&'a FileEntry, ModelError> {
    manifest
        .file(role)
        .ok_or_else(|| ModelError::ManifestInvalid {
            path: folder.to_path_buf(),
            problems: vec![format!("no file has the role {role}")],
        })
}

/// Refuses a file of the wrong size before a network is built for it.
fn check_size(file: &Path, entry: &FileEntry) -> Result<(), ModelError> {
    let found = fs::metadata(file)
        .map_err(|err| ModelError::io("read", file, err))?
        .len();
    if found == entry.bytes {
        return Ok(());
    }
    let expected = entry.bytes;
    Err(ModelError::WeightsMismatch {
        path: file.to_path_buf(),
        problems: vec![WeightProblem::Size { expected, found }],
    })
}

/// sha256 of the manifest's text followed by the checksums of its files.
///
/// Line ends are made equal first, so that a checkout on Windows is the same bundle.
fn bundle_sha256(text: &str, files: &[FileEntry]) -> String {
    let mut hasher = Sha256::new();
    hasher.update(text.replace("\r\n", "\n").as_bytes());
    for file in files {
        hasher.update(file.sha256.as_bytes());
    }
    hexadecimal(&hasher.finalize())
}
