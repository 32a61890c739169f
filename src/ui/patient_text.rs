//! A patient's name and dates as they are read, wherever they stand.

use super::display_order::in_display_order;

/// A person's name as it is read. Of its groups (alphabetic=ideographic=phonetic, PS3.5 6.2) the
/// alphabetic and the ideographic one; the phonetic one where there is no other.
pub(super) fn name_line(name: &str) -> String {
    let mut groups = name.split('=').map(group_text);
    let mut shown: Vec<_> = groups
        .by_ref()
        .take(2)
        .filter(|group| !group.is_empty())
        .collect();
    if shown.is_empty() {
        shown.extend(groups.next());
    }
    shown.join(" ")
}

/// The components of a group (PS3.5 6.2.1.1) with spaces between them, as they stand on the screen.
fn group_text(group: &str) -> String {
    let components = group.split('^').map(str::trim);
    let components: Vec<_> = components.filter(|part| !part.is_empty()).collect();
    in_display_order(&components.join(" ")).into_owned()
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

/// A date with the hours and minutes of `HHMMSS.FFFFFF` (PS3.5 6.2, TM); without them where the time is no such text.
pub(super) fn date_and_time(dicom_date: &str, dicom_time: &str) -> String {
    let date = date(dicom_date);
    let digits = dicom_time.get(..4);
    let digits = digits.filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()));
    match digits.map(|digits| digits.split_at(2)) {
        Some((hours, minutes)) if !date.is_empty() => format!("{date} {hours}:{minutes}"),
        _ => date,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_stands_behind_its_date() {
        assert_eq!(date_and_time("20240229", "143005.123"), "2024-02-29 14:30");
        assert_eq!(date_and_time("20240229", "14"), "2024-02-29");
        assert_eq!(date_and_time("20240229", "14:30:05"), "2024-02-29");
        assert_eq!(date_and_time("", "143005"), "");
    }

    #[test]
    fn a_name_is_shown_in_the_scripts_it_is_read_in() {
        // The examples of PS3.5 H.3.1 and I.2, and a name in Hebrew letters.
        assert_eq!(
            name_line("Yamada^Tarou=山田^太郎=やまだ^たろう"),
            "Yamada Tarou 山田 太郎"
        );
        assert_eq!(
            name_line("Hong^Gildong=洪^吉洞=홍^길동"),
            "Hong Gildong 洪 吉洞"
        );
        assert_eq!(name_line("=山田^太郎"), "山田 太郎");
        assert_eq!(name_line("==やまだ^たろう"), "やまだ たろう");
        assert_eq!(name_line("שרון^דבורה"), "דבורה שרון");
        assert_eq!(name_line(""), "");
    }

    #[test]
    fn a_date_that_is_none_stays_as_it_is() {
        assert_eq!(date("2024.02.29"), "2024.02.29");
        assert_eq!(date(""), "");
    }
}
