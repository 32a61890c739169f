//! Adam and AdamW as plain tensor operations, with moments that have names and can be saved.

use super::{OptimizerConfig, OptimizerKind, TrainError};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use tch::Tensor;
use tch::nn::VarStore;

/// One trained parameter with its two moments.
#[derive(Debug)]
struct Slot {
    name: String,
    parameter: Tensor,
    first: Tensor,
    second: Tensor,
}

/// Adam or AdamW over all trainable variables of a store, in the order of their names.
///
/// `m = b1 m + (1 - b1) g`, `v = b2 v + (1 - b2) g^2`,
/// `w -= lr / (1 - b1^n) * m / (sqrt(v / (1 - b2^n)) + eps)`; AdamW first shrinks `w` by
/// `1 - lr * weight_decay`, Adam adds `weight_decay * w` to `g`.
///
/// # Source
/// The documentation of `torch.optim.Adam` and `torch.optim.AdamW`.
#[derive(Debug)]
pub struct Optimizer {
    config: OptimizerConfig,
    slots: Vec<Slot>,
    num_steps: i64,
}

impl Optimizer {
    /// Moments of zero for every trainable variable of `vs`.
    pub fn new(vs: &VarStore, config: &OptimizerConfig) -> Self {
        let parameters: BTreeMap<String, Tensor> = vs
            .variables()
            .into_iter()
            .filter(|(_, variable)| variable.requires_grad())
            .collect();
        let slots = parameters
            .into_iter()
            .map(|(name, parameter)| Slot {
                name,
                first: parameter.zeros_like().detach(),
                second: parameter.zeros_like().detach(),
                parameter,
            })
            .collect();
        Self {
            config: config.clone(),
            slots,
            num_steps: 0,
        }
    }

    /// Forgets the gradients.
    pub fn zero_grad(&mut self) {
        for slot in &mut self.slots {
            slot.parameter.zero_grad();
        }
    }

    /// Global L2 norm of all gradients.
    ///
    /// # Errors
    /// [`TrainError::Torch`] where libtorch refuses.
    pub fn gradient_norm(&self) -> Result<f64, TrainError> {
        let norms: Vec<Tensor> = self
            .slots
            .iter()
            .map(|slot| slot.parameter.grad())
            .filter(Tensor::defined)
            .map(|gradient| gradient.norm())
            .collect();
        if norms.is_empty() {
            return Ok(0.0);
        }
        Ok(Tensor::f_stack(&norms, 0)?.norm().f_double_value(&[])?)
    }

    /// Clips the gradients to the configured global norm and takes one step. A norm that is not
    /// finite leaves everything as it was. Returns the norm before clipping.
    ///
    /// # Errors
    /// [`TrainError::Torch`] where libtorch refuses.
    pub fn step(&mut self, learning_rate: f64) -> Result<f64, TrainError> {
        let _guard = tch::no_grad_guard();
        let norm = self.gradient_norm()?;
        if !norm.is_finite() {
            return Ok(norm);
        }
        let clip = self.config.gradient_clip;
        // The small term is that of torch's clip_grad_norm_.
        let scale = if clip > 0.0 {
            (clip / (norm + 1e-6)).min(1.0)
        } else {
            1.0
        };
        self.num_steps += 1;
        for slot in &mut self.slots {
            let gradient = slot.parameter.grad();
            if gradient.defined() {
                let gradient = if scale < 1.0 {
                    gradient * scale
                } else {
                    gradient
                };
                slot.step(&self.config, learning_rate, self.num_steps, &gradient)?;
            }
        }
        Ok(norm)
    }

    /// Everything needed to go on, by name.
    pub fn state(&self) -> Vec<(String, Tensor)> {
        let moments = self.slots.iter().flat_map(|slot| {
            [
                (format!("first.{}", slot.name), slot.first.shallow_clone()),
                (format!("second.{}", slot.name), slot.second.shallow_clone()),
            ]
        });
        moments
            .chain([(
                "num_steps".to_owned(),
                Tensor::from_slice(&[self.num_steps]),
            )])
            .collect()
    }

    /// Takes up a saved state; `file` is named in errors.
    ///
    /// # Errors
    /// [`TrainError::Checkpoint`] where a moment is missing or has another shape.
    pub fn restore(
        &mut self,
        state: &HashMap<String, Tensor>,
        file: &Path,
    ) -> Result<(), TrainError> {
        let _guard = tch::no_grad_guard();
        for slot in &mut self.slots {
            for (prefix, moment) in [("first", &mut slot.first), ("second", &mut slot.second)] {
                let name = format!("{prefix}.{}", slot.name);
                let saved = state
                    .get(&name)
                    .filter(|saved| saved.size() == moment.size())
                    .ok_or_else(|| {
                        TrainError::checkpoint(file, format!("the moment `{name}` does not fit"))
                    })?;
                moment.f_copy_(saved)?;
            }
        }
        let num_steps = state
            .get("num_steps")
            .ok_or_else(|| TrainError::checkpoint(file, "the number of steps is missing"))?;
        self.num_steps = num_steps.f_int64_value(&[0])?;
        Ok(())
    }
}

