//! A picture of each panel in the states that no other picture shows, cut out of the window.

use crate::fake::Window;
use crate::folders;
use crate::phantom::radiograph;
use crate::tags;
use diaphane::ui::{BrowseCommand, Layout, MaskCommand, QueueCommand, ShellCommand, UiCommand};
use diaphane::worker::{Progress, Stage, StageSteps};
use eframe::egui::{Key, Modifiers, Order, Pos2, Rect, Role, Vec2};
use egui_kittest::kittest::Queryable as _;
use std::sync::Arc;

/// Space round what is cut out, points.
const MARGIN: f32 = 12.0;

impl Window {
    /// The window that lies over the panels.
    fn raised_rect(&self) -> Rect {
        let raised = self.harness.ctx.memory(|memory| {
            let areas = memory.areas();
            let layers = areas.visible_layer_ids();
            let raised = layers.into_iter().filter(|l| l.order == Order::Middle);
            let rects = raised.filter_map(|layer| memory.area_rect(layer.id));
            rects.reduce(Rect::union)
        });
        raised.expect("a window over the panels")
    }

    /// What these labels lie in; of several alike all.
    fn rect_round(&self, labels: &[&str]) -> Rect {
        let rects = labels.iter().map(|label| {
            let found = self.harness.query_all_by_label_contains(label);
            let rect = found.map(|node| node.rect()).reduce(Rect::union);
            rect.unwrap_or_else(|| panic!("no {label}"))
        });
        rects.reduce(Rect::union).expect("labels")
    }

    /// The whole width of the window at the height of these labels.
    fn band_round(&self, labels: &[&str]) -> Rect {
        let mut rect = self.rect_round(labels);
        let window = self.harness.ctx.content_rect();
        rect.min.x = window.left() + MARGIN;
        rect.max.x = window.right() - MARGIN;
        rect
    }

    pub fn snapshot_round(&mut self, labels: &[&str], name: &str) {
        self.snapshot_of(self.rect_round(labels).expand(MARGIN), name);
    }

    fn snapshot_raised(&mut self, name: &str) {
        self.snapshot_of(self.raised_rect().expand(MARGIN), name);
    }

    /// Covers the times of day, which no two pictures share.
    fn cover_clock(&mut self) {
        let is_time = |text: &str| text.len() == 8 && text.matches(':').count() == 2;
        let labels = self.harness.query_all_by_role(Role::Label);
        let times = labels.filter(|label| label.value().is_some_and(|text| is_time(&text)));
        let rects: Vec<_> = times.map(|label| label.rect()).collect();
        assert!(!rects.is_empty(), "the log has times");
        for rect in rects {
            self.harness.mask(rect);
        }
    }

    fn shell(&mut self, command: ShellCommand) {
        self.apply(UiCommand::Shell(command));
    }
}

#[test]
fn the_tags_with_a_search_and_with_what_differs() {
    let Some(mut window) = Window::with_pictures() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let files =
        [("a.dcm", "P-7"), ("b.dcm", "P-8")].map(|(name, id)| tags::dicom(folder.path(), name, id));
    window.apply(UiCommand::OpenPaths(files.to_vec()));
    assert!(window.wait_until(|window| window.state().study().is_some()));
    window.press_with(Modifiers::COMMAND, Key::T);
    assert!(window.wait_until(|window| window.has("PatientID")));
    let browse = |window: &mut Window, command| window.apply(UiCommand::Browse(command));
    browse(&mut window, BrowseCommand::SearchTags("00".to_owned()));
    window.snapshot_raised("tags_search");
    browse(&mut window, BrowseCommand::SearchTags(String::new()));
    browse(&mut window, BrowseCommand::CompareTags(Some(1)));
    assert!(window.wait_until(|window| window.has("1 element differs")));
    window.snapshot_raised("tags_difference");
}

#[test]
fn the_queue_with_one_running_and_others_waiting() {
    let Some(window) = Window::with_pictures() else {
        return;
    };
    let mut window = window.with_study();
    for name in ["second", "third", "fourth_with_a_name_longer_than_its_row"] {
        window.apply(UiCommand::ShowRadiograph(Arc::new(radiograph(name))));
    }
    window.apply(UiCommand::Queue(QueueCommand::AddAll));
    let (job, _) = window.newest_request();
    job.set_progress(Progress {
        stage: Stage::Global,
        done: 3,
        total: 20,
        fraction: 0.25,
        eta_secs: Some(40.0),
        stages: StageSteps::default(),
    });
    // The panel draws what a frame has read.
    window.settle();
    window.harness.run();
    window.snapshot_round(
        &[
            "Queue",
            "Cancel all",
            "Clear and run",
            "Move ",
            "step 3 of 20",
        ],
        "queue",
    );
    window.snapshot("whole_app_with_queue");
}

