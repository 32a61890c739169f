//! A bundle of tiny networks with arbitrary weights, and small radiographs: enough to run every stage in moments.
//! What such networks make of a radiograph is meaningless; that it is the same every time is not.

use diaphane::formats::raster;
use diaphane::model::manifest::{ClipSpec, FileRole};
use diaphane::model::weights::WeightPrecision;
use diaphane::model::{Bundle, BundleWriter, Denoiser, LungSegmenter, Manifest, Preset, Vqgan};
use diaphane::radiograph::{FloatImage, LungMask, Raster};
use std::path::Path;
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};

/// Longest side of the bundle's grid.
pub const GRID_PX: usize = 64;

/// Writes the bundle into `folder`.
pub fn write_bundle(folder: &Path, with_segmenter: bool) {
    write_bundle_that(true, folder, with_segmenter);
}

/// Writes the bundle; one that does not suppress has a denoiser that takes nothing off, and without fusion gives the
/// radiograph back.
pub fn write_bundle_that(suppresses: bool, folder: &Path, with_segmenter: bool) {
    let manifest = manifest(with_segmenter);
    let mut writer = BundleWriter::create(folder, manifest.clone(), false).unwrap();
    let mut add = |role, seed, build: &dyn Fn(&VarStore)| {
        let vs = VarStore::new(Device::Cpu);
        build(&vs);
        if role == FileRole::Denoiser && !suppresses {
            let _guard = tch::no_grad_guard();
            for mut variable in vs.variables().into_values() {
                variable.copy_(&variable.zeros_like());
            }
        } else {
            fill(&vs, seed);
        }
        writer.add_store(role, &vs, WeightPrecision::F32).unwrap();
    };
    add(FileRole::Vqgan, 1, &|vs| {
        Vqgan::new(&vs.root(), &manifest.vqgan.config);
    });
    add(FileRole::Denoiser, 2, &|vs| {
        Denoiser::new(&vs.root(), &manifest.denoiser.config);
    });
    if let Some(segmenter) = &manifest.segmenter {
        add(FileRole::Segmenter, 3, &|vs| {
            LungSegmenter::new(&vs.root(), &segmenter.config);
        });
    }
    writer
        .write_card("# tiny\n\nArbitrary weights for tests.\n")
        .unwrap();
    writer.finish().unwrap();
    assert!(Bundle::verify(folder).unwrap().is_sound());
}

fn manifest(with_segmenter: bool) -> Manifest {
    let mut manifest = Manifest::for_preset(Preset::Compact);
    "tiny".clone_into(&mut manifest.name);
    "CC0-1.0".clone_into(&mut manifest.licence);
    "none".clone_into(&mut manifest.training_data);
    manifest.grid.size_px = GRID_PX as u32;
    manifest.grid.multiple_px = 16;
    manifest.vqgan.config.channels = vec![8, 8, 8];
    manifest.vqgan.config.residual_channels = 8;
    manifest.vqgan.config.codebook_size = 16;
    let denoiser = &mut manifest.denoiser.config;
    denoiser.model_channels = 8;
    denoiser.channel_mult = vec![1, 2];
    denoiser.norm_groups = 4;
    denoiser.num_heads = 2;
    manifest.clip = ClipSpec::Static {
        global: 3.0,
        local: 3.0,
    };
    manifest.defaults.steps = 3;
    manifest.defaults.leg_weight = 2.0;
    match &mut manifest.segmenter {
        Some(segmenter) if with_segmenter => {
            segmenter.size_px = 64;
            segmenter.config.init_channels = 4;
            segmenter.config.growth_channels = 4;
            segmenter.config.block_layers = vec![1, 1, 1, 1];
            segmenter.config.decoder_channels = vec![4, 4, 4, 4];
            segmenter.config.head_channels = 4;
        }
        _ => manifest.segmenter = None,
    }
    manifest
}

/// Fills every float variable from a sine of its index: no generator's state decides the weights. Variances stay
/// positive, and the published zero initialisation of the last layers goes, so that every layer counts.
fn fill(vs: &VarStore, seed: i64) {
    let _guard = tch::no_grad_guard();
    let mut variables: Vec<(String, Tensor)> = vs.variables().into_iter().collect();
    variables.sort_by(|a, b| a.0.cmp(&b.0));
    for (index, (name, mut variable)) in variables.into_iter().enumerate() {
        if variable.kind() != Kind::Float {
            continue;
        }
        let count = variable.numel() as i64;
        let phase = seed as f64 + index as f64;
        let angles = Tensor::arange(count, (Kind::Double, Device::Cpu)) * 12.9898 + phase;
        let values = angles.sin() * (2.0 / (count as f64).sqrt()).min(0.3);
        let values = if name.ends_with("running_var") {
            values.abs() + 1.0
        } else {
            values
        };
        variable.copy_(&values.reshape(variable.size()).to_kind(Kind::Float));
    }
}

/// Two dark ellipses with light stripes across: about what a chest looks like from far away.
pub fn chest(width: usize, height: usize) -> FloatImage {
    let inside = lungs(width, height);
    let mut picture = inside.raster().map(|&v| if v == 1 { 0.3 } else { 0.7 });
    for (i, value) in picture.values_mut().iter_mut().enumerate() {
        let row = (i / width) as f32 / height as f32;
        *value += 0.1 * (row * 40.0).sin();
    }
    picture
}

/// The ellipses of [`chest`].
pub fn lungs(width: usize, height: usize) -> LungMask {
    let mut inside = Raster::filled(width, height, 0_u8);
    for (i, value) in inside.values_mut().iter_mut().enumerate() {
        let x = (i % width) as f32 / width as f32;
        let y = (i / width) as f32 / height as f32 - 0.5;
        let ellipse = |centre: f32| ((x - centre) / 0.15).powi(2) + (y / 0.35).powi(2) < 1.0;
        *value = u8::from(ellipse(0.3) || ellipse(0.7));
    }
    LungMask::from_nonzero(&inside)
}

/// Writes [`chest`] as 16-bit PNG and [`lungs`] as its mask.
pub fn write_chest(folder: &Path, name: &str, width: usize, height: usize) {
    let picture = folder.join(format!("{name}.png"));
    raster::write_grey16(&picture, &chest(width, height), false).unwrap();
    let mask = folder.join(format!("{name}_mask.png"));
    raster::write_mask8(&mask, &lungs(width, height), false).unwrap();
}
