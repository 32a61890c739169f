//! All scores of one prediction at once.

use serde::{Deserialize, Serialize};

use super::bone::{LungField, detail, edge_bone_fraction, residual_bone_fraction};
use super::difference::{bsr, decibels, mean, mse, psnr, psnr_affine};
use super::ssim::SsimMap;
use super::{MetricsError, ensure_grid};
use crate::radiograph::{FloatImage, LungMask};

/// A prediction with what it is judged by; display values in `[0, 1]`, one grid.
#[derive(Debug, Clone, Copy)]
pub struct Scored<'a> {
    /// The radiograph.
    pub cxr: &'a FloatImage,
    /// The target soft-tissue image.
    pub soft: &'a FloatImage,
    /// The predicted soft-tissue image.
    pub pred: &'a FloatImage,
    /// The lungs, where known.
    pub mask: Option<&'a LungMask>,
}

/// Every score of one prediction. The serialised names are those of the usual tables.
///
/// What needs the lungs is `None` where no mask is known or it leaves too few pixels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// [`mse`], display units squared.
    #[serde(rename = "MSE")]
    pub mse: f64,
    /// [`psnr`], dB.
    #[serde(rename = "PSNR")]
    pub psnr: f64,
    /// [`psnr_affine`], dB.
    #[serde(rename = "PSNRaff")]
    pub psnr_affine: f64,
    /// [`psnr`] of the untouched radiograph, dB.
    #[serde(rename = "identity_PSNR")]
    pub identity_psnr: f64,
    /// [`bsr`]: never without the columns beside it.
    #[serde(rename = "BSR")]
    pub bsr: f64,
    /// [`super::ssim`]; `None` for pictures smaller than its window.
    #[serde(rename = "SSIM")]
    pub ssim: Option<f64>,
    /// [`residual_bone_fraction`].
    #[serde(rename = "RBF")]
    pub residual_bone_fraction: Option<f64>,
    /// [`edge_bone_fraction`].
    #[serde(rename = "edgeBF")]
    pub edge_bone_fraction: Option<f64>,
    /// Correlation of fine detail, see [`detail`].
    pub detail_corr: Option<f64>,
    /// Gain of fine detail, see [`detail`].
    pub detail_gain: Option<f64>,
    /// PSNR inside the lungs, dB.
    #[serde(rename = "lung_PSNR")]
    pub lung_psnr: Option<f64>,
    /// [`super::ssim`] inside the lungs.
    #[serde(rename = "lung_SSIM", default)]
    pub lung_ssim: Option<f64>,
    /// PSNR outside the lung mask, dB; `None` without a mask, or where it covers everything.
    #[serde(rename = "outside_PSNR", default)]
    pub outside_psnr: Option<f64>,
    /// [`super::ssim`] outside the lung mask.
    #[serde(rename = "outside_SSIM", default)]
    pub outside_ssim: Option<f64>,
}