impl Slot {
    fn step(
        &mut self,
        config: &OptimizerConfig,
        learning_rate: f64,
        num_steps: i64,
        gradient: &Tensor,
    ) -> Result<(), TrainError> {
        let [beta1, beta2] = config.betas;
        let decay = config.weight_decay;
        let decayed = match config.kind {
            OptimizerKind::Adam if decay > 0.0 => gradient + &self.parameter * decay,
            OptimizerKind::Adam | OptimizerKind::Adamw => gradient.shallow_clone(),
        };
        if config.kind == OptimizerKind::Adamw && decay > 0.0 {
            drop(self.parameter.f_mul_scalar_(1.0 - learning_rate * decay)?);
        }
        drop(self.first.f_lerp_(&decayed, 1.0 - beta1)?);
        drop(self.second.f_mul_scalar_(beta2)?);
        drop(self.second.f_add_(&(decayed.square() * (1.0 - beta2)))?);
        let num_steps = num_steps as i32;
        let correction1 = 1.0 - beta1.powi(num_steps);
        let correction2 = 1.0 - beta2.powi(num_steps);
        let denominator = self.second.sqrt() / correction2.sqrt() + config.eps;
        let change = (&self.first / denominator) * (learning_rate / correction1);
        drop(self.parameter.f_sub_(&change)?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::{Device, Kind, nn};

    fn run(kind: OptimizerKind) -> Vec<f64> {
        let vs = VarStore::new(Device::Cpu);
        let weight = vs
            .root()
            .var("w", &[3], nn::Init::Const(0.0))
            .set_requires_grad(true);
        {
            let _guard = tch::no_grad_guard();
            weight
                .shallow_clone()
                .copy_(&Tensor::from_slice(&[1.0_f32, -2.0, 3.0]));
        }
        let mut optimizer = Optimizer::new(
            &vs,
            &OptimizerConfig {
                kind,
                weight_decay: 0.1,
                gradient_clip: 1.0,
                ..OptimizerConfig::default()
            },
        );
        for _ in 0..3 {
            optimizer.zero_grad();
            (&weight * &weight * Tensor::from_slice(&[1.0_f32, 0.5, 0.25]))
                .sum(Kind::Float)
                .backward();
            optimizer.step(0.1).unwrap();
        }
        Vec::<f64>::try_from(weight.detach().to_kind(Kind::Double)).unwrap()
    }

    fn assert_close(values: &[f64], expected: [f64; 3]) {
        for (value, expected) in values.iter().zip(expected) {
            assert!((value - expected).abs() < 2e-6, "{value} {expected}");
        }
    }

    /// The update rule in double precision, written out once more without tensors.
    fn by_hand(decoupled: bool) -> [f64; 3] {
        let (mut w, mut m, mut v) = ([1.0, -2.0, 3.0_f64], [0.0; 3], [0.0; 3]);
        for n in 1..=3 {
            let mut g = [2.0 * w[0], w[1], 0.5 * w[2]];
            let norm = g.iter().map(|g| g * g).sum::<f64>().sqrt();
            g = g.map(|g| g * (1.0 / (norm + 1e-6)).min(1.0));
            for i in 0..3 {
                if decoupled {
                    w[i] *= 1.0 - 0.1 * 0.1;
                } else {
                    g[i] += 0.1 * w[i];
                }
                m[i] = 0.9 * m[i] + 0.1 * g[i];
                v[i] = 0.999 * v[i] + 0.001 * g[i] * g[i];
                let (m, v) = (
                    m[i] / (1.0 - 0.9_f64.powi(n)),
                    v[i] / (1.0 - 0.999_f64.powi(n)),
                );
                w[i] -= 0.1 * m / (v.sqrt() + 1e-8);
            }
        }
        w
    }

    #[test]
    fn three_steps_follow_the_rule() {
        assert_close(&run(OptimizerKind::Adamw), by_hand(true));
        assert_close(&run(OptimizerKind::Adam), by_hand(false));
    }

    #[test]
    fn a_gradient_that_is_no_number_changes_nothing() {
        let vs = VarStore::new(Device::Cpu);
        let weight = vs.root().var("w", &[1], nn::Init::Const(2.0));
        let mut optimizer = Optimizer::new(&vs, &OptimizerConfig::default());
        (&weight * f64::NAN).sum(Kind::Float).backward();
        assert!(optimizer.step(0.1).unwrap().is_nan());
        assert!((weight.double_value(&[0]) - 2.0).abs() < 1e-9);
    }
}
