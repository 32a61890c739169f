//! The sampling loop over both paths.

use tch::Tensor;

use super::draws::{Draws, StepNoise, Wanted};
use super::{Batching, ConditionScaling, DualPath, GlobalPath, Observer, PathKind, StepReport};
use crate::diffusion::guidance::{guided, live_reference};
use crate::diffusion::{ClipKind, DiffusionError, Guidance, NoiseSource, PlannedStep};

/// What to sample, and under which conditions.
#[derive(Clone, Copy)]
pub(super) enum Paths<'a> {
    Both {
        global: &'a Tensor,
        local: &'a Tensor,
    },
    Global {
        global: &'a Tensor,
    },
    Local {
        global: &'a Tensor,
        local: &'a Tensor,
        kept: &'a GlobalPath,
    },
}

impl<'a> Paths<'a> {
    fn global_condition(self) -> &'a Tensor {
        match self {
            Self::Both { global, .. } | Self::Global { global } | Self::Local { global, .. } => {
                global
            }
        }
    }

    fn local_condition(self) -> Option<&'a Tensor> {
        match self {
            Self::Both { local, .. } | Self::Local { local, .. } => Some(local),
            Self::Global { .. } => None,
        }
    }

    fn kept(self) -> Option<&'a GlobalPath> {
        match self {
            Self::Local { kept, .. } => Some(kept),
            Self::Both { .. } | Self::Global { .. } => None,
        }
    }
}

/// Predictions of one timestep, all `[B, C, h, w]`.
struct Predictions {
    global: Option<Tensor>,
    local_guided: Option<Tensor>,
}

/// A call of the network: sample, condition.
type Request<'t> = (&'t Tensor, Tensor);

/// State of the loop.
pub(super) struct Walk<'a> {
    run: &'a DualPath<'a>,
    paths: Paths<'a>,
    shape: [i64; 4],
    plan: Vec<PlannedStep>,
    noise: Vec<StepNoise>,
    start: Tensor,
    global: Tensor,
    local: Tensor,
    epsilons: Vec<Tensor>,
}

impl<'a> Walk<'a> {
    /// Checks the conditions, plans the steps and draws the noise.
    pub(super) fn start(
        run: &'a DualPath<'a>,
        paths: Paths<'a>,
        source: &mut dyn NoiseSource,
    ) -> Result<Self, DiffusionError> {
        let plan = run.sampler.plan(run.config.num_steps)?;
        let shape = latent_shape(paths)?;
        if let Some(kept) = paths.kept() {
            check_kept(run, kept, &plan, shape)?;
        }
        let device = paths.global_condition().device();
        let mut draws = Draws::new(source, &run.config, shape);
        let start = draws.start(paths.kept().map(GlobalPath::start));
        let start = start.to_device(device);
        let wanted = Wanted {
            global: paths.kept().is_none(),
            local: paths.local_condition().is_some(),
        };
        let mut noise = draws.steps(&plan, wanted);
        for step in &mut noise {
            for drawn in [&mut step.guidance, &mut step.global, &mut step.local] {
                *drawn = drawn.take().map(|tensor| tensor.to_device(device));
            }
        }
        Ok(Self {
            run,
            paths,
            shape,
            plan,
            noise,
            global: start.shallow_clone(),
            local: start.shallow_clone(),
            start,
            epsilons: Vec::new(),
        })
    }

    /// Walks to the end, or to where the observer breaks off.
    pub(super) fn run(&mut self, observer: &mut Observer<'_>) -> Result<(), DiffusionError> {
        let plan = std::mem::take(&mut self.plan);
        let noise = std::mem::take(&mut self.noise);
        let config = &self.run.config;
        for (step, drawn) in plan.iter().zip(noise) {
            let predictions = self.predict(step, drawn.guidance.as_ref())?;
            if let Some(epsilon) = predictions.global {
                let clip = config.clip_global;
                let advance = Advance::new(PathKind::Global, &epsilon, clip, drawn.global.as_ref());
                self.global = advance.take(step, &self.global, plan.len(), observer)?;
                let all_needed =
                    config.keep_predictions || config.guidance == Guidance::AuthorsCommented;
                if step.index == 0 || all_needed {
                    self.epsilons.push(epsilon);
                }
            }
            if let Some(epsilon) = predictions.local_guided {
                let clip = config.clip_local;
                let advance = Advance::new(PathKind::Local, &epsilon, clip, drawn.local.as_ref());
                self.local = advance.take(step, &self.local, plan.len(), observer)?;
            }
        }
        self.plan = plan;
        Ok(())
    }

