//! Intensity figures of a pair: how bright its regions are, how strong its ribs, its grain.

use super::regions::{below_lungs, between_lungs, quantile, selected, sorted};
use super::spectrum::{Spectrum, log_slope};
use crate::radiograph::{
    FloatImage, LungMask, Neighbourhood, Raster, ShapeError, binary_erosion, gaussian_blur,
};

/// Rows that the lengths of this module are stated for.
const REFERENCE_ROWS: f64 = 1024.0;
/// Erosion of the lung field before ribs are measured: its border is no rib.
const EROSION_PX: f64 = 9.0;
/// Band of rib shadows, standard deviations of two blurs.
const RIB_BAND_PX: (f64, f64) = (2.0, 40.0);
/// Share of the lung field taken as rib, and as space between ribs.
const RIB_SHARE: f64 = 0.35;
/// Longest vertical shift tried for the rib period.
const LONGEST_PERIOD_PX: f64 = 140.0;
/// Air beside the body is below this grey of 255, after a blur of 3 px.
const AIR_GREY: f32 = 60.0;

/// The 5th, 50th and 95th percentile, grey of 255.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Percentiles {
    /// 5th.
    pub p5: f64,
    /// Median.
    pub p50: f64,
    /// 95th.
    pub p95: f64,
}

impl Percentiles {
    /// Of a region without a pixel, such as air beside a body that fills the picture.
    const NONE: Self = Self {
        p5: f64::NAN,
        p50: f64::NAN,
        p95: f64::NAN,
    };
}

/// Intensity figures of a radiograph and its soft-tissue image; grey values run to 255, lengths are
/// pixels of 1024 rows. What a picture does not show is NaN.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct IntensityFigures {
    /// Share of the picture that is lung field.
    pub lung_fraction: f64,
    /// The radiograph in the lung field.
    pub lung: Percentiles,
    /// In the 35 % of the eroded lung field where the bone layer (radiograph minus soft-tissue
    /// image, band of 2 to 40 px) is strongest.
    pub rib: Percentiles,
    /// In the 35 % where it is weakest.
    pub between_ribs: Percentiles,
    /// Median bone layer on ribs minus that between them.
    pub rib_contrast: f64,
    /// Standard deviation of the band-passed bone layer.
    pub rib_sd: f64,
    /// Period of the ribs from top to bottom: the first peak of the band's autocorrelation.
    pub rib_period_px: f64,
    /// Between the two lungs.
    pub mediastinum: Percentiles,
    /// The middle of the picture below the lungs.
    pub abdomen: Percentiles,
    /// Air beside the body.
    pub background: Percentiles,
    /// 1.4826 times the median absolute deviation of what a blur of 1 px takes from the lungs.
    pub lung_noise: f64,
    /// Slope of log power over log frequency, at 3-24, 24-100 and 100-300 cycles on the central
    /// three quarters of the picture.
    pub spectral_slopes: [f64; 3],
    /// Energy of the spectrum at 24-100 cycles that varies more from top to bottom than across,
    /// against the rest.
    pub vertical_energy: f64,
    /// The soft-tissue image in the lung field.
    pub soft_lung: Percentiles,
    /// Between the two lungs.
    pub soft_mediastinum: Percentiles,
    /// In the abdomen.
    pub soft_abdomen: Percentiles,
    /// In the air beside the body.
    pub soft_background: Percentiles,
    /// Radiograph minus soft-tissue image in the lung field.
    pub layer_lung: Percentiles,
    /// Between the two lungs.
    pub layer_mediastinum: Percentiles,
    /// [`Self::lung_noise`] of the soft-tissue image.
    pub soft_lung_noise: f64,
    /// [`Self::spectral_slopes`] of the soft-tissue image.
    pub soft_slopes: [f64; 3],
    /// And of the difference.
    pub layer_slopes: [f64; 3],
}

/// Measures a pair. Pictures in `[0, 1]`, bones white.
///
/// # Errors
/// [`ShapeError`] where the three do not share one grid.
pub fn figures(
    radiograph: &FloatImage,
    soft_tissue: &FloatImage,
    lung_mask: &LungMask,
) -> Result<IntensityFigures, ShapeError> {
    let radiograph = radiograph.map(|v| v * 255.0);
    let soft = soft_tissue.map(|v| v * 255.0);
    let layer = radiograph.zip_map(&soft, |c, s| c - s)?;
    let mask = lung_mask.raster();
    radiograph.zip_map(mask, |_, _| ())?;

    let scale = radiograph.height() as f64 / REFERENCE_ROWS;
    let fine = |image: &FloatImage| {
        let blurred = gaussian_blur(image, scale);
        minus(image, &blurred)
    };
    let ribs = Ribs::new(&radiograph, &layer, lung_mask, scale);
    let smooth = gaussian_blur(&radiograph, 3.0 * scale);
    let air = smooth.zip_map(mask, |grey, lung| u8::from(lung == 0 && grey < AIR_GREY))?;
    let (between, below) = (between_lungs(mask), below_lungs(mask));
    let spectrum = Spectrum::new(&radiograph);
    let noise = |image: &FloatImage| robust_sd(selected(&fine(image), mask));
    let within = |image: &FloatImage, inside: &Raster<u8>| percentiles(selected(image, inside));
    Ok(IntensityFigures {
        lung_fraction: f64::from(lung_mask.fraction()),
        lung: within(&radiograph, mask),
        rib: ribs.rib,
        between_ribs: ribs.between,
        rib_contrast: ribs.contrast,
        rib_sd: ribs.sd,
        rib_period_px: ribs.period_px,
        mediastinum: within(&radiograph, &between),
        abdomen: within(&radiograph, &below),
        background: within(&radiograph, &air),
        lung_noise: noise(&radiograph),
        spectral_slopes: slopes(&spectrum, scale),
        vertical_energy: spectrum.vertical_energy(cycles(24, scale), cycles(100, scale)),
        soft_lung: within(&soft, mask),
        soft_mediastinum: within(&soft, &between),
        soft_abdomen: within(&soft, &below),
        soft_background: within(&soft, &air),
        layer_lung: within(&layer, mask),
        layer_mediastinum: within(&layer, &between),
        soft_lung_noise: noise(&soft),
        soft_slopes: slopes(&Spectrum::new(&soft), scale),
        layer_slopes: slopes(&Spectrum::new(&layer), scale),
    })
}

