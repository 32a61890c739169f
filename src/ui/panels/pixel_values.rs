//! Every value of the pixel under the pointer, in as many words as there is room for.

use crate::display::GreyScale;
use crate::ui::look::Look;
use crate::ui::state::{AppState, PixelPosition};
use crate::ui::study::OpenStudy;
use crate::worker::SuppressionResult;

/// One value of a pixel.
struct Value {
    /// The least one falls away first where there is no room.
    importance: u8,
    long: String,
    short: String,
}

fn value(importance: u8, long: String, short: String) -> Value {
    Value {
        importance,
        long,
        short,
    }
}

/// The values of the pixel under the pointer as far as they fit; `None` where it stands on no pixel.
pub(super) fn pixel_text(state: &AppState, fits: impl Fn(&str) -> bool) -> Option<String> {
    let (study, at) = (state.study()?, state.probe?);
    let look = study.looks.of(state.windowed_content());
    let mut values = values_of_radiograph(study, look, at)?;
    // What stands between two results has no values of its own.
    let result = study.result().filter(|_| state.interpolation().is_none());
    if let Some(result) = result {
        let is_whole = state.compare.shows_whole_layer();
        values.extend(values_of_result(study, result, (look, is_whole), at)?);
    }
    Some(fitted(values, fits))
}

/// All of them in full, else all in short, else the most important ones in short, in their order.
fn fitted(mut values: Vec<Value>, fits: impl Fn(&str) -> bool) -> String {
    let long = joined(values.iter().map(|value| value.long.as_str()));
    if fits(&long) {
        return long;
    }
    loop {
        let short = joined(values.iter().map(|value| value.short.as_str()));
        let least = values.iter().map(|value| value.importance).min();
        if fits(&short) || values.len() <= 1 {
            return short;
        }
        values.retain(|value| Some(value.importance) != least);
    }
}

fn joined<'a>(parts: impl Iterator<Item = &'a str>) -> String {
    parts.collect::<Vec<_>>().join("  ")
}

fn values_of_radiograph(study: &OpenStudy, look: &Look, at: PixelPosition) -> Option<Vec<Value>> {
    let PixelPosition { row, col } = at;
    let stored = study.radiograph.stored.get(row, col)?;
    let scale = GreyScale::new(&study.radiograph, &look.voi);
    let shown = 255.0 * look.on_screen(scale.display(stored), scale.is_padding(stored));
    let modality = scale.modality(stored);
    Some(vec![
        value(6, format!("x {col:>4}  y {row:>4}"), format!("{col},{row}")),
        value(0, format!("stored {stored:>5}"), format!("stored {stored}")),
        value(
            9,
            format!("value {modality:>7.1}"),
            format!("value {modality:.1}"),
        ),
        value(1, format!("shown {shown:>3.0}"), format!("({shown:.0})")),
    ])
}

/// What a result has there; beside another result, both of them and their difference. Its grey is told where it is
/// shown whole.
fn values_of_result(
    study: &OpenStudy,
    result: &SuppressionResult,
    (look, is_whole): (&Look, bool),
    at: PixelPosition,
) -> Option<Vec<Value>> {
    let PixelPosition { row, col } = at;
    let stored = study.radiograph.stored.get(row, col)?;
    let scale = GreyScale::new(&study.radiograph, &look.voi);
    let soft = result.soft_tissue.get(row, col)?;
    let mut values = Vec::new();
    let base = if let Some((rival, shown)) = study.runs.rival().zip(study.runs.shown()) {
        let base = rival.result.soft_tissue.get(row, col)?;
        for (number, there) in [(rival.number, base), (shown.number, soft)] {
            let long = format!("result {number} {there:>7.1}");
            values.push(value(8, long, format!("result {number} {there:.1}")));
        }
        f64::from(base)
    } else {
        let display = scale.display_at(stored, f64::from(soft));
        let shown = 255.0 * look.on_screen(display, scale.is_padding(stored));
        let long = if is_whole {
            format!("soft tissue {soft:>7.1} (shown {shown:>3.0})")
        } else {
            // Elsewhere on the screen, or mixed with bone, it has another grey.
            format!("soft tissue {soft:>7.1}")
        };
        values.push(value(8, long, format!("soft {soft:.1}")));
        scale.modality(stored)
    };
    let difference = base - f64::from(soft);
    let short = format!("diff {difference:.1}");
    values.push(value(7, format!("difference {difference:>7.1}"), short));
    let bone = 100.0 * result.bone.get(row, col)?;
    let short = format!("bone {bone:.1} %");
    values.push(value(4, format!("bone {bone:>5.1} %"), short));
    if let Some(uncertainty) = &result.uncertainty {
        let deviation = uncertainty.get(row, col)?;
        let sign = result.uncertainty_band.map_or("", |_| "\u{b1}");
        let short = format!("unc {sign}{deviation:.1}");
        let number = format!("{sign}{deviation:.1}");
        values.push(value(5, format!("uncertainty {number:>5}"), short));
    }
    Some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_matters_least_falls_away_first_and_nothing_is_cut() {
        let values = || {
            vec![
                value(2, "first of all".to_owned(), "first".to_owned()),
                value(0, "the second".to_owned(), "second".to_owned()),
                value(1, "the third".to_owned(), "third".to_owned()),
            ]
        };
        let at_most = |most: usize| fitted(values(), |text| text.len() <= most);
        assert_eq!(at_most(80), "first of all  the second  the third");
        assert_eq!(at_most(30), "first  second  third");
        assert_eq!(at_most(15), "first  third");
        assert_eq!(at_most(8), "first");
        assert_eq!(at_most(1), "first");
    }
}
