//! Turned and mirrored pictures, two results against each other, and dithering.

use crate::card::{GAMMA, Layers, graphics, rendered};
use crate::largest_error;
use crate::study::{SIDE, key, radiograph, spec, unsigned, window};
use diaphane::display::{display_image, displayed_modality, modality_image};
use diaphane::radiograph::{FloatImage, ModalityTransform, Raster, StoredValues, VoiFunction};
use diaphane::render::{LayerKey, LayerKind, Mixture, Region};
use diaphane::ui::{Camera, ImageExtent, Orientation, ViewRect};
use std::sync::Arc;

/// Row and column of the image at a row and column of the screen; the last one of a side is the third argument.
type Source = fn(usize, usize, usize) -> (usize, usize);

/// Every way an image can lie: each screen pixel shows the pixel that a plain index calculation puts there.
#[test]
fn a_turned_picture_is_the_picture_turned() {
    let Some(graphics) = graphics() else {
        return;
    };
    let study = radiograph(unsigned(), ModalityTransform::IDENTITY);
    let voi = window(2048.0, 4096.0, VoiFunction::LinearExact);
    let expected = display_image(&study, &voi);
    let layers: Layers = vec![(key(LayerKind::Original), Arc::new(study))];
    let last = SIDE - 1;
    let stored = Orientation::AS_STORED;
    let cases: [(Orientation, Source); 5] = [
        (stored, |r, c, _| (r, c)),
        (stored.turned_right(), |r, c, last| (last - c, r)),
        (stored.turned_left(), |r, c, last| (c, last - r)),
        (stored.mirrored_across(), |r, c, last| (r, last - c)),
        (stored.mirrored_down(), |r, c, last| (last - r, c)),
    ];
    for (orientation, source) in cases {
        let side = SIDE as f32;
        let view = ViewRect {
            min: [0.0, 0.0],
            size: [side, side],
        };
        let image = ImageExtent {
            size: [side, side],
            pixel_aspect: 1.0,
            orientation,
        };
        let mut spec = spec(&voi, false);
        spec.image_from_screen = Camera::default().place(view, image).shader_map();
        let picture = rendered(&graphics, GAMMA, &spec, &layers, SIDE as u32);
        for (i, pixel) in picture.iter().enumerate() {
            let (row, col) = source(i / SIDE, i % SIDE, last);
            let value = 255.0 * expected.get(row, col).expect("inside");
            let error = (f32::from(pixel[0]) - value).abs();
            assert!(error <= 1.0, "{orientation:?}: pixel {i} is off by {error}");
        }
    }
}

/// Right of the wipe one result, left of it another; the difference is between the two.
#[test]
fn a_rival_stands_in_for_the_original() {
    let Some(graphics) = graphics() else {
        return;
    };
    let study = radiograph(unsigned(), ModalityTransform::IDENTITY);
    let voi = window(2000.0, 3000.0, VoiFunction::LinearExact);
    let original = modality_image(&study);
    let less = |share: f32| original.map(|v| v - share * 500.0);
    let (soft, other) = (less(1.0), less(0.4));
    let middle = SIDE as f32 / 2.0;
    let mut expected = soft.clone();
    for (i, value) in expected.values_mut().iter_mut().enumerate() {
        if ((i % SIDE) as f32) + 0.5 < middle {
            *value = other.values()[i];
        }
    }
    let expected = displayed_modality(&study, &voi, &expected);
    let rival = LayerKey {
        revision: 7,
        ..key(LayerKind::SoftTissue)
    };
    let layers: Layers = vec![
        (key(LayerKind::Original), Arc::new(study)),
        (key(LayerKind::SoftTissue), Arc::new(soft)),
        (rival, Arc::new(other)),
    ];
    let mut spec = spec(&voi, false);
    spec.layer = key(LayerKind::SoftTissue);
    spec.rival = Some(rival);
    spec.mixture = Mixture {
        amount: 1.0,
        region: Region::Beyond {
            point: [middle, 0.0],
            normal: [1.0, 0.0],
        },
    };
    let picture = rendered(&graphics, GAMMA, &spec, &layers, SIDE as u32);
    let error = largest_error(&picture, &expected);
    assert!(error <= 1.0, "off by {error} of 255");
}

/// A slope of one grey step over the whole width: plain rounding shows one edge, dithering a share of each grey that
/// follows the slope; a picture that meets the grey values exactly keeps every one.
#[test]
fn dithering_follows_a_slope_and_leaves_exact_values_alone() {
    let Some(graphics) = graphics() else {
        return;
    };
    let slope: Vec<f32> = (0..SIDE * SIDE)
        .map(|i| 100.0 + (i % SIDE) as f32 / (SIDE - 1) as f32)
        .collect();
    let slope = FloatImage::new(SIDE, SIDE, slope).expect("as many as pixels");
    let eight_bit: Vec<u16> = (0..SIDE * SIDE).map(|i| (i % 256) as u16).collect();
    let eight_bit = StoredValues::U16(Raster::new(SIDE, SIDE, eight_bit).expect("as many"));
    let study = radiograph(eight_bit, ModalityTransform::IDENTITY);
    let layers: Layers = vec![
        (key(LayerKind::Original), Arc::new(study)),
        (key(LayerKind::SoftTissue), Arc::new(slope)),
    ];
    let mut spec = spec(&window(127.5, 255.0, VoiFunction::LinearExact), false);
    spec.dithered = true;
    let exact = rendered(&graphics, GAMMA, &spec, &layers, SIDE as u32);
    for (i, pixel) in exact.iter().enumerate() {
        assert_eq!(usize::from(pixel[0]), i % 256, "pixel {i}");
    }
    spec.layer = key(LayerKind::SoftTissue);
    let picture = rendered(&graphics, GAMMA, &spec, &layers, SIDE as u32);
    let share_of_brighter = |columns: std::ops::Range<usize>| {
        let num_pixels = columns.len() * SIDE;
        let brighter = (0..SIDE)
            .flat_map(|row| columns.clone().map(move |col| row * SIDE + col))
            .filter(|&i| picture[i][0] >= 101)
            .count();
        brighter as f32 / num_pixels as f32
    };
    for start in (0..SIDE).step_by(8) {
        let middle = (start as f32 + 3.5) / (SIDE - 1) as f32;
        let share = share_of_brighter(start..start + 8);
        assert!(
            (share - middle).abs() < 0.1,
            "at {start}: {share} for {middle}"
        );
    }
}
