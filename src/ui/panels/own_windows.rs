//! The window in which the reader keeps windows, names them, numbers them and forgets them.

use super::window_menu::LUNGS_UNKNOWN;
use crate::radiograph::Voi;
use crate::ui::command::UiCommand;
use crate::ui::own_windows::{
    OWN_WINDOW_NUMBERS, OwnWindow, OwnWindowCommand as C, OwnWindowsEditor, WindowMeasure,
    fitting_name,
};
use crate::ui::shortcuts::key_text;
use crate::ui::state::AppState;
use crate::ui::theme;
use eframe::egui::{
    Align2, Button, ComboBox, Context, Grid, Key, Label, RichText, TextEdit, Ui, Vec2, Window,
};

/// Width of a name's field, points.
const NAME_WIDTH: f32 = 180.0;

/// Draws the window while it is open.
pub fn own_windows_ui(ctx: &Context, state: &AppState, commands: &mut Vec<UiCommand>) {
    let Some(before) = &state.shell.own_windows else {
        return;
    };
    let (mut open, mut editor, mut asked) = (true, before.clone(), Vec::new());
    Window::new("Windows of your own")
        .open(&mut open)
        .anchor(Align2::CENTER_CENTER, Vec2::ZERO)
        .resizable(false)
        .collapsible(false)
        .show(ctx, |ui| {
            keep_ui(ui, &mut editor, state, &mut asked);
            ui.separator();
            list_ui(ui, &mut editor, state, &mut asked);
        });
    if editor != *before {
        asked.insert(0, C::Edit(editor));
    }
    if !open {
        asked.push(C::ToggleEditor);
    }
    commands.extend(asked.into_iter().map(UiCommand::OwnWindow));
}

/// Name, number and measure of the window to be kept.
fn keep_ui(ui: &mut Ui, editor: &mut OwnWindowsEditor, state: &AppState, asked: &mut Vec<C>) {
    ui.label("Keep the window of the picture in use:");
    let mut entered = false;
    ui.horizontal(|ui| {
        let label = ui.label("Name");
        let field = TextEdit::singleline(&mut editor.name).desired_width(NAME_WIDTH);
        let field = ui.add(field).labelled_by(label.id);
        entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        number_ui(ui, "Number of the new window", &mut editor.number, state);
    });
    let study = state.study();
    let has_lungs = study.is_some_and(|study| study.lung_mask().is_some());
    for (measure, text, tip) in [
        (
            WindowMeasure::Lungs,
            "By the lungs: the same contrast in every radiograph",
            "Its centre and width are kept in widths of the automatic window of the lungs",
        ),
        (
            WindowMeasure::Values,
            "By the file's values: the same numbers in every radiograph",
            "Right for files of the same device; another may count quite differently",
        ),
    ] {
        let possible = measure == WindowMeasure::Values || has_lungs;
        ui.add_enabled_ui(possible, |ui| {
            let radio = ui.radio_value(&mut editor.measure, measure, text);
            radio
                .on_hover_text(tip)
                .on_disabled_hover_text(LUNGS_UNKNOWN);
        });
    }
    if study.is_some_and(|study| matches!(study.looks.of(state.active_content()).voi, Voi::Lut(_)))
    {
        let text =
            "The picture is shown with a table of the file; the window nearest to it is kept.";
        ui.label(RichText::new(text).small().color(theme::of(ui).text_weak));
    }
    let obstacle = obstacle(editor, state, has_lungs);
    let button = ui.add_enabled(obstacle.is_none(), Button::new("Keep"));
    let button = button.on_disabled_hover_text(obstacle.unwrap_or_default());
    if button.clicked() || (entered && obstacle.is_none()) {
        asked.push(C::Keep);
    }
}

/// Why nothing can be kept as the editor says.
fn obstacle(editor: &OwnWindowsEditor, state: &AppState, has_lungs: bool) -> Option<&'static str> {
    if state.study().is_none() {
        Some("Open a radiograph first")
    } else if fitting_name(&editor.name).is_empty() {
        Some("Give it a name first")
    } else if editor.measure == WindowMeasure::Lungs && !has_lungs {
        Some(LUNGS_UNKNOWN)
    } else {
        None
    }
}

/// The numbers to choose from, each with its key and with the window that has it; `true` where another was chosen.
fn number_ui(ui: &mut Ui, name: &str, number: &mut u8, state: &AppState) -> bool {
    let before = *number;
    let windows = &state.shell.preferences.own_windows;
    let key_of = |ui: &Ui, number| {
        let key = key_text(ui.ctx(), &UiCommand::OwnWindow(C::Show(number)));
        if key.is_empty() {
            format!("{number}, no key")
        } else {
            key
        }
    };
    let combo = ComboBox::from_id_salt(name).selected_text(key_of(ui, before));
    let combo = combo.show_ui(ui, |ui| {
        for choice in OWN_WINDOW_NUMBERS {
            let text = match windows.get(choice) {
                Some(taken) => format!("{}: {}", key_of(ui, choice), taken.name),
                None => key_of(ui, choice),
            };
            ui.selectable_value(number, choice, text);
        }
    });
    combo.response.accessible_name(name);
    *number != before
}

/// A row for every window that was kept.
fn list_ui(ui: &mut Ui, editor: &mut OwnWindowsEditor, state: &AppState, asked: &mut Vec<C>) {
    let windows = &state.shell.preferences.own_windows;
    if windows.iter().next().is_none() {
        ui.label("None is kept yet.");
    }
    let grid = Grid::new("own windows").num_columns(4).striped(true);
    grid.show(ui, |ui| {
        for (number, own) in windows.iter() {
            name_ui(ui, (number, own), editor, asked);
            let mut moved = number;
            if number_ui(ui, &format!("Number of {}", own.name), &mut moved, state) {
                asked.push(C::Renumber(number, moved));
            }
            ui.label(numbers_text(own));
            let delete = ui.button("Delete");
            if delete
                .accessible_name(format!("Delete {}", own.name))
                .clicked()
            {
                asked.push(C::Delete(number));
            }
            ui.end_row();
        }
    });
    let text = "A number that is taken is exchanged. Tools > Keyboard gives a number another key.";
    let text = RichText::new(text).small().color(theme::of(ui).text_weak);
    ui.add(Label::new(text));
}

/// The name as it is being typed; kept when the field is left.
fn name_ui(
    ui: &mut Ui,
    (number, own): (u8, &OwnWindow),
    editor: &mut OwnWindowsEditor,
    asked: &mut Vec<C>,
) {
    let renaming = editor.renaming.as_ref();
    let typed = renaming.filter(|(renamed, _)| *renamed == number);
    let mut name = typed.map_or_else(|| own.name.clone(), |(_, name)| name.clone());
    let field = TextEdit::singleline(&mut name).desired_width(NAME_WIDTH);
    let field = ui
        .add(field)
        .accessible_name(format!("Name of {}", own.name));
    if field.changed() {
        editor.renaming = Some((number, name));
    } else if field.lost_focus() && typed.is_some() {
        asked.push(C::Rename(number, name));
    }
}

/// What the numbers of a window mean, and the numbers.
fn numbers_text(own: &OwnWindow) -> String {
    let OwnWindow {
        measure,
        center,
        width,
        ..
    } = own;
    match measure {
        WindowMeasure::Values => format!("C {center:.0}  W {width:.0}, {}", measure.words()),
        WindowMeasure::Lungs => format!(
            "C {:+.0} %  W {:.0} %, {}",
            100.0 * center,
            100.0 * width,
            measure.words()
        ),
    }
}
