//! Iterations that cannot be taken: they leave nothing behind.

use super::estimator::Estimator;
use super::segmenter::SegmenterStage;
use super::vqgan::VqganStage;
use super::*;
use crate::formats::raster::write_grey16;
use crate::model::manifest::{ConditionScaling, Prediction};
use crate::radiograph::Raster;
use crate::train::random::{Purpose, generator};
use crate::train::{Dataset, Unobserved};
use std::collections::BTreeMap;
use std::path::Path;
use tch::{Device, Kind};

const SIDE: i64 = 32;

/// Two radiographs with lungs, and networks of a few channels; the VQGAN plays against a discriminator.
fn config(stage: &str, folder: &Path) -> RunConfig {
    let data = folder.join("data");
    std::fs::create_dir_all(&data).unwrap();
    for name in ["a", "b"] {
        for (ending, lungs) in [("cxr", false), ("lungmask", true)] {
            let value = |i: i64| {
                if lungs {
                    f32::from(u8::from(i % SIDE < SIDE / 2))
                } else {
                    i as f32 / 1024.0
                }
            };
            let values = (0..SIDE * SIDE).map(value).collect();
            let picture = Raster::new(SIDE as usize, SIDE as usize, values).unwrap();
            let path = data.join(format!("{name}_{ending}.png"));
            write_grey16(&path, &picture, true).unwrap();
        }
    }
    let text = format!(
        r#"
        stage = "{stage}"
        out = '{folder}/run'
        iterations = 1
        device = "cpu"
        precision = "f32"
        patch_px = 32
        [[data.source]]
        kind = "masks"
        folder = '{folder}/data'
        grid_px = 32
        [model.segmenter]
        init_channels = 4
        growth_channels = 4
        block_layers = [1, 1, 1, 1]
        decoder_channels = [4, 4, 4, 4]
        head_channels = 4
        [model.vqgan]
        channels = [4, 8]
        residual_channels = 4
        codebook_size = 8
        [loss.vqgan]
        quantized_share = 0.5
        quantization = 1.0
        adversarial = 0.01
        "#,
        folder = folder.display(),
    );
    let config: RunConfig = toml::from_str(&text).unwrap();
    config.validate().unwrap();
    config
}

fn context<'a>(
    config: &'a RunConfig,
    dataset: &'a Dataset,
    folder: &'a RunFolder,
) -> RunContext<'a> {
    RunContext {
        config,
        device: Device::Cpu,
        dataset,
        folder,
    }
}

/// Part of an iteration on two ramps, with every grey value multiplied by `factor`.
fn input(factor: f64, part: Part) -> StepInput {
    let count = 2 * SIDE * SIDE;
    let ramp = Tensor::arange(count, (Kind::Float, Device::Cpu)) / count as f64;
    let plane = ramp.reshape([2, 1, SIDE, SIDE]);
    let images = (&plane * 2.0 - 1.0) * factor;
    StepInput {
        iteration: 0,
        learning_rate: 1e-3,
        batch: Batch {
            soft_tissue: images.shallow_clone(),
            radiograph: images,
            lungs: plane.ge(0.5).to_kind(Kind::Float),
            validity: plane.ones_like(),
            emphasis: plane.ones_like(),
            has_soft_tissue: vec![false; 2],
            has_lungs: vec![true; 2],
        },
        rng: generator(3, TrainStage::Segmenter, 0, Purpose::Step),
        part,
    }
}

/// One iteration in as many parts as there are factors.
fn iterate(stage: &mut dyn Stage, factors: &[f64]) -> Terms {
    attempt(stage, factors.len(), |_, part| {
        input(factors[part.index], part)
    })
    .unwrap()
}

/// Everything that is trained, moved or counted, by network and name.
fn copies(stage: &mut dyn Stage) -> BTreeMap<(&'static str, String), Tensor> {
    let mut copies = BTreeMap::new();
    for network in stage.networks() {
        let variables: BTreeMap<String, Tensor> = network.vs.variables().into_iter().collect();
        for (name, variable) in variables {
            copies.insert((network.name, name), variable.detach().copy());
        }
    }
    copies
}

