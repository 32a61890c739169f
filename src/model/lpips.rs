//! A perceptual distance between two images.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::bundle::search_folders;
use tch::{Device, Kind, Tensor};
use thiserror::Error;

/// Backbone convolutions: index in the names, shape of the weight, stride, padding.
const CONVOLUTIONS: [(usize, [i64; 4], i64, i64); 5] = [
    (0, [64, 3, 11, 11], 4, 2),
    (3, [192, 64, 5, 5], 1, 2),
    (6, [384, 192, 3, 3], 1, 1),
    (8, [256, 384, 3, 3], 1, 1),
    (10, [256, 256, 3, 3], 1, 1),
];
/// Mean and spread per colour channel that the backbone expects, on a scale of [-1, 1]
/// (`ScalingLayer` of the package `lpips`).
const SHIFT: [f32; 3] = [-0.030, -0.088, -0.188];
const SCALE: [f32; 3] = [0.458, 0.448, 0.450];
/// Keeps the division by the length of a feature vector finite.
const NORM_EPSILON: f64 = 1e-10;
/// Smallest side, in pixels, that leaves something after both poolings.
const SMALLEST_PX: i64 = 31;

/// Why the perceptual distance is not available.
#[derive(Debug, Error)]
pub enum LpipsError {
    /// The file cannot be read as safetensors.
    #[error("cannot read the LPIPS weights {}: {reason}; restore the file from the release", path.display())]
    Unreadable {
        /// The weights file.
        path: PathBuf,
        /// The reader's reason.
        reason: String,
    },
    /// A tensor is absent or has another shape.
    #[error("the LPIPS weights {} hold no `{name}` of shape {expected:?}; restore the file from the release", path.display())]
    Tensor {
        /// The weights file.
        path: PathBuf,
        /// Which tensor.
        name: String,
        /// The shape it must have.
        expected: Vec<i64>,
    },
    /// Two images cannot be compared.
    #[error(
        "LPIPS compares two batches of grey images [B, 1, H, W] of the same size and at least {SMALLEST_PX} px, not {first:?} and {second:?}"
    )]
    Shapes {
        /// Size of the first batch.
        first: Vec<i64>,
        /// Size of the second batch.
        second: Vec<i64>,
    },
}

/// On which scale grey values are shown to the backbone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LpipsRange {
    /// [-1, 1], as the metric was trained.
    Symmetric,
    /// [0, 1], as GL-LCM's published figures were computed; smaller than the true distance.
    Unit,
}

#[derive(Debug)]
struct Tap {
    weight: Tensor,
    bias: Tensor,
    stride: i64,
    padding: i64,
    head: Tensor,
}

/// Learned perceptual image patch similarity, version 0.1, AlexNet.
///
/// `d = Σ_l mean_hw Σ_c w_lc (f̂_l(a) - f̂_l(b))²`, `f̂` the features of layer l scaled to length one
/// along the channels. 0 for equal images; larger is less alike.
///
/// # Source
/// Zhang et al., "The Unreasonable Effectiveness of Deep Features as a Perceptual Metric", in the
/// form of the package `lpips` 0.1.4, whose values the golden tests hold.
#[derive(Debug)]
pub struct Lpips {
    taps: Vec<Tap>,
    shift: Tensor,
    scale: Tensor,
}

/// The weights' place among the bundles.
const WEIGHTS: &str = "lpips/alex_v0.1.safetensors";

impl Lpips {
    /// The weights that are installed beside the bundles; `None` where there are none.
    pub fn installed() -> Option<PathBuf> {
        let files = search_folders().into_iter().map(|f| f.join(WEIGHTS));
        files.into_iter().find(|file| file.is_file())
    }

