//! Text in the corners of a view: who, when, and how the picture was taken.

use crate::radiograph::StudyInfo;
use crate::ui::orientation::Orientation;
use crate::ui::patient_text::{date, date_and_time, name_line};
use serde::{Deserialize, Serialize};

/// Stands on a picture whose file does not state the patient's orientation.
pub const SIDES_NOT_STATED: &str = "Sides not stated";

/// How much text stands over the pictures. What a picture is, on which side the patient's right lies and what must not
/// be overlooked are never hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OverlayLevel {
    /// Patient, acquisition, window, zoom and pixel size, where the view has room for them.
    #[default]
    Full,
    /// The name of the picture.
    Minimal,
    /// As little as is safe: the original in its own place has no text at all.
    Off,
}

impl OverlayLevel {
    /// Less text; from the least back to all of it.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Full => Self::Minimal,
            Self::Minimal => Self::Off,
            Self::Off => Self::Full,
        }
    }
}

/// Patient, top left; empty fields are left out.
pub fn patient_lines(info: &StudyInfo) -> Vec<String> {
    let born = match info.birth_date.as_str() {
        "" => String::new(),
        stated => format!("born {}", date(stated)),
    };
    let sex_and_age = [info.sex.as_str(), info.age.as_str(), born.as_str()];
    lines([
        name_line(&info.patient_name),
        info.patient_id.clone(),
        sex_and_age
            .into_iter()
            .filter(|v| !v.is_empty())
            .collect::<Vec<_>>()
            .join(" "),
    ])
}

/// Acquisition, top right. A file without the patient's orientation is named as such: which side is
/// right cannot be known from it.
pub fn acquisition_lines(info: &StudyInfo, is_patient_hidden: bool) -> Vec<String> {
    let sides = match border_letters(info, Orientation::AS_STORED) {
        Some(_) => "",
        None => SIDES_NOT_STATED,
    };
    let [taken, accession] = if is_patient_hidden {
        [String::new(), String::new()]
    } else {
        let number = info.accession.trim();
        let accession = if number.is_empty() {
            String::new()
        } else {
            format!("Acc. {number}")
        };
        [date_and_time(&info.study_date, &info.study_time), accession]
    };
    lines([
        taken,
        accession,
        info.view_position.clone(),
        laterality_line(&info.laterality),
        sides.to_owned(),
    ])
}

/// Which side was taken. In words: a lone "R" in the right corner would be read as a side marker,
/// and on a radiograph it would stand on the wrong side.
fn laterality_line(laterality: &str) -> String {
    match laterality.trim() {
        // Unpaired, as the chest is: there is no side to be named.
        "" | "U" => String::new(),
        "R" => "Laterality right".to_owned(),
        "L" => "Laterality left".to_owned(),
        "B" => "Laterality both".to_owned(),
        other => format!("Laterality {other}"),
    }
}

/// Letters for the left, right, upper and lower border of the picture as it is turned, where the file states the
/// patient's orientation (PS3.3 C.7.6.1.1.1: directions of the rows, then of the columns). Head and feet are left
/// out: nobody mistakes them.
pub fn border_letters(info: &StudyInfo, orientation: Orientation) -> Option<[String; 4]> {
    let mut directions = info.orientation.split('\\').map(str::trim);
    let row = directions.next()?;
    let column = directions.next().unwrap_or_default();
    let letters = orientation.border_letters(row, column)?;
    let is_shown = |letters: &String| !letters.contains(['H', 'F']);
    Some(letters.map(|letters| Some(letters).filter(is_shown).unwrap_or_default()))
}

fn lines<const N: usize>(all: [String; N]) -> Vec<String> {
    all.into_iter().filter(|line| !line.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corners_hold_what_the_file_says_and_no_empty_lines() {
        let info = StudyInfo {
            patient_name: "DOE^JANE^^".to_owned(),
            patient_id: "42".to_owned(),
            study_date: "20240229".to_owned(),
            study_time: "0805".to_owned(),
            accession: "A-7".to_owned(),
            view_position: "PA".to_owned(),
            ..StudyInfo::default()
        };
        assert_eq!(patient_lines(&info), ["DOE JANE", "42"]);
        assert_eq!(
            acquisition_lines(&info, false),
            ["2024-02-29 08:05", "Acc. A-7", "PA", "Sides not stated"]
        );
        assert_eq!(acquisition_lines(&info, true), ["PA", "Sides not stated"]);
    }

    #[test]
    fn letters_of_the_sides_follow_the_picture() {
        let letters = |directions: &str, orientation: Orientation| {
            let info = StudyInfo {
                orientation: directions.to_owned(),
                ..StudyInfo::default()
            };
            border_letters(&info, orientation).map(|letters| letters.join(","))
        };
        let stored = Orientation::AS_STORED;
        assert_eq!(letters("L\\F", stored).unwrap(), "R,L,,");
        assert_eq!(letters("L\\F", stored.mirrored_across()).unwrap(), "L,R,,");
        assert_eq!(letters("L\\F", stored.turned_right()).unwrap(), ",,R,L");
        assert_eq!(letters("PR\\F", stored).unwrap(), "AL,PR,,");
        assert_eq!(letters("L", stored).unwrap(), "R,L,,");
        assert_eq!(letters("", stored), None);
        assert_eq!(letters("LEFT\\F", stored), None);
    }

    #[test]
    fn laterality_is_no_side_marker() {
        let info = StudyInfo {
            laterality: "R".to_owned(),
            orientation: "L\\F".to_owned(),
            ..StudyInfo::default()
        };
        assert_eq!(acquisition_lines(&info, true), ["Laterality right"]);
    }
}