    /// The global path and the local path's result; a path that was not sampled is still at the start.
    pub(super) fn finish(self) -> (GlobalPath, Tensor) {
        let global = GlobalPath {
            latent: self.global,
            start: self.start,
            timesteps: self.plan.iter().map(|step| step.timestep).collect(),
            epsilons: self.epsilons,
        };
        (global, self.local)
    }

    /// All predictions of one timestep, in as few calls of the network as the settings allow.
    fn predict(
        &self,
        step: &PlannedStep,
        guidance_noise: Option<&Tensor>,
    ) -> Result<Predictions, DiffusionError> {
        let channels = self.shape[1];
        let global_condition = || self.scaled(self.paths.global_condition(), step);
        let asks_reference = self.paths.local_condition().is_some() && self.asks_reference(step);
        let mut requests: Vec<Request<'_>> = Vec::with_capacity(3);
        if self.paths.kept().is_none() {
            requests.push((&self.global, global_condition()));
        }
        if let Some(condition) = self.paths.local_condition() {
            requests.push((&self.local, self.scaled(condition, step)));
        }
        if asks_reference {
            let condition = match self.run.config.guidance {
                Guidance::Cfg => self.paths.global_condition().zeros_like(),
                _ => global_condition(),
            };
            requests.push((&self.local, condition));
        }
        let mut answers = self.evaluate(&requests, step.timestep)?.into_iter();
        let kept = self.paths.kept();
        let global = match kept {
            None => answers.next().map(|answer| answer.narrow(1, 0, channels)),
            Some(kept) => kept.epsilons.get(step.index).map(Tensor::shallow_clone),
        };
        let local = self.paths.local_condition().and_then(|_| answers.next());
        let asked = answers.next().map(|answer| answer.narrow(1, 0, channels));
        let reference = asked.as_ref().or(global.as_ref());
        let local_guided = local
            .map(|local| self.guide(&local, reference, guidance_noise))
            .transpose()?;
        Ok(Predictions {
            global: global.filter(|_| kept.is_none()),
            local_guided,
        })
    }

    /// Whether the reference of the guidance is a prediction of its own. At the first step the local sample
    /// still is the global one, so LEG finds its reference among the predictions already made.
    fn asks_reference(&self, step: &PlannedStep) -> bool {
        let config = &self.run.config;
        config.guidance.needs_reference(config.local_weight)
            && match config.guidance {
                Guidance::Leg => step.index > 0,
                Guidance::Cfg => true,
                Guidance::Vanilla | Guidance::AuthorsLive | Guidance::AuthorsCommented => false,
            }
    }

    /// The guided local prediction; `local` has all channels the network gives.
    fn guide(
        &self,
        local: &Tensor,
        reference: Option<&Tensor>,
        guidance_noise: Option<&Tensor>,
    ) -> Result<Tensor, DiffusionError> {
        let config = &self.run.config;
        let of_latent = local.narrow(1, 0, self.shape[1]);
        if !config.guidance.needs_reference(config.local_weight) {
            return Ok(of_latent);
        }
        let live = guidance_noise.map(|noise| live_reference(noise, local));
        let reference = live.as_ref().or(reference);
        let reference = reference.ok_or(DiffusionError::MissingGlobalPredictions)?;
        Ok(guided(&of_latent, reference, config.local_weight))
    }

    fn scaled(&self, condition: &Tensor, step: &PlannedStep) -> Tensor {
        match self.run.config.condition_scaling {
            ConditionScaling::Unscaled => condition.shallow_clone(),
            ConditionScaling::SqrtAlphasCumprod => condition * step.alpha_cumprod.sqrt(),
        }
    }

