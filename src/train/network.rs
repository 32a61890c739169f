//! One trained network: its variables, its averaged variables, its optimiser.

use super::low_rank::LowRank;
use super::observer::Turns;
use super::{Optimizer, OptimizerConfig, TrainError};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use tch::Tensor;
use tch::nn::VarStore;

/// Variables, averages and moments that are saved and restored together.
#[derive(Debug)]
pub struct TrainedNetwork {
    /// Names its files in a checkpoint; empty for a stage's main network.
    pub name: &'static str,
    /// The variables; the network holds the same tensors.
    pub vs: VarStore,
    /// The optimiser of its trainable variables.
    pub optimizer: Optimizer,
    /// The tensors of `vs`, in the order of their names.
    variables: BTreeMap<String, Tensor>,
    averages: BTreeMap<String, Tensor>,
    /// Tensors of `vs` that no gradient moves (running statistics, counters, codebooks), each with a copy.
    buffers: Vec<(Tensor, Tensor)>,
    ema_decay: f64,
    /// Where `vs` holds the factors of low-rank changes: the weights they change.
    low_rank: Option<LowRank>,
}

impl TrainedNetwork {
    /// Takes the variables of a network that is ready to be trained.
    pub fn new(name: &'static str, vs: VarStore, config: &OptimizerConfig) -> Self {
        let optimizer = Optimizer::new(&vs, config);
        let variables: BTreeMap<String, Tensor> = vs.variables().into_iter().collect();
        let averages = variables
            .iter()
            .map(|(name, variable)| (name.clone(), variable.detach().copy()))
            .collect();
        let buffers = variables
            .values()
            .filter(|variable| !variable.requires_grad())
            .map(|buffer| (buffer.shallow_clone(), buffer.copy()))
            .collect();
        Self {
            name,
            vs,
            optimizer,
            variables,
            averages,
            buffers,
            ema_decay: config.ema_decay,
            low_rank: None,
        }
    }

    /// Takes the factors of low-rank changes of a network that stands still otherwise.
    pub(super) fn of_factors(
        factors: VarStore,
        low_rank: LowRank,
        config: &OptimizerConfig,
    ) -> Self {
        Self {
            low_rank: Some(low_rank),
            ..Self::new("", factors, config)
        }
    }

    /// Keeps the averages in the variables of another store of the same network, which then follows this one.
    pub(super) fn keep_averages_in(&mut self, other: &VarStore) -> Result<(), TrainError> {
        let _guard = tch::no_grad_guard();
        let mut variables = other.variables();
        for (name, average) in &mut self.averages {
            let variable = variables.get_mut(name).ok_or_else(|| {
                TrainError::setting("base", format!("has no variable `{name}` to follow"))
            })?;
            variable.f_copy_(average)?;
            *average = variable.detach();
        }
        Ok(())
    }

    /// Forgets all gradients.
    pub(super) fn zero_grad(&mut self) {
        self.optimizer.zero_grad();
        if let Some(low_rank) = &mut self.low_rank {
            low_rank.zero_grad();
        }
    }

    /// Brings the gradients to what the optimiser moves.
    pub(super) fn carry_gradients(&self) -> Result<(), TrainError> {
        self.low_rank
            .as_ref()
            .map_or(Ok(()), LowRank::carry_gradients)
    }

    /// One step of the optimiser; the gradient norm before clipping. One that is not finite leaves everything as it was.
    pub(super) fn step(&mut self, learning_rate: f64) -> Result<f64, TrainError> {
        let norm = self.optimizer.step(learning_rate)?;
        self.follow()?;
        Ok(norm)
    }

    /// Writes low-rank changes into the weights they change.
    fn follow(&mut self) -> Result<(), TrainError> {
        self.low_rank.as_mut().map_or(Ok(()), LowRank::apply)
    }

