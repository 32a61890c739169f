//! The shaders: valid, laid out as Rust believes, and equal to `display` on the CPU.
//!
//! Tolerance of the pictures: 1/255, one step of the 8-bit target, because the card may round the
//! last bit of its 32-bit arithmetic differently. Values come from `display`, whose own tests compare
//! it with the standard's formulas.
#![cfg(feature = "gui")]

#[path = "../support/adapter.rs"]
mod adapter;
mod card;
mod matrix;
mod mixture;
mod placement;
mod residence;
mod study;
#[path = "../support/mod.rs"]
mod support;

use card::{GAMMA, Layers, graphics, rendered};
use diaphane::display::{display_image, diverging_on_black, modality_image, sequential_on_black};
use diaphane::radiograph::{
    FloatImage, ModalityTransform, Radiograph, Raster, StoredValues, VoiFunction, resize_area,
};
use diaphane::render::{
    GraphicsFault, LayerKind, LayerUniform, Picture, ViewUniform, shader_sources, watch,
};
use eframe::wgpu;
use std::sync::Arc;
use study::{SIDE, key, radiograph, scaled, signed, spec, unsigned, window};

#[test]
fn every_shader_is_valid_and_its_uniforms_are_laid_out_as_in_rust() {
    for source in shader_sources() {
        let module = naga::front::wgsl::parse_str(&source.wgsl)
            .unwrap_or_else(|err| panic!("{}: {}", source.name, err.emit_to_string(&source.wgsl)));
        naga::valid::Validator::new(
            naga::valid::ValidationFlags::all(),
            naga::valid::Capabilities::empty(),
        )
        .validate(&module)
        .unwrap_or_else(|err| panic!("{}: {err:?}", source.name));
        assert_eq!(span_of(&module, "ViewUniform"), size_of::<ViewUniform>());
        assert_eq!(span_of(&module, "LayerUniform"), size_of::<LayerUniform>());
        assert_eq!(
            offset_of_member(&module, "ViewUniform", "voi_lut_len"),
            std::mem::offset_of!(ViewUniform, voi_lut_len)
        );
        assert_eq!(
            offset_of_member(&module, "ViewUniform", "region_shape"),
            std::mem::offset_of!(ViewUniform, region_shape)
        );
        assert_eq!(
            offset_of_member(&module, "LayerUniform", "padding_high"),
            std::mem::offset_of!(LayerUniform, padding_high)
        );
    }
}

fn structure<'a>(module: &'a naga::Module, name: &str) -> (&'a [naga::StructMember], u32) {
    let found = module.types.iter().find_map(|(_, ty)| match &ty.inner {
        naga::TypeInner::Struct { members, span } if ty.name.as_deref() == Some(name) => {
            Some((members.as_slice(), *span))
        }
        _ => None,
    });
    found.unwrap_or_else(|| panic!("{name} is not declared"))
}

fn span_of(module: &naga::Module, name: &str) -> usize {
    structure(module, name).1 as usize
}

fn offset_of_member(module: &naga::Module, name: &str, member: &str) -> usize {
    let members = structure(module, name).0;
    let found = members.iter().find(|m| m.name.as_deref() == Some(member));
    found
        .unwrap_or_else(|| panic!("{name} lacks {member}"))
        .offset as usize
}

/// Largest difference from the display values, in steps of 1/255.
fn largest_error(picture: &[[u8; 4]], expected: &FloatImage) -> f32 {
    assert_eq!(picture.len(), expected.values().len());
    let errors = picture.iter().zip(expected.values()).map(|(pixel, value)| {
        assert_eq!([pixel[0], pixel[3]], [pixel[1], 255], "grey and opaque");
        (f32::from(pixel[0]) - 255.0 * value).abs()
    });
    errors.fold(0.0, f32::max)
}

#[test]
fn a_target_that_encodes_by_itself_shows_the_same_grey() {
    let Some(graphics) = graphics() else {
        return;
    };
    let study = radiograph(unsigned(), ModalityTransform::IDENTITY);
    let voi = window(2000.0, 3000.0, VoiFunction::LinearExact);
    let expected = display_image(&study, &voi);
    let layers: Layers = vec![(key(LayerKind::Original), Arc::new(study))];
    let format = wgpu::TextureFormat::Rgba8UnormSrgb;
    let picture = rendered(&graphics, format, &spec(&voi, false), &layers, SIDE as u32);
    let error = largest_error(&picture, &expected);
    assert!(error <= 1.0, "off by {error} of 255");
}

