//! Schedules and single sampler steps against diffusers 0.27.2, run as the authors run it.
//!
//! Tolerances: `f64` tables 1e-12 relative; `f32` tables 2e-6 relative (a running product of 1,000
//! `f32` factors); steps 1e-5, as the fixtures' index suggests for one scheduler step. The reference
//! computes `1 - a_t` in `f32`, which at the first timesteps of the cosine schedule (4e-5) is wrong by up to
//! 0.1 %: there the tolerances are wider, because our `f64` tables do not share that error.

use serde_json::Value;
use tch::{Kind, Tensor};

use diaphane::diffusion::{
    ClipKind, DdpmSampler, InjectedNoise, LcmSampler, NoiseSchedule, NoiseScheduleConfig,
    PlannedStep, Sampler, offset_noise,
};

use crate::fixtures::{self, Fixture, assert_close};

const STEP_TOLERANCE: f64 = 1e-5;

fn lcm() -> LcmSampler {
    LcmSampler::new(schedule(&NoiseScheduleConfig::default()))
}

fn ddpm() -> DdpmSampler {
    DdpmSampler::new(schedule(&NoiseScheduleConfig::bs_ldm()))
}

fn schedule(config: &NoiseScheduleConfig) -> NoiseSchedule {
    NoiseSchedule::new(config).expect("a published schedule")
}

fn reference_settings() -> Option<Value> {
    let path = fixtures::folder()?.join("schedulers.json");
    let text = std::fs::read_to_string(path).expect("schedulers.json");
    Some(serde_json::from_str(&text).expect("schedulers.json is JSON"))
}

fn values(tensor: &Tensor) -> Vec<f64> {
    Vec::try_from(tensor.to_kind(Kind::Double).flatten(0, -1)).expect("a tensor of numbers")
}

fn assert_relative(what: &str, found: &[f64], expected: &Tensor, tolerance: f64) {
    let expected = values(expected);
    assert_eq!(found.len(), expected.len(), "{what}");
    for (i, (found, expected)) in found.iter().zip(&expected).enumerate() {
        let error = (found - expected).abs() / expected.abs();
        assert!(error <= tolerance, "{what}[{i}]: {found} for {expected}");
    }
}

/// A constant range.
fn within(range: f64) -> ClipKind {
    ClipKind::Dynamic {
        slope: 0.0,
        intercept: range,
    }
}

fn planned(sampler: &dyn Sampler, steps: usize, t: i64) -> PlannedStep {
    let plan = sampler
        .plan(steps)
        .expect("a number of steps the sampler has");
    plan.into_iter()
        .find(|step| step.timestep == t)
        .expect("a timestep of the plan")
}

#[test]
fn scaled_linear_tables() {
    let Some(fixture) = Fixture::load("schedulers") else {
        return;
    };
    let schedule = schedule(&NoiseScheduleConfig::default());
    let exact = fixture.tensor("lcm.alphas_cumprod_f64");
    assert_relative("alphas_cumprod", schedule.alphas_cumprod(), &exact, 1e-12);
    let single = fixture.tensor("lcm.alphas_cumprod");
    assert_relative(
        "alphas_cumprod f32",
        schedule.alphas_cumprod(),
        &single,
        2e-6,
    );
    assert_relative(
        "betas",
        schedule.betas(),
        &fixture.tensor("lcm.betas"),
        2e-6,
    );
}

#[test]
fn squared_cosine_tables() {
    let Some(fixture) = Fixture::load("schedulers") else {
        return;
    };
    let schedule = schedule(&NoiseScheduleConfig::bs_ldm());
    assert_relative(
        "betas",
        schedule.betas(),
        &fixture.tensor("ddpm.betas"),
        2e-6,
    );
    // The f32 reference rounds 1 - 0.999 in its last factor.
    let single = fixture.tensor("ddpm.alphas_cumprod");
    assert_relative("alphas_cumprod", schedule.alphas_cumprod(), &single, 2e-5);
}

#[test]
fn lcm_boundary() {
    let Some(fixture) = Fixture::load("schedulers") else {
        return;
    };
    let (c_skip, c_out): (Vec<f64>, Vec<f64>) = lcm()
        .timesteps(50)
        .unwrap()
        .into_iter()
        .map(LcmSampler::boundary)
        .unzip();
    assert_relative("c_skip", &c_skip, &fixture.tensor("lcm.c_skip_f64"), 1e-12);
    assert_relative("c_out", &c_out, &fixture.tensor("lcm.c_out_f64"), 1e-12);
}

#[test]
fn lcm_timesteps() {
    let Some(settings) = reference_settings() else {
        return;
    };
    let lists = settings["lcm_timesteps"].as_object().unwrap();
    assert_eq!(lists.len(), 12);
    for (steps, expected) in lists {
        let expected: Vec<i64> = serde_json::from_value(expected.clone()).unwrap();
        let found = lcm().timesteps(steps.parse().unwrap()).unwrap();
        assert_eq!(found, expected, "{steps} steps");
    }
}

