//! Low-rank adapters while they are trained.
//!
//! The network keeps plain weights: `W = W0 + alpha / r B A` is written into them after every step, and the gradient of
//! `W` is carried on to A and B by the chain rule, `dB = s dW A^T` and `dA = s B^T dW`. Networks therefore need not
//! know of adapters, in training or afterwards. Factors are named as [`crate::model::Adapter::factor_names`] says.

use super::{AdapterConfig, TrainError};
use crate::model::LowRankChange;
use std::collections::BTreeMap;
use tch::nn::{self, VarStore};
use tch::{Kind, Tensor};

/// One weight with its change.
#[derive(Debug)]
struct Changed {
    weight: Tensor,
    origin: Tensor,
    change: LowRankChange,
}

/// The changes of a network whose other variables stand still.
#[derive(Debug)]
pub(crate) struct LowRank {
    scale: f64,
    changed: Vec<Changed>,
}

impl LowRank {
    /// Puts a change of zero beside every large enough weight of `network`, its factors into `factors`, and freezes
    /// everything else of the network.
    ///
    /// # Errors
    /// [`TrainError::Setting`] where no weight is large enough.
    pub fn new(
        network: &VarStore,
        factors: &VarStore,
        config: &AdapterConfig,
    ) -> Result<Self, TrainError> {
        let _guard = tch::no_grad_guard();
        let variables: BTreeMap<String, Tensor> = network.variables().into_iter().collect();
        let mut changed = Vec::new();
        for (name, weight) in variables {
            let matrix = matrix_of(&weight);
            let Some((out, inner)) = matrix.filter(|(a, b)| *a.min(b) >= config.least_side) else {
                drop(weight.set_requires_grad(false));
                continue;
            };
            // A separator is no part of a variable's name.
            let place = name
                .split('.')
                .fold(factors.root(), |path, part| path / part);
            let spread = nn::Init::Randn {
                mean: 0.0,
                stdev: 1.0 / (inner as f64).sqrt(),
            };
            let change = LowRankChange {
                down: place.var("down", &[config.rank, inner], spread),
                up: place.var("up", &[out, config.rank], nn::Init::Const(0.0)),
            };
            changed.push(Changed {
                origin: weight.copy(),
                weight,
                change,
            });
        }
        if changed.is_empty() {
            return Err(TrainError::setting(
                "adapter.least_side",
                "leaves no weight of the network to change",
            ));
        }
        Ok(Self {
            scale: config.alpha / config.rank as f64,
            changed,
        })
    }

    /// Writes the changes into the network's weights.
    pub fn apply(&mut self) -> Result<(), TrainError> {
        let _guard = tch::no_grad_guard();
        for Changed {
            weight,
            origin,
            change,
        } in &mut self.changed
        {
            let product = change.product(self.scale, origin)?;
            weight.f_copy_(&(&*origin + product))?;
        }
        Ok(())
    }

    /// Forgets the gradients of the network's weights.
    pub fn zero_grad(&mut self) {
        for changed in &mut self.changed {
            changed.weight.zero_grad();
        }
    }

    /// Carries the gradients of the network's weights on to the factors, whose own must be zero.
    pub fn carry_gradients(&self) -> Result<(), TrainError> {
        let mut inner_products = Vec::new();
        for Changed { weight, change, .. } in &self.changed {
            let gradient = weight.grad();
            if !gradient.defined() {
                continue;
            }
            let rows = change.up.size().first().copied().unwrap_or(1);
            let gradient = gradient.f_reshape([rows, -1])? * self.scale;
            let (of_up, of_down) = {
                let _guard = tch::no_grad_guard();
                (
                    gradient.f_matmul(&change.down.tr())?,
                    change.up.tr().f_matmul(&gradient)?,
                )
            };
            // The gradient of <x, g> with respect to x is g.
            inner_products.push((&change.up * of_up).sum(Kind::Float));
            inner_products.push((&change.down * of_down).sum(Kind::Float));
        }
        if !inner_products.is_empty() {
            Tensor::f_stack(&inner_products, 0)?
                .sum(Kind::Float)
                .f_backward()?;
        }
        Ok(())
    }
}

/// Rows and columns of a weight `[out, in, ...]`; `None` for vectors.
fn matrix_of(weight: &Tensor) -> Option<(i64, i64)> {
    match weight.size().as_slice() {
        [out, rest @ ..] if !rest.is_empty() => Some((*out, rest.iter().product())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::Device;

    /// A weight `[4, 3, 1, 2]` of ones, and its changes of rank 2 with numbers in B.
    fn pieces() -> (VarStore, VarStore, LowRank) {
        tch::manual_seed(3);
        let (network, factors) = (VarStore::new(Device::Cpu), VarStore::new(Device::Cpu));
        drop((network.root() / "conv").var("weight", &[4, 3, 1, 2], nn::Init::Const(1.0)));
        drop((network.root() / "conv").var("bias", &[4], nn::Init::Const(0.0)));
        let config = AdapterConfig {
            rank: 2,
            alpha: 6.0,
            least_side: 4,
        };
        let mut low_rank = LowRank::new(&network, &factors, &config).unwrap();
        {
            let _guard = tch::no_grad_guard();
            let values: Vec<f32> = (0..8_u8).map(|i| f32::from(i) * 0.1 - 0.3).collect();
            let up = Tensor::from_slice(&values).reshape([4, 2]);
            factors.variables()["conv.weight.up"]
                .shallow_clone()
                .copy_(&up);
        }
        low_rank.apply().unwrap();
        (network, factors, low_rank)
    }

    /// A loss that no low-rank trick knows of.
    fn loss(weight: &Tensor) -> Tensor {
        let targets = Tensor::arange(24, (Kind::Float, Device::Cpu)).reshape([4, 3, 1, 2]) * 0.1;
        (weight - targets).pow_tensor_scalar(3).sum(Kind::Float)
    }

    #[test]
    fn gradients_of_the_factors_are_those_of_a_graph_through_them() {
        let (network, factors, mut low_rank) = pieces();
        let weight = network.variables()["conv.weight"].shallow_clone();
        low_rank.zero_grad();
        loss(&weight).backward();
        low_rank.carry_gradients().unwrap();
        let [down, up] =
            ["down", "up"].map(|part| factors.variables()[&format!("conv.weight.{part}")].copy());

        let copy = |tensor: &Tensor| tensor.detach().set_requires_grad(true);
        let (a, b) = (copy(&down), copy(&up));
        let through: Tensor = b.matmul(&a).reshape([4, 3, 1, 2]) * 3.0 + 1.0;
        loss(&through).backward();
        for (name, expected) in [("down", a.grad()), ("up", b.grad())] {
            let found = factors.variables()[&format!("conv.weight.{name}")].grad();
            let error = (found - &expected).abs().max().double_value(&[]);
            // f32 sums of 24 terms.
            assert!(
                error < 1e-4 * expected.abs().max().double_value(&[]),
                "{name} {error}"
            );
        }
        assert!(!network.variables()["conv.bias"].requires_grad());
    }

    #[test]
    fn nothing_large_enough_is_refused() {
        let (network, factors) = (VarStore::new(Device::Cpu), VarStore::new(Device::Cpu));
        drop(network.root().var("w", &[4, 4], nn::Init::Const(1.0)));
        let err = LowRank::new(&network, &factors, &AdapterConfig::default()).unwrap_err();
        assert!(err.to_string().contains("least_side"), "{err}");
    }
}
