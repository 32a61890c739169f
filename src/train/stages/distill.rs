//! Latent consistency distillation: the noise estimator of a bundle learns to reach in few steps where it came in many.
//!
//! The teacher is the bundle's own network. Of a noisy latent at one of the fifty timesteps of the sampler it makes
//! the latent one DDIM step further; the student's clean latent before that step shall equal what the student's moving
//! average, the target network, makes after it.
//!
//! # Source
//! Luo et al., Latent Consistency Models (2023), algorithm 1, without classifier-free guidance; GL-LCM names the method
//! and its code leaves it out.

use super::estimator::Estimator;
use super::judge::mean_terms;
use super::latent_data::LatentData;
use super::latent_task::LatentTask;
use super::{
    RunContext, Stage, StepInput, Validation, descend, sampling_clip, trained_denoiser, values,
};
use crate::diffusion::{LcmSampler, Sampler as _};
use crate::model::manifest::FileRole;
use crate::train::base::load_base;
use crate::train::losses::pseudo_huber;
use crate::train::observer::Turns;
use crate::train::{Batch, DistillLoss, Terms, TrainError, TrainedNetwork};
use rand::Rng as _;
use rand_chacha::ChaCha8Rng;
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};

/// Timesteps that a trajectory is cut into; the sampler knows no more.
const TRAJECTORY_STEPS: usize = 50;
/// Numbers of steps that the student is judged at.
const JUDGED_STEPS: [usize; 3] = [1, 2, 4];

/// Stage `distill`.
pub(super) struct DistillStage {
    network: [TrainedNetwork; 1],
    student: Estimator,
    target: Estimator,
    teacher: Estimator,
    data: LatentData,
    loss: DistillLoss,
    /// Timesteps of the trajectory from the last to the first.
    timesteps: Vec<i64>,
    /// Variables of target and teacher; the networks hold the same tensors.
    _frozen: [VarStore; 2],
}

/// What one part of an iteration is about.
struct Drawn {
    task: LatentTask,
    /// Timesteps from which, and to which the teacher goes; `None` is the clean latent.
    steps: Vec<(i64, Option<i64>)>,
    noise: Tensor,
}

impl Drawn {
    fn from(&self) -> Vec<i64> {
        self.steps.iter().map(|(from, _)| *from).collect()
    }
}

impl DistillStage {
    pub fn new(context: RunContext<'_>, turns: &mut Turns<'_>) -> Result<Self, TrainError> {
        let RunContext {
            config,
            device,
            folder,
            ..
        } = context;
        let [vs, mut target_vs, mut teacher_vs] = [(); 3].map(|()| VarStore::new(device));
        let student = Estimator::new(config, &vs)?.clipped(sampling_clip(context)?);
        let target = Estimator::new(config, &target_vs)?;
        let teacher = Estimator::new(config, &teacher_vs)?;
        load_base(config, FileRole::Denoiser, &teacher_vs, folder)?;
        let mut network = trained_denoiser(config, vs, folder)?;
        network.keep_averages_in(&target_vs)?;
        target_vs.freeze();
        teacher_vs.freeze();
        let data = LatentData::load(context, turns)?;
        let steps = TRAJECTORY_STEPS.min(student.schedule().num_timesteps());
        let timesteps = LcmSampler::new(student.schedule().clone()).timesteps(steps)?;
        Ok(Self {
            network: [network],
            student,
            target,
            teacher,
            data,
            loss: config.loss.distill.clone(),
            timesteps,
            _frozen: [target_vs, teacher_vs],
        })
    }

    /// Latents, steps of the teacher, each as likely as any other, and noise of one part of an iteration.
    fn draw(&mut self, batch: &Batch, rng: &mut ChaCha8Rng) -> Result<Drawn, TrainError> {
        let task = self.data.task(batch, rng)?;
        let steps = (0..task.len())
            .map(|_| {
                let nth = rng.random_range(0..self.timesteps.len());
                (self.timesteps[nth], self.timesteps.get(nth + 1).copied())
            })
            .collect();
        let noise = self.student.noise(&task.clean.size(), rng);
        Ok(Drawn { task, steps, noise })
    }

