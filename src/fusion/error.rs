//! What can go wrong while fusing.

use crate::radiograph::ShapeError;

/// Why pictures could not be fused or restored.
#[derive(Debug, thiserror::Error, PartialEq)]
pub enum FusionError {
    /// Two pictures that must share a grid do not.
    #[error(
        "{what} has {} x {} pixels where {} x {} are needed; bring both to one grid first",
        found.0, found.1, expected.0, expected.1
    )]
    SizeMismatch {
        /// The picture at fault.
        what: &'static str,
        /// Width and height it has.
        found: (usize, usize),
        /// Width and height it should have.
        expected: (usize, usize),
    },
    /// The Poisson equation was not solved to the wanted accuracy.
    #[error(
        "the Poisson solve stopped after {iterations} iterations at a relative residual of \
         {residual:.1e} (wanted {tolerance:.1e}); check the pictures for values that are not finite"
    )]
    NotConverged {
        /// Iterations done.
        iterations: usize,
        /// Relative residual reached.
        residual: f64,
        /// Relative residual wanted.
        tolerance: f64,
    },
    /// A grid and its number of values disagree.
    #[error(transparent)]
    Shape(#[from] ShapeError),
}

/// Checks that the picture called `what` has the `expected` width and height.
pub(super) fn ensure_size(
    what: &'static str,
    found: (usize, usize),
    expected: (usize, usize),
) -> Result<(), FusionError> {
    if found == expected {
        Ok(())
    } else {
        Err(FusionError::SizeMismatch {
            what,
            found,
            expected,
        })
    }
}
