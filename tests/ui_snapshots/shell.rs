//! The window itself: palette, keys, preferences, messages, guide, first note, second window.

use crate::fake::Window;
use crate::phantom::radiograph;
use diaphane::ui::{
    ACTIONS, Content, Menu, Preferences, PreferencesFile, Severity, ShellCommand, SystemFonts,
    ThemeChoice, Trigger, UiCommand,
};
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use std::path::Path;
use std::sync::Arc;

fn inverted(window: &Window) -> bool {
    let study = window.state().study().expect("open");
    study.looks.of(window.state().active_content()).inverted
}

fn shell(command: ShellCommand) -> UiCommand {
    UiCommand::Shell(command)
}

impl Window {
    fn chord(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.harness.run();
    }

    /// As a screen reader does it, wherever the control is scrolled to.
    fn act_on(&mut self, label: &str) {
        self.harness.get_by_label(label).click_accesskit();
        self.harness.run();
    }

    fn type_text(&mut self, label: &str, text: &str) {
        self.harness.get_by_label(label).type_text(text);
        self.harness.run();
    }

    fn with_preferences_in(mut self, folder: &Path) -> Self {
        self.harness.state_mut().keep_preferences_in(folder);
        self.harness.run();
        self
    }
}

/// What the settings file in this folder holds.
fn kept(folder: &Path) -> Preferences {
    PreferencesFile::load(folder).1
}

#[test]
fn the_palette_finds_a_command_and_runs_it() {
    let mut window = Window::new().with_study();
    window.chord(Modifiers::COMMAND, Key::K);
    window.type_text("Find a command", "inv");
    assert!(window.has("Invert black and white (I)"));
    assert!(!window.has_text("Lens on the soft tissue"));
    window.press(Key::Enter);
    assert!(inverted(&window));
    assert!(
        !window.has("Find a command"),
        "it closes when it has run one"
    );
}

#[test]
fn arrows_choose_in_the_palette_and_escape_leaves_it() {
    let mut window = Window::new().with_study();
    window.apply(shell(ShellCommand::TogglePalette));
    window.type_text("Find a command", "study");
    let outcome = |window: &Window| window.state().shell.palette.clone();
    window.press(Key::ArrowDown);
    window.press(Key::ArrowDown);
    window.press(Key::ArrowUp);
    assert_eq!(outcome(&window).expect("open").query, "study");
    window.press(Key::Escape);
    assert_eq!(outcome(&window), None);
    window.apply(shell(ShellCommand::TogglePalette));
    window.press(Key::ArrowDown);
    assert_eq!(outcome(&window).expect("open").chosen, 1);
    window.type_text("Find a command", "zzz");
    assert!(window.has("No command has such a name."));
    window.press(Key::Enter);
    assert!(outcome(&window).is_some(), "Enter runs nothing");
}

#[test]
fn the_palette_offers_every_action_that_can_be_asked_for() {
    let mut window = Window::new().with_study().with_result();
    window.apply(shell(ShellCommand::TogglePalette));
    for action in ACTIONS
        .iter()
        .filter(|action| action.is_available(window.state()))
    {
        let offered = action.trigger == Trigger::Press
            && !matches!(action.id, "escape" | "palette" | "redo-too");
        assert_eq!(window.has_text(action.label), offered, "{}", action.id);
    }
}

