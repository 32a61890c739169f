//! The stack machine.

use super::globals::{Standing, standing};
use super::reader::Reader;
use super::value::{GlobalName, Node, NodeId, Object, Pickle};
use super::{MAX_OPERATIONS, PickleError};
use std::collections::{BTreeSet, HashMap};

/// Longest module or class name that is kept.
const MAX_NAME_BYTES: usize = 512;

/// Reads one pickle from the start of `bytes`.
///
/// # Errors
/// [`PickleError::Forbidden`] names every function that has no place in a checkpoint, also where the pickle is
/// damaged besides; [`PickleError::Malformed`] and [`PickleError::TooLong`] otherwise.
pub(in crate::model::import) fn read_pickle(bytes: &[u8]) -> Result<Pickle, PickleError> {
    let mut machine = Machine::new(bytes);
    let outcome = machine.run();
    let forbidden = machine.refused_globals();
    if !forbidden.is_empty() {
        return Err(PickleError::Forbidden(forbidden));
    }
    let root = outcome?;
    Ok(Pickle {
        unknown: machine.unknown_globals(),
        root,
        length: machine.reader.position(),
        nodes: machine.nodes,
        globals: machine.globals,
    })
}

/// State of the machine; the operations themselves are in `operations.rs`.
pub(super) struct Machine<'a> {
    pub(super) reader: Reader<'a>,
    nodes: Vec<Node>,
    pub(super) stack: Vec<NodeId>,
    /// Heights of the stack at which marks stand.
    marks: Vec<usize>,
    pub(super) memo: HashMap<u32, NodeId>,
    globals: Vec<GlobalName>,
    /// Globals that the pickle would call as functions.
    called: BTreeSet<usize>,
}

