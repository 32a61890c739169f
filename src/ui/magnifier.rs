//! The magnifier: what lies under the pointer, enlarged where it stands.

use crate::render::{Mixture, Region};
use std::ops::RangeInclusive;

/// How far it enlarges.
pub const MAGNIFIER_FACTORS: RangeInclusive<f32> = 2.0..=4.0;
/// What one press of a key changes.
const STEP: f32 = 0.5;

/// What a person asked of the magnifier.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MagnifierCommand {
    /// Take it up, or lay it down.
    Toggle,
    /// So many steps stronger; weaker where negative.
    Step(i8),
    /// Enlarge by this factor, as far as [`MAGNIFIER_FACTORS`] go.
    SetFactor(f32),
}

/// How the picture under the pointer is enlarged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Magnifier {
    /// It is in hand.
    pub is_on: bool,
    /// How far it enlarges, of [`MAGNIFIER_FACTORS`].
    pub factor: f32,
}

impl Default for Magnifier {
    fn default() -> Self {
        Self {
            is_on: false,
            factor: *MAGNIFIER_FACTORS.start(),
        }
    }
}

impl Magnifier {
    /// As it is after this was asked.
    #[must_use]
    pub(super) fn after(self, command: MagnifierCommand) -> Self {
        let (least, most) = MAGNIFIER_FACTORS.into_inner();
        let strong = |factor: f32| Self {
            factor: factor.clamp(least, most),
            ..self
        };
        match command {
            MagnifierCommand::Toggle => Self {
                is_on: !self.is_on,
                ..self
            },
            MagnifierCommand::Step(steps) => strong(self.factor + STEP * f32::from(steps)),
            MagnifierCommand::SetFactor(factor) if factor.is_finite() => strong(factor),
            MagnifierCommand::SetFactor(_) => self,
        }
    }
}

/// What a view mixes, as it is seen enlarged by `factor` about the screen position `anchor`: a wipe's line and a lens
/// stay where they are in the picture.
#[must_use]
pub fn magnified(mixture: Mixture, anchor: [f32; 2], factor: f32) -> Mixture {
    let moved = |at: [f32; 2]| [0, 1].map(|axis| anchor[axis] + factor * (at[axis] - anchor[axis]));
    let region = match mixture.region {
        Region::Everywhere => Region::Everywhere,
        Region::Beyond { point, normal } => Region::Beyond {
            point: moved(point),
            normal,
        },
        Region::Within { center, radius } => Region::Within {
            center: moved(center),
            radius: factor * radius,
        },
    };
    Mixture { region, ..mixture }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_enlarges_twice_to_four_times_and_no_more() {
        let mut magnifier = Magnifier::default();
        let mut factors = Vec::new();
        for _ in 0..6 {
            factors.push(magnifier.factor);
            magnifier = magnifier.after(MagnifierCommand::Step(1));
        }
        assert_eq!(factors, [2.0, 2.5, 3.0, 3.5, 4.0, 4.0]);
        magnifier = magnifier.after(MagnifierCommand::SetFactor(0.1));
        assert_eq!(magnifier, Magnifier::default());
        let broken = magnifier.after(MagnifierCommand::SetFactor(f32::NAN));
        assert_eq!(broken, magnifier);
        assert!(magnifier.after(MagnifierCommand::Toggle).is_on);
    }

    /// A line 10 right of the anchor is seen 30 right of it, a lens about (4, -6) of radius 5 about (12, -18) of 15.
    #[test]
    fn what_is_compared_is_enlarged_with_the_picture() {
        let anchor = [100.0, 200.0];
        let seen = |region| {
            let mixture = Mixture {
                amount: 0.5,
                region,
            };
            magnified(mixture, anchor, 3.0)
        };
        let normal = [0.6, 0.8];
        let wipe = seen(Region::Beyond {
            point: [110.0, 200.0],
            normal,
        });
        let expected = Region::Beyond {
            point: [130.0, 200.0],
            normal,
        };
        assert_eq!((wipe.amount, wipe.region), (0.5, expected));
        let lens = seen(Region::Within {
            center: [104.0, 194.0],
            radius: 5.0,
        });
        let expected = Region::Within {
            center: [112.0, 182.0],
            radius: 15.0,
        };
        assert_eq!(lens.region, expected);
    }
}
