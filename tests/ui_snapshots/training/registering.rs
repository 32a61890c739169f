//! A registered copy of pairs that lie off is offered, made and gone on with.

use super::{chest, lonely_and_broken, pairs};
use crate::fake::Window;
use diaphane::dataset::{Outcome, Split};
use diaphane::formats::raster::write_grey16;
use diaphane::radiograph::{FloatImage, Raster};
use diaphane::ui::{Attempt, PathField, TrainingCommand, UiCommand, WizardStep};
use eframe::egui::{Event, Modifiers, MouseWheelSource, MouseWheelUnit, Role, TouchPhase, Vec2};
use egui_kittest::kittest::Queryable as _;
use std::collections::BTreeMap;
use std::path::Path;
use tempfile::TempDir;

/// How far the second pair of three lies off, columns.
const SHIFT_PX: usize = 3;

fn moved_right(image: &FloatImage) -> FloatImage {
    let (width, height) = image.size();
    let places = (0..width * height).map(|at| (at / width, (at % width).saturating_sub(SHIFT_PX)));
    let values = places.map(|(row, col)| image.get(row, col).expect("within"));
    Raster::new(width, height, values.collect()).expect("a picture")
}

/// Three pairs of which the second lies off.
fn pairs_of_which_one_lies_off() -> TempDir {
    let root = pairs();
    let soft = root.path().join("pairs/b_soft.png");
    write_grey16(&soft, &moved_right(&chest(1).soft_tissue), true).expect("written");
    root
}

fn bytes(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = std::fs::read_dir(folder).expect("a folder").flatten();
    let named = files.map(|file| file.file_name().to_string_lossy().into_owned());
    named
        .map(|name| {
            let bytes = std::fs::read(folder.join(&name)).expect("a file");
            (name, bytes)
        })
        .collect()
}

impl Window {
    fn register(&mut self) {
        self.harness
            .get_by_label("Register into the copy")
            .scroll_to_me();
        self.harness.run();
        self.click("Register into the copy");
        let is_over = |window: &Self| !window.wizard().registering.is_running();
        assert!(self.wait_until(is_over), "the copy ends");
        self.harness.run();
    }
}

#[test]
fn a_registered_copy_is_offered_where_pairs_lie_off_and_gone_on_with() {
    let root = pairs_of_which_one_lies_off();
    let before = bytes(&root.path().join("pairs"));
    let mut window = Window::new().with_study().with_training(root.path());
    window.check();
    assert!(window.has_text("1 of 3 pairs does not lie on its radiograph"));
    assert!(window.has_text("the pairs themselves stay as they are"));
    let copy = root.path().join("pairs_registered");
    assert_eq!(
        window.wizard().path(PathField::Copy),
        copy.display().to_string()
    );
    // Before and after, of the pair that lies off alone.
    for picture in [
        "Difference of a",
        "Difference of b before registration",
        "Difference of b after registration",
    ] {
        assert!(window.has(picture), "{picture}");
    }
    assert!(!window.has("Difference of b") && !window.has("Difference of a after registration"));
    let report = window.wizard().report.done().expect("a report").clone();
    let kept = |at: usize| {
        let pictures = report.pairs[at].thumbnails.as_ref().expect("pictures");
        pictures.difference_registered.is_some()
    };
    assert_eq!([0, 1, 2].map(kept), [false, true, false]);

    window.split();
    window.train(TrainingCommand::ShowStep(WizardStep::Check));
    window.harness.run();
    window.register();
    let wizard = window.wizard();
    let made = wizard.registering.made.done().expect("a copy").clone();
    let outcomes: Vec<Outcome> = made.pairs.iter().map(|pair| pair.outcome).collect();
    assert_eq!(
        outcomes,
        [Outcome::Kept, Outcome::Registered, Outcome::Kept]
    );
    assert_eq!(wizard.pairs, copy.display().to_string());
    assert!(wizard.soft.is_empty());
    // What was found out about the pairs holds no more.
    assert!(matches!(wizard.report, Attempt::None) && matches!(wizard.split, Attempt::None));
    assert!(wizard.obstacle(WizardStep::Split).is_some());
    assert!(window.has_text("2 kept, 1 registered, 0 moved, 0 left out"));
    assert!(window.has_text("The farthest shift was 3."));
    assert!(window.has_text("Check it before you go on."));
    assert!(copy.join("b_soft_registered.png").is_file());
    assert_eq!(bytes(&root.path().join("pairs")), before, "never touched");

    window.check();
    assert!(window.has_text("Fit to be learned from: 3 pairs, 0 errors"));
    assert!(!window.is_offered() && window.has("Difference of b"));
    assert!(window.has_text("1 registered") && !window.has_text("Check it before you go on."));
    window.split();
    window.first_steps();
    let split = Split::read(&root.path().join("run/split.json")).expect("a split");
    assert_eq!(split.folders, [copy]);
    // Other pairs, other copy.
    let typed = "elsewhere/other".to_owned();
    window.train(TrainingCommand::Type(PathField::Pairs, typed));
    assert!(matches!(window.wizard().registering.made, Attempt::None));
    let proposed = Path::new("elsewhere/other_registered");
    assert_eq!(Path::new(window.wizard().path(PathField::Copy)), proposed);
}

impl Window {
    fn is_offered(&self) -> bool {
        self.has("Register into the copy")
    }
}

