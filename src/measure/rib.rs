//! How much of a rib is left: the averaged profile across it, before and after suppression.

use super::linear::least_squares;
use super::{Layer, Pictures, Point, Scale};
use crate::measure::LengthUnit;

/// Half the side of the neighbourhood in which a rib's direction is found, and half the length along which its
/// profiles are averaged: a rib is about as wide as this and bends by less than a millimetre over it.
const REACH_MM: f64 = 12.0;
/// Width of a chest radiograph where the file does not state its pixel size, mm.
const TYPICAL_WIDTH_MM: f64 = 400.0;
/// Half the length of a profile across the rib in neighbourhoods: the rib, and lung on both sides of it.
const HALF_PROFILE: f64 = 2.0;
/// Fewest steps of a neighbourhood, for small pictures.
const LEAST_REACH_PX: f64 = 4.0;
/// Coherence of the structure tensor below which there is no direction: 0 is none at all, 1 a perfect one.
const LEAST_COHERENCE: f64 = 0.2;
/// Bone that is none, per cent of the range from black to white (standard deviation across the rib).
const LEAST_BONE_PERCENT: f64 = 0.05;

/// Why there is no profile across a rib at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RibError {
    /// Nothing was suppressed yet.
    #[error("no soft-tissue image yet: press Suppress")]
    NoResult,
    /// The bone layer is empty there.
    #[error("no bone was taken off here; place it on a rib")]
    NoBone,
    /// The bone layer has no direction there.
    #[error("no rib direction here: two ribs cross, or it is no rib")]
    NoDirection,
}

/// The profiles at one distance from the rib's middle line, each the mean along the rib.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RibSample {
    /// Distance across the rib in pixel widths, negative on one side.
    pub distance_px: f64,
    /// Original, modality value.
    pub original: f64,
    /// Soft tissue, modality value.
    pub soft_tissue: f64,
    /// Bone layer, per cent of the range from black to white.
    pub bone: f64,
}

/// The averaged profile across a rib.
#[derive(Debug, Clone, PartialEq)]
pub struct RibProfile {
    /// From one side of the rib to the other.
    pub samples: Vec<RibSample>,
    /// Ends of the line across the rib, image coordinates.
    pub across: [Point; 2],
    /// Ends of the line along the rib over which was averaged, image coordinates.
    pub along: [Point; 2],
    /// Per cent of the bone's profile that is left in the soft-tissue image: 0 none, 100 all of it, negative where
    /// too much was taken. `None` where the original shows no bone either.
    pub residual_percent: Option<f64>,
}

/// The profile across the rib at `place`.
///
/// The rib's direction is the eigenvector of the smaller eigenvalue of the structure tensor
/// `J = sum w(p) grad B(p) grad B(p)^T` of the bone layer `B`, with a Gaussian window `w` round `place`. Profiles at
/// right angles to it are averaged along it (bilinear, one pixel width apart, padding left out). Then, over the
/// distance `d`, least squares fit
///
/// ```text
/// P(d) = alpha + beta d + a B(d)
/// ```
///
/// to the profile `P` of the original (`a_original`) and of the soft-tissue image (`a_soft`): a straight background
/// and the shape of the bone. The residual is `100 a_soft / a_original` per cent.
///
/// Pixels that are not square are measured in their true shape.
///
/// # Errors
/// [`RibError`] where there is no bone or no direction.
pub fn rib_profile(
    place: Point,
    pictures: &Pictures<'_>,
    scale: &Scale,
) -> Result<RibProfile, RibError> {
    if pictures.soft_tissue.is_none() || pictures.bone.is_none() {
        return Err(RibError::NoResult);
    }
    let frame = Frame {
        origin: place,
        aspect: scale.aspect(),
    };
    let reach = reach_px(pictures, scale);
    let [right, down] = direction(&frame, pictures, reach)?;
    let (along, across) = ([right, down], [-down, right]);
    let half = (HALF_PROFILE * reach).round();
    let samples: Vec<RibSample> = (-(half as i64)..=half as i64)
        .filter_map(|d| averaged(&frame, pictures, (along, across), (d as f64, reach)))
        .collect();
    let residual_percent = residual_percent(&samples)?;
    let ends = |unit: [f64; 2], half: f64| [-half, half].map(|d| frame.place(unit.map(|u| u * d)));
    Ok(RibProfile {
        samples,
        across: ends(across, half),
        along: ends(along, reach),
        residual_percent,
    })
}

/// Coordinates round a place in pixel widths, both ways: where angles are true.
struct Frame {
    origin: Point,
    aspect: f64,
}

