//! Patches, and stacks of them as tensors.

use super::Sample;
use super::augment::augment;
use super::warp::{Border, Placement, warp};
use crate::radiograph::FloatImage;
use crate::train::AugmentationConfig;
use crate::train::random::uniform;
use rand::Rng as _;
use rand_chacha::ChaCha8Rng;
use std::borrow::Cow;
use tch::{Device, Tensor};

/// What a patch covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PatchShape {
    /// A part of the image: `side` pixels of a grid that the image's longer side spans with `grid_px`.
    Part {
        /// Side in pixels.
        side: usize,
        /// Grid of the whole image in pixels.
        grid_px: usize,
    },
    /// The whole image in the middle of a black square, `side` pixels where its longer side spans them.
    Whole {
        /// Side in pixels.
        side: usize,
    },
}

impl PatchShape {
    /// Side of the patch in pixels.
    pub fn side(self) -> usize {
        match self {
            Self::Part { side, .. } | Self::Whole { side } => side,
        }
    }
}

/// The same square part of one radiograph, its soft-tissue image and its lung field, row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct Patch {
    /// Side in pixels.
    pub side: usize,
    /// Display values in `[0, 1]`.
    pub radiograph: Vec<f32>,
    /// Display values in `[0, 1]`.
    pub soft_tissue: Option<Vec<f32>>,
    /// 1 inside the lung field, 0 outside.
    pub lungs: Option<Vec<f32>>,
    /// 1 where the soft-tissue image is valid; `None` where it is everywhere.
    pub validity: Option<Vec<f32>>,
    /// What an error counts for; `None` where it counts 1 everywhere.
    pub emphasis: Option<Vec<f32>>,
}

impl Patch {
    /// Cuts a patch at a random place and changes it at random.
    pub(super) fn draw(
        sample: &Sample,
        shape: PatchShape,
        config: &AugmentationConfig,
        rng: &mut ChaCha8Rng,
    ) -> Self {
        let sample = match shape {
            PatchShape::Part { .. } => Cow::Borrowed(sample),
            PatchShape::Whole { .. } => sample.squared(),
        };
        let placement = place(&sample, shape, config, rng);
        let mut patch = Self::cut(&sample, shape.side(), &placement);
        augment(&mut patch, config, rng);
        patch
    }

    fn cut(sample: &Sample, side: usize, placement: &Placement) -> Self {
        let planes: Vec<&FloatImage> = std::iter::once(&sample.radiograph)
            .chain(&sample.soft_tissue)
            .chain(&sample.lungs)
            .collect();
        let mut cut = warp(&planes, side, placement).into_iter();
        let radiograph = cut.next().unwrap_or_default();
        let soft_tissue = sample.soft_tissue.as_ref().and_then(|_| cut.next());
        let lungs = cut.next().map(|mut lungs| {
            for v in &mut lungs {
                *v = f32::from(u8::from(*v >= 0.5));
            }
            lungs
        });
        let validity = lungs.clone().filter(|_| sample.valid_in_lungs_only);
        Self {
            side,
            radiograph,
            soft_tissue,
            lungs,
            validity,
            emphasis: None,
        }
    }
}

fn place(
    sample: &Sample,
    shape: PatchShape,
    config: &AugmentationConfig,
    rng: &mut ChaCha8Rng,
) -> Placement {
    let (width, height) = sample.radiograph.size();
    let (width, height) = (width as f64, height as f64);
    let angle = uniform(rng, -config.rotation_deg, config.rotation_deg).to_radians();
    let scale = uniform(rng, config.scale[0], config.scale[1]);
    let mirrored = rng.random_bool(config.flip);
    let side = shape.side() as f64;
    match shape {
        PatchShape::Whole { .. } => Placement {
            center: (
                width * (0.5 + uniform(rng, -config.shift, config.shift)),
                height * (0.5 + uniform(rng, -config.shift, config.shift)),
            ),
            step: (width / side * scale, height / side * scale),
            angle,
            mirrored,
            border: if rng.random() {
                Border::Black
            } else {
                Border::Reflected
            },
        },
        PatchShape::Part { grid_px, .. } => {
            let step = width.max(height) / grid_px as f64 * scale;
            let reach = step * side / 2.0;
            let within = |share: f64, len: f64| {
                let free = (len - 2.0 * reach).max(0.0);
                (len - free) / 2.0 + free * share
            };
            let mut shares = (rng.random(), rng.random());
            if rng.random_bool(config.lung_focus) {
                shares = lung_position(sample, rng).unwrap_or(shares);
            }
            Placement {
                center: (within(shares.0, width), within(shares.1, height)),
                step: (step, step),
                angle,
                mirrored,
                border: Border::Reflected,
            }
        }
    }
}

