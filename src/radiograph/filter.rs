//! Neighbourhood filters on one grid: Gaussian blur, gradient, binary erosion and dilation.
//!
//! They follow `scipy.ndimage` and `numpy.gradient`, because the scores we are compared with are
//! computed there.

use super::{FloatImage, LungMask, Raster, resize_area, resize_bilinear};

/// Standard deviations after which `scipy.ndimage.gaussian_filter` cuts its kernel by default.
const SCIPY_TRUNCATE: f64 = 4.0;

/// Gaussian blur with standard deviation `sigma_px` in pixels, cut at 4 sigma, borders reflected
/// about the outer pixel edge (`scipy.ndimage.gaussian_filter` with its defaults).
pub fn gaussian_blur(image: &FloatImage, sigma_px: f64) -> FloatImage {
    gaussian_blur_truncated(image, sigma_px, SCIPY_TRUNCATE)
}

/// [`gaussian_blur`] with the kernel cut at `truncate` standard deviations.
pub fn gaussian_blur_truncated(image: &FloatImage, sigma_px: f64, truncate: f64) -> FloatImage {
    let (width, height) = image.size();
    let kernel = half_gaussian(sigma_px, truncate);
    if kernel.len() < 2 || width == 0 || height == 0 {
        return image.clone();
    }
    let mut wide = image.clone();
    let mut padded = Vec::with_capacity(width + 2 * kernel.len());
    for row in wide.values_mut().chunks_mut(width) {
        blur_row(row, &kernel, &mut padded);
    }
    blur_columns(&wide, &kernel)
}

/// [`gaussian_blur`] of many pixels, on a grid so much coarser that its standard deviation is four of that grid's; what
/// is smaller than the coarse grid is lost, as it is to the blur itself.
pub fn wide_gaussian_blur(image: &FloatImage, sigma_px: f64) -> FloatImage {
    const COARSE_SIGMA_PX: f64 = 4.0;
    let (width, height) = image.size();
    let factor = (sigma_px / COARSE_SIGMA_PX).max(1.0);
    let coarse = |side: usize| ((side as f64 / factor).round() as usize).max(1);
    let reduced = resize_area(image, coarse(width), coarse(height));
    let blurred = gaussian_blur(&reduced, sigma_px / factor);
    resize_bilinear(&blurred, width, height)
}

/// The centre and right half of a normalised Gaussian; one entry where nothing is to be done.
fn half_gaussian(sigma_px: f64, truncate: f64) -> Vec<f32> {
    if sigma_px <= 0.0 || !sigma_px.is_finite() {
        return vec![1.0];
    }
    let radius = (truncate * sigma_px + 0.5) as usize;
    let half: Vec<f64> = (0..=radius)
        .map(|i| (-0.5 * (i as f64 / sigma_px).powi(2)).exp())
        .collect();
    let total = 2.0 * half.iter().sum::<f64>() - half.first().copied().unwrap_or(0.0);
    half.into_iter().map(|w| (w / total) as f32).collect()
}

/// Index `i` of an axis of `len` samples continued by reflection: `d c b a | a b c d | d c b a`.
fn reflected(i: isize, len: usize) -> usize {
    let folded = i.rem_euclid(2 * len as isize) as usize;
    folded.min(2 * len - 1 - folded)
}

fn blur_row(row: &mut [f32], kernel: &[f32], padded: &mut Vec<f32>) {
    let (len, radius) = (row.len(), kernel.len() - 1);
    padded.clear();
    padded.extend((-(radius as isize)..(len + radius) as isize).map(|i| row[reflected(i, len)]));
    for (value, &center) in row.iter_mut().zip(&padded[radius..]) {
        *value = center * kernel[0];
    }
    for (offset, &weight) in kernel.iter().enumerate().skip(1) {
        let (left, right) = (&padded[radius - offset..], &padded[radius + offset..]);
        for ((value, &a), &b) in row.iter_mut().zip(left).zip(right) {
            *value += weight * (a + b);
        }
    }
}

fn blur_columns(image: &FloatImage, kernel: &[f32]) -> FloatImage {
    let (width, height) = image.size();
    let source = |row: isize| {
        let start = reflected(row, height) * width;
        &image.values()[start..start + width]
    };
    let mut blurred = Raster::filled(width, height, 0.0_f32);
    for (row, out) in blurred.values_mut().chunks_mut(width).enumerate() {
        let row = row as isize;
        for (value, &center) in out.iter_mut().zip(source(row)) {
            *value = center * kernel[0];
        }
        for (offset, &weight) in kernel.iter().enumerate().skip(1) {
            let (above, below) = (source(row - offset as isize), source(row + offset as isize));
            for ((value, &a), &b) in out.iter_mut().zip(above).zip(below) {
                *value += weight * (a + b);
            }
        }
    }
    blurred
}

/// Length of the gradient per pixel: central differences inside, one-sided at the border
/// (`numpy.hypot(*numpy.gradient(image))`); 0 along an axis of one pixel.
pub fn gradient_magnitude(image: &FloatImage) -> FloatImage {
    let (width, height) = image.size();
    let values = image.values();
    let difference = |low: usize, high: usize, steps: usize| match steps {
        0 => 0.0,
        _ => (values[high] - values[low]) / steps as f32,
    };
    let mut magnitude = Raster::filled(width, height, 0.0_f32);
    for (i, out) in magnitude.values_mut().iter_mut().enumerate() {
        let (row, col) = (i / width, i % width);
        let (left, right) = (col.saturating_sub(1), (col + 1).min(width - 1));
        let (top, bottom) = (row.saturating_sub(1), (row + 1).min(height - 1));
        let along_row = difference(row * width + left, row * width + right, right - left);
        let along_col = difference(top * width + col, bottom * width + col, bottom - top);
        *out = along_row.hypot(along_col);
    }
    magnitude
}

