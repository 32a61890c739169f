//! Distillation against numbers that are worked out here once more: networks that answer the same everywhere have a
//! consistency loss in closed form.

use super::*;
use crate::formats::raster::write_grey16;
use crate::model::manifest::{ConditionScaling, Prediction};
use crate::model::weights::WeightPrecision;
use crate::model::{BundleWriter, Denoiser, DenoiserConfig, Manifest, Preset, Vqgan};
use crate::radiograph::Raster;
use crate::train::random::{Purpose, generator};
use crate::train::stages::{Part, attempt};
use crate::train::{Dataset, RunConfig, RunFolder, TrainStage, Unobserved};
use std::collections::BTreeMap;
use std::path::Path;

const SIDE: usize = 32;
/// What the three networks answer per latent channel.
const TEACHER: [f32; 4] = [0.31, -0.42, 0.13, 0.77];
const TARGET: [f32; 4] = [0.28, -0.36, 0.21, 0.69];
const STUDENT: [f32; 4] = [-0.15, 0.44, 0.52, -0.38];

/// The cumulated products of the published schedule: square roots of the betas equally spaced from 0.00085 to 0.012.
fn alphas_cumprod() -> Vec<f64> {
    let (first, last) = (0.00085_f64.sqrt(), 0.012_f64.sqrt());
    let beta = |t: usize| (first + (last - first) * t as f64 / 999.0).powi(2);
    let mut product = 1.0;
    let each = (0..1000).map(|t| {
        product *= 1.0 - beta(t);
        product
    });
    each.collect()
}

/// The scalings of diffusers' `LCMScheduler`, sigma 0.5 and timesteps times 10; a clean latent is timestep 0.
fn boundary(timestep: Option<i64>) -> (f64, f64) {
    let scaled = 10.0 * timestep.unwrap_or(0) as f64;
    let sum = scaled.powi(2) + 0.25;
    (0.25 / sum, scaled / sum.sqrt())
}

/// The clean latent that the answer `b` of a network means.
fn clean_of(prediction: Prediction, z: f64, condition: f64, alpha: f64, b: f64) -> f64 {
    match prediction {
        Prediction::Epsilon => (z - (1.0 - alpha).sqrt() * b) / alpha.sqrt(),
        Prediction::Sample => b,
        Prediction::ConditionResidual => condition - b,
    }
}

/// What the student shall say of `z`: one DDIM step with the teacher's answer, and the consistency function of the target's.
fn wanted_of(
    prediction: Prediction,
    (z, condition): (f64, f64),
    (from, to): (i64, Option<i64>),
    (teacher, target): (f64, f64),
) -> f64 {
    let alphas = alphas_cumprod();
    let alpha = alphas[from as usize];
    let next = to.map_or(1.0, |to| alphas[to as usize]);
    let clean = clean_of(prediction, z, condition, alpha, teacher);
    let epsilon = (z - alpha.sqrt() * clean) / (1.0 - alpha).sqrt();
    let further = next.sqrt() * clean + (1.0 - next).sqrt() * epsilon;
    let (c_skip, c_out) = boundary(to);
    c_skip * further + c_out * clean_of(prediction, further, condition, next, target)
}

/// Weights from a sine of their index.
fn scatter(vs: &VarStore, seed: f64) {
    let _guard = tch::no_grad_guard();
    let variables: BTreeMap<String, Tensor> = vs.variables().into_iter().collect();
    for (index, mut variable) in variables.into_values().enumerate() {
        let count = variable.numel() as i64;
        let angles = Tensor::arange(count, (Kind::Double, Device::Cpu)) * 12.9898;
        let values = (angles + seed + index as f64).sin() * (2.0 / (count as f64).sqrt()).min(0.3);
        variable.copy_(&values.reshape(variable.size()).to_kind(Kind::Float));
    }
}

