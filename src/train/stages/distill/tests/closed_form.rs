//! What networks that answer the same everywhere come to, without tensors.

use super::{Drawn, Prediction, STUDENT, TARGET, TEACHER, numbers};

/// The cumulated products of the published schedule: square roots of the betas equally spaced from 0.00085 to 0.012.
pub(super) fn alphas_cumprod() -> Vec<f64> {
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
pub(super) fn boundary(timestep: Option<i64>) -> (f64, f64) {
    let scaled = 10.0 * timestep.unwrap_or(0) as f64;
    let sum = scaled.powi(2) + 0.25;
    (0.25 / sum, scaled / sum.sqrt())
}

/// The clean latent that the answer `b` of a network means.
pub(super) fn clean_of(prediction: Prediction, z: f64, condition: f64, alpha: f64, b: f64) -> f64 {
    match prediction {
        Prediction::Epsilon => (z - (1.0 - alpha).sqrt() * b) / alpha.sqrt(),
        Prediction::Sample => b,
        Prediction::ConditionResidual => condition - b,
    }
}

/// What the student shall say of `z`: one DDIM step with the teacher's answer, and the consistency function of the target's.
pub(super) fn wanted_of(
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

/// The loss of networks that answer the same everywhere, and its gradient by the student's answers.
pub(super) fn in_closed_form(prediction: Prediction, huber: f64, drawn: &Drawn) -> (f64, [f64; 4]) {
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
