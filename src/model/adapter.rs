//! Low-rank adapters: a site's changes of a bundle's noise estimator, in a file of their own.
//!
//! A change of the weight `W` is `alpha / r B A`; how much of it is applied is chosen when the bundle is loaded.
//! Owns the file and what applying it does to the variables. Must not know how an adapter is trained.

use super::ModelError;
use super::weights::{
    SafetensorsFile, SavedWeights, TensorSource as _, WeightPrecision, save_tensors,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tch::nn::VarStore;
use tch::{Kind, Tensor};

/// Note in the header of an adapter's file; holds [`About`] as JSON.
const NOTE: &str = "diaphane.adapter.1";
/// Endings of the two factors of a change, after the name of the weight.
const DOWN: &str = ".down";
const UP: &str = ".up";

/// What an adapter's file says about itself.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct About {
    base_sha256: String,
    alpha: f64,
}

/// The two factors of one change.
///
/// # Shapes
/// For a weight `[out, in, ...]`: `down` (A) `[r, in * ...]`, `up` (B) `[out, r]`.
#[derive(Debug)]
pub struct LowRankChange {
    /// A.
    pub down: Tensor,
    /// B.
    pub up: Tensor,
}

impl LowRankChange {
    /// The change `scale B A`, in the shape of the weight.
    ///
    /// # Errors
    /// Where the factors do not fit each other or the weight.
    pub fn product(&self, scale: f64, weight: &Tensor) -> Result<Tensor, tch::TchError> {
        (self.up.f_matmul(&self.down)? * scale).f_reshape(weight.size())
    }
}

/// Changes of the noise estimator of one bundle.
///
/// # Source
/// Hu et al., LoRA (2021), section 4.1.
#[derive(Debug)]
pub struct Adapter {
    /// File it was read from.
    pub path: PathBuf,
    /// sha256 of that file, lower-case hexadecimal.
    pub sha256: String,
    /// sha256 of the weights file it changes, lower-case hexadecimal.
    pub base_sha256: String,
    /// Factor alpha.
    pub alpha: f64,
    /// Changes by the name of the weight.
    pub changes: BTreeMap<String, LowRankChange>,
}

impl Adapter {
    /// Reads and checks an adapter's file; nothing in it is believed.
    ///
    /// # Errors
    /// [`ModelError`] where it cannot be read, or is no adapter.
    pub fn read(path: &Path) -> Result<Self, ModelError> {
        let _guard = tch::no_grad_guard();
        let mut source = SafetensorsFile::open(path)?;
        let corrupt = |reason: &str| ModelError::Corrupt {
            path: path.to_path_buf(),
            reason: reason.to_owned(),
        };
        let about = source.note(NOTE).map(serde_json::from_str::<About>);
        let Some(Ok(About { base_sha256, alpha })) = about else {
            return Err(corrupt("it is no adapter of this program"));
        };
        if !(alpha.is_finite() && alpha > 0.0) {
            return Err(corrupt("its factor alpha is no positive number"));
        }
        let mut tensors = BTreeMap::new();
        for index in 0..source.entries().len() {
            let tensor = source.read(index)?;
            let (Some(tensor), Some(entry)) = (tensor, source.entries().get(index)) else {
                return Err(corrupt("a factor has a number format that is not accepted"));
            };
            tensors.insert(entry.name.clone(), tensor.to_kind(Kind::Float));
        }
        Ok(Self {
            sha256: source.sha256(),
            base_sha256,
            ..Self::of_factors(path, tensors, alpha)?
        })
    }

    /// An adapter of factors that lie in no adapter's file, without checksums; `path` is named in errors.
    ///
    /// # Errors
    /// [`ModelError::Corrupt`] where the factors do not come in pairs.
    pub fn of_factors(
        path: &Path,
        factors: BTreeMap<String, Tensor>,
        alpha: f64,
    ) -> Result<Self, ModelError> {
        let changes = paired(factors).ok_or_else(|| ModelError::Corrupt {
            path: path.to_path_buf(),
            reason: "its factors do not come in pairs".to_owned(),
        })?;
        Ok(Self {
            path: path.to_path_buf(),
            sha256: String::new(),
            base_sha256: String::new(),
            alpha,
            changes,
        })
    }

    /// Writes factors, named as [`Self::factor_names`] says, as an adapter for the weights of `base_sha256`.
    ///
    /// # Errors
    /// [`ModelError::NotFinite`], or [`ModelError::Io`] where the disk refuses.
    pub fn write(
        path: &Path,
        factors: Vec<(String, Tensor)>,
        base_sha256: &str,
        alpha: f64,
    ) -> Result<SavedWeights, ModelError> {
        let about = serde_json::to_string(&About {
            base_sha256: base_sha256.to_owned(),
            alpha,
        })
        .map_err(|err| ModelError::Corrupt {
            path: path.to_path_buf(),
            reason: err.to_string(),
        })?;
        save_tensors(factors, (NOTE, &about), path, WeightPrecision::F16)
    }

    /// Names of the factors A and B of a weight's change.
    pub fn factor_names(weight: &str) -> [String; 2] {
        [format!("{weight}{DOWN}"), format!("{weight}{UP}")]
    }