/// A random place of the lung field as shares of width and height; `None` without a lung field.
fn lung_position(sample: &Sample, rng: &mut ChaCha8Rng) -> Option<(f64, f64)> {
    let lungs = sample.lungs.as_ref()?;
    let (width, height) = lungs.size();
    // Lungs take about a quarter of a radiograph: a hundred tries miss them practically never.
    (0..100).find_map(|_| {
        let (col, row) = (rng.random_range(0..width), rng.random_range(0..height));
        (lungs.get(row, col)? > 0.5)
            .then(|| (col as f64 / width as f64, row as f64 / height as f64))
    })
}

/// Patches stacked as tensors `[B, 1, S, S]`; images in `[-1, 1]`.
#[derive(Debug)]
pub struct Batch {
    /// Radiographs.
    pub radiograph: Tensor,
    /// Soft-tissue images; the radiograph stands in where an item has none.
    pub soft_tissue: Tensor,
    /// 1 inside the lungs; all 1 where an item's lung field is unknown.
    pub lungs: Tensor,
    /// 1 where the soft-tissue image is valid.
    pub validity: Tensor,
    /// What an error counts for where the image is valid.
    pub emphasis: Tensor,
    /// Per item: whether the soft-tissue image is its own.
    pub has_soft_tissue: Vec<bool>,
    /// Per item: whether the lung field is known.
    pub has_lungs: Vec<bool>,
}

impl Batch {
    /// Stacks patches of one size.
    pub fn stack(patches: &[Patch], device: Device) -> Self {
        let side = patches.first().map_or(0, |patch| patch.side);
        let ones = vec![1.0_f32; side * side];
        let plane = |pick: &dyn Fn(&Patch) -> Vec<f32>| {
            let values: Vec<f32> = patches.iter().flat_map(pick).collect();
            let side = side as i64;
            Tensor::from_slice(&values)
                .reshape([patches.len() as i64, 1, side, side])
                .to_device(device)
        };
        let soft = |patch: &Patch| {
            patch
                .soft_tissue
                .clone()
                .unwrap_or_else(|| patch.radiograph.clone())
        };
        Self {
            radiograph: plane(&|patch| patch.radiograph.clone()) * 2.0 - 1.0,
            soft_tissue: plane(&soft) * 2.0 - 1.0,
            lungs: plane(&|patch| patch.lungs.clone().unwrap_or_else(|| ones.clone())),
            validity: plane(&|patch| patch.validity.clone().unwrap_or_else(|| ones.clone())),
            emphasis: plane(&|patch| patch.emphasis.clone().unwrap_or_else(|| ones.clone())),
            has_soft_tissue: patches.iter().map(|p| p.soft_tissue.is_some()).collect(),
            has_lungs: patches.iter().map(|p| p.lungs.is_some()).collect(),
        }
    }

    /// One item as a batch.
    #[must_use]
    pub fn item(&self, index: usize) -> Self {
        let plane = |planes: &Tensor| planes.narrow(0, index as i64, 1);
        let known = |flags: &[bool]| flags.get(index).copied().into_iter().collect();
        Self {
            radiograph: plane(&self.radiograph),
            soft_tissue: plane(&self.soft_tissue),
            lungs: plane(&self.lungs),
            validity: plane(&self.validity),
            emphasis: plane(&self.emphasis),
            has_soft_tissue: known(&self.has_soft_tissue),
            has_lungs: known(&self.has_lungs),
        }
    }

    /// Number of items.
    pub fn len(&self) -> usize {
        self.has_lungs.len()
    }