    /// Moves the averages towards the variables: `a = d a + (1 - d) w` with
    /// `d = min(decay, (1 + i) / (10 + i))` at iteration `i`, so that early averages do not cling to
    /// the initial weights. Codebooks and running statistics are averaged alike; counters are copied.
    ///
    /// # Errors
    /// [`TrainError::Torch`] where libtorch refuses.
    pub fn average(&mut self, iteration: u64) -> Result<(), TrainError> {
        let _guard = tch::no_grad_guard();
        let iteration = iteration as f64;
        let decay = self.ema_decay.min((1.0 + iteration) / (10.0 + iteration));
        for (variable, average) in self.variables.values().zip(self.averages.values_mut()) {
            if variable.is_floating_point() {
                drop(average.f_lerp_(variable, 1.0 - decay)?);
            } else {
                average.f_copy_(variable)?;
            }
        }
        Ok(())
    }

    /// Exchanges variables and averages; a second call restores them.
    ///
    /// # Errors
    /// [`TrainError::Torch`] where libtorch refuses.
    pub fn swap_averages(&mut self) -> Result<(), TrainError> {
        let _guard = tch::no_grad_guard();
        for (variable, average) in self.variables.values_mut().zip(self.averages.values_mut()) {
            let current = variable.copy();
            variable.f_copy_(average)?;
            average.f_copy_(&current)?;
        }
        self.follow()
    }

    /// Keeps a copy of everything that a forward pass may move.
    pub(super) fn keep_buffers(&mut self) -> Result<(), TrainError> {
        let _guard = tch::no_grad_guard();
        for (buffer, copy) in &mut self.buffers {
            copy.f_copy_(buffer)?;
        }
        Ok(())
    }

    /// Takes back what [`Self::keep_buffers`] kept.
    pub(super) fn restore_buffers(&mut self) -> Result<(), TrainError> {
        let _guard = tch::no_grad_guard();
        for (buffer, copy) in &mut self.buffers {
            buffer.f_copy_(copy)?;
        }
        Ok(())
    }

    /// The file of a checkpoint that holds `part` of this network.
    fn file(&self, part: &str) -> String {
        if self.name.is_empty() {
            format!("{part}.safetensors")
        } else {
            format!("{}.{part}.safetensors", self.name)
        }
    }

    /// The files of a checkpoint that [`Self::save`] writes and [`Self::restore`] reads.
    pub(super) fn files(&self) -> [String; 3] {
        ["weights", "ema", "optimizer"].map(|part| self.file(part))
    }

    /// Writes variables, averages and moments into a checkpoint's folder; gives a turn before each file.
    ///
    /// # Errors
    /// [`TrainError::Torch`] where a file cannot be written.
    pub(super) fn save(&self, folder: &Path, turns: &mut Turns<'_>) -> Result<(), TrainError> {
        let named = |tensors: &BTreeMap<String, Tensor>| -> Vec<(String, Tensor)> {
            tensors
                .iter()
                .map(|(name, tensor)| (name.clone(), tensor.shallow_clone()))
                .collect()
        };
        turns.give();
        write_tensors(&folder.join(self.file("weights")), named(&self.variables))?;
        turns.give();
        write_tensors(&folder.join(self.file("ema")), named(&self.averages))?;
        turns.give();
        write_tensors(&folder.join(self.file("optimizer")), self.optimizer.state())
    }

    /// Takes up what [`Self::save`] wrote.
    ///
    /// # Errors
    /// [`TrainError::Checkpoint`] where a file is missing or does not fit.
    pub fn restore(&mut self, folder: &Path) -> Result<(), TrainError> {
        let weights = folder.join(self.file("weights"));
        load_variables(&self.vs, &weights)?;
        self.follow()?;
        let ema = folder.join(self.file("ema"));
        let saved = read_tensors(&ema)?;
        {
            let _guard = tch::no_grad_guard();
            for (name, average) in &mut self.averages {
                average.f_copy_(fitting(&saved, name, average, &ema)?)?;
            }
        }
        let file = folder.join(self.file("optimizer"));
        self.optimizer.restore(&read_tensors(&file)?, &file)
    }

    /// Takes weights from elsewhere as the start: variables and averages alike.
    ///
    /// # Errors
    /// [`TrainError::Checkpoint`] where the file does not fit.
    pub fn start_from(&mut self, file: &Path) -> Result<(), TrainError> {
        load_variables(&self.vs, file)?;
        let _guard = tch::no_grad_guard();
        for (variable, average) in self.variables.values().zip(self.averages.values_mut()) {
            average.f_copy_(variable)?;
        }
        Ok(())
    }
}