fn changed(
    before: &BTreeMap<(&'static str, String), Tensor>,
    after: &BTreeMap<(&'static str, String), Tensor>,
) -> Vec<String> {
    assert!(before.keys().eq(after.keys()));
    let pairs = before.iter().zip(after.values());
    pairs
        .filter(|((_, before), after)| !before.equal(after))
        .map(|(((network, name), _), _)| format!("{network} {name}"))
        .collect()
}

/// An iteration on images that are no numbers, or of which any part is none, changes nothing, bit for bit; the next one
/// on good images does.
fn assert_skipped_without_a_trace(stage: &mut dyn Stage) {
    let before = copies(stage);
    for factors in [&[f64::NAN][..], &[f64::NAN, 1.0], &[1.0, f64::NAN]] {
        let terms = iterate(stage, factors);
        assert!(!is_finite(&terms), "{terms:?}");
        assert_eq!(changed(&before, &copies(stage)), [""; 0], "{factors:?}");
    }
    let terms = iterate(stage, &[1.0]);
    assert!(is_finite(&terms), "{terms:?}");
    let changed = changed(&before, &copies(stage));
    for part in ["running_mean", "num_batches_tracked", "weight"] {
        assert!(changed.iter().any(|name| name.ends_with(part)), "{part}");
    }
}

#[test]
fn a_skipped_iteration_leaves_the_segmenter_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let config = config("segmenter", folder.path());
    let dataset = Dataset::load(&config, &mut Unobserved).unwrap();
    let run = RunFolder::create(&config).unwrap();
    let mut stage = SegmenterStage::new(context(&config, &dataset, &run)).unwrap();
    assert_skipped_without_a_trace(&mut stage);
}

/// A stage of which one part fails on one side, though every gradient is a number.
struct OneSided<'a> {
    stage: &'a mut dyn Stage,
    part: usize,
    asked: Vec<usize>,
}

impl Stage for OneSided<'_> {
    fn networks(&mut self) -> Vec<&mut TrainedNetwork> {
        self.stage.networks()
    }

    fn step(&mut self, input: StepInput) -> Result<Terms, TrainError> {
        let part = input.part;
        self.asked.push(part.index);
        let mut terms = self.stage.step(input)?;
        if part.index == self.part {
            terms.insert("discriminator".to_owned(), f64::NAN);
        }
        Ok(terms)
    }

    fn validate(&mut self, turns: &mut Turns<'_>) -> Result<Option<Validation>, TrainError> {
        self.stage.validate(turns)
    }
}

#[test]
fn neither_side_moves_where_the_opponent_fails_in_any_part() {
    let folder = tempfile::tempdir().unwrap();
    let config = config("vqgan", folder.path());
    let dataset = Dataset::load(&config, &mut Unobserved).unwrap();
    let run = RunFolder::create(&config).unwrap();
    let mut stage = VqganStage::new(context(&config, &dataset, &run)).unwrap();
    let before = copies(&mut stage);
    for part in [0, 1] {
        let asked = Vec::new();
        let mut one_sided = OneSided {
            stage: &mut stage,
            part,
            asked,
        };
        let terms = iterate(&mut one_sided, &[0.5, 0.5, 0.5]);
        assert!(!is_finite(&terms), "{terms:?}");
        assert_eq!(one_sided.asked, (0..=part).collect::<Vec<_>>());
        assert_eq!(changed(&before, &copies(&mut stage)), [""; 0], "{part}");
    }
    // The last part: the opponent's gradient is no number, the codec's is.
    let terms = attempt(&mut stage, 2, |stage, part| {
        if part.is_last() {
            let _guard = tch::no_grad_guard();
            let variables = stage.networks().remove(1).vs.trainable_variables();
            drop(variables[0].grad().fill_(f64::NAN));
        }
        input(0.5, part)
    })
    .unwrap();
    assert!(terms["gradient_norm"].is_finite() && terms["discriminator"].is_nan());
    assert_eq!(changed(&before, &copies(&mut stage)), [""; 0]);
    let terms = iterate(&mut stage, &[0.5, 0.5]);
    assert!(is_finite(&terms), "{terms:?}");
    let changed = changed(&before, &copies(&mut stage));
    for network in ["discriminator ", " "] {
        assert!(changed.iter().any(|name| name.starts_with(network)));
    }
}

/// The same images in two parts move the weights as they do at once: the loss is a mean over them. The segmenter's
/// batch statistics are of a part, so that the codec is asked.
#[test]
fn parts_add_up_to_the_whole_iteration() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = config("vqgan", folder.path());
    config.loss.vqgan.quantized_share = 0.0;
    config.loss.vqgan.latent_noise = 0.0;
    let dataset = Dataset::load(&config, &mut Unobserved).unwrap();
    let run = RunFolder::create(&config).unwrap();
    // Weights of libtorch's generator, which other tests draw from at the same time, would be others each time.
    let first = copies(&mut VqganStage::new(context(&config, &dataset, &run)).unwrap());
    let after = |factors: &[f64]| {
        let mut stage = VqganStage::new(context(&config, &dataset, &run)).unwrap();
        for network in stage.networks() {
            let _guard = tch::no_grad_guard();
            let variables: BTreeMap<_, _> = network.vs.variables().into_iter().collect();
            for (name, mut variable) in variables {
                variable.copy_(&first[&(network.name, name)]);
            }
        }
        iterate(&mut stage, factors);
        copies(&mut stage)
    };
    let (whole, parts) = (after(&[0.5]), after(&[0.5, 0.5]));
    for (name, found) in &parts {
        let error = (found - &whole[name]).abs().max().double_value(&[]);
        // Adam's first step is the sign of the gradient times the rate: 1e-3, but where the gradient is all rounding. A
        // part more moves the running statistics of the opponent once more.
        let is_statistic = name.1.contains("running") || name.1.contains("num_batches");
        assert!(is_statistic || error < 2e-5, "{name:?}: {error}");
    }
}

