//! Writing studies to files.

use super::{Content, CtError, PhantomProfile};
use super::{Phantom, PhantomConfig, PhantomStudy};
use crate::formats::raster::{write_grey16, write_mask8};
use crate::formats::{FormatError, write_atomically};
use crate::radiograph::{FloatImage, LungMask};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Why phantom studies could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SimulateError {
    /// A size the phantom is not drawn at.
    #[error(
        "a phantom of {size_px} x {size_px} pixels cannot be drawn; choose a side between {} and {}",
        super::MIN_SIZE_PX,
        super::MAX_SIZE_PX
    )]
    Size {
        /// Side asked for, pixels.
        size_px: usize,
    },
    /// The folder for the studies could not be made.
    #[error(
        "the folder {} cannot be made: {source}; choose a folder that you may write to",
        folder.display()
    )]
    Folder {
        /// Folder asked for.
        folder: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A CT series could not be projected.
    #[error(transparent)]
    Ct(#[from] CtError),
    /// A file could not be written.
    #[error(transparent)]
    Write(#[from] FormatError),
}

/// Draws `count` studies, writes them into `dir` where one is given (made where absent), and hands
/// each to `progress(done, study)`, whose first call is `(0, None)`. Returns every file written.
///
/// Study `i` of seed `s` is `phantom_s_i_cxr.png`, `_soft.png` and `_bone.png` (16 bit) and
/// `_lungmask.png` (8 bit), and is drawn from a seed of its own that depends on `s` and `i` alone.
/// `_contents.json` beside them lists its findings and devices: kind, group, layer, middle in
/// pixels, size in mm.
///
/// # Errors
/// [`SimulateError::Size`] for a size that [`PhantomConfig::validate`] refuses;
/// [`SimulateError::Folder`] and [`SimulateError::Write`] where a folder or file cannot be written,
/// or a file exists and `overwrite` is false. Studies already written stay.
pub fn write_studies(
    dir: Option<&Path>,
    (count, seed): (usize, u64),
    config: &PhantomConfig,
    overwrite: bool,
    progress: &mut dyn FnMut(usize, Option<&PhantomStudy>),
) -> Result<Vec<PathBuf>, SimulateError> {
    config.validate()?;
    if let Some(dir) = dir {
        make_folder(dir)?;
    }
    let mut written = Vec::with_capacity(5 * count);
    progress(0, None);
    for index in 0..count {
        let study = Phantom::new(config, study_seed(seed, index))?.study();
        if let Some(dir) = dir {
            let stem = format!("phantom_{seed}_{index:04}");
            written.extend(write_pictures(dir, &stem, &study.pictures(), overwrite)?);
            let path = dir.join(format!("{stem}_contents.json"));
            write_json(&path, &PhantomDocument::new(&study, config), overwrite)?;
            written.push(path);
        }
        progress(index + 1, Some(&study));
    }
    Ok(written)
}

/// Makes the folder of the outputs where it is not there.
pub(super) fn make_folder(dir: &Path) -> Result<(), SimulateError> {
    std::fs::create_dir_all(dir).map_err(|source| SimulateError::Folder {
        folder: dir.to_owned(),
        source,
    })
}

/// The seed of study `index`: one step of SplitMix64 per index, so that series with neighbouring
/// seeds share no study.
pub fn study_seed(seed: u64, index: usize) -> u64 {
    let mut z = seed
        .wrapping_mul(0xD134_2543_DE82_EF95)
        .wrapping_add((index as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// The pictures of one study.
pub(super) struct Pictures<'a> {
    pub(super) radiograph: &'a FloatImage,
    pub(super) soft_tissue: &'a FloatImage,
    pub(super) bone: &'a FloatImage,
    pub(super) lung_mask: &'a LungMask,
}

/// Writes `{stem}_cxr.png`, `_soft.png`, `_bone.png` and `_lungmask.png` into `dir`.
pub(super) fn write_pictures(
    dir: &Path,
    stem: &str,
    pictures: &Pictures<'_>,
    overwrite: bool,
) -> Result<Vec<PathBuf>, SimulateError> {
    let path = |part: &str| dir.join(format!("{stem}_{part}.png"));
    let greys = [
        ("cxr", pictures.radiograph),
        ("soft", pictures.soft_tissue),
        ("bone", pictures.bone),
    ];
    let mut written = Vec::with_capacity(4);
    for (part, image) in greys {
        write_grey16(&path(part), image, overwrite)?;
        written.push(path(part));
    }
    write_mask8(&path("lungmask"), pictures.lung_mask, overwrite)?;
    written.push(path("lungmask"));
    Ok(written)
}

/// Writes one JSON document.
pub(super) fn write_json(
    path: &Path,
    document: &impl Serialize,
    overwrite: bool,
) -> Result<(), SimulateError> {
    let mut text = serde_json::to_string_pretty(document)
        .map_err(|err| FormatError::new(path, std::io::Error::from(err)))?;
    text.push('\n');
    Ok(write_atomically(path, text.as_bytes(), overwrite)?)
}

/// What stands beside the pictures of a phantom.
#[derive(Serialize)]
struct PhantomDocument<'a> {
    /// Version of this layout.
    format: u32,
    made_by: &'static str,
    profile: &'static str,
    seed: u64,
    spacing_mm: f64,
    tube_kv: Option<f64>,
    contents: &'a [Content],
}

impl<'a> PhantomDocument<'a> {
    fn new(study: &'a PhantomStudy, config: &PhantomConfig) -> Self {
        Self {
            format: 1,
            made_by: "diaphane simulate",
            profile: match config.profile {
                PhantomProfile::Plain => "plain",
                PhantomProfile::Varied(_) => "varied",
            },
            seed: study.seed,
            spacing_mm: study.spacing_mm,
            tube_kv: study.tube_kv,
            contents: &study.contents,
        }
    }
}

impl PhantomStudy {
    pub(super) fn pictures(&self) -> Pictures<'_> {
        Pictures {
            radiograph: &self.radiograph,
            soft_tissue: &self.soft_tissue,
            bone: &self.bone,
            lung_mask: &self.lung_mask,
        }
    }
}
