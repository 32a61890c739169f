//! How a vendor's soft-tissue images differ in tone from their radiographs.
//!
//! Beside the bones such an image loses, or gains, a shade everywhere: over lung without bone, over air. A network
//! must learn that too, and it differs between devices and even between pictures.

use crate::radiograph::{FloatImage, gaussian_blur};
use serde::Serialize;

/// Grey levels of the radiograph at which the soft-tissue image is read, of 255.
pub const TONE_LEVELS: [u8; 8] = [20, 50, 80, 110, 140, 170, 200, 230];
/// Ribs and vessels are finer than this, rows of 1024: the tone is that of what is coarser.
const COARSE_PX: f64 = 24.0;
/// Fewer pixels than this at a level say nothing, as a share of the picture.
const LEAST_SHARE: f64 = 0.002;

/// The tone of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Tone {
    /// Median of radiograph less soft-tissue image, grey levels of 255: bones and tone together.
    pub offset: f64,
    /// Slope and intercept (grey levels) of the line from radiograph to soft-tissue image.
    pub line: [f64; 2],
    /// Correlation of both.
    pub correlation: f64,
    /// Median of the soft-tissue image where the radiograph has each of [`TONE_LEVELS`]; `None` where too little has.
    pub curve: [Option<f64>; 8],
}

impl Tone {
    /// Measures the tone of two pictures on one grid, values `[0, 1]`.
    pub(super) fn of(radiograph: &FloatImage, soft_tissue: &FloatImage) -> Self {
        let grey = |image: &FloatImage| {
            image
                .values()
                .iter()
                .map(|v| 255.0 * f64::from(*v))
                .collect()
        };
        let (first, second): (Vec<f64>, Vec<f64>) = (grey(radiograph), grey(soft_tissue));
        let differences = first.iter().zip(&second).map(|(a, b)| a - b);
        let sigma = COARSE_PX * radiograph.height() as f64 / 1024.0;
        let [coarse_first, coarse_second] =
            [radiograph, soft_tissue].map(|image| grey(&gaussian_blur(image, sigma)));
        Self {
            offset: median(differences.collect()).unwrap_or(0.0),
            line: line(&first, &second),
            correlation: super::registration::correlation(&first, &second),
            curve: TONE_LEVELS.map(|level| at_level(level, &coarse_first, &coarse_second)),
        }
    }
}

fn at_level(level: u8, radiograph: &[f64], soft_tissue: &[f64]) -> Option<f64> {
    let level = f64::from(level);
    let pixels = radiograph.iter().zip(soft_tissue);
    let near = pixels.filter(|(value, _)| (*value - level).abs() <= 4.0);
    let values: Vec<f64> = near.map(|(_, soft)| *soft).collect();
    let least = (LEAST_SHARE * radiograph.len() as f64).max(1.0);
    if (values.len() as f64) < least {
        return None;
    }
    median(values)
}

/// Slope and intercept of the least squares.
fn line(x: &[f64], y: &[f64]) -> [f64; 2] {
    let count = x.len().max(1) as f64;
    let mean = |values: &[f64]| values.iter().sum::<f64>() / count;
    let (of_x, of_y) = (mean(x), mean(y));
    let (mut both, mut square) = (0.0, 0.0);
    for (x, y) in x.iter().zip(y) {
        both += (x - of_x) * (y - of_y);
        square += (x - of_x).powi(2);
    }
    let slope = if square > 0.0 { both / square } else { 0.0 };
    [slope, of_y - slope * of_x]
}

pub(super) fn median(mut values: Vec<f64>) -> Option<f64> {
    let middle = values.len() / 2;
    if values.is_empty() {
        return None;
    }
    let (_, value, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    Some(*value)
}
