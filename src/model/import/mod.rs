//! Import of the authors' published checkpoints, without executing anything in them.
//!
//! The authors publish whole Python modules, pickled by `torch.save(model, file)`. Loading such a file in Python runs
//! whatever it says. Here it is only read (`pickle`): the tree of modules is rebuilt as plain values
//! (`modules`), tensors are cut out of the archive (`archive`, `tensor`), and the networks of this program are
//! filled with them, every name, shape and value checked. State dicts and safetensors files are taken as well.
//!
//! What a checkpoint cannot say, the preset says: GL-LCM and BS-LDM have equal names and shapes, but another order of
//! attention channels; see [`Manifest::for_preset`].
//!
//! Must not know how a result is computed from the networks.

mod archive;
mod checkpoint;
mod error;
mod modules;
mod pickle;
mod recognise;
mod tensor;

pub use error::ImportError;

use super::bundle::{BundleWriter, WrittenBundle, create_variables};
use super::manifest::{FileRole, Manifest};
use super::weights::{TensorSource as _, WeightPrecision, fill, sha256_of_file};
use super::{ModelError, Preset, WeightProblem};
use checkpoint::Checkpoint;
use recognise::recognise;
use std::path::{Path, PathBuf};
use tch::Device;
use tch::nn::VarStore;

/// What a person decides about an import.
#[derive(Debug, Clone, Default)]
pub struct ImportOptions {
    /// Which published networks these are; must be given, see [`ImportError::PresetNeeded`].
    pub preset: Option<Preset>,
    /// Name of the bundle; that of the preset where none is given.
    pub name: Option<String>,
    /// Licence of the checkpoints.
    pub licence: Option<String>,
    /// What the checkpoints were trained on.
    pub training_data: Option<String>,
    /// Number format of the bundle; 32-bit floats keep the checkpoints' values exactly.
    pub precision: WeightPrecision,
    /// Whether an existing bundle may be replaced.
    pub overwrite: bool,
}

/// What an import has done.
#[derive(Debug, Clone)]
pub struct ImportReport {
    /// The bundle that was written.
    pub bundle: WrittenBundle,
    /// One entry per checkpoint.
    pub parts: Vec<ImportedPart>,
    /// What a person should know: missing segmenter, unknown classes.
    pub warnings: Vec<String>,
}

/// One imported checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedPart {
    /// Checkpoint file.
    pub file: PathBuf,
    /// sha256 of the checkpoint, lower-case hexadecimal.
    pub sha256: String,
    /// Network it holds.
    pub role: FileRole,
    /// Number of tensors.
    pub tensors: usize,
    /// Number of values in them, buffers included.
    pub values: u64,
}

/// Imports published checkpoints into a new bundle.
///
/// The files may come in any order; which network each holds is told by its tensor names. The VQGAN and the U-Net
/// must be among them, the lung segmenter may.
///
/// # Errors
/// [`ImportError`]; nothing is written unless every file was read and fits its network.
pub fn import_checkpoints(
    files: &[PathBuf],
    out_dir: &Path,
    options: &ImportOptions,
) -> Result<ImportReport, ImportError> {
    let preset = match options.preset {
        None => return Err(ImportError::PresetNeeded),
        Some(Preset::Compact) => return Err(ImportError::PresetWithoutCheckpoints),
        Some(preset) => preset,
    };
    let mut manifest = Manifest::for_preset(preset);
    if let Some(name) = &options.name {
        manifest.name.clone_from(name);
    }
    if let Some(licence) = &options.licence {
        manifest.licence.clone_from(licence);
    }
    if let Some(training_data) = &options.training_data {
        manifest.training_data.clone_from(training_data);
    }
    import_with_manifest(files, out_dir, manifest, options)
}