    /// Whether there is no item.
    pub fn is_empty(&self) -> bool {
        self.has_lungs.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::radiograph::Raster;
    use crate::train::TrainStage;
    use crate::train::random::{Purpose, generator};

    fn sample() -> Sample {
        let ramp = |offset: f32| {
            let values = (0..64 * 48).map(|i| offset + (i % 64) as f32 / 128.0);
            Raster::new(64, 48, values.collect()).unwrap()
        };
        let lungs = (0..64 * 48).map(|i| f32::from(u8::from(i % 64 >= 32)));
        Sample {
            name: "a".to_owned(),
            radiograph: ramp(0.3),
            soft_tissue: Some(ramp(0.2)),
            lungs: Some(Raster::new(64, 48, lungs.collect()).unwrap()),
            valid_in_lungs_only: true,
        }
    }

    fn plain() -> AugmentationConfig {
        AugmentationConfig {
            bone_gain: [1.0, 1.0],
            tone_offset: 0.0,
            gamma: [1.0, 1.0],
            ..AugmentationConfig::default()
        }
    }

    #[test]
    fn all_planes_of_a_patch_lie_at_the_same_place() {
        let mut rng = generator(3, TrainStage::Denoiser, 0, Purpose::Images);
        let shape = PatchShape::Part {
            side: 16,
            grid_px: 64,
        };
        for _ in 0..20 {
            let patch = Patch::draw(&sample(), shape, &plain(), &mut rng);
            let soft = patch.soft_tissue.unwrap();
            let lungs = patch.lungs.unwrap();
            for ((radiograph, soft), lungs) in patch.radiograph.iter().zip(soft).zip(&lungs) {
                assert!((radiograph - soft - 0.1).abs() < 1e-5);
                // The ramp passes 0.2 + 32 / 128 where the lungs begin.
                if (soft - 0.45).abs() > 0.02 {
                    assert_eq!(*lungs > 0.5, soft > 0.45, "{soft}");
                }
            }
            assert_eq!(patch.validity, Some(lungs));
        }
    }

    #[test]
    fn patches_focused_on_the_lungs_are_centred_there() {
        let config = AugmentationConfig {
            lung_focus: 1.0,
            scale: [1.0, 1.0],
            rotation_deg: 0.0,
            ..plain()
        };
        let mut rng = generator(4, TrainStage::Denoiser, 0, Purpose::Images);
        let shape = PatchShape::Part {
            side: 8,
            grid_px: 64,
        };
        let inside: f32 = (0..50)
            .map(|_| Patch::draw(&sample(), shape, &config, &mut rng))
            .map(|patch| patch.lungs.unwrap().iter().sum::<f32>() / 64.0)
            .sum();
        assert!(inside / 50.0 > 0.85, "{inside}");
    }

    #[test]
    fn a_whole_wide_picture_lies_between_black_borders_without_lungs() {
        let white = Raster::filled(64, 32, 1.0_f32);
        let wide = Sample {
            name: "wide".to_owned(),
            radiograph: white.clone(),
            soft_tissue: None,
            lungs: Some(white),
            valid_in_lungs_only: false,
        };
        let config = AugmentationConfig {
            rotation_deg: 0.0,
            scale: [1.0, 1.0],
            ..plain()
        };
        let mut rng = generator(6, TrainStage::Segmenter, 0, Purpose::Images);
        let patch = Patch::draw(&wide, PatchShape::Whole { side: 32 }, &config, &mut rng);
        let lungs = patch.lungs.unwrap();
        for (i, (value, lung)) in patch.radiograph.iter().zip(&lungs).enumerate() {
            // Half as high as wide: a quarter of the square is left above and below.
            let expected = f32::from(u8::from((8..24).contains(&(i / 32))));
            // The change of tone leaves 1e-4 of black.
            assert!((value - expected).abs() < 1e-3, "{i}: {value}");
            assert!((lung - expected).abs() < 1e-6, "{i}: {lung}");
        }
    }

    #[test]
    fn square_pictures_are_taken_as_they_are() {
        let mut square = sample();
        square.radiograph = Raster::filled(48, 48, 0.5);
        assert!(matches!(square.squared(), Cow::Borrowed(_)));
        assert!(matches!(sample().squared(), Cow::Owned(_)));
    }

    #[test]
    fn a_batch_holds_images_between_minus_one_and_one() {
        let mut rng = generator(5, TrainStage::Segmenter, 0, Purpose::Images);
        let shape = PatchShape::Whole { side: 32 };
        let patches: Vec<Patch> = (0..3)
            .map(|_| Patch::draw(&sample(), shape, &AugmentationConfig::default(), &mut rng))
            .collect();
        let batch = Batch::stack(&patches, Device::Cpu);
        assert_eq!(batch.radiograph.size(), [3, 1, 32, 32]);
        assert!(batch.radiograph.min().double_value(&[]) >= -1.0);
        assert!(batch.radiograph.max().double_value(&[]) <= 1.0);
        assert_eq!(batch.has_lungs, [true; 3]);
    }
}
