//! Quantiles of Student's t distribution.

use std::f64::consts::{FRAC_PI_2, PI};

/// Halvings of the angle that a quantile lies at: below the resolution of `f64`.
const HALVINGS: usize = 60;

/// Value that a Student's t variable of so many degrees of freedom (> 0) stays below with this probability, `[0.5, 1)`.
///
/// With `tan a = t / sqrt n`, the distribution function of a whole number n of degrees of freedom is a finite series
/// in sine and cosine of a, which rises with a: the angle is found by halving.
pub fn student_quantile(probability: f64, degrees: u32) -> f64 {
    let two_sided = (2.0 * probability - 1.0).clamp(0.0, 1.0);
    let (mut low, mut high) = (0.0, FRAC_PI_2);
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        if within(middle, degrees) < two_sided {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::from(degrees).sqrt() * (0.5 * (low + high)).tan()
}

/// Probability that a Student's t variable of so many degrees of freedom (> 0) lies at least as far from 0 as `t`.
pub fn student_beyond(t: f64, degrees: u32) -> f64 {
    let angle = (t.abs() / f64::from(degrees).sqrt()).atan();
    (1.0 - within(angle, degrees)).clamp(0.0, 1.0)
}

/// Probability of `|t| < sqrt(n) tan a`.
fn within(angle: f64, degrees: u32) -> f64 {
    let (sine, cosine) = angle.sin_cos();
    let is_odd = degrees % 2 == 1;
    let (mut term, mut sum) = if is_odd { (cosine, 0.0) } else { (1.0, 0.0) };
    let mut power = u32::from(is_odd);
    // Powers of the cosine up to n - 2, each with the ratio of odd and even factors that belongs to it.
    while power + 2 <= degrees {
        sum += term;
        power += 2;
        term *= cosine * cosine * f64::from(power - 1) / f64::from(power);
    }
    if is_odd {
        2.0 / PI * (angle + sine * sum)
    } else {
        sine * sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `scipy.stats.t.ppf` of scipy 1.17; printed to the last digit, so only rounding remains.
    #[test]
    fn quantiles_are_those_of_scipy() {
        for (probability, degrees, expected) in [
            (0.95, 1, 6.313_751_514_675_037),
            (0.975, 1, 12.706_204_736_174_694),
            (0.975, 2, 4.302_652_729_749_462),
            (0.975, 3, 3.182_446_305_283_707_8),
            (0.975, 4, 2.776_445_105_197_793_4),
            (0.995, 5, 4.032_142_983_555_228),
            (0.975, 10, 2.228_138_851_986_274),
            (0.95, 29, 1.699_127_026_533_497_2),
            (0.975, 100, 1.983_971_518_523_551_8),
        ] {
            let found = student_quantile(probability, degrees);
            assert!(
                (found / expected - 1.0).abs() < 1e-10,
                "{probability} {degrees}: {found} {expected}"
            );
        }
        assert!(student_quantile(0.5, 7).abs() < 1e-12);
    }

    /// `2 * scipy.stats.t.sf(t, degrees)` of scipy 1.17, in closed form: 1 - 2 atan(t) / pi, 1 - t / sqrt(t^2 + 2).
    #[test]
    fn probabilities_are_those_of_the_distribution() {
        for t in [0.0, 0.5, -1.0, 3.0, 40.0_f64] {
            let one = 1.0 - 2.0 / PI * t.abs().atan();
            let two = 1.0 - t.abs() / (t * t + 2.0).sqrt();
            assert!((student_beyond(t, 1) - one).abs() < 1e-12, "{t}");
            assert!((student_beyond(t, 2) - two).abs() < 1e-12, "{t}");
        }
        for degrees in [1, 4, 29] {
            let t = student_quantile(0.975, degrees);
            assert!(
                (student_beyond(t, degrees) - 0.05).abs() < 1e-10,
                "{degrees}"
            );
        }
        assert!(student_beyond(f64::INFINITY, 3).abs() < 1e-12);
    }
}
