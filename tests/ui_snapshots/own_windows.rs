//! Windows of the reader's own: kept under a name and a key, for other radiographs too.

use crate::fake::Window;
use crate::phantom::radiograph;
use diaphane::radiograph::{Polarity, Voi, VoiFunction};
use diaphane::ui::{
    Content, OwnWindow, OwnWindowCommand as Own, PreferencesFile, ShellCommand, UiCommand,
    WindowMeasure,
};
use eframe::egui::{Key, Modifiers, Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use std::sync::Arc;

fn shown(window: &Window) -> (f64, f64) {
    match &window.look(Content::Original).voi {
        Voi::Window { center, width, .. } => (*center, *width),
        Voi::Lut(_) => panic!("a table"),
    }
}

fn narrow() -> Voi {
    Voi::Window {
        center: 1200.0,
        width: 400.0,
        function: VoiFunction::LinearExact,
        explanation: String::new(),
    }
}

fn own(window: &Window, number: u8) -> Option<OwnWindow> {
    let windows = &window.state().shell.preferences.own_windows;
    windows.get(number).cloned()
}

fn open_menu(window: &mut Window) {
    let menu = window.harness.get_by_role_and_label(Role::Button, "Window");
    menu.click();
    window.harness.run();
}

/// Keeps the window shown under this name, by the menu and what it opens.
fn keep(window: &mut Window, name: &str) {
    open_menu(window);
    window.click("Keep this window as...");
    window.harness.get_by_label("Name").focus();
    window.harness.run();
    window.harness.get_by_label("Name").type_text(name);
    window.harness.run();
    window.click("Keep");
    window.press(Key::Escape);
}

#[test]
fn a_window_is_kept_by_name_and_shown_by_its_key_in_another_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = Window::new().with_study().with_result();
    window
        .harness
        .state_mut()
        .keep_preferences_in(folder.path());
    window.apply(UiCommand::Shell(ShellCommand::Understood));
    window.apply(UiCommand::SetVoi(narrow()));
    keep(&mut window, "Hila");
    let kept = own(&window, 1).expect("kept");
    assert_eq!(
        (kept.name.as_str(), kept.measure),
        ("Hila", WindowMeasure::Lungs)
    );
    assert_eq!(
        shown(&window),
        (1200.0, 400.0),
        "the picture stays as it is"
    );
    window.press(Key::Num1);
    assert_eq!(
        shown(&window),
        (2000.0, 3000.0),
        "the plain key is the file's"
    );
    open_menu(&mut window);
    let item = window.harness.get_by_label_contains("Hila");
    let node = item.accesskit_node();
    let text = format!("{:?} {:?}", node.label(), node.description());
    assert!(text.contains("Alt") && text.contains('1'), "{text}");
    window.press(Key::Escape);
    window.press_with(Modifiers::ALT, Key::Num1);
    assert_eq!(shown(&window), (1200.0, 400.0));
    window.apply(UiCommand::Undo);
    assert_eq!(shown(&window), (2000.0, 3000.0), "undone like every window");
    let again = PreferencesFile::load(folder.path());
    assert_eq!(again.1.own_windows.get(1), Some(&kept));
    assert!(again.2.is_empty(), "{:?}", again.2);
}

#[test]
fn by_the_lungs_it_waits_for_them_and_turns_with_the_polarity() {
    let mut window = Window::new().with_study().with_result();
    window.apply(UiCommand::SetVoi(narrow()));
    keep(&mut window, "Hila");
    let mut other = radiograph("second");
    other.polarity = Polarity::LowIsWhite;
    window.apply(UiCommand::ShowRadiograph(Arc::new(other)));
    window.press_with(Modifiers::ALT, Key::Num1);
    assert!(window.has_text("The window Hila is measured on the lungs"));
    open_menu(&mut window);
    let mut named = window.harness.query_all_by_label_contains("Hila");
    let item = named.find(|node| node.accesskit_node().role() == Role::Button);
    assert!(item.expect("in the menu").accesskit_node().is_disabled());
    drop(named);
    window.press(Key::Escape);
    let mut window = window.with_result();
    window.press_with(Modifiers::ALT, Key::Num1);
    // The lungs are 900 to 1500: centre 1200, width 600. The kept centre lies in their middle.
    assert_eq!(shown(&window), (1200.0, 400.0));
}

#[test]
fn it_is_renamed_renumbered_and_forgotten_and_each_is_undone() {
    let mut window = Window::new().with_study();
    for name in ["One", "Two"] {
        keep(&mut window, name);
    }
    let name_of = |window: &Window, number| own(window, number).map(|own| own.name);
    assert_eq!(
        own(&window, 2).expect("kept").measure,
        WindowMeasure::Values
    );
    window.apply(UiCommand::OwnWindow(Own::ToggleEditor));
    let field = window.harness.get_by_label("Name of Two");
    field.focus();
    window.harness.run();
    window.harness.get_by_label("Name of Two").type_text("!");
    window.harness.run();
    window.press(Key::Enter);
    let renamed = name_of(&window, 2).expect("kept");
    assert!(
        renamed.contains("Two") && renamed.contains('!'),
        "{renamed}"
    );
    window.click("Number of One");
    let choice = format!(": {renamed}");
    let choice = window.harness.get_by_label_contains(&choice);
    choice.click();
    window.harness.run();
    assert_eq!(name_of(&window, 2).as_deref(), Some("One"), "exchanged");
    assert_eq!(name_of(&window, 1), Some(renamed));
    window.click("Delete One");
    assert_eq!(name_of(&window, 2), None);
    window.apply(UiCommand::Undo);
    assert_eq!(name_of(&window, 2).as_deref(), Some("One"));
    window.apply(UiCommand::Undo);
    assert_eq!(name_of(&window, 1).as_deref(), Some("One"));
    window.apply(UiCommand::Undo);
    assert_eq!(name_of(&window, 2).as_deref(), Some("Two"));
    window.apply(UiCommand::Redo);
    assert_ne!(name_of(&window, 2).as_deref(), Some("Two"));
}

#[test]
fn its_name_stands_beside_its_key_in_the_palette_and_the_key_editor() {
    let mut window = Window::new().with_study();
    keep(&mut window, "Hila");
    window.apply(UiCommand::Shell(ShellCommand::ToggleKeyEditor));
    assert!(window.has("First window of your own: Hila"));
    window.press(Key::Escape);
    window.apply(UiCommand::Shell(ShellCommand::TogglePalette));
    assert!(window.has_text("First window of your own: Hila"));
    assert!(
        !window.has_text("Second window of your own"),
        "there is none"
    );
}

#[test]
fn nothing_is_kept_without_a_name() {
    let mut window = Window::new().with_study();
    window.apply(UiCommand::OwnWindow(Own::ToggleEditor));
    let keep = window.harness.get_by_label("Keep");
    assert!(keep.accesskit_node().is_disabled());
    window.apply(UiCommand::OwnWindow(Own::Keep));
    assert_eq!(own(&window, 1), None);
}
