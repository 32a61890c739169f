//! What measures need other threads for: pixels under them, suggestions, and keeping them.

use super::measuring::{add, end_typing};
use super::{Services, fail, tell, undo};
use crate::measure::{LineOrigin, Measure, MeasureId, Shape, Thorax, ThoraxError};
use crate::ui::file_id::FileId;
use crate::ui::measuring::{Annotations, Keeping, MeasureEvent, ReadingTask, Tool, needs_pixels};
use crate::ui::message::Severity;
use crate::ui::sidecar::{self, Before};
use crate::ui::state::AppState;
use crate::ui::study::{OpenStudy, Study};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Starts what measures wait for: reading kept ones, reading pixels, writing. Once a frame; never waits.
pub fn refresh_measures(state: &mut AppState, services: &mut Services) {
    read_pixels(state, services);
    let Some(folder) = services.measures_folder.clone() else {
        return;
    };
    for study in state.studies.iter_mut().filter_map(Study::open_mut) {
        let file_id = study.file_id;
        let radiograph = Arc::clone(&study.radiograph);
        let folder = folder.clone();
        if matches!(study.measure_record.keeping, Keeping::NotLoaded) {
            study.measure_record.keeping = Keeping::Loading;
            let sentence = "The measures kept for this radiograph were not read.".to_owned();
            let lost = MeasureEvent::Loaded(file_id, Err(sentence));
            services.files.measure(lost, move || {
                MeasureEvent::Loaded(file_id, sidecar::load(&folder, &radiograph))
            });
        } else if let Some(before) = unwritten(study) {
            let unreadable = matches!(before, Before::Unreadable);
            study.measure_record.keeping = Keeping::Writing { unreadable };
            let annotations = study.annotations();
            let sentence = "The measures are not kept for the next time.".to_owned();
            let lost = MeasureEvent::Saved(file_id, annotations.clone(), Err(sentence));
            services.files.measure(lost, move || {
                let saved = sidecar::save(&folder, &radiograph, &annotations, &before);
                MeasureEvent::Saved(file_id, annotations, saved)
            });
        }
    }
}

/// Writes what is not written yet, on this thread: the window closes.
pub fn keep_measures(state: &mut AppState, services: &mut Services) {
    end_typing(state);
    let Some(folder) = &services.measures_folder else {
        return;
    };
    for study in state.studies.iter().filter_map(Study::open) {
        let unfinished = match study.measure_record.keeping {
            Keeping::Writing { unreadable: true } => Some(Before::Unreadable),
            Keeping::Writing { .. } => Some(Before::InWork),
            _ => unwritten(study),
        };
        if let Some(before) = unfinished {
            // There is no window left to say anything in.
            drop(sidecar::save(
                folder,
                &study.radiograph,
                &study.annotations(),
                &before,
            ));
        }
    }
}

/// What is known of the file, where the study's measures differ from those in it.
pub(super) fn unwritten(study: &OpenStudy) -> Option<Before> {
    let now = study.annotations();
    let differs = |other: &Annotations| !now.agrees_with(other);
    match &study.measure_record.keeping {
        Keeping::Kept(kept) => differs(kept).then(|| Before::Known(kept.clone())),
        Keeping::Failed {
            annotations,
            unreadable,
        } => differs(annotations).then_some(if *unreadable {
            Before::Unreadable
        } else {
            Before::InWork
        }),
        Keeping::Unreadable => (!now.is_empty()).then_some(Before::Unreadable),
        Keeping::NotLoaded | Keeping::Loading | Keeping::Writing { .. } => None,
    }
}

/// Reads the pixels under measures of the study shown, or of its prior, that were not read as they are now; one task
/// at a time.
fn read_pixels(state: &mut AppState, services: &mut Services) {
    if state.measuring.is_reading {
        return;
    }
    let shown = state.study().and_then(|study| {
        let measures = state.measuring.shown(&study.measures);
        unread(study, measures)
    });
    let task = shown.or_else(|| {
        let prior = state.prior_study()?;
        unread(prior, prior.measures.iter())
    });
    if let Some(task) = task {
        services.files.measure(task.lost(), move || task.run());
        state.measuring.is_reading = true;
    }
}

