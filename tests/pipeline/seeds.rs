//! Several seeds as one result: their mean, their deviation, what is reused, and how they are cancelled.

use super::{Bench, Watcher, assert_rising, ran};
use diaphane::pipeline::{
    PipelineError, Stage, SuppressionRequest, SuppressionResult, SuppressionSettings,
    UncertaintyForm,
};
use diaphane::radiograph::FloatImage;

fn run_seeds(
    bench: &mut Bench,
    settings: SuppressionSettings,
    num_seeds: usize,
) -> SuppressionResult {
    let request = SuppressionRequest {
        num_seeds,
        ..bench.request(settings)
    };
    let mut watcher = Watcher::default();
    let _guard = tch::no_grad_guard();
    let result = bench.suppressor.suppress(&request, &mut watcher).unwrap();
    assert_rising(&watcher.seen);
    result
}

#[test]
fn the_result_is_the_mean_layer_and_the_uncertainty_the_deviation() {
    let mut bench = Bench::new(false);
    let settings = bench.defaults.clone();
    let singles: Vec<SuppressionResult> = (0..3)
        .map(|seed| {
            bench.run(SuppressionSettings {
                seed,
                ..settings.clone()
            })
        })
        .collect();
    let result = run_seeds(&mut Bench::new(false), settings, 3);
    assert_eq!(result.seeds, [0, 1, 2]);
    let deviation = result.uncertainty.as_ref().unwrap();
    let mut uncertain = 0;
    for (i, &sd) in deviation.values().iter().enumerate() {
        let layers = singles
            .iter()
            .map(|single| f64::from(single.bone.values()[i]));
        let mean = layers.sum::<f64>() / 3.0;
        assert!((mean - f64::from(result.bone.values()[i])).abs() < 1e-6);
        let softs = singles
            .iter()
            .map(|single| f64::from(single.soft_tissue.values()[i]));
        let soft = softs.clone().sum::<f64>() / 3.0;
        // A 16-bit window of 65,535 values: rounding in f32 stays below a hundredth of one.
        assert!((soft - f64::from(result.soft_tissue.values()[i])).abs() < 0.05);
        let squares: f64 = softs.map(|v| (v - soft).powi(2)).sum();
        assert!(((squares / 2.0).sqrt() - f64::from(sd)).abs() < 0.05);
        if mean == 0.0 {
            assert_eq!(sd.to_bits(), 0.0_f32.to_bits());
        }
        uncertain += usize::from(sd > 1.0);
    }
    assert!(uncertain > 100, "the seeds changed nothing");
}

/// The bundle's band, pixel by pixel, from the deviation and the bone layer of the same run.
#[test]
fn a_measured_band_is_shown_in_place_of_the_deviation() {
    let mut bench = Bench::new(false);
    let bundle = bench.folder.path().join("tiny");
    let path = bundle.join("manifest.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let band = "seed_factor = 3.0\ntaken_share = 0.25\nfloor = 0.02\nnum_seeds = 3\n";
    std::fs::write(&path, format!("{text}\n[uncertainty]\n{band}")).unwrap();
    bench.suppressor.load_bundle(&bundle).unwrap();
    let run = |bench: &mut Bench, num_seeds, uncertainty| {
        let request = SuppressionRequest {
            num_seeds,
            uncertainty,
            ..bench.request(bench.defaults.clone())
        };
        let _guard = tch::no_grad_guard();
        let made = bench.suppressor.suppress(&request, &mut Watcher::default());
        made.unwrap()
    };
    let raw = run(&mut bench, 3, UncertaintyForm::SeedDeviation);
    let shown = run(&mut bench, 3, UncertaintyForm::AsMeasured);
    let of_two = run(&mut bench, 2, UncertaintyForm::AsMeasured);
    // It was measured with three pictures: the deviation of two is shown as what it is.
    assert_eq!(of_two.uncertainty_band, None);
    assert!(of_two.uncertainty.is_some());
    assert_eq!(raw.uncertainty_band, None);
    assert_eq!(shown.uncertainty_band.unwrap().num_seeds, 3);
    let pictures = [
        raw.uncertainty.unwrap(),
        raw.bone,
        shown.uncertainty.unwrap(),
    ];
    let [deviation, bone, width] = pictures.each_ref().map(FloatImage::values);
    // The radiograph has 16 bits, black at 0 and white at 65,535.
    for ((&sd, &taken), &width) in deviation.iter().zip(bone).zip(width) {
        let expected = 3.0 * sd + 65_535.0 * (0.25 * taken.abs() + 0.02);
        assert!((expected - width).abs() < 0.05, "{expected} {width}");
    }
}

#[test]
fn the_same_seeds_give_the_same_picture_and_one_seed_has_no_uncertainty() {
    let settings = Bench::new(false).defaults;
    let first = run_seeds(&mut Bench::new(false), settings.clone(), 3);
    let again = run_seeds(&mut Bench::new(false), settings.clone(), 3);
    assert_eq!(first.soft_tissue, again.soft_tissue);
    assert_eq!(first.uncertainty, again.uncertainty);
    let one = run_seeds(&mut Bench::new(false), settings.clone(), 1);
    assert!(one.uncertainty.is_none());
    assert_eq!(one.soft_tissue, Bench::new(false).run(settings).soft_tissue);
}

#[test]
fn another_weight_reruns_the_local_path_of_every_seed_alone() {
    let mut bench = Bench::new(false);
    let settings = bench.defaults.clone();
    run_seeds(&mut bench, settings.clone(), 8);
    let other = SuppressionSettings {
        leg_weight: 3.5,
        ..settings
    };
    let moved = run_seeds(&mut bench, other.clone(), 8);
    let stages = [Stage::Local, Stage::Decode, Stage::Fuse, Stage::Restore];
    assert_eq!(ran(&moved), stages);
    assert_eq!(
        moved.soft_tissue,
        run_seeds(&mut Bench::new(false), other, 8).soft_tissue
    );
}

#[test]
fn cancelling_ends_between_the_steps_of_a_later_seed() {
    let mut bench = Bench::new(false);
    let request = SuppressionRequest {
        num_seeds: 4,
        ..bench.request(bench.defaults.clone())
    };
    // Three steps a seed: the fifth belongs to the second.
    let mut watcher = Watcher {
        stop_at: Some((Stage::Global, 5)),
        ..Watcher::default()
    };
    let ended = bench.suppressor.suppress(&request, &mut watcher);
    assert!(matches!(ended, Err(PipelineError::Cancelled)));
    assert_eq!(watcher.after_stop, 0);
    let last = watcher.seen.last().unwrap();
    assert!(last.fraction < 0.5 && last.total == 12, "{last:?}");
}

#[test]
fn a_number_of_seeds_out_of_range_is_named() {
    let mut bench = Bench::new(false);
    for num_seeds in [0, 1001] {
        let request = SuppressionRequest {
            num_seeds,
            ..bench.request(bench.defaults.clone())
        };
        let ended = bench.suppressor.suppress(&request, &mut Watcher::default());
        let err = ended.unwrap_err();
        assert!(err.to_string().contains("number of seeds"), "{err}");
    }
}