#[test]
fn a_key_is_changed_by_pressing_it_and_lasts() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = Window::new().with_preferences_in(folder.path());
    window.click("Understood");
    let mut window = window.with_study();
    window.apply(shell(ShellCommand::ToggleKeyEditor));
    window.act_on("Key of: Invert black and white");
    assert!(window.has_text("Press the key for: Invert black and white"));
    window.chord(Modifiers::COMMAND | Modifiers::SHIFT, Key::Y);
    window.press(Key::Escape);
    window.press(Key::I);
    assert!(!inverted(&window), "the old key is free");
    window.chord(Modifiers::COMMAND | Modifiers::SHIFT, Key::Y);
    assert!(inverted(&window));
    let written = kept(folder.path()).keymap.to_text();
    assert_eq!(
        written.get("invert").map(String::as_str),
        Some("Ctrl+Shift+Y")
    );
    // Another run of the program.
    let mut window = Window::new()
        .with_preferences_in(folder.path())
        .with_study();
    window.chord(Modifiers::COMMAND | Modifiers::SHIFT, Key::Y);
    assert!(inverted(&window));
    window.apply(shell(ShellCommand::TogglePalette));
    window.type_text("Find a command", "invert");
    assert!(
        window.has_text("Ctrl+Shift+Y"),
        "the palette shows the new key"
    );
}

#[test]
fn a_key_that_is_taken_is_given_away_only_when_asked() {
    let mut window = Window::new().with_study();
    window.apply(shell(ShellCommand::ToggleKeyEditor));
    window.act_on("Key of: Invert black and white");
    window.press(Key::F);
    assert!(window.has("F is the key of: Fit to the view. Move it to: Invert black and white?"));
    window.click("Keep it there");
    let keys = |window: &Window| window.state().shell.preferences.keymap.to_text();
    assert!(keys(&window).is_empty());
    window.act_on("Key of: Invert black and white");
    window.press(Key::F);
    window.click("Move it here");
    assert_eq!(keys(&window)["invert"], "F");
    assert_eq!(keys(&window)["fit"], "");
    window.act_on("Reset: Invert black and white");
    window.act_on("Reset: Fit to the view");
    assert!(keys(&window).is_empty());
}

#[test]
fn tab_and_enter_are_no_actions_keys_and_escape_leaves_the_key() {
    let mut window = Window::new();
    window.apply(shell(ShellCommand::ToggleKeyEditor));
    window.act_on("Key of: Invert black and white");
    window.press(Key::Enter);
    assert!(window.has_text("Tab and Enter move through the window"));
    window.act_on("Key of: Invert black and white");
    window.press(Key::Escape);
    assert!(
        window
            .state()
            .shell
            .key_editor
            .is_some_and(|editor| editor.waiting_for.is_none())
    );
    assert!(window.state().shell.preferences.keymap.to_text().is_empty());
}

#[test]
fn the_key_that_shows_the_original_can_be_another() {
    let mut window = Window::new().with_study().with_result();
    window.apply(shell(ShellCommand::CaptureKey(Some("peek"))));
    window.press(Key::F2);
    window.press(Key::Escape);
    window.harness.key_down(Key::F2);
    window.harness.run();
    assert!(window.state().held.is_some() && !window.has("Soft tissue view"));
    window.harness.key_up(Key::F2);
    window.harness.run();
    window.harness.key_down(Key::Space);
    window.harness.run();
    assert_eq!(window.state().held, None);
}

#[test]
fn the_first_note_comes_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = Window::new().with_preferences_in(folder.path());
    assert!(window.has("Before you begin") && window.has_text("not a medical device"));
    window.click("Understood");
    assert!(!window.has("Before you begin"));
    assert!(kept(folder.path()).first_run_note_seen);
    let window = Window::new().with_preferences_in(folder.path());
    assert!(!window.has("Before you begin"));
}

#[test]
fn a_broken_settings_file_is_a_sentence() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("settings.toml"), "theme = 3").expect("written");
    let window = Window::new().with_preferences_in(folder.path());
    assert!(window.has_text("The settings file could not be understood"));
    assert!(window.has_text("settings.broken.toml"));
}

