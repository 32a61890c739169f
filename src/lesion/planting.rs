//! Which nodules are laid on which places of a radiograph.

use super::places::Place;
use super::{Ground, Nodule};
use rand::seq::IndexedRandom as _;
use rand::{Rng, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

/// Diameters that are tried, mm.
pub const DIAMETERS_MM: [f64; 5] = [5.0, 8.0, 12.0, 20.0, 30.0];
/// Contrasts that are tried, display units: 10, 20 and 41 grey levels of 255.
pub const CONTRASTS: [f64; 3] = [0.04, 0.08, 0.16];
/// Least lung between two nodules' surroundings, mm.
const APART_MM: f64 = 6.0;
/// Radii that a nodule's surroundings reach.
const SURROUNDINGS: f64 = 1.6;
/// Places that are tried for one nodule before it is left out.
const TRIES: usize = 200;

/// A nodule with what is said of it in tables.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plant {
    /// The nodule.
    pub nodule: Nodule,
    /// What lies over it; `None` where that is neither a rib nor the room between two.
    pub ground: Option<Ground>,
    /// Its diameter, mm.
    pub diameter_mm: f64,
}

/// Draws up to `count` nodules for the radiograph number `index` of a series: under ribs and between ribs in turn, and
/// over the series every diameter with every contrast equally often. They stay clear of each other.
///
/// `pixel_mm` is the size of a pixel; the same seed, index and places give the same nodules.
pub fn plant(places: &[Place], pixel_mm: f64, count: usize, seed: u64, index: u64) -> Vec<Plant> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(index);
    let on = |ground: Ground| -> Vec<Place> {
        let found = places.iter().filter(|place| place.ground == ground);
        found.copied().collect()
    };
    let grounds = [Ground::UnderRib, Ground::BetweenRibs];
    let choices = grounds.map(|ground| (ground, on(ground)));
    let kinds = DIAMETERS_MM.len() * CONTRASTS.len();
    let mut planted: Vec<Plant> = Vec::new();
    for slot in 0..count {
        let (ground, choices) = &choices[slot % grounds.len()];
        // Both grounds of a radiograph see the same nodules; the next radiograph goes on where this one ended.
        let pairs = count.div_ceil(grounds.len());
        let kind = (index as usize)
            .wrapping_mul(pairs)
            .wrapping_add(slot / grounds.len());
        let (diameter_mm, contrast) = kind_of(kind % kinds);
        let radius_px = 0.5 * diameter_mm / pixel_mm;
        let free = find_free(choices, &planted, radius_px, pixel_mm, &mut rng);
        planted.extend(free.map(|place| Plant {
            nodule: Nodule {
                row_px: place.row as f64,
                col_px: place.col as f64,
                radius_px,
                contrast,
            },
            ground: Some(*ground),
            diameter_mm,
        }));
    }
    planted
}

fn kind_of(kind: usize) -> (f64, f64) {
    let diameter = DIAMETERS_MM[kind % DIAMETERS_MM.len()];
    // Neighbouring kinds differ in both.
    let contrast =
        CONTRASTS[(kind % DIAMETERS_MM.len() + kind / DIAMETERS_MM.len()) % CONTRASTS.len()];
    (diameter, contrast)
}

fn find_free(
    places: &[Place],
    planted: &[Plant],
    radius_px: f64,
    pixel_mm: f64,
    rng: &mut impl Rng,
) -> Option<Place> {
    (0..TRIES).find_map(|_| {
        let place = *places.choose(rng)?;
        let is_free = planted.iter().all(|other| {
            let other = other.nodule;
            let (dy, dx) = (
                place.row as f64 - other.row_px,
                place.col as f64 - other.col_px,
            );
            dy.hypot(dx) > SURROUNDINGS * (radius_px + other.radius_px) + APART_MM / pixel_mm
        });
        is_free.then_some(place)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn field() -> Vec<Place> {
        let ground = |row: usize| {
            if row.is_multiple_of(2) {
                Ground::UnderRib
            } else {
                Ground::BetweenRibs
            }
        };
        let pixels = (0..400).flat_map(|row| (0..400).map(move |col| (row, col)));
        pixels
            .map(|(row, col)| Place {
                row,
                col,
                ground: ground(row),
            })
            .collect()
    }

    #[test]
    fn a_series_tries_every_kind_equally_often_on_both_grounds() {
        let field = field();
        let mut kinds: BTreeMap<(Ground, u64, u64), usize> = BTreeMap::new();
        for index in 0..10 {
            let planted = plant(&field, 0.5, 6, 1, index);
            assert_eq!(planted.len(), 6);
            for plant in planted {
                let contrast = (100.0 * plant.nodule.contrast) as u64;
                let kind = (plant.ground.unwrap(), plant.diameter_mm as u64, contrast);
                *kinds.entry(kind).or_default() += 1;
            }
        }
        assert_eq!(kinds.len(), 30);
        assert!(kinds.values().all(|&count| count == 2));
    }

    #[test]
    fn nodules_stay_clear_of_each_other_and_are_drawn_again_alike() {
        let field = field();
        let planted = plant(&field, 0.5, 12, 7, 3);
        for (i, a) in planted.iter().enumerate() {
            for b in &planted[..i] {
                let (a, b) = (a.nodule, b.nodule);
                let distance = (a.row_px - b.row_px).hypot(a.col_px - b.col_px);
                assert!(distance > 1.6 * (a.radius_px + b.radius_px));
            }
        }
        assert_eq!(planted, plant(&field, 0.5, 12, 7, 3));
        assert_ne!(planted, plant(&field, 0.5, 12, 8, 3));
        assert!(plant(&[], 0.5, 6, 1, 0).is_empty());
    }
}
