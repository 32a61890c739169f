//! Who watches over work on a dataset, and may end it.

/// Watches over work on many pairs, from all of its threads.
pub trait Observer: Sync {
    /// `done` of `all` pairs are done; told one at a time, in rising order.
    fn progressed(&self, done: usize, all: usize);
    /// Whether the work is to end; asked before every pair.
    fn is_cancelled(&self) -> bool {
        false
    }
}

/// Watches nothing and never ends the work.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unwatched;

impl Observer for Unwatched {
    fn progressed(&self, _done: usize, _all: usize) {}
}

/// Asks another observer whether to end, and tells it nothing: of work before the pairs are known.
pub(super) struct CancelOnly<'a>(pub(super) &'a dyn Observer);

impl Observer for CancelOnly<'_> {
    fn progressed(&self, _done: usize, _all: usize) {}

    fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }
}
