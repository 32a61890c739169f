//! The perceptual distance of two pictures, for evaluations.

use super::{PipelineError, tensors};
use crate::model::{Lpips, LpipsRange};
use crate::radiograph::FloatImage;
use tch::Device;

/// LPIPS with AlexNet, on the CPU.
pub struct Perceptual(Lpips);

impl Perceptual {
    /// Loads the weights; `None` where they are not installed.
    ///
    /// # Errors
    /// [`PipelineError::Perceptual`] where they are damaged.
    pub fn load() -> Result<Option<Self>, PipelineError> {
        match Lpips::installed() {
            Some(file) => Ok(Some(Self(Lpips::load(&file, Device::Cpu)?))),
            None => Ok(None),
        }
    }

    /// The distance of two pictures in `[0, 1]` of one size; 0 for equal ones.
    ///
    /// The pictures are given in `[0, 1]`, as GL-LCM's published figures were computed; the network was
    /// trained on `[-1, 1]`, which gives larger distances.
    ///
    /// # Errors
    /// [`PipelineError::Perceptual`] where the sizes differ or are too small.
    pub fn distance(&self, a: &FloatImage, b: &FloatImage) -> Result<f64, PipelineError> {
        let _guard = tch::no_grad_guard();
        let unit = |picture| (tensors::from_picture(picture, Device::Cpu) + 1.0) * 0.5;
        let distance = self.0.distance(&unit(a), &unit(b), LpipsRange::Unit)?;
        Ok(distance.f_double_value(&[0])?)
    }
}