    /// Adds `strength alpha / r B A` to every weight it changes; 0 leaves them, 1 is what was trained.
    ///
    /// # Errors
    /// [`ModelError::Corrupt`] where a change names no weight or does not fit it; nothing is changed then.
    pub fn apply(&self, vs: &VarStore, strength: f64) -> Result<(), ModelError> {
        let _guard = tch::no_grad_guard();
        let mut variables = vs.variables();
        let mut changed = Vec::with_capacity(self.changes.len());
        for (name, change) in &self.changes {
            let weight = variables
                .get(name)
                .ok_or_else(|| self.misfit(name, "is no weight of this network"))?;
            let rank = change.up.size().last().copied().unwrap_or(1).max(1);
            let on_device = LowRankChange {
                down: change.down.to_device(weight.device()),
                up: change.up.to_device(weight.device()),
            };
            let scale = strength * self.alpha / rank as f64;
            let product = on_device
                .product(scale, weight)
                .map_err(|_fault| self.misfit(name, "has factors of other shapes"))?;
            changed.push((name, product));
        }
        for (name, product) in changed {
            if let Some(weight) = variables.get_mut(name) {
                drop(
                    weight
                        .f_add_(&product)
                        .map_err(|err| ModelError::torch(name, err))?,
                );
            }
        }
        Ok(())
    }

    fn misfit(&self, name: &str, what: &str) -> ModelError {
        ModelError::Corrupt {
            path: self.path.clone(),
            reason: format!("`{name}` {what}"),
        }
    }
}

/// The factors by weight; `None` where one is alone, or has no rank.
fn paired(mut tensors: BTreeMap<String, Tensor>) -> Option<BTreeMap<String, LowRankChange>> {
    let mut changes = BTreeMap::new();
    while let Some((name, down)) = tensors.pop_first() {
        let weight = name.strip_suffix(DOWN)?.to_owned();
        let up = tensors.remove(&format!("{weight}{UP}"))?;
        let fits = matches!(
            (down.size().as_slice(), up.size().as_slice()),
            (&[rank, _], &[_, other]) if rank == other && rank > 0
        );
        if !fits {
            return None;
        }
        changes.insert(weight, LowRankChange { down, up });
    }
    (!changes.is_empty()).then_some(changes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::Device;
    use tch::nn::Init;

    fn network() -> VarStore {
        let vs = VarStore::new(Device::Cpu);
        drop((vs.root() / "a").var("weight", &[2, 1, 1, 2], Init::Const(1.0)));
        vs
    }

    fn factors() -> Vec<(String, Tensor)> {
        let [down, up] = Adapter::factor_names("a.weight");
        vec![
            (down, Tensor::from_slice(&[1.0_f32, 2.0]).reshape([1, 2])),
            (up, Tensor::from_slice(&[3.0_f32, -1.0]).reshape([2, 1])),
        ]
    }

    fn values(vs: &VarStore) -> Vec<f32> {
        Vec::try_from(vs.variables()["a.weight"].detach().reshape([-1])).unwrap()
    }

    #[test]
    fn what_was_written_is_applied_at_its_strength() {
        let temp = tempfile::tempdir().unwrap();
        let file = temp.path().join("site.safetensors");
        let saved = Adapter::write(&file, factors(), "abc", 2.0).unwrap();
        let adapter = Adapter::read(&file).unwrap();
        assert_eq!(adapter.base_sha256, "abc");
        assert!((adapter.alpha - 2.0).abs() < 1e-12);
        assert_eq!(adapter.sha256, saved.sha256);
        // 1 + 0.5 * 2 / 1 * [3, -1]^T [1, 2], by hand.
        let vs = network();
        adapter.apply(&vs, 0.5).unwrap();
        assert_eq!(values(&vs), [4.0, 7.0, 0.0, -1.0]);
        let vs = network();
        adapter.apply(&vs, 0.0).unwrap();
        assert_eq!(values(&vs), [1.0; 4]);
    }

    #[test]
    fn what_is_no_adapter_or_fits_no_weight_is_named() {
        let temp = tempfile::tempdir().unwrap();
        let file = temp.path().join("other.safetensors");
        save_tensors(factors(), ("format", "pt"), &file, WeightPrecision::F32).unwrap();
        let words = Adapter::read(&file).unwrap_err().to_string();
        assert!(words.contains("no adapter"), "{words}");

        let alone = factors().into_iter().take(1).collect();
        Adapter::write(&file, alone, "abc", 1.0).unwrap();
        let words = Adapter::read(&file).unwrap_err().to_string();
        assert!(words.contains("in pairs"), "{words}");

        Adapter::write(&file, factors(), "abc", 1.0).unwrap();
        let adapter = Adapter::read(&file).unwrap();
        let vs = VarStore::new(Device::Cpu);
        drop((vs.root() / "a").var("weight", &[3, 2], Init::Const(1.0)));
        let words = adapter.apply(&vs, 1.0).unwrap_err().to_string();
        assert!(
            words.contains("`a.weight` has factors of other shapes"),
            "{words}"
        );
        let words = adapter.apply(&VarStore::new(Device::Cpu), 1.0).unwrap_err();
        assert!(words.to_string().contains("no weight"), "{words}");
    }
}
