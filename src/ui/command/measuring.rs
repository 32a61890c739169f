//! Measures: drawing, moving, writing to them, calibrating, taking away.

use super::{Services, fail, tell};
use crate::measure::{LengthUnit, Measure, MeasureId, Point, Shape, ThoraxError, suggest_thorax};
use crate::radiograph::SpacingKind;
use crate::ui::file_id::FileId;
use crate::ui::measuring::{Grabbed, MeasureCommand, MeasureEvent, Tool};
use crate::ui::message::Severity;
use crate::ui::state::AppState;
use std::sync::Arc;

/// Does what was asked of the measures.
pub(super) fn apply(command: MeasureCommand, state: &mut AppState, services: &mut Services) {
    use MeasureCommand as M;
    match command {
        M::Take(tool) => take(tool, state, services),
        M::Place(point) => place(point, state),
        M::Finish => finish(state),
        M::Grab { id, grip, from } => {
            let measure = state.study().and_then(|study| study.measure(id)).cloned();
            state.measuring.selected = Some(id);
            state.measuring.grabbed = measure.map(|measure| Grabbed {
                before: measure.shape.clone(),
                measure,
                grip,
                from,
                to: from,
            });
        }
        M::Drag(to) => {
            let aspect = aspect(state);
            if let Some(grabbed) = &mut state.measuring.grabbed {
                grabbed.to = to;
                let by = grabbed.from.to(to);
                grabbed.measure.shape = grabbed.before.moved(grabbed.grip, by, aspect);
            }
        }
        M::Release => {
            if let Some(grabbed) = state.measuring.grabbed.take()
                && grabbed.measure.shape != grabbed.before
            {
                change(grabbed.measure, state);
            }
        }
        M::ToggleKeyImage => {
            if let Some(study) = state.study_mut() {
                study.is_key_image = !study.is_key_image;
            }
        }
        M::Select(id) => {
            end_typing(state);
            state.measuring.selected = id;
        }
        M::Delete => delete(state),
        M::Type(id, text) => {
            let typing = state.measuring.typing.as_ref();
            if typing.is_some_and(|(other, _)| *other != id) {
                end_typing(state);
            }
            state.measuring.typing = Some((id, text));
        }
        M::EndTyping => end_typing(state),
        M::SetTrueLength(mm) => state.measuring.true_length_mm = mm,
        M::Calibrate => calibrate(state),
        M::ForgetCalibration => {
            if let Some(study) = state.study_mut() {
                study.calibration = None;
                study.measure_record.is_unit_told = false;
            }
        }
    }
}

/// Lays down what is in hand, the half-drawn shape before its tool; `false` where nothing is.
pub(super) fn escape(state: &mut AppState) -> bool {
    let measuring = &mut state.measuring;
    if measuring.grabbed.take().is_some() {
        return true;
    }
    if measuring.draft.is_empty() {
        return measuring.tool.take().is_some();
    }
    measuring.draft.clear();
    true
}

/// Takes a tool up, or lays it down where it is in hand; the heart's begins with a suggestion where there is a mask.
fn take(tool: Tool, state: &mut AppState, services: &mut Services) {
    state.masking.lay_down();
    state.measuring.draft.clear();
    if state.measuring.tool == Some(tool) {
        state.measuring.tool = None;
        return;
    }
    let study = state.study();
    let result = study.and_then(|study| Some((study.file_id, study.result().cloned()?)));
    match result {
        Some((file_id, result)) if tool == Tool::CardiothoracicRatio => {
            state.measuring.tool = None;
            let lost = MeasureEvent::Suggested(file_id, Err(ThoraxError::NoLungs));
            services.files.measure(lost, move || {
                MeasureEvent::Suggested(file_id, suggest_thorax(&result.lung_mask))
            });
        }
        _ => state.measuring.tool = study.is_some().then_some(tool),
    }
}

fn place(point: Point, state: &mut AppState) {
    let Some(tool) = state.measuring.tool else {
        return;
    };
    let draft = &mut state.measuring.draft;
    if draft.last() == Some(&point) {
        return;
    }
    draft.push(point);
    if tool.num_points() == Some(draft.len()) {
        finish(state);
    }
}

/// Height of a pixel in widths.
fn aspect(state: &AppState) -> f64 {
    state.study().map_or(1.0, |study| study.scale().aspect())
}