impl Scores {
    /// Names and values of all scores, in the order of a table: first those that the papers print (BSR, MSE, PSNR;
    /// their fourth, LPIPS, needs a network), then what they must be read with.
    pub fn columns(&self) -> [(&'static str, Option<f64>); 14] {
        [
            ("BSR", Some(self.bsr)),
            ("MSE", Some(self.mse)),
            ("PSNR", Some(self.psnr)),
            ("SSIM", self.ssim),
            ("PSNRaff", Some(self.psnr_affine)),
            ("identity_PSNR", Some(self.identity_psnr)),
            ("RBF", self.residual_bone_fraction),
            ("edgeBF", self.edge_bone_fraction),
            ("detail_corr", self.detail_corr),
            ("detail_gain", self.detail_gain),
            ("lung_PSNR", self.lung_psnr),
            ("lung_SSIM", self.lung_ssim),
            ("outside_PSNR", self.outside_psnr),
            ("outside_SSIM", self.outside_ssim),
        ]
    }

    /// Each score's mean over the rows that have it; `None` without rows.
    pub fn mean(rows: &[Self]) -> Option<Self> {
        if rows.is_empty() {
            return None;
        }
        let all = |column: fn(&Self) -> f64| mean(rows.iter().map(column));
        let known = |column: fn(&Self) -> Option<f64>| {
            let present = || rows.iter().filter_map(column);
            present().next().map(|_| mean(present()))
        };
        Some(Self {
            mse: all(|r| r.mse),
            psnr: all(|r| r.psnr),
            psnr_affine: all(|r| r.psnr_affine),
            identity_psnr: all(|r| r.identity_psnr),
            bsr: all(|r| r.bsr),
            ssim: known(|r| r.ssim),
            residual_bone_fraction: known(|r| r.residual_bone_fraction),
            edge_bone_fraction: known(|r| r.edge_bone_fraction),
            detail_corr: known(|r| r.detail_corr),
            detail_gain: known(|r| r.detail_gain),
            lung_psnr: known(|r| r.lung_psnr),
            lung_ssim: known(|r| r.lung_ssim),
            outside_psnr: known(|r| r.outside_psnr),
            outside_ssim: known(|r| r.outside_ssim),
        })
    }
}

/// Computes every score.
///
/// # Errors
/// [`MetricsError`] where the pictures do not share a grid or have no pixels.
pub fn score(scored: &Scored<'_>) -> Result<Scores, MetricsError> {
    let Scored {
        cxr,
        soft,
        pred,
        mask,
    } = *scored;
    ensure_grid("the radiograph", cxr.size(), soft.size())?;
    if let Some(mask) = mask {
        ensure_grid("the lung mask", mask.raster().size(), soft.size())?;
    }
    let lungs = mask.and_then(LungField::new);
    let lungs = lungs.as_ref();
    let kept = lungs.map(|lungs| detail(soft, pred, lungs)).transpose()?;
    let similarity = SsimMap::new(pred, soft)?;
    let outside = mask.map(outside_of);
    Ok(Scores {
        mse: mse(pred, soft)?,
        psnr: psnr(pred, soft)?,
        psnr_affine: psnr_affine(pred, soft)?,
        identity_psnr: psnr(cxr, soft)?,
        bsr: bsr(cxr, soft, pred)?,
        ssim: similarity.as_ref().and_then(|map| map.mean_where(|_| true)),
        residual_bone_fraction: lungs
            .map(|lungs| residual_bone_fraction(cxr, soft, pred, lungs))
            .transpose()?,
        edge_bone_fraction: lungs
            .map(|lungs| edge_bone_fraction(cxr, soft, pred, lungs))
            .transpose()?,
        detail_corr: kept.map(|detail| detail.correlation),
        detail_gain: kept.map(|detail| detail.gain),
        lung_psnr: lungs.and_then(|lungs| psnr_of(soft, pred, lungs.pixels())),
        lung_ssim: similarity_of(similarity.as_ref(), lungs.map(LungField::pixels)),
        outside_psnr: (outside.as_deref()).and_then(|outside| psnr_of(soft, pred, outside)),
        outside_ssim: similarity_of(similarity.as_ref(), outside.as_deref()),
    })
}

/// Indices of the pixels that a lung mask leaves out, row by row.
fn outside_of(mask: &LungMask) -> Vec<usize> {
    let inside = mask.raster().values().iter().enumerate();
    inside.filter(|&(_, &v)| v == 0).map(|(i, _)| i).collect()
}

/// PSNR over some pixels; `None` over none.
fn psnr_of(soft: &FloatImage, pred: &FloatImage, pixels: &[usize]) -> Option<f64> {
    let squared = pixels.iter().map(|&i| {
        let difference = f64::from(soft.values()[i]) - f64::from(pred.values()[i]);
        difference * difference
    });
    (!pixels.is_empty()).then(|| decibels(mean(squared)))
}

/// Structural similarity over some pixels, which are sorted.
fn similarity_of(map: Option<&SsimMap>, pixels: Option<&[usize]>) -> Option<f64> {
    let (map, pixels) = (map?, pixels?);
    map.mean_where(|index| pixels.binary_search(&index).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::radiograph::Raster;

    #[test]
    fn means_skip_what_is_not_known() {
        let soft = Raster::filled(8, 8, 0.5_f32);
        let row = |offset: f32| {
            let pred = soft.map(|v| v + offset);
            score(&Scored {
                cxr: &soft,
                soft: &soft,
                pred: &pred,
                mask: None,
            })
            .unwrap()
        };
        let rows = [row(0.1), row(0.01)];
        let mean = Scores::mean(&rows).unwrap();
        assert!((mean.psnr - 30.0).abs() < 1e-3, "{}", mean.psnr);
        assert_eq!((mean.ssim, mean.lung_psnr), (None, None));
        assert_eq!(Scores::mean(&[]), None);
    }

    /// A prediction that is off by 0.1 in the lungs and by 0.01 outside: 20 and 40 dB.
    #[test]
    fn lungs_and_the_rest_are_scored_apart() {
        let soft = Raster::filled(128, 128, 0.5_f32);
        let mut inside = Raster::filled(128, 128, 0_u8);
        inside.values_mut()[..128 * 64].fill(1);
        let pred = soft
            .zip_map(&inside, |s, lung| s + if lung == 1 { 0.1 } else { 0.01 })
            .unwrap();
        let mask = LungMask::from_nonzero(&inside);
        let scored = |mask| Scored {
            cxr: &soft,
            soft: &soft,
            pred: &pred,
            mask,
        };
        let scores = score(&scored(Some(&mask))).unwrap();
        assert!((scores.lung_psnr.unwrap() - 20.0).abs() < 1e-3);
        assert!((scores.outside_psnr.unwrap() - 40.0).abs() < 1e-3);
        assert!(scores.lung_ssim.is_some() && scores.outside_ssim.is_some());
        let without = score(&scored(None)).unwrap();
        assert_eq!((without.outside_psnr, without.outside_ssim), (None, None));
        let everything = LungMask::from_nonzero(&Raster::filled(128, 128, 1_u8));
        assert_eq!(
            score(&scored(Some(&everything))).unwrap().outside_psnr,
            None
        );
    }

    #[test]
    fn the_names_of_the_table_are_those_of_the_record() {
        let soft = Raster::filled(8, 8, 0.5_f32);
        let scores = score(&Scored {
            cxr: &soft.map(|v| v + 0.2),
            soft: &soft,
            pred: &soft,
            mask: None,
        })
        .unwrap();
        let record = serde_json::to_value(scores).unwrap();
        for (name, value) in scores.columns() {
            assert_eq!(record[name].as_f64(), value, "{name}");
        }
    }
}
