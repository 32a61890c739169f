//! Whether findings are kept: their contrast in the prediction against that in the known image.
//!
//! Lengths are stated for a picture of 1024 rows and scale with its height.

use super::difference::mean;
use super::{MetricsError, ensure_grid};
use crate::radiograph::{FloatImage, LungMask, Neighbourhood, binary_dilation};

/// How far around a finding the picture is looked at, pixels of 1024 rows: a rib is about this wide.
const REACH_PX: f64 = 24.0;
/// Rows that [`REACH_PX`] is stated for.
const REFERENCE_ROWS: f64 = 1024.0;
/// A finding is where its layer is at least this share of its strongest value.
const CORE_SHARE: f32 = 0.1;
/// A layer that is nowhere stronger is seen by nobody: one grey of 255.
const LEAST_CONTRAST: f32 = 1.0 / 255.0;
/// Below this share of its own energy a layer cannot be told from what it is fitted beside.
const LEAST_OWN_SHARE: f64 = 1e-6;
/// Below this gain of its tone a prediction is one grey.
const LEAST_TONE: f64 = 1e-6;

/// Contrast of findings in a prediction against the known soft-tissue image, whose layer `finding` is what they add to it:
/// 1 = kept whole, 0 = gone, below 0 = turned into their opposite, above 1 = exaggerated. The untouched radiograph has 1.
///
/// ```text
/// gain = a / k
/// pred ~ a finding + b (soft - finding) + d (cxr - soft) + c     within 24 px of the findings
/// pred ~ k soft + d' (cxr - soft) + c'                           over the whole picture
/// ```
///
/// Both are least squares. Their terms in `cxr - soft` keep bone that is left from being taken for a finding, the one in
/// `soft - finding` does so for vessels; `k` takes out the tone, as [`super::psnr_affine`] does. Several findings are one
/// layer, the strong ones with more weight.
///
/// # Shapes
/// All pictures on one grid; display values in `[0, 1]`, and in the layer their differences.
///
/// `None` where the layer is nowhere above one grey of 255, or bone and vessels look the same as it.
///
/// # Errors
/// [`MetricsError`] where the grids differ or are empty.
pub fn finding_gain(
    cxr: &FloatImage,
    soft: &FloatImage,
    pred: &FloatImage,
    finding: &FloatImage,
) -> Result<Option<f64>, MetricsError> {
    for (what, image) in [
        ("the radiograph", cxr),
        ("the prediction", pred),
        ("the layer of the findings", finding),
    ] {
        ensure_grid(what, image.size(), soft.size())?;
    }
    let Some(near) = around(finding) else {
        return Ok(None);
    };
    let values = |image: &FloatImage, at: &[usize]| -> Vec<f64> {
        let values = image.values();
        at.iter().map(|&i| f64::from(values[i])).collect()
    };
    let minus =
        |a: Vec<f64>, b: &[f64]| -> Vec<f64> { a.iter().zip(b).map(|(a, b)| a - b).collect() };
    let all: Vec<usize> = (0..soft.values().len()).collect();
    let fit = |at: &[usize], of: Option<&FloatImage>| {
        let known = values(soft, at);
        let bone = minus(values(cxr, at), &known);
        let (on, beside) = match of {
            Some(layer) => {
                let layer = values(layer, at);
                let rest = minus(known, &layer);
                (layer, vec![rest, bone])
            }
            None => (known, vec![bone]),
        };
        coefficient(values(pred, at), on, beside)
    };
    let (Some(contrast), Some(tone)) = (fit(&near, Some(finding)), fit(&all, None)) else {
        return Ok(None);
    };
    Ok(Some(if tone.abs() < LEAST_TONE {
        0.0
    } else {
        contrast / tone
    }))
}

/// Pixels in and around findings; `None` where there is nothing to see.
fn around(finding: &FloatImage) -> Option<Vec<usize>> {
    let strongest = finding
        .values()
        .iter()
        .fold(0.0_f32, |most, v| most.max(v.abs()));
    if strongest < LEAST_CONTRAST {
        return None;
    }
    let core = finding.map(|v| u8::from(v.abs() >= CORE_SHARE * strongest));
    let reach_px = REACH_PX * finding.height() as f64 / REFERENCE_ROWS;
    let reach_px = reach_px.round().max(1.0) as u32;
    let near = binary_dilation(
        &LungMask::from_nonzero(&core),
        Neighbourhood::Square,
        reach_px,
    );
    let inside = near.raster().values().iter().enumerate();
    Some(inside.filter(|&(_, &v)| v == 1).map(|(i, _)| i).collect())
}

