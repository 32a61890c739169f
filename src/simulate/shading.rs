//! Profiles that solids of revolution cast, and smooth joins between shapes.

/// Cubic step from 0 at `low` to 1 at `high`.
pub(super) fn smooth_step(low: f32, high: f32, x: f32) -> f32 {
    let t = ((x - low) / (high - low)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// The smaller of two distances with a rounded join of radius about `rounding`.
pub(super) fn smooth_min(a: f32, b: f32, rounding: f32) -> f32 {
    let h = (rounding - (a - b).abs()).max(0.0) / rounding;
    a.min(b) - 0.25 * h * h * rounding
}

/// The larger of two distances with a rounded join of radius about `rounding`.
pub(super) fn smooth_max(a: f32, b: f32, rounding: f32) -> f32 {
    -smooth_min(-a, -b, rounding)
}

/// Share of the full thickness at depth `depth` below the outline of a body rounded over `radius`:
/// 0 outside, a quarter circle up to 1.
pub(super) fn rounded_thickness(depth: f32, radius: f32) -> f32 {
    let t = 1.0 - (depth / radius).clamp(0.0, 1.0);
    (1.0 - t * t).max(0.0).sqrt()
}

/// Share of the diameter that a ray crosses at `t` radii from the axis of a cylinder or sphere.
pub(super) fn chord(t: f32) -> f32 {
    (1.0 - t * t).max(0.0).sqrt()
}

/// `exp(-t^2)`: the bright line of a surface met edge-on.
pub(super) fn line(t: f32) -> f32 {
    (-t * t).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_never_leave_the_sharp_minimum_by_more_than_a_quarter_of_their_rounding() {
        for i in -20..=20 {
            let a = 0.01 * i as f32;
            let joined = smooth_min(a, 0.0, 0.08);
            assert!(joined <= a.min(0.0) && joined >= a.min(0.0) - 0.02, "{a}");
            assert!((smooth_max(-a, 0.0, 0.08) + joined).abs() < 1e-7);
        }
    }
}
