//! One pair as it is scored: pictures on the soft-tissue image's grid.

use super::{ContestError, fit_mask, pictures};
use crate::dataset::PairFiles;
use crate::evidence::Row;
use crate::formats::{self, raster};
use crate::metrics::{Scored, finding_gain, score};
use crate::pipeline::{Perceptual, SuppressionRequest, SuppressionResult, SuppressionSettings};
use crate::radiograph::{FloatImage, LungMask, Radiograph};
use crate::simulate::PhantomStudy;
use std::path::PathBuf;
use std::sync::Arc;

/// Column of LPIPS, which stands behind BSR, MSE and PSNR: the papers' four are read together.
const LPIPS_COLUMN: usize = 3;
/// Column of what is kept of findings; phantoms alone have it.
const FINDING_COLUMN: &str = "finding_gain";

/// What is known of a case's findings.
#[derive(Debug, Clone)]
enum Findings {
    /// Nothing: radiographs of patients come without a layer of them.
    Unknown,
    /// There are none.
    None,
    /// What they add to the soft-tissue image.
    Layer(FloatImage),
}

/// A radiograph with its known soft-tissue image.
#[derive(Debug, Clone)]
pub struct Case {
    /// What names it in tables.
    pub name: String,
    /// File of the radiograph, for sentences.
    pub file: PathBuf,
    /// The radiograph.
    pub radiograph: Arc<Radiograph>,
    /// The radiograph in `[0, 1]`, on the soft-tissue image's grid.
    pub cxr: FloatImage,
    /// The known soft-tissue image in `[0, 1]`.
    pub soft: FloatImage,
    /// The lungs, on the grid of their file.
    given_mask: Option<LungMask>,
    /// The same on the soft-tissue image's grid.
    mask: Option<Arc<LungMask>>,
    findings: Findings,
}

impl Case {
    /// Reads the files of a pair.
    ///
    /// # Errors
    /// [`ContestError`] where one cannot be read, or the mask is of another picture.
    pub fn read(pair: &PairFiles) -> Result<Self, ContestError> {
        let radiograph = Arc::new(formats::read(&pair.radiograph)?);
        let soft = pictures::soft_tissue(&pair.soft_tissue, &radiograph)?;
        let given_mask = match &pair.lung_mask {
            Some(path) => Some(raster::read_mask(path)?),
            None => None,
        };
        let mask = match &given_mask {
            Some(mask) => Some(fit_mask(mask, soft.size())?),
            None => None,
        };
        Ok(Self {
            name: pair.name.clone(),
            file: pair.radiograph.clone(),
            cxr: pictures::radiograph(&radiograph, Some(soft.size()))?,
            radiograph,
            soft,
            given_mask,
            mask,
            findings: Findings::Unknown,
        })
    }

    /// The same with lungs that were found on the radiograph; what it is suppressed with stays.
    pub(super) fn scored_with(self, found: &LungMask) -> Result<Self, ContestError> {
        let mask = Some(fit_mask(found, self.soft.size())?);
        Ok(Self { mask, ..self })
    }

    /// A phantom, whose truth is exact, with what its nodules add to the soft-tissue image.
    pub(super) fn of_phantom(
        name: String,
        study: PhantomStudy,
        nodules: Option<FloatImage>,
    ) -> Self {
        let radiograph = study.to_radiograph();
        Self {
            name,
            file: radiograph.source.path.clone(),
            radiograph: Arc::new(radiograph),
            cxr: study.radiograph,
            soft: study.soft_tissue,
            mask: Some(Arc::new(study.lung_mask.clone())),
            given_mask: Some(study.lung_mask),
            findings: nodules.map_or(Findings::None, Findings::Layer),
        }
    }

    /// The lungs on the soft-tissue image's grid.
    pub(super) fn mask(&self) -> Option<&LungMask> {
        self.mask.as_deref()
    }

    /// What is asked of networks for it: with the pair's own mask where that is to be used.
    ///
    /// # Errors
    /// [`ContestError::NoMask`] where it has none, [`ContestError::MaskShape`].
    pub fn request(
        &self,
        settings: SuppressionSettings,
        given_mask: bool,
    ) -> Result<SuppressionRequest, ContestError> {
        let mask = match (&self.given_mask, given_mask) {
            (_, false) => None,
            (Some(mask), true) => Some(fit_mask(mask, self.radiograph.size())?),
            (None, true) => {
                return Err(ContestError::NoMask {
                    name: self.name.clone(),
                });
            }
        };
        Ok(SuppressionRequest {
            mask,
            ..SuppressionRequest::new(Arc::clone(&self.radiograph), settings)
        })
    }

    /// What networks made of it, in `[0, 1]` on the soft-tissue image's grid.
    ///
    /// # Errors
    /// [`ContestError::NoWindow`].
    pub fn predicted(&self, result: &SuppressionResult) -> Result<FloatImage, ContestError> {
        Ok(self.fitted(pictures::shown(&self.radiograph, result)?))
    }

    /// A prediction on the soft-tissue image's grid.
    pub fn fitted(&self, predicted: FloatImage) -> FloatImage {
        pictures::fitted(predicted, Some(self.soft.size()))
    }

    /// Scores of a prediction on the soft-tissue image's grid.
    ///
    /// # Errors
    /// [`ContestError`] where it lies on another grid.
    pub fn score(
        &self,
        predicted: &FloatImage,
        perceptual: Option<&Perceptual>,
    ) -> Result<Row, ContestError> {
        let scored = Scored {
            cxr: &self.cxr,
            soft: &self.soft,
            pred: predicted,
            mask: self.mask.as_deref(),
        };
        let mut columns = score(&scored)?.columns().to_vec();
        // A table has one set of columns: a phantom without findings has this one too.
        let gain = match &self.findings {
            Findings::Unknown => None,
            Findings::None => Some(None),
            Findings::Layer(layer) => Some(finding_gain(&self.cxr, &self.soft, predicted, layer)?),
        };
        columns.extend(gain.map(|gain| (FINDING_COLUMN, gain)));
        if let Some(perceptual) = perceptual {
            let distance = perceptual.distance(predicted, &self.soft)?;
            columns.insert(LPIPS_COLUMN, ("LPIPS", Some(distance)));
        }
        Ok(columns)
    }
}
