//! The figures of real dual-energy pairs, to hold beside a phantom's.

use super::IntensityFigures;

/// One figure as real pairs have it: six public SZCH pairs of 1024 x 1024 pixels, 8 bits, bones
/// white, from the GL-LCM and BS-Diff repositories.
#[derive(Debug, Clone, Copy)]
pub struct ReferenceFigure {
    /// Short name.
    pub name: &'static str,
    /// Its value for each pair; four of the six where only those were measured.
    pub values: &'static [f64],
    /// Its value for a study.
    pub of: fn(&IntensityFigures) -> f64,
}

impl ReferenceFigure {
    /// Smallest and largest of the pairs.
    pub fn range(&self) -> (f64, f64) {
        extent(self.values.iter().copied())
    }

    /// The range with `share` of its ends' sizes added to both sides.
    pub fn widened_range(&self, share: f64) -> (f64, f64) {
        let (low, high) = self.range();
        (low - share * low.abs(), high + share * high.abs())
    }
}

/// One figure of a series beside that of the real pairs.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct ComparedFigure {
    /// Short name.
    pub name: &'static str,
    /// Mean over the series; as the next two `None` where no study has the figure.
    pub mean: Option<f64>,
    /// Smallest of the series.
    pub low: Option<f64>,
    /// Largest of the series.
    pub high: Option<f64>,
    /// Smallest of the real pairs.
    pub real_low: f64,
    /// Largest of the real pairs.
    pub real_high: f64,
    /// Whether the mean lies beyond the real pairs.
    pub outside: bool,
}

/// Holds a series beside the real pairs, figure by figure.
pub fn compare_figures(series: &[IntensityFigures]) -> Vec<ComparedFigure> {
    let compare = |figure: &ReferenceFigure| {
        let values: Vec<f64> = (series.iter().map(figure.of))
            .filter(|value| value.is_finite())
            .collect();
        let found = |value: f64| (!values.is_empty()).then_some(value);
        let mean = found(values.iter().sum::<f64>() / values.len().max(1) as f64);
        let (low, high) = extent(values.iter().copied());
        let (real_low, real_high) = figure.range();
        ComparedFigure {
            name: figure.name,
            mean,
            low: found(low),
            high: found(high),
            real_low,
            real_high,
            outside: mean.is_some_and(|mean| !(real_low..=real_high).contains(&mean)),
        }
    };
    REFERENCE_FIGURES.iter().map(compare).collect()
}

fn extent(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| {
        (low.min(v), high.max(v))
    })
}

const fn real(
    name: &'static str,
    values: &'static [f64],
    of: fn(&IntensityFigures) -> f64,
) -> ReferenceFigure {
    ReferenceFigure { name, values, of }
}