/// Imports checkpoints of the networks that a manifest describes; files and, where no segmenter is among them, the
/// segmenter's table are set by the import.
///
/// # Errors
/// As [`import_checkpoints`].
pub fn import_with_manifest(
    files: &[PathBuf],
    out_dir: &Path,
    mut manifest: Manifest,
    options: &ImportOptions,
) -> Result<ImportReport, ImportError> {
    let mut warnings = Vec::new();
    let checkpoints = open_all(files, &mut warnings)?;
    for role in [FileRole::Vqgan, FileRole::Denoiser] {
        if !checkpoints.iter().any(|(found, _)| *found == role) {
            let role = spoken_name(role).to_owned();
            return Err(ImportError::Incomplete { role });
        }
    }
    let with_segmenter = checkpoints.iter().any(|(r, _)| *r == FileRole::Segmenter);
    if !with_segmenter && manifest.segmenter.take().is_some() {
        warnings.push(
            "no lung segmenter was given; the bundle needs a lung mask from elsewhere".to_owned(),
        );
    }
    let card = card_of(&manifest, &checkpoints);
    let mut writer = BundleWriter::create(out_dir, manifest, options.overwrite)?;
    let mut parts = Vec::new();
    for (role, checkpoint) in checkpoints {
        parts.push(import_part(
            &mut writer,
            role,
            checkpoint,
            options.precision,
        )?);
    }
    writer.write_card(&card)?;
    let bundle = writer.finish()?;
    Ok(ImportReport {
        bundle,
        parts,
        warnings,
    })
}

fn open_all(
    files: &[PathBuf],
    warnings: &mut Vec<String>,
) -> Result<Vec<(FileRole, Checkpoint)>, ImportError> {
    let mut opened: Vec<(FileRole, Checkpoint)> = Vec::new();
    for file in files {
        let checkpoint = Checkpoint::open(file)?;
        let role = recognise(&checkpoint)?;
        if let Some((_, earlier)) = opened.iter().find(|(other, _)| *other == role) {
            return Err(ImportError::Duplicate {
                role: spoken_name(role).to_owned(),
                first: earlier.path().to_path_buf(),
                second: file.clone(),
            });
        }
        for class in &checkpoint.unknown_classes {
            warnings.push(format!(
                "{class} is no known class of a network; only its tensors were read: {}",
                file.display()
            ));
        }
        opened.push((role, checkpoint));
    }
    Ok(opened)
}

fn import_part(
    writer: &mut BundleWriter,
    role: FileRole,
    mut checkpoint: Checkpoint,
    precision: WeightPrecision,
) -> Result<ImportedPart, ImportError> {
    let vs = VarStore::new(Device::Cpu);
    create_variables(&vs, role, writer.manifest());
    let problems = fill(&vs, &mut checkpoint)?;
    if !problems.is_empty() {
        let path = checkpoint.path().to_path_buf();
        return Err(match other_preset(&problems) {
            Some(preset) => ImportError::OtherPreset { path, preset },
            None => ModelError::WeightsMismatch { path, problems }.into(),
        });
    }
    let file = checkpoint.path().to_path_buf();
    let (sha256, _) = sha256_of_file(&file)?;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    writer.add_store(role, &vs, precision)?;
    writer.set_origin(role, format!("{name} sha256 {sha256}"));
    let values = |shape: &Vec<i64>| shape.iter().product::<i64>() as u64;
    Ok(ImportedPart {
        sha256,
        role,
        tensors: checkpoint.entries().len(),
        values: checkpoint.entries().iter().map(|e| values(&e.shape)).sum(),
        file,
    })
}

fn spoken_name(role: FileRole) -> &'static str {
    match role {
        FileRole::Vqgan => "VQGAN",
        FileRole::Denoiser => "U-Net",
        FileRole::Segmenter => "lung segmenter",
    }
}

fn card_of(manifest: &Manifest, checkpoints: &[(FileRole, Checkpoint)]) -> String {
    let files = checkpoints.iter().map(|(role, checkpoint)| {
        let name = checkpoint.path().file_name().unwrap_or_default();
        format!("- {role}: {}\n", name.to_string_lossy())
    });
    format!(
        "# {}\n\nImported from published checkpoints; nothing in them was executed.\n\nLicence: {}. Training data: {}.\n\n{}",
        manifest.name,
        manifest.licence,
        manifest.training_data,
        files.collect::<String>()
    )
}

/// The other preset, where its codebook is the one that was found.
fn other_preset(problems: &[WeightProblem]) -> Option<&'static str> {
    problems.iter().find_map(|problem| match problem {
        WeightProblem::Shape { name, found, .. } if name.ends_with("embedding.weight") => {
            match found.first() {
                Some(256) => Some("bs-ldm"),
                Some(1024) => Some("gl-lcm"),
                _ => None,
            }
        }
        _ => None,
    })
}
