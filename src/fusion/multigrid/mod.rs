//! The Poisson equation on an arbitrary set of pixels, solved by conjugate gradients with one
//! multigrid V-cycle as preconditioner: work proportional to the number of unknowns.
//!
//! Every grid carries a frame of one pixel that is never unknown, so that each unknown has four
//! neighbours. Coarse grids take every second pixel; what they miss of a ragged border the
//! conjugate gradients make up for. All arithmetic is `f64`: the 8-bit mode truncates the result,
//! and an error of 1e-6 would flip grey levels there.

mod level;

use self::level::{Level, Order};
use super::FusionError;
use crate::radiograph::Raster;

/// Grids with fewer unknowns than this are relaxed to the end instead of being coarsened.
const COARSEST_UNKNOWNS: usize = 40;
/// Symmetric Gauss-Seidel sweeps that solve the coarsest grid.
const COARSEST_SWEEPS: usize = 24;
/// Gauss-Seidel sweeps before and after each coarse correction.
const SMOOTHING_SWEEPS: usize = 2;

/// Accuracy at which a solve stops.
#[derive(Debug, Clone, Copy)]
pub(super) struct Accuracy {
    /// Norm of the residual relative to that of the right-hand side.
    pub(super) tolerance: f64,
    /// Conjugate-gradient iterations after which the solve is given up.
    pub(super) max_iterations: usize,
}

/// `4 u(p) - sum of u over the four neighbours of p = b(p)` on the unknown pixels, `u = 0` elsewhere.
pub(super) struct DirichletProblem {
    levels: Vec<Level>,
}

impl DirichletProblem {
    /// Takes the non-zero pixels as unknowns, except the outermost frame of the picture.
    pub(super) fn new(unknown: &Raster<u8>) -> Self {
        let mut levels = vec![Level::finest(unknown)];
        while let Some(finer) = levels.last() {
            if finer.num_unknowns() <= COARSEST_UNKNOWNS {
                break;
            }
            let coarser = finer.coarsened();
            if coarser.num_unknowns() == 0 {
                break;
            }
            levels.push(coarser);
        }
        Self { levels }
    }

    /// Whether the pixel with index `i` of the picture is an unknown.
    pub(super) fn is_unknown(&self, i: usize) -> bool {
        let Some(finest) = self.levels.first() else {
            return false;
        };
        finest.unknown[finest.padded_index(i)]
    }

    /// Solves for the right-hand side `b`, given on the picture; its values off the unknowns are
    /// not read.
    ///
    /// # Errors
    /// [`FusionError::NotConverged`] where `accuracy` is not reached.
    pub(super) fn solve(
        &mut self,
        b: &Raster<f64>,
        accuracy: Accuracy,
    ) -> Result<Raster<f64>, FusionError> {
        let Some(finest) = self.levels.first() else {
            return Ok(b.map(|_| 0.0));
        };
        let mut residual = vec![0.0; finest.solution.len()];
        for (i, &value) in b.values().iter().enumerate() {
            let padded = finest.padded_index(i);
            if finest.unknown[padded] {
                residual[padded] = value;
            }
        }
        let solution = self.conjugate_gradients(residual, accuracy)?;
        let finest = &self.levels[0];
        let mut values = b.map(|_| 0.0);
        for (i, value) in values.values_mut().iter_mut().enumerate() {
            *value = solution[finest.padded_index(i)];
        }
        Ok(values)
    }

    fn conjugate_gradients(
        &mut self,
        mut residual: Vec<f64>,
        accuracy: Accuracy,
    ) -> Result<Vec<f64>, FusionError> {
        let Accuracy {
            tolerance,
            max_iterations,
        } = accuracy;
        let target = tolerance * dot(&residual, &residual).sqrt();
        let mut solution = vec![0.0; residual.len()];
        if target == 0.0 {
            return Ok(solution);
        }
        let mut direction = self.precondition(&residual);
        let mut applied = vec![0.0; residual.len()];
        let mut energy = dot(&residual, &direction);
        for _ in 0..max_iterations {
            self.levels[0].apply(&direction, &mut applied);
            let step = energy / dot(&direction, &applied);
            add_scaled(&mut solution, step, &direction);
            add_scaled(&mut residual, -step, &applied);
            if dot(&residual, &residual).sqrt() <= target {
                return Ok(solution);
            }
            let corrected = self.precondition(&residual);
            let next_energy = dot(&residual, &corrected);
            let kept = next_energy / energy;
            energy = next_energy;
            for (d, &c) in direction.iter_mut().zip(&corrected) {
                *d = c + kept * *d;
            }
        }
        Err(FusionError::NotConverged {
            iterations: max_iterations,
            residual: tolerance * dot(&residual, &residual).sqrt() / target,
            tolerance,
        })
    }