fn write_tensors(
    file: &Path,
    tensors: impl IntoIterator<Item = (String, Tensor)>,
) -> Result<(), TrainError> {
    let tensors: Vec<(String, Tensor)> = tensors
        .into_iter()
        .map(|(name, tensor)| {
            (
                name,
                tensor.detach().to_device(tch::Device::Cpu).contiguous(),
            )
        })
        .collect();
    Ok(Tensor::write_safetensors(&tensors, file)?)
}

fn read_tensors(file: &Path) -> Result<HashMap<String, Tensor>, TrainError> {
    Tensor::read_safetensors(file)
        .map(|tensors| tensors.into_iter().collect())
        .map_err(|err| TrainError::checkpoint(file, format!("the weights cannot be read ({err})")))
}

fn fitting<'a>(
    saved: &'a HashMap<String, Tensor>,
    name: &str,
    wanted: &Tensor,
    file: &Path,
) -> Result<&'a Tensor, TrainError> {
    let found = saved
        .get(name)
        .ok_or_else(|| TrainError::checkpoint(file, format!("the variable `{name}` is missing")))?;
    if found.size() == wanted.size() {
        Ok(found)
    } else {
        Err(TrainError::checkpoint(
            file,
            format!(
                "the variable `{name}` has shape {:?}, not {:?}",
                found.size(),
                wanted.size()
            ),
        ))
    }
}

/// Fills every variable of `vs` from a safetensors file; half precision is widened.
///
/// # Errors
/// [`TrainError::Checkpoint`] where a variable is missing or has another shape.
pub fn load_variables(vs: &VarStore, file: &Path) -> Result<(), TrainError> {
    let _guard = tch::no_grad_guard();
    let saved = read_tensors(file)?;
    let variables: BTreeMap<String, Tensor> = vs.variables().into_iter().collect();
    for (name, mut variable) in variables {
        let found = fitting(&saved, &name, &variable, file)?;
        variable.f_copy_(found)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::Unobserved;
    use tch::{Device, nn};

    fn network(value: f64) -> TrainedNetwork {
        let vs = VarStore::new(Device::Cpu);
        drop(vs.root().var("w", &[2], nn::Init::Const(value)));
        drop(vs.root().zeros_no_train("codebook", &[2]));
        TrainedNetwork::new("", vs, &OptimizerConfig::default())
    }

    fn set(network: &TrainedNetwork, name: &str, value: f64) {
        let _guard = tch::no_grad_guard();
        drop(network.vs.variables()[name].shallow_clone().fill_(value));
    }

    #[test]
    fn averages_warm_up() {
        let mut network = network(1.0);
        set(&network, "w", 3.0);
        set(&network, "codebook", 5.0);
        // d = min(0.995, 1 / 10) at iteration 0.
        network.average(0).unwrap();
        assert!((network.averages["w"].double_value(&[0]) - 2.8).abs() < 1e-6);
        assert!((network.averages["codebook"].double_value(&[0]) - 4.5).abs() < 1e-6);
        // d = 2 / 11 at iteration 1.
        network.average(1).unwrap();
        let expected = 3.0 - 0.2 * 2.0 / 11.0;
        assert!((network.averages["w"].double_value(&[0]) - expected).abs() < 1e-6);
    }

    #[test]
    fn swapping_twice_changes_nothing() {
        let mut network = network(1.0);
        set(&network, "w", 3.0);
        network.swap_averages().unwrap();
        assert!((network.vs.variables()["w"].double_value(&[0]) - 1.0).abs() < 1e-6);
        network.swap_averages().unwrap();
        assert!((network.vs.variables()["w"].double_value(&[0]) - 3.0).abs() < 1e-6);
    }

    #[test]
    fn another_architecture_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        network(1.0)
            .save(folder.path(), &mut Turns::new(&mut Unobserved))
            .unwrap();
        let vs = VarStore::new(Device::Cpu);
        drop(vs.root().var("w", &[3], nn::Init::Const(0.0)));
        let err = load_variables(&vs, &folder.path().join("weights.safetensors")).unwrap_err();
        assert!(
            err.to_string().contains("`w` has shape [2], not [3]"),
            "{err}"
        );
    }
}
