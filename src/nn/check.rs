//! Asking between the blocks of a network whether its answer is still wanted.

use std::convert::Infallible;

/// Asked before every block of a network. An error ends the pass there and is what the pass returns: a whole pass of
/// a large network takes seconds on a CPU, longer than a reader waits after a cancel.
pub type Check<'a, E> = &'a dyn Fn() -> Result<(), E>;

/// The [`Check`] of a pass that nobody ends.
///
/// # Errors
/// None.
pub fn go_on() -> Result<(), Infallible> {
    Ok(())
}
