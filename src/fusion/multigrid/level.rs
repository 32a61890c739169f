//! One grid of the multigrid hierarchy: its unknowns, relaxation, and transfer to the next.

use crate::radiograph::Raster;

/// Which colour a sweep relaxes first.
#[derive(Clone, Copy)]
pub(super) enum Order {
    RedFirst,
    BlackFirst,
}

/// One grid of the hierarchy, with its frame.
pub(super) struct Level {
    /// Width without the frame.
    width: usize,
    /// Height without the frame.
    height: usize,
    pub(super) unknown: Vec<bool>,
    /// Unknowns with an even sum of row and column, and those with an odd one: neighbours are
    /// always of the other colour, so a sweep over one colour needs no order.
    red: Vec<usize>,
    black: Vec<usize>,
    pub(super) solution: Vec<f64>,
    pub(super) right_side: Vec<f64>,
    residual: Vec<f64>,
}

impl Level {
    pub(super) fn finest(picture: &Raster<u8>) -> Self {
        let (width, height) = picture.size();
        let inner = |i: usize, len: usize| i > 0 && i + 1 < len;
        Self::new(width, height, |row, col| {
            inner(row - 1, height)
                && inner(col - 1, width)
                && picture.get(row - 1, col - 1).is_some_and(|v| v != 0)
        })
    }

    /// `unknown` is asked with framed coordinates, `1..=height` and `1..=width`.
    fn new(width: usize, height: usize, is_unknown: impl Fn(usize, usize) -> bool) -> Self {
        let stride = width + 2;
        let len = stride * (height + 2);
        let mut unknown = vec![false; len];
        let (mut red, mut black) = (Vec::new(), Vec::new());
        for row in 1..=height {
            for col in 1..=width {
                if is_unknown(row, col) {
                    let i = row * stride + col;
                    unknown[i] = true;
                    let colour = if (row + col) % 2 == 0 {
                        &mut red
                    } else {
                        &mut black
                    };
                    colour.push(i);
                }
            }
        }
        Self {
            width,
            height,
            unknown,
            red,
            black,
            solution: vec![0.0; len],
            right_side: vec![0.0; len],
            residual: vec![0.0; len],
        }
    }

    pub(super) fn coarsened(&self) -> Self {
        let stride = self.stride();
        Self::new(self.width / 2, self.height / 2, |row, col| {
            self.unknown[2 * row * stride + 2 * col]
        })
    }

    fn stride(&self) -> usize {
        self.width + 2
    }

    pub(super) fn padded_index(&self, i: usize) -> usize {
        (i / self.width + 1) * self.stride() + i % self.width + 1
    }

    pub(super) fn num_unknowns(&self) -> usize {
        self.red.len() + self.black.len()
    }

    pub(super) fn relax(&mut self, order: Order) {
        let stride = self.stride();
        let colours = match order {
            Order::RedFirst => [&self.red, &self.black],
            Order::BlackFirst => [&self.black, &self.red],
        };
        for colour in colours {
            for &i in colour {
                let around = neighbours(&self.solution, i, stride);
                self.solution[i] = 0.25 * (self.right_side[i] + around);
            }
        }
    }

    /// `applied = A values`; entries off the unknowns stay as they are.
    pub(super) fn apply(&self, values: &[f64], applied: &mut [f64]) {
        let stride = self.stride();
        for colour in [&self.red, &self.black] {
            for &i in colour {
                applied[i] = 4.0 * values[i] - neighbours(values, i, stride);
            }
        }
    }

    /// Transposed bilinear interpolation. The operator on both grids is the bare stencil
    /// (4, -1, -1, -1, -1), so the factor 4 of the doubled spacing and the 1/4 of the averaging
    /// weights cancel.
    pub(super) fn restrict_residual_to(&mut self, coarser: &mut Self) {
        let stride = self.stride();
        for colour in [&self.red, &self.black] {
            for &i in colour {
                let around = neighbours(&self.solution, i, stride);
                self.residual[i] = self.right_side[i] - 4.0 * self.solution[i] + around;
            }
        }
        let coarse_stride = coarser.stride();
        for colour in [&coarser.red, &coarser.black] {
            for &i in colour {
                let center = 2 * (i / coarse_stride) * stride + 2 * (i % coarse_stride);
                let r = &self.residual;
                let edges = neighbours(r, center, stride);
                let corners =
                    neighbours_of_row(r, center - stride) + neighbours_of_row(r, center + stride);
                coarser.right_side[i] = r[center] + 0.5 * edges + 0.25 * corners;
            }
        }
    }

    /// Adds the coarse solution, interpolated bilinearly, to the unknowns.
    pub(super) fn add_interpolated(&mut self, coarser: &Self) {
        let (stride, coarse_stride) = (self.stride(), coarser.stride());
        let coarse = &coarser.solution;
        for colour in [&self.red, &self.black] {
            for &i in colour {
                let (row, col) = (i / stride, i % stride);
                let near = (row / 2) * coarse_stride + col / 2;
                let (down, right) = ((row % 2) * coarse_stride, col % 2);
                self.solution[i] += 0.25
                    * (coarse[near]
                        + coarse[near + right]
                        + coarse[near + down]
                        + coarse[near + down + right]);
            }
        }
    }
}

fn neighbours(values: &[f64], i: usize, stride: usize) -> f64 {
    neighbours_of_row(values, i) + values[i - stride] + values[i + stride]
}

fn neighbours_of_row(values: &[f64], i: usize) -> f64 {
    values[i - 1] + values[i + 1]
}