/// Two pairs, a bundle of small networks, and a run that distils it. The teacher learned under a scaled condition where it
/// predicts noise, as the authors', and is sampled under the whole one.
fn config(folder: &Path, prediction: Prediction, lines: &str) -> RunConfig {
    for (name, shift) in [("a", 0.0), ("b", 1.3)] {
        for (ending, bone) in [("cxr", 0.15), ("soft", 0.0)] {
            let value = |i: usize| {
                let (x, y) = ((i % SIDE) as f32, (i / SIDE) as f32);
                let ribs = if (i / SIDE) % 8 < 3 { bone } else { 0.0 };
                0.4 + 0.2 * ((x * 0.2 + shift).sin() + (y * 0.3).cos()) + ribs
            };
            let picture = Raster::new(SIDE, SIDE, (0..SIDE * SIDE).map(value).collect()).unwrap();
            write_grey16(&folder.join(format!("{name}_{ending}.png")), &picture, true).unwrap();
        }
    }
    let bundle = folder.join("tiny");
    if !bundle.exists() {
        write_bundle(&bundle, prediction);
    }
    let path = folder.join("run.toml");
    let text = format!(
        "stage = 'distill'\nbase = 'tiny'\nout = 'run'\niterations = 9\ndevice = 'cpu'\nprecision = 'f32'\nbatch = 3\n\
         patch_px = 32\n{lines}\n[optimizer]\nlearning_rate = 1e-3\nwarm_up = 0\ngradient_clip = 0.0\n[data]\n\
         validation = ['b']\n[[data.source]]\nkind = 'pairs'\nfolder = '.'\ngrid_px = 32\n"
    );
    std::fs::write(&path, text).unwrap();
    RunConfig::read(&path).unwrap()
}

fn write_bundle(folder: &Path, prediction: Prediction) {
    let mut manifest = Manifest::for_preset(Preset::Compact);
    "tiny".clone_into(&mut manifest.name);
    "CC0-1.0".clone_into(&mut manifest.licence);
    "none".clone_into(&mut manifest.training_data);
    (manifest.grid.size_px, manifest.grid.multiple_px) = (SIDE as u32, 8);
    manifest.vqgan.config.channels = vec![4, 8];
    manifest.vqgan.config.residual_channels = 4;
    manifest.vqgan.config.codebook_size = 16;
    manifest.segmenter = None;
    let denoiser = &mut manifest.denoiser;
    denoiser.prediction = prediction;
    if prediction == Prediction::Epsilon {
        denoiser.condition_in_training = ConditionScaling::SqrtAlphasCumprod;
    }
    denoiser.config = DenoiserConfig {
        model_channels: 8,
        channel_mult: vec![1, 2],
        norm_groups: 4,
        num_heads: 2,
        ..denoiser.config.clone()
    };
    let networks = (
        manifest.vqgan.config.clone(),
        manifest.denoiser.config.clone(),
    );
    let mut writer = BundleWriter::create(folder, manifest, false).unwrap();
    let vs = VarStore::new(Device::Cpu);
    drop(Vqgan::new(&vs.root(), &networks.0));
    scatter(&vs, 1.0);
    writer
        .add_store(FileRole::Vqgan, &vs, WeightPrecision::F32)
        .unwrap();
    let vs = VarStore::new(Device::Cpu);
    drop(Denoiser::new(&vs.root(), &networks.1));
    scatter(&vs, 2.0);
    writer
        .add_store(FileRole::Denoiser, &vs, WeightPrecision::F32)
        .unwrap();
    writer.write_card("# tiny\n").unwrap();
    writer.finish().unwrap();
}

/// A stage ready to learn, and its images.
struct Bench {
    stage: DistillStage,
    dataset: Dataset,
    config: RunConfig,
    _folder: tempfile::TempDir,
}

impl Bench {
    fn new(prediction: Prediction, lines: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = config(folder.path(), prediction, lines);
        let dataset = Dataset::load(&config, &mut Unobserved).unwrap();
        let run = RunFolder::create(&config).unwrap();
        let context = RunContext {
            config: &config,
            device: Device::Cpu,
            dataset: &dataset,
            folder: &run,
        };
        let stage = DistillStage::new(context, &mut Turns::new(&mut Unobserved)).unwrap();
        Self {
            stage,
            dataset,
            config,
            _folder: folder,
        }
    }

    /// As [`Self::new`], with networks that answer the same everywhere.
    fn constant(prediction: Prediction, lines: &str) -> Self {
        let bench = Self::new(prediction, lines);
        let stores = bench.stores().map(VarStore::variables);
        for (mut variables, answer) in stores.into_iter().zip([STUDENT, TARGET, TEACHER]) {
            let _guard = tch::no_grad_guard();
            drop(variables.get_mut("out.2.weight").unwrap().zero_());
            let bias = variables.get_mut("out.2.bias").unwrap();
            bias.narrow(0, 0, 4).copy_(&Tensor::from_slice(&answer));
        }
        bench
    }

