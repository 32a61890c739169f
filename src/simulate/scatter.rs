//! Scattered radiation inside the picture: a veil that takes contrast from what is small.
//!
//! A column of attenuation `A` lets `exp(-A)` of the beam through, and `A exp(-A)` of it collides just once: the
//! chances of none and of one collision under Poisson's law. What collided once and goes on nearly straight leaves the
//! body spread out, and the share `g` of it passes the grid:
//!
//! ```text
//! P = exp(-A)            S = g blur(A exp(-A))
//! kept = (1 + g A0) P / (P + S)
//! ```
//!
//! A small structure changes `ln(P + S)` by `P / (P + S)` of what it changes `ln P`. `A0` is the lung of the patient
//! that the gain of the processing was fitted to, so that his lungs keep all of it; the mediastinum keeps less, and so
//! does everything in a thick patient.

use super::vendor::Vendor;
use crate::radiograph::{FloatImage, wide_gaussian_blur};

/// Share of its contrast that a small structure keeps at each pixel, against `typical_lung` attenuation without
/// neighbours; 1 everywhere where no scatter passes. `scale` is pixels over those the vendor's lengths are stated for.
pub(super) fn contrast_kept(
    attenuation: &FloatImage,
    typical_lung: f32,
    vendor: &Vendor,
    scale: f64,
) -> FloatImage {
    let passing = vendor.grid_share;
    if passing <= 0.0 {
        return attenuation.map(|_| 1.0);
    }
    let collided = attenuation.map(|&a| a * (-a).exp());
    let scattered = wide_gaussian_blur(&collided, vendor.scatter_sigma_px * scale);
    let mut kept = attenuation.map(|&a| (-a).exp());
    for (value, &scattered) in kept.values_mut().iter_mut().zip(scattered.values()) {
        let primary = *value;
        *value = (1.0 + passing * typical_lung) * primary / (primary + passing * scattered);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    const LUNG: f32 = 2.1;

    fn of_columns(vendor: &Vendor, attenuation: impl Fn(usize) -> f32) -> FloatImage {
        let values = (0..256 * 64).map(|at| attenuation(at % 256)).collect();
        let image = FloatImage::new(256, 64, values).unwrap();
        contrast_kept(&image, LUNG, vendor, 0.25)
    }

    #[test]
    fn an_even_body_keeps_what_poisson_says() {
        let vendor = Vendor {
            grid_share: 0.2,
            ..Vendor::STANDARD
        };
        for (attenuation, expected) in [(2.1, 1.0), (4.1, 1.42 / 1.82), (6.0, 1.42 / 2.2)] {
            let kept = of_columns(&vendor, |_| attenuation);
            let worst = kept.values().iter().map(|v| (v - expected).abs());
            assert!(worst.fold(0.0, f32::max) < 1e-4, "{attenuation}");
        }
    }

    #[test]
    fn dense_parts_beside_the_lung_lose_most() {
        let vendor = Vendor {
            grid_share: 0.2,
            ..Vendor::STANDARD
        };
        let kept = of_columns(&vendor, |x| if x < 128 { 2.1 } else { 4.1 });
        let at = |x: usize| kept.values()[32 * 256 + x];
        // What scatters in the lung veils the border of the mediastinum, and little of it the depth.
        assert!(
            at(130) < at(200) && at(200) < at(60),
            "{} {} {}",
            at(130),
            at(200),
            at(60)
        );
        assert!((at(250) - 1.42 / 1.82).abs() < 0.02, "{}", at(250));
        let without = of_columns(&Vendor::STANDARD, |x| x as f32 / 50.0);
        assert!(
            without
                .values()
                .iter()
                .all(|v| (v - 1.0).abs() < f32::EPSILON)
        );
    }
}
