//! The values a pickle describes, in one arena.

/// Index of a value in its [`Pickle`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in crate::model::import) struct NodeId(pub(super) u32);

/// One value. References are indices, so that shared and cyclic structures need no care when they are dropped.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::model::import) enum Node {
    /// `None`.
    None,
    /// A truth value.
    Bool(bool),
    /// An integer that fits 64 bits.
    Int(i64),
    /// A wider integer; its value is not needed anywhere.
    WideInt,
    /// A floating-point number.
    Float(f64),
    /// A text.
    Text(Box<str>),
    /// Bytes; their content is not needed anywhere.
    Bytes,
    /// A tuple.
    Tuple(Box<[NodeId]>),
    /// A list, a set or a frozen set.
    Sequence(Vec<NodeId>),
    /// A dictionary.
    Mapping(Vec<(NodeId, NodeId)>),
    /// A class or function by its name; an index into [`Pickle::globals`].
    Global(usize),
    /// What Python would have made by calling something.
    Object(Box<Object>),
    /// A value that lies outside of the pickle (a tensor's storage), with its description.
    Persistent(NodeId),
}

/// A call that was written down instead of made.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::model::import) struct Object {
    /// What would have been called; in sound checkpoints a [`Node::Global`].
    pub(in crate::model::import) callable: NodeId,
    /// The tuple of its arguments.
    pub(in crate::model::import) arguments: NodeId,
    /// The state set afterwards, usually the dictionary of attributes.
    pub(in crate::model::import) state: Option<NodeId>,
    /// Entries set afterwards (an ordered dictionary's).
    pub(in crate::model::import) entries: Vec<(NodeId, NodeId)>,
    /// Items appended afterwards (a list's or a set's).
    pub(in crate::model::import) items: Vec<NodeId>,
}

/// A class or function a pickle names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::model::import) struct GlobalName {
    /// Dotted module.
    pub(in crate::model::import) module: Box<str>,
    /// Qualified name inside the module.
    pub(in crate::model::import) name: Box<str>,
}

impl GlobalName {
    /// `module.name`, cut where it is absurdly long.
    pub(in crate::model::import) fn dotted(&self) -> String {
        format!("{}.{}", self.module, self.name)
            .chars()
            .filter(|c| !c.is_control())
            .take(120)
            .collect()
    }
}

/// A pickle that was read.
#[derive(Debug)]
pub(in crate::model::import) struct Pickle {
    pub(super) nodes: Vec<Node>,
    pub(super) globals: Vec<GlobalName>,
    /// The value the pickle stands for.
    pub(in crate::model::import) root: NodeId,
    /// Classes that are not known to belong to networks; nothing was done with them.
    pub(in crate::model::import) unknown: Vec<String>,
    /// Bytes of the input up to the end of the pickle.
    pub(in crate::model::import) length: usize,
}

impl Pickle {
    /// The value at an index.
    pub(in crate::model::import) fn node(&self, id: NodeId) -> &Node {
        self.nodes.get(id.0 as usize).unwrap_or(&Node::None)
    }

    /// The text at an index, where it is one.
    pub(in crate::model::import) fn text(&self, id: NodeId) -> Option<&str> {
        match self.node(id) {
            Node::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The name at an index, where it is a class or function.
    pub(in crate::model::import) fn global(&self, id: NodeId) -> Option<&GlobalName> {
        match self.node(id) {
            Node::Global(index) => self.globals.get(*index),
            _ => None,
        }
    }

    /// The written-down call at an index, where it is one.
    pub(in crate::model::import) fn object(&self, id: NodeId) -> Option<&Object> {
        match self.node(id) {
            Node::Object(object) => Some(object),
            _ => None,
        }
    }

    /// Items of a tuple, list or set.
    pub(in crate::model::import) fn items(&self, id: NodeId) -> Option<&[NodeId]> {
        match self.node(id) {
            Node::Tuple(items) => Some(items),
            Node::Sequence(items) => Some(items),
            _ => None,
        }
    }

    /// Entries of a dictionary, plain or ordered.
    pub(in crate::model::import) fn entries(&self, id: NodeId) -> Option<&[(NodeId, NodeId)]> {
        match self.node(id) {
            Node::Mapping(entries) => Some(entries),
            Node::Object(object) => {
                let class = self.global(object.callable)?;
                (&*class.name == "OrderedDict").then_some(&object.entries)
            }
            _ => None,
        }
    }

    /// The value of a text key in a dictionary; the last one where a key is set twice, as in Python.
    pub(in crate::model::import) fn entry(&self, mapping: NodeId, key: &str) -> Option<NodeId> {
        self.entries(mapping)?
            .iter()
            .rev()
            .find(|(name, _)| self.text(*name) == Some(key))
            .map(|&(_, value)| value)
    }
}
