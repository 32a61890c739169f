//! The authors' dual-path loop, four steps at 64 px with their noise, in its three forms of guidance.
//!
//! First with the recorded predictions in place of the network (this tests the loop alone, and that each
//! prediction is asked for the right sample and condition), then with our networks end to end.
//! Tolerance on latents: 5e-4, as the fixtures' index suggests after an independent recomputation that
//! differed by 2.1e-4; 8-bit pictures: 1 grey level.

use std::cell::RefCell;
use std::ops::ControlFlow;

use tch::{Device, Kind, Tensor, nn};

use diaphane::diffusion::{
    Batching, Conditions, DualPath, DualPathConfig, DualPathLatents, Guidance, InjectedNoise,
    LcmSampler, NoiseOrder, NoiseSchedule, NoiseScheduleConfig, PathKind, Predict, StepReport,
};

use diaphane::model::{Denoiser, DenoiserConfig, Vqgan, VqganConfig};
use diaphane::nn::AttentionOrder;

use crate::fixtures::{Fixture, assert_close};

const LATENT_TOLERANCE: f64 = 5e-4;
const STEPS: usize = 4;
const CHANNELS: i64 = 4;

/// One recorded run of the authors' loop.
struct Recording {
    guidance: Guidance,
    fixture: Fixture,
}

impl Recording {
    /// All three forms; empty where the fixtures are absent.
    fn all() -> Vec<Self> {
        [
            (Guidance::Leg, "sampling_a_paper"),
            (Guidance::AuthorsCommented, "sampling_b_commented"),
            (Guidance::AuthorsLive, "sampling_c_live"),
        ]
        .into_iter()
        .filter_map(|(guidance, file)| {
            let fixture = Fixture::load(file)?;
            Some(Self { guidance, fixture })
        })
        .collect()
    }

    fn at(&self, step: usize, part: &str) -> Tensor {
        self.fixture.tensor(&format!("step{step}.{part}"))
    }

    /// The channels of the latent, without those the authors compute and drop.
    fn latent_at(&self, step: usize, part: &str) -> Tensor {
        self.at(step, part).narrow(1, 0, CHANNELS)
    }

    fn conditions(&self) -> Conditions {
        Conditions {
            global: self.fixture.tensor("z_cxr"),
            local: self.fixture.tensor("z_masked"),
        }
    }

    /// The noise in the order in which the authors' code draws it.
    fn noise(&self) -> InjectedNoise {
        let mut drawn = vec![self.fixture.tensor("noise.init")];
        let nth = |name: &str, step: usize| self.fixture.tensor(name).get(step as i64).unsqueeze(0);
        for step in 0..STEPS {
            if self.guidance == Guidance::AuthorsLive {
                drawn.push(nth("noise.guidance", step));
            }
            if step + 1 < STEPS {
                drawn.push(nth("noise.global", step));
                drawn.push(nth("noise.local", step));
            }
        }
        InjectedNoise::new(drawn)
    }

    /// Samples both paths and compares every step with the recording.
    fn replay(&self, predict: &Predict<'_>, batching: Batching) -> DualPathLatents {
        let sampler = LcmSampler::new(
            NoiseSchedule::new(&NoiseScheduleConfig::default()).expect("the published schedule"),
        );
        let config = DualPathConfig {
            num_steps: STEPS,
            guidance: self.guidance,
            noise_order: NoiseOrder::Authors,
            batching,
            ..DualPathConfig::default()
        };
        let mut num_steps = 0;
        let mut noise = self.noise();
        let latents = DualPath::new(&sampler, predict, config)
            .sample(&self.conditions(), &mut noise, &mut |report| {
                self.compare(report);
                num_steps += 1;
                ControlFlow::Continue(())
            })
            .expect("the recorded run can be sampled");
        assert_eq!((num_steps, noise.num_remaining()), (2 * STEPS, 0));
        latents
    }

    fn compare(&self, report: &StepReport<'_>) {
        let timesteps = self.fixture.i64s("timesteps");
        assert_eq!(report.timestep, timesteps[report.index]);
        let names = match report.path {
            PathKind::Global => ["eps_global", "denoised_global", "prev_global"],
            PathKind::Local => ["eps_local_guided", "denoised_local", "prev_local"],
        };
        let found = [report.epsilon, report.denoised, report.previous];
        for (found, name) in found.into_iter().zip(names) {
            let what = format!("{:?} step {} {name}", self.guidance, report.index);
            let expected = self.latent_at(report.index, name);
            assert_close(&what, found, &expected, LATENT_TOLERANCE);
        }
    }
}

fn largest_difference(a: &Tensor, b: &Tensor) -> f64 {
    assert_eq!(a.size(), b.size());
    (a - b).abs().max().double_value(&[])
}

/// The recorded answer to a call, found by its sample and condition.
fn recorded_prediction(
    recording: &Recording,
    sample: &Tensor,
    t: i64,
    condition: &Tensor,
) -> Tensor {
    let step = match t {
        999 => 0,
        759 => 1,
        499 => 2,
        259 => 3,
        _ => panic!("the authors do not visit timestep {t}"),
    };
    let conditions = recording.conditions();
    let [on_global, on_local] = if step == 0 {
        [(); 2].map(|()| recording.fixture.tensor("noise.init"))
    } else {
        ["prev_global", "prev_local"].map(|part| recording.latent_at(step - 1, part))
    };
    let asks = |state: &Tensor, with: &Tensor| {
        largest_difference(sample, state) < 1e-4 && largest_difference(condition, with) < 1e-6
    };
    let name = if asks(&on_global, &conditions.global) {
        "eps_global"
    } else if asks(&on_local, &conditions.local) {
        "eps_local"
    } else {
        assert!(asks(&on_local, &conditions.global), "unknown call at {t}");
        "eps_local_with_global_cond"
    };
    recording.at(step, name)
}

