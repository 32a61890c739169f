//! From a list of files to rows: patient, study, series, image.

use crate::formats::Skipped;
use crate::radiograph::StudyInfo;
use crate::ui::patient_text::{date, name_line};
use crate::ui::state::AppState;
use crate::ui::study::Study;
use std::cmp::Reverse;
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
    },
    /// An image, by its index among the studies.
    Image(usize),
    /// A file that was passed over, by its index.
    Skipped(usize),
}

/// Groups in the order they are shown, each with its images.
#[derive(Default)]
struct Series {
    title: String,
    number: Option<i64>,
    images: Vec<usize>,
}

#[derive(Default)]
struct StudyGroup {
    title: String,
    when: String,
    series: BTreeMap<String, Series>,
}

#[derive(Default)]
struct Patient {
    level: Option<Level>,
    title: String,
    studies: BTreeMap<String, StudyGroup>,
}

/// The rows, and the indices of every study in the order of the whole tree.
pub(super) fn build(state: &AppState) -> (Vec<BrowserRow>, Vec<usize>) {
    let everything = grouped(state, |_| true);
    let order = sorted(&everything).into_iter().flat_map(|(_, patient)| {
        let studies = sorted_studies(patient);
        let series = studies
            .into_iter()
            .flat_map(|(_, study)| sorted_series(study));
        series.flat_map(|(_, series)| series.images.iter().copied())
    });
    let order = order.collect();
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

fn grouped(state: &AppState, wanted: impl Fn(&Study) -> bool) -> BTreeMap<String, Patient> {
    let mut patients: BTreeMap<String, Patient> = BTreeMap::new();
    let studies = state.studies.iter().enumerate();
    for (index, study) in studies.filter(|(_, study)| wanted(study)) {
        let info = study.info.as_ref().filter(|info| is_identified(info));
        let (patient_key, study_key, series_key) = info.map_or_else(
            || {
                (
                    format!("folder {}", folder(study)),
                    String::new(),
                    String::new(),
                )
            },
            keys,
        );
        let patient = patients.entry(patient_key).or_default();
        let group = patient.studies.entry(study_key).or_default();
        let series = group.series.entry(series_key).or_default();
        if let Some(info) = info {
            patient.level = Some(Level::Patient);
            patient.title = patient_title(info);
            group.title = study_title(info);
            group.when = format!("{}{}", info.study_date, info.study_time);
            series.title = series_title(info);
            series.number = info.series_number.trim().parse().ok();
        } else {
            patient.title = folder(study);
        }
        series.images.push(index);
    }
    patients
}

/// A file that says whose picture it is, or which study it belongs to.
fn is_identified(info: &StudyInfo) -> bool {
    let stated = [
        &info.patient_name,
        &info.patient_id,
        &info.study_instance_uid,
    ];
    stated.iter().any(|text| !text.is_empty())
}

/// What tells patients, studies and series apart. One ID under two names is two patients: they may be.
fn keys(info: &StudyInfo) -> (String, String, String) {
    let or = |uid: &str, other: String| match uid {
        "" => other,
        uid => uid.to_owned(),
    };
    let patient = [
        &info.patient_id,
        &info.issuer_of_patient_id,
        &info.patient_name,
        &info.birth_date,
    ];
    let patient: Vec<&str> = patient.iter().map(|text| text.as_str()).collect();
    let study = format!("{} {}", info.study_date, info.study_description);
    let series = format!("{} {}", info.series_number, info.series_description);
    (
        format!("patient {}", patient.join("\n")),
        or(&info.study_instance_uid, study),
        or(&info.series_instance_uid, series.trim().to_owned()),
    )
}

fn folder(study: &Study) -> String {
    let folder = study
        .path
        .parent()
        .map(|folder| folder.display().to_string());
    folder
        .filter(|folder| !folder.is_empty())
        .unwrap_or_else(|| "Files".to_owned())
}

fn patient_title(info: &StudyInfo) -> String {
    let name = name_line(&info.patient_name);
    match (name.as_str(), info.patient_id.as_str()) {
        ("", "") => "Patient not stated".to_owned(),
        ("", id) => id.to_owned(),
        (name, "") => name.to_owned(),
        (name, id) => format!("{name} ({id})"),
    }
}

fn study_title(info: &StudyInfo) -> String {
    let date = match info.study_date.as_str() {
        "" => "No date".to_owned(),
        stated => date(stated),
    };
    format!("{date} {}", info.study_description)
        .trim()
        .to_owned()
}

/// Empty where the file says nothing of its series: then it needs no row.
fn series_title(info: &StudyInfo) -> String {
    match (info.series_number.trim(), info.series_description.trim()) {
        ("", description) => description.to_owned(),
        (number, "") => format!("Series {number}"),
        (number, description) => format!("Series {number}: {description}"),
    }
}

/// Newest study first; what does not say whose it is comes last.
fn sorted(patients: &BTreeMap<String, Patient>) -> Vec<(&String, &Patient)> {
    let mut sorted: Vec<_> = patients.iter().collect();
    sorted.sort_by_key(|(_, patient)| {
        let newest = patient
            .studies
            .values()
            .map(|study| study.when.clone())
            .max();
        (patient.level.is_none(), Reverse(newest))
    });
    sorted
}

fn sorted_studies(patient: &Patient) -> Vec<(&String, &StudyGroup)> {
    let mut sorted: Vec<_> = patient.studies.iter().collect();
    sorted.sort_by_key(|(_, study)| Reverse(&study.when));
    sorted
}

fn sorted_series(study: &StudyGroup) -> Vec<(&String, &Series)> {
    let mut sorted: Vec<_> = study.series.iter().collect();
    sorted.sort_by_key(|(_, series)| series.number);
    sorted
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
            let folded = self.group(0, key.clone(), title);
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
        let folded = self.group(1, key.to_owned(), title);
        for (number, (series_key, series)) in sorted_series(study).into_iter().enumerate() {
            if folded {
                continue;
            }
            if series.title.is_empty() {
                self.images(false, 2, [series]);
            } else {
                let title = (Level::Series, series.title.as_str(), number + 1);
                let folded = self.group(2, format!("{key}\n{series_key}"), title);
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
        let folded = self.group(0, "skipped".to_owned(), (Level::Skipped, &title, 1));
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
