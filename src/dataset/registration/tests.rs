use super::*;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

/// Waves of every direction whose value is known between pixels too.
struct Waves(Vec<[f64; 4]>);

impl Waves {
    fn new(seed: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let waves = (0..60).map(|_| {
            let period = 6.0 * 20.0_f64.powf(random.random());
            let direction = random.random_range(0.0..std::f64::consts::TAU);
            let phase = random.random_range(0.0..std::f64::consts::TAU);
            [
                direction.cos() / period,
                direction.sin() / period,
                phase,
                0.02 * period.sqrt(),
            ]
        });
        Self(waves.collect())
    }

    /// The picture whose place (x, y), from its middle, shows what this one has at `from(x, y)`.
    fn picture(
        &self,
        (width, height): (usize, usize),
        from: impl Fn([f64; 2]) -> [f64; 2],
    ) -> FloatImage {
        let middle = [0.5 * width as f64, 0.5 * height as f64];
        let values = (0..width * height).map(|i| {
            let at = [
                (i % width) as f64 + 0.5 - middle[0],
                (i / width) as f64 + 0.5 - middle[1],
            ];
            let [x, y] = from(at);
            let wave = |[fx, fy, phase, height]: &[f64; 4]| {
                height * (std::f64::consts::TAU * (fx * x + fy * y) + phase).sin()
            };
            (0.5 + self.0.iter().map(wave).sum::<f64>()) as f32
        });
        Raster::new(width, height, values.collect()).expect("the size of its values")
    }
}

fn with_ribs(image: &FloatImage) -> FloatImage {
    let (width, _) = image.size();
    let mut image = image.clone();
    for (i, value) in image.values_mut().iter_mut().enumerate() {
        let row = (i / width) as f32;
        *value += 0.06 * (row * 0.12).sin().max(0.0);
    }
    image
}

#[test]
fn a_shift_a_growth_and_a_turn_are_found_and_taken_back() {
    let size = (600, 500);
    let waves = Waves::new(3);
    let still = waves.picture(size, |at| at);
    for (shift, growth, turn) in [
        ([0.0, 0.0], 0.0, 0.0),
        ([0.3, -0.7], 0.0, 0.0),
        ([3.4, 5.2], 0.0, 0.0),
        ([-2.0, 1.5], 0.010, 0.0),
        ([1.0, 0.0], -0.008, 0.004),
    ] {
        let motion = Similarity {
            shift_px: shift,
            growth,
            turn,
        };
        // A place of the moved picture shows what lies where the motion came from.
        let moved = waves.picture(size, |at| {
            let mut from = at;
            for _ in 0..20 {
                let way = motion.shift_at(from);
                from = [at[0] - way[0], at[1] - way[1]];
            }
            from
        });
        let found = register(&with_ribs(&still), &moved).expect("found");
        let near = |value: f64, expected: f64, most: f64| {
            assert!(
                (value - expected).abs() <= most,
                "{value} is not {expected}: {found:?}"
            );
        };
        near(found.shift_px[0], shift[0], 0.05);
        near(found.shift_px[1], shift[1], 0.05);
        near(found.growth_percent, 100.0 * growth, 0.02);
        near(found.turn_degrees, turn.to_degrees(), 0.02);
        assert!(found.local_px < 0.25, "{found:?}");
        assert!(
            found.agreement_registered > found.agreement - 0.01,
            "{found:?}"
        );
        let back = found.registered(&moved);
        let inner = |image: &FloatImage| image.crop(20, 20, 560, 460).into_values();
        let errors = inner(&back).into_iter().zip(inner(&still));
        let largest = errors.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(largest < 0.03, "{largest} of about 1: {motion:?}");
    }
}

#[test]
fn what_moved_by_itself_is_told_beside_the_common_motion() {
    let size = (512, 512);
    let waves = Waves::new(5);
    let still = waves.picture(size, |at| at);
    let beaten = waves.picture(size, |[x, y]| {
        let heart = (-((x - 60.0).powi(2) + (y - 60.0).powi(2)) / 8000.0).exp();
        [x - 4.0 * heart, y]
    });
    let found = register(&still, &beaten).expect("found");
    assert!(found.shift_px[0].abs() < 0.3, "{found:?}");
    assert!((1.5..=4.2).contains(&found.local_px), "{found:?}");
}

#[test]
fn pictures_that_share_nothing_agree_in_nothing() {
    let [first, second] = [7, 8].map(|seed| Waves::new(seed).picture((512, 512), |at| at));
    let agreement = register(&first, &second).map_or(0.0, |found| found.agreement_registered);
    assert!(agreement < 0.3, "{agreement}");
    assert_eq!(register(&first, &first.crop(0, 0, 512, 500)), None);
    let plain = FloatImage::filled(512, 512, 0.5);
    assert_eq!(register(&plain, &plain), None);
}