    /// Variables of student, target and teacher.
    #[expect(
        clippy::used_underscore_binding,
        reason = "the stage itself only keeps them alive"
    )]
    fn stores(&self) -> [&VarStore; 3] {
        let [target, teacher] = &self.stage._frozen;
        [&self.stage.network[0].vs, target, teacher]
    }

    fn input(&self, iteration: u64) -> StepInput {
        let rng = |purpose| generator(5, TrainStage::Distill, iteration, purpose);
        let mut images = rng(Purpose::Images);
        let items = self.config.batch;
        let augmentation = &self.config.augmentation;
        StepInput {
            iteration,
            learning_rate: 1e-2,
            batch: (self.dataset).draw(items, augmentation, &mut images, Device::Cpu),
            rng: rng(Purpose::Step),
            part: Part { index: 0, of: 1 },
        }
    }

    /// One iteration as a run makes it.
    fn iterate(&mut self, iteration: u64) -> Terms {
        let mut input = Some(self.input(iteration));
        let terms = attempt(&mut self.stage, 1, |_, _| input.take().unwrap()).unwrap();
        self.stage.network[0].average(iteration).unwrap();
        terms
    }
}

fn copies(vs: &VarStore) -> BTreeMap<String, Tensor> {
    let copy = |(name, variable): (String, Tensor)| (name, variable.detach().copy());
    vs.variables().into_iter().map(copy).collect()
}

fn numbers(tensor: &Tensor) -> Vec<f64> {
    Vec::try_from(tensor.detach().to_kind(Kind::Double).reshape([-1])).unwrap()
}

/// Three latents of two rows and columns, and their condition.
fn latents() -> [Tensor; 2] {
    [0.0, 1.7].map(|phase| {
        let ramp = Tensor::arange(48, (Kind::Float, Device::Cpu)) * 0.7 + phase;
        ramp.sin().reshape([3, 4, 2, 2])
    })
}

fn task(condition: Tensor) -> LatentTask {
    LatentTask {
        clean: condition.shallow_clone(),
        weight: Tensor::ones([3, 1, 2, 2], (Kind::Float, Device::Cpu)),
        pixels: None,
        condition,
    }
}

/// From the end of the schedule, from its middle, and the last step, to the clean latent.
const STEPS: [(i64, Option<i64>); 3] = [(999, Some(979)), (339, Some(319)), (19, None)];

fn assert_close(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (nth, (found, expected)) in found.iter().zip(expected).enumerate() {
        // f32; the clean latent at timestep 999 is a difference over sqrt(a_999) = 0.068.
        let error = (found - expected).abs() / expected.abs().max(1.0);
        assert!(error < 2e-5, "{nth}: {found} {expected}");
    }
}

#[test]
fn a_clean_latent_is_returned_and_a_noisy_one_forgotten() {
    let (clean, noisy) = (
        Tensor::from_slice(&[2.0_f32]),
        Tensor::from_slice(&[5.0_f32]),
    );
    let [clean, noisy] = [clean, noisy].map(|t| t.reshape([1, 1, 1, 1]));
    let at = |t| consistent(&clean, &noisy, std::iter::once(t)).double_value(&[0, 0, 0, 0]);
    assert!((at(None) - 5.0).abs() < 1e-12);
    assert!((at(Some(0)) - 5.0).abs() < 1e-12);
    // c_skip = 0.25 / (190^2 + 0.25), c_out = 190 / sqrt(190^2 + 0.25) at t = 19.
    assert!((at(Some(19)) - 2.000_02).abs() < 1e-4);
}

/// The boundary condition as method.md and diffusers have it, where it can be seen: between timestep 0 and 1.
#[test]
fn the_consistency_function_has_the_published_scalings() {
    let [noisy, clean] = latents();
    for timestep in [Some(0), Some(1), Some(2), Some(19), Some(999), None] {
        let found = numbers(&consistent(&clean, &noisy, [timestep; 3].iter().copied()));
        let (c_skip, c_out) = boundary(timestep);
        let expected = numbers(&noisy).into_iter().zip(numbers(&clean));
        let expected: Vec<f64> = expected.map(|(z, x)| c_skip * z + c_out * x).collect();
        assert_close(&found, &expected);
    }
}

#[test]
fn the_teacher_goes_one_ddim_step_and_the_target_answers_there() {
    for prediction in [Prediction::Epsilon, Prediction::ConditionResidual] {
        let bench = Bench::constant(prediction, "");
        let [noisy, condition] = latents();
        let (z, c) = (numbers(&noisy), numbers(&condition));
        let found = bench.stage.wanted(&task(condition), &noisy, &STEPS);
        let found = found.unwrap();
        assert!(!found.requires_grad());
        let expected: Vec<f64> = (0..48)
            .map(|i| {
                let channel = i / 4 % 4;
                let answers = (f64::from(TEACHER[channel]), f64::from(TARGET[channel]));
                wanted_of(prediction, (z[i], c[i]), STEPS[i / 16], answers)
            })
            .collect();
        assert_close(&numbers(&found), &expected);
    }
}

