//! Putting stored tensors into a network's variables, with every mismatch named.

use super::read::{SafetensorsFile, TensorEntry, TensorSource};
use crate::model::{ModelError, WeightProblem};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use tch::nn::VarStore;
use tch::{Kind, Tensor};

/// What a successful [`load_weights`] has read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadedWeights {
    /// sha256 of the file, lower-case hexadecimal.
    pub sha256: String,
    /// Size of the file.
    pub bytes: u64,
    /// Number of tensors.
    pub tensors: usize,
}

/// Loads a safetensors file into the variables of a network.
///
/// Names and shapes must agree exactly. F32, F16 and BF16 are accepted and converted to the variables' own kind and
/// device. Every value must be finite, and the file must have the expected sha256 where one is given (lower-case
/// hexadecimal).
///
/// # Errors
/// [`ModelError::WeightsMismatch`] lists everything that does not fit; [`ModelError::Truncated`],
/// [`ModelError::Corrupt`] and [`ModelError::TooLarge`] where the file cannot be read at all. After an error the
/// variables hold a mixture and must be thrown away.
pub fn load_weights(
    vs: &VarStore,
    file: &Path,
    expected_sha256: Option<&str>,
) -> Result<LoadedWeights, ModelError> {
    let mut source = SafetensorsFile::open(file)?;
    let mut problems = fill(vs, &mut source)?;
    let sha256 = source.sha256();
    if let Some(expected) = expected_sha256
        && expected != sha256
    {
        let expected = expected.to_owned();
        let found = sha256.clone();
        problems.insert(0, WeightProblem::Checksum { expected, found });
    }
    if problems.is_empty() {
        Ok(LoadedWeights {
            sha256,
            bytes: source.bytes(),
            tensors: source.entries().len(),
        })
    } else {
        let path = file.to_path_buf();
        Err(ModelError::WeightsMismatch { path, problems })
    }
}

/// Names, shapes and kinds of a network's variables, in order of their names.
fn expected_variables(vs: &VarStore) -> BTreeMap<String, (Vec<i64>, Kind)> {
    vs.variables()
        .into_iter()
        .map(|(name, variable)| (name, (variable.size(), variable.kind())))
        .collect()
}

/// Reads every tensor of a source, copies those that fit into the variables, and returns all that does not fit.
pub(crate) fn fill<S: TensorSource>(
    vs: &VarStore,
    source: &mut S,
) -> Result<Vec<WeightProblem>, S::Error> {
    let _guard = tch::no_grad_guard();
    let mut problems = compare(&expected_variables(vs), source.entries());
    let mut variables = vs.variables();
    for index in 0..source.entries().len() {
        let tensor = source.read(index)?;
        let (Some(tensor), Some(entry)) = (tensor, source.entries().get(index)) else {
            continue;
        };
        let count = count_not_finite(&tensor).map_err(|err| ModelError::torch(&entry.name, err))?;
        if count > 0 {
            let name = entry.name.clone();
            problems.push(WeightProblem::NotFinite { name, count });
        }
        if let Some(variable) = variables.get_mut(&entry.name)
            && variable.size() == entry.shape
            && entry.kind.fits(variable.kind())
        {
            variable
                .f_copy_(&tensor)
                .map_err(|err| ModelError::torch(&entry.name, err))?;
        }
    }
    Ok(problems)
}

fn compare(
    expected: &BTreeMap<String, (Vec<i64>, Kind)>,
    entries: &[TensorEntry],
) -> Vec<WeightProblem> {
    let mut problems = Vec::new();
    let present: BTreeSet<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
    for (name, (shape, _)) in expected {
        if !present.contains(name.as_str()) {
            problems.push(WeightProblem::Missing {
                name: name.clone(),
                shape: shape.clone(),
            });
        }
    }
    for entry in entries {
        let name = entry.name.clone();
        match expected.get(&entry.name) {
            None => problems.push(WeightProblem::Surplus { name }),
            Some((shape, _)) if *shape != entry.shape => problems.push(WeightProblem::Shape {
                name,
                expected: shape.clone(),
                found: entry.shape.clone(),
            }),
            Some((_, kind)) if !entry.kind.fits(*kind) => problems.push(WeightProblem::Kind {
                name,
                counter: *kind == Kind::Int64,
                found: entry.kind.name().to_owned(),
            }),
            Some(_) => {}
        }
    }
    problems
}

/// Number of NaN and infinite values.
pub(super) fn count_not_finite(tensor: &Tensor) -> Result<i64, tch::TchError> {
    tensor
        .f_isfinite()?
        .f_logical_not()?
        .f_sum(Kind::Int64)?
        .f_int64_value(&[])
}
