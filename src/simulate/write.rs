//! Writing studies to files.

use super::{Content, CtError, PhantomProfile};
use super::{Phantom, PhantomConfig, PhantomStudy};
use crate::dataset::{DatasetError, PATIENTS_FILE, add_patients};
use crate::formats::raster::{write_grey16, write_mask8};
use crate::formats::{FormatError, write_atomically};
use crate::radiograph::{FloatImage, LungMask};
use serde::Serialize;
use std::collections::BTreeMap;
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
    /// The list of patients beside the studies cannot be read or written.
    #[error(transparent)]
    Patients(#[from] DatasetError),
    /// A file could not be written.
    #[error(transparent)]
    Write(#[from] FormatError),
}

/// Draws `count` studies, writes them into `folder` where one is given, and hands
/// each to `progress(done, study)`, whose first call is `(0, None)`. Returns every file written.
///
/// Study `i` of seed `s` is `phantom_s_i_cxr.png`, `_soft.png` and `_bone.png` (16 bit) and
/// `_lungmask.png` (8 bit), and is drawn from a seed of its own that depends on `s` and `i` alone.
/// `_contents.json` beside them lists its findings and devices: kind, group, layer, middle in
/// pixels, size in mm. The list of patients ([`PATIENTS_FILE`]) says that each is a patient of its
/// own: whatever is drawn from one seed is one body.
///
/// # Errors
/// [`SimulateError::Size`] for a size that [`PhantomConfig::validate`] refuses;
/// [`SimulateError::Folder`], [`SimulateError::Patients`] and [`SimulateError::Write`] where a folder
/// or file cannot be written, or a file exists and is not to be replaced. Studies already written stay.
pub fn write_studies(
    folder: Option<StudyFolder<'_>>,
    (count, seed): (usize, u64),
    config: &PhantomConfig,
    progress: &mut dyn FnMut(usize, Option<&PhantomStudy>),
) -> Result<Vec<PathBuf>, SimulateError> {
    config.validate()?;
    if let Some(folder) = folder {
        folder.prepare()?;
    }
    let mut written = Vec::with_capacity(5 * count + 1);
    progress(0, None);
    for index in 0..count {
        let study = Phantom::new(config, study_seed(seed, index))?.study();
        if let Some(folder) = folder {
            let stem = format!("phantom_{seed}_{index:04}");
            let document = PhantomDocument::new(&study, config);
            let patient = format!("phantom {:016x}", study.seed);
            written.extend(folder.write(&stem, &patient, &study.pictures(), &document)?);
        }
        progress(index + 1, Some(&study));
    }
    written.extend(
        folder
            .filter(|_| count > 0)
            .map(StudyFolder::list_of_patients),
    );
    Ok(written)
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

/// Where studies are written.
#[derive(Debug, Clone, Copy)]
pub struct StudyFolder<'a> {
    /// The folder; made where absent.
    pub dir: &'a Path,
    /// Whether files that exist are replaced.
    pub overwrite: bool,
}

impl StudyFolder<'_> {
    /// Makes the folder; a list of patients in it that nothing can be added to is told before anything is drawn.
    pub(super) fn prepare(self) -> Result<(), SimulateError> {
        std::fs::create_dir_all(self.dir).map_err(|source| SimulateError::Folder {
            folder: self.dir.to_owned(),
            source,
        })?;
        Ok(add_patients(&self.list_of_patients(), &BTreeMap::new())?)
    }

    /// The list of patients beside the studies.
    pub(super) fn list_of_patients(self) -> PathBuf {
        self.dir.join(PATIENTS_FILE)
    }

    /// Writes `{stem}_cxr.png`, `_soft.png`, `_bone.png`, `_lungmask.png` and `_contents.json`, and who is on them.
    pub(super) fn write(
        self,
        stem: &str,
        patient: &str,
        pictures: &Pictures<'_>,
        contents: &impl Serialize,
    ) -> Result<Vec<PathBuf>, SimulateError> {
        let path = |part: &str| self.dir.join(format!("{stem}_{part}"));
        let greys = [
            ("cxr.png", pictures.radiograph),
            ("soft.png", pictures.soft_tissue),
            ("bone.png", pictures.bone),
        ];
        let mut written = Vec::with_capacity(5);
        if self.overwrite || !path("cxr.png").exists() {
            // First: a pair without a patient would be taken for a patient of its own.
            let patient = BTreeMap::from([(stem.to_owned(), patient.to_owned())]);
            add_patients(&self.list_of_patients(), &patient)?;
        }
        for (part, image) in greys {
            write_grey16(&path(part), image, self.overwrite)?;
            written.push(path(part));
        }
        let mask = path("lungmask.png");
        write_mask8(&mask, pictures.lung_mask, self.overwrite)?;
        written.push(mask);
        let json = path("contents.json");
        let mut text = serde_json::to_string_pretty(contents)
            .map_err(|err| FormatError::new(&json, std::io::Error::from(err)))?;
        text.push('\n');
        write_atomically(&json, text.as_bytes(), self.overwrite)?;
        written.push(json);
        Ok(written)
    }
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