/// The networks are asked at the timesteps of the step, each of latents in their first channels and the whole condition
/// behind them, whatever the teacher learned under.
#[test]
fn teacher_and_target_see_latents_condition_and_timesteps_of_their_own() {
    let bench = Bench::new(Prediction::Epsilon, "");
    let [_, target, teacher] = bench.stores();
    {
        let _guard = tch::no_grad_guard();
        let variables: BTreeMap<String, Tensor> = target.variables().into_iter().collect();
        for mut variable in variables.into_values() {
            drop(variable.f_mul_scalar_(0.9).unwrap());
        }
    }
    let answer = |of: &VarStore, latent: &Tensor, condition: &Tensor, t: [i64; 3]| {
        let vs = VarStore::new(Device::Cpu);
        let network = Denoiser::new(&vs.root(), &bench.config.model.denoiser().unwrap());
        let _guard = tch::no_grad_guard();
        let variables: BTreeMap<String, Tensor> = vs.variables().into_iter().collect();
        for (name, mut variable) in variables {
            variable.copy_(&of.variables()[&name]);
        }
        let input = Tensor::cat(&[latent, condition], 1);
        let output = network.forward(&input, &Tensor::from_slice(&t));
        output.narrow(1, 0, 4).to_kind(Kind::Double)
    };
    let [noisy, condition] = latents();
    let alphas = alphas_cumprod();
    let column = |values: [f64; 3]| Tensor::from_slice(&values).reshape([3, 1, 1, 1]);
    let alpha = column([999, 339, 19].map(|t: usize| alphas[t]));
    let next = column([alphas[979], alphas[319], 1.0]);
    let rest = |alpha: &Tensor| (-alpha + 1.0_f64).sqrt();

    let epsilon = answer(teacher, &noisy, &condition, [999, 339, 19]);
    let clean = (noisy.to_kind(Kind::Double) - rest(&alpha) * &epsilon) / alpha.sqrt();
    let further = next.sqrt() * clean + rest(&next) * epsilon;
    let seen = further.to_kind(Kind::Float);
    let epsilon = answer(target, &seen, &condition, [979, 319, 0]);
    let clean = (&further - rest(&next) * epsilon) / next.sqrt();
    let [skip, out] = [0, 1].map(|part| {
        column([Some(979), Some(319), None].map(|t| {
            let (c_skip, c_out) = boundary(t);
            if part == 0 { c_skip } else { c_out }
        }))
    });
    let expected = numbers(&(skip * further + out * clean));
    let found = bench.stage.wanted(&task(condition), &noisy, &STEPS);
    assert_close(&numbers(&found.unwrap()), &expected);
}

#[test]
fn steps_skip_a_fiftieth_of_the_schedule_and_all_of_them_come() {
    let mut bench = Bench::new(Prediction::ConditionResidual, "");
    let expected: Vec<i64> = (1..=50).rev().map(|nth| 20 * nth - 1).collect();
    assert_eq!(bench.stage.timesteps, expected);
    let mut drawn: BTreeMap<(i64, Option<i64>), u32> = BTreeMap::new();
    for iteration in 0..400 {
        let StepInput { batch, mut rng, .. } = bench.input(iteration);
        for step in bench.stage.draw(&batch, &mut rng).unwrap().steps {
            *drawn.entry(step).or_default() += 1;
        }
    }
    assert_eq!(drawn.len(), 50);
    for ((from, to), count) in drawn {
        assert_eq!(to, (from > 19).then_some(from - 20));
        // 1,200 draws of fifty: 24 each, give or take 4.9.
        assert!((5..50).contains(&count), "{from}: {count}");
    }
}

