//! What `suppress` writes for one radiograph: pictures first, the certificate last.
//!
//! Every file appears under its name complete or not at all; a certificate says that its pictures are there.

use super::inputs::Input;
use super::job::Destination;
use crate::display::displayed_modality;
use crate::formats::{self, raster};
use crate::pipeline::{Certificate, CertifiedOutput, grey16_sha256};
use crate::radiograph::{FloatImage, LungMask, Radiograph};
use crate::worker::{OutputGrid, SuppressionResult};
use anyhow::{Context as _, bail};
use std::fs;
use std::path::PathBuf;

/// The pictures of a result in display units `[0, 1]`, ready to be written.
pub(super) struct Pictures {
    pub(super) soft: FloatImage,
    pub(super) bone: FloatImage,
    pub(super) lung_mask: LungMask,
    pub(super) uncertainty: Option<FloatImage>,
}

impl Pictures {
    /// The pictures of one result.
    pub(super) fn of(radiograph: &Radiograph, result: &SuppressionResult) -> anyhow::Result<Self> {
        let soft = match result.settings.output {
            OutputGrid::Native => displayed(radiograph, &result.soft_tissue)?,
            OutputGrid::Model => result.model_soft_tissue.clone(),
        };
        Ok(Self {
            soft,
            bone: result.bone.clone(),
            lung_mask: result.lung_mask.clone(),
            uncertainty: None,
        })
    }

    /// Mean and standard deviation of the results of several seeds.
    pub(super) fn mean_of(runs: Vec<Self>) -> anyhow::Result<Self> {
        let mut runs = runs.into_iter();
        let Some(mut mean) = runs.next() else {
            bail!("no seed was run");
        };
        // Welford's recurrence: small deviations of large values survive it.
        let mut squares = mean.soft.map(|_| 0.0_f32);
        let mut count = 1.0_f32;
        for run in runs {
            count += 1.0;
            let before = mean.soft.zip_map(&run.soft, |mean, v| v - mean)?;
            mean.soft = mean.soft.zip_map(&before, |mean, d| mean + d / count)?;
            mean.bone = mean
                .bone
                .zip_map(&run.bone, |mean, v| mean + (v - mean) / count)?;
            let after = run.soft.zip_map(&mean.soft, |v, mean| v - mean)?;
            let product = before.zip_map(&after, |before, after| before * after)?;
            squares = squares.zip_map(&product, |sum, product| sum + product)?;
        }
        if count > 1.0 {
            mean.uncertainty = Some(squares.map(|sum| (sum / (count - 1.0)).sqrt()));
        }
        Ok(mean)
    }
}

/// A soft-tissue image in modality values as it is shown under the radiograph's first window.
pub(super) fn displayed(
    radiograph: &Radiograph,
    modality: &FloatImage,
) -> anyhow::Result<FloatImage> {
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
        self.path("_lungmask.png")
    }

    fn all(&self) -> [PathBuf; 5] {
        [
            "_soft.png",
            "_bone.png",
            "_lungmask.png",
            "_uncertainty.png",
            ".json",
        ]
        .map(|ending| self.path(ending))
    }

    /// The first output that is there already.
    pub(super) fn existing(&self) -> Option<PathBuf> {
        self.all().into_iter().find(|path| path.exists())
    }

    /// The certificate of an earlier run, where there is one that can be read.
    pub(super) fn earlier_certificate(&self) -> Option<Certificate> {
        let text = fs::read_to_string(self.certificate()).ok()?;
        serde_json::from_str(&text).ok()
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
        let mut greys = vec![("_soft.png", &pictures.soft), ("_bone.png", &pictures.bone)];
        if let Some(uncertainty) = &pictures.uncertainty {
            greys.push(("_uncertainty.png", uncertainty));
        }
        if overwrite {
            self.withdraw_certificate()?;
        }
        for (ending, picture) in greys {
            let path = self.path(ending);
            raster::write_grey16(&path, picture, overwrite)?;
            certificate.outputs.push(CertifiedOutput {
                file: format!("{}{ending}", self.stem),
                stored_sha256_i32le: grey16_sha256(picture),
            });
        }
        raster::write_mask8(&self.lung_mask(), &pictures.lung_mask, overwrite)?;
        let text = serde_json::to_string_pretty(&certificate)? + "\n";
        formats::write_atomically(&self.certificate(), text.as_bytes(), overwrite)?;
        Ok(certificate)
    }

    /// An old certificate must not stand beside new pictures, should the program end between them.
    fn withdraw_certificate(&self) -> anyhow::Result<()> {
        let path = self.certificate();
        match fs::remove_file(&path) {
            Err(err) if err.kind() != std::io::ErrorKind::NotFound => {
                Err(err).with_context(|| format!("cannot replace {}", path.display()))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::radiograph::Raster;

    fn pictures(soft: f32) -> Pictures {
        Pictures {
            soft: Raster::filled(2, 1, soft),
            bone: Raster::filled(2, 1, 1.0 - soft),
            lung_mask: LungMask::from_nonzero(&Raster::filled(2, 1, 1)),
            uncertainty: None,
        }
    }

    #[test]
    fn seeds_give_mean_and_sample_deviation() {
        let runs = [0.2, 0.4, 0.6].map(pictures).into();
        let mean = Pictures::mean_of(runs).unwrap();
        let deviation = mean.uncertainty.unwrap();
        assert!((mean.soft.values()[0] - 0.4).abs() < 1e-6);
        assert!((mean.bone.values()[1] - 0.6).abs() < 1e-6);
        // statistics.stdev([0.2, 0.4, 0.6])
        assert!((deviation.values()[0] - 0.2).abs() < 1e-6);
        assert!(
            Pictures::mean_of(vec![pictures(0.5)])
                .unwrap()
                .uncertainty
                .is_none()
        );
    }
}