    fn evaluate(
        &self,
        requests: &[Request<'_>],
        timestep: i64,
    ) -> Result<Vec<Tensor>, DiffusionError> {
        if self.run.config.batching == Batching::Separate || requests.len() < 2 {
            return requests
                .iter()
                .map(|(sample, condition)| self.call(sample, timestep, condition))
                .collect();
        }
        let samples: Vec<&Tensor> = requests.iter().map(|(sample, _)| *sample).collect();
        let conditions: Vec<&Tensor> = requests.iter().map(|(_, condition)| condition).collect();
        let output = self.call(
            &Tensor::cat(&samples, 0),
            timestep,
            &Tensor::cat(&conditions, 0),
        )?;
        Ok(output.chunk(requests.len() as i64, 0))
    }

    /// Calls the network and checks what comes back, which a size mismatch in a bundle would make wrong.
    fn call(
        &self,
        sample: &Tensor,
        timestep: i64,
        condition: &Tensor,
    ) -> Result<Tensor, DiffusionError> {
        let output = (self.run.predict)(sample, timestep, condition)?;
        let expected = sample.size();
        let found = output.size();
        let fits = matches!(
            (expected.as_slice(), found.as_slice()),
            ([b, c, h, w], [batch, channels, height, width])
                if (b, h, w) == (batch, height, width) && c <= channels
        );
        if fits {
            return Ok(output);
        }
        Err(DiffusionError::InvalidShape {
            what: "prediction of the network",
            expected,
            found,
        })
    }
}

/// One path's step, about to be taken and reported.
struct Advance<'t> {
    path: PathKind,
    epsilon: &'t Tensor,
    clip: ClipKind,
    noise: Option<&'t Tensor>,
}

impl<'t> Advance<'t> {
    fn new(path: PathKind, epsilon: &'t Tensor, clip: ClipKind, noise: Option<&'t Tensor>) -> Self {
        Self {
            path,
            epsilon,
            clip,
            noise,
        }
    }

    fn take(
        self,
        step: &PlannedStep,
        sample: &Tensor,
        total: usize,
        observer: &mut Observer<'_>,
    ) -> Result<Tensor, DiffusionError> {
        let taken = step.step(sample, self.epsilon, self.clip, self.noise);
        let report = StepReport {
            path: self.path,
            index: step.index,
            total,
            timestep: step.timestep,
            epsilon: self.epsilon,
            denoised: &taken.denoised,
            previous: &taken.previous,
        };
        if observer(&report).is_break() {
            return Err(DiffusionError::Cancelled);
        }
        Ok(taken.previous)
    }
}

/// The shape both conditions have, which is that of the latent.
fn latent_shape(paths: Paths<'_>) -> Result<[i64; 4], DiffusionError> {
    let found = paths.global_condition().size();
    let shape = <[i64; 4]>::try_from(found.as_slice()).ok();
    let shape = shape.ok_or_else(|| DiffusionError::InvalidShape {
        what: "global condition",
        expected: vec![1, 4, -1, -1],
        found,
    })?;
    if let Some(local) = paths.local_condition() {
        fits_shape("local condition", shape, local)?;
    }
    Ok(shape)
}

fn fits_shape(what: &'static str, shape: [i64; 4], tensor: &Tensor) -> Result<(), DiffusionError> {
    let found = tensor.size();
    if found == shape {
        return Ok(());
    }
    Err(DiffusionError::InvalidShape {
        what,
        expected: shape.to_vec(),
        found,
    })
}

fn check_kept(
    run: &DualPath<'_>,
    kept: &GlobalPath,
    plan: &[PlannedStep],
    shape: [i64; 4],
) -> Result<(), DiffusionError> {
    fits_shape("kept global path", shape, &kept.start)?;
    if !plan.iter().map(|step| &step.timestep).eq(&kept.timesteps) {
        return Err(DiffusionError::OtherGlobalPath);
    }
    let all_needed = run.config.guidance == Guidance::AuthorsCommented
        && run.config.guidance.needs_reference(run.config.local_weight);
    if all_needed && kept.epsilons.len() < plan.len() {
        return Err(DiffusionError::MissingGlobalPredictions);
    }
    Ok(())
}
