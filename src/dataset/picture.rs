//! What is known of one picture of a pair once it was read.

use crate::display::{display_image, percentile_window};
use crate::formats::{self, FormatError, hexadecimal, stored_fingerprint};
use crate::radiograph::{FloatImage, Radiograph, StudyInfo, Voi, gaussian_blur, resize_area};
use sha2::{Digest as _, Sha256};
use std::f32::consts::PI;
use std::path::Path;

/// Side of the small picture by which pictures are told to be alike, pixels.
pub(super) const SMALL_PX: usize = 128;
/// Side of the coarse picture by which polarity is told, pixels.
const COARSE_PX: usize = 16;
/// What is coarser than this is left out of the small picture, pixels of it: all chests are alike there.
const SMALL_SIGMA_PX: f64 = 3.0;

/// Digits of a patient's checksum that are kept: enough to tell millions apart.
const PATIENT_DIGITS: usize = 16;

/// One picture and what its file says of it.
pub(super) struct Picture {
    pub(super) radiograph: Radiograph,
    /// The window it is looked at with.
    pub(super) voi: Voi,
    /// Grey under that window, `[0, 1]`, on the file's own grid.
    pub(super) grey: FloatImage,
    /// SHA-256 of its stored values.
    pub(super) pixels_sha256: String,
    /// Shares of its pixels at the darkest and at the brightest stored value.
    pub(super) at_ends: [f64; 2],
}

impl Picture {
    /// Reads a picture with the window of its file, or with `voi`.
    pub(super) fn read(path: &Path, voi: Option<&Voi>) -> Result<Self, FormatError> {
        let radiograph = formats::read(path)?;
        let own = || {
            let first = radiograph.vois.first().cloned();
            first.unwrap_or_else(|| percentile_window(&radiograph, None, 0.0, 100.0))
        };
        let voi = voi.cloned().unwrap_or_else(own);
        Ok(Self {
            grey: display_image(&radiograph, &voi),
            pixels_sha256: stored_fingerprint(&radiograph.stored),
            at_ends: at_ends(&radiograph),
            voi,
            radiograph,
        })
    }

    /// The patient as far as the file names one: a checksum, so that no dataset file holds an identity.
    pub(super) fn patient_sha256(&self) -> Option<String> {
        patient_sha256(&self.radiograph.info)
    }
}

/// A checksum of Patient ID and issuer; `None` where no ID is stated.
pub fn patient_sha256(info: &StudyInfo) -> Option<String> {
    if info.patient_id.is_empty() {
        return None;
    }
    let mut hasher = Sha256::new();
    for part in [&info.issuer_of_patient_id, &info.patient_id] {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let digest = hexadecimal(&hasher.finalize());
    Some(digest.chars().take(PATIENT_DIGITS).collect())
}

/// Whether a text is a checksum of that kind.
pub(super) fn is_patient_sha256(text: &str) -> bool {
    let is_digit = |c: char| matches!(c, '0'..='9' | 'a'..='f');
    text.len() == PATIENT_DIGITS && text.chars().all(is_digit)
}

fn at_ends(radiograph: &Radiograph) -> [f64; 2] {
    let Some((low, high)) = radiograph.stored.min_max() else {
        return [1.0, 1.0];
    };
    let (mut lows, mut highs, mut count) = (0_usize, 0_usize, 0_usize);
    for value in &radiograph.stored {
        count += 1;
        lows += usize::from(value == low);
        highs += usize::from(value == high);
    }
    [lows, highs].map(|n| n as f64 / count.max(1) as f64)
}

/// The picture's finer structure on a square of [`SMALL_PX`]: what tells one chest from another, scaled to length 1.
pub(super) fn small(grey: &FloatImage) -> Vec<f32> {
    let small = resize_area(grey, SMALL_PX, SMALL_PX);
    let coarse = gaussian_blur(&small, SMALL_SIGMA_PX);
    // Film borders and edges of the field are alike in pictures of different chests.
    let hann = |i: usize| (PI * (i as f32 + 0.5) / SMALL_PX as f32).sin().powi(2);
    let pixels = small.values().iter().zip(coarse.values()).enumerate();
    let fine = pixels
        .map(|(i, (value, coarse))| (value - coarse) * hann(i % SMALL_PX) * hann(i / SMALL_PX));
    of_length_1(fine.collect())
}

/// The picture's coarse shape on a square of [`COARSE_PX`], its mean taken off, scaled to length 1.
pub(super) fn coarse(grey: &FloatImage) -> Vec<f32> {
    let reduced = resize_area(grey, COARSE_PX, COARSE_PX).into_values();
    let mean = reduced.iter().sum::<f32>() / reduced.len().max(1) as f32;
    of_length_1(reduced.into_iter().map(|value| value - mean).collect())
}

/// The values scaled so that the sum of their squares is 1.
pub(super) fn of_length_1(values: Vec<f32>) -> Vec<f32> {
    let length = values.iter().map(|v| v * v).sum::<f32>().sqrt();
    if length == 0.0 {
        return values;
    }
    values.into_iter().map(|v| v / length).collect()
}

/// How alike two small pictures are, `-1..=1`.
pub(super) fn likeness(first: &[f32], second: &[f32]) -> f32 {
    first.iter().zip(second).map(|(a, b)| a * b).sum()
}

/// The small picture seen in a mirror.
pub(super) fn mirrored(small: &[f32]) -> Vec<f32> {
    let rows = small.chunks(SMALL_PX);
    rows.flat_map(|row| row.iter().rev().copied()).collect()
}

/// The small picture turned by a quarter to the right.
pub(super) fn turned(small: &[f32]) -> Vec<f32> {
    let columns = 0..SMALL_PX;
    let upwards = |col: usize| small.iter().skip(col).step_by(SMALL_PX).rev().copied();
    columns.flat_map(upwards).collect()
}

/// How much brighter the coarse picture is between the lungs than in them; below 0 where black and white are exchanged.
pub(super) fn middle_against_lungs(coarse: &[f32]) -> f32 {
    let mean = |is_meant: fn(usize) -> bool| {
        let rows = coarse.chunks(COARSE_PX).skip(5).take(5);
        let pixels = rows.flat_map(|row| row.iter().enumerate());
        let values: Vec<f32> = pixels
            .filter(|(col, _)| is_meant(*col))
            .map(|(_, value)| *value)
            .collect();
        values.iter().sum::<f32>() / values.len().max(1) as f32
    };
    mean(|col| matches!(col, 7 | 8)) - mean(|col| matches!(col, 3..6 | 10..13))
}
