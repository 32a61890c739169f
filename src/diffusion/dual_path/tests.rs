use std::cell::RefCell;

use tch::{Device, Kind};

use super::*;
use crate::diffusion::{LcmSampler, NoiseSchedule, NoiseScheduleConfig, SamplerKind, SeededNoise};

const SHAPE: [i64; 4] = [1, 2, 4, 4];

fn lcm() -> LcmSampler {
    LcmSampler::new(NoiseSchedule::new(&NoiseScheduleConfig::default()).unwrap())
}

fn conditions() -> Conditions {
    let mut source = SeededNoise::new(99, Device::Cpu);
    Conditions {
        global: source.normal(&SHAPE),
        local: source.normal(&SHAPE),
    }
}

/// A nonlinear network that gives twice the channels, as the published one does.
#[expect(clippy::unnecessary_wraps, reason = "the signature of a network")]
fn network(z: &Tensor, t: i64, condition: &Tensor) -> Result<Tensor, DiffusionError> {
    let time = t as f64 / 1000.0;
    let first = (z * 0.8 + condition * (0.5 + time)).tanh();
    let second = (z - condition * time).sin();
    Ok(Tensor::cat(&[first, second], 1))
}

fn go_on(_: &StepReport<'_>) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn configured(guidance: Guidance, noise_order: NoiseOrder) -> DualPathConfig {
    DualPathConfig {
        num_steps: 5,
        guidance,
        noise_order,
        ..DualPathConfig::default()
    }
}

const ALL_GUIDANCE: [Guidance; 5] = [
    Guidance::Leg,
    Guidance::Cfg,
    Guidance::Vanilla,
    Guidance::AuthorsLive,
    Guidance::AuthorsCommented,
];

#[test]
fn the_local_path_alone_equals_that_of_a_whole_run() {
    let sampler = lcm();
    for order in [NoiseOrder::Independent, NoiseOrder::Authors] {
        for guidance in ALL_GUIDANCE {
            // The kept path comes from a run with another guidance and weight.
            let before = DualPathConfig {
                local_weight: 1.5,
                keep_predictions: true,
                ..configured(guidance, order)
            };
            let kept = DualPath::new(&sampler, &network, before)
                .sample(
                    &conditions(),
                    &mut SeededNoise::new(3, Device::Cpu),
                    &mut go_on,
                )
                .unwrap();
            let run = DualPath::new(&sampler, &network, configured(guidance, order));
            let mut source = SeededNoise::new(3, Device::Cpu);
            let whole = run.sample(&conditions(), &mut source, &mut go_on).unwrap();
            let mut source = SeededNoise::new(3, Device::Cpu);
            let local = run
                .sample_local(&conditions(), &kept.global, &mut source, &mut go_on)
                .unwrap();
            assert_eq!(local, whole.local, "{guidance:?} {order:?}");
            assert_eq!(kept.global.latent(), whole.global.latent());
            let mut source = SeededNoise::new(3, Device::Cpu);
            let global = run
                .sample_global(&conditions().global, &mut source, &mut go_on)
                .unwrap();
            assert_eq!(global.latent(), whole.global.latent());
            let moved = (&local - &kept.local).abs().max().double_value(&[]) > 1e-3;
            assert_eq!(moved, guidance != Guidance::Vanilla);
        }
    }
}

#[test]
fn batching_changes_the_calls_but_not_the_result() {
    let sampler = lcm();
    for (guidance, separate_calls) in [
        (Guidance::Leg, vec![1; 14]),
        (Guidance::Cfg, vec![1; 15]),
        (Guidance::Vanilla, vec![1; 10]),
        (Guidance::AuthorsLive, vec![1; 10]),
        (Guidance::AuthorsCommented, vec![1; 10]),
    ] {
        let calls = RefCell::new(Vec::new());
        let counted = |z: &Tensor, t: i64, condition: &Tensor| {
            calls.borrow_mut().push(z.size()[0]);
            network(z, t, condition)
        };
        let sample = |batching| {
            let config = DualPathConfig {
                batching,
                ..configured(guidance, NoiseOrder::Independent)
            };
            DualPath::new(&sampler, &counted, config)
                .sample(
                    &conditions(),
                    &mut SeededNoise::new(1, Device::Cpu),
                    &mut go_on,
                )
                .unwrap()
        };
        let separate = sample(Batching::Separate);
        assert_eq!(calls.take(), separate_calls, "{guidance:?}");
        let together = sample(Batching::Together);
        let expected = match guidance {
            Guidance::Leg => vec![2, 3, 3, 3, 3],
            Guidance::Cfg => vec![3; 5],
            _ => vec![2; 5],
        };
        assert_eq!(calls.take(), expected, "{guidance:?}");
        let difference = (separate.local - together.local).abs().max();
        assert!(difference.double_value(&[]) < 1e-5);
    }
}

#[test]
fn leg_is_vanilla_at_weight_one_and_where_both_conditions_agree() {
    let sampler = lcm();
    let sample = |guidance, local_weight, conditions: &Conditions| {
        let config = DualPathConfig {
            local_weight,
            ..configured(guidance, NoiseOrder::Independent)
        };
        DualPath::new(&sampler, &network, config)
            .sample(
                conditions,
                &mut SeededNoise::new(6, Device::Cpu),
                &mut go_on,
            )
            .unwrap()
            .local
    };
    let vanilla = sample(Guidance::Vanilla, 3.0, &conditions());
    assert_eq!(sample(Guidance::Leg, 1.0, &conditions()), vanilla);
    let same = Conditions {
        global: conditions().local,
        local: conditions().local,
    };
    let difference = (sample(Guidance::Leg, 3.0, &same) - vanilla).abs().max();
    assert!(difference.double_value(&[]) < 1e-4);
}

