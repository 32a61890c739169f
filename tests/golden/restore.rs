//! The bone layer on a real dual-energy pair, with a blur in place of the codec.
//!
//! No reference exists for it: the test holds the trade that the shipped constants of the gate were made for,
//! outlines gone and detail kept, in the terms of the independent scorer.

use diaphane::fusion::restore::{ModelImages, RestoreOptions, native_bone_layer};
use diaphane::metrics::{Scored, Scores, score};
use diaphane::radiograph::{FloatImage, LungMask, gaussian_blur};

use crate::metrics::{pairs_folder, read};

/// Standard deviation of the blur that stands for the codec, pixels of the model grid.
const CODEC_SIGMA_PX: f64 = 1.5;

#[test]
fn outlines_go_and_detail_stays() {
    let Some(folder) = pairs_folder() else {
        return;
    };
    for patient in ["szch_000", "szch_101"] {
        let load = |kind: &str| read(folder.join(format!("{patient}_{kind}.png")));
        let (cxr, soft) = (load("cxr"), load("soft"));
        let mask = LungMask::from_threshold(&load("lungmask_derived"), 0.5);
        let fused = gaussian_blur(&soft, CODEC_SIGMA_PX);
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
                reconstruction: &gaussian_blur(&cxr, CODEC_SIGMA_PX),
                fused: &fused,
                region: Some(&mask),
            };
            let options = RestoreOptions {
                strength,
                ..RestoreOptions::default()
            };
            let bone = native_bone_layer(&cxr, &images, &options).unwrap().bone;
            judged(&cxr.zip_map(&bone, |x, b| x - b).unwrap())
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
        let gain = gated.detail_gain.unwrap();
        assert!((0.8..1.1).contains(&gain), "{patient}: {gain}");
        assert!(gated.psnr > plain.psnr, "{patient}: {gated:?} {plain:?}");
    }
}
