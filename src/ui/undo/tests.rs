use super::*;
use crate::radiograph::{
    BitDepth, FileKind, LungMask, ModalityTransform, Polarity, Radiograph, Raster, SourceFile,
    StoredValues, StudyId, StudyInfo, Voi,
};
use crate::ui::masking::MaskVersion;
use crate::ui::study::{OpenStudy, Study};
use std::sync::Arc;

/// Side of the radiograph, pixels: a mask of it is 100 bytes.
const SIDE: usize = 10;

/// A grey radiograph, for tests that ask for no picture.
pub(in crate::ui) fn radiograph() -> Radiograph {
    Radiograph {
        id: StudyId("a".to_owned()),
        source: SourceFile {
            path: "a.png".into(),
            kind: FileKind::Png,
        },
        stored: StoredValues::U16(Raster::filled(SIDE, SIDE, 1)),
        bits: BitDepth {
            allocated: 16,
            stored: 16,
            high_bit: 15,
            signed: false,
        },
        modality: ModalityTransform::IDENTITY,
        vois: vec![Voi::covering(0.0, 10.0)],
        vois_from_file: false,
        polarity: Polarity::HighIsWhite,
        padding: None,
        spacing: None,
        info: StudyInfo::default(),
        warnings: Vec::new(),
    }
}

/// A study with as many steps, each of another mask.
fn with_strokes(num_strokes: usize) -> AppState {
    let mut state = AppState::default();
    let mut study = Study::unread("a.png".into());
    study.fill(Box::new(OpenStudy::new(Arc::new(radiograph()))), None);
    let file_id = study.file_id();
    state.studies.push(study);
    for _ in 0..num_strokes {
        let before = Moment::of(&state, Some(file_id));
        let mask = LungMask::from_nonzero(&Raster::filled(SIDE, SIDE, 1_u8));
        if let Some(study) = state.study_mut() {
            study.mask = Some(MaskVersion::new(Arc::new(mask)));
        }
        let after = Moment::of(&state, Some(file_id));
        state.undo.record(before, after);
        state.undo.end_gesture();
    }
    state
}

#[test]
fn steps_take_no_more_memory_than_they_may() {
    let mut state = with_strokes(5);
    assert_eq!(state.undo.num_bytes(), 500, "each mask is counted once");
    for (most_bytes, num_left) in [(500, 5), (499, 3), (300, 2), (0, 1)] {
        state.undo.make_room(most_bytes);
        assert_eq!(state.undo.done.len(), num_left, "{most_bytes}");
    }
}

#[test]
fn more_steps_than_allowed_are_forgotten_from_the_oldest() {
    let state = with_strokes(MOST_STEPS + 3);
    assert_eq!(state.undo.done.len(), MOST_STEPS);
    let newest = state
        .undo
        .done
        .last()
        .and_then(|step| step.after.mask_bytes().next());
    let shown = state.study().and_then(OpenStudy::mask_number);
    assert_eq!(newest.map(|(number, _)| number), shown);
}

#[test]
fn there_and_back_again_in_one_gesture_is_no_step() {
    let mut state = with_strokes(0);
    let file_id = state.studies[0].file_id();
    for limit in [Some(3.0), None] {
        let before = Moment::of(&state, Some(file_id));
        if let Some(study) = state.study_mut() {
            study.difference_limit = limit;
        }
        let after = Moment::of(&state, Some(file_id));
        state.undo.record(before, after);
        assert_eq!(state.undo.undo_name().is_some(), limit.is_some());
    }
}
