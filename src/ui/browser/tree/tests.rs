use super::*;
use crate::radiograph::StudyInfo;
use crate::ui::privacy::Privacy;
use std::path::PathBuf;

fn study(file: &str, info: StudyInfo) -> Study {
    let mut study = Study::unread(PathBuf::from(format!("/data/{file}")));
    study.info = Some(info);
    study
}

fn info(name: &str, id: &str, date: &str, series: &str) -> StudyInfo {
    StudyInfo {
        patient_name: name.to_owned(),
        patient_id: id.to_owned(),
        study_date: date.to_owned(),
        study_description: "Chest".to_owned(),
        series_number: series.to_owned(),
        ..StudyInfo::default()
    }
}

fn state() -> AppState {
    AppState {
        studies: vec![
            study("old", info("DOE^JANE", "7", "20240101", "2")),
            study("plain.png", StudyInfo::default()),
            study("new2", info("DOE^JANE", "7", "20260301", "10")),
            study("other", info("ROE^JO", "8", "20250101", "")),
            study("new1", info("DOE^JANE", "7", "20260301", "9")),
        ],
        ..AppState::default()
    }
}

/// Rows as text: a tab for every level.
fn text(rows: &[BrowserRow], state: &AppState) -> Vec<String> {
    let row = |row: &BrowserRow| {
        let text = match &row.kind {
            RowKind::Group { title, .. } => title.clone(),
            RowKind::Image(index) => state.study_name(*index),
            RowKind::Skipped(index) => format!("skipped {index}"),
        };
        format!("{}{text}", "\t".repeat(row.depth))
    };
    rows.iter().map(row).collect()
}

#[test]
fn patients_studies_and_series_are_nested_newest_first() {
    let state = state();
    let (rows, order) = build(&state);
    assert_eq!(
        text(&rows, &state),
        [
            "DOE JANE (7)",
            "\t2026-03-01 Chest",
            "\t\tSeries 9",
            "\t\t\tnew1",
            "\t\tSeries 10",
            "\t\t\tnew2",
            "\t2024-01-01 Chest",
            "\t\tSeries 2",
            "\t\t\told",
            "ROE JO (8)",
            "\t2025-01-01 Chest",
            "\t\tother",
            "/data",
            "\tplain.png",
        ]
    );
    assert_eq!(order, [4, 2, 0, 3, 1]);
}

/// As they were found: a folder is walked with its numbers as numbers.
#[test]
fn folders_stand_in_the_order_they_were_found() {
    let files = ["set 2/c.png", "set 2/sub/a.png", "set 10/b.png"];
    let plain = files.map(|file| study(file, StudyInfo::default()));
    let state = AppState {
        studies: plain.into_iter().collect(),
        ..AppState::default()
    };
    let (rows, order) = build(&state);
    let headings = ["/data/set 2", "/data/set 2/sub", "/data/set 10"];
    let shown = text(&rows, &state);
    let shown: Vec<_> = shown.iter().filter(|row| !row.starts_with('\t')).collect();
    assert_eq!(shown, headings.iter().collect::<Vec<_>>());
    assert_eq!(order, [0, 1, 2]);
}

#[test]
fn a_heading_knows_its_images_folded_or_not() {
    let mut state = state();
    let images = |state: &AppState| -> Vec<(String, Vec<usize>)> {
        let (rows, _) = build(state);
        let headings = rows.into_iter().filter_map(|row| match row.kind {
            RowKind::Group { title, images, .. } => Some((title, images)),
            _ => None,
        });
        headings.collect()
    };
    let found = images(&state);
    let expected: [(&str, &[usize]); 9] = [
        ("DOE JANE (7)", &[4, 2, 0]),
        ("2026-03-01 Chest", &[4, 2]),
        ("Series 9", &[4]),
        ("Series 10", &[2]),
        ("2024-01-01 Chest", &[0]),
        ("Series 2", &[0]),
        ("ROE JO (8)", &[3]),
        ("2025-01-01 Chest", &[3]),
        ("/data", &[1]),
    ];
    let expected = expected.map(|(title, images)| (title.to_owned(), images.to_vec()));
    assert_eq!(found, expected);
    let (rows, _) = build(&state);
    if let RowKind::Group { key, .. } = &rows[0].kind {
        state.browser.turn(key.clone());
    }
    assert_eq!(images(&state)[0].1, [4, 2, 0]);
}

#[test]
fn a_search_leaves_what_it_finds_and_what_that_lies_in() {
    let mut state = state();
    for (search, found) in [
        ("roe", vec!["other"]),
        ("2024-01", vec!["old"]),
        ("PLAIN", vec!["plain.png"]),
        ("7", vec!["new1", "new2", "old"]),
        ("absent", vec![]),
    ] {
        search.clone_into(&mut state.browser.search);
        let (rows, order) = build(&state);
        let images = rows
            .iter()
            .filter(|row| matches!(row.kind, RowKind::Image(_)));
        let images: Vec<BrowserRow> = images.cloned().collect();
        let names: Vec<String> = text(&images, &state);
        let names: Vec<&str> = names.iter().map(|name| name.trim()).collect();
        assert_eq!(names, found, "{search}");
        assert_eq!(order.len(), 5, "the page keys still reach everything");
    }
}

#[test]
fn folded_groups_hide_what_lies_below_them() {
    let mut state = state();
    let (rows, _) = build(&state);
    let RowKind::Group { key, .. } = &rows[1].kind else {
        panic!("{rows:?}");
    };
    state.browser.turn(key.clone());
    let (rows, order) = build(&state);
    assert_eq!(
        text(&rows, &state)[1..3],
        ["\t2026-03-01 Chest", "\t2024-01-01 Chest"]
    );
    assert_eq!(order.len(), 5);
    state.browser.turn(key.clone());
    assert_eq!(build(&state).0.len(), 14);
}

#[test]
fn hidden_patients_are_numbers_and_cannot_be_searched_for() {
    let mut state = state();
    state.privacy = Privacy::Hidden;
    "roe".clone_into(&mut state.browser.search);
    let (rows, _) = build(&state);
    let shown = text(&rows, &state).join("\n");
    for word in ["DOE", "ROE", "2026", "Chest", "plain", "data"] {
        assert!(!shown.contains(word), "{word} in {shown}");
    }
    assert!(shown.contains("Patient 1\n\tStudy 1\n\t\tSeries 1"));
    assert!(shown.contains("\tStudy 3"));
}

#[test]
fn one_id_under_two_names_is_two_patients() {
    let mut state = state();
    state.studies = vec![
        study("a", info("DOE^JANE", "7", "20240101", "")),
        study("b", info("DOE^JOHN", "7", "20240101", "")),
    ];
    let (rows, _) = build(&state);
    assert_eq!(rows.iter().filter(|row| row.depth == 0).count(), 2);
}

#[test]
fn what_is_no_radiograph_is_listed_folded_at_the_end() {
    let mut state = state();
    state.browser.skipped = vec![Skipped {
        path: PathBuf::from("/data/notes.txt"),
        reason: "Not a radiograph.".to_owned(),
    }];
    let (rows, _) = build(&state);
    assert_eq!(text(&rows, &state).last().unwrap(), "Not radiographs (1)");
    state.browser.turn("skipped".to_owned());
    let (rows, _) = build(&state);
    assert_eq!(text(&rows, &state).last().unwrap(), "\tskipped 0");
}
