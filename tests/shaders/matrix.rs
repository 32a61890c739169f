//! Card and CPU show the same grey, whatever combination of the steps of the grey path a file asks for.

use crate::card::{GAMMA, Layers, graphics, rendered_by};
use crate::largest_error;
use crate::study::{SIDE, key, radiograph, signed, spec, unsigned, window};
use diaphane::display::display_image;
use diaphane::radiograph::{ModalityTransform, Polarity, Radiograph, Voi, VoiFunction, VoiLut};
use diaphane::render::{LayerKey, LayerKind, RadiographRenderer};
use std::sync::Arc;

/// Identity, a falling rescale, and a table that rises unevenly.
fn modalities(first_stored: i32) -> [ModalityTransform; 3] {
    [
        ModalityTransform::IDENTITY,
        ModalityTransform::Rescale {
            slope: -2.5,
            intercept: 700.0,
        },
        ModalityTransform::Lut {
            first: first_stored + 100,
            entries: (0..3000_u32).map(|i| (i * i / 2500) as u16).collect(),
        },
    ]
}

/// Every window function, a step, a rising and a falling table, in the middle of the picture's modality values.
fn vois(study: &Radiograph) -> Vec<Voi> {
    let values = study.stored.iter().map(|v| study.modality.apply(v));
    let (low, high) = values.fold((f64::MAX, f64::MIN), |(a, b), v| (a.min(v), b.max(v)));
    let (center, width) = (0.5 * (low + high), 0.4 * (high - low));
    let table = |falling: bool| {
        let entry = |i: u16| if falling { 4095 - i } else { i };
        Voi::Lut(VoiLut {
            first: low as i32 + 200,
            bits: 12,
            entries: (0..3000).map(entry).collect(),
            explanation: String::new(),
        })
    };
    vec![
        window(center, width, VoiFunction::Linear),
        window(center, width, VoiFunction::LinearExact),
        window(center, width, VoiFunction::Sigmoid),
        window(center.round(), 1.0, VoiFunction::Linear),
        table(false),
        table(true),
    ]
}

fn studies() -> Vec<Radiograph> {
    let mut studies = Vec::new();
    for (stored, first) in [(unsigned(), 0), (signed(), -2048)] {
        for modality in modalities(first) {
            for padding in [None, Some((first, first + 1500))] {
                for polarity in [Polarity::HighIsWhite, Polarity::LowIsWhite] {
                    let mut study = radiograph(stored.clone(), modality.clone());
                    (study.padding, study.polarity) = (padding, polarity);
                    studies.push(study);
                }
            }
        }
    }
    studies
}

#[test]
fn every_combination_of_the_grey_path_equals_the_cpu() {
    let Some(graphics) = graphics() else {
        return;
    };
    let mut renderer = RadiographRenderer::new(&graphics.0, GAMMA);
    let mut frame = 0;
    for study in studies() {
        for voi in vois(&study) {
            for inverted in [false, true] {
                frame += 1;
                let key = LayerKey {
                    revision: frame,
                    ..key(LayerKind::Original)
                };
                let layers: Layers = vec![(key, Arc::new(study.clone()))];
                let mut shown = study.clone();
                if inverted {
                    shown = shown.with_polarity_turned();
                }
                let mut spec = spec(&voi, shown.polarity == Polarity::LowIsWhite);
                (spec.layer, spec.original) = (key, key);
                let picture = rendered_by(
                    &mut renderer,
                    &graphics,
                    &spec,
                    &layers,
                    (SIDE as u32, frame),
                );
                let error = largest_error(&picture, &display_image(&shown, &voi));
                assert!(
                    error <= 1.0,
                    "off by {error} of 255: {voi:?}, {:?}, padding {:?}, {:?}, inverted {inverted}",
                    study.modality,
                    study.padding,
                    study.polarity
                );
            }
        }
    }
    assert_eq!(frame, 24 * 6 * 2);
}
