//! Small pictures of the cases, for the page of a report.

use super::Case;
use crate::evidence::{CasePictures, Picture};
use crate::radiograph::FloatImage;
use serde::{Deserialize, Serialize};

/// Most cases whose pictures stand on a page.
const MOST_CASES: usize = 3;

/// Pictures of every case, where a page was asked for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gallery {
    is_wanted: bool,
    cases: Vec<CasePictures>,
}

impl Gallery {
    /// Keeps pictures only where they are wanted.
    pub fn new(is_wanted: bool) -> Self {
        Self {
            is_wanted,
            cases: Vec::new(),
        }
    }

    /// Keeps a model's prediction; the first one of a case comes with radiograph, truth and its difference from it.
    pub fn keep(&mut self, case: &Case, model: &str, predicted: &FloatImage) {
        if !self.is_wanted {
            return;
        }
        let kept = self.cases.iter_mut().find(|kept| kept.case == case.name);
        if let Some(kept) = kept {
            kept.pictures.push(Picture::small(model, predicted));
            return;
        }
        let mut pictures = vec![
            Picture::small("radiograph", &case.cxr),
            Picture::small("known soft tissue", &case.soft),
            Picture::small(model, predicted),
        ];
        pictures.extend(Picture::difference(predicted, &case.soft));
        self.cases.push(CasePictures {
            case: case.name.clone(),
            pictures,
        });
    }

    /// The same with the pictures of some cases alone.
    #[must_use]
    pub(super) fn of_cases(&self, is_kept: impl Fn(&str) -> bool) -> Self {
        let cases = self.cases.iter().filter(|kept| is_kept(&kept.case));
        Self {
            cases: cases.cloned().collect(),
            ..*self
        }
    }

    /// Pictures of the first few cases in this order.
    pub fn first_of<'a>(&self, order: impl IntoIterator<Item = &'a str>) -> Vec<CasePictures> {
        let kept = |name: &str| self.cases.iter().find(|kept| kept.case == name);
        let found = order.into_iter().filter_map(kept);
        found.take(MOST_CASES).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_of_the_first_cases_in_the_order_asked_for() {
        let pictures = |case: &str| CasePictures {
            case: case.to_owned(),
            pictures: Vec::new(),
        };
        let gallery = Gallery {
            is_wanted: true,
            cases: ["a", "b", "c", "d"].map(pictures).into(),
        };
        let first = gallery.first_of(["d", "none", "b", "a", "c"]);
        assert_eq!(first, ["d", "b", "a"].map(pictures));
        let some = gallery.of_cases(|case| case != "b" && case != "d");
        assert_eq!(some.cases, ["a", "c"].map(pictures));
        assert!(some.is_wanted);
    }
}
