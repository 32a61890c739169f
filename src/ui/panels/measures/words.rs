//! What stands beside a measure.

use super::MeasureView;
use crate::measure::{Layer, Measure, RibError, RibProfile};
use crate::ui::measuring::PixelReading;
use crate::ui::privacy::HIDDEN;
use crate::ui::state::AppState;

/// What stands beside a measure: its words, its value, and of a region the mean of the picture shown. Numbers of
/// another shape or result than those on the screen are left out.
pub(super) fn value_text(view: &MeasureView<'_>, measure: &Measure) -> String {
    // What is being typed is typed to a measure of the study shown.
    let label = match view.measuring() {
        Some(_) => label_text(view.state, measure),
        None => as_may_be_shown(view.state, &measure.label),
    };
    let value = measure.shape.brief_text(&view.study.scale());
    // The prior has no slider that could stand between two of its pictures.
    let withheld = view.measuring().and_then(|_| view.state.withheld_text());
    let is_original = view.layer == Some(Layer::Original);
    let pixels = match (view.study.current_reading(measure), withheld) {
        (Some(PixelReading::Region(_)), Some(text)) if !is_original => text.to_owned(),
        (Some(PixelReading::Rib(_)), Some(text)) => text.to_owned(),
        (Some(PixelReading::Region(layers)), _) => layers
            .iter()
            .find(|one| Some(one.layer) == view.layer)
            .and_then(|one| one.statistics)
            .map(|s| format!("mean {:.1}, sd {:.1}", s.mean, s.deviation))
            .unwrap_or_default(),
        (Some(PixelReading::Rib(rib)), None) => rib_text(rib),
        _ => String::new(),
    };
    let lines = [label, value, pixels];
    let lines: Vec<_> = lines.into_iter().filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

/// What the reader wrote, as far as it may be shown: it may name the patient.
pub(in crate::ui::panels) fn label_text(state: &AppState, measure: &Measure) -> String {
    let typed = state.measuring.typing.as_ref();
    let typed = typed.filter(|(id, _)| *id == measure.id);
    let label = typed.map_or(&measure.label, |(_, text)| text);
    as_may_be_shown(state, label)
}

fn as_may_be_shown(state: &AppState, label: &str) -> String {
    if state.is_patient_hidden() && !label.is_empty() {
        HIDDEN.to_owned()
    } else {
        label.to_owned()
    }
}

/// What is left of a rib, in a few words.
pub(in crate::ui::panels) fn rib_text(rib: &Result<RibProfile, RibError>) -> String {
    match rib {
        Err(err) => err.to_string(),
        Ok(rib) => match rib.residual_percent {
            None => "the original shows no bone here".to_owned(),
            Some(percent) if percent < -0.5 => {
                format!("{:.0} % too much taken off", -percent)
            }
            // A sum turns the zero that has a minus into the one that has none.
            Some(percent) => format!("{:.0} % of the bone left", percent.max(0.0) + 0.0),
        },
    }
}