    fn precondition(&mut self, residual: &[f64]) -> Vec<f64> {
        self.levels[0].right_side.copy_from_slice(residual);
        v_cycle(&mut self.levels);
        self.levels[0].solution.clone()
    }
}

/// One symmetric V-cycle from a zero guess: `right_side` to `solution` of the first level.
fn v_cycle(levels: &mut [Level]) {
    let Some((finer, coarser)) = levels.split_first_mut() else {
        return;
    };
    finer.solution.fill(0.0);
    let Some(next) = coarser.first_mut() else {
        for _ in 0..COARSEST_SWEEPS {
            finer.relax(Order::RedFirst);
            finer.relax(Order::BlackFirst);
        }
        return;
    };
    for _ in 0..SMOOTHING_SWEEPS {
        finer.relax(Order::RedFirst);
    }
    finer.restrict_residual_to(next);
    v_cycle(coarser);
    if let Some(next) = coarser.first() {
        finer.add_interpolated(next);
    }
    // The reverse order makes the cycle symmetric, as conjugate gradients require.
    for _ in 0..SMOOTHING_SWEEPS {
        finer.relax(Order::BlackFirst);
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

fn add_scaled(to: &mut [f64], factor: f64, values: &[f64]) {
    for (t, &v) in to.iter_mut().zip(values) {
        *t += factor * v;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCURACY: Accuracy = Accuracy {
        tolerance: 1e-6,
        max_iterations: 60,
    };

    /// Two ragged lungs on a square picture.
    fn lungs(size: usize) -> Raster<u8> {
        let mut mask = Raster::filled(size, size, 0_u8);
        for (i, value) in mask.values_mut().iter_mut().enumerate() {
            let (y, x) = ((i / size) as f64, (i % size) as f64);
            let (y, x) = (y / size as f64 - 0.5, x / size as f64 - 0.5);
            let ripple = 1.0 + 0.1 * (40.0 * y).sin() * (31.0 * x).cos();
            let lung = ((x.abs() - 0.22) / 0.16).powi(2) + (y / 0.36).powi(2);
            *value = u8::from(lung < ripple);
        }
        mask
    }

    fn wave(size: usize) -> Raster<f64> {
        let values = (0..size * size)
            .map(|i| ((i / size) as f64 * 0.3).sin() + ((i % size) as f64 * 0.05).cos())
            .collect();
        Raster::new(size, size, values).unwrap()
    }

    #[test]
    fn the_equation_holds_at_every_unknown() {
        let size = 90;
        let (mask, b) = (lungs(size), wave(size));
        let mut problem = DirichletProblem::new(&mask);
        let u = problem.solve(&b, ACCURACY).unwrap();
        let at = |row: usize, col: usize| u.get(row, col).unwrap();
        for row in 1..size - 1 {
            for col in 1..size - 1 {
                if mask.get(row, col) == Some(1) {
                    let around =
                        at(row - 1, col) + at(row + 1, col) + at(row, col - 1) + at(row, col + 1);
                    let left = 4.0 * at(row, col) - around;
                    let error = left - b.get(row, col).unwrap();
                    assert!(error.abs() < 1e-4, "({row}, {col}): {error}");
                } else {
                    assert!(at(row, col) == 0.0);
                }
            }
        }
    }

    #[test]
    fn iterations_do_not_grow_with_the_picture() {
        let accuracy = Accuracy {
            max_iterations: 14,
            ..ACCURACY
        };
        for size in [64, 128, 256, 512] {
            let solved = DirichletProblem::new(&lungs(size)).solve(&wave(size), accuracy);
            assert!(solved.is_ok(), "{size} px: {:?}", solved.err());
        }
    }

    #[test]
    fn no_unknowns_and_no_picture_are_no_trouble() {
        for (width, height) in [(0, 0), (1, 1), (2, 9), (5, 5)] {
            let mut problem = DirichletProblem::new(&Raster::filled(width, height, 0_u8));
            let b = Raster::filled(width, height, 1.0);
            let solution = problem.solve(&b, ACCURACY).unwrap();
            assert!(solution.values().iter().all(|&u| u == 0.0));
        }
    }

    #[test]
    fn values_that_are_not_finite_are_an_error() {
        let mut b = wave(32);
        b.values_mut()[16 * 32 + 9] = f64::NAN;
        let solved = DirichletProblem::new(&lungs(32)).solve(&b, ACCURACY);
        assert!(matches!(solved, Err(FusionError::NotConverged { .. })));
    }
}
