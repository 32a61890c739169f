//! Connected parts of a mask.

use super::{Neighbourhood, Raster};

/// The connected parts of the pixels that are `value`, in the order of their first pixels; each as
/// the indices of its pixels, row by row from the top left, in the order they were reached.
pub fn connected_components(
    raster: &Raster<u8>,
    value: u8,
    neighbourhood: Neighbourhood,
) -> Vec<Vec<usize>> {
    let mut open: Vec<bool> = raster.values().iter().map(|&v| v == value).collect();
    let mut found = Vec::new();
    for first in 0..open.len() {
        if open[first] {
            found.push(flood(&mut open, raster.size(), first, neighbourhood));
        }
    }
    found
}

/// Takes the part around `first` out of the `open` pixels.
fn flood(
    open: &mut [bool],
    (width, height): (usize, usize),
    first: usize,
    neighbourhood: Neighbourhood,
) -> Vec<usize> {
    open[first] = false;
    let mut pixels = vec![first];
    let mut next = 0;
    while let Some(&pixel) = pixels.get(next) {
        next += 1;
        let (row, col) = (pixel / width, pixel % width);
        for r in row.saturating_sub(1)..(row + 2).min(height) {
            for c in col.saturating_sub(1)..(col + 2).min(width) {
                let reached = neighbourhood == Neighbourhood::Square || r == row || c == col;
                let near = r * width + c;
                if reached && std::mem::take(&mut open[near]) {
                    pixels.push(near);
                }
            }
        }
    }
    pixels
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `scipy.ndimage.label` of the same array finds as many: 4 by the cross, 2 with corners, 3 of zeros.
    #[test]
    fn parts_hang_together_by_sides_or_by_corners() {
        let mask = Raster::new(4, 3, vec![1, 0, 1, 1, 0, 1, 0, 0, 0, 1, 0, 1]).unwrap();
        let cross = connected_components(&mask, 1, Neighbourhood::Cross);
        assert_eq!(cross, [vec![0], vec![2, 3], vec![5, 9], vec![11]]);
        let square = connected_components(&mask, 1, Neighbourhood::Square);
        assert_eq!(square, [vec![0, 5, 2, 9, 3], vec![11]]);
        let outside = connected_components(&mask, 0, Neighbourhood::Cross);
        assert_eq!(outside.len(), 3);
        assert!(connected_components(&mask, 7, Neighbourhood::Cross).is_empty());
    }
}