#[test]
fn the_observer_hears_both_paths_in_turn_and_stops_the_run_at_once() {
    let sampler = lcm();
    let run = DualPath::new(
        &sampler,
        &network,
        configured(Guidance::Leg, NoiseOrder::Independent),
    );
    let mut heard = Vec::new();
    let mut observer = |report: &StepReport<'_>| {
        heard.push((report.path, report.index, report.total));
        if (report.path, report.index) == (PathKind::Global, 2) {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    };
    let result = run.sample(
        &conditions(),
        &mut SeededNoise::new(1, Device::Cpu),
        &mut observer,
    );
    assert_eq!(result.unwrap_err(), DiffusionError::Cancelled);
    let (global, local) = (PathKind::Global, PathKind::Local);
    let expected = [
        (global, 0, 5),
        (local, 0, 5),
        (global, 1, 5),
        (local, 1, 5),
        (global, 2, 5),
    ];
    assert_eq!(heard, expected);
}

#[test]
fn conditions_are_scaled_where_asked() {
    let sampler = lcm();
    let ones = Tensor::ones(SHAPE, (Kind::Float, Device::Cpu));
    let seen = RefCell::new(Vec::new());
    let predict = |z: &Tensor, t: i64, condition: &Tensor| {
        seen.borrow_mut()
            .push((t, condition.max().double_value(&[])));
        Ok(z.zeros_like())
    };
    let config = DualPathConfig {
        condition_scaling: ConditionScaling::SqrtAlphasCumprod,
        ..configured(Guidance::Leg, NoiseOrder::Independent)
    };
    DualPath::new(&sampler, &predict, config)
        .sample_global(&ones, &mut SeededNoise::new(1, Device::Cpu), &mut go_on)
        .unwrap();
    let seen = seen.into_inner();
    assert_eq!(seen.len(), 5);
    for (timestep, value) in seen {
        let alpha = sampler.schedule().alpha_cumprod(timestep).unwrap();
        assert!((value - alpha.sqrt()).abs() < 1e-6);
    }
}

#[test]
fn a_kept_path_that_does_not_fit_is_refused() {
    let sampler = lcm();
    let sample = |config: DualPathConfig| {
        DualPath::new(&sampler, &network, config)
            .sample(
                &conditions(),
                &mut SeededNoise::new(1, Device::Cpu),
                &mut go_on,
            )
            .unwrap()
            .global
    };
    let local = |config: DualPathConfig, kept: &GlobalPath| {
        DualPath::new(&sampler, &network, config)
            .sample_local(
                &conditions(),
                kept,
                &mut SeededNoise::new(1, Device::Cpu),
                &mut go_on,
            )
            .unwrap_err()
    };
    let leg = configured(Guidance::Leg, NoiseOrder::Independent);
    let commented = configured(Guidance::AuthorsCommented, NoiseOrder::Independent);
    let kept = sample(leg.clone());
    let longer = DualPathConfig {
        num_steps: 6,
        ..leg
    };
    assert_eq!(local(longer, &kept), DiffusionError::OtherGlobalPath);
    assert_eq!(
        local(commented, &kept),
        DiffusionError::MissingGlobalPredictions
    );
}

#[test]
fn shapes_that_do_not_fit_are_refused() {
    let sampler = lcm();
    let config = configured(Guidance::Leg, NoiseOrder::Independent);
    let refused = |conditions: &Conditions, predict: &Predict<'_>| {
        let run = DualPath::new(&sampler, predict, config.clone());
        let result = run.sample(
            conditions,
            &mut SeededNoise::new(1, Device::Cpu),
            &mut go_on,
        );
        matches!(result, Err(DiffusionError::InvalidShape { .. }))
    };
    let smaller = Conditions {
        local: Tensor::zeros([1, 2, 4, 2], (Kind::Float, Device::Cpu)),
        ..conditions()
    };
    assert!(refused(&smaller, &network));
    let flat = Conditions {
        global: Tensor::zeros([2, 4, 4], (Kind::Float, Device::Cpu)),
        ..conditions()
    };
    assert!(refused(&flat, &network));
    let too_few_channels = |z: &Tensor, _: i64, _: &Tensor| Ok(z.narrow(1, 0, 1));
    assert!(refused(&conditions(), &too_few_channels));
}

#[test]
fn every_sampler_finds_the_latent_of_a_perfect_denoiser() {
    let clean = conditions().global;
    for (kind, num_steps) in [
        (SamplerKind::Lcm, 4),
        (SamplerKind::Ddim, 10),
        (SamplerKind::Ddpm, 100),
    ] {
        let schedule = NoiseSchedule::new(&NoiseScheduleConfig::default()).unwrap();
        let sampler = kind.build(schedule.clone());
        let predict = |z: &Tensor, t: i64, condition: &Tensor| {
            schedule.epsilon_from_sample(z, condition, &[t])
        };
        let config = DualPathConfig {
            num_steps,
            clip_global: ClipKind::None,
            ..DualPathConfig::default()
        };
        let found = DualPath::new(sampler.as_ref(), &predict, config)
            .sample_global(&clean, &mut SeededNoise::new(12, Device::Cpu), &mut go_on)
            .unwrap();
        let difference = (found.latent() - &clean).abs().max().double_value(&[]);
        assert!(difference < 2e-5, "{kind:?}: {difference}");
    }
}
