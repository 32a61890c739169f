//! How a bundle's two pictures meet.

use super::segmenter::stretch;
use super::{FusionChoice, PipelineError};
use crate::fusion::{
    AlphaOptions, Fusion, PoissonOptions, blank_background, fuse, shift_local_mean,
};
use crate::model::manifest::{InputRange, LocalPathSpec};
use crate::radiograph::{FloatImage, LungMask};
use std::borrow::Cow;

/// The picture whose part inside the lungs is the local condition; display values.
pub(super) fn local_input<'a>(
    picture: &'a FloatImage,
    spec: &LocalPathSpec,
) -> Cow<'a, FloatImage> {
    match spec.input {
        InputRange::Displayed => Cow::Borrowed(picture),
        InputRange::Stretched => Cow::Owned(stretch(picture)),
    }
}

/// The decoded pictures of both paths and what they were made from, on one grid, display values.
pub(super) struct Pictures<'a> {
    pub(super) radiograph: &'a FloatImage,
    pub(super) global: &'a FloatImage,
    pub(super) local: &'a FloatImage,
    pub(super) mask: &'a LungMask,
}

impl Pictures<'_> {
    /// The soft-tissue picture, with the tone corrections the bundle asks for in the authors' order: the mean is
    /// taken of the blanked global and the unblanked local picture.
    ///
    /// # Errors
    /// [`PipelineError`] where the Poisson solve stops early.
    pub(super) fn fused(
        &self,
        choice: FusionChoice,
        spec: &LocalPathSpec,
    ) -> Result<FloatImage, PipelineError> {
        let blank = |picture: &FloatImage| {
            if spec.blank_background {
                blank_background(picture, self.radiograph)
            } else {
                Ok(picture.clone())
            }
        };
        let global = blank(self.global)?;
        let local = if spec.shift_mean {
            shift_local_mean(self.local, &global, self.mask)?
        } else {
            self.local.clone()
        };
        Ok(fuse(
            &fusion(choice, spec),
            &global,
            &blank(&local)?,
            self.mask,
        )?)
    }
}

fn fusion(choice: FusionChoice, spec: &LocalPathSpec) -> Fusion {
    match choice {
        FusionChoice::Poisson => Fusion::Poisson(PoissonOptions {
            erosion_px: spec.border_px,
            ..PoissonOptions::default()
        }),
        FusionChoice::Alpha => Fusion::Alpha(AlphaOptions::default()),
        FusionChoice::OpenCv => Fusion::OpenCv,
        FusionChoice::None => Fusion::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Manifest, Preset};
    use crate::radiograph::Raster;

    const SIZE: usize = 64;

    fn spec(preset: Preset) -> LocalPathSpec {
        Manifest::for_preset(preset).local_path
    }

    /// A flat global picture and a local one with an arch inside the lungs, black outside.
    fn scene(left: usize, right: usize) -> (FloatImage, FloatImage, LungMask) {
        let inside =
            |i: usize| (left..right).contains(&(i % SIZE)) && (6..58).contains(&(i / SIZE));
        let local = |i: usize| {
            let arch = 0.3 - ((i % SIZE) as f32 / 64.0 - 0.5).powi(2);
            if inside(i) { arch } else { 0.0 }
        };
        let count = SIZE * SIZE;
        let mask = (0..count).map(|i| u8::from(inside(i))).collect();
        (
            Raster::filled(SIZE, SIZE, 0.5),
            Raster::new(SIZE, SIZE, (0..count).map(local).collect()).unwrap(),
            LungMask::from_nonzero(&Raster::new(SIZE, SIZE, mask).unwrap()),
        )
    }

    fn fused(border_px: u32, lungs: (usize, usize)) -> FloatImage {
        let (global, local, mask) = scene(lungs.0, lungs.1);
        let pictures = Pictures {
            radiograph: &global,
            global: &global,
            local: &local,
            mask: &mask,
        };
        let spec = LocalPathSpec {
            border_px,
            ..spec(Preset::Compact)
        };
        pictures.fused(FusionChoice::Poisson, &spec).unwrap()
    }

    #[test]
    fn the_poisson_fusion_follows_the_mask() {
        let (narrow, wide) = (fused(3, (6, 40)), fused(3, (6, 58)));
        // Beyond the narrow mask the global picture stands; inside the wide one the arch comes in.
        assert_eq!(narrow.get(32, 48), Some(0.5));
        let bent = (wide.get(32, 50).unwrap() - 0.5).abs();
        assert!(bent > 0.02, "{bent}");
    }

    #[test]
    fn the_border_belongs_to_the_global_picture() {
        let fused = fused(12, (4, 60));
        for col in [5, 10, 15] {
            assert_eq!(fused.get(32, col), Some(0.5), "{col}");
        }
        assert_ne!(fused.get(32, 20), Some(0.5));
    }

    #[test]
    fn the_authors_conventions_stretch_shift_and_blank() {
        let (global, local, mask) = scene(4, 60);
        let mut radiograph = Raster::filled(SIZE, SIZE, 0.4_f32);
        radiograph.values_mut()[0] = 1.0 / 255.0;
        radiograph.values_mut()[1] = 0.8;
        let spec = spec(Preset::GlLcm);
        let stretched = local_input(&radiograph, &spec);
        assert_eq!(stretched.values()[..2], [0.0, 1.0]);
        let pictures = Pictures {
            radiograph: &radiograph,
            global: &global,
            local: &local,
            mask: &mask,
        };
        let fused = pictures.fused(FusionChoice::Alpha, &spec).unwrap();
        assert_eq!(fused.get(0, 0), Some(0.0));
        let inside: Vec<f32> = (fused.values().iter().zip(mask.raster().values()))
            .filter(|&(_, &m)| m == 1)
            .map(|(&v, _)| v)
            .collect();
        // Both parts of the weighted mean have the global picture's mean.
        let mean = inside.iter().sum::<f32>() / inside.len() as f32;
        assert!((mean - 0.5).abs() < 1e-3, "{mean}");
    }

    #[test]
    fn opencv_gives_eight_bits() {
        let (global, local, mask) = scene(4, 60);
        let pictures = Pictures {
            radiograph: &global,
            global: &global,
            local: &local,
            mask: &mask,
        };
        let fused = pictures
            .fused(FusionChoice::OpenCv, &spec(Preset::GlLcm))
            .unwrap();
        let levels = fused.values().iter().map(|v| v * 255.0);
        assert!(levels.into_iter().all(|v| (v - v.round()).abs() < 1e-3));
    }
}