#[test]
fn the_mask_under_the_brush() {
    let Some(window) = Window::with_pictures() else {
        return;
    };
    let mut window = window.with_study().with_result();
    window.press_with(Modifiers::SHIFT, Key::M);
    window.apply(UiCommand::Mask(MaskCommand::SetRadius(9.0)));
    window.apply(UiCommand::SetLayout(Layout::Single));
    let view = window.harness.get_by_label("Soft tissue view").rect();
    window.drag_from(view.center(), Vec2::new(60.0, 40.0));
    window
        .harness
        .hover_at(view.center() + Vec2::new(-60.0, -30.0));
    window.harness.run();
    let around = Rect::from_center_size(view.center(), Vec2::new(420.0, 320.0));
    window.snapshot_of(around, "mask_brush");
    let mut panel = window.rect_round(&["Lung mask", "Apply the mask", "Lay the brush"]);
    panel.max.x = window.harness.ctx.content_rect().right();
    window.snapshot_of(panel.expand(MARGIN), "mask_panel");
}

#[test]
fn windows_of_the_shell() {
    let Some(window) = Window::with_pictures() else {
        return;
    };
    let mut window = window.with_study().with_result();
    window.shell(ShellCommand::TogglePreferences);
    window.snapshot_raised("preferences");
    window.shell(ShellCommand::TogglePreferences);
    window.shell(ShellCommand::ToggleKeyEditor);
    window.snapshot_raised("keyboard_map");
    window.shell(ShellCommand::ToggleKeyEditor);
    window.apply(UiCommand::ShowPathBox(true));
    let bar = window.band_round(&["Path", "Close"]).expand(MARGIN);
    window.snapshot_of(bar, "path_box");
    window.apply(UiCommand::ShowPathBox(false));
    window.apply(UiCommand::ShowRadiograph(Arc::new(radiograph("second"))));
    window.press(Key::P);
    let corner = Rect::from_min_size(Pos2::ZERO, Vec2::new(700.0, 300.0));
    window.snapshot_of(corner, "patient_hidden");
}

#[test]
fn messages_while_they_stand_and_in_the_log() {
    let Some(window) = Window::with_pictures() else {
        return;
    };
    let mut window = window.with_study();
    window.shell(ShellCommand::ToggleReducedMotion);
    window.press(Key::K);
    window.snapshot_round(&["Motion is reduced", "Dismiss"], "toast");
    window.desk.borrow_mut().busy = true;
    window.press(Key::S);
    let bar = window.band_round(&["the worker is busy"]).expand(MARGIN);
    window.snapshot_of(bar, "failure");
    window.press(Key::F4);
    window.cover_clock();
    window.snapshot_raised("messages");
}

#[test]
fn questions_in_the_middle_of_the_window() {
    let Some(mut window) = Window::with_pictures() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    window
        .harness
        .state_mut()
        .keep_preferences_in(folder.path());
    window.harness.run();
    window.snapshot_round(
        &[
            "Before you begin",
            "Nothing leaves",
            "Understood",
            "Diaphane takes",
        ],
        "first_run",
    );
    window.click("Understood");
    let mut window = window.with_study();
    let mut hand = radiograph("hand");
    "HAND".clone_into(&mut hand.info.body_part);
    window.apply(UiCommand::ShowRadiograph(Arc::new(hand)));
    window.click("Suppress");
    window.snapshot_round(
        &["Suppress anyway", "Do not suppress", "The networks would"],
        "question",
    );
}

#[test]
fn bars_above_the_pictures() {
    let Some(mut window) = Window::with_pictures() else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().join("state");
    let files = crate::session::named_pictures(folder.path(), &["a.png", "b.png"]);
    drop(crate::session::broken_run(&state, &files));
    window.harness.state_mut().keep_session_in(&state);
    window.harness.run();
    let bar = window.band_round(&["Restore", "Not now"]).expand(6.0);
    window.snapshot_of(bar, "restore_bar");
    window.click("Restore");
    assert!(window.wait_until(|window| window.state().study().is_some()));
    window.harness.remove_cursor();
    window.harness.run();
    let bar = window
        .band_round(&[folders::QUESTION, "Take them as they are"])
        .expand(6.0);
    window.snapshot_of(bar, "folder_bar");
}

#[test]
fn a_difference_with_its_scale_and_a_second_window() {
    let Some(window) = Window::with_pictures() else {
        return;
    };
    let mut window = window.with_study().with_result();
    window.apply(UiCommand::SetLayout(Layout::Difference));
    window.snapshot_round(&["Scale of the difference"], "difference_scale");
    window.apply(UiCommand::SetLayout(Layout::SideBySide));
    window.press_with(Modifiers::SHIFT, Key::F11);
    window.harness.set_size(Vec2::new(900.0, 560.0));
    window.harness.run();
    window.snapshot("second_window");
}
