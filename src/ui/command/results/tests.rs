use super::*;
use crate::radiograph::{FloatImage, LungMask, Raster};
use crate::ui::study::OpenStudy;
use crate::ui::undo::tests::radiograph;
use crate::worker::{Changes, SuppressionResult};
use std::sync::Arc;

/// An open study of its own file with as many results.
fn study(name: &str, num_results: usize, state: &AppState) -> Study {
    let mut open = OpenStudy::new(Arc::new(radiograph()));
    let (width, height) = open.radiograph.size();
    let picture = FloatImage::filled(width, height, 0.0);
    let lung_mask = LungMask::from_nonzero(&Raster::filled(width, height, 1_u8));
    let result = Arc::new(SuppressionResult {
        study: open.radiograph.id.clone(),
        soft_tissue: picture.clone(),
        changes: Changes::of(&picture, None, &lung_mask),
        model_soft_tissue: FloatImage::filled(8, 8, 0.5),
        bone: picture,
        uncertainty: None,
        uncertainty_band: None,
        seeds: vec![0],
        lung_mask,
        marks: Vec::new(),
        settings: state.defaults.clone(),
        bundle_name: String::new(),
        bundle_sha256: String::new(),
        device: String::new(),
        precision: String::new(),
        stage_times: Vec::new(),
        warnings: Vec::new(),
    });
    for _ in 0..num_results {
        open.keep(Arc::clone(&result), None);
    }
    let mut study = Study::unread(name.into());
    study.fill(Box::new(open), None);
    study
}

#[test]
fn the_oldest_results_of_other_studies_go_and_pinned_and_shown_ones_stay() {
    let mut state = AppState::default();
    for (name, num_results) in [("first.dcm", 3), ("second.dcm", 2), ("shown.dcm", 2)] {
        let study = study(name, num_results, &state);
        state.studies.push(study);
    }
    state.current = 2;
    let one = num_bytes(&state) / 7;
    let first = state.studies[0].open_mut().expect("open");
    first.runs.set_pinned(1, true);
    let left = |state: &AppState| -> Vec<usize> {
        let open = state.studies.iter().filter_map(Study::open);
        open.map(|study| study.runs.all().len()).collect()
    };
    make_room(7 * one, &mut state);
    assert_eq!(left(&state), [3, 2, 2], "all of them fit");
    make_room(6 * one, &mut state);
    assert_eq!(left(&state), [2, 2, 2]);
    make_room(0, &mut state);
    assert_eq!(
        left(&state),
        [1, 0, 2],
        "the pinned one and the study shown"
    );
    let pinned = state.studies[0].open().expect("open").runs.all()[0].number;
    assert_eq!(pinned, 1);
    assert_eq!(state.messages.len(), 2);
}
