//! The queue of background runs: its order, what is cancelled, and where results go.

use crate::browse::png;
use crate::fake::Window;
use crate::phantom::{radiograph, result};
use diaphane::ui::{ImageStatus, QueueCommand, StudyContent, UiCommand};
use diaphane::worker::{EventKind, JobHandle, Priority};
use eframe::egui::Key;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use std::sync::Arc;

impl Window {
    fn queue(&mut self, command: QueueCommand) {
        self.apply(UiCommand::Queue(command));
    }

    /// A model and four studies in memory, the first shown, all of them queued.
    pub fn with_queue() -> Self {
        let mut window = Self::new().with_study();
        for name in ["second", "third", "fourth"] {
            window.apply(UiCommand::ShowRadiograph(Arc::new(radiograph(name))));
        }
        window.apply(UiCommand::SelectStudy(0));
        window.queue(QueueCommand::AddAll);
        window
    }

    pub fn waiting(&self) -> Vec<usize> {
        let state = self.state();
        let files = state.queue.waiting.iter();
        files.filter_map(|file| state.index_of(*file)).collect()
    }

    pub fn running(&self) -> Option<usize> {
        let state = self.state();
        state.index_of(state.queue.running_file()?)
    }

    /// The newest job ends with a result.
    pub fn finish(&mut self, job: &JobHandle) {
        let (_, settings) = self.newest_request();
        self.report(job.id(), EventKind::Suppressed(Arc::new(result(settings))));
    }

    fn statuses(&self) -> Vec<ImageStatus> {
        let state = self.state();
        let studies = state.studies.iter();
        studies.map(|study| state.image_status(study)).collect()
    }

    pub fn newest_is_of(&self, name: &str) -> bool {
        let desk = self.desk.borrow();
        let (_, request) = desk.requests.last().expect("a request");
        request.radiograph.source.path.ends_with(name)
    }
}

#[test]
fn studies_run_one_after_the_other_and_results_land_in_their_studies() {
    use ImageStatus::{Done, Running, Waiting};
    let mut window = Window::with_queue();
    assert_eq!(window.statuses(), [Running, Waiting, Waiting, Waiting]);
    assert_eq!(window.num_requests(), 1, "the worker has one at a time");
    let (job, _) = window.newest_request();
    assert_eq!(job.priority(), Priority::Background);
    window.apply(UiCommand::SelectStudy(2));
    window.finish(&job);
    assert_eq!(window.statuses(), [Done, Running, Waiting, Waiting]);
    assert_eq!(window.state().current, 2);
    assert!(window.state().study().expect("open").result().is_none());
    assert!(window.newest_is_of("second.dcm"));
    for expected in ["third.dcm", "fourth.dcm"] {
        let (job, _) = window.newest_request();
        window.finish(&job);
        assert!(window.newest_is_of(expected));
    }
    let (job, _) = window.newest_request();
    window.finish(&job);
    assert_eq!(window.statuses(), [Done; 4]);
    assert!(window.has("Nothing waits"));
    assert_eq!(window.num_requests(), 4);
}

#[test]
fn the_order_is_changed_and_one_is_cancelled() {
    let mut window = Window::with_queue();
    assert_eq!(
        (window.running(), window.waiting()),
        (Some(0), vec![1, 2, 3])
    );
    window.click("Move fourth.dcm up");
    assert_eq!(window.waiting(), [1, 3, 2]);
    window.click("Move second.dcm down");
    assert_eq!(window.waiting(), [3, 1, 2]);
    window.click("Cancel second.dcm");
    assert_eq!(window.waiting(), [3, 2]);
    let (job, _) = window.newest_request();
    window.click("Cancel first.dcm");
    assert!(job.is_cancelled());
    assert!(
        window.newest_is_of("fourth.dcm"),
        "the next one has its turn"
    );
    // What the cancelled job still has to say changes nothing.
    window.report(
        job.id(),
        EventKind::Suppressed(Arc::new(result(window.newest_request().1))),
    );
    assert_eq!(window.statuses()[0], ImageStatus::NotRun);
    assert_eq!((window.running(), window.waiting()), (Some(3), vec![2]));
}

#[test]
fn all_are_cancelled_or_cleared_for_the_one_shown() {
    let mut window = Window::with_queue();
    let (job, _) = window.newest_request();
    window.click("Cancel all");
    assert!(job.is_cancelled());
    assert!(window.state().queue.is_empty());
    assert_eq!(window.num_requests(), 1);

    let mut window = Window::with_queue();
    let (job, _) = window.newest_request();
    window.apply(UiCommand::SelectStudy(3));
    window.click("Clear and run this one");
    assert!(job.is_cancelled() && window.state().queue.is_empty());
    let (job, _) = window.newest_request();
    assert_eq!(job.priority(), Priority::Interactive);
    assert!(window.newest_is_of("fourth.dcm"));
}

