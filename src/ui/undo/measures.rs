//! Measures taken back one by one: others may have come between two steps, from the disk or from the networks.

use crate::measure::{Measure, MeasureId};

/// `now` with what differs from `from` to `to` exchanged, measure by measure, and nothing else.
pub(super) fn exchanged(now: &[Measure], from: &[Measure], to: &[Measure]) -> Vec<Measure> {
    let in_from = |id| from.iter().find(|measure| measure.id == id);
    let is_removed = |id| in_from(id).is_some() && place_of(to, id).is_none();
    let kept = now.iter().filter(|measure| !is_removed(measure.id));
    let mut all: Vec<Measure> = kept.cloned().collect();
    for (index, measure) in to.iter().enumerate() {
        if in_from(measure.id) == Some(measure) {
            continue;
        }
        match all.iter_mut().find(|other| other.id == measure.id) {
            Some(other) => *other = measure.clone(),
            None => all.insert(place_of_new(&all, to, index), measure.clone()),
        }
    }
    all
}

/// Where the measure at `index` of `to` comes in `all`: behind what was before it, else before what was behind it.
fn place_of_new(all: &[Measure], to: &[Measure], index: usize) -> usize {
    let (before, behind) = to.split_at_checked(index).unwrap_or((to, &[]));
    let mut before = before.iter().rev();
    let after_it = before.find_map(|measure| place_of(all, measure.id));
    let mut behind = behind.iter();
    after_it
        .map(|place| place + 1)
        .or_else(|| behind.find_map(|measure| place_of(all, measure.id)))
        .unwrap_or(all.len())
}

fn place_of(measures: &[Measure], id: MeasureId) -> Option<usize> {
    measures.iter().position(|measure| measure.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::{Point, Shape};

    fn measure(id: u32, label: &str) -> Measure {
        Measure {
            id: MeasureId(id),
            label: label.to_owned(),
            shape: Shape::Text {
                at: Point::new(f64::from(id), 0.0),
            },
        }
    }

    fn of(ids: &[u32]) -> Vec<Measure> {
        ids.iter().map(|&id| measure(id, "")).collect()
    }

    #[test]
    fn what_came_between_two_steps_stays() {
        assert_eq!(exchanged(&of(&[1, 2]), &of(&[1]), &of(&[])), of(&[2]));
        assert_eq!(exchanged(&of(&[2]), &of(&[]), &of(&[1])), of(&[2, 1]));
        assert_eq!(
            exchanged(&of(&[7, 1, 3, 9]), &of(&[1, 3]), &of(&[1, 2, 3])),
            of(&[7, 1, 2, 3, 9])
        );
        assert_eq!(
            exchanged(&of(&[7, 3]), &of(&[3]), &of(&[1, 3])),
            of(&[7, 1, 3])
        );
    }

    #[test]
    fn a_measure_that_changed_is_changed_in_its_place() {
        let now = [measure(5, "kept"), measure(1, "words"), measure(2, "")];
        let (from, to) = ([measure(1, "words")], [measure(1, "")]);
        let expected = [measure(5, "kept"), measure(1, ""), measure(2, "")];
        assert_eq!(exchanged(&now, &from, &to), expected);
        assert_eq!(exchanged(&expected, &to, &from), now);
    }
}
