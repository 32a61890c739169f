//! Writing a network's variables as safetensors.

use super::atomic::AtomicFile;
use super::check::count_not_finite;
use crate::formats::hexadecimal;
use crate::model::ModelError;
use safetensors::Dtype;
use safetensors::tensor::{Metadata, TensorInfo};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::path::Path;
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};

/// Number format in which weights are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WeightPrecision {
    /// IEEE 754 binary16: half the size, about three decimal digits.
    F16,
    /// IEEE 754 binary32: what training works with.
    #[default]
    F32,
}

impl WeightPrecision {
    /// Stored kind, its name in the file and bytes per element; counters keep theirs, as a half counts to 2,048 only.
    fn layout(self, variable: &Tensor) -> (Kind, Dtype, usize) {
        match self {
            _ if variable.kind() == Kind::Int64 => (Kind::Int64, Dtype::I64, 8),
            Self::F16 => (Kind::Half, Dtype::F16, 2),
            Self::F32 => (Kind::Float, Dtype::F32, 4),
        }
    }
}

/// What [`save_weights`] has written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedWeights {
    /// sha256 of the file, lower-case hexadecimal.
    pub sha256: String,
    /// Size of the file.
    pub bytes: u64,
}

/// Writes all variables of a network, parameters and buffers, in order of their names; counters come first, as the
/// format aligns its data so.
///
/// The file is written under a temporary name, synced and renamed, so that an interrupted call leaves an earlier file
/// of the same name untouched.
///
/// # Errors
/// [`ModelError::NotFinite`] where a value is NaN, infinite or too large for the chosen precision;
/// [`ModelError::Io`] where the disk refuses.
pub fn save_weights(
    vs: &VarStore,
    file: &Path,
    precision: WeightPrecision,
) -> Result<SavedWeights, ModelError> {
    // Other readers of the format take "pt" as the sign of torch's memory layout.
    let variables = vs.variables().into_iter().collect();
    save_tensors(variables, ("format", "pt"), file, precision)
}

/// [`save_weights`] of any named tensors, with one note in the header: of several, the order would change from file to
/// file, and the checksum with it.
pub(crate) fn save_tensors(
    mut variables: Vec<(String, Tensor)>,
    note: (&str, &str),
    file: &Path,
    precision: WeightPrecision,
) -> Result<SavedWeights, ModelError> {
    let _guard = tch::no_grad_guard();
    variables.sort_by_key(|(name, variable)| (variable.kind() != Kind::Int64, name.clone()));
    let header = header_of(&variables, note, precision, file)?;
    let mut output = AtomicFile::create(file)?;
    let mut hasher = Sha256::new();
    let mut bytes = 0_u64;
    let mut append = |part: &[u8]| {
        hasher.update(part);
        bytes += part.len() as u64;
        output.write(part)
    };
    append(&(header.len() as u64).to_le_bytes())?;
    append(&header)?;
    for (name, variable) in &variables {
        append(&bytes_of(name, variable, precision, file)?)?;
    }
    output.commit()?;
    let sha256 = hexadecimal(&hasher.finalize());
    Ok(SavedWeights { sha256, bytes })
}

fn header_of(
    variables: &[(String, Tensor)],
    note: (&str, &str),
    precision: WeightPrecision,
    file: &Path,
) -> Result<Vec<u8>, ModelError> {
    let mut end = 0;
    let infos = variables.iter().map(|(name, variable)| {
        let (_, dtype, size) = precision.layout(variable);
        let start = end;
        end += variable.numel() * size;
        let info = TensorInfo {
            dtype,
            shape: variable.size().iter().map(|&side| side as usize).collect(),
            data_offsets: (start, end),
        };
        (name.clone(), info)
    });
    let notes = HashMap::from([(note.0.to_owned(), note.1.to_owned())]);
    let corrupt = |reason: String| ModelError::Corrupt {
        path: file.to_path_buf(),
        reason,
    };
    let metadata =
        Metadata::new(Some(notes), infos.collect()).map_err(|err| corrupt(err.to_string()))?;
    let mut header = serde_json::to_vec(&metadata).map_err(|err| corrupt(err.to_string()))?;
    header.resize(header.len().next_multiple_of(8), b' ');
    Ok(header)
}

fn bytes_of(
    name: &str,
    variable: &Tensor,
    precision: WeightPrecision,
    file: &Path,
) -> Result<Vec<u8>, ModelError> {
    let (kind, _, size) = precision.layout(variable);
    let torch = |err| ModelError::torch(name, err);
    let stored = variable
        .f_to_device(Device::Cpu)
        .and_then(|on_cpu| on_cpu.f_to_kind(kind))
        .and_then(|converted| converted.f_contiguous())
        .map_err(torch)?;
    let count = count_not_finite(&stored).map_err(torch)?;
    if count > 0 {
        return Err(ModelError::NotFinite {
            path: file.to_path_buf(),
            name: name.to_owned(),
            count,
        });
    }
    let elements = stored.numel();
    let mut bytes = vec![0_u8; elements * size];
    stored.f_copy_data_u8(&mut bytes, elements).map_err(torch)?;
    Ok(bytes)
}