/// Makes a measure of what was drawn, where it is one.
fn finish(state: &mut AppState) {
    let draft = std::mem::take(&mut state.measuring.draft);
    let aspect = aspect(state);
    let shape = (state.measuring.tool).and_then(|tool| tool.shape(&draft, aspect));
    let Some(shape) = shape else {
        return;
    };
    let is_text = matches!(shape, Shape::Text { .. });
    if let Some(file_id) = state.study().map(|study| study.file_id)
        && let Some(id) = add(shape, file_id, state)
        && is_text
    {
        // Words come next: no click may place another text meanwhile.
        state.measuring.tool = None;
        state.measuring.typing = Some((id, String::new()));
    }
}

/// Adds a shape to a study and chooses it, where that study is shown.
pub(super) fn add(shape: Shape, file_id: FileId, state: &mut AppState) -> Option<MeasureId> {
    let is_current = state.study().is_some_and(|study| study.file_id == file_id);
    let study = state.study_with_mut(file_id)?;
    let measure = Measure {
        id: Measure::free_id(&study.measures),
        label: String::new(),
        shape,
    };
    let id = measure.id;
    let mut measures = study.measures.as_ref().clone();
    measures.push(measure);
    study.measures = Arc::new(measures);
    if is_current {
        end_typing(state);
        state.measuring.selected = Some(id);
        tell_unit(id, state);
    }
    Some(id)
}

/// Puts a measure in the place of the one with its number.
fn change(measure: Measure, state: &mut AppState) {
    if let Some(study) = state.study_mut() {
        let mut measures = study.measures.as_ref().clone();
        if let Some(before) = measures.iter_mut().find(|before| before.id == measure.id) {
            *before = measure;
            study.measures = Arc::new(measures);
        }
    }
}

fn delete(state: &mut AppState) {
    end_typing(state);
    let Some(id) = state.measuring.selected.take() else {
        return;
    };
    state.measuring.grabbed = None;
    if let Some(study) = state.study_mut() {
        let rest = study.measures.iter().filter(|measure| measure.id != id);
        study.measures = Arc::new(rest.cloned().collect());
        study.measure_record.readings.remove(&id);
    }
}

pub(super) fn end_typing(state: &mut AppState) {
    if let Some((id, label)) = state.measuring.typing.take()
        && let Some(measure) = state.study().and_then(|study| study.measure(id))
        && measure.label != label
    {
        let shape = measure.shape.clone();
        change(Measure { id, label, shape }, state);
    }
}

fn calibrate(state: &mut AppState) {
    let true_mm = state.measuring.true_length_mm;
    let id = state.measuring.selected;
    let Some(study) = state.study_mut() else {
        return;
    };
    let Some(Shape::Length { ends }) = id
        .and_then(|id| study.measure(id))
        .map(|measure| measure.shape.clone())
    else {
        return;
    };
    match study.scale().calibrated(ends, true_mm) {
        Ok(spacing) => {
            study.calibration = Some(spacing);
            study.measure_record.is_unit_told = true;
        }
        Err(err) => fail(state, format!("Not calibrated: {err}.")),
    }
}

/// Says once for each study what its millimetres are.
fn tell_unit(id: MeasureId, state: &mut AppState) {
    let Some(study) = state.study_mut() else {
        return;
    };
    let has_length = study.measure(id).is_some_and(|m| m.shape.has_length());
    let LengthUnit::Millimetres(kind) = study.scale().unit() else {
        return;
    };
    if !has_length || std::mem::replace(&mut study.measure_record.is_unit_told, true) {
        return;
    }
    let described = match study.calibration_text() {
        "" => String::new(),
        text => format!(" (\u{201c}{text}\u{201d})"),
    };
    let text = format!(
        "Millimetres of this study: {}{described}. {}",
        kind.words(),
        meaning(kind)
    );
    tell(state, Severity::Advice, text);
}

/// What a reader must know about lengths of this kind.
fn meaning(kind: SpacingKind) -> &'static str {
    match kind {
        SpacingKind::AtDetector => {
            "They are lengths in the detector's plane: in the patient everything is smaller, by a factor the file does \
             not state."
        }
        SpacingKind::MagnificationCorrected => {
            "They are corrected by an estimated magnification, which is right at one depth of the patient alone."
        }
        SpacingKind::Uncalibrated => {
            "The file does not say where in the beam they are true: compare lengths only within this radiograph."
        }
        SpacingKind::AtScanner => {
            "They are lengths on the film that was scanned: in the patient everything is smaller."
        }
        SpacingKind::Geometry | SpacingKind::Fiducial | SpacingKind::Calibrated => {
            "The file states a calibration: it is right at the depth it was made for."
        }
        SpacingKind::User => "They follow the length you stated.",
    }
}