#[test]
fn theme_and_size_change_at_once_and_last() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut window = Window::new().with_preferences_in(folder.path());
    window.click("Understood");
    window.chord(Modifiers::COMMAND | Modifiers::SHIFT, Key::L);
    assert!(!window.harness.ctx.global_style().visuals.dark_mode);
    let before = window.harness.get_by_label("Suppress").rect().width();
    window.chord(Modifiers::COMMAND, Key::Plus);
    window.chord(Modifiers::COMMAND, Key::Plus);
    assert!((window.harness.ctx.zoom_factor() - 1.25).abs() < 1e-6);
    let preferences = kept(folder.path());
    assert_eq!(preferences.theme, ThemeChoice::Light);
    assert!((preferences.ui_scale - 1.25).abs() < 1e-9);
    window.chord(Modifiers::COMMAND, Key::Num0);
    assert!((window.harness.ctx.zoom_factor() - 1.0).abs() < 1e-6);
    let after = window.harness.get_by_label("Suppress").rect().width();
    assert!((before - after).abs() < 1.0);
}

#[test]
fn reduced_motion_stops_the_flicker() {
    let mut window = Window::new().with_study().with_result();
    window.press(Key::K);
    window.apply(shell(ShellCommand::ToggleReducedMotion));
    assert!(window.has_text("Motion is reduced"));
    let tool = window.state().compare.tool;
    assert_eq!(tool, diaphane::ui::CompareTool::Whole);
    window.press(Key::K);
    assert_eq!(window.state().compare.tool, tool);
}

#[test]
fn the_drag_goes_the_way_the_person_chose() {
    let mut window = Window::new().with_study();
    window.apply(shell(ShellCommand::TogglePreferences));
    window.click("Up and down changes the width");
    window.click("Down makes it narrower");
    window.press(Key::Escape);
    let voi = |window: &Window| {
        window
            .state()
            .study()
            .expect("open")
            .looks
            .of(Content::Original)
            .voi
            .clone()
    };
    let before = voi(&window);
    window.drag("Original view", [0.0, 60.0]);
    let (center, width) = center_and_width(&before);
    let (moved, narrowed) = center_and_width(&voi(&window));
    assert!(
        (moved - center).abs() < 1e-6 && narrowed < width,
        "{narrowed} of {width}"
    );
}

fn center_and_width(voi: &diaphane::radiograph::Voi) -> (f64, f64) {
    match voi {
        diaphane::radiograph::Voi::Window { center, width, .. } => (*center, *width),
        diaphane::radiograph::Voi::Lut(_) => panic!("a window is expected"),
    }
}

/// A note comes by asking for the flicker while motion is reduced.
fn with_note(mut window: Window) -> Window {
    window.apply(shell(ShellCommand::ToggleReducedMotion));
    window.press(Key::K);
    assert!(window.has_text("Motion is reduced"));
    window
}

#[test]
fn a_note_passes_and_the_log_keeps_it() {
    let mut window = with_note(Window::new().with_study());
    for _ in 0..60 {
        window.harness.step();
    }
    assert!(!window.has_text("Motion is reduced"));
    window.press(Key::F4);
    assert!(window.has_text("Note: Motion is reduced"));
    window.harness.get_by_label("Copy all").click();
    window.harness.step();
    let copied = window.harness.output().platform_output.commands.clone();
    let has_text = copied.iter().any(|command| {
        matches!(command, eframe::egui::OutputCommand::CopyText(text) if text.contains("Motion is reduced"))
    });
    assert!(has_text, "{copied:?}");
    window.press(Key::F4);
    assert!(!window.has("Copy all"));
}

#[test]
fn a_failure_stays_until_dismissed_and_is_in_the_log() {
    let mut window = Window::new().with_study();
    window.desk.borrow_mut().busy = true;
    window.press(Key::S);
    for _ in 0..60 {
        window.harness.step();
    }
    assert!(window.has_text("the worker is busy"));
    window.click("Dismiss");
    assert!(!window.has_text("the worker is busy"));
    window.apply(shell(ShellCommand::ToggleLog));
    assert!(window.has_text("Error: the worker is busy"));
    let entry = window
        .state()
        .shell
        .log
        .newest_first()
        .next()
        .expect("an entry")
        .clone();
    assert_eq!(entry.message.severity, Severity::Failure);
    window.press(Key::P);
    assert!(
        !window.has_text("the worker is busy"),
        "hidden with the patient's details"
    );
}

