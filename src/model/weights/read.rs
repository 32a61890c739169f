//! Reading tensors one by one from a safetensors file that is not trusted.

use crate::formats::hexadecimal;
use crate::model::ModelError;
use safetensors::Dtype;
use safetensors::tensor::Metadata;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read as _};
use std::path::{Path, PathBuf};
use tch::{Kind, Tensor};

/// Longest header accepted; the largest network of this program has one of about 200 kB.
const MAX_HEADER_BYTES: u64 = 16 << 20;
/// Longest single tensor accepted; the largest of this program has about 19 MB.
const MAX_TENSOR_BYTES: usize = 1 << 30;
/// Length of the number that precedes the header.
const PREFIX_BYTES: u64 = 8;

/// Number format of a stored tensor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WeightKind {
    /// IEEE 754 binary32.
    F32,
    /// IEEE 754 binary16.
    F16,
    /// bfloat16.
    BF16,
    /// 64-bit integer: a counter, as batch normalisation carries one along.
    I64,
    /// Anything else, by name; never accepted as a weight.
    Other(String),
}

impl WeightKind {
    /// Whether a variable of this kind may be filled from this format: floats from floats, counters from counters.
    pub(crate) fn fits(&self, variable: Kind) -> bool {
        match self {
            Self::F32 | Self::F16 | Self::BF16 => variable != Kind::Int64,
            Self::I64 => variable == Kind::Int64,
            Self::Other(_) => false,
        }
    }

    /// libtorch's kind and bytes per element, where the format is accepted.
    pub(crate) fn layout(&self) -> Option<(Kind, usize)> {
        match self {
            Self::F32 => Some((Kind::Float, 4)),
            Self::F16 => Some((Kind::Half, 2)),
            Self::BF16 => Some((Kind::BFloat16, 2)),
            Self::I64 => Some((Kind::Int64, 8)),
            Self::Other(_) => None,
        }
    }

    /// Name as error sentences print it.
    pub fn name(&self) -> &str {
        match self {
            Self::F32 => "F32",
            Self::F16 => "F16",
            Self::BF16 => "BF16",
            Self::I64 => "I64",
            Self::Other(name) => name,
        }
    }

    fn from_dtype(dtype: Dtype) -> Self {
        match dtype {
            Dtype::F32 => Self::F32,
            Dtype::F16 => Self::F16,
            Dtype::BF16 => Self::BF16,
            Dtype::I64 => Self::I64,
            other => Self::Other(format!("{other:?}")),
        }
    }
}

/// What a file says about one tensor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TensorEntry {
    /// Name, equal to a variable's name where the file fits.
    pub name: String,
    /// Shape; empty for a single number.
    pub shape: Vec<i64>,
    /// Number format.
    pub kind: WeightKind,
}

/// A file of named tensors that are read one by one, each once, in order.
pub(crate) trait TensorSource {
    /// What reading can fail with.
    type Error: From<ModelError>;
    /// The file.
    fn path(&self) -> &Path;
    /// All tensors, in the order in which they should be read.
    fn entries(&self) -> &[TensorEntry];
    /// Reads the tensor of one entry; `None` where its number format is not accepted.
    fn read(&mut self, index: usize) -> Result<Option<Tensor>, Self::Error>;
}

/// An open safetensors file with a checked header.
pub(crate) struct SafetensorsFile {
    path: PathBuf,
    reader: BufReader<File>,
    hasher: Sha256,
    entries: Vec<TensorEntry>,
    lengths: Vec<usize>,
    notes: HashMap<String, String>,
    next: usize,
    bytes: u64,
}

impl SafetensorsFile {
    /// Opens a file and checks its header against its size.
    pub(crate) fn open(path: &Path) -> Result<Self, ModelError> {
        let file = File::open(path).map_err(|err| ModelError::io("read", path, err))?;
        let bytes = file
            .metadata()
            .map_err(|err| ModelError::io("read", path, err))?
            .len();
        let mut opened = Self {
            path: path.to_path_buf(),
            reader: BufReader::with_capacity(1 << 20, file),
            hasher: Sha256::new(),
            entries: Vec::new(),
            lengths: Vec::new(),
            notes: HashMap::new(),
            next: 0,
            bytes,
        };
        let metadata = opened.read_header()?;
        opened.notes = metadata.metadata().clone().unwrap_or_default();
        for name in metadata.offset_keys() {
            if let Some(info) = metadata.info(&name) {
                let length = info.data_offsets.1 - info.data_offsets.0;
                if length > MAX_TENSOR_BYTES {
                    return Err(opened.too_large(format!(
                        "{name} has {length} bytes, at most {MAX_TENSOR_BYTES} are accepted"
                    )));
                }
                opened.entries.push(TensorEntry {
                    shape: info.shape.iter().map(|&side| side as i64).collect(),
                    kind: WeightKind::from_dtype(info.dtype),
                    name,
                });
                opened.lengths.push(length);
            }
        }
        Ok(opened)
    }

