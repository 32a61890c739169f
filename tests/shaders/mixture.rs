//! Original and soft-tissue image in one view: the bone slider, the wipe and the lens.

use crate::card::{GAMMA, Layers, graphics, rendered};
use crate::study::{SIDE, key, radiograph, scaled, spec, unsigned, window};
use diaphane::display::{displayed_modality, modality_image};
use diaphane::radiograph::{FloatImage, ModalityTransform, Radiograph, Voi, VoiFunction};
use diaphane::render::{LayerKind, Mixture, Region, ViewSpec};
use std::sync::Arc;

fn voi() -> Voi {
    window(2000.0, 3000.0, VoiFunction::LinearExact)
}

/// A radiograph and a picture that has up to 600 less.
fn pair() -> (Radiograph, FloatImage) {
    let study = radiograph(unsigned(), ModalityTransform::IDENTITY);
    let original = modality_image(&study);
    let soft = (original.values().iter().enumerate()).map(|(i, v)| v - (i % 600) as f32);
    let soft = FloatImage::new(SIDE, SIDE, soft.collect()).expect("as many as pixels");
    (study, soft)
}

/// The card's picture of a mixture against `share(x, y)` of the way from original to soft tissue on the CPU, where
/// `x` and `y` are the pixel's centre.
fn assert_mixed(mixture: Mixture, share: impl Fn(f32, f32) -> f32) {
    let Some(graphics) = graphics() else {
        return;
    };
    let (study, soft) = pair();
    let mut mixed = modality_image(&study);
    for (i, (value, soft)) in mixed.values_mut().iter_mut().zip(soft.values()).enumerate() {
        let share = share((i % SIDE) as f32 + 0.5, (i / SIDE) as f32 + 0.5);
        *value += share * (soft - *value);
    }
    let expected = displayed_modality(&study, &voi(), &mixed);
    let layers: Layers = vec![
        (key(LayerKind::Original), Arc::new(study)),
        (key(LayerKind::SoftTissue), Arc::new(soft)),
    ];
    let mut spec = spec(&voi(), false);
    spec.layer = key(LayerKind::SoftTissue);
    spec.mixture = mixture;
    let picture = rendered(&graphics, GAMMA, &spec, &layers, SIDE as u32);
    for (i, (pixel, expected)) in picture.iter().zip(expected.values()).enumerate() {
        let error = (f32::from(pixel[0]) - 255.0 * expected).abs();
        assert!(error <= 1.0, "{mixture:?}: pixel {i} is off by {error}");
    }
}

#[test]
fn the_bone_slider_is_linear_and_exact_at_its_ends() {
    for amount in [0.0, 0.3, 0.75, 1.0] {
        let mixture = Mixture {
            amount,
            region: Region::Everywhere,
        };
        assert_mixed(mixture, |_, _| amount);
    }
}

#[test]
fn a_wipe_shows_each_picture_on_its_side_of_the_line() {
    let (point, normal) = ([20.0, 30.0], [0.6, -0.8]);
    let mixture = Mixture {
        amount: 1.0,
        region: Region::Beyond { point, normal },
    };
    assert_mixed(mixture, |x, y| {
        let beyond = (x - point[0]) * normal[0] + (y - point[1]) * normal[1] >= 0.0;
        f32::from(u8::from(beyond))
    });
}

#[test]
fn a_lens_shows_the_layer_in_a_disc() {
    let mixture = Mixture {
        amount: 0.5,
        region: Region::Within {
            center: [30.0, 25.0],
            radius: 12.2,
        },
    };
    assert_mixed(mixture, |x, y| {
        let within = (x - 30.0).hypot(y - 25.0) <= 12.2;
        0.5 * f32::from(u8::from(within))
    });
}

/// A layer alone has a shader of its own; drawn by the one that compares, on one side of a line outside the view, it is
/// the same to the last bit, enlarged, pixel by pixel and reduced.
#[test]
fn a_layer_alone_is_the_same_as_one_beyond_a_line() {
    let Some(graphics) = graphics() else {
        return;
    };
    let (study, soft) = pair();
    let layers: Layers = vec![
        (key(LayerKind::Original), Arc::new(study)),
        (key(LayerKind::SoftTissue), Arc::new(soft)),
    ];
    for pixels in [0.4, 1.0, 1.7, 2.6] {
        let mut spec = spec(&voi(), false);
        spec.layer = key(LayerKind::SoftTissue);
        spec.image_from_screen.axes = scaled(pixels);
        let drawn = |spec: &ViewSpec| rendered(&graphics, GAMMA, spec, &layers, SIDE as u32);
        let alone = drawn(&spec);
        spec.mixture.region = Region::Beyond {
            point: [-1.0, 0.0],
            normal: [1.0, 0.0],
        };
        assert!(
            alone == drawn(&spec),
            "{pixels} image pixels a screen pixel"
        );
    }
}
