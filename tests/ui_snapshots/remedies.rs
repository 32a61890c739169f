//! Want of memory: what fits is offered as buttons, which change the settings and run again.

use crate::fake::Window;
use crate::phantom::{defaults, radiograph};
use diaphane::ui::UiCommand;
use diaphane::worker::{
    ComputeOptions, DeviceChoice, EventKind, Failure, MemoryOffer, MemorySaving as S, OutputGrid,
    PrecisionChoice,
};
use eframe::egui::Key;
use std::sync::Arc;

const SENTENCE: &str = "restoring needs about 2472 MiB of memory and 2000 MiB are free.";

fn failure(offers: &[(&[S], u64)]) -> EventKind {
    let offer = |(savings, needed_mib): &(&[S], u64)| MemoryOffer {
        savings: savings.to_vec(),
        needed_mib: *needed_mib,
    };
    EventKind::Failed(Failure {
        text: SENTENCE.to_owned(),
        offers: offers.iter().map(offer).collect(),
    })
}

/// A run of several pictures that lacked memory.
fn lacking(offers: &[(&[S], u64)]) -> Window {
    let mut window = Window::new().with_study();
    window.apply(UiCommand::SetNumSeeds(4));
    window.press(Key::S);
    let (job, _) = window.newest_request();
    window.report(job.id(), failure(offers));
    window
}

fn newest_num_seeds(window: &Window) -> usize {
    let desk = window.desk.borrow();
    desk.requests.last().expect("a request").1.num_seeds
}

#[test]
fn each_offer_is_a_button_with_its_need_that_runs_again() {
    let mut window = lacking(&[(&[S::OneSeed], 1648), (&[S::ModelGrid], 2197)]);
    assert!(window.has(SENTENCE));
    assert!(window.has("With the model's own coarser grid (about 2.1 GiB)"));
    let before = window.num_requests();
    window.click("With one picture in place of the mean of several (about 1.6 GiB)");
    assert_eq!(window.num_requests(), before + 1);
    assert_eq!(newest_num_seeds(&window), 1);
    assert_eq!(
        window.newest_request().1,
        defaults(),
        "nothing else changed"
    );
    assert!(!window.has(SENTENCE), "it is answered");
    window.apply(UiCommand::Undo);
    assert_eq!(window.state().num_seeds, 4, "a setting like others");
}

#[test]
fn several_changes_at_once_are_one_button() {
    let mut window = lacking(&[(&[S::OneSeed, S::ModelGrid], 1373)]);
    window.click(
        "With one picture in place of the mean of several and the model's own coarser grid (about 1.3 GiB)",
    );
    assert_eq!(newest_num_seeds(&window), 1);
    assert_eq!(window.newest_request().1.output, OutputGrid::Model);
    window.apply(UiCommand::Undo);
    assert_eq!(window.state().settings().output, OutputGrid::Native);
    assert_eq!(window.state().num_seeds, 4);
}

#[test]
fn another_device_is_loaded_first_and_then_it_runs() {
    for (saving, expected) in [
        (
            S::Cpu,
            ComputeOptions {
                device: DeviceChoice::Cpu,
                precision: PrecisionChoice::Auto,
            },
        ),
        (
            S::HalfPrecision,
            ComputeOptions {
                device: DeviceChoice::Auto,
                precision: PrecisionChoice::Bf16,
            },
        ),
    ] {
        let mut window = lacking(&[(&[saving], 384)]);
        let before = window.num_requests();
        window.click(&format!("With {} (about 0.4 GiB)", saving.words()));
        assert_eq!(window.num_requests(), before, "not before it is loaded");
        let asked = window
            .desk
            .borrow()
            .bundles
            .last()
            .expect("a bundle")
            .1
            .clone();
        assert_eq!(asked.compute, Some(expected));
        window.model_loaded("compact", defaults());
        assert_eq!(window.num_requests(), before + 1);
    }
}

#[test]
fn the_study_that_failed_is_run_again_and_not_the_one_shown() {
    let mut window = lacking(&[(&[S::OneSeed], 1648)]);
    window.apply(UiCommand::ShowRadiograph(Arc::new(radiograph("second"))));
    let shown = window.state().current;
    window.click("With one picture in place of the mean of several (about 1.6 GiB)");
    assert_ne!(window.state().current, shown);
    let desk = window.desk.borrow();
    let request = &desk.requests.last().expect("a request").1;
    assert_eq!(request.radiograph.id.0, "first");
}

#[test]
fn without_an_offer_the_sentence_stands_alone() {
    let window = lacking(&[]);
    assert!(window.has(SENTENCE));
    assert!(!window.has_text("(about"));
}