    /// A note of the header.
    pub(crate) fn note(&self, key: &str) -> Option<&str> {
        self.notes.get(key).map(String::as_str)
    }

    /// Size of the file.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// sha256 of the file; only meaningful after every entry has been read.
    pub(crate) fn sha256(&self) -> String {
        hexadecimal(&self.hasher.clone().finalize())
    }

    fn take(&mut self, length: usize) -> Result<Vec<u8>, ModelError> {
        let mut taken = vec![0_u8; length];
        self.reader
            .read_exact(&mut taken)
            .map_err(|err| ModelError::io("read", &self.path, err))?;
        self.hasher.update(&taken);
        Ok(taken)
    }

    fn read_header(&mut self) -> Result<Metadata, ModelError> {
        if self.bytes < PREFIX_BYTES {
            return Err(self.truncated(format!("it has {} bytes", self.bytes)));
        }
        let prefix = self.take(PREFIX_BYTES as usize)?;
        let length = prefix
            .first_chunk::<8>()
            .map_or(0, |bytes| u64::from_le_bytes(*bytes));
        if length > MAX_HEADER_BYTES {
            return Err(self.too_large(format!(
                "its header claims {length} bytes, at most {MAX_HEADER_BYTES} are accepted"
            )));
        }
        if length > self.bytes - PREFIX_BYTES {
            return Err(self.truncated(format!(
                "its header claims {length} bytes, the file has {}",
                self.bytes
            )));
        }
        let header = self.take(length as usize)?;
        let metadata: Metadata = serde_json::from_slice(&header)
            .map_err(|err| self.corrupt(format!("its header is not valid ({err})")))?;
        self.check_data_length(&metadata, PREFIX_BYTES + length)?;
        Ok(metadata)
    }

    fn check_data_length(&self, metadata: &Metadata, data_start: u64) -> Result<(), ModelError> {
        let described = metadata.data_len() as u64;
        let present = self.bytes - data_start;
        if described > present {
            return Err(self.truncated(format!(
                "its header describes {described} bytes of data, {present} are present"
            )));
        }
        if described < present {
            return Err(self.corrupt(format!(
                "{} bytes follow the last tensor",
                present - described
            )));
        }
        Ok(())
    }

    fn truncated(&self, reason: String) -> ModelError {
        let path = self.path.clone();
        ModelError::Truncated { path, reason }
    }

    fn too_large(&self, reason: String) -> ModelError {
        let path = self.path.clone();
        ModelError::TooLarge { path, reason }
    }

    fn corrupt(&self, reason: String) -> ModelError {
        let path = self.path.clone();
        ModelError::Corrupt { path, reason }
    }
}

impl TensorSource for SafetensorsFile {
    type Error = ModelError;

    fn path(&self) -> &Path {
        &self.path
    }

    fn entries(&self) -> &[TensorEntry] {
        &self.entries
    }

    /// # Panics
    /// Where entries are not read in order: the checksum of a skipped part would be lost.
    fn read(&mut self, index: usize) -> Result<Option<Tensor>, ModelError> {
        assert_eq!(index, self.next, "safetensors entries are read in order");
        self.next += 1;
        let length = self.lengths.get(index).copied().unwrap_or(0);
        let bytes = self.take(length)?;
        match self.entries.get(index) {
            Some(entry) => tensor_from_bytes(entry, &bytes),
            None => Ok(None),
        }
    }
}

/// Makes a tensor from little-endian bytes; `None` where the number format is not accepted.
///
/// # Panics
/// Where the number of bytes is not what the shape and the number format ask for.
pub(crate) fn tensor_from_bytes(
    entry: &TensorEntry,
    bytes: &[u8],
) -> Result<Option<Tensor>, ModelError> {
    let Some((kind, size)) = entry.kind.layout() else {
        return Ok(None);
    };
    let elements = entry
        .shape
        .iter()
        .fold(1_usize, |product, &side| product * side as usize);
    assert_eq!(
        bytes.len(),
        elements * size,
        "bytes of {} against its shape",
        entry.name
    );
    let tensor = Tensor::f_from_data_size(bytes, &entry.shape, kind);
    tensor
        .map(Some)
        .map_err(|err| ModelError::torch(&entry.name, err))
}
