//! What `suppress` writes for one radiograph: pictures first, the certificate last.
//!
//! Every file appears under its name complete or not at all; a certificate says that its pictures are there.

use super::inputs::Input;
use super::job::Destination;
use crate::display::displayed_modality;
use crate::formats::own_output::{BONE, LUNG_MASK, PICTURE_ENDINGS, SOFT, UNCERTAINTY};
use crate::formats::raster::PngMarks;
use crate::formats::{self, raster};
use crate::pipeline::{
    Certificate, CertifiedOutput, Parameters, SOFT_COMMENT, grey16_sha256, mask8_sha256,
    read_certificate, withdraw, write_certificate,
};
use crate::radiograph::{FloatImage, LungMask, PixelSpacing, Radiograph, resize_area};
use crate::worker::{OutputGrid, SuppressionResult, uncertainty_full_scale};
use anyhow::{Context as _, bail};
use std::path::PathBuf;

/// What the pictures say about themselves: away from their certificate they must not pass for radiographs.
const BONE_COMMENT: &str =
    "derived image, bone layer where it is positive; research use only; not the original";
const LUNG_MASK_COMMENT: &str = "derived image, lung mask; research use only; not the original";
const BAND_COMMENT: &str = "derived image, half-width of the 95 % band about the soft-tissue image as it was measured for the bundle; 65535 is the uncertainty_full_scale of the certificate in modality units, the range of the first window; research use only; not the original";
const DEVIATION_COMMENT: &str = "derived image, standard deviation over several seeds of the noise, far smaller than the error; 65535 is the uncertainty_full_scale of the certificate in modality units, the range of the first window; research use only; not the original";

/// The pictures of a result in display units `[0, 1]`, ready to be written.
pub(super) struct Pictures {
    pub(super) soft: FloatImage,
    pub(super) bone: FloatImage,
    pub(super) lung_mask: LungMask,
    /// The uncertainty as a share of [`uncertainty_full_scale`].
    pub(super) uncertainty: Option<FloatImage>,
    /// It is the half-width of a measured band.
    pub(super) has_band: bool,
    /// Size of a pixel of the radiograph's grid.
    pub(super) spacing: Option<PixelSpacing>,
    /// Grid of the pictures; the lung mask always lies on the radiograph's.
    pub(super) grid: OutputGrid,
}

impl Pictures {
    /// The pictures of one result.
    pub(super) fn of(radiograph: &Radiograph, result: &SuppressionResult) -> anyhow::Result<Self> {
        let full_scale = uncertainty_full_scale(radiograph).filter(|&scale| scale > 0.0);
        let share = |deviation: &FloatImage| {
            let full_scale = full_scale.unwrap_or(1.0);
            deviation.map(|&sd| (f64::from(sd) / full_scale) as f32)
        };
        let uncertainty = result.uncertainty.as_ref().map(share);
        let (soft, bone, uncertainty) = match result.settings.output {
            OutputGrid::Native => (
                displayed(radiograph, &result.soft_tissue)?,
                result.bone.clone(),
                uncertainty,
            ),
            OutputGrid::Model => {
                let soft = result.model_soft_tissue.clone();
                let (width, height) = soft.size();
                let small = |picture: &FloatImage| resize_area(picture, width, height);
                let bone = small(&result.bone);
                (soft, bone, uncertainty.as_ref().map(small))
            }
        };
        Ok(Self {
            soft,
            bone,
            lung_mask: result.lung_mask.clone(),
            uncertainty,
            has_band: result.uncertainty_band.is_some(),
            spacing: radiograph.spacing,
            grid: result.settings.output,
        })
    }

    /// What the file of an ending says about itself.
    fn marks(&self, ending: &str) -> PngMarks {
        let is_native = ending == LUNG_MASK || self.grid == OutputGrid::Native;
        PngMarks {
            comment: Some(match ending {
                SOFT => SOFT_COMMENT,
                BONE => BONE_COMMENT,
                UNCERTAINTY if self.has_band => BAND_COMMENT,
                UNCERTAINTY => DEVIATION_COMMENT,
                _ => LUNG_MASK_COMMENT,
            }),
            spacing: self.spacing.filter(|_| is_native),
            parameters: None,
        }
    }
}

/// A soft-tissue image in modality values as it is shown under the radiograph's first window.
fn displayed(radiograph: &Radiograph, modality: &FloatImage) -> anyhow::Result<FloatImage> {
    let voi = radiograph
        .vois
        .first()
        .context("the radiograph has no window")?;
    Ok(displayed_modality(radiograph, voi, modality))
}

/// Names of one radiograph's outputs.
pub(super) struct OutputNames {
    folder: PathBuf,
    stem: String,
}

impl OutputNames {
    pub(super) fn new(destination: &Destination, input: &Input) -> Self {
        Self {
            folder: destination.folder.clone(),
            stem: input.stem.clone(),
        }
    }

    fn path(&self, ending: &str) -> PathBuf {
        self.folder.join(format!("{}{ending}", self.stem))
    }

    pub(super) fn certificate(&self) -> PathBuf {
        self.path(".json")
    }

    pub(super) fn lung_mask(&self) -> PathBuf {
        self.path(LUNG_MASK)
    }

    fn all(&self) -> impl Iterator<Item = PathBuf> {
        let pictures = PICTURE_ENDINGS.iter().map(|ending| self.path(ending));
        pictures.chain([self.certificate()])
    }