/// Coefficient of `on` in the least-squares fit of `of` by `on`, `beside` and a constant; `None` where `on` is made of the
/// others (Frisch and Waugh: what `on` has of its own is all that counts).
fn coefficient(of: Vec<f64>, on: Vec<f64>, beside: Vec<Vec<f64>>) -> Option<f64> {
    let (of, mut own) = (centred(of), centred(on));
    let energy = dot(&own, &own);
    let mut known: Vec<Vec<f64>> = Vec::new();
    for other in beside {
        let mut other = centred(other);
        let before = dot(&other, &other);
        for earlier in &known {
            take_off(&mut other, earlier);
        }
        if dot(&other, &other) > LEAST_OWN_SHARE * before {
            known.push(other);
        }
    }
    for other in &known {
        take_off(&mut own, other);
    }
    let left = dot(&own, &own);
    (left > LEAST_OWN_SHARE * energy).then(|| dot(&own, &of) / left)
}

fn centred(mut values: Vec<f64>) -> Vec<f64> {
    let centre = mean(values.iter().copied());
    for value in &mut values {
        *value -= centre;
    }
    values
}

/// Leaves of `values` what is at right angles to `other`.
fn take_off(values: &mut [f64], other: &[f64]) {
    let share = dot(values, other) / dot(other, other);
    for (value, other) in values.iter_mut().zip(other) {
        *value -= share * other;
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::radiograph::{Raster, gaussian_blur};

    const SIDE: usize = 256;

    struct Chest {
        cxr: FloatImage,
        soft: FloatImage,
        nodule: FloatImage,
    }

    fn picture(grey: impl Fn(f32, f32) -> f32) -> FloatImage {
        let at = |i: usize| grey((i / SIDE) as f32, (i % SIDE) as f32);
        Raster::new(SIDE, SIDE, (0..SIDE * SIDE).map(at).collect()).unwrap()
    }

    /// Vessels, a nodule on a rib's edge, and ribs.
    fn chest() -> Chest {
        let nodule = picture(|y, x| {
            let t = (y - 120.0).hypot(x - 100.0) / 10.0;
            0.08 * (1.0 - t * t).max(0.0)
        });
        let still = picture(|y, x| 0.4 + 0.03 * (0.11 * x).sin() * (0.07 * y).cos() + 0.0004 * y);
        let soft = still.zip_map(&nodule, |s, n| s + n).unwrap();
        let rib = picture(|y, _| 0.1 * f32::from(u8::from(y % 36.0 < 12.0)));
        let cxr = soft.zip_map(&rib, |s, b| s + b).unwrap();
        Chest { cxr, soft, nodule }
    }

    impl Chest {
        /// What is found of a prediction that keeps this share of the nodule and of the bone, under another tone.
        fn found(&self, nodule: f32, bone: f32, tone: f32) -> f64 {
            let kept = self
                .soft
                .zip_map(&self.nodule, |s, n| s + (nodule - 1.0) * n)
                .unwrap();
            let left = self.cxr.zip_map(&self.soft, |c, s| bone * (c - s)).unwrap();
            let pred = kept.zip_map(&left, |k, b| tone * (k + b) + 0.05).unwrap();
            self.gain(&pred).unwrap()
        }

        fn gain(&self, pred: &FloatImage) -> Option<f64> {
            finding_gain(&self.cxr, &self.soft, pred, &self.nodule).unwrap()
        }
    }

    #[test]
    fn what_is_kept_is_found_whatever_bone_is_left_and_whatever_the_tone() {
        let chest = chest();
        for kept in [1.0_f32, 0.6, 0.0, -0.3, 1.2] {
            for (bone, tone) in [(0.0, 1.0), (0.4, 1.0), (1.0, 0.7), (-0.2, 1.3)] {
                let found = chest.found(kept, bone, tone);
                let about = 0.02 * f64::from(1.0 - kept).abs() + 1e-4;
                assert!(
                    (found - f64::from(kept)).abs() < about,
                    "{kept} {bone} {tone}: {found}"
                );
            }
        }
        assert!(
            (chest.gain(&chest.cxr).unwrap() - 1.0).abs() < 1e-4,
            "the untouched radiograph"
        );
    }

    #[test]
    fn a_blurred_nodule_has_lost_contrast_and_one_grey_all_of_it() {
        let chest = chest();
        let blurred = chest.gain(&gaussian_blur(&chest.soft, 6.0)).unwrap();
        assert!((0.2..0.8).contains(&blurred), "{blurred}");
        assert_eq!(chest.gain(&Raster::filled(SIDE, SIDE, 0.5)), Some(0.0));
    }

    #[test]
    fn what_nobody_sees_has_no_contrast_to_keep() {
        let chest = chest();
        let faint = chest.nodule.map(|v| 0.04 * v);
        let found = finding_gain(&chest.cxr, &chest.soft, &chest.soft, &faint);
        assert_eq!(found, Ok(None));
        let wrong = finding_gain(
            &chest.cxr,
            &chest.soft,
            &chest.soft,
            &Raster::filled(3, 3, 0.5),
        );
        assert!(
            wrong
                .unwrap_err()
                .to_string()
                .starts_with("the layer of the findings has 3 x 3")
        );
    }
}
