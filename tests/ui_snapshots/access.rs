//! What a reader without a mouse or without sight finds: a name on every control, and a way to each.

use crate::fake::Window;
use crate::phantom::{defaults, radiograph};
use diaphane::radiograph::Voi;
use diaphane::ui::{
    BrowseCommand, CompareTool, Content, Layout, ListCommand, MaskCommand, MeasureCommand,
    NoduleCommand, OwnWindowCommand, QueueCommand, ShellCommand, SweepCommand, Tool, UiCommand,
};
use eframe::egui::{Key, Role};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Roles of what a person can act on.
const ACTED_ON: [Role; 10] = [
    Role::Button,
    Role::CheckBox,
    Role::ComboBox,
    Role::Slider,
    Role::SpinButton,
    Role::TextInput,
    Role::RadioButton,
    Role::Link,
    Role::ListBoxOption,
    Role::ColorWell,
];

/// Controls of the window without a name, as their roles and places.
fn nameless(window: &Window) -> Vec<String> {
    let nodes = window.harness.root().children_recursive();
    let controls = nodes.filter(|node| ACTED_ON.contains(&node.accesskit_node().role()));
    let nameless = controls.filter(|node| {
        let node = node.accesskit_node();
        let label = node.label().unwrap_or_default();
        label.trim().is_empty() && node.value().unwrap_or_default().trim().is_empty()
    });
    nameless
        .map(|node| format!("{:?} at {:?}", node.accesskit_node().role(), node.rect()))
        .collect()
}

fn full_window() -> Window {
    let mut window = Window::new().with_study().with_result();
    window.apply(UiCommand::ShowRadiograph(Arc::new(radiograph("second"))));
    window.press(Key::PageUp);
    window
}

#[test]
fn every_control_has_a_name() {
    let mut window = full_window();
    for layout in [Layout::Three, Layout::Four, Layout::Single] {
        window.apply(UiCommand::SetLayout(layout));
        assert_eq!(nameless(&window), Vec::<String>::new(), "{layout:?}");
    }
    for open in [
        UiCommand::ToggleHelp,
        UiCommand::ShowPathBox(true),
        UiCommand::Shell(ShellCommand::TogglePalette),
        UiCommand::Shell(ShellCommand::TogglePreferences),
        UiCommand::Shell(ShellCommand::ToggleKeyEditor),
        UiCommand::Shell(ShellCommand::ToggleLog),
        UiCommand::Shell(ShellCommand::ToggleSecondWindow),
        UiCommand::Browse(BrowseCommand::ToggleTags),
        UiCommand::Browse(BrowseCommand::SetPrior(Some(1))),
        UiCommand::Queue(QueueCommand::AddAll),
        UiCommand::Sweep(SweepCommand::Toggle),
        UiCommand::Nodule(NoduleCommand::Here),
        UiCommand::OwnWindow(OwnWindowCommand::ToggleEditor),
        UiCommand::Mask(MaskCommand::Toggle),
        UiCommand::Measure(MeasureCommand::Take(Tool::CardiothoracicRatio)),
        UiCommand::List(ListCommand::TakeOffShown),
    ] {
        let mut window = full_window();
        window.apply(open.clone());
        assert_eq!(nameless(&window), Vec::<String>::new(), "{open:?}");
    }
    for menu in ["File", "View", "Window", "Measure", "Tools"] {
        let mut window = full_window();
        let menu_button = window
            .harness
            .get_by(|node| node.role() == Role::Button && node.label().as_deref() == Some(menu));
        menu_button.click();
        window.harness.run();
        assert_eq!(nameless(&window), Vec::<String>::new(), "{menu}");
    }
}

#[test]
fn tab_reaches_every_part_of_the_window() {
    let mut window = full_window();
    window.click("More settings");
    let mut reached = BTreeSet::new();
    for _ in 0..120 {
        window.press(Key::Tab);
        let focused = window
            .harness
            .root()
            .children_recursive()
            .find(|node| node.accesskit_node().is_focused());
        if let Some(node) = focused {
            let node = node.accesskit_node();
            reached.insert(node.label().or(node.value()).unwrap_or_default());
        }
    }
    for part in [
        // Menus, buttons, list of studies, settings, pictures.
        "File",
        "View",
        "Window",
        "Suppress",
        "Tools",
        "Reset",
        "Help",
        "first",
        "LEG weight",
        "Steps",
        "Guidance",
        "Seed",
        "Original view",
        "Soft tissue view",
    ] {
        assert!(
            reached.iter().any(|name| name.contains(part)),
            "{part} is not among {reached:?}"
        );
    }
}

#[test]
fn enter_presses_what_tab_reached() {
    let mut window = full_window();
    for _ in 0..80 {
        window.press(Key::Tab);
        let invert = window.harness.get_by_label("Invert");
        if invert.accesskit_node().is_focused() {
            window.press(Key::Enter);
            assert!({
                let look = window.state().study().expect("open");
                look.looks.of(window.state().active_content()).inverted
            });
            return;
        }
    }
    panic!("Tab never came to the button");
}

#[test]
fn handles_of_the_window_and_of_the_wipe_move_by_arrow_keys() {
    let mut window = Window::new().with_study().with_result();
    window.apply(UiCommand::SetLayout(Layout::Single));
    window.apply(UiCommand::ToggleCompareTool(CompareTool::Wipe));
    let position = |window: &Window| window.state().compare.wipe_position;
    window.harness.get_by_label("Wipe handle").focus();
    window.harness.run();
    window.press(Key::ArrowRight);
    assert!(
        (position(&window) - 0.52).abs() < 1e-4,
        "{}",
        position(&window)
    );
    window.press(Key::ArrowLeft);
    window.press(Key::ArrowLeft);
    assert!(
        (position(&window) - 0.48).abs() < 1e-4,
        "{}",
        position(&window)
    );

    let width = |window: &Window| match window.look(Content::SoftTissue).voi {
        Voi::Window { width, .. } => width,
        Voi::Lut(_) => panic!("a table"),
    };
    let before = width(&window);
    window
        .harness
        .get_by_label("Upper end of the window")
        .focus();
    window.harness.run();
    window.press(Key::ArrowRight);
    let wider = width(&window);
    assert!(wider > before, "{before} to {wider}");
    window.press(Key::ArrowLeft);
    assert!((width(&window) - before).abs() < 1e-6);
}

#[test]
fn a_setting_moved_by_a_held_key_runs_once_it_has_rested() {
    let built = Window::built(Harness::builder().with_step_dt(0.02));
    let mut window = built.with_study().with_result();
    let before = window.num_requests();
    let slider = window
        .harness
        .get_by_role_and_label(Role::Slider, "LEG weight");
    slider.focus();
    window.harness.run();
    for _ in 0..20 {
        window.harness.key_press(Key::ArrowRight);
        window.harness.step();
    }
    let moved = window.state().settings().clone();
    assert!(moved.leg_weight > defaults().leg_weight);
    assert_eq!(window.num_requests(), before, "it goes on moving");
    for _ in 0..20 {
        window.harness.step();
    }
    assert_eq!(window.num_requests(), before + 1);
    assert_eq!(window.newest_request().1, moved);
}
