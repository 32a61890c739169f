//! What stays on the graphics card, and for how long.

use crate::card::{GAMMA, Layers, graphics, rendered_by};
use crate::study::{SIDE, key, radiograph, spec, unsigned, window};
use diaphane::radiograph::{ModalityTransform, VoiFunction};
use diaphane::render::{LayerKey, LayerKind, RadiographRenderer};
use std::sync::Arc;

#[test]
fn two_windows_keep_each_others_pictures_and_what_nobody_shows_goes() {
    let Some(graphics) = graphics() else {
        return;
    };
    let study = Arc::new(radiograph(unsigned(), ModalityTransform::IDENTITY));
    let voi = window(2000.0, 1500.0, VoiFunction::Linear);
    let mut renderer = RadiographRenderer::new(&graphics.0, GAMMA);
    let of = |study| LayerKey {
        study,
        ..key(LayerKind::Original)
    };
    let show = |renderer: &mut RadiographRenderer, number: u64, frame: u64| {
        let mut spec = spec(&voi, false);
        (spec.layer, spec.original) = (of(number), of(number));
        let layers: Layers = vec![(of(number), study.clone())];
        rendered_by(renderer, &graphics, &spec, &layers, (SIDE as u32, frame));
    };
    for frame in 1..4 {
        // The second window is painted while the first one still gathers its shapes.
        show(&mut renderer, 2, frame);
        assert!(frame == 1 || renderer.holds(&of(1)), "frame {frame}");
        show(&mut renderer, 1, frame);
        assert!(renderer.holds(&of(2)), "frame {frame}");
    }
    show(&mut renderer, 1, 4);
    show(&mut renderer, 1, 5);
    assert!(!renderer.holds(&of(2)), "not shown for a whole frame");
}
