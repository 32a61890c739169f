//! `manifest.toml`: everything about a bundle that its weights cannot say.
//!
//! The weights of two published networks have equal names and equal shapes and yet mean different things (order of
//! the attention channels, scale of the condition, clip ranges). The manifest therefore states every convention, and
//! a manifest that leaves one out, adds an unknown field or contradicts itself is refused with all its faults named.
//!
//! Must not know how networks are built or run.

mod check;
mod presets;
mod sections;
mod sizes;

pub use sections::{
    CleaningSpec, ClipSpec, ConditionScaling, DenoiserSpec, FileEntry, FileRole, Fit, FusionName,
    GridSpec, GuidanceName, InputRange, InputUnits, LatentSpec, ListedFile, LocalPathSpec,
    Prediction, SamplerName, SamplingDefaults, ScheduleSpec, SegmenterInput, SegmenterSpec,
    VqganSpec,
};

use super::weights::AtomicFile;
use super::{ModelError, Preset};
use crate::metrics::ErrorBand;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::Path;

/// Name of the manifest inside a bundle's folder.
pub const MANIFEST_FILE: &str = "manifest.toml";
/// A manifest has about 3 kB; what is longer is something else.
const MAX_MANIFEST_BYTES: u64 = 1 << 20;

/// Contents of `manifest.toml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Name of the bundle: lower-case letters, digits, `.`, `_`, `-`.
    pub name: String,
    /// Version of the weights, as their maker counts.
    pub version: String,
    /// Family of the networks; `gl-lcm` and `bs-ldm` promise the published configurations exactly.
    pub preset: Preset,
    /// Licence of the weights.
    pub licence: String,
    /// What the weights were trained on.
    pub training_data: String,
    /// File name of the model card inside the bundle.
    pub card: String,
    /// Grid on which the networks work.
    pub grid: GridSpec,
    /// Image codec.
    pub vqgan: VqganSpec,
    /// Noise estimator.
    pub denoiser: DenoiserSpec,
    /// Normalisation of the latents.
    pub latent: LatentSpec,
    /// Noise schedule.
    pub schedule: ScheduleSpec,
    /// Clipping of the predicted clean latent.
    pub clip: ClipSpec,
    /// What the local path sees, and how its picture meets the global one.
    pub local_path: LocalPathSpec,
    /// Lung segmenter, where the bundle has one.
    pub segmenter: Option<SegmenterSpec>,
    /// Settings a new session starts with.
    pub defaults: SamplingDefaults,
    /// How far the truth may lie from the mean of several seeds, where that was measured (`diaphane models calibrate`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uncertainty: Option<ErrorBand>,
    /// The file that says what the networks learned from, where they say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub learned_from: Option<ListedFile>,
    /// Weights files.
    pub files: Vec<FileEntry>,
}

impl Manifest {
    /// Reads and checks the manifest of a bundle's folder.
    ///
    /// # Errors
    /// [`ModelError::Io`], [`ModelError::ManifestSyntax`] or, with every fault named, [`ModelError::ManifestInvalid`].
    pub fn read(bundle: &Path) -> Result<Self, ModelError> {
        Self::read_with_text(bundle).map(|(manifest, _)| manifest)
    }

    /// Parses and checks the text of a manifest; `path` only names it in errors.
    ///
    /// # Errors
    /// As [`Manifest::read`].
    pub fn parse(text: &str, path: &Path) -> Result<Self, ModelError> {
        let syntax = |reason: String| ModelError::ManifestSyntax {
            path: path.to_path_buf(),
            reason,
        };
        let manifest: Self =
            toml::from_str(text).map_err(|err| syntax(err.to_string().trim_end().to_owned()))?;
        let mut problems = manifest
            .unknown_fields(text)
            .map_err(|err| syntax(err.clone()))?;
        problems.extend(check::problems(&manifest));
        if problems.is_empty() {
            Ok(manifest)
        } else {
            let path = path.to_path_buf();
            Err(ModelError::ManifestInvalid { path, problems })
        }
    }

    /// Checks and writes the manifest into a bundle's folder.
    ///
    /// # Errors
    /// [`ModelError::ManifestInvalid`] where it contradicts itself, [`ModelError::Io`] where the disk refuses.
    pub fn write(&self, bundle: &Path) -> Result<(), ModelError> {
        let path = bundle.join(MANIFEST_FILE);
        let text = toml::to_string_pretty(self).map_err(|err| ModelError::ManifestSyntax {
            path: path.clone(),
            reason: err.to_string(),
        })?;
        Self::parse(&text, &path)?;
        let mut file = AtomicFile::create(&path)?;
        file.write(text.as_bytes())?;
        file.commit()
    }

    /// The weights file of one network.
    pub fn file(&self, role: FileRole) -> Option<&FileEntry> {
        self.files.iter().find(|file| file.role == role)
    }

    /// The checked manifest with the text it was read from.
    pub(crate) fn read_with_text(bundle: &Path) -> Result<(Self, String), ModelError> {
        let path = bundle.join(MANIFEST_FILE);
        let bytes = fs::metadata(&path)
            .map_err(|err| ModelError::io("read", &path, err))?
            .len();
        if bytes > MAX_MANIFEST_BYTES {
            let reason = format!("it has {bytes} bytes");
            return Err(ModelError::ManifestSyntax { path, reason });
        }
        let text = fs::read_to_string(&path).map_err(|err| ModelError::io("read", &path, err))?;
        let manifest = Self::parse(&text, &path)?;
        Ok((manifest, text))
    }

    /// Fields of the text that no part of the program reads.
    ///
    /// The manifest is written out again and compared with its source, because serde cannot refuse unknown fields in
    /// structs that are flattened into their section.
    fn unknown_fields(&self, text: &str) -> Result<Vec<String>, String> {
        let source: toml::Table = toml::from_str(text).map_err(|err| err.to_string())?;
        let known = toml::Table::try_from(self).map_err(|err| err.to_string())?;
        let mut unknown = Vec::new();
        collect_unknown("", &source, &known, &mut unknown);
        Ok(unknown)
    }
}

fn collect_unknown(
    prefix: &str,
    source: &toml::Table,
    known: &toml::Table,
    unknown: &mut Vec<String>,
) {
    for (key, value) in source {
        let name = format!("{prefix}{key}");
        match (value, known.get(key)) {
            (_, None) => unknown.push(format!("unknown field {name}")),
            (toml::Value::Table(inner), Some(toml::Value::Table(inner_known))) => {
                collect_unknown(&format!("{name}."), inner, inner_known, unknown);
            }
            (toml::Value::Array(items), Some(toml::Value::Array(items_known))) => {
                for (item, item_known) in items.iter().zip(items_known) {
                    if let (toml::Value::Table(inner), toml::Value::Table(inner_known)) =
                        (item, item_known)
                    {
                        collect_unknown(&format!("{name}."), inner, inner_known, unknown);
                    }
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
