//! Radiographs that are copies of each other: moved, turned, enlarged or seen in a mirror, as a dataset is made larger.
//!
//! Where a picture lies its spectrum's amplitudes do not know, only how it is turned and how large it is. By them the
//! [`NEAREST`] others of every radiograph are found, while it is turned and enlarged in steps. Each of those is then laid on
//! the others at the best shift, and the correlation there says whether they are one picture.

use super::Observer;
use super::parallel::map_parallel;
use super::picture::{SMALL_PX, likeness, mirrored, of_length_1};
use super::registration::spectrum::{highest_correlation, transformed};
use super::watch::CancelOnly;
use rustfft::num_complex::Complex32;
use std::collections::BTreeSet;

/// Turns that are tried, degrees.
const TURNS_DEGREES: [f32; 9] = [-10.0, -7.5, -5.0, -2.5, 0.0, 2.5, 5.0, 7.5, 10.0];
/// Enlargements that are tried.
const SCALES: [f32; 7] = [0.85, 0.9, 0.95, 1.0, 1.05, 1.1, 1.15];
/// Shifts that are looked through, pixels of a small picture to either side: a twelfth of it.
const REACH_PX: usize = 10;
/// Others that are laid on a radiograph.
const NEAREST: usize = 8;
/// Turned and enlarged pictures, the best by their amplitudes, that are laid on each of them.
const TRIED: usize = 12;
/// Correlation from which two are one picture. No two of 163 JSRT radiographs reach it; of 41 copies of them that were
/// turned, moved, enlarged, brightened and every other mirrored at once, by chance, all but three do
/// (`tests/dataset/near_copies.rs`).
const ONE_PICTURE: f32 = 0.75;
/// Frequencies whose amplitudes are compared, to either side of none; two by two.
const BAND: i64 = 24;

/// A radiograph, turned and enlarged.
struct Changed {
    spectrum: Vec<Complex32>,
    amplitudes: Vec<f32>,
}

/// Pairs of numbers, the smaller first, of small pictures that are nearly one in some way; `None` where `observer` ended the
/// search.
pub(super) fn copies(
    smalls: &[&[f32]],
    observer: &dyn Observer,
) -> Option<BTreeSet<(usize, usize)>> {
    let cancel = CancelOnly(observer);
    let amplitudes = map_parallel(smalls, &cancel, |small| {
        amplitudes(&transformed(small, SMALL_PX))
    })?;
    let numbers: Vec<usize> = (0..smalls.len()).collect();
    let found = map_parallel(&numbers, &cancel, |&number| {
        of_one(number, smalls, &amplitudes)
    })?;
    Some(found.into_iter().flatten().collect())
}

fn of_one(number: usize, smalls: &[&[f32]], amplitudes: &[Vec<f32>]) -> Vec<(usize, usize)> {
    let changed = every_way(smalls[number]);
    let mut nearest: Vec<(f32, usize)> = (0..smalls.len())
        .filter(|&other| other != number)
        .map(|other| (nearest_way(&changed, &amplitudes[other]), other))
        .collect();
    nearest.sort_by(|a, b| b.0.total_cmp(&a.0));
    let nearest = nearest.into_iter().take(NEAREST).map(|(_, other)| other);
    nearest
        .filter(|&other| is_one_picture(&changed, smalls[other], &amplitudes[other]))
        .map(|other| (number.min(other), number.max(other)))
        .collect()
}

/// A small picture turned and enlarged in every step, as it is and seen in a mirror.
fn every_way(small: &[f32]) -> Vec<Changed> {
    let mirror = mirrored(small);
    let mut changed = Vec::with_capacity(2 * TURNS_DEGREES.len() * SCALES.len());
    for picture in [small, &mirror] {
        for turn in TURNS_DEGREES {
            for scale in SCALES {
                let spectrum = transformed(&turned_and_enlarged(picture, turn, scale), SMALL_PX);
                let amplitudes = amplitudes(&spectrum);
                changed.push(Changed {
                    spectrum,
                    amplitudes,
                });
            }
        }
    }
    changed
}

fn nearest_way(changed: &[Changed], amplitudes: &[f32]) -> f32 {
    let alike = changed
        .iter()
        .map(|way| likeness(&way.amplitudes, amplitudes));
    alike.fold(f32::NEG_INFINITY, f32::max)
}

fn is_one_picture(changed: &[Changed], other: &[f32], amplitudes: &[f32]) -> bool {
    let mut ways: Vec<(f32, &Changed)> = changed
        .iter()
        .map(|way| (likeness(&way.amplitudes, amplitudes), way))
        .collect();
    ways.sort_by(|a, b| b.0.total_cmp(&a.0));
    let other = transformed(other, SMALL_PX);
    let mut tried = ways.into_iter().take(TRIED);
    tried.any(|(_, way)| {
        highest_correlation(&way.spectrum, &other, SMALL_PX, REACH_PX) >= ONE_PICTURE
    })
}

/// Amplitudes of the coarser frequencies, the finer among them raised to the same strength, their mean taken off, scaled to
/// length 1.
fn amplitudes(spectrum: &[Complex32]) -> Vec<f32> {
    let side = SMALL_PX as i64;
    let at = |ky: i64, kx: i64| spectrum[(ky.rem_euclid(side) * side + kx) as usize].norm();
    let rows = (-BAND..BAND).step_by(2);
    let values: Vec<f32> = rows
        .flat_map(|ky| (0..BAND).step_by(2).map(move |kx| (ky, kx)))
        .map(|(ky, kx)| {
            let sum: f32 = at(ky, kx) + at(ky, kx + 1) + at(ky + 1, kx) + at(ky + 1, kx + 1);
            (sum * ((ky + 1) as f32).hypot((kx + 1) as f32)).sqrt()
        })
        .collect();
    let mean = values.iter().sum::<f32>() / values.len().max(1) as f32;
    of_length_1(values.into_iter().map(|value| value - mean).collect())
}

/// A small picture about its middle, between four pixels each; what comes from beyond its border is 0, as its border is.
fn turned_and_enlarged(small: &[f32], turn_degrees: f32, scale: f32) -> Vec<f32> {
    let (sin, cos) = turn_degrees.to_radians().sin_cos();
    let middle = 0.5 * (SMALL_PX as f32 - 1.0);
    let value = |row: i64, col: i64| {
        let inside = |at: i64| (0..SMALL_PX as i64).contains(&at);
        if inside(row) && inside(col) {
            small[row as usize * SMALL_PX + col as usize]
        } else {
            0.0
        }
    };
    let values = (0..SMALL_PX * SMALL_PX).map(|at| {
        let (x, y) = (
            (at % SMALL_PX) as f32 - middle,
            (at / SMALL_PX) as f32 - middle,
        );
        let from_x = (cos * x + sin * y) / scale + middle;
        let from_y = (cos * y - sin * x) / scale + middle;
        let (left, top) = (from_x.floor(), from_y.floor());
        let (right, below) = (from_x - left, from_y - top);
        let (col, row) = (left as i64, top as i64);
        (1.0 - below) * ((1.0 - right) * value(row, col) + right * value(row, col + 1))
            + below * ((1.0 - right) * value(row + 1, col) + right * value(row + 1, col + 1))
    });
    of_length_1(values.collect())
}