    /// The noisy latents one step of the teacher further along, and what the target network makes of them.
    fn wanted(
        &self,
        task: &LatentTask,
        noisy: &Tensor,
        steps: &[(i64, Option<i64>)],
    ) -> Result<Tensor, TrainError> {
        let _guard = tch::no_grad_guard();
        let from: Vec<i64> = steps.iter().map(|(from, _)| *from).collect();
        // Timestep 0 stands for the clean latent: there the boundary condition returns its input.
        let to: Vec<i64> = steps.iter().map(|(_, to)| to.unwrap_or(0)).collect();
        let schedule = self.teacher.schedule();
        let output = self.teacher.predict(noisy, &task.condition, &from)?;
        let clean = self
            .teacher
            .clean_latent(&output, noisy, &task.condition, &from)?;
        let epsilon = schedule.epsilon_from_sample(noisy, &clean, &from)?;
        let alphas = steps
            .iter()
            .map(|(_, to)| to.map_or(Ok(1.0), |to| schedule.alpha_cumprod(to)))
            .collect::<Result<Vec<f64>, _>>()?;
        let signal = column(alphas.iter().map(|alpha| alpha.sqrt()), noisy.device());
        let rest = column(
            alphas.iter().map(|alpha| (1.0 - alpha).sqrt()),
            noisy.device(),
        );
        let further = clean * signal + epsilon * rest;
        let output = self.target.predict(&further, &task.condition, &to)?;
        let found = self
            .target
            .clean_latent(&output, &further, &task.condition, &to)?;
        Ok(consistent(
            &found,
            &further,
            steps.iter().map(|(_, to)| *to),
        ))
    }
}

/// `c_skip x + c_out x0`: a consistency function, which returns a clean latent as it is.
///
/// # Source
/// Luo et al. (2023), equation 9; constants of [`LcmSampler::boundary`].
fn consistent(
    clean: &Tensor,
    noisy: &Tensor,
    timesteps: impl Iterator<Item = Option<i64>> + Clone,
) -> Tensor {
    let at = |timestep: Option<i64>| timestep.map_or((1.0, 0.0), LcmSampler::boundary);
    let skip = column(timesteps.clone().map(|t| at(t).0), noisy.device());
    let out = column(timesteps.map(|t| at(t).1), noisy.device());
    noisy * skip + clean * out
}

/// One number per item, `[B, 1, 1, 1]`.
fn column(values: impl Iterator<Item = f64>, device: Device) -> Tensor {
    let values: Vec<f64> = values.collect();
    Tensor::from_slice(&values)
        .to_kind(Kind::Float)
        .reshape([-1, 1, 1, 1])
        .to_device(device)
}

impl Stage for DistillStage {
    fn networks(&mut self) -> Vec<&mut TrainedNetwork> {
        self.network.iter_mut().collect()
    }

    fn lacking_views(&mut self, items: usize, rng: &mut ChaCha8Rng) -> Option<Vec<u64>> {
        self.data.lacking_views(items, rng)
    }

    fn step(&mut self, input: StepInput) -> Result<Terms, TrainError> {
        let StepInput {
            learning_rate,
            batch,
            mut rng,
            part,
            ..
        } = input;
        let drawn = self.draw(&batch, &mut rng)?;
        let from = drawn.from();
        let noisy = self
            .student
            .schedule()
            .add_noise(&drawn.task.clean, &drawn.noise, &from)?;
        let Drawn { task, steps, .. } = &drawn;
        let wanted = self.wanted(task, &noisy, steps)?;
        let predicted = self
            .student
            .predict_to_learn(&noisy, &task.condition, &from)?;
        let clean = self
            .student
            .clean_latent(&predicted.output, &noisy, &task.condition, &from)?;
        let found = consistent(&clean, &noisy, from.iter().copied().map(Some));
        let loss = pseudo_huber(&found, &wanted, self.loss.huber, Some(&task.weight));
        let mut terms = values([("loss", &loss)])?;
        let [network] = &mut self.network;
        let rest = || self.student.send_back(predicted);
        let norm = descend(network, &loss, learning_rate, part, rest)?;
        terms.insert("gradient_norm".to_owned(), norm);
        Ok(terms)
    }

    fn validate(&mut self, turns: &mut Turns<'_>) -> Result<Option<Validation>, TrainError> {
        let mut each = Vec::new();
        for judged in &self.data.validation {
            let mut terms = Terms::new();
            for steps in JUDGED_STEPS {
                let picture = judged.sampled(&self.student, &self.data.space, steps, turns)?;
                let (plain, affine) = judged.scores(&picture);
                terms.insert(format!("psnr_{steps}_steps"), plain);
                terms.insert(format!("psnr_affine_{steps}_steps"), affine);
            }
            each.push(terms);
        }
        let terms = mean_terms(&each);
        let score = terms.get("psnr_affine_4_steps").copied();
        Ok(score.map(|score| Validation { terms, score }))
    }

    fn samples(&mut self, turns: &mut Turns<'_>) -> Result<Vec<(String, Tensor)>, TrainError> {
        self.data.samples(&self.student, turns)
    }
}

#[cfg(test)]
mod tests;