impl Frame {
    fn place(&self, [right, down]: [f64; 2]) -> Point {
        self.origin.moved([right, down / self.aspect])
    }
}

/// The neighbourhood in pixel widths.
fn reach_px(pictures: &Pictures<'_>, scale: &Scale) -> f64 {
    let width_mm = match scale.unit() {
        LengthUnit::Millimetres(_) => scale.length_of_columns(1.0).value,
        LengthUnit::Pixels => TYPICAL_WIDTH_MM / pictures.size().0.max(1) as f64,
    };
    (REACH_MM / width_mm).round().max(LEAST_REACH_PX)
}

/// Unit vector along the rib, in the frame.
fn direction(frame: &Frame, pictures: &Pictures<'_>, reach: f64) -> Result<[f64; 2], RibError> {
    let bone = |right, down| pictures.bilinear(Layer::Bone, frame.place([right, down]));
    // Wide enough apart that noise of single pixels does not decide.
    let step = (reach / 8.0).max(1.0);
    let sigma = 0.5 * reach;
    let count = (reach / step).floor() as i64;
    let [mut xx, mut xy, mut yy] = [0.0; 3];
    for i in -count..=count {
        for j in -count..=count {
            let (u, v) = (j as f64 * step, i as f64 * step);
            let slope = |a: Option<f64>, b: Option<f64>| Some((b? - a?) / (2.0 * step));
            let (Some(gu), Some(gv)) = (
                slope(bone(u - step, v), bone(u + step, v)),
                slope(bone(u, v - step), bone(u, v + step)),
            ) else {
                continue;
            };
            let weight = (-0.5 * (u * u + v * v) / (sigma * sigma)).exp();
            xx += weight * gu * gu;
            xy += weight * gu * gv;
            yy += weight * gv * gv;
        }
    }
    let trace = xx + yy;
    let spread = (xx - yy).hypot(2.0 * xy);
    if trace <= 0.0 {
        return Err(RibError::NoBone);
    }
    if spread / trace < LEAST_COHERENCE {
        return Err(RibError::NoDirection);
    }
    // The gradient's main direction lies across the rib; a quarter turn from it, along.
    let across = 0.5 * (2.0 * xy).atan2(xx - yy);
    Ok([-across.sin(), across.cos()])
}

/// Means along the rib at `distance` from its middle line; `None` where fewer than half of the places have values.
fn averaged(
    frame: &Frame,
    pictures: &Pictures<'_>,
    (along, across): ([f64; 2], [f64; 2]),
    (distance, reach): (f64, f64),
) -> Option<RibSample> {
    let half = reach as i64;
    let (mut sums, mut count) = ([0.0; 3], 0_i64);
    for step in -half..=half {
        let offset = [0, 1].map(|i| distance * across[i] + step as f64 * along[i]);
        let place = frame.place(offset);
        let value = |layer| pictures.bilinear(layer, place);
        if let (Some(original), Some(soft), Some(bone)) = (
            value(Layer::Original),
            value(Layer::SoftTissue),
            value(Layer::Bone),
        ) {
            for (sum, value) in sums.iter_mut().zip([original, soft, bone]) {
                *sum += value;
            }
            count += 1;
        }
    }
    let [original, soft_tissue, bone] = sums.map(|sum| sum / count as f64);
    (count > half).then_some(RibSample {
        distance_px: distance,
        original,
        soft_tissue,
        bone,
    })
}

fn residual_percent(samples: &[RibSample]) -> Result<Option<f64>, RibError> {
    let count = samples.len().max(1) as f64;
    let mean = samples.iter().map(|sample| sample.bone).sum::<f64>() / count;
    let square = |sample: &RibSample| (sample.bone - mean).powi(2);
    let deviation = (samples.iter().map(square).sum::<f64>() / count).sqrt();
    if deviation < LEAST_BONE_PERCENT {
        return Err(RibError::NoBone);
    }
    let amplitude = |value: fn(&RibSample) -> f64| {
        let row = |sample: &RibSample| ([1.0, sample.distance_px, sample.bone], value(sample));
        let rows: Vec<_> = samples.iter().map(row).collect();
        least_squares(&rows).map(|[_, _, amplitude]| amplitude)
    };
    let original = amplitude(|sample| sample.original);
    let soft = amplitude(|sample| sample.soft_tissue);
    // Soft tissue with more bone than the original has none to lose: the ratio would say nothing.
    Ok(original.zip(soft).and_then(|(original, soft)| {
        let taken = original - soft;
        let is_bone = original * taken > 0.0 && original.abs() > 0.1 * taken.abs();
        is_bone.then(|| 100.0 * soft / original)
    }))
}