/// One decay an iteration, however many parts it has: `decay * sizes + (1 - decay) * positions`, with decay 0.5.
#[test]
fn the_codebook_moves_once_an_iteration() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = config("vqgan", folder.path());
    config.loss.vqgan.quantized_share = 1.0;
    let dataset = Dataset::load(&config, &mut Unobserved).unwrap();
    let run = RunFolder::create(&config).unwrap();
    let mut stage = VqganStage::new(context(&config, &dataset, &run)).unwrap();
    let positions = |stage: &mut VqganStage| {
        let copies = copies(stage);
        let (_, sizes) = copies
            .iter()
            .find(|(name, _)| name.1.ends_with("cluster_size"))
            .unwrap();
        sizes.sum(Kind::Double).double_value(&[])
    };
    let empty = positions(&mut stage);
    iterate(&mut stage, &[0.5]);
    let of_one = positions(&mut stage) - 0.5 * empty;
    assert!(of_one > 1.0, "{of_one}");
    let before = positions(&mut stage);
    iterate(&mut stage, &[0.5, 0.7, 0.9]);
    let found = positions(&mut stage);
    let expected = 0.5 * before + 3.0 * of_one;
    assert!(
        (found - expected).abs() < 1e-3 * expected,
        "{found} {expected}"
    );
}

#[test]
fn a_skipped_iteration_leaves_the_codec_and_its_opponent_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let config = config("vqgan", folder.path());
    let dataset = Dataset::load(&config, &mut Unobserved).unwrap();
    let run = RunFolder::create(&config).unwrap();
    let mut stage = VqganStage::new(context(&config, &dataset, &run)).unwrap();
    assert_skipped_without_a_trace(&mut stage);
    let discriminator = stage.networks().remove(1);
    assert_eq!(discriminator.name, "discriminator");
}

/// One step from pure noise divides by what is left of the signal there: only the clip keeps it in range.
#[test]
fn a_network_is_sampled_with_the_clip_of_its_bundle() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = config("segmenter", folder.path());
    config.stage = TrainStage::Denoiser;
    config.conventions.prediction = Prediction::Epsilon;
    let vs = VarStore::new(Device::Cpu);
    let estimator = Estimator::new(&config, &vs).unwrap();
    let condition = Tensor::zeros([1, 4, 8, 8], (Kind::Float, Device::Cpu));
    let farthest = |estimator: &Estimator| {
        let mut rng = generator(1, TrainStage::Denoiser, 0, Purpose::Validation);
        let mut unobserved = Unobserved;
        let turns = &mut Turns::new(&mut unobserved);
        let found = estimator.sample(&condition, 1, &mut rng, turns).unwrap();
        found.abs().max().double_value(&[])
    };
    assert!(farthest(&estimator) > 10.0);
    let clip = ClipKind::Dynamic {
        slope: 0.025,
        intercept: 2.0,
    };
    assert!(farthest(&estimator.clipped(clip)) < 2.1);
}

/// The authors' networks learn under a scaled condition, and are sampled under the whole one: at the last timestep hardly
/// anything of it is left to learn from.
#[test]
fn a_network_learns_and_is_judged_under_the_conditions_of_its_conventions() {
    let folder = tempfile::tempdir().unwrap();
    let begun = config("segmenter", folder.path());
    let outputs = |stage: TrainStage, learned: ConditionScaling| {
        let mut config = begun.clone();
        config.stage = stage;
        config.conventions.prediction = Prediction::Epsilon;
        config.conventions.condition = learned;
        config.conventions.condition_in_sampling = Some(ConditionScaling::Unscaled);
        let vs = VarStore::new(Device::Cpu);
        let estimator = Estimator::new(&config, &vs).unwrap();
        // A fresh network answers nothing: its last layer is filled with zeros.
        let _guard = tch::no_grad_guard();
        for mut variable in vs.trainable_variables() {
            drop(variable.uniform_(-0.1, 0.1));
        }
        let [noisy, condition] =
            [(); 2].map(|()| Tensor::randn([1, 4, 8, 8], (Kind::Float, Device::Cpu)));
        let sampled = estimator.predict(&noisy, &condition, &[999]).unwrap();
        let learned = estimator.predict_to_learn(&noisy, &condition, &[999]);
        (sampled, learned.unwrap().output)
    };
    let differ = |(a, b): (Tensor, Tensor)| (a - b).abs().max().double_value(&[]) > 1e-4;
    assert!(differ(outputs(
        TrainStage::Denoiser,
        ConditionScaling::SqrtAlphasCumprod
    )));
    assert!(!differ(outputs(
        TrainStage::Denoiser,
        ConditionScaling::Unscaled
    )));
    assert!(!differ(outputs(
        TrainStage::Distill,
        ConditionScaling::SqrtAlphasCumprod
    )));
}
