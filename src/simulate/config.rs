//! What may be asked of the phantom.

use super::SimulateError;

/// Smallest side that still resolves a rib's cortex.
pub const MIN_SIZE_PX: usize = 128;
/// Largest side made; beyond it a study takes more memory than it teaches.
pub const MAX_SIZE_PX: usize = 4096;

/// How a phantom study is drawn and shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PhantomConfig {
    /// Side of the square pictures in pixels, [`MIN_SIZE_PX`] to [`MAX_SIZE_PX`].
    pub size_px: usize,
    /// Grain of the two pictures.
    pub noise: NoiseModel,
    /// Grey scale of the soft-tissue image against the radiograph's.
    pub soft_tone: SoftTone,
}

impl Default for PhantomConfig {
    fn default() -> Self {
        Self {
            size_px: 1024,
            noise: NoiseModel::Shared,
            soft_tone: SoftTone::Common,
        }
    }
}

/// Whether the two pictures of a study carry the same grain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoiseModel {
    /// The same grain in both, so that `radiograph = soft_tissue + bone` holds in every pixel.
    Shared,
    /// Grain of its own in each, as in two exposures; weaker in the soft-tissue image.
    Independent,
    /// No grain.
    None,
}

/// Grey scale of the soft-tissue image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SoftTone {
    /// The radiograph's: the bone image is 0 away from bones.
    Common,
    /// Darker than the radiograph by an offset drawn for each study, 9 to 22 grey of 255: real
    /// dual-energy pairs differ by that much. The bone image stays free of it.
    Offset,
}

impl PhantomConfig {
    /// Checks the size.
    ///
    /// # Errors
    /// [`SimulateError::Size`] outside [`MIN_SIZE_PX`] to [`MAX_SIZE_PX`].
    pub fn validate(&self) -> Result<(), SimulateError> {
        if (MIN_SIZE_PX..=MAX_SIZE_PX).contains(&self.size_px) {
            Ok(())
        } else {
            Err(SimulateError::Size {
                size_px: self.size_px,
            })
        }
    }
}
