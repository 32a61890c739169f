//! From a list of files to rows: patient, study, series, image.

mod groups;

use crate::formats::Skipped;
use crate::ui::patient_text::{date, name_line};
use crate::ui::state::AppState;
use crate::ui::study::Study;
use groups::{Patient, Series, StudyGroup, grouped, sorted, sorted_series, sorted_studies};
use std::collections::BTreeMap;

/// Words by which a search finds key images.
const KEY_IMAGE: &str = "key image";

/// What a group of rows has in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// One patient.
    Patient,
    /// One study of a patient.
    Study,
    /// One series of a study.
    Series,
    /// Files of one folder that do not say whose they are.
    Folder,
    /// Files that are no radiographs.
    Skipped,
}

/// One row of the browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrowserRow {
    /// Nesting, from 0.
    pub depth: usize,
    /// What it stands for.
    pub kind: RowKind,
}

/// What a row stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowKind {
    /// A group's heading.
    Group {
        /// Kind of group.
        level: Level,
        /// Names the group, whatever its heading says.
        key: String,
        /// What is written.
        title: String,
        /// The rows below it are not shown.
        folded: bool,
        /// Its images, shown or not, by their indices among the studies.
        images: Vec<usize>,
    },
    /// An image, by its index among the studies.
    Image(usize),
    /// A file that was passed over, by its index.
    Skipped(usize),
}

/// The rows, and the indices of every study in the order of the whole tree.
pub(super) fn build(state: &AppState) -> (Vec<BrowserRow>, Vec<usize>) {
    let everything = grouped(state, |_| true);
    let patients = sorted(&everything).into_iter();
    let order = patients.flat_map(|(_, patient)| patient.all()).collect();
    let search = state.browser.search.trim().to_lowercase();
    // A search for a name is one, while names are hidden.
    let searching = !search.is_empty() && !state.is_patient_hidden();
    let mut rows = Rows {
        state,
        searching,
        listed: Vec::new(),
        num_studies: 0,
    };
    if searching {
        let found = grouped(state, |study| haystack(study).contains(&search));
        rows.add(&found);
    } else {
        rows.add(&everything);
    }
    rows.add_skipped(&search);
    (rows.listed, order)
}

/// Everything a study is searched by, in lower case.
fn haystack(study: &Study) -> String {
    let mut parts = vec![study.name()];
    if study.is_key_image() {
        parts.push(KEY_IMAGE.to_owned());
    }
    if let Some(info) = &study.info {
        parts.extend([
            name_line(&info.patient_name),
            info.patient_id.clone(),
            date(&info.study_date),
            info.study_date.clone(),
            info.study_description.clone(),
            info.series_description.clone(),
            info.accession.clone(),
            info.view_position.clone(),
        ]);
    }
    parts.join("\n").to_lowercase()
}

struct Rows<'a> {
    state: &'a AppState,
    searching: bool,
    listed: Vec<BrowserRow>,
    /// Headings of studies so far: they are numbered through where their dates are hidden.
    num_studies: usize,
}

impl Rows<'_> {
    fn add(&mut self, patients: &BTreeMap<String, Patient>) {
        for (number, (key, patient)) in sorted(patients).into_iter().enumerate() {
            let level = patient.level.unwrap_or(Level::Folder);
            let title = (level, patient.title.as_str(), number + 1);
            let folded = self.group(0, key.clone(), title, patient.all().collect());
            for (study_key, study) in sorted_studies(patient) {
                let key = format!("{key}\n{study_key}");
                if level == Level::Folder {
                    self.images(folded, 1, study.series.values());
                } else {
                    self.study(folded, &key, study);
                }
            }
        }
    }

    fn study(&mut self, hidden: bool, key: &str, study: &StudyGroup) {
        self.num_studies += 1;
        if hidden {
            return;
        }
        let title = (Level::Study, study.title.as_str(), self.num_studies);
        let folded = self.group(1, key.to_owned(), title, study.all().collect());
        for (number, (series_key, series)) in sorted_series(study).into_iter().enumerate() {
            if folded {
                continue;
            }
            if series.title.is_empty() {
                self.images(false, 2, [series]);
            } else {
                let title = (Level::Series, series.title.as_str(), number + 1);
                let folded = self.group(
                    2,
                    format!("{key}\n{series_key}"),
                    title,
                    series.images.clone(),
                );
                self.images(folded, 3, [series]);
            }
        }
    }

    fn images<'s>(
        &mut self,
        hidden: bool,
        depth: usize,
        series: impl IntoIterator<Item = &'s Series>,
    ) {
        if hidden {
            return;
        }
        let images = series.into_iter().flat_map(|series| &series.images);
        self.listed.extend(images.map(|&index| BrowserRow {
            depth,
            kind: RowKind::Image(index),
        }));
    }

    /// Adds a heading; returns whether what lies below it is folded away.
    fn group(
        &mut self,
        depth: usize,
        key: String,
        (level, title, number): (Level, &str, usize),
        images: Vec<usize>,
    ) -> bool {
        // Whoever searches wants to see what was found.
        let turned = self.state.browser.turned.contains(&key) && !self.searching;
        let folded = turned != (level == Level::Skipped && !self.searching);
        let title = if self.state.is_patient_hidden() && level != Level::Skipped {
            format!("{} {number}", level.noun())
        } else {
            title.to_owned()
        };
        self.listed.push(BrowserRow {
            depth,
            kind: RowKind::Group {
                level,
                key,
                title,
                folded,
                images,
            },
        });
        folded
    }

    fn add_skipped(&mut self, search: &str) {
        let is_wanted = |file: &Skipped| {
            let path = file.path.display().to_string().to_lowercase();
            !self.searching || path.contains(search)
        };
        let skipped = self.state.browser.skipped.iter().enumerate();
        let found: Vec<usize> = skipped
            .filter(|(_, f)| is_wanted(f))
            .map(|(i, _)| i)
            .collect();
        if found.is_empty() {
            return;
        }
        let title = format!("Not radiographs ({})", found.len());
        let folded = self.group(
            0,
            "skipped".to_owned(),
            (Level::Skipped, &title, 1),
            Vec::new(),
        );
        if !folded {
            self.listed
                .extend(found.into_iter().map(|index| BrowserRow {
                    depth: 1,
                    kind: RowKind::Skipped(index),
                }));
        }
    }
}

impl Level {
    fn noun(self) -> &'static str {
        match self {
            Self::Patient => "Patient",
            Self::Study => "Study",
            Self::Series => "Series",
            Self::Folder => "Folder",
            Self::Skipped => "Files",
        }
    }
}

#[cfg(test)]
mod tests;