/// Those of the measures whose pixels were not read as they are now; `None` where there are none.
fn unread<'a>(
    study: &OpenStudy,
    measures: impl Iterator<Item = &'a Measure>,
) -> Option<ReadingTask> {
    let (revision, scale) = (study.shown_run(), study.scale());
    let is_read = |measure: &Measure| study.current_reading(measure).is_some();
    let shapes: Vec<_> = measures
        .filter(|measure| needs_pixels(&measure.shape) && !is_read(measure))
        .map(|measure| (measure.id, measure.shape.clone()))
        .collect();
    (!shapes.is_empty()).then(|| ReadingTask {
        study: study.file_id,
        shapes,
        radiograph: Arc::clone(&study.radiograph),
        result: study.result().cloned(),
        revision,
        scale,
    })
}

/// Takes what work on measures ended with.
pub(super) fn apply_event(event: MeasureEvent, state: &mut AppState) {
    match event {
        MeasureEvent::Loaded(file_id, loaded) => take_loaded(file_id, loaded, state),
        MeasureEvent::Saved(file_id, annotations, saved) => {
            if let Some(study) = state.study_with_mut(file_id) {
                let keeping = &mut study.measure_record.keeping;
                let unreadable = matches!(keeping, Keeping::Writing { unreadable: true });
                *keeping = match saved {
                    Ok(_) => Keeping::Kept(annotations),
                    Err(_) => Keeping::Failed {
                        annotations,
                        unreadable,
                    },
                };
            }
            match saved {
                Ok(None) => {}
                Ok(Some(aside)) => {
                    let text = format!(
                        "Another window drew on this radiograph, too; its measures were put aside: {}",
                        aside.display()
                    );
                    tell(state, Severity::Note, text);
                }
                Err(sentence) => fail(state, sentence),
            }
        }
        MeasureEvent::Read(file_id, readings) => {
            state.measuring.is_reading = false;
            if let Some(study) = state.study_with_mut(file_id) {
                study.measure_record.readings.extend(readings);
            }
        }
        MeasureEvent::Suggested(file_id, suggested) => take_suggested(file_id, suggested, state),
    }
}

fn take_loaded(file_id: FileId, loaded: Result<Annotations, String>, state: &mut AppState) {
    let in_steps = state.undo.measure_ids(file_id);
    let Some(study) = state.study_with_mut(file_id) else {
        return;
    };
    match loaded {
        Ok(kept) => {
            study.measure_record.keeping = Keeping::Kept(kept.clone());
            study.is_key_image |= kept.is_key_image;
            if study.calibration.is_none() && kept.calibration.is_some() {
                study.calibration = kept.calibration;
                study.measure_record.is_unit_told = true;
            }
            let drawn = study.measures.as_slice();
            let mut taken = in_steps;
            taken.extend(drawn.iter().map(|measure| measure.id));
            let all = with_free_ids(kept.measures.to_vec(), &taken).into_iter();
            study.measures = Arc::new(all.chain(drawn.iter().cloned()).collect());
            study.measure_record.readings.clear();
        }
        Err(sentence) => {
            study.measure_record.keeping = Keeping::Unreadable;
            fail(state, sentence);
        }
    }
}

/// Measures from the disk under numbers that nothing has which was drawn while the disk was asked, nor any step of
/// undo: the reader's own work keeps its numbers.
fn with_free_ids(mut kept: Vec<Measure>, taken: &BTreeSet<MeasureId>) -> Vec<Measure> {
    let ids = kept
        .iter()
        .map(|measure| measure.id)
        .chain(taken.iter().copied());
    let mut largest = ids.map(|id| id.0).max().unwrap_or(0);
    for measure in kept
        .iter_mut()
        .filter(|measure| taken.contains(&measure.id))
    {
        largest = largest.saturating_add(1);
        measure.id = MeasureId(largest);
    }
    kept
}

fn take_suggested(file_id: FileId, suggested: Result<Thorax, ThoraxError>, state: &mut AppState) {
    match suggested {
        Ok(Thorax { heart, thorax }) => {
            let shape = Shape::CardiothoracicRatio {
                heart,
                thorax,
                origin: LineOrigin::LungMask,
            };
            let study = state.study_with(file_id);
            let same = study.and_then(|study| study.measures.iter().find(|it| it.shape == shape));
            match same.map(|measure| measure.id) {
                Some(id) => state.measuring.selected = Some(id),
                None => drop(undo::as_step(file_id, state, |state| {
                    add(shape, file_id, state)
                })),
            }
        }
        Err(err) => {
            if state.study().is_some_and(|study| study.file_id == file_id) {
                state.measuring.tool = Some(Tool::CardiothoracicRatio);
                tell(state, Severity::Note, format!("No suggestion: {err}."));
            }
        }
    }
}
