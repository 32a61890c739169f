//! From a pickled module tree, or a plain state dict, to named tensors.

use super::pickle::{Node, NodeId, Pickle};
use super::tensor::StridedTensor;
use std::collections::BTreeSet;

/// Modules nested deeper than this are no network of this family.
const MAX_DEPTH: usize = 32;
/// The largest published network has about 1,200 modules.
const MAX_MODULES: usize = 20_000;
/// The largest published network has 1,574 tensors.
const MAX_TENSORS: usize = 20_000;
/// Attributes of one module, or entries of one state dict.
const MAX_ENTRIES: usize = 20_000;
/// Longest name of one tensor.
const MAX_NAME_BYTES: usize = 512;
/// Keys under which training scripts keep the state dict beside other things.
const WRAPPERS: [&str; 4] = ["state_dict", "model_state_dict", "model", "net"];

/// A tensor with the name it has in a state dict.
pub(super) type NamedTensor = (String, StridedTensor);

/// Lists the tensors of a pickled module or state dict under the names `state_dict()` would give them.
///
/// Parameters come before buffers, and a module's own before its children's. Buffers that torch does not save, and
/// values of a state dict that are no tensors, are left out. A common prefix `module.` (data-parallel training) is
/// taken off.
pub(super) fn named_tensors(pickle: &Pickle) -> Result<Vec<NamedTensor>, String> {
    let mut walk = Walk {
        pickle,
        tensors: Vec::new(),
        modules: 0,
    };
    walk.value(pickle.root, true)?;
    let mut tensors = walk.tensors;
    if tensors.is_empty() {
        return Err("it holds no tensors of a network".to_owned());
    }
    if tensors.iter().all(|(name, _)| name.starts_with("module.")) {
        for (name, _) in &mut tensors {
            name.drain(.."module.".len());
        }
    }
    let mut names = BTreeSet::new();
    match tensors.iter().find(|(name, _)| !names.insert(name)) {
        Some((name, _)) => Err(format!("two tensors are named {name}")),
        None => Ok(tensors),
    }
}

struct Walk<'a> {
    pickle: &'a Pickle,
    tensors: Vec<NamedTensor>,
    modules: usize,
}

impl<'a> Walk<'a> {
    /// A module, a state dict, or (once) a dictionary around one of them.
    fn value(&mut self, id: NodeId, may_be_wrapped: bool) -> Result<(), String> {
        if let Some(state) = self.module_state(id) {
            return self.module(state, "", 0);
        }
        let Some(entries) = self.pickle.entries(id) else {
            return Err("it holds neither a module nor a state dict".to_owned());
        };
        self.tensors_of(entries, "", &BTreeSet::new())?;
        if !self.tensors.is_empty() || !may_be_wrapped {
            return Ok(());
        }
        let wrapped = WRAPPERS.iter().find_map(|key| self.pickle.entry(id, key));
        match wrapped {
            Some(inner) => self.value(inner, false),
            None => Ok(()),
        }
    }

    /// The attributes of a value, where it is a module.
    fn module_state(&self, id: NodeId) -> Option<NodeId> {
        let state = self.pickle.object(id)?.state?;
        let is_module = self.pickle.entries(state)?.len() <= MAX_ENTRIES
            && self.pickle.entry(state, "_parameters").is_some()
            && self.pickle.entry(state, "_modules").is_some();
        is_module.then_some(state)
    }

    fn module(&mut self, state: NodeId, prefix: &str, depth: usize) -> Result<(), String> {
        self.modules += 1;
        if depth > MAX_DEPTH || self.modules > MAX_MODULES {
            return Err("its modules are nested without end".to_owned());
        }
        let unsaved = self.unsaved_buffers(state);
        for (attribute, skipped) in [("_parameters", &BTreeSet::new()), ("_buffers", &unsaved)] {
            let entries = self.attribute(state, attribute);
            self.tensors_of(entries, prefix, skipped)?;
        }
        for &(name, child) in self.attribute(state, "_modules") {
            if matches!(self.pickle.node(child), Node::None) {
                continue;
            }
            let name = self.name(prefix, name)?;
            let Some(child) = self.module_state(child) else {
                return Err(format!("{name} is listed as a module but is none"));
            };
            self.module(child, &format!("{name}."), depth + 1)?;
        }
        Ok(())
    }

    fn attribute(&self, state: NodeId, name: &str) -> &'a [(NodeId, NodeId)] {
        let value = self.pickle.entry(state, name);
        let entries = value.and_then(|value| self.pickle.entries(value));
        entries.unwrap_or_default()
    }

    fn tensors_of(
        &mut self,
        entries: &[(NodeId, NodeId)],
        prefix: &str,
        skipped: &BTreeSet<&str>,
    ) -> Result<(), String> {
        if entries.len() > MAX_ENTRIES {
            return Err(format!("a dictionary has {} entries", entries.len()));
        }
        for &(key, value) in entries {
            if self
                .pickle
                .text(key)
                .is_some_and(|key| skipped.contains(key))
            {
                continue;
            }
            let tensor = StridedTensor::from_pickle(self.pickle, value);
            let tensor = tensor.map_err(|reason| {
                let name = self.name(prefix, key).unwrap_or_default();
                format!("{name} is {reason}")
            })?;
            if let Some(tensor) = tensor {
                let name = self.name(prefix, key)?;
                self.tensors.push((name, tensor));
            }
            if self.tensors.len() > MAX_TENSORS {
                return Err(format!("it has more than {MAX_TENSORS} tensors"));
            }
        }
        Ok(())
    }

    /// Names in `_non_persistent_buffers_set`, a `set([...])`.
    fn unsaved_buffers(&self, state: NodeId) -> BTreeSet<&'a str> {
        let value = self.pickle.entry(state, "_non_persistent_buffers_set");
        let items = value.and_then(|value| match self.pickle.object(value) {
            Some(set) => {
                let list = self.pickle.items(set.arguments)?.first()?;
                self.pickle.items(*list)
            }
            None => self.pickle.items(value),
        });
        let items = items.unwrap_or_default().iter();
        items.filter_map(|&item| self.pickle.text(item)).collect()
    }

    fn name(&self, prefix: &str, key: NodeId) -> Result<String, String> {
        match self.pickle.text(key) {
            Some(key) if prefix.len() + key.len() <= MAX_NAME_BYTES => Ok(format!("{prefix}{key}")),
            Some(_) => Err("a tensor has an absurdly long name".to_owned()),
            None => Err("a tensor has a name that is no text".to_owned()),
        }
    }
}