#[test]
fn padding_is_black_in_either_polarity() {
    let Some(graphics) = graphics() else {
        return;
    };
    let mut study = radiograph(unsigned(), ModalityTransform::IDENTITY);
    study.padding = Some((0, 2000));
    let is_padding: Vec<bool> = study.stored.iter().map(|v| v <= 2000).collect();
    let layers: Layers = vec![(key(LayerKind::Original), Arc::new(study))];
    let voi = window(3000.0, 2200.0, VoiFunction::Linear);
    for low_is_white in [false, true] {
        let spec = spec(&voi, low_is_white);
        let picture = rendered(&graphics, GAMMA, &spec, &layers, SIDE as u32);
        let black = |pixel: &[u8; 4]| pixel[..3] == [0, 0, 0];
        let padded = picture.iter().zip(&is_padding).filter(|(_, p)| **p);
        assert!(padded.clone().count() > 1000);
        assert!(padded.map(|(pixel, _)| pixel).all(black));
    }
}

#[test]
fn strong_reduction_is_the_mean_and_does_not_alias() {
    let Some(graphics) = graphics() else {
        return;
    };
    // Columns alternate between the ends: any pixel-skipping reduction would show stripes.
    let side = SIDE * 16;
    let values = (0..side * side)
        .map(|i| if i % 2 == 0 { 0 } else { 4000 })
        .collect();
    let stored = StoredValues::U16(Raster::new(side, side, values).unwrap());
    let study = radiograph(stored, ModalityTransform::IDENTITY);
    let voi = window(2000.0, 4000.0, VoiFunction::LinearExact);
    let layers: Layers = vec![(key(LayerKind::Original), Arc::new(study))];
    let mut spec = spec(&voi, false);
    spec.image_from_screen.axes = scaled(16.0);
    let picture = rendered(&graphics, GAMMA, &spec, &layers, SIDE as u32);
    let grey = FloatImage::filled(SIDE, SIDE, 0.5);
    assert!(largest_error(&picture, &grey) <= 1.0);
}

#[test]
fn reduction_by_an_odd_factor_equals_the_area_mean() {
    let Some(graphics) = graphics() else {
        return;
    };
    let study = radiograph(signed(), ModalityTransform::IDENTITY);
    let voi = window(0.0, 4096.0, VoiFunction::LinearExact);
    // A crop of the side 192 = 3 x 64 of a wider, smooth picture.
    let side = SIDE * 3;
    let values = (0..side * side).map(|i| ((i % side) * 13 + (i / side) * 7) as i16 - 1900);
    let stored = StoredValues::I16(Raster::new(side, side, values.collect()).unwrap());
    let study = Radiograph { stored, ..study };
    let small = resize_area(&modality_image(&study), SIDE, SIDE);
    let expected = small.map(|v| (v / 4096.0 + 0.5).clamp(0.0, 1.0));
    let layers: Layers = vec![(key(LayerKind::Original), Arc::new(study))];
    let mut spec = spec(&voi, false);
    spec.image_from_screen.axes = scaled(3.0);
    let picture = rendered(&graphics, GAMMA, &spec, &layers, SIDE as u32);
    let error = largest_error(&picture, &expected);
    assert!(error <= 1.0, "off by {error} of 255");
}

#[test]
fn enlarging_passes_through_the_pixels() {
    let Some(graphics) = graphics() else {
        return;
    };
    let study = radiograph(unsigned(), ModalityTransform::IDENTITY);
    let voi = window(2048.0, 4096.0, VoiFunction::LinearExact);
    let expected = display_image(&study, &voi);
    let layers: Layers = vec![(key(LayerKind::Original), Arc::new(study))];
    let mut spec = spec(&voi, false);
    // Three screen pixels an image pixel: every third one meets a pixel centre.
    spec.image_from_screen.axes = scaled(1.0 / 3.0);
    let side = 3 * SIDE;
    let picture = rendered(&graphics, GAMMA, &spec, &layers, side as u32);
    for (row, col) in [(0, 0), (1, 1), (17, 40), (63, 63), (31, 8)] {
        let pixel = picture[(3 * row + 1) * side + 3 * col + 1];
        let value = 255.0 * expected.get(row, col).unwrap();
        assert!((f32::from(pixel[0]) - value).abs() <= 1.0, "{row} {col}");
    }
}

