use super::*;
use crate::guard::MarkReason;
use crate::pipeline::Stage;
use crate::pipeline::certificate::fixture::{certificate, radiograph};
use crate::radiograph::Topic;

/// A result of the two pixels, every part of it other than a default.
fn kept() -> KeptResult {
    let pair = |values: [f32; 2]| Raster::new(2, 1, values.to_vec()).unwrap();
    let lung_mask = LungMask::from_nonzero(&Raster::new(2, 1, vec![1, 0]).unwrap());
    let bone = pair([0.25, -0.5]);
    let result = SuppressionResult {
        study: radiograph().id,
        soft_tissue: pair([1.5, -7.25]),
        changes: Changes::of(&bone, None, &lung_mask),
        bone,
        uncertainty: Some(pair([0.125, 3.0])),
        uncertainty_band: Some(ErrorBand {
            seed_factor: 2.5,
            taken_share: 0.25,
            floor: 0.01,
            num_seeds: 2,
        }),
        seeds: vec![7, 8],
        model_soft_tissue: Raster::filled(3, 2, 0.75),
        lung_mask,
        marks: vec![Mark {
            reason: MarkReason::DetailLost,
            row_px: 0.5,
            col_px: 1.25,
            radius_px: 3.0,
            score: 0.75,
        }],
        settings: SuppressionSettings {
            seed: 7,
            leg_weight: 1.375,
            ..certificate().settings
        },
        bundle_name: "compact".to_owned(),
        bundle_sha256: "ab".repeat(32),
        device: "CPU".to_owned(),
        precision: "bf16".to_owned(),
        stage_times: vec![StageTime {
            stage: Stage::Global,
            elapsed_secs: 1.5,
            cached: false,
        }],
        warnings: vec![Warning::new(Topic::LungMask, "It is small.")],
    };
    KeptResult {
        result: Arc::new(result),
        is_mask_given: true,
    }
}

#[test]
fn a_result_comes_back_whole() {
    let bytes = kept().to_bytes(&radiograph()).unwrap();
    assert_eq!(
        KeptResult::from_bytes(&bytes, &radiograph()).unwrap(),
        kept()
    );
}

#[test]
fn a_result_of_another_picture_or_of_other_polarity_is_not_taken() {
    let bytes = kept().to_bytes(&radiograph()).unwrap();
    let mut other = radiograph();
    other.id = StudyId("b".to_owned());
    for picture in [radiograph().with_polarity_turned(), other] {
        let taken = KeptResult::from_bytes(&bytes, &picture);
        assert!(
            matches!(taken, Err(KeptResultError::OtherPicture)),
            "{taken:?}"
        );
    }
}

#[test]
fn whatever_is_damaged_is_refused() {
    let bytes = kept().to_bytes(&radiograph()).unwrap();
    for length in [0, 7, 40, bytes.len() / 2, bytes.len() - 1] {
        let taken = KeptResult::from_bytes(&bytes[..length], &radiograph());
        assert!(
            matches!(taken, Err(KeptResultError::Damaged(_))),
            "{length}"
        );
    }
}
