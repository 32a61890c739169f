//! Distillation against numbers that are worked out here once more: networks that answer the same everywhere have a
//! consistency loss in closed form.

mod bundle;
mod closed_form;

use super::*;
use crate::formats::raster::write_grey16;
use crate::model::manifest::{ConditionScaling, Prediction};
use crate::model::weights::WeightPrecision;
use crate::model::{BundleWriter, Denoiser, DenoiserConfig, Manifest, Preset, Vqgan};
use crate::radiograph::Raster;
use crate::train::random::{Purpose, generator};
use crate::train::stages::{Part, attempt};
use crate::train::{Dataset, RunConfig, RunFolder, TrainStage, Unobserved};
use bundle::write_bundle;
use closed_form::{alphas_cumprod, boundary, in_closed_form, wanted_of};
use std::collections::BTreeMap;
use std::path::Path;

const SIDE: usize = 32;
/// What the three networks answer per latent channel.
const TEACHER: [f32; 4] = [0.31, -0.42, 0.13, 0.77];
const TARGET: [f32; 4] = [0.28, -0.36, 0.21, 0.69];
const STUDENT: [f32; 4] = [-0.15, 0.44, 0.52, -0.38];

/// Two pairs, a bundle of small networks, and a run that distils it. The teacher learned under a scaled condition where it
/// predicts noise, as the authors', and is sampled under the whole one.
fn config(folder: &Path, prediction: Prediction, lines: &str) -> RunConfig {
    let data = folder.join("data");
    std::fs::create_dir_all(&data).unwrap();
    for (name, shift) in [("a", 0.0), ("b", 1.3)] {
        for (ending, bone) in [("cxr", 0.15), ("soft", 0.0)] {
            let value = |i: usize| {
                let (x, y) = ((i % SIDE) as f32, (i / SIDE) as f32);
                let ribs = if (i / SIDE) % 8 < 3 { bone } else { 0.0 };
                0.4 + 0.2 * ((x * 0.2 + shift).sin() + (y * 0.3).cos()) + ribs
            };
            let picture = Raster::new(SIDE, SIDE, (0..SIDE * SIDE).map(value).collect()).unwrap();
            write_grey16(&data.join(format!("{name}_{ending}.png")), &picture, true).unwrap();
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
         validation = ['b']\n[[data.source]]\nkind = 'pairs'\nfolder = 'data'\ngrid_px = 32\n"
    );
    std::fs::write(&path, text).unwrap();
    RunConfig::read(&path).unwrap()
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

/// The boundary condition as diffusers has it, where it can be seen: between timestep 0 and 1.
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
