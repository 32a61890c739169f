//! Tensors as a pickle describes them: a window with strides onto a storage.

use super::pickle::{Node, NodeId, Pickle};
use crate::model::weights::WeightKind;

/// More dimensions than this no weight has.
const MAX_DIMENSIONS: usize = 8;

/// Where and how a tensor's values lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StridedTensor {
    /// Name of the storage in the archive.
    pub(super) storage: String,
    /// Number format of the storage.
    pub(super) kind: WeightKind,
    /// Bytes per element; 0 where the number format is not accepted.
    pub(super) element_bytes: usize,
    /// Elements of the storage.
    pub(super) storage_elements: u64,
    /// First element.
    pub(super) offset: u64,
    /// Shape.
    pub(super) shape: Vec<u64>,
    /// Elements between neighbours of each dimension.
    pub(super) strides: Vec<u64>,
}

impl StridedTensor {
    /// Reads the description at `id`.
    ///
    /// `Ok(None)` where the value is no tensor; a sentence where it is one that contradicts itself.
    pub(super) fn from_pickle(pickle: &Pickle, id: NodeId) -> Result<Option<Self>, String> {
        let Some(object) = pickle.object(id) else {
            return Ok(None);
        };
        let Some(function) = pickle.global(object.callable) else {
            return Ok(None);
        };
        let arguments = pickle.items(object.arguments).unwrap_or_default();
        match (&*function.module, &*function.name) {
            ("torch._utils", "_rebuild_parameter" | "_rebuild_parameter_with_state") => {
                match arguments.first() {
                    // A parameter wraps a tensor, never another parameter; so this recursion is one level deep.
                    Some(&inner) if !is_parameter(pickle, inner) => {
                        Self::from_pickle(pickle, inner)
                    }
                    _ => Err("a parameter without a tensor".to_owned()),
                }
            }
            ("torch._utils", "_rebuild_tensor" | "_rebuild_tensor_v2") => match arguments {
                [storage, offset, shape, strides, ..] => {
                    Self::from_parts(pickle, [*storage, *offset, *shape, *strides]).map(Some)
                }
                _ => Err("a tensor with too few arguments".to_owned()),
            },
            _ => Ok(None),
        }
    }

    fn from_parts(pickle: &Pickle, parts: [NodeId; 4]) -> Result<Self, String> {
        let [storage, offset, shape, strides] = parts;
        let Node::Persistent(description) = pickle.node(storage) else {
            return Err("a tensor without a storage".to_owned());
        };
        let [tag, class, key, _location, elements] = pickle.items(*description).unwrap_or_default()
        else {
            return Err("a storage with a description of the wrong length".to_owned());
        };
        let (Some("storage"), Some(class), Some(key)) =
            (pickle.text(*tag), pickle.global(*class), pickle.text(*key))
        else {
            return Err("a storage without a class or a name".to_owned());
        };
        let (kind, element_bytes) = kind_of_storage(&class.name);
        let tensor = Self {
            storage: key.to_owned(),
            kind,
            element_bytes,
            storage_elements: natural(pickle, *elements)?,
            offset: natural(pickle, offset)?,
            shape: naturals(pickle, shape)?,
            strides: naturals(pickle, strides)?,
        };
        tensor.check()?;
        Ok(tensor)
    }

    /// Number of elements; [`StridedTensor::check`] has excluded overflow.
    pub(super) fn elements(&self) -> u64 {
        self.shape.iter().product()
    }

    /// Elements from the first to the last that belongs to the tensor, inclusive.
    pub(super) fn span(&self) -> u64 {
        if self.elements() == 0 {
            return 0;
        }
        let steps = self.shape.iter().zip(&self.strides);
        1 + steps.map(|(side, stride)| (side - 1) * stride).sum::<u64>()
    }

    /// Whether the elements follow each other in storage as in the tensor.
    pub(super) fn is_contiguous(&self) -> bool {
        let mut expected = 1_u64;
        self.shape
            .iter()
            .zip(&self.strides)
            .rev()
            .all(|(&side, &stride)| {
                let sound = side <= 1 || stride == expected;
                expected = side.max(1).saturating_mul(expected);
                sound
            })
    }

    /// Copies the elements out of the bytes of their span, in the order of the tensor.
    pub(super) fn gather(&self, span: &[u8]) -> Option<Vec<u8>> {
        let size = self.element_bytes;
        let mut gathered = Vec::with_capacity(self.elements() as usize * size);
        let mut index = vec![0_u64; self.shape.len()];
        for _ in 0..self.elements() {
            let steps = index.iter().zip(&self.strides);
            let element = steps.map(|(at, stride)| at * stride).sum::<u64>() as usize;
            gathered.extend_from_slice(span.get(element * size..(element + 1) * size)?);
            for (at, &side) in index.iter_mut().zip(&self.shape).rev() {
                *at += 1;
                if *at < side {
                    break;
                }
                *at = 0;
            }
        }
        Some(gathered)
    }

    fn check(&self) -> Result<(), String> {
        let dimensions = self.shape.len();
        if dimensions > MAX_DIMENSIONS || dimensions != self.strides.len() {
            return Err(format!(
                "a tensor with {dimensions} dimensions and {} strides",
                self.strides.len()
            ));
        }
        let product = |sides: &[u64]| sides.iter().try_fold(1_u64, |all, &s| all.checked_mul(s));
        let elements = product(&self.shape).ok_or("a tensor with too many elements")?;
        // An expanded tensor (stride 0) would be larger than its storage without bound.
        if elements > self.storage_elements {
            return Err(format!(
                "a tensor with {elements} elements on a storage of {}",
                self.storage_elements
            ));
        }
        let mut last = self.offset;
        for (&side, &stride) in self.shape.iter().zip(&self.strides) {
            let reach = side.saturating_sub(1).checked_mul(stride);
            let sum = reach.and_then(|reach| last.checked_add(reach));
            last = sum.ok_or("a tensor whose strides overflow")?;
        }
        if elements > 0 && last >= self.storage_elements {
            return Err(format!(
                "a tensor that reaches element {last} of a storage of {}",
                self.storage_elements
            ));
        }
        Ok(())
    }
}

fn is_parameter(pickle: &Pickle, id: NodeId) -> bool {
    let callable = pickle
        .object(id)
        .and_then(|object| pickle.global(object.callable));
    callable.is_some_and(|function| function.name.starts_with("_rebuild_parameter"))
}

fn kind_of_storage(class: &str) -> (WeightKind, usize) {
    match class {
        "FloatStorage" => (WeightKind::F32, 4),
        "HalfStorage" => (WeightKind::F16, 2),
        "BFloat16Storage" => (WeightKind::BF16, 2),
        "LongStorage" => (WeightKind::I64, 8),
        other => (WeightKind::Other(other.to_owned()), 0),
    }
}

fn natural(pickle: &Pickle, id: NodeId) -> Result<u64, String> {
    match pickle.node(id) {
        Node::Int(value) => u64::try_from(*value).map_err(|_negative| format!("a size of {value}")),
        _ => Err("a size that is no number".to_owned()),
    }
}

fn naturals(pickle: &Pickle, id: NodeId) -> Result<Vec<u64>, String> {
    let items = pickle.items(id).ok_or("a shape that is no tuple")?;
    if items.len() > MAX_DIMENSIONS {
        return Err(format!("a tensor with {} dimensions", items.len()));
    }
    items.iter().map(|&item| natural(pickle, item)).collect()
}