#[test]
fn the_guide_opens_and_its_pages_are_there() {
    let mut window = Window::new();
    window.press(Key::F1);
    assert!(window.has_text("drop files and folders"));
    window.click_in_list("The settings file");
    assert!(window.has_text("DIAPHANE_CONFIG_DIR"));
    window.click_in_list("When something goes wrong");
    assert!(window.has_text("No file dialog opens"));
    window.press(Key::Escape);
    assert!(!window.has("When something goes wrong"));
}

#[test]
fn the_pictures_go_to_a_second_window_and_come_back() {
    let mut window = Window::new().with_study().with_result();
    window.press_with(Modifiers::SHIFT, Key::F11);
    assert!(window.has("The pictures are in the second window."));
    assert!(
        window.has("Soft tissue view"),
        "embedded where there is one window"
    );
    assert_eq!(
        window
            .harness
            .query_all_by_label("Soft tissue view")
            .count(),
        1
    );
    // Where windows lie within one another, the second one covers the button.
    let back = window.harness.get_by_label("Bring the pictures back");
    back.click_accesskit();
    window.harness.run();
    assert!(!window.has("The pictures are in the second window."));
    assert!(window.has("Soft tissue view"));
}

#[test]
fn a_menu_shows_its_actions_with_their_keys() {
    let mut window = Window::new().with_study();
    window.click("View");
    for action in ACTIONS.iter().filter(|action| action.menu == Menu::View) {
        assert!(window.has_text(action.label), "{}", action.id);
    }
    let outline = window
        .harness
        .get_by_label_contains("Outline of the lung field");
    outline.click();
    window.harness.run();
    assert!(window.state().outline_visible);
}

#[test]
fn a_name_in_ideographs_is_drawn_with_a_font_of_the_system() {
    let Some(mut window) = Window::with_pictures() else {
        return;
    };
    SystemFonts::default().install(&window.harness.ctx);
    window
        .harness
        .ctx
        .set_missing_glyph_policy(eframe::egui::MissingGlyphPolicy::Tofu);
    window.harness.run();
    let found = |window: &Window, text: &str| {
        let font = eframe::egui::FontId::proportional(12.5);
        window
            .harness
            .ctx
            .fonts_mut(|fonts| fonts.has_glyphs(&font, text))
    };
    for (script, name, shown) in [
        (
            "ideographs",
            "Yamada^Tarou=山田^太郎",
            "Yamada Tarou 山田 太郎",
        ),
        (
            "Hebrew",
            "Sharon^Dvora=שרון^דבורה",
            "Sharon Dvora דבורה שרון",
        ),
        ("Arabic", "=قباني^لنزار", "لنزار قباني"),
    ] {
        let mut study = radiograph(script);
        study.info.patient_name = name.to_owned();
        window.apply(UiCommand::ShowRadiograph(Arc::new(study)));
        assert!(window.has_text(shown), "{shown}");
        if !found(&window, shown) {
            crate::support::skipped(&format!("no font with {script} on this system"));
        }
    }
}

#[test]
fn shell_pictures() {
    let Some(window) = Window::with_pictures() else {
        return;
    };
    let mut window = window.with_study().with_result();
    window.apply(shell(ShellCommand::TogglePalette));
    window.type_text("Find a command", "or");
    window.snapshot("palette");
    window.press(Key::Escape);
    window.apply(shell(ShellCommand::ToggleKeyEditor));
    window.act_on("Key of: Fit to the view");
    window.press(Key::I);
    window.snapshot("keyboard_clash");
    window.press(Key::Escape);
    window.apply(shell(ShellCommand::ToggleTheme));
    window.apply(UiCommand::ToggleHelp);
    window.snapshot("light_theme_guide");
    window.apply(UiCommand::ToggleHelp);
    window.snapshot("light_theme");
}
