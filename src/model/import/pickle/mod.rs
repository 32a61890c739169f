//! A pickle *reader*: the stack machine of Python's pickle with every effect taken out.
//!
//! A pickle is a program. Python runs it; this module only follows its stack and memo and writes down, as a tree of
//! plain values, what the program *would* have called with which arguments. Nothing is imported, looked up or called,
//! whatever the file says. Names of classes and functions are kept as text and judged by [`globals`]: a file that
//! would call anything beyond tensors, containers and network modules is refused with those names.
//!
//! Limits: [`MAX_OPERATIONS`] operations, and the values fit into memory because each operation makes at most one of
//! them and texts are never longer than the pickle itself.
//!
//! Must not know tensors, archives or networks.
//!
//! Source: Python's `Lib/pickletools.py` describes every operation code.

mod globals;
mod machine;
mod operations;
mod reader;
mod value;

pub(super) use machine::read_pickle;
pub(super) use value::{Node, NodeId, Pickle};

/// Operations after which a pickle is refused; the largest published checkpoint has about 300,000.
pub(super) const MAX_OPERATIONS: usize = 4_000_000;

/// Why a pickle was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PickleError {
    /// It would call these functions.
    Forbidden(Vec<String>),
    /// It is not well formed.
    Malformed(String),
    /// It has more operations than [`MAX_OPERATIONS`].
    TooLong,
}

#[cfg(test)]
mod tests;
