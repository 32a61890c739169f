//! Quantile regression with two features and an offset, none below 0.
//!
//! The pinball loss is convex in all coefficients, and stays so when the best of some is put in for given others: the
//! offset is a quantile, the other two are found by nested golden sections. The same pixels give the same band on any
//! machine.

use super::KnownPixel;

/// Sections of an interval: its length falls to 2e-6 of what it was.
const SECTIONS: usize = 27;
/// Golden section.
const GOLDEN: f64 = 0.618_033_988_749_894_9;

/// Coefficients of deviation, what was taken, and the offset; `None` without a pixel.
pub(super) fn coefficients(pixels: &[KnownPixel], level: f64) -> Option<[f64; 3]> {
    if pixels.is_empty() {
        return None;
    }
    let mut rest = vec![0.0; pixels.len()];
    let mut of_taken = |seed_factor: f64| {
        let most = most(pixels, |p| p.taken);
        least(most, |taken_share| {
            offset(pixels, level, [seed_factor, taken_share], &mut rest).1
        })
    };
    let (seed_factor, _) = least(most(pixels, |p| p.deviation), |factor| of_taken(factor).1);
    let (taken_share, _) = of_taken(seed_factor);
    let (floor, _) = offset(pixels, level, [seed_factor, taken_share], &mut rest);
    Some([seed_factor, taken_share, floor])
}

/// The largest coefficient that is looked for: with it the feature alone makes the band wider than the largest error at
/// half of the pixels. 0 where the feature is 0 at half of them.
fn most(pixels: &[KnownPixel], feature: impl Fn(&KnownPixel) -> f64) -> f64 {
    let mut values: Vec<f64> = pixels.iter().map(feature).collect();
    let middle = values.len() / 2;
    let (_, &mut median, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    let largest = pixels.iter().map(|p| p.error).fold(0.0, f64::max);
    if median > 0.0 { largest / median } else { 0.0 }
}

/// The least of some values that `level` of them do not exceed; `None` without any.
pub(super) fn quantile(values: &mut [f64], level: f64) -> Option<f64> {
    let rank = (level * values.len() as f64).ceil() as usize;
    let rank = rank.clamp(1, values.len().max(1)) - 1;
    if values.is_empty() {
        return None;
    }
    let (_, &mut quantile, _) = values.select_nth_unstable_by(rank, f64::total_cmp);
    Some(quantile)
}

/// The offset of the least loss, and that loss.
fn offset(
    pixels: &[KnownPixel],
    level: f64,
    [seed_factor, taken_share]: [f64; 2],
    rest: &mut [f64],
) -> (f64, f64) {
    for (rest, p) in rest.iter_mut().zip(pixels) {
        *rest = p.error - seed_factor * p.deviation - taken_share * p.taken;
    }
    let floor = quantile(rest, level).unwrap_or(0.0).max(0.0);
    let loss = rest.iter().map(|&rest| {
        let beyond = rest - floor;
        if beyond > 0.0 {
            level * beyond
        } else {
            (level - 1.0) * beyond
        }
    });
    (floor, loss.sum())
}

/// Where a convex function of `[0, most]` is least, and its value there.
fn least(most: f64, mut of: impl FnMut(f64) -> f64) -> (f64, f64) {
    let (mut low, mut high) = (0.0, most);
    let inner = |low: f64, high: f64| {
        let step = GOLDEN * (high - low);
        (high - step, low + step)
    };
    let (mut left, mut right) = inner(low, high);
    let (mut at_left, mut at_right) = (of(left), of(right));
    for _ in 0..SECTIONS {
        if at_left <= at_right {
            high = right;
            (right, at_right) = (left, at_left);
            left = inner(low, high).0;
            at_left = of(left);
        } else {
            low = left;
            (left, at_left) = (right, at_right);
            right = inner(low, high).1;
            at_right = of(right);
        }
    }
    // The best may be no feature at all.
    let at_zero = of(0.0);
    let best = if at_left <= at_right {
        (left, at_left)
    } else {
        (right, at_right)
    };
    if at_zero <= best.1 {
        (0.0, at_zero)
    } else {
        best
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sixty pixels by a rule that the reference follows too.
    fn pixels(error: impl Fn(f64, f64, f64, f64) -> f64) -> Vec<KnownPixel> {
        let pixel = |i: u32| {
            let deviation = 0.001 * f64::from(1 + (i * 7) % 13);
            let taken = 0.01 * f64::from((i * 5) % 17);
            let share = f64::from((i * 11) % 19) / 19.0;
            KnownPixel {
                deviation,
                taken,
                error: error(deviation, taken, share, f64::from((i * 3) % 7)),
            }
        };
        (0..60).map(pixel).collect()
    }

    fn assert_fit(pixels: &[KnownPixel], expected: [f64; 3], loss: f64) {
        let found = coefficients(pixels, 0.95).unwrap();
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-4, "{found} {expected}");
        }
        let mut rest = vec![0.0; pixels.len()];
        let (_, found) = offset(pixels, 0.95, [found[0], found[1]], &mut rest);
        assert!((found / loss - 1.0).abs() < 1e-6, "{found} {loss}");
    }

    // scipy.optimize.linprog (HiGHS) of the same regression as a linear program.
    #[test]
    fn the_coefficients_are_those_of_linear_programming() {
        let both = pixels(|deviation, taken, share, _| {
            1.4 * share * (1.5 * deviation + 0.3 * taken + 0.004)
        });
        assert_fit(&both, [2.311_675, 0.381_483, 0.003_086], 0.073_463_06);
        let one = pixels(|_, taken, share, third| 0.8 * taken * share + 1e-3 * third);
        assert_fit(&one, [0.611_111, 0.702_339, 0.001_722], 0.088_175_44);
    }

    #[test]
    fn a_feature_that_is_nowhere_has_no_part() {
        let mut flat = pixels(|_, _, share, _| share);
        for pixel in &mut flat {
            (pixel.deviation, pixel.taken) = (0.0, 0.0);
        }
        let [deviation, taken, floor] = coefficients(&flat, 0.95).unwrap();
        // 57 of 60 pixels lie at or below 17/19: four have the share 18/19, of which one must be held.
        assert_eq!((deviation, taken), (0.0, 0.0));
        let below = flat.iter().filter(|p| p.error <= floor).count();
        assert!((57..=60).contains(&below) && floor < 1.0, "{floor}");
    }
}
