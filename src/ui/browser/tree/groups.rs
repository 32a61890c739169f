//! Studies sorted into patients, studies and series.

use super::Level;
use crate::radiograph::StudyInfo;
use crate::ui::patient_text::{date, name_line};
use crate::ui::state::AppState;
use crate::ui::study::Study;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Groups in the order they are shown, each with its images.
#[derive(Default)]
pub(super) struct Series {
    pub title: String,
    pub number: Option<i64>,
    pub images: Vec<usize>,
}

#[derive(Default)]
pub(super) struct StudyGroup {
    pub title: String,
    pub when: String,
    pub series: BTreeMap<String, Series>,
}

#[derive(Default)]
pub(super) struct Patient {
    pub level: Option<Level>,
    pub title: String,
    pub studies: BTreeMap<String, StudyGroup>,
}

pub(super) fn grouped(
    state: &AppState,
    wanted: impl Fn(&Study) -> bool,
) -> BTreeMap<String, Patient> {
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

/// Newest study first; what does not say whose it is comes last, folder by folder as they were found: whoever opens a
/// folder sees the first of its files, which is then the one at the top.
pub(super) fn sorted(patients: &BTreeMap<String, Patient>) -> Vec<(&String, &Patient)> {
    let mut sorted: Vec<_> = patients.iter().collect();
    sorted.sort_by_key(|(_, patient)| {
        let newest = patient
            .studies
            .values()
            .map(|study| study.when.clone())
            .max();
        let first = match patient.level {
            Some(_) => None,
            None => patient.all().min(),
        };
        (patient.level.is_none(), Reverse(newest), first)
    });
    sorted
}

pub(super) fn sorted_studies(patient: &Patient) -> Vec<(&String, &StudyGroup)> {
    let mut sorted: Vec<_> = patient.studies.iter().collect();
    sorted.sort_by_key(|(_, study)| Reverse(&study.when));
    sorted
}

pub(super) fn sorted_series(study: &StudyGroup) -> Vec<(&String, &Series)> {
    let mut sorted: Vec<_> = study.series.iter().collect();
    sorted.sort_by_key(|(_, series)| series.number);
    sorted
}

impl Series {
    fn all(&self) -> impl Iterator<Item = usize> {
        self.images.iter().copied()
    }
}

impl StudyGroup {
    /// Its images, series by series.
    pub fn all(&self) -> impl Iterator<Item = usize> {
        let series = sorted_series(self).into_iter();
        series.flat_map(|(_, series)| series.all())
    }
}

impl Patient {
    /// Its images, study by study.
    pub fn all(&self) -> impl Iterator<Item = usize> {
        let studies = sorted_studies(self).into_iter();
        studies.flat_map(|(_, study)| study.all())
    }
}