#[test]
fn the_reader_goes_first_and_the_queue_goes_on() {
    let mut window = Window::with_queue();
    let (background, _) = window.newest_request();
    window.apply(UiCommand::SelectStudy(2));
    window.press(Key::S);
    let (asked, _) = window.newest_request();
    assert_eq!(asked.priority(), Priority::Interactive);
    assert!(!background.is_cancelled());
    window.report(background.id(), EventKind::Deferred);
    assert!(window.has("Waits for the run that was asked for meanwhile"));
    window.finish(&asked);
    assert!(window.state().study().expect("open").result().is_some());
    window.report(background.id(), EventKind::Started);
    window.finish(&background);
    let (job, _) = window.newest_request();
    window.finish(&job);
    // The third was suppressed by hand: the fourth comes next.
    assert!(window.newest_is_of("fourth.dcm"));
}

#[test]
fn a_failure_is_told_and_the_next_one_runs() {
    let mut window = Window::with_queue();
    let (job, _) = window.newest_request();
    let sentence = "The lungs were not found; draw a mask.";
    window.report(job.id(), EventKind::Failed(sentence.into()));
    assert!(window.has(sentence));
    assert!(window.newest_is_of("second.dcm"));
}

#[test]
fn names_are_hidden_in_the_queue_too() {
    let mut window = Window::with_queue();
    window.apply(UiCommand::TogglePatient);
    assert!(window.has("Move Image 2 down"));
    assert!(!window.has_text("second"));
}

/// Twelve files: those far from the one shown are closed, and read again when their turn comes.
#[test]
fn a_file_is_read_when_its_turn_comes() {
    let folder = tempfile::tempdir().expect("a folder");
    for number in 0..12 {
        png(folder.path(), &format!("{number:02}.png"));
    }
    let mut window = Window::new().with_study();
    window.apply(UiCommand::OpenPaths(vec![folder.path().to_owned()]));
    let is_open = |window: &Window, index: usize| {
        let study = window.state().studies.get(index);
        study.is_some_and(|study| matches!(study.content, StudyContent::Open(_)))
    };
    assert!(window.wait_until(|window| is_open(window, 1)));
    window.apply(UiCommand::SelectStudy(0));
    assert!(!is_open(&window, 12), "far away");
    window.queue(QueueCommand::AddAll);
    let (job, _) = window.newest_request();
    for study in [1, 2] {
        let (job, _) = window.newest_request();
        window.finish(&job);
        assert!(window.wait_until(|window| window.running() == Some(study)));
    }
    assert!(!job.is_cancelled());
    assert!(!is_open(&window, 12), "its turn has not come");
    window.queue(QueueCommand::ToggleList);
    assert!(!window.has("Queue"));
}

/// Two studies of one patient, the newer of two series, and another patient's.
pub fn with_tree() -> Window {
    let mut window = Window::new().with_study();
    for (file, id, date, series) in [
        ("old", "7", "20240101", "1"),
        ("new1", "7", "20260301", "1"),
        ("new2", "7", "20260301", "2"),
        ("other", "8", "20250101", "1"),
    ] {
        let mut made = radiograph(file);
        made.info.patient_name = format!("DOE^{id}");
        id.clone_into(&mut made.info.patient_id);
        date.clone_into(&mut made.info.study_date);
        series.clone_into(&mut made.info.series_number);
        window.apply(UiCommand::ShowRadiograph(Arc::new(made)));
    }
    window
}

/// Asks for the entry of the menu over a row of the browser.
fn queue_from(window: &mut Window, row: &str) {
    window.harness.get_by_label(row).click_secondary();
    window.harness.run();
    window.click("Suppress in the background");
}

#[test]
fn an_image_a_series_and_a_study_are_queued_from_the_browser() {
    let mut window = with_tree();
    queue_from(&mut window, "old.dcm, not run");
    assert_eq!((window.running(), window.waiting()), (Some(1), vec![]));
    let mut window = with_tree();
    queue_from(&mut window, "Series 2");
    assert_eq!((window.running(), window.waiting()), (Some(3), vec![]));
    let mut window = with_tree();
    queue_from(&mut window, "2026-03-01");
    assert_eq!((window.running(), window.waiting()), (Some(2), vec![3]));
    assert!(window.state().queue.is_visible);
    // The whole patient: only what neither runs nor waits comes behind.
    queue_from(&mut window, "DOE 7 (7)");
    assert_eq!((window.running(), window.waiting()), (Some(2), vec![3, 1]));
    window.harness.get_by_label("2026-03-01").click_secondary();
    window.harness.run();
    let entry = window.harness.get_by_label("Suppress in the background");
    assert!(entry.accesskit_node().is_disabled(), "all of it waits");
}