/// Which neighbours one step of erosion or dilation reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Neighbourhood {
    /// The four pixels that share an edge (the default structuring element of `scipy.ndimage`).
    Cross,
    /// All eight around (a 3 x 3 box, as in OpenCV).
    Square,
}

/// `iterations` steps of erosion; what lies beyond the picture counts as outside.
pub fn binary_erosion(mask: &LungMask, neighbourhood: Neighbourhood, iterations: u32) -> LungMask {
    let distance = distance_to(mask, 0, neighbourhood);
    LungMask::from_nonzero(&distance.map(|&steps| u8::from(steps > iterations)))
}

/// `iterations` steps of dilation; what lies beyond the picture counts as outside.
pub fn binary_dilation(mask: &LungMask, neighbourhood: Neighbourhood, iterations: u32) -> LungMask {
    let distance = distance_to(mask, 1, neighbourhood);
    LungMask::from_nonzero(&distance.map(|&steps| u8::from(steps <= iterations)))
}

/// Steps from each pixel to the nearest one whose mask value is `target`, by a forward and a
/// backward sweep (exact for both neighbourhoods). Beyond the picture the mask is 0.
fn distance_to(mask: &LungMask, target: u8, neighbourhood: Neighbourhood) -> Raster<u32> {
    let (width, height) = mask.raster().size();
    let stride = width + 2;
    let offsets: &[usize] = match neighbourhood {
        Neighbourhood::Cross => &[1, stride],
        Neighbourhood::Square => &[1, stride - 1, stride, stride + 1],
    };
    let far = u32::MAX - 1;
    let beyond = if target == 0 { 0 } else { far };
    let mut steps = vec![beyond; stride * (height + 2)];
    let inner: Vec<usize> = (1..=height)
        .flat_map(|row| (1..=width).map(move |col| row * stride + col))
        .collect();
    for (&i, &value) in inner.iter().zip(mask.raster().values()) {
        steps[i] = if value == target { 0 } else { far };
    }
    for &i in &inner {
        for &offset in offsets {
            steps[i] = steps[i].min(steps[i - offset] + 1);
        }
    }
    for &i in inner.iter().rev() {
        for &offset in offsets {
            steps[i] = steps[i].min(steps[i + offset] + 1);
        }
    }
    let mut distance = Raster::filled(width, height, 0_u32);
    for (out, &i) in distance.values_mut().iter_mut().zip(&inner) {
        *out = steps[i];
    }
    distance
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `(np.arange(35) * 7919 % 101 / 101).reshape(5, 7)`.
    fn scattered() -> FloatImage {
        let values = (0..35).map(|i| (i * 7919 % 101) as f32 / 101.0).collect();
        Raster::new(7, 5, values).unwrap()
    }

    fn assert_diagonal(image: &FloatImage, expected: [f32; 3]) {
        for ((row, col), value) in [(0, 0), (2, 3), (4, 6)].into_iter().zip(expected) {
            let found = image.get(row, col).unwrap();
            assert!((found - value).abs() < 1e-6, "({row}, {col}): {found}");
        }
    }

    #[test]
    fn blur_equals_scipy() {
        // scipy 1.x gaussian_filter(a, 1.3); (a, 4.0), a kernel longer than the picture; and
        // (a, 1.5, truncate=3.5).
        assert_diagonal(
            &gaussian_blur(&scattered(), 1.3),
            [0.391_596, 0.501_796, 0.655_220],
        );
        assert_diagonal(
            &gaussian_blur(&scattered(), 4.0),
            [0.493_708, 0.500_991, 0.509_218],
        );
        assert_diagonal(
            &gaussian_blur_truncated(&scattered(), 1.5, 3.5),
            [0.415_831, 0.501_578, 0.631_007],
        );
    }

    #[test]
    fn gradient_equals_numpy() {
        let magnitude = gradient_magnitude(&scattered());
        assert_diagonal(&magnitude, [0.934_372, 0.354_298, 0.435_756]);
        let total: f32 = magnitude.values().iter().sum();
        assert!((total - 14.017_139).abs() < 1e-4, "{total}");
    }

    #[test]
    fn erosion_and_dilation_equal_scipy() {
        // Counts of scipy.ndimage.binary_erosion and binary_dilation, 1 to 3 iterations, on a
        // 9 x 11 grid with the pixels (0, 0) and (4, 5) set apart from the rest.
        let mut spots = Raster::filled(11, 9, 0_u8);
        spots.values_mut()[0] = 1;
        spots.values_mut()[4 * 11 + 5] = 1;
        let dots = LungMask::from_nonzero(&spots);
        let holes = LungMask::from_nonzero(&spots.map(|v| 1 - v));
        let counts = |neighbourhood| {
            [1, 2, 3].map(|n| {
                (
                    binary_erosion(&holes, neighbourhood, n).num_inside(),
                    binary_dilation(&dots, neighbourhood, n).num_inside(),
                )
            })
        };
        assert_eq!(counts(Neighbourhood::Cross), [(58, 8), (22, 19), (0, 35)]);
        assert_eq!(counts(Neighbourhood::Square), [(53, 13), (9, 34), (0, 59)]);
    }
}
