//! Binary masks on a volume: connected parts, growth and shrinkage.

/// A mask on a volume: voxel `(x, y, z)` lies at `(z * ny + y) * nx + x`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Mask {
    pub(super) inside: Vec<bool>,
    pub(super) size: [usize; 3],
}

impl Mask {
    /// The voxels that satisfy `keep`.
    pub(super) fn of(values: &[i16], size: [usize; 3], keep: impl Fn(i16) -> bool) -> Self {
        Self {
            inside: values.iter().map(|&v| keep(v)).collect(),
            size,
        }
    }

    /// Indices of the neighbours that share a face with voxel `i`.
    fn neighbours(&self, i: usize) -> impl Iterator<Item = usize> + use<> {
        let [nx, ny, nz] = self.size;
        let (x, y, z) = (i % nx, i / nx % ny, i / (nx * ny));
        [
            (x > 0).then(|| i - 1),
            (x + 1 < nx).then(|| i + 1),
            (y > 0).then(|| i - nx),
            (y + 1 < ny).then(|| i + nx),
            (z > 0).then(|| i - nx * ny),
            (z + 1 < nz).then(|| i + nx * ny),
        ]
        .into_iter()
        .flatten()
    }

    /// Keeps the connected parts of at least `share` of the largest one's size.
    pub(super) fn keep_largest(&mut self, share: f64) {
        let mut seen = vec![false; self.inside.len()];
        let mut parts: Vec<Vec<usize>> = Vec::new();
        for start in 0..self.inside.len() {
            if self.inside[start] && !seen[start] {
                parts.push(self.part(start, &mut seen));
            }
        }
        let largest = parts.iter().map(Vec::len).max().unwrap_or(0);
        let enough = share * largest as f64;
        for part in parts.iter().filter(|part| (part.len() as f64) < enough) {
            for &i in part {
                self.inside[i] = false;
            }
        }
    }

    /// The connected part around `start`, marked as seen.
    fn part(&self, start: usize, seen: &mut [bool]) -> Vec<usize> {
        let mut part = vec![start];
        seen[start] = true;
        let mut next = 0;
        while let Some(&i) = part.get(next) {
            next += 1;
            for neighbour in self.neighbours(i) {
                if self.inside[neighbour] && !seen[neighbour] {
                    seen[neighbour] = true;
                    part.push(neighbour);
                }
            }
        }
        part
    }

    /// Grows by `steps` voxels within each slice and `steps_between` across slices, only where
    /// `allowed`.
    pub(super) fn grow_within(&mut self, allowed: &Self, steps: usize, steps_between: usize) {
        let slice = self.size[0] * self.size[1];
        let mut front: Vec<usize> = (0..self.inside.len()).filter(|&i| self.inside[i]).collect();
        for step in 0..steps.max(steps_between) {
            let mut grown = Vec::new();
            for &i in &front {
                for neighbour in self.neighbours(i) {
                    let across = neighbour.abs_diff(i) == slice;
                    let in_reach = step < if across { steps_between } else { steps };
                    if in_reach && allowed.inside[neighbour] && !self.inside[neighbour] {
                        self.inside[neighbour] = true;
                        grown.push(neighbour);
                    }
                }
            }
            front = grown;
        }
    }

    /// Shrinks by `reach` voxels along rows and columns of each slice; beyond the grid is outside.
    pub(super) fn erode_slices(&mut self, reach: usize) {
        let [nx, ny, _] = self.size;
        for row in self.inside.chunks_mut(nx) {
            erode_line(row, 1, nx, reach);
        }
        for slice in self.inside.chunks_mut(nx * ny) {
            for x in 0..nx {
                erode_line(&mut slice[x..], nx, ny, reach);
            }
        }
    }

    /// Takes in what no slice connects with its border.
    pub(super) fn fill_slices(&mut self) {
        let [nx, ny, _] = self.size;
        for slice in self.inside.chunks_mut(nx * ny) {
            let border = (0..nx * ny).filter(|i| {
                let (x, y) = (i % nx, i / nx);
                x == 0 || y == 0 || x + 1 == nx || y + 1 == ny
            });
            let mut open: Vec<usize> = border.filter(|&i| !slice[i]).collect();
            let mut outside = vec![false; nx * ny];
            for &i in &open {
                outside[i] = true;
            }
            while let Some(i) = open.pop() {
                let (x, y) = (i % nx, i / nx);
                let near = [
                    (x > 0).then(|| i - 1),
                    (x + 1 < nx).then(|| i + 1),
                    (y > 0).then(|| i - nx),
                    (y + 1 < ny).then(|| i + nx),
                ];
                for neighbour in near.into_iter().flatten() {
                    if !slice[neighbour] && !outside[neighbour] {
                        outside[neighbour] = true;
                        open.push(neighbour);
                    }
                }
            }
            for (inside, outside) in slice.iter_mut().zip(outside) {
                *inside = !outside;
            }
        }
    }
}

/// Shrinks every run of a line of `len` values, `stride` apart, by `reach` at both ends.
fn erode_line(line: &mut [bool], stride: usize, len: usize, reach: usize) {
    let mut run_start = 0;
    for end in 0..=len {
        if end < len && line[end * stride] {
            continue;
        }
        for k in run_start..end {
            line[k * stride] = k >= run_start + reach && k + reach < end;
        }
        run_start = end + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask(size: [usize; 3], inside: impl Fn(usize, usize, usize) -> bool) -> Mask {
        let [nx, ny, nz] = size;
        let voxels = (0..nx * ny * nz).map(|i| inside(i % nx, i / nx % ny, i / (nx * ny)));
        Mask {
            inside: voxels.collect(),
            size,
        }
    }

    fn count(mask: &Mask) -> usize {
        mask.inside.iter().filter(|&&v| v).count()
    }

    #[test]
    fn the_largest_part_stays() {
        let mut parts = mask([9, 4, 3], |x, y, _| x < 3 || (x == 6 && y == 1));
        assert_eq!(count(&parts), 39);
        parts.keep_largest(0.5);
        assert_eq!(count(&parts), 36);
    }

    #[test]
    fn holes_are_filled_and_bays_are_not() {
        let ring = |x: usize, y: usize| {
            (1..8).contains(&x) && (1..8).contains(&y) && (x == 1 || x == 7 || y == 1 || y == 7)
        };
        let mut closed = mask([9, 9, 1], |x, y, _| ring(x, y));
        closed.fill_slices();
        assert_eq!(count(&closed), 49);
        let mut open = mask([9, 9, 1], |x, y, _| ring(x, y) && (x, y) != (1, 4));
        open.fill_slices();
        assert_eq!(count(&open), 23);
    }

    #[test]
    fn erosion_takes_a_rim_and_growth_keeps_to_what_is_allowed() {
        let mut square = mask([9, 9, 1], |x, y, _| {
            (2..7).contains(&x) && (2..7).contains(&y)
        });
        let before = square.clone();
        square.erode_slices(1);
        assert_eq!(count(&square), 9);
        square.grow_within(&before, 5, 0);
        assert_eq!(square, before);
    }
}