#[test]
fn dynamic_clip_ranges() {
    let Some(settings) = reference_settings() else {
        return;
    };
    for (name, intercept) in [
        ("szch_global", 2.0),
        ("szch_local", 3.5),
        ("jsrt_global", 1.7),
        ("jsrt_local", 3.0),
    ] {
        let clip = ClipKind::Dynamic {
            slope: 0.025,
            intercept,
        };
        let expected = &settings["dynamic_clipping"][name];
        let expected: Vec<f64> = serde_json::from_value(expected.clone()).unwrap();
        assert_eq!(expected.len(), 50, "{name}");
        for (index, expected) in expected.into_iter().enumerate() {
            assert!(
                (clip.range(index).unwrap() - expected).abs() < 1e-12,
                "{name}"
            );
        }
    }
}

#[test]
fn lcm_steps() {
    let Some(fixture) = Fixture::load("schedulers") else {
        return;
    };
    for (name, timestep, clip) in [
        ("t999.r2.0.clip1", 999, within(2.0)),
        ("t979.r3.5.clip1", 979, within(3.5)),
        ("t499.r2.0.clip1", 499, within(2.0)),
        ("t499.r1.0.clip0", 499, ClipKind::None),
        ("t19.r3.225.clip1", 19, within(3.225)),
    ] {
        let get = |part: &str| fixture.tensor(&format!("lcm.step.{name}.{part}"));
        let step = planned(&lcm(), 50, timestep);
        let taken = step.step(&get("sample"), &get("eps"), clip, Some(&get("noise")));
        assert_close(name, &taken.denoised, &get("denoised"), STEP_TOLERANCE);
        assert_close(name, &taken.previous, &get("prev"), STEP_TOLERANCE);
    }
}

#[test]
fn ddpm_steps_and_variance() {
    let Some(fixture) = Fixture::load("schedulers") else {
        return;
    };
    for (timestep, range, tolerance) in [
        (999, 1.4, STEP_TOLERANCE),
        (500, 2.894, STEP_TOLERANCE),
        (1, 4.391, 2e-4),
        (0, 4.394, 5e-5),
    ] {
        let get = |part: &str| fixture.tensor(&format!("ddpm.step.t{timestep}.{part}"));
        let step = planned(&ddpm(), 1000, timestep);
        let noise = get("noise");
        let taken = step.step(&get("sample"), &get("eps"), within(range), Some(&noise));
        let name = format!("t{timestep}");
        assert_close(&name, &taken.denoised, &get("x0"), tolerance);
        assert_close(&name, &taken.previous, &get("prev"), tolerance);
    }
    let expected = values(&fixture.tensor("ddpm.variance"));
    for (t, expected) in expected.into_iter().enumerate().skip(1) {
        let found = ddpm().variance(t as i64, Some(t as i64 - 1)).unwrap();
        // `1 - x` of an f32 next to 1 errs by up to 6e-8, twice, in a variance of 2e-5 and more.
        assert!(
            (found - expected).abs() <= 2.5e-7 + 1e-5 * expected,
            "variance[{t}]"
        );
    }
}

#[test]
fn forward_process() {
    let Some(fixture) = Fixture::load("schedulers") else {
        return;
    };
    let timesteps = fixture.i64s("add_noise.t");
    let (clean, noise) = (
        fixture.tensor("add_noise.x0"),
        fixture.tensor("add_noise.noise"),
    );
    for (name, config, tolerance) in [
        ("add_noise.lcm", NoiseScheduleConfig::default(), 2e-6),
        ("add_noise.ddpm", NoiseScheduleConfig::bs_ldm(), 2e-5),
    ] {
        let schedule = schedule(&config);
        let noisy = schedule.add_noise(&clean, &noise, &timesteps).unwrap();
        assert_close(name, &noisy, &fixture.tensor(name), tolerance);
    }
}

#[test]
fn training_latents_of_the_authors() {
    let Some(fixture) = Fixture::load("unet_small_train") else {
        return;
    };
    let schedule = schedule(&NoiseScheduleConfig::default());
    for step in ["s0", "s1"] {
        let get = |part: &str| fixture.tensor(&format!("{step}.{part}"));
        let timesteps = fixture.i64s(&format!("{step}.t"));
        let mut source = InjectedNoise::new([get("noise_iid"), get("noise_offset")]);
        let noise = offset_noise(&mut source, [2, 4, 16, 24], 0.1);
        let noisy = schedule.add_noise(&get("bs"), &noise, &timesteps).unwrap();
        // The authors' training scales the condition by sqrt(alphas_cumprod) along with the latent.
        let condition = get("cxr") * schedule.signal_scale(&noisy, &timesteps).unwrap();
        let input = Tensor::cat(&[noisy, condition], 1);
        assert_close(step, &input, &get("noisy"), 2e-6);
    }
}
