//! The reference set: phantoms whose truth is exact, by which it shows whether a model forgot.

use super::predictor::{Observer, turn};
use super::{Case, ContestError};
use crate::simulate::{Phantom, PhantomConfig, study_seed};

/// Seed of the reference set; its phantoms are drawn anew each time.
const SEED: u64 = 4_242;
/// Number of phantoms.
pub(super) const COUNT: usize = 4;
/// Their side in pixels.
const SIZE_PX: usize = 512;

/// The phantoms: the same whenever this version of the program draws them. The observer has its turn before each.
pub(super) fn cases(observer: &mut dyn Observer) -> Result<Vec<Case>, ContestError> {
    let drawn = (0..COUNT).map(|number| turn(observer).and_then(|()| case(number)));
    drawn.collect()
}

fn case(number: usize) -> Result<Case, ContestError> {
    let config = PhantomConfig {
        size_px: SIZE_PX,
        ..PhantomConfig::default()
    };
    let phantom = Phantom::new(&config, study_seed(SEED, number))?;
    let name = format!("phantom {}", number + 1);
    Ok(Case::of_phantom(name, phantom.study()))
}
