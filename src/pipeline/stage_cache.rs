//! What earlier runs left behind, by stage.

use super::MaskPair;
use super::cache::{Key, Slot};
use crate::diffusion::GlobalPath;
use crate::radiograph::{FloatImage, Radiograph};
use std::rc::Rc;
use std::sync::{Arc, Weak};
use tch::Tensor;

/// Results a stage keeps: enough to go back and forth between a few settings or studies.
const KEPT_RESULTS: usize = 4;
/// Seeds of which the latents and pictures are kept, so that another weight re-runs their local paths alone; more
/// run as well, each from its beginning. A picture of 1024 px takes 4 MiB, a latent 256 KiB.
const KEPT_SEEDS: usize = 16;

/// Results of earlier runs by stage.
pub(super) struct StageCache {
    /// The radiograph last hashed, so that a slider does not hash it again.
    hashed: Option<(Weak<Radiograph>, Key)>,
    pub(super) prepared: Slot<Rc<Prepared>>,
    pub(super) masks: Slot<Rc<MaskPair>>,
    pub(super) latents: Slot<Rc<Tensor>>,
    pub(super) global_paths: Slot<Rc<GlobalPath>>,
    pub(super) pictures: Slot<Rc<FloatImage>>,
    pub(super) fused: Slot<Rc<FloatImage>>,
}

/// A radiograph in display units.
#[derive(Debug)]
pub(super) struct Prepared {
    /// On its own grid, `[0, 1]`.
    pub(super) native: FloatImage,
    /// On the model's grid without padding, `[0, 1]`.
    pub(super) model: FloatImage,
}

impl StageCache {
    pub(super) fn new() -> Self {
        Self {
            hashed: None,
            prepared: Slot::new(KEPT_RESULTS),
            masks: Slot::new(KEPT_RESULTS),
            // Two conditions of each radiograph, one result of each seed.
            latents: Slot::new(2 * KEPT_RESULTS + KEPT_SEEDS),
            global_paths: Slot::new(KEPT_SEEDS),
            // The codec's picture of the radiograph, and those of the two paths.
            pictures: Slot::new(KEPT_RESULTS + 2 * KEPT_SEEDS),
            fused: Slot::new(KEPT_RESULTS),
        }
    }

    /// Names all that makes a radiograph look as it does.
    pub(super) fn key_of(&mut self, radiograph: &Arc<Radiograph>) -> Key {
        if let Some((hashed, key)) = &self.hashed
            && hashed
                .upgrade()
                .is_some_and(|last| Arc::ptr_eq(&last, radiograph))
        {
            return *key;
        }
        let pixels = Key::of_bytes(radiograph.stored.iter().map(i32::to_le_bytes));
        let key = pixels.then((
            radiograph.size(),
            &radiograph.modality,
            radiograph.vois.first(),
            radiograph.polarity,
            radiograph.padding,
            radiograph.spacing.map(|s| (s.row_mm, s.col_mm)),
            radiograph.bits,
        ));
        self.hashed = Some((Arc::downgrade(radiograph), key));
        key
    }
}
