//! The unresolved texture of lung, muscle and fat.

use super::body::Bulk;
use super::texture::octaves;
use crate::radiograph::FloatImage;
use rand_chacha::ChaCha8Rng;

/// Cells of the finest octave on a side: about 2 pixels of 1024 each.
const CELLS: usize = 512;

/// How uneven tissue is.
#[derive(Debug, Clone, Copy)]
pub(super) struct TissueTexture {
    /// Attenuation of the unresolved texture of full lung, standard deviation of its finest octave.
    lung: f32,
    /// The same of muscle and fat elsewhere in the body.
    body: f32,
    /// How its amplitude changes from one octave to the next coarser one.
    growth: f32,
    octaves: u32,
}

impl TissueTexture {
    /// Of plain phantoms, whose vessels end at half a pixel: all finer ones are in it.
    pub(super) const PLAIN: Self = Self {
        lung: 0.0125,
        body: 0.0065,
        growth: 0.95,
        octaves: 5,
    };

    /// Of varied phantoms, whose vessels are drawn down to a third of a pixel: acini and septa are left.
    pub(super) const VARIED: Self = Self {
        lung: 0.0030,
        body: 0.0015,
        growth: 0.55,
        octaves: 4,
    };

    /// Adds texture: of lung where there is lung, fainter elsewhere in the body.
    pub(super) fn add(self, detail: &mut FloatImage, bulk: &Bulk, rng: &mut ChaCha8Rng) {
        let texture = octaves(detail.width(), CELLS, self.octaves, self.growth, rng);
        let places = bulk.lung.values().iter().zip(bulk.attenuation.values());
        let pixels = detail.values_mut().iter_mut().zip(texture.values());
        for ((value, &texture), (&lung, &bulk)) in pixels.zip(places) {
            *value += texture * (self.lung * lung.sqrt() + self.body * bulk.min(1.0));
        }
    }
}