/// Grey of 255, pixels of 1024.
pub const REFERENCE_FIGURES: [ReferenceFigure; 45] = [
    real(
        "lung fraction",
        &[0.264, 0.311, 0.232, 0.302, 0.277, 0.257],
        |f| f.lung_fraction,
    ),
    real("lung p5", &[80.0, 77.0, 76.0, 71.0, 81.0, 74.0], |f| {
        f.lung.p5
    }),
    real(
        "lung p50",
        &[113.0, 112.0, 114.0, 104.0, 116.0, 105.0],
        |f| f.lung.p50,
    ),
    real(
        "lung p95",
        &[174.0, 185.0, 174.0, 175.0, 182.0, 182.0],
        |f| f.lung.p95,
    ),
    real("rib p5", &[88.0, 90.0, 86.0, 86.0, 94.0, 83.0], |f| {
        f.rib.p5
    }),
    real(
        "rib p50",
        &[119.0, 121.0, 120.0, 115.0, 126.0, 114.0],
        |f| f.rib.p50,
    ),
    real(
        "rib p95",
        &[166.0, 181.0, 167.0, 174.0, 178.0, 177.0],
        |f| f.rib.p95,
    ),
    real(
        "between ribs p5",
        &[77.0, 75.0, 73.0, 68.0, 78.0, 71.0],
        |f| f.between_ribs.p5,
    ),
    real(
        "between ribs p50",
        &[105.0, 103.0, 100.0, 92.0, 104.0, 96.0],
        |f| f.between_ribs.p50,
    ),
    real(
        "between ribs p95",
        &[143.0, 153.0, 140.0, 135.0, 144.0, 137.0],
        |f| f.between_ribs.p95,
    ),
    real("rib contrast", &[14.0, 20.0, 19.0, 18.0, 18.0, 19.0], |f| {
        f.rib_contrast
    }),
    real("rib sd", &[6.2, 8.8, 8.5, 8.4, 8.0, 8.7], |f| f.rib_sd),
    real(
        "rib period (px)",
        &[72.0, 75.0, 66.0, 75.0, 86.0, 68.0],
        |f| f.rib_period_px,
    ),
    real(
        "mediastinum p5",
        &[164.0, 144.0, 158.0, 157.0, 163.0, 143.0],
        |f| f.mediastinum.p5,
    ),
    real(
        "mediastinum p50",
        &[199.0, 212.0, 205.0, 218.0, 213.0, 194.0],
        |f| f.mediastinum.p50,
    ),
    real(
        "mediastinum p95",
        &[233.0, 244.0, 236.0, 246.0, 242.0, 228.0],
        |f| f.mediastinum.p95,
    ),
    real(
        "abdomen p5",
        &[221.0, 205.0, 200.0, 195.0, 225.0, 221.0],
        |f| f.abdomen.p5,
    ),
    real(
        "abdomen p50",
        &[235.0, 229.0, 229.0, 224.0, 237.0, 237.0],
        |f| f.abdomen.p50,
    ),
    real(
        "abdomen p95",
        &[250.0, 248.0, 245.0, 244.0, 248.0, 247.0],
        |f| f.abdomen.p95,
    ),
    real(
        "background p50",
        &[40.0, 20.0, 27.0, 19.0, 27.0, 31.0],
        |f| f.background.p50,
    ),
    real(
        "background p95",
        &[56.0, 53.0, 52.0, 56.0, 43.0, 55.0],
        |f| f.background.p95,
    ),
    real("lung noise", &[2.46, 2.87, 2.62, 3.06, 2.79, 2.63], |f| {
        f.lung_noise
    }),
    real(
        "spectral slope 3-24",
        &[-3.05, -2.87, -3.16, -3.05, -2.93, -2.76],
        |f| f.spectral_slopes[0],
    ),
    real(
        "spectral slope 24-100",
        &[-2.75, -2.75, -2.71, -2.74, -2.93, -2.88],
        |f| f.spectral_slopes[1],
    ),
    real(
        "spectral slope 100-300",
        &[-2.77, -2.56, -2.64, -2.77, -2.59, -2.68],
        |f| f.spectral_slopes[2],
    ),
    real("spectrum V/H 24-100", &[0.739, 0.796, 0.795, 0.807], |f| {
        f.vertical_energy
    }),
    real("soft lung p5", &[63.0, 63.0, 61.0, 62.0, 61.0, 58.0], |f| {
        f.soft_lung.p5
    }),
    real(
        "soft lung p50",
        &[98.0, 100.0, 99.0, 92.0, 96.0, 91.0],
        |f| f.soft_lung.p50,
    ),
    real(
        "soft lung p95",
        &[156.0, 171.0, 152.0, 155.0, 151.0, 155.0],
        |f| f.soft_lung.p95,
    ),
    real(
        "soft mediastinum p50",
        &[189.0, 209.0, 188.0, 203.0, 188.0, 177.0],
        |f| f.soft_mediastinum.p50,
    ),
    real(
        "soft abdomen p50",
        &[234.0, 239.0, 224.0, 226.0, 221.0, 226.0],
        |f| f.soft_abdomen.p50,
    ),
    real(
        "soft background p50",
        &[24.0, 13.0, 17.0, 21.0, 13.0, 19.0],
        |f| f.soft_background.p50,
    ),
    real(
        "cxr - soft lung p5",
        &[3.0, -8.0, -1.0, -6.0, 6.0, -1.0],
        |f| f.layer_lung.p5,
    ),
    real(
        "cxr - soft lung p50",
        &[16.0, 12.0, 14.0, 11.0, 22.0, 16.0],
        |f| f.layer_lung.p50,
    ),
    real(
        "cxr - soft lung p95",
        &[31.0, 32.0, 38.0, 31.0, 42.0, 40.0],
        |f| f.layer_lung.p95,
    ),
    real(
        "cxr - soft mediastinum p5",
        &[-4.0, -13.0, -3.0, -6.0, 4.0, -5.0],
        |f| f.layer_mediastinum.p5,
    ),
    real(
        "cxr - soft mediastinum p50",
        &[12.0, 3.0, 16.0, 13.0, 24.0, 18.0],
        |f| f.layer_mediastinum.p50,
    ),
    real(
        "cxr - soft mediastinum p95",
        &[26.0, 21.0, 37.0, 32.0, 41.0, 38.0],
        |f| f.layer_mediastinum.p95,
    ),
    real(
        "soft lung noise",
        &[1.66, 2.03, 1.34, 1.74, 1.61, 1.84],
        |f| f.soft_lung_noise,
    ),
    real(
        "soft slope 3-24",
        &[-3.36, -3.24, -3.55, -3.09, -3.06, -3.11],
        |f| f.soft_slopes[0],
    ),
    real(
        "soft slope 24-100",
        &[-2.73, -2.69, -2.71, -2.65, -2.52, -2.23],
        |f| f.soft_slopes[1],
    ),
    real(
        "soft slope 100-300",
        &[-2.35, -2.08, -2.4, -3.06, -3.25, -3.26],
        |f| f.soft_slopes[2],
    ),
    real(
        "cxr - soft slope 3-24",
        &[-1.54, -1.28, -1.75, -1.98, -1.67, -1.45],
        |f| f.layer_slopes[0],
    ),
    real(
        "cxr - soft slope 24-100",
        &[-2.35, -2.55, -2.49, -2.37, -2.64, -2.48],
        |f| f.layer_slopes[1],
    ),
    real(
        "cxr - soft slope 100-300",
        &[-2.71, -2.62, -2.71, -2.72, -2.64, -2.79],
        |f| f.layer_slopes[2],
    ),
];
