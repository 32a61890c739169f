//! A calibration by a stated length is there again the next time, until it is taken back.

use crate::fake::Window;
use crate::measures::only_file;
use diaphane::measure::MeasureId;
use diaphane::radiograph::SpacingKind;
use diaphane::ui::MeasureCommand;
use std::fs;

#[test]
fn a_stated_length_is_kept_for_the_next_time_as_the_users() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut window, path) = Window::with_length_kept(folder.path());
    // 50 pixels are 25 mm: half a millimetre each.
    window.measure(MeasureCommand::SetTrueLength(25.0));
    window.measure(MeasureCommand::Calibrate);
    let holds = |text: &str| fs::read_to_string(&path).is_ok_and(|found| found.contains(text));
    assert!(window.wait_until(|_| holds("\"kind\": \"user\"")));
    assert!(holds("\"row_mm\": 0.5") && holds("\"col_mm\": 0.5"));
    let mut next = Window::opened(folder.path());
    assert!(next.wait_until(|next| next.has("Length 1: 25.0 mm (user)")));
    let study = next.state().study().expect("open");
    assert_eq!(study.spacing().expect("mm").kind, SpacingKind::User);
    next.click("Back to the file's pixel size");
    assert!(next.has_text("(at detector)") && !next.has_text("(user)"));
    assert!(next.wait_until(|_| !holds("calibration")));
    assert!(only_file(folder.path(), ".json").is_some());
    // Without a measure it is kept too.
    window.measure(MeasureCommand::Select(Some(MeasureId(1))));
    window.measure(MeasureCommand::Delete);
    assert!(window.wait_until(|_| holds("\"measures\": []") && holds("\"user\"")));
    let mut last = Window::opened(folder.path());
    assert!(last.wait_until(|last| last.has_text("follow the length you stated")));
}
