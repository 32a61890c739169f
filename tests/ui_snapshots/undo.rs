//! What a person set can be taken back, and taken again.

use crate::fake::Window;
use crate::phantom::{radiograph, result};
use diaphane::radiograph::Voi;
use diaphane::ui::{
    Compare, CompareTool, Content, DragSpeed, Layout, Link, Links, Look, Turning, UiCommand,
    WindowDrag,
};
use diaphane::worker::{EventKind, SuppressionSettings};
use eframe::egui::{Key, Modifiers};
use rand::{Rng as _, SeedableRng as _};
use std::sync::Arc;

/// Everything undo answers for, as a reader sees it.
#[derive(Debug, Clone, PartialEq)]
struct Seen {
    layout: Layout,
    compare: Compare,
    links: Links,
    outline: bool,
    limit: f64,
    looks: Vec<(Voi, bool, String)>,
    settings: SuppressionSettings,
    shown: Option<u64>,
}

fn seen(window: &Window) -> Seen {
    let state = window.state();
    let study = state.study().expect("open");
    let of = |content| {
        let Look {
            voi,
            inverted,
            orientation,
            ..
        } = study.looks.of(content).clone();
        (voi, inverted, orientation.text().to_owned())
    };
    Seen {
        layout: state.layout,
        compare: state.compare,
        links: state.links,
        outline: state.outline_visible,
        limit: state.shown_difference_limit(),
        looks: Content::ALL.into_iter().map(of).collect(),
        settings: state.settings().clone(),
        shown: study.runs.shown().map(|run| run.number),
    }
}

fn any_command(random: &mut rand_chacha::ChaCha8Rng, window: &Window) -> UiCommand {
    let layouts = [Layout::Single, Layout::Stacked, Layout::Four];
    let turns = [
        Turning::Left,
        Turning::Right,
        Turning::Across,
        Turning::Down,
    ];
    let content = Content::ALL[random.random_range(0..5)];
    match random.random_range(0..11) {
        0 => UiCommand::SetLayout(layouts[random.random_range(0..3)]),
        1 => UiCommand::ToggleCompareTool(CompareTool::Wipe),
        2 => UiCommand::MoveSuppression(-0.1),
        3 => UiCommand::SetLink(Link::ALL[random.random_range(0..4)].0, random.random()),
        4 => UiCommand::ToggleOutline,
        5 => UiCommand::SetDifferenceLimit(f64::from(random.random_range(1..50))),
        6 => UiCommand::Turn(turns[random.random_range(0..4)]),
        7 => UiCommand::ToggleInvert,
        8 => UiCommand::ResetView,
        9 => {
            let mut settings = window.state().settings().clone();
            settings.leg_weight = f64::from(random.random_range(2..20));
            UiCommand::EditSettings(settings)
        }
        _ => UiCommand::DragWindow(
            content,
            WindowDrag {
                wider: random.random_range(-30.0..30.0),
                darker: random.random_range(-30.0..30.0),
                speed: DragSpeed::of(random.random(), random.random()),
            },
        ),
    }
}

/// Any sequence of steps: taken back it leads to each picture before, taken again to each after.
#[test]
fn any_sequence_is_taken_back_step_by_step_and_taken_again() {
    let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(11);
    let mut window = Window::new().with_study().with_result();
    let mut trace = vec![seen(&window)];
    for _ in 0..60 {
        let command = any_command(&mut random, &window);
        window.apply(command);
        let now = seen(&window);
        if trace.last() != Some(&now) {
            trace.push(now);
        }
    }
    assert!(trace.len() > 30, "most of the steps changed something");
    for expected in trace.iter().rev().skip(1) {
        window.press_with(Modifiers::COMMAND, Key::Z);
        assert_eq!(seen(&window), *expected);
    }
    for expected in &trace[1..] {
        window.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
        assert_eq!(seen(&window), *expected);
    }
    let last = seen(&window);
    window.press_with(Modifiers::COMMAND, Key::Y);
    assert_eq!(seen(&window), last, "there is nothing more to take again");
}

#[test]
fn a_drag_is_one_step_and_zoom_is_none() {
    let mut window = Window::new().with_study().with_result();
    let loaded = window.look(Content::Original).clone();
    window.drag("Original view", [60.0, 20.0]);
    let dragged = window.look(Content::Original).voi.clone();
    assert_ne!(dragged, loaded.voi);
    window.press(Key::Z);
    window.press_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(window.look(Content::Original).voi, loaded.voi);
    assert_ne!(window.look(Content::Original).camera, loaded.camera);
    window.press_with(Modifiers::COMMAND, Key::Y);
    assert_eq!(window.look(Content::Original).voi, dragged);
}

#[test]
fn taking_a_setting_back_brings_its_picture_back_without_a_run() {
    let mut window = Window::new().with_study().with_result();
    let first = window.state().settings().clone();
    let moved = SuppressionSettings {
        leg_weight: 7.0,
        ..first.clone()
    };
    window.apply(UiCommand::EditSettings(moved.clone()));
    window.apply(UiCommand::ReleaseSettings);
    let (job, settings) = window.newest_request();
    window.report(job.id(), EventKind::Suppressed(Arc::new(result(settings))));
    let num_requests = window.num_requests();
    let shown = |window: &Window| {
        let study = window.state().study().expect("open");
        study.result().expect("a result").settings.clone()
    };
    assert_eq!(shown(&window), moved);
    window.press_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(
        (shown(&window), window.state().settings()),
        (first.clone(), &first)
    );
    assert!(!window.has_text("Stale"));
    window.press_with(Modifiers::COMMAND, Key::Y);
    assert_eq!(shown(&window), moved);
    assert!(!window.has_text("Stale"));
    // By hand it is the same: what was made before is shown, not made again.
    window.apply(UiCommand::EditSettings(first.clone()));
    window.apply(UiCommand::ReleaseSettings);
    assert_eq!(shown(&window), first);
    assert_eq!(window.num_requests(), num_requests);
}

#[test]
fn a_step_of_another_study_shows_that_study() {
    let mut window = Window::new().with_study();
    window.press(Key::I);
    window.apply(UiCommand::ShowRadiograph(Arc::new(radiograph("second"))));
    window.press_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(window.state().current, 0);
    assert!(!window.look(Content::Original).inverted);
}