#[test]
fn loop_with_recorded_predictions() {
    for recording in Recording::all() {
        let calls = RefCell::new(0);
        let predict = |sample: &Tensor, t: i64, condition: &Tensor| {
            *calls.borrow_mut() += 1;
            Ok(recorded_prediction(&recording, sample, t, condition))
        };
        let latents = recording.replay(&predict, Batching::Separate);
        // The guidance of the paper asks for a third prediction, except at the first step.
        let expected_calls = match recording.guidance {
            Guidance::Leg => 3 * STEPS - 1,
            _ => 2 * STEPS,
        };
        assert_eq!(calls.into_inner(), expected_calls);
        let last = |part| recording.latent_at(STEPS - 1, part);
        let global = latents.global.latent();
        assert_close("global", global, &last("prev_global"), LATENT_TOLERANCE);
        assert_close(
            "local",
            &latents.local,
            &last("prev_local"),
            LATENT_TOLERANCE,
        );
    }
}

/// Our networks with the weights of the authors' small ones.
struct Networks {
    denoiser: Denoiser,
    vqgan: Vqgan,
    _weights: [nn::VarStore; 2],
}

impl Networks {
    fn load() -> Option<Self> {
        let [unet_weights, vqvae_weights] = [
            Fixture::load("unet_small_weights")?,
            Fixture::load("vqvae_small_weights")?,
        ];
        let stores = [(); 2].map(|()| nn::VarStore::new(Device::Cpu));
        let [unet, vqvae] = &stores;
        let denoiser = Denoiser::new(
            &unet.root(),
            &DenoiserConfig {
                in_channels: 8,
                out_channels: 8,
                model_channels: 32,
                channel_mult: vec![1, 2],
                num_res_blocks: 1,
                attention_resolutions: vec![2],
                num_heads: 4,
                attention_order: AttentionOrder::New,
                norm_groups: 32,
            },
        );
        let vqgan = Vqgan::new(
            &vqvae.root(),
            &VqganConfig {
                in_channels: 1,
                channels: vec![16, 32, 32],
                residual_layers: 1,
                residual_channels: 32,
                codebook_size: 64,
                latent_channels: 4,
            },
        );
        unet_weights.fill(unet);
        vqvae_weights.fill(vqvae);
        Some(Self {
            denoiser,
            vqgan,
            _weights: stores,
        })
    }

    fn predict(&self, sample: &Tensor, t: i64, condition: &Tensor) -> Tensor {
        let timesteps = Tensor::full([sample.size()[0]], t, (Kind::Int64, Device::Cpu));
        let input = Tensor::cat(&[sample, condition], 1);
        self.denoiser.forward(&input, &timesteps)
    }

    /// An 8-bit picture as the authors encode it: scaled to [-1, 1], quantised.
    fn encode(&self, picture: &Tensor) -> Tensor {
        let image = (picture.to_kind(Kind::Float) / 255.0 - 0.5) / 0.5;
        let latent = self.vqgan.encode(&image.unsqueeze(0).unsqueeze(0));
        self.vqgan.quantize(&latent).latent
    }
}

/// The pictures of both paths as the authors write them, before rounding to 8 bits.
///
/// Grey levels 0 and 1 of the radiograph become 0, and the local picture is shifted to the global one's
/// mean inside the lungs.
fn written_pictures(fixture: &Fixture, global: &Tensor, local: &Tensor) -> [Tensor; 2] {
    let seen = fixture.tensor("cxr_u8").gt(1).to_kind(Kind::Float);
    let lungs = fixture.tensor("mask_u8").eq(255).to_kind(Kind::Float);
    let [global, local] = [global, local].map(|image| (image.squeeze() + 1.0) * 127.5);
    let global = global * &seen;
    let shift = ((&global - &local) * &lungs).sum(Kind::Float) / lungs.sum(Kind::Float);
    let local = (local + shift * lungs) * seen;
    [global, local]
}

#[test]
fn loop_with_our_networks() {
    let _guard = tch::no_grad_guard();
    let Some(networks) = Networks::load() else {
        return;
    };
    for recording in Recording::all() {
        let fixture = &recording.fixture;
        for (picture, latent) in [("cxr_u8", "z_cxr"), ("masked_cxr_u8", "z_masked")] {
            let encoded = networks.encode(&fixture.tensor(picture));
            assert_close(latent, &encoded, &fixture.tensor(latent), 2e-5);
        }
        let predict = |z: &Tensor, t: i64, c: &Tensor| Ok(networks.predict(z, t, c));
        for batching in [Batching::Separate, Batching::Together] {
            let latents = recording.replay(&predict, batching);
            let global = networks.vqgan.decode(latents.global.latent());
            let local = networks.vqgan.decode(&latents.local);
            let name = format!("{:?} {batching:?}", recording.guidance);
            // The small decoder multiplies a latent's error by less than 2.
            assert_close(&name, &global, &fixture.tensor("dec_global"), 1e-3);
            assert_close(&name, &local, &fixture.tensor("dec_local"), 1e-3);
            let pictures = written_pictures(fixture, &global, &local);
            for (picture, expected) in pictures.iter().zip(["png.BS", "png.Masked_BS"]) {
                let written = picture.clamp(0.0, 255.0).round();
                let expected = fixture.tensor(expected).to_kind(Kind::Float);
                assert_close(&name, &written, &expected, 1.0);
            }
        }
    }
}
