//! The motion that most places of a picture agree on.

/// Places whose motion is further from the common one than this many times the usual distance do not vote.
const OUTLIER_FACTOR: f64 = 3.0;
/// The usual distance is at least that of a measured shift, pixels.
const LEAST_SPREAD_PX: f64 = 0.1;
/// Rounds of voting.
const NUM_ROUNDS: usize = 10;
/// Fewer places than this decide a shift alone.
const LEAST_FOR_SCALE: usize = 8;

/// The motion measured at one place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Place {
    /// Column and row, pixels from the picture's middle.
    pub(super) at_px: [f64; 2],
    /// Columns and rows by which the second picture lies to the right of and below the first there.
    pub(super) shift_px: [f64; 2],
}

/// Shift, scale and turn about the picture's middle: `second = scale_turn * first + shift`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Similarity {
    /// Columns and rows.
    pub(super) shift_px: [f64; 2],
    /// Scale less 1 along the axes.
    pub(super) growth: f64,
    /// Turn, radians; small.
    pub(super) turn: f64,
}

impl Similarity {
    /// How far the second picture's place lies from `at_px` of the first.
    pub(super) fn shift_at(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        [
            self.shift_px[0] + self.growth * x - self.turn * y,
            self.shift_px[1] + self.turn * x + self.growth * y,
        ]
    }

    /// This motion and then a small one that was left of it.
    pub(super) fn then(&self, left: &Self) -> Self {
        Self {
            shift_px: [0, 1].map(|axis| self.shift_px[axis] + left.shift_px[axis]),
            growth: self.growth + left.growth,
            turn: self.turn + left.turn,
        }
    }

    /// How far a place's own motion is from this one, pixels.
    pub(super) fn residual_px(&self, place: &Place) -> f64 {
        let expected = self.shift_at(place.at_px);
        (place.shift_px[0] - expected[0]).hypot(place.shift_px[1] - expected[1])
    }
}

/// The motion most places agree on: least squares over those that are not far from the last round's.
pub(super) fn common_motion(places: &[Place]) -> Similarity {
    let mut motion = median_motion(places);
    for _ in 0..NUM_ROUNDS {
        let usual = median(places.iter().map(|place| motion.residual_px(place)));
        let most = OUTLIER_FACTOR * usual.max(LEAST_SPREAD_PX);
        let near = places.iter();
        let near: Vec<Place> = near
            .filter(|place| motion.residual_px(place) <= most)
            .copied()
            .collect();
        let next = least_squares(&near);
        if next == motion {
            break;
        }
        motion = next;
    }
    motion
}

/// The middle of what every two places say of scale and turn, and of what every place then says of the shift: right
/// as long as fewer than three in ten places moved by themselves.
///
/// # Source
/// Sen, "Estimates of the regression coefficient based on Kendall's tau", J. Am. Stat. Assoc. 63, 1968, in the plane.
fn median_motion(places: &[Place]) -> Similarity {
    let (mut growths, mut turns) = (Vec::new(), Vec::new());
    for (i, one) in places.iter().enumerate() {
        for other in places.iter().skip(i + 1) {
            let [x, y] = [0, 1].map(|axis| other.at_px[axis] - one.at_px[axis]);
            let [u, v] = [0, 1].map(|axis| other.shift_px[axis] - one.shift_px[axis]);
            let square = x * x + y * y;
            if square > 0.0 {
                growths.push((x * u + y * v) / square);
                turns.push((x * v - y * u) / square);
            }
        }
    }
    let enough = places.len() >= LEAST_FOR_SCALE;
    let mut motion = Similarity {
        shift_px: [0.0, 0.0],
        growth: if enough {
            median(growths.into_iter())
        } else {
            0.0
        },
        turn: if enough {
            median(turns.into_iter())
        } else {
            0.0
        },
    };
    let left = |axis: usize| {
        let of_places = places.iter();
        median(of_places.map(|place| place.shift_px[axis] - motion.shift_at(place.at_px)[axis]))
    };
    let shift = [left(0), left(1)];
    motion.shift_px = shift;
    motion
}

/// The similarity, or with few places the shift, of the smallest sum of squares.
fn least_squares(places: &[Place]) -> Similarity {
    let count = places.len().max(1) as f64;
    let mean = |of: fn(&Place) -> f64| places.iter().map(of).sum::<f64>() / count;
    let middle = [mean(|place| place.at_px[0]), mean(|place| place.at_px[1])];
    let shift = [
        mean(|place| place.shift_px[0]),
        mean(|place| place.shift_px[1]),
    ];
    let (mut along, mut across, mut squares) = (0.0, 0.0, 0.0);
    for place in places {
        let [x, y] = [place.at_px[0] - middle[0], place.at_px[1] - middle[1]];
        let [u, v] = [place.shift_px[0] - shift[0], place.shift_px[1] - shift[1]];
        along += x * u + y * v;
        across += x * v - y * u;
        squares += x * x + y * y;
    }
    if places.len() < LEAST_FOR_SCALE || squares == 0.0 {
        return Similarity {
            shift_px: shift,
            growth: 0.0,
            turn: 0.0,
        };
    }
    let (growth, turn) = (along / squares, across / squares);
    Similarity {
        shift_px: [
            shift[0] - growth * middle[0] + turn * middle[1],
            shift[1] - turn * middle[0] - growth * middle[1],
        ],
        growth,
        turn,
    }
}

/// The middle value; 0 of none.
fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(motion: &Similarity) -> Vec<Place> {
        let ticks = [-300.0, -100.0, 100.0, 300.0];
        let places = ticks.iter().flat_map(|&y| ticks.map(|x| [x, y]));
        places
            .map(|at_px| Place {
                at_px,
                shift_px: motion.shift_at(at_px),
            })
            .collect()
    }

    #[test]
    fn a_third_of_places_that_moved_otherwise_does_not_turn_the_rest() {
        let motion = Similarity {
            shift_px: [2.5, -1.25],
            growth: 0.009,
            turn: 0.002,
        };
        let mut places = grid(&motion);
        for place in places.iter_mut().step_by(3) {
            place.shift_px[0] += 9.0;
        }
        let found = common_motion(&places);
        for (value, expected) in [
            (found.shift_px[0], 2.5),
            (found.shift_px[1], -1.25),
            (found.growth, 0.009),
            (found.turn, 0.002),
        ] {
            assert!((value - expected).abs() < 1e-9, "{found:?}");
        }
    }

    #[test]
    fn few_places_decide_a_shift_alone_and_none_no_motion() {
        let motion = Similarity {
            shift_px: [1.0, 0.0],
            growth: 0.01,
            turn: 0.0,
        };
        let found = common_motion(&grid(&motion)[..4]);
        assert_eq!((found.growth, found.turn), (0.0, 0.0));
        assert!(
            common_motion(&[]).residual_px(&grid(&motion)[0]) > 0.0,
            "still"
        );
    }
}