/// Cycles of a picture of 1024 rows on one of `scale` times as many.
fn cycles(cycles: usize, scale: f64) -> usize {
    (cycles as f64 * scale.min(1.0)).round() as usize
}

fn slopes(spectrum: &Spectrum, scale: f64) -> [f64; 3] {
    let radial = spectrum.radial();
    [(3, 24), (24, 100), (100, 300)]
        .map(|(low, high)| log_slope(&radial, cycles(low, scale).max(2), cycles(high, scale)))
}

struct Ribs {
    rib: Percentiles,
    between: Percentiles,
    contrast: f64,
    sd: f64,
    period_px: f64,
}

impl Ribs {
    fn new(radiograph: &FloatImage, layer: &FloatImage, mask: &LungMask, scale: f64) -> Self {
        let steps = (EROSION_PX * scale).round() as u32;
        let eroded = binary_erosion(mask, Neighbourhood::Cross, steps);
        let eroded = eroded.raster();
        let band = minus(
            &gaussian_blur(layer, RIB_BAND_PX.0 * scale),
            &gaussian_blur(layer, RIB_BAND_PX.1 * scale),
        );
        let inside = sorted(selected(&band, eroded));
        let (low, high) = (
            quantile(&inside, RIB_SHARE) as f32,
            quantile(&inside, 1.0 - RIB_SHARE) as f32,
        );
        let among = |keep: &dyn Fn(f32) -> bool| {
            let mut kept = eroded.clone();
            for (kept, &band) in kept.values_mut().iter_mut().zip(band.values()) {
                *kept &= u8::from(keep(band));
            }
            kept
        };
        let (on, off) = (among(&|v| v >= high), among(&|v| v <= low));
        let median = |pixels: &Raster<u8>| quantile(&sorted(selected(layer, pixels)), 0.5);
        Self {
            rib: percentiles(selected(radiograph, &on)),
            between: percentiles(selected(radiograph, &off)),
            contrast: median(&on) - median(&off),
            sd: standard_deviation(&inside),
            period_px: vertical_period(&band, eroded, scale) / scale,
        }
    }
}

/// First peak after the first zero of the autocorrelation along columns, inside `mask`; pixels.
fn vertical_period(band: &FloatImage, mask: &Raster<u8>, scale: f64) -> f64 {
    let width = band.width();
    let inside: Vec<f32> = band
        .values()
        .iter()
        .zip(mask.values())
        .map(|(&v, &m)| v * f32::from(m))
        .collect();
    let correlation: Vec<f64> = (0..(LONGEST_PERIOD_PX * scale) as usize)
        .map(|lag| {
            let shifted = (lag * width).min(inside.len());
            let product: f64 = inside[shifted..]
                .iter()
                .zip(&inside)
                .map(|(&a, &b)| f64::from(a * b))
                .sum();
            let both = mask.values()[shifted..].iter().zip(mask.values());
            let count = both.filter(|&(&a, &b)| a & b == 1).count();
            product / count.max(1) as f64
        })
        .collect();
    let zero = correlation.iter().position(|&c| c < 0.0).unwrap_or(0);
    // A peak rises above everything within a fourteenth of the longest period: not noise.
    let reach = (correlation.len() / 14).max(1);
    let is_peak = |lag: usize| {
        let near = lag.saturating_sub(reach)..(lag + reach + 1).min(correlation.len());
        correlation[near].iter().all(|&c| c <= correlation[lag])
    };
    let peak = (zero..correlation.len()).find(|&lag| correlation[lag] > 0.0 && is_peak(lag));
    peak.unwrap_or(0) as f64
}

fn minus(image: &FloatImage, other: &FloatImage) -> FloatImage {
    let mut difference = image.clone();
    for (value, &other) in difference.values_mut().iter_mut().zip(other.values()) {
        *value -= other;
    }
    difference
}

fn percentiles(values: Vec<f32>) -> Percentiles {
    if values.is_empty() {
        return Percentiles::NONE;
    }
    let sorted = sorted(values);
    Percentiles {
        p5: quantile(&sorted, 0.05),
        p50: quantile(&sorted, 0.50),
        p95: quantile(&sorted, 0.95),
    }
}

fn robust_sd(values: Vec<f32>) -> f64 {
    let values = sorted(values);
    let median = quantile(&values, 0.5) as f32;
    let deviations = values.iter().map(|v| (v - median).abs()).collect();
    1.4826 * quantile(&sorted(deviations), 0.5)
}

fn standard_deviation(values: &[f32]) -> f64 {
    let n = values.len().max(1) as f64;
    let mean = values.iter().map(|&v| f64::from(v)).sum::<f64>() / n;
    let squares: f64 = values.iter().map(|&v| (f64::from(v) - mean).powi(2)).sum();
    (squares / n).sqrt()
}
