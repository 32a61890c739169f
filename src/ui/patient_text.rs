//! A patient's name and dates as they are read, wherever they stand.

/// A person's name as it is read. Of its groups (alphabetic=ideographic=phonetic, PS3.5 6.2) the
/// alphabetic one where there is one: the window's fonts lack the signs of the others.
pub(super) fn name_line(name: &str) -> String {
    let alphabetic = name.split('=').next().unwrap_or_default();
    let shown = if alphabetic.trim().is_empty() {
        name
    } else {
        alphabetic
    };
    shown.replace('^', " ").trim().to_owned()
}

/// `YYYYMMDD` as `YYYY-MM-DD`; anything else as it is.
pub(super) fn date(dicom: &str) -> String {
    match (dicom.get(..4), dicom.get(4..6), dicom.get(6..)) {
        (Some(year), Some(month), Some(day))
            if day.len() == 2 && dicom.bytes().all(|b| b.is_ascii_digit()) =>
        {
            format!("{year}-{month}-{day}")
        }
        _ => dicom.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_name_in_several_scripts_the_alphabetic_one_is_shown() {
        assert_eq!(
            name_line("Yamada^Tarou=山田^太郎=やまだ^たろう"),
            "Yamada Tarou"
        );
        assert_eq!(name_line("=山田^太郎"), "=山田 太郎");
    }

    #[test]
    fn a_date_that_is_none_stays_as_it_is() {
        assert_eq!(date("2024.02.29"), "2024.02.29");
        assert_eq!(date(""), "");
    }
}
