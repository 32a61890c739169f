//! The figures of six real dual-energy pairs, to hold beside a phantom's.

use diaphane::simulate::IntensityFigures;

/// One figure as six real pairs have it.
///
/// The pairs are those of the public GL-LCM and BS-Diff repositories: 1024 x 1024 pixels, 8 bits,
/// bones white.
#[derive(Debug, Clone, Copy)]
pub struct RealFigure {
    /// Short name.
    pub name: &'static str,
    /// Its value for each pair.
    pub values: [f64; 6],
    /// Its value for a study.
    pub of: fn(&IntensityFigures) -> f64,
}

impl RealFigure {
    /// Smallest and largest of the six.
    fn range(&self) -> (f64, f64) {
        self.values
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &v| {
                (low.min(v), high.max(v))
            })
    }

    /// The range with `share` of its ends' sizes added to both sides.
    pub fn widened_range(&self, share: f64) -> (f64, f64) {
        let (low, high) = self.range();
        (low - share * low.abs(), high + share * high.abs())
    }
}

const fn real(
    name: &'static str,
    values: [f64; 6],
    of: fn(&IntensityFigures) -> f64,
) -> RealFigure {
    RealFigure { name, values, of }
}

/// Grey of 255, pixels of 1024.
pub const REAL_FIGURES: [RealFigure; 25] = [
    real(
        "lung fraction",
        [0.264, 0.311, 0.232, 0.302, 0.277, 0.257],
        |f| f.lung_fraction,
    ),
    real("lung p5", [80.0, 77.0, 76.0, 71.0, 81.0, 74.0], |f| {
        f.lung.p5
    }),
    real(
        "lung p50",
        [113.0, 112.0, 114.0, 104.0, 116.0, 105.0],
        |f| f.lung.p50,
    ),
    real(
        "lung p95",
        [174.0, 185.0, 174.0, 175.0, 182.0, 182.0],
        |f| f.lung.p95,
    ),
    real("rib p5", [88.0, 90.0, 86.0, 86.0, 94.0, 83.0], |f| f.rib.p5),
    real("rib p50", [119.0, 121.0, 120.0, 115.0, 126.0, 114.0], |f| {
        f.rib.p50
    }),
    real("rib p95", [166.0, 181.0, 167.0, 174.0, 178.0, 177.0], |f| {
        f.rib.p95
    }),
    real(
        "between ribs p5",
        [77.0, 75.0, 73.0, 68.0, 78.0, 71.0],
        |f| f.between_ribs.p5,
    ),
    real(
        "between ribs p50",
        [105.0, 103.0, 100.0, 92.0, 104.0, 96.0],
        |f| f.between_ribs.p50,
    ),
    real(
        "between ribs p95",
        [143.0, 153.0, 140.0, 135.0, 144.0, 137.0],
        |f| f.between_ribs.p95,
    ),
    real("rib contrast", [14.0, 20.0, 19.0, 18.0, 18.0, 19.0], |f| {
        f.rib_contrast
    }),
    real("rib sd", [6.2, 8.8, 8.5, 8.4, 8.0, 8.7], |f| f.rib_sd),
    real(
        "rib period (px)",
        [72.0, 75.0, 66.0, 75.0, 86.0, 68.0],
        |f| f.rib_period_px,
    ),
    real(
        "mediastinum p5",
        [164.0, 144.0, 158.0, 157.0, 163.0, 143.0],
        |f| f.mediastinum.p5,
    ),
    real(
        "mediastinum p50",
        [199.0, 212.0, 205.0, 218.0, 213.0, 194.0],
        |f| f.mediastinum.p50,
    ),
    real(
        "mediastinum p95",
        [233.0, 244.0, 236.0, 246.0, 242.0, 228.0],
        |f| f.mediastinum.p95,
    ),
    real(
        "abdomen p5",
        [221.0, 205.0, 200.0, 195.0, 225.0, 221.0],
        |f| f.abdomen.p5,
    ),
    real(
        "abdomen p50",
        [235.0, 229.0, 229.0, 224.0, 237.0, 237.0],
        |f| f.abdomen.p50,
    ),
    real(
        "abdomen p95",
        [250.0, 248.0, 245.0, 244.0, 248.0, 247.0],
        |f| f.abdomen.p95,
    ),
    real(
        "background p50",
        [40.0, 20.0, 27.0, 19.0, 27.0, 31.0],
        |f| f.background.p50,
    ),
    real(
        "background p95",
        [56.0, 53.0, 52.0, 56.0, 43.0, 55.0],
        |f| f.background.p95,
    ),
    real("lung noise", [2.46, 2.87, 2.62, 3.06, 2.79, 2.63], |f| {
        f.lung_noise
    }),
    real(
        "spectral slope 3-24",
        [-3.05, -2.87, -3.16, -3.05, -2.93, -2.76],
        |f| f.spectral_slopes[0],
    ),
    real(
        "spectral slope 24-100",
        [-2.75, -2.75, -2.71, -2.74, -2.93, -2.88],
        |f| f.spectral_slopes[1],
    ),
    real(
        "spectral slope 100-300",
        [-2.77, -2.56, -2.64, -2.77, -2.59, -2.68],
        |f| f.spectral_slopes[2],
    ),
];