impl<'a> Machine<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self {
            reader: Reader::new(bytes),
            nodes: Vec::new(),
            stack: Vec::new(),
            marks: Vec::new(),
            memo: HashMap::new(),
            globals: Vec::new(),
            called: BTreeSet::new(),
        }
    }

    fn run(&mut self) -> Result<NodeId, PickleError> {
        for _ in 0..MAX_OPERATIONS {
            let operation = self.reader.u8()?;
            if operation == b'.' {
                return self.pop();
            }
            self.step(operation)?;
        }
        Err(PickleError::TooLong)
    }

    /// Puts a new value on the stack.
    pub(super) fn push(&mut self, node: Node) {
        // MAX_OPERATIONS keeps the number of values far below the range of the index.
        let id = NodeId(self.nodes.len() as u32);
        self.nodes.push(node);
        self.stack.push(id);
    }

    /// Takes the topmost value; values below the last mark are out of reach.
    pub(super) fn pop(&mut self) -> Result<NodeId, PickleError> {
        let floor = self.marks.last().copied().unwrap_or(0);
        if self.stack.len() <= floor {
            return Err(malformed("it takes a value from an empty stack"));
        }
        self.stack
            .pop()
            .ok_or_else(|| malformed("it takes a value from an empty stack"))
    }

    /// The topmost value, left in place.
    pub(super) fn top(&self) -> Result<NodeId, PickleError> {
        let floor = self.marks.last().copied().unwrap_or(0);
        let top = self.stack.get(floor..).and_then(<[NodeId]>::last);
        top.copied()
            .ok_or_else(|| malformed("it looks at an empty stack"))
    }

    pub(super) fn mark(&mut self) {
        self.marks.push(self.stack.len());
    }

    /// Takes everything above the last mark, and the mark.
    pub(super) fn pop_to_mark(&mut self) -> Result<Vec<NodeId>, PickleError> {
        let height = self.marks.pop();
        let height = height.ok_or_else(|| malformed("it returns to a mark that was never set"))?;
        Ok(self.stack.split_off(height))
    }

    /// Removes one value or, where the topmost thing is a mark, the mark.
    pub(super) fn discard(&mut self) -> Result<(), PickleError> {
        if self.marks.last() == Some(&self.stack.len()) {
            self.marks.pop();
            return Ok(());
        }
        self.pop().map(|_discarded| ())
    }

    pub(super) fn node(&self, id: NodeId) -> &Node {
        self.nodes.get(id.0 as usize).unwrap_or(&Node::None)
    }

    /// Puts a class or function name on the stack.
    pub(super) fn push_global(&mut self, module: &str, name: &str) -> Result<(), PickleError> {
        // A remembered text can be used as a name millions of times, each time copied.
        if module.len().max(name.len()) > MAX_NAME_BYTES {
            return Err(malformed("the name of a class is absurdly long"));
        }
        let global = GlobalName {
            module: module.into(),
            name: name.into(),
        };
        self.globals.push(global);
        self.push(Node::Global(self.globals.len() - 1));
        Ok(())
    }

    /// Writes down a call. `as_function` is false where Python would only allocate an object of a class.
    pub(super) fn push_object(
        &mut self,
        callable: NodeId,
        arguments: NodeId,
        as_function: bool,
    ) -> Result<(), PickleError> {
        match *self.node(callable) {
            Node::Global(index) if as_function => {
                self.called.insert(index);
            }
            Node::Global(_) => {}
            _ => return Err(malformed("it calls something that is no class or function")),
        }
        self.push(Node::Object(Box::new(Object {
            callable,
            arguments,
            state: None,
            entries: Vec::new(),
            items: Vec::new(),
        })));
        Ok(())
    }

    /// Appends items to the list, set or object on top.
    pub(super) fn extend_items(&mut self, items: Vec<NodeId>) -> Result<(), PickleError> {
        let target = self.top()?;
        match self.nodes.get_mut(target.0 as usize) {
            Some(Node::Sequence(list)) => list.extend(items),
            Some(Node::Object(object)) => object.items.extend(items),
            _ => return Err(malformed("it appends to a value that is no list")),
        }
        Ok(())
    }

    /// Sets entries of the dictionary or object on top; keys and values alternate.
    pub(super) fn extend_entries(&mut self, flat: &[NodeId]) -> Result<(), PickleError> {
        let target = self.top()?;
        let (pairs, rest) = flat.as_chunks::<2>();
        if !rest.is_empty() {
            return Err(malformed("a dictionary has a key without a value"));
        }
        let pairs = pairs.iter().map(|&[key, value]| (key, value));
        match self.nodes.get_mut(target.0 as usize) {
            Some(Node::Mapping(entries)) => entries.extend(pairs),
            Some(Node::Object(object)) => object.entries.extend(pairs),
            _ => {
                return Err(malformed(
                    "it sets an entry of a value that is no dictionary",
                ));
            }
        }
        Ok(())
    }

    /// Sets the state of the object on top.
    pub(super) fn set_state(&mut self, state: NodeId) -> Result<(), PickleError> {
        let target = self.top()?;
        match self.nodes.get_mut(target.0 as usize) {
            Some(Node::Object(object)) => {
                object.state = Some(state);
                Ok(())
            }
            _ => Err(malformed("it sets the state of a value that is no object")),
        }
    }

    fn refused_globals(&self) -> Vec<String> {
        let refused = |(index, global): (usize, &GlobalName)| match standing(global) {
            Standing::Known => false,
            Standing::Unknown => self.called.contains(&index),
            Standing::Forbidden => true,
        };
        self.names_where(refused)
    }

    fn unknown_globals(&self) -> Vec<String> {
        self.names_where(|(_, global)| standing(global) == Standing::Unknown)
    }

    fn names_where(&self, wanted: impl Fn((usize, &GlobalName)) -> bool) -> Vec<String> {
        let names: BTreeSet<String> = self
            .globals
            .iter()
            .enumerate()
            .filter(|&(index, global)| wanted((index, global)))
            .map(|(_, global)| global.dotted())
            .collect();
        names.into_iter().collect()
    }
}

pub(super) fn malformed(reason: &str) -> PickleError {
    PickleError::Malformed(reason.to_owned())
}
