//! Resampling of float images between grids that cover the same field of view.
//!
//! Pixel centres lie at `i + 0.5`, so the two grids share their outer borders (the convention of
//! OpenCV's `resize` and of `torch.nn.functional.interpolate(align_corners=False)`).

use super::{FloatImage, Raster};

/// Box-filtered reduction (each output pixel is the mean of the source area it covers); falls back
/// to [`resize_bilinear`] along an axis that grows.
pub fn resize_area(image: &FloatImage, width: usize, height: usize) -> FloatImage {
    separable(image, width, height, area_weights)
}

/// Linear interpolation without a low-pass filter: for enlarging.
pub fn resize_bilinear(image: &FloatImage, width: usize, height: usize) -> FloatImage {
    separable(image, width, height, bilinear_weights)
}

/// Catmull-Rom interpolation (cubic, a = -0.5); when reducing, the kernel is widened by the factor
/// so that nothing aliases.
pub fn resize_bicubic(image: &FloatImage, width: usize, height: usize) -> FloatImage {
    separable(image, width, height, bicubic_weights)
}

/// For each output index: first source index (clamped to the grid) and the weights from there on.
type Weights = Vec<Vec<(usize, f32)>>;

fn separable(
    image: &FloatImage,
    width: usize,
    height: usize,
    weights: fn(usize, usize) -> Weights,
) -> FloatImage {
    let (from_width, from_height) = image.size();
    if (from_width, from_height) == (width, height) || from_width == 0 || from_height == 0 {
        return image.clone();
    }
    let columns = weights(from_width, width);
    let mut wide = Raster::filled(width, from_height, 0.0_f32);
    for (out, row) in wide
        .values_mut()
        .chunks_mut(width.max(1))
        .zip(image.values().chunks(from_width))
    {
        for (value, taps) in out.iter_mut().zip(&columns) {
            *value = taps.iter().map(|&(i, w)| row[i] * w).sum();
        }
    }
    let rows = weights(from_height, height);
    let mut resized = Raster::filled(width, height, 0.0_f32);
    for (out, taps) in resized.values_mut().chunks_mut(width.max(1)).zip(&rows) {
        for &(i, w) in taps {
            let from = &wide.values()[i * width..(i + 1) * width];
            for (value, &source) in out.iter_mut().zip(from) {
                *value += source * w;
            }
        }
    }
    resized
}

fn area_weights(from: usize, to: usize) -> Weights {
    if to >= from {
        return bilinear_weights(from, to);
    }
    let scale = from as f64 / to as f64;
    (0..to)
        .map(|i| {
            let (start, end) = (i as f64 * scale, (i + 1) as f64 * scale);
            (start as usize..(end.ceil() as usize).min(from))
                .map(|s| {
                    let covered = end.min(s as f64 + 1.0) - start.max(s as f64);
                    (s, (covered / scale) as f32)
                })
                .collect()
        })
        .collect()
}

fn bilinear_weights(from: usize, to: usize) -> Weights {
    kernel_weights(from, to, 1.0, 1.0, |x| (1.0 - x.abs()).max(0.0))
}

fn bicubic_weights(from: usize, to: usize) -> Weights {
    let widening = (from as f64 / to as f64).max(1.0);
    kernel_weights(from, to, 2.0, widening, |x| {
        let x = x.abs();
        if x < 1.0 {
            1.5 * x.powi(3) - 2.5 * x.powi(2) + 1.0
        } else if x < 2.0 {
            -0.5 * x.powi(3) + 2.5 * x.powi(2) - 4.0 * x + 2.0
        } else {
            0.0
        }
    })
}

fn kernel_weights(
    from: usize,
    to: usize,
    radius: f64,
    widening: f64,
    kernel: fn(f64) -> f64,
) -> Weights {
    let scale = from as f64 / to as f64;
    let reach = radius * widening;
    (0..to)
        .map(|i| {
            let center = (i as f64 + 0.5) * scale - 0.5;
            let (first, last) = (
                (center - reach).floor() as i64,
                (center + reach).ceil() as i64,
            );
            let taps: Vec<(usize, f64)> = (first..=last)
                .map(|s| {
                    (
                        s.clamp(0, from as i64 - 1) as usize,
                        kernel((s as f64 - center) / widening),
                    )
                })
                .filter(|&(_, w)| w.abs() > 1e-12)
                .collect();
            let total: f64 = taps.iter().map(|&(_, w)| w).sum();
            taps.into_iter()
                .map(|(s, w)| (s, (w / total) as f32))
                .collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn area_reduction_is_the_mean_of_blocks() {
        let image = Raster::new(4, 2, vec![1.0, 3.0, 5.0, 7.0, 1.0, 3.0, 5.0, 7.0]).unwrap();
        assert_eq!(resize_area(&image, 2, 1).values(), &[2.0, 6.0]);
    }

    #[test]
    fn bilinear_matches_opencv() {
        // cv2.resize(np.float32([[0, 1, 2]]), (6, 1), interpolation=cv2.INTER_LINEAR)
        let image = Raster::new(3, 1, vec![0.0, 1.0, 2.0]).unwrap();
        let resized = resize_bilinear(&image, 6, 1);
        let expected = [0.0, 0.25, 0.75, 1.25, 1.75, 2.0];
        for (a, b) in resized.values().iter().zip(expected) {
            assert!((a - b).abs() < 1e-6, "{a} {b}");
        }
    }

    #[test]
    fn every_kernel_keeps_a_constant() {
        let image = Raster::filled(7, 5, 0.625_f32);
        for resize in [resize_area, resize_bilinear, resize_bicubic] {
            for size in [(3, 3), (7, 9), (20, 2)] {
                let resized = resize(&image, size.0, size.1);
                assert!(resized.values().iter().all(|v| (v - 0.625).abs() < 1e-6));
            }
        }
    }
}