/// Loss and gradient of networks in closed form: the student's answer moves, what it is compared with does not.
#[test]
fn the_loss_is_a_pseudo_huber_distance_that_moves_the_student_alone() {
    for (prediction, huber) in [
        (Prediction::Epsilon, 0.001),
        (Prediction::Epsilon, 0.5),
        (Prediction::ConditionResidual, 0.2),
    ] {
        let mut bench = Bench::constant(prediction, "");
        bench.stage.loss.huber = huber;
        let input = bench.input(0);
        let mut rng = input.rng.clone();
        let drawn = bench.stage.draw(&input.batch, &mut rng).unwrap();
        let (loss, gradient) = in_closed_form(prediction, huber, &drawn);
        let before = bench.stores().map(copies);
        let terms = bench.stage.step(input).unwrap();
        assert!(
            (terms["loss"] - loss).abs() < 1e-4 * loss,
            "{terms:?} {loss}"
        );
        let after = bench.stores().map(copies);
        let [student, target, teacher] = bench.stores().map(VarStore::variables);
        let found = numbers(&student["out.2.bias"].grad().narrow(0, 0, 4));
        for (found, expected) in found.iter().zip(gradient) {
            let error = (found - expected).abs();
            assert!(error < 1e-4 * expected.abs() + 1e-6, "{found} {expected}");
        }
        for frozen in target.values().chain(teacher.values()) {
            assert!(!frozen.requires_grad() && !frozen.grad().defined());
        }
        let is_same = |part: usize| {
            before[part]
                .iter()
                .all(|(name, v)| v.equal(&after[part][name]))
        };
        assert_eq!([0, 1, 2].map(is_same), [false, true, true]);
    }
}

/// The loss of networks that answer the same everywhere, and its gradient by the student's answers.
fn in_closed_form(prediction: Prediction, huber: f64, drawn: &Drawn) -> (f64, [f64; 4]) {
    let alphas = alphas_cumprod();
    let [clean, noise, condition] =
        [&drawn.task.clean, &drawn.noise, &drawn.task.condition].map(numbers);
    let weight = numbers(&drawn.task.weight);
    let plane = weight.len() / drawn.steps.len();
    let (mut sum, mut slopes) = (0.0, [0.0; 4]);
    for i in 0..clean.len() {
        let (item, channel) = (i / (4 * plane), i / plane % 4);
        let step = drawn.steps[item];
        let alpha = alphas[step.0 as usize];
        let z = alpha.sqrt() * clean[i] + (1.0 - alpha).sqrt() * noise[i];
        let [student, target, teacher] = [STUDENT, TARGET, TEACHER].map(|b| f64::from(b[channel]));
        let wanted = wanted_of(prediction, (z, condition[i]), step, (teacher, target));
        let (c_skip, c_out) = boundary(Some(step.0));
        let found = c_skip * z + c_out * clean_of(prediction, z, condition[i], alpha, student);
        let slope = match prediction {
            Prediction::Epsilon => -c_out * ((1.0 - alpha) / alpha).sqrt(),
            Prediction::Sample => c_out,
            Prediction::ConditionResidual => -c_out,
        };
        let distance = ((found - wanted).powi(2) + huber * huber).sqrt();
        let weight = weight[item * plane + i % plane];
        sum += weight * (distance - huber);
        slopes[channel] += weight * (found - wanted) / distance * slope;
    }
    let total = 4.0 * weight.iter().sum::<f64>();
    (sum / total, slopes.map(|slope| slope / total))
}

#[test]
fn the_target_is_the_moving_average_of_the_student_and_the_teacher_stands_still() {
    let mut bench = Bench::new(Prediction::ConditionResidual, "");
    let [student, mut expected, teacher] = bench.stores().map(copies);
    assert!(student.iter().all(|(name, v)| v.equal(&expected[name])));
    assert!(student.iter().all(|(name, v)| v.equal(&teacher[name])));
    let [noisy, condition] = latents();
    let at_first = bench.stage.target.predict(&noisy, &condition, &[499; 3]);
    for iteration in 0..6 {
        bench.iterate(iteration);
        // 0.995 of the settings is beyond the warm-up of these iterations: (1 + i) / (10 + i).
        let kept = (1.0 + iteration as f64) / (10.0 + iteration as f64);
        let [student, target, still] = bench.stores().map(copies);
        for (name, average) in &mut expected {
            let average_before = average.to_kind(Kind::Double);
            let now = student[name].to_kind(Kind::Double);
            *average = average_before * kept + now * (1.0 - kept);
            let error = (&*average - &target[name]).abs().max().double_value(&[]);
            assert!(error < 1e-6, "{iteration} {name}: {error}");
            assert!(still[name].equal(&teacher[name]), "{name}");
        }
        let moved = |a: &BTreeMap<String, Tensor>, b: &BTreeMap<String, Tensor>| {
            let far = a.iter().map(|(name, v)| (v - &b[name]).abs().max());
            far.map(|far| far.double_value(&[])).fold(0.0, f64::max)
        };
        assert!(moved(&student, &target) > 1e-3 && moved(&target, &teacher) > 1e-3);
    }
    // It is the averages that are asked.
    let now = bench.stage.target.predict(&noisy, &condition, &[499; 3]);
    let change = (now.unwrap() - at_first.unwrap()).abs().max();
    assert!(change.double_value(&[]) > 1e-3);
}