    /// The first output that is there already.
    pub(super) fn existing(&self) -> Option<PathBuf> {
        self.all().find(|path| path.exists())
    }

    /// The certificate of an earlier run, where there is one.
    ///
    /// # Errors
    /// Where the file of that name cannot be read or is something else: it must not be replaced unasked.
    pub(super) fn earlier_certificate(&self) -> anyhow::Result<Option<Certificate>> {
        let path = self.certificate();
        if !path.try_exists().unwrap_or(true) {
            return Ok(None);
        }
        let Some(certificate) = read_certificate(&path) else {
            bail!(
                "{} is no certificate of this program, or cannot be read; move it away, or give --overwrite to replace it",
                path.display()
            );
        };
        Ok(Some(certificate))
    }

    /// Whether every picture that a certificate names is there.
    pub(super) fn has_all_of(&self, certificate: &Certificate) -> bool {
        let mut outputs = certificate.outputs.iter();
        outputs.all(|output| self.folder.join(&output.file).is_file())
    }

    /// Refuses outputs that would replace one of the sources.
    pub(super) fn ensure_not_sources(&self, sources: &[PathBuf]) -> anyhow::Result<()> {
        for path in self.all() {
            formats::ensure_not_source(&path, sources)?;
        }
        Ok(())
    }

    /// Writes everything and returns the certificate with its list of outputs.
    pub(super) fn write(
        &self,
        pictures: &Pictures,
        mut certificate: Certificate,
        overwrite: bool,
    ) -> anyhow::Result<Certificate> {
        let mut greys = vec![(SOFT, &pictures.soft), (BONE, &pictures.bone)];
        if let Some(uncertainty) = &pictures.uncertainty {
            greys.push((UNCERTAINTY, uncertainty));
        }
        if overwrite {
            self.withdraw_earlier(pictures)?;
        }
        let parameters = Parameters::of(&certificate).to_json();
        let marks = |ending| PngMarks {
            parameters: parameters.clone(),
            ..pictures.marks(ending)
        };
        for (ending, picture) in greys {
            raster::write_marked_grey16(&self.path(ending), picture, &marks(ending), overwrite)?;
            certificate.outputs.push(CertifiedOutput {
                file: format!("{}{ending}", self.stem),
                stored_sha256_i32le: grey16_sha256(picture),
            });
        }
        let (path, lung_mask) = (self.lung_mask(), &pictures.lung_mask);
        raster::write_marked_mask8(&path, lung_mask, &marks(LUNG_MASK), overwrite)?;
        certificate.outputs.push(CertifiedOutput {
            file: format!("{}{LUNG_MASK}", self.stem),
            stored_sha256_i32le: mask8_sha256(&pictures.lung_mask),
        });
        write_certificate(&self.certificate(), &certificate, overwrite)?;
        Ok(certificate)
    }

    /// An old certificate must not stand beside new pictures, should the program end between them;
    /// nor an old uncertainty beside pictures that have none.
    fn withdraw_earlier(&self, pictures: &Pictures) -> anyhow::Result<()> {
        withdraw(&self.certificate())?;
        if pictures.uncertainty.is_none() {
            withdraw(&self.path(UNCERTAINTY))?;
        }
        Ok(())
    }
}

/// What a written lung mask says about itself; `spacing` is that of its radiograph.
pub(super) fn lung_mask_marks(spacing: Option<PixelSpacing>) -> PngMarks {
    PngMarks {
        comment: Some(LUNG_MASK_COMMENT),
        spacing,
        parameters: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::radiograph::{Raster, SpacingKind};

    fn pictures(soft: f32) -> Pictures {
        Pictures {
            soft: Raster::filled(2, 1, soft),
            bone: Raster::filled(2, 1, 1.0 - soft),
            lung_mask: LungMask::from_nonzero(&Raster::filled(2, 1, 1)),
            uncertainty: None,
            has_band: false,
            spacing: None,
            grid: OutputGrid::Native,
        }
    }

    /// What keeps each of them from being taken for a radiograph.
    #[test]
    fn every_picture_says_that_it_was_made_of_a_radiograph() {
        let folder = tempfile::tempdir().unwrap();
        for ending in PICTURE_ENDINGS {
            let path = folder.path().join(ending.replace('_', "renamed"));
            let marks = pictures(0.5).marks(ending);
            raster::write_marked_grey16(&path, &pictures(0.5).soft, &marks, false).unwrap();
            let read = formats::read(&path).unwrap();
            assert!(!read.info.derived.is_empty(), "{ending}");
            assert!(
                crate::cli::kind::ensure_chest(&read, false).is_err(),
                "{ending}"
            );
        }
    }

    #[test]
    fn only_pictures_on_the_radiographs_grid_have_its_spacing() {
        let mut pictures = pictures(0.5);
        let spacing = PixelSpacing {
            row_mm: 0.2,
            col_mm: 0.2,
            kind: SpacingKind::AtDetector,
        };
        pictures.spacing = Some(spacing);
        let spacings = |pictures: &Pictures| PICTURE_ENDINGS.map(|e| pictures.marks(e).spacing);
        assert_eq!(spacings(&pictures), [Some(spacing); 4]);
        pictures.grid = OutputGrid::Model;
        assert_eq!(spacings(&pictures), [None, None, Some(spacing), None]);
    }
}