    /// Reads the weights, `models/lpips/alex_v0.1.safetensors`, onto `device`.
    ///
    /// # Errors
    /// When the file cannot be read, or a tensor is missing or has another shape.
    pub fn load(path: &Path, device: Device) -> Result<Self, LpipsError> {
        let tensors = Tensor::read_safetensors(path).map_err(|err| LpipsError::Unreadable {
            path: path.to_path_buf(),
            reason: err.to_string(),
        })?;
        let tensors: HashMap<String, Tensor> = tensors.into_iter().collect();
        let fetch = |name: String, size: &[i64]| match tensors.get(&name) {
            Some(tensor) if tensor.size() == size => {
                Ok(tensor.to_kind(Kind::Float).to_device(device))
            }
            _ => Err(LpipsError::Tensor {
                path: path.to_path_buf(),
                name,
                expected: size.to_vec(),
            }),
        };
        let mut taps = Vec::with_capacity(CONVOLUTIONS.len());
        for (layer, (index, size, stride, padding)) in CONVOLUTIONS.into_iter().enumerate() {
            let channels = size[0];
            taps.push(Tap {
                weight: fetch(format!("features.{index}.weight"), &size)?,
                bias: fetch(format!("features.{index}.bias"), &[channels])?,
                stride,
                padding,
                head: fetch(format!("lin{layer}.model.1.weight"), &[1, channels, 1, 1])?,
            });
        }
        let per_channel = |values: &[f32; 3]| Tensor::from_slice(values).view([1, 3, 1, 1]);
        Ok(Self {
            taps,
            shift: per_channel(&SHIFT).to_device(device),
            scale: per_channel(&SCALE).to_device(device),
        })
    }

    /// The distance of each pair of grey images; differentiable.
    ///
    /// # Shapes
    /// Both `[B, 1, H, W]` in [0, 1], sides of at least 31 px, to `[B]`.
    ///
    /// # Errors
    /// When the sizes differ or are too small.
    pub fn distance(
        &self,
        first: &Tensor,
        second: &Tensor,
        range: LpipsRange,
    ) -> Result<Tensor, LpipsError> {
        let terms = self.layer_terms(first, second, range)?;
        Ok(terms.sum_dim_intlist([1_i64].as_slice(), false, None))
    }

    /// The part of each of the five layers in the distance, `[B, 5]`.
    ///
    /// # Errors
    /// When the sizes differ or are too small.
    pub fn layer_terms(
        &self,
        first: &Tensor,
        second: &Tensor,
        range: LpipsRange,
    ) -> Result<Tensor, LpipsError> {
        let size = first.size();
        let comparable = size == second.size()
            && matches!(size[..], [_, 1, height, width] if height.min(width) >= SMALLEST_PX);
        if !comparable {
            return Err(LpipsError::Shapes {
                first: size,
                second: second.size(),
            });
        }
        let mut first = self.prepare(first, range);
        let mut second = self.prepare(second, range);
        let mut terms = Vec::with_capacity(self.taps.len());
        for (layer, tap) in self.taps.iter().enumerate() {
            // AlexNet pools before its second and third convolution.
            let pooled = matches!(layer, 1 | 2);
            first = tap.forward(&first, pooled);
            second = tap.forward(&second, pooled);
            let difference = unit_length(&first) - unit_length(&second);
            let weighted = difference.square() * &tap.head;
            let summed = weighted.sum_dim_intlist([1_i64].as_slice(), false, None);
            terms.push(summed.mean_dim([1_i64, 2].as_slice(), false, None));
        }
        Ok(Tensor::stack(&terms, 1))
    }

    fn prepare(&self, image: &Tensor, range: LpipsRange) -> Tensor {
        let shown = match range {
            LpipsRange::Symmetric => image * 2.0 - 1.0,
            LpipsRange::Unit => image.shallow_clone(),
        };
        (shown - &self.shift) / &self.scale
    }
}

impl Tap {
    fn forward(&self, features: &Tensor, pooled: bool) -> Tensor {
        let pool = || features.max_pool2d([3, 3], [2, 2], [0, 0], [1, 1], false);
        let input = if pooled {
            pool()
        } else {
            features.shallow_clone()
        };
        let (stride, padding) = ([self.stride; 2], [self.padding; 2]);
        input
            .conv2d(&self.weight, Some(&self.bias), stride, padding, [1, 1], 1)
            .relu_()
    }
}

fn unit_length(features: &Tensor) -> Tensor {
    let squares = features.square();
    let length = squares
        .sum_dim_intlist([1_i64].as_slice(), true, None)
        .sqrt();
    features / (length + NORM_EPSILON)
}