#[test]
fn where_all_pairs_lie_well_no_copy_is_offered() {
    let root = pairs();
    let mut window = Window::new().with_study().with_training(root.path());
    window.check();
    assert!(window.has_text("Fit to be learned from") && !window.is_offered());
}

#[test]
fn a_copy_that_cannot_be_made_is_a_sentence_and_nothing_is_lost() {
    let root = pairs_of_which_one_lies_off();
    let taken = root.path().join("taken");
    std::fs::create_dir(&taken).expect("a folder");
    std::fs::write(taken.join("notes.txt"), "mine").expect("written");
    let inside = root.path().join("pairs/copy");
    let mut window = Window::new().with_study().with_training(root.path());
    window.check();
    for (folder, sentence) in [
        (&taken, "the folder is not empty; choose another one"),
        (
            &inside,
            "the copy would lie among the pictures it is made of",
        ),
    ] {
        let typed = folder.display().to_string();
        window.train(TrainingCommand::Type(PathField::Copy, typed));
        window.harness.run();
        window.register();
        assert!(window.has_text(sentence), "{sentence}");
        assert!(!window.has_text("--overwrite"));
        let wizard = window.wizard();
        assert!(wizard.pairs.ends_with("pairs") && wizard.report.done().is_some());
        assert!(
            wizard.obstacle(WizardStep::Split).is_none(),
            "the pairs stay usable"
        );
    }
    assert_eq!(
        std::fs::read(taken.join("notes.txt")).expect("kept"),
        b"mine"
    );
    assert!(!inside.exists(), "not even an empty folder");
    // Another folder, and the sentence is gone.
    let typed = root.path().join("copy").display().to_string();
    window.train(TrainingCommand::Type(PathField::Copy, typed));
    window.harness.run();
    assert!(!window.has_text("the copy would lie among"));
    window.train(TrainingCommand::Type(PathField::Copy, " ".to_owned()));
    window.harness.run();
    assert!(!window.is_on("Register into the copy"));
}

#[test]
fn pairs_with_errors_are_left_out_of_the_copy_and_named() {
    let root = pairs_of_which_one_lies_off();
    lonely_and_broken(&root.path().join("pairs"));
    let mut window = Window::new().with_study().with_training(root.path());
    window.check();
    assert!(!window.is_on("3 Split"));
    window.register();
    assert!(window.has_text("2 kept, 1 registered, 0 moved, 1 left out"));
    assert!(window.has("Left out, for their errors: e."));
    window.apply(UiCommand::TogglePatient);
    assert!(
        window.has("Left out, for their errors: 1 pair."),
        "names may be patients'"
    );
    window.apply(UiCommand::TogglePatient);
    window.check();
    assert!(window.has_text("Fit to be learned from: 3 pairs, 0 errors"));
}

/// A copy that was stopped is told, and made again into the same folder.
#[test]
fn a_copy_is_stopped_and_made_again() {
    let root = pairs_of_which_one_lies_off();
    let mut window = Window::new().with_study().with_training(root.path());
    window.check();
    // Both at once: a frame between them can take longer than the whole copy.
    let app = window.harness.state_mut();
    app.apply(UiCommand::Training(TrainingCommand::Register));
    app.apply(UiCommand::Training(TrainingCommand::StopRegister));
    assert!(window.wizard().obstacle(WizardStep::Split).is_some());
    let is_over = |window: &Window| !window.wizard().registering.is_running();
    assert!(window.wait_until(is_over), "it ends");
    window.harness.run();
    assert!(window.wizard().pairs.ends_with("pairs"));
    assert!(window.has_text("The copy was stopped"));
    assert!(window.wizard().obstacle(WizardStep::Split).is_none());
    window.register();
    assert!(window.has_text("2 kept, 1 registered"));
}

#[test]
fn before_and_after_stand_side_by_side_under_the_pointer() {
    let Some(window) = Window::with_pictures() else {
        return;
    };
    let root = pairs_of_which_one_lies_off();
    let mut window = window.with_study().with_training(root.path());
    window.check();
    let folder = window.wizard().registering.out.clone();
    // The folder of the test is another one each time.
    let shown = "/site/pairs_registered".to_owned();
    window.train(TrainingCommand::Type(PathField::Copy, shown));
    window.harness.run();
    window.snapshot("training_register");
    // Down to the list of pairs.
    let hint = window
        .harness
        .get_by_label_contains("Every pair is looked at");
    let over = hint.rect().center();
    window.harness.hover_at(over);
    window.harness.run();
    window.harness.event(Event::MouseWheel {
        unit: MouseWheelUnit::Point,
        delta: Vec2::new(0.0, -400.0),
        phase: TouchPhase::Move,
        source: MouseWheelSource::Unknown,
        modifiers: Modifiers::NONE,
    });
    window.harness.run();
    let [before, after] =
        ["before", "after"].map(|when| format!("Difference of b {when} registration"));
    let pictures = window.harness.query_all_by_label(&after);
    let lowest = pictures.max_by(|a, b| a.rect().top().total_cmp(&b.rect().top()));
    let middle = lowest.expect("a picture").rect().center();
    window.harness.hover_at(middle);
    window.harness.run();
    window.snapshot("training_register_pointed");
    let has_words = |caption: &str| {
        let words = (window.harness).query_all_by_role_and_label(Role::Label, caption);
        words.count() == 1
    };
    assert!(has_words(&before) && has_words(&after), "both are in large");
    window.train(TrainingCommand::Type(PathField::Copy, folder));
    window.harness.run();
    window.register();
    window.check();
    window.snapshot("training_registered");
}