#[test]
fn a_difference_has_the_colours_of_the_map() {
    let Some(graphics) = graphics() else {
        return;
    };
    let study = radiograph(unsigned(), ModalityTransform::IDENTITY);
    let change = |i: usize| (i % 400) as f32 - 200.0;
    let original = modality_image(&study);
    let soft: Vec<f32> = original
        .values()
        .iter()
        .enumerate()
        .map(|(i, v)| v - change(i))
        .collect();
    let soft = FloatImage::new(SIDE, SIDE, soft).unwrap();
    let layers: Layers = vec![
        (key(LayerKind::Original), Arc::new(study)),
        (key(LayerKind::SoftTissue), Arc::new(soft)),
    ];
    let mut spec = spec(&window(0.0, 1.0, VoiFunction::LinearExact), false);
    spec.layer = key(LayerKind::SoftTissue);
    // What was taken away in brightness is positive, whichever end of the values is bright.
    for (low_is_bright, is_absolute, sign) in [
        (false, false, 1.0),
        (true, false, -1.0),
        (false, true, 1.0),
        (true, true, 1.0),
    ] {
        spec.picture = Picture::Difference {
            limit: 100.0,
            low_is_bright,
            is_absolute,
        };
        let picture = rendered(&graphics, GAMMA, &spec, &layers, SIDE as u32);
        for (i, pixel) in picture.iter().enumerate() {
            let change = if is_absolute {
                change(i).abs()
            } else {
                change(i)
            };
            let expected = diverging_on_black(sign * change / 100.0);
            for channel in 0..3 {
                let error = pixel[channel].abs_diff(expected[channel]);
                // A step of the 255-entry table is at most 2 of 255 wide in any channel.
                assert!(error <= 2, "{i}: {pixel:?} instead of {expected:?}");
            }
        }
    }
}

#[test]
fn values_without_a_sign_have_the_colours_of_their_own_map() {
    let Some(graphics) = graphics() else {
        return;
    };
    let study = radiograph(unsigned(), ModalityTransform::IDENTITY);
    let deviation = |i: usize| (i % 70) as f32;
    let values = (0..SIDE * SIDE).map(deviation).collect();
    let uncertainty = FloatImage::new(SIDE, SIDE, values).unwrap();
    let layers: Layers = vec![
        (key(LayerKind::Original), Arc::new(study)),
        (key(LayerKind::Uncertainty), Arc::new(uncertainty)),
    ];
    // Neither the window nor what is white in the radiograph changes the colours.
    for low_is_white in [false, true] {
        let mut spec = spec(&window(0.0, 1.0, VoiFunction::LinearExact), low_is_white);
        spec.layer = key(LayerKind::Uncertainty);
        spec.picture = Picture::Sequential { limit: 57.0 };
        let picture = rendered(&graphics, GAMMA, &spec, &layers, SIDE as u32);
        for (i, pixel) in picture.iter().enumerate() {
            let expected = sequential_on_black(deviation(i) / 57.0);
            for channel in 0..3 {
                let error = pixel[channel].abs_diff(expected[channel]);
                // A step of the 255-entry table is at most 2 of 255 wide in any channel.
                assert!(error <= 2, "{i}: {pixel:?} instead of {expected:?}");
            }
        }
    }
}

#[test]
fn a_view_without_its_layer_draws_nothing() {
    let Some(graphics) = graphics() else {
        return;
    };
    let voi = window(0.0, 1.0, VoiFunction::LinearExact);
    let picture = rendered(
        &graphics,
        GAMMA,
        &spec(&voi, false),
        &Vec::new(),
        SIDE as u32,
    );
    assert!(picture.iter().all(|pixel| *pixel == [0; 4]));
}

#[test]
fn a_complaint_of_the_device_is_heard_and_ends_nothing() {
    let Some((device, _queue)) = graphics() else {
        return;
    };
    let faults = watch(&device, || {});
    let side = device.limits().max_texture_dimension_2d + 1;
    let size = wgpu::Extent3d {
        width: side,
        height: 1,
        depth_or_array_layers: 1,
    };
    let _refused = device.create_texture(&wgpu::TextureDescriptor {
        label: Some("too wide"),
        size,
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format: GAMMA,
        usage: wgpu::TextureUsages::TEXTURE_BINDING,
        view_formats: &[],
    });
    let heard: Vec<GraphicsFault> = faults.try_iter().collect();
    assert!(
        matches!(&heard[..], [GraphicsFault::Refused(reason)] if reason.contains("too wide")),
        "{heard:?}"
    );
    device.destroy();
    assert_eq!(
        faults.try_iter().count(),
        0,
        "given back by the program itself"
    );
}
