//! What a suppression did to the picture, in a few numbers that the certificate keeps.

use crate::radiograph::{FloatImage, LungMask, Topic, Warning};
use serde::{Deserialize, Serialize};

/// Brightening beyond this counts as added density, display units: ten grey levels of 255.
const ADDED: f32 = 10.0 / 255.0;
/// Where the gate is wider open than this, the outline of a bone was taken off.
const OUTLINE_GATE: f32 = 0.5;
/// Share of brightened lung above which the reader is told: with the compact bundle 0.01 at most on the four SZCH
/// radiographs, 0.001 on six of another site.
const MOST_ADDED: f64 = 0.02;
/// Median darkening of the lungs, display units, above which the reader is told.
const MOST_TONE_SHIFT: f64 = 0.1;

/// Measures of a bone layer inside the lung field (over the whole picture where that is empty), from the layer as it
/// was taken off, in display units: 1 is the whole range from black to white of the first window.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Changes {
    /// Median of the layer: how much darker the lungs became, bones apart.
    pub tone_shift: f64,
    /// Standard deviation of the layer: how much bone and tone was taken.
    pub removed_sd: f64,
    /// Share of pixels that became brighter by more than ten grey levels of 255: density the radiograph does not show.
    pub added_fraction: f64,
    /// The same outside the lungs, as a share of the picture outside them.
    pub added_fraction_outside: f64,
    /// Strongest brightening anywhere; the bone image, which cannot be darker than black, does not show it.
    pub most_added: f64,
    /// Share of pixels left exactly as they were.
    pub untouched_fraction: f64,
    /// Share of pixels where bone outlines were taken from the radiograph's own detail; `None` on the model's grid.
    pub outline_fraction: Option<f64>,
}

impl Changes {
    /// Measures `bone` inside `lungs`; `gate` is the restoration's, in `[0, 1]`. All share a grid.
    pub fn of(bone: &FloatImage, gate: Option<&FloatImage>, lungs: &LungMask) -> Self {
        let inside = |image: &FloatImage| -> Vec<f32> {
            let values = image.values().iter().copied();
            if lungs.num_inside() == 0 {
                return values.collect();
            }
            values
                .zip(lungs.raster().values())
                .filter(|&(_, &m)| m == 1)
                .map(|(v, _)| v)
                .collect()
        };
        let outside: Vec<f32> = (bone.values().iter().zip(lungs.raster().values()))
            .filter(|&(_, &m)| m == 0)
            .map(|(&v, _)| v)
            .collect();
        let mut layer = inside(bone);
        let mean = mean(layer.iter().map(|&v| f64::from(v)));
        let variance = self::mean(layer.iter().map(|v| (f64::from(*v) - mean).powi(2)));
        let share = |values: &[f32], counts: &dyn Fn(f32) -> bool| {
            let count = values.iter().filter(|&&v| counts(v)).count();
            rounded(count as f64 / values.len().max(1) as f64)
        };
        let middle = layer.len() / 2;
        Self {
            removed_sd: rounded(variance.sqrt()),
            added_fraction: share(&layer, &|v| v < -ADDED),
            added_fraction_outside: share(&outside, &|v| v < -ADDED),
            most_added: rounded(f64::from(
                bone.values().iter().fold(0.0, |most: f32, &v| most.max(-v)),
            )),
            untouched_fraction: share(&layer, &|v| v == 0.0),
            outline_fraction: gate.map(|gate| share(&inside(gate), &|g| g > OUTLINE_GATE)),
            tone_shift: if layer.is_empty() {
                0.0
            } else {
                rounded(f64::from(
                    *layer.select_nth_unstable_by(middle, f32::total_cmp).1,
                ))
            },
        }
    }

    /// Warnings for the reader where a measure is out of the ordinary.
    pub(super) fn doubts(&self) -> Vec<Warning> {
        let mut doubts = Vec::new();
        let mut doubt = |text: String| doubts.push(Warning::new(Topic::Changes, text));
        if self.added_fraction > MOST_ADDED {
            doubt(format!(
                "{:.0} % of the lung field became brighter than the radiograph: look there for structures that it does not show.",
                100.0 * self.added_fraction
            ));
        }
        if self.tone_shift.abs() > MOST_TONE_SHIFT {
            doubt(format!(
                "The lungs as a whole became {} by {:.0} of 255 grey levels: compare densities in the radiograph.",
                if self.tone_shift > 0.0 {
                    "darker"
                } else {
                    "brighter"
                },
                255.0 * self.tone_shift.abs()
            ));
        }
        doubts
    }
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len().max(1) as f64;
    values.sum::<f64>() / count
}

/// To six decimals: a certificate reads the same however it is stored.
fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::radiograph::Raster;

    fn lungs(inside: &[u8]) -> LungMask {
        LungMask::from_nonzero(&Raster::new(inside.len(), 1, inside.to_vec()).unwrap())
    }

    #[test]
    fn only_the_lungs_are_measured() {
        let bone = Raster::new(6, 1, vec![0.1, 0.1, 0.3, -0.1, 0.0, 9.0]).unwrap();
        let gate = Raster::new(6, 1, vec![0.0, 0.9, 0.9, 0.0, 0.0, 1.0]).unwrap();
        let changes = Changes::of(&bone, Some(&gate), &lungs(&[1, 1, 1, 1, 1, 0]));
        assert_eq!(changes.tone_shift.to_bits(), 0.1_f64.to_bits());
        // statistics.pstdev([0.1, 0.1, 0.3, -0.1, 0.0])
        assert!((changes.removed_sd - 0.132_665).abs() < 1e-5);
        let shares = [changes.added_fraction, changes.untouched_fraction];
        for share in shares {
            assert!((share - 0.2).abs() < 1e-6, "{changes:?}");
        }
        assert_eq!(changes.outline_fraction, Some(0.4));
        assert_eq!(changes.most_added.to_bits(), 0.1_f64.to_bits());
        assert_eq!(changes.doubts().len(), 1, "{:?}", changes.doubts());
    }

    #[test]
    fn added_density_and_a_strong_tone_are_told() {
        let dark = Raster::filled(4, 1, 0.2_f32);
        let doubts = Changes::of(&dark, None, &lungs(&[1; 4])).doubts();
        assert!(doubts[0].text.contains("darker by 51"), "{doubts:?}");
        let bright = Raster::filled(4, 1, -0.06_f32);
        let doubts = Changes::of(&bright, None, &lungs(&[0; 4])).doubts();
        assert!(doubts[0].text.starts_with("100 %"), "{doubts:?}");
    }
}
