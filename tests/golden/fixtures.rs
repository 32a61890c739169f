//! Finds, reads and compares the fixtures; shared by all golden tests.

use crate::support::skipped;
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::PathBuf;

use safetensors::{Dtype, SafeTensors};
use tch::nn::VarStore;
use tch::{Kind, Tensor};

/// The folder of the fixtures; says so and gives `None` where it is absent.
pub fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("DIAPHANE_PARITY_DIR").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/parity")),
        PathBuf::from,
    );
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(
        std::env::var_os("DIAPHANE_PARITY_DIR").is_none(),
        "DIAPHANE_PARITY_DIR is {}, which is no folder",
        folder.display()
    );
    skipped("no corpus");
    None
}

/// One `.safetensors` file of the fixtures.
pub struct Fixture {
    name: String,
    tensors: HashMap<String, (Dtype, Vec<usize>, Vec<u8>)>,
}

impl Fixture {
    /// Reads `<name>.safetensors`; `None` where the fixtures are absent.
    pub fn load(name: &str) -> Option<Self> {
        let path = folder()?.join(format!("{name}.safetensors"));
        let bytes = fs::read(&path).unwrap_or_else(|err| panic!("{}: {err}", path.display()));
        let file = SafeTensors::deserialize(&bytes).expect("a fixture is a valid safetensors file");
        let tensors = file
            .iter()
            .map(|(key, view)| {
                let stored = (view.dtype(), view.shape().to_vec(), view.data().to_vec());
                (key.to_owned(), stored)
            })
            .collect();
        Some(Self {
            name: name.to_owned(),
            tensors,
        })
    }

    fn entry(&self, key: &str, dtype: Dtype) -> (&[usize], &[u8]) {
        let (found, shape, bytes) = self
            .tensors
            .get(key)
            .unwrap_or_else(|| panic!("{} has no tensor {key}", self.name));
        assert_eq!(*found, dtype, "kind of {key} in {}", self.name);
        (shape, bytes)
    }

    /// The names of all tensors.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.tensors.keys().map(String::as_str)
    }

    /// Sizes of a tensor.
    pub fn shape(&self, key: &str) -> &[usize] {
        &self.tensors[key].1
    }

    /// Values of an f32 tensor, row-major.
    pub fn f32s(&self, key: &str) -> Vec<f32> {
        let (_, bytes) = self.entry(key, Dtype::F32);
        let chunks = bytes.as_chunks::<4>().0;
        chunks
            .iter()
            .map(|&chunk| f32::from_le_bytes(chunk))
            .collect()
    }

    /// Values of an f64 tensor, row-major.
    pub fn f64s(&self, key: &str) -> Vec<f64> {
        let (_, bytes) = self.entry(key, Dtype::F64);
        let chunks = bytes.as_chunks::<8>().0;
        chunks
            .iter()
            .map(|&chunk| f64::from_le_bytes(chunk))
            .collect()
    }

    /// Values of an i64 tensor, row-major.
    pub fn i64s(&self, key: &str) -> Vec<i64> {
        let (_, bytes) = self.entry(key, Dtype::I64);
        let chunks = bytes.as_chunks::<8>().0;
        chunks
            .iter()
            .map(|&chunk| i64::from_le_bytes(chunk))
            .collect()
    }

    /// Values of a u8 tensor, row-major.
    pub fn u8s(&self, key: &str) -> Vec<u8> {
        self.entry(key, Dtype::U8).1.to_vec()
    }

    /// The only value of an f32 tensor.
    pub fn scalar(&self, key: &str) -> f64 {
        let values = self.f32s(key);
        assert_eq!(values.len(), 1, "{key} is no scalar");
        f64::from(values[0])
    }

    /// A tensor of any kind, on the CPU.
    pub fn tensor(&self, key: &str) -> Tensor {
        let (dtype, shape, bytes) = self
            .tensors
            .get(key)
            .unwrap_or_else(|| panic!("{} has no tensor {key}", self.name));
        let kind = match dtype {
            Dtype::F32 => Kind::Float,
            Dtype::F64 => Kind::Double,
            Dtype::I64 => Kind::Int64,
            Dtype::U8 => Kind::Uint8,
            other => panic!("{key} is {other:?}"),
        };
        let size: Vec<i64> = shape.iter().map(|&side| side as i64).collect();
        Tensor::from_data_size(bytes, &size, kind)
    }

    /// Fills every variable of `vs` with the tensor of its name; both must have the same names.
    pub fn fill(&self, vs: &VarStore) {
        let _guard = tch::no_grad_guard();
        let variables = variables(vs);
        let ours: Vec<&str> = variables.keys().map(String::as_str).collect();
        let mut theirs: Vec<&str> = self.keys().collect();
        theirs.sort_unstable();
        assert_eq!(ours, theirs, "variable names and keys of {}", self.name);
        for (name, mut variable) in variables {
            variable.copy_(&self.tensor(&name));
        }
    }
}

/// The variables of `vs` in the order of their names.
pub fn variables(vs: &VarStore) -> BTreeMap<String, Tensor> {
    vs.variables().into_iter().collect()
}

/// The `meta` of a fixture file in `index.json`.
pub fn meta(name: &str) -> serde_json::Value {
    let path = folder().expect("fixtures").join("index.json");
    let text = fs::read_to_string(path).expect("index.json");
    let index: serde_json::Value = serde_json::from_str(&text).expect("index.json is JSON");
    index["files"][format!("{name}.safetensors")]["meta"].clone()
}

/// Fails where any element of two tensors differs by more than `tolerance`.
#[track_caller]
pub fn assert_close(what: &str, actual: &Tensor, expected: &Tensor, tolerance: f64) {
    assert_eq!(actual.size(), expected.size(), "shape of {what}");
    let difference = actual.to_kind(Kind::Double) - expected.to_kind(Kind::Double);
    let worst = difference.abs().max().double_value(&[]);
    // A NaN is not within the tolerance.
    assert!(
        worst <= tolerance,
        "{what} differs by {worst:.3e}, more than {tolerance:.1e}"
    );
}

/// Fails where two numbers differ by more than `tolerance`.
#[track_caller]
pub fn assert_near(what: &str, actual: f64, expected: f64, tolerance: f64) {
    let difference = (actual - expected).abs();
    assert!(
        difference <= tolerance,
        "{what} is {actual}, expected {expected} within {tolerance:.1e}"
    );
}
