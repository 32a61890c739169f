//! The pictures of a study that lie on one grid, asked value by value.

use super::Point;
use crate::radiograph::{FloatImage, Radiograph};

/// A picture whose values can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    /// The radiograph, modality values.
    Original,
    /// Soft-tissue image, modality values.
    SoftTissue,
    /// Bone layer, per cent of the range from black to white.
    Bone,
    /// Original minus soft tissue, modality values.
    Difference,
    /// Standard deviation of the soft-tissue image over the seeds, modality values.
    Uncertainty,
}

impl Layer {
    /// What it is called, with its unit where that is not the modality's.
    pub fn name(self) -> &'static str {
        match self {
            Self::Original => "Original",
            Self::SoftTissue => "Soft tissue",
            Self::Bone => "Bone, %",
            Self::Difference => "Difference",
            Self::Uncertainty => "Uncertainty",
        }
    }
}

/// A radiograph and what was made of it.
#[derive(Debug, Clone, Copy)]
pub struct Pictures<'a> {
    /// The radiograph.
    pub radiograph: &'a Radiograph,
    /// Soft-tissue image on its grid, modality values.
    pub soft_tissue: Option<&'a FloatImage>,
    /// Bone layer on its grid, shares of the range from black to white.
    pub bone: Option<&'a FloatImage>,
    /// Standard deviation of the soft-tissue image over the seeds on its grid, modality values.
    pub uncertainty: Option<&'a FloatImage>,
}

impl Pictures<'_> {
    /// Width and height in pixels.
    pub fn size(&self) -> (usize, usize) {
        self.radiograph.size()
    }

    /// Layers that are there.
    pub fn layers(&self) -> Vec<Layer> {
        let mut layers = vec![Layer::Original];
        if self.soft_tissue.is_some() {
            layers.push(Layer::SoftTissue);
        }
        if self.bone.is_some() {
            layers.push(Layer::Bone);
        }
        if self.soft_tissue.is_some() {
            layers.push(Layer::Difference);
        }
        if self.uncertainty.is_some() {
            layers.push(Layer::Uncertainty);
        }
        layers
    }

    /// A value; `None` outside the image, on padding, and where the layer is not there.
    pub fn value(&self, layer: Layer, row: usize, col: usize) -> Option<f64> {
        let stored = self.radiograph.stored.get(row, col)?;
        if self.radiograph.is_padding(stored) {
            return None;
        }
        let original = || self.radiograph.modality.apply(stored);
        let soft = || Some(f64::from(self.soft_tissue?.get(row, col)?));
        match layer {
            Layer::Original => Some(original()),
            Layer::SoftTissue => soft(),
            Layer::Bone => Some(100.0 * f64::from(self.bone?.get(row, col)?)),
            Layer::Difference => Some(original() - soft()?),
            Layer::Uncertainty => Some(f64::from(self.uncertainty?.get(row, col)?)),
        }
    }

    /// The value at a place between pixel centres: bilinear of the four around it, the border's own within half a
    /// pixel of the border. `None` outside the image and where a pixel that counts has no value.
    pub fn bilinear(&self, layer: Layer, place: Point) -> Option<f64> {
        let (width, height) = self.size();
        let (left, right) = taps(place.x, width)?;
        let (top, bottom) = taps(place.y, height)?;
        let mut sum = 0.0;
        for (row, down) in [top, bottom] {
            for (col, across) in [left, right] {
                let weight = down * across;
                if weight > 0.0 {
                    sum += weight * self.value(layer, row, col)?;
                }
            }
        }
        Some(sum)
    }
}

/// The two pixels around a coordinate with their weights; `None` outside `0..=count`.
fn taps(at: f64, count: usize) -> Option<((usize, f64), (usize, f64))> {
    if count == 0 || !(0.0..=count as f64).contains(&at) {
        return None;
    }
    let last = count - 1;
    let from_center = (at - 0.5).clamp(0.0, last as f64);
    let first = from_center as usize;
    let share = from_center - first as f64;
    Some(((first, 1.0 - share), ((first + 1).min(last), share)))
}
