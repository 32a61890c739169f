//! How much of a nodule's contrast is left.

use super::Nodule;
use crate::radiograph::FloatImage;

/// How far around a nodule its surroundings reach, in radii.
const SURROUNDINGS: f64 = 1.6;
/// A nodule that added less than this, one grey of 255 in the mean of squares, cannot be measured.
const LEAST_RMS: f64 = 1.0 / 255.0;

/// The share of a nodule's contrast that a suppression keeps: 1 = whole, 0 = gone, above 1 = exaggerated.
///
/// ```text
/// with - without = kept * added + c       least squares over the disc of 1.6 radii
/// ```
///
/// `without` and `with` are soft-tissue images of one radiograph without and with its nodules, from the same noise;
/// `added` is what they added to the radiograph. All in display units on one grid. The constant takes out a change of
/// tone. `None` where the grids differ, or the nodule added next to nothing (white stays white).
pub fn kept(
    nodule: &Nodule,
    added: &FloatImage,
    without: &FloatImage,
    with: &FloatImage,
) -> Option<f64> {
    let (width, height) = added.size();
    if without.size() != added.size() || with.size() != added.size() {
        return None;
    }
    let (mut n, mut sums) = (0.0, [0.0_f64; 4]);
    for (row, col) in nodule.near(width, height, SURROUNDINGS * nodule.radius_px) {
        let at = row * width + col;
        let x = f64::from(*added.values().get(at)?);
        let y = f64::from(with.values()[at]) - f64::from(without.values()[at]);
        n += 1.0;
        for (sum, v) in sums.iter_mut().zip([x, y, x * x, x * y]) {
            *sum += v;
        }
    }
    let [x, y, xx, xy] = sums.map(|sum| sum / n);
    let variance = xx - x * x;
    (n > 0.0 && xx.sqrt() > LEAST_RMS && variance > 0.0).then(|| (xy - x * y) / variance)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::radiograph::Raster;

    const NODULE: Nodule = Nodule {
        row_px: 30.0,
        col_px: 30.0,
        radius_px: 10.0,
        contrast: 0.1,
    };

    #[test]
    fn what_is_kept_is_read_through_a_change_of_tone() {
        let added = NODULE.layer(60, 60);
        let ground = Raster::new(60, 60, (0..3600).map(|i| (i % 60) as f32 / 100.0).collect());
        let ground = ground.unwrap();
        for share in [0.0_f32, 0.4, 1.0, 1.2] {
            let with = ground.zip_map(&added, |g, a| g - 0.02 + share * a).unwrap();
            let found = kept(&NODULE, &added, &ground, &with).unwrap();
            assert!((found - f64::from(share)).abs() < 1e-5, "{found} {share}");
        }
    }

    #[test]
    fn nothing_added_is_nothing_to_measure() {
        let nothing = Raster::filled(60, 60, 0.0);
        assert_eq!(kept(&NODULE, &nothing, &nothing, &nothing), None);
        let small = Raster::filled(6, 6, 0.0);
        let added = NODULE.layer(60, 60);
        assert_eq!(kept(&NODULE, &added, &small, &added), None);
    }
}
