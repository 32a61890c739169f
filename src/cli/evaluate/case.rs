//! One pair as it is scored: pictures on the soft-tissue image's grid.

use super::pictures;
use crate::cli::job::fit_mask;
use crate::dataset::PairFiles;
use crate::evidence::Row;
use crate::formats::{self, raster};
use crate::metrics::{Scored, score};
use crate::pipeline::Perceptual;
use crate::radiograph::{FloatImage, LungMask, Radiograph};
use crate::simulate::PhantomStudy;
use std::path::PathBuf;
use std::sync::Arc;

/// Column of LPIPS, which stands behind BSR, MSE and PSNR: the papers' four are read together.
const LPIPS_COLUMN: usize = 3;

/// A radiograph with its known soft-tissue image.
pub(super) struct Case {
    pub(super) name: String,
    /// File of the radiograph, for sentences.
    pub(super) file: PathBuf,
    pub(super) radiograph: Arc<Radiograph>,
    /// The radiograph in `[0, 1]`, on the soft-tissue image's grid.
    pub(super) cxr: FloatImage,
    /// The known soft-tissue image in `[0, 1]`.
    pub(super) soft: FloatImage,
    /// The lungs, on the grid of their file.
    pub(super) given_mask: Option<LungMask>,
    /// The same on the soft-tissue image's grid.
    mask: Option<Arc<LungMask>>,
}

impl Case {
    /// Reads the files of a pair.
    pub(super) fn read(pair: &PairFiles) -> anyhow::Result<Self> {
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
        })
    }

    /// The same with lungs that were found on the radiograph; what it is suppressed with stays.
    pub(super) fn scored_with(self, found: &LungMask) -> anyhow::Result<Self> {
        let mask = Some(fit_mask(found, self.soft.size())?);
        Ok(Self { mask, ..self })
    }

    /// A phantom, whose truth is exact.
    pub(super) fn of_phantom(name: String, study: PhantomStudy) -> Self {
        let radiograph = study.to_radiograph();
        Self {
            name,
            file: radiograph.source.path.clone(),
            radiograph: Arc::new(radiograph),
            cxr: study.radiograph,
            soft: study.soft_tissue,
            mask: Some(Arc::new(study.lung_mask.clone())),
            given_mask: Some(study.lung_mask),
        }
    }

    /// A prediction on the soft-tissue image's grid.
    pub(super) fn fitted(&self, predicted: FloatImage) -> FloatImage {
        pictures::fitted(predicted, Some(self.soft.size()))
    }

    /// Scores of a prediction on the soft-tissue image's grid.
    pub(super) fn score(
        &self,
        predicted: &FloatImage,
        perceptual: Option<&Perceptual>,
    ) -> anyhow::Result<Row> {
        let scored = Scored {
            cxr: &self.cxr,
            soft: &self.soft,
            pred: predicted,
            mask: self.mask.as_deref(),
        };
        let mut columns = score(&scored)?.columns().to_vec();
        if let Some(perceptual) = perceptual {
            let distance = perceptual.distance(predicted, &self.soft)?;
            columns.insert(LPIPS_COLUMN, ("LPIPS", Some(distance)));
        }
        Ok(columns)
    }
}
