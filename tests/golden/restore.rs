//! The bone layer on a real dual-energy pair, with a blur in place of the codec.
//!
//! No reference exists for it: the test holds the trade that the gate was made for, outlines gone
//! and detail kept, in the terms of the independent scorer.

use diaphane::fusion::restore::{ModelImages, RestoreOptions, model_bone_layer, subtract_bone};
use diaphane::metrics::{Scored, Scores, score};
use diaphane::radiograph::{FloatImage, LungMask, gaussian_blur, resize_area};

use crate::metrics::{pairs_folder, read};

/// Side of the model grid in this test: half the pairs' own, for speed.
const SIZE: usize = 512;

#[test]
fn outlines_go_and_detail_stays() {
    let Some(folder) = pairs_folder() else {
        return;
    };
    for patient in ["szch_000", "szch_101"] {
        let load = |kind: &str| {
            let image = read(folder.join(format!("{patient}_{kind}.png")));
            resize_area(&image, SIZE, SIZE)
        };
        let (cxr, soft) = (load("cxr"), load("soft"));
        let mask = LungMask::from_threshold(&load("lungmask_derived"), 0.5);
        let fused = gaussian_blur(&soft, 1.0);
        let judged = |pred: &FloatImage| {
            score(&Scored {
                cxr: &cxr,
                soft: &soft,
                pred,
                mask: Some(&mask),
            })
            .unwrap()
        };
        let restored = |strength| {
            let images = ModelImages {
                radiograph: &cxr,
                reconstruction: &gaussian_blur(&cxr, 1.0),
                fused: &fused,
                region: Some(&mask),
            };
            let options = RestoreOptions {
                strength,
                edge_sigma_px: 1.0,
                gate_sigma_px: 0.8,
                ..RestoreOptions::default()
            };
            let bone = model_bone_layer(&images, &options).unwrap().bone;
            judged(&subtract_bone(&cxr, &bone, 1.0).unwrap())
        };
        let (decoded, plain, gated) = (judged(&fused), restored(0.0), restored(1.0));
        let edge = |scores: &Scores| scores.edge_bone_fraction.unwrap().abs();
        assert!(edge(&plain) > 0.4, "{patient}: {}", edge(&plain));
        assert!(edge(&gated) < 0.15, "{patient}: {}", edge(&gated));
        assert!(
            gated.detail_corr > decoded.detail_corr,
            "{patient}: {gated:?}"
        );
        assert!(
            gated.detail_gain > decoded.detail_gain,
            "{patient}: {gated:?}"
        );
        assert!(gated.psnr > plain.psnr, "{patient}: {gated:?} {plain:?}");
    }
}
