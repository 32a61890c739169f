//! The guide's window: its pages, and what mouse and keys do.

use crate::ui::actions::ACTIONS;
use crate::ui::command::{ShellCommand, UiCommand};
use crate::ui::guide::{KEYS_TITLE, PAGES, PICTURE_SCHEME, PICTURES, page_number};
use crate::ui::preferences::DragPreferences;
use crate::ui::shortcuts::keys_text;
use crate::ui::state::AppState;
use crate::ui::theme;
use eframe::egui::{
    Align, Align2, Context, Frame, Grid, Layout, Margin, Panel, RichText, ScrollArea, Ui, Vec2,
    Window,
};
use egui_commonmark::{CommonMarkCache, CommonMarkViewer};
use std::borrow::Cow;

/// Room round the window that the screen keeps, points.
const MARGIN: f32 = 70.0;

/// What the window keeps of pages drawn before.
pub struct GuideCache(CommonMarkCache);

impl GuideCache {
    /// Makes the guide's pictures known to a context, and its links to itself.
    pub fn new(ctx: &Context) -> Self {
        egui_extras::install_image_loaders(ctx);
        for (name, bytes) in PICTURES {
            ctx.include_bytes(format!("{PICTURE_SCHEME}{name}"), *bytes);
        }
        let mut cache = CommonMarkCache::default();
        for page in PAGES {
            cache.add_link_hook(page.file);
        }
        Self(cache)
    }

    /// The page whose link was clicked in this frame.
    fn clicked_page(&self) -> Option<usize> {
        let clicked = PAGES
            .iter()
            .find(|page| self.0.get_link_hook(page.file) == Some(true));
        page_number(clicked?.file)
    }
}

/// Draws the guide while it is open.
pub fn guide_ui(
    ctx: &Context,
    state: &AppState,
    cache: &mut GuideCache,
    commands: &mut Vec<UiCommand>,
) {
    let mut open = state.help_visible;
    let room = ctx.content_rect().size() - Vec2::splat(MARGIN);
    Window::new("Help")
        .open(&mut open)
        .anchor(Align2::CENTER_CENTER, Vec2::ZERO)
        .fixed_size(Vec2::from(theme::GUIDE_WINDOW).min(room))
        .collapsible(false)
        .show(ctx, |ui| {
            Panel::left("contents")
                .exact_size(theme::CONTENTS_WIDTH)
                .resizable(false)
                .show(ui, |ui| {
                    let area = ScrollArea::vertical()
                        .id_salt("contents")
                        .auto_shrink(false);
                    area.show(ui, |ui| contents_ui(ui, state, commands));
                });
            // A page read to its end must not leave the next one scrolled down.
            let page = state.shell.guide_page;
            let area = ScrollArea::vertical().id_salt(page).auto_shrink(false);
            let page = Frame::new().inner_margin(Margin::symmetric(theme::PAGE_MARGIN, 0));
            area.show(ui, |ui| page.show(ui, |ui| page_ui(ui, state, cache)));
        });
    if let Some(page) = cache.clicked_page() {
        commands.push(UiCommand::Shell(ShellCommand::ShowGuidePage(page)));
    }
    if state.help_visible && !open {
        commands.push(UiCommand::ToggleHelp);
    }
}

fn contents_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    let titles = PAGES.iter().map(|page| page.title).chain([KEYS_TITLE]);
    ui.with_layout(Layout::top_down_justified(Align::LEFT), |ui| {
        for (number, title) in titles.enumerate() {
            let shown = number == state.shell.guide_page;
            if ui.selectable_label(shown, title).clicked() {
                commands.push(UiCommand::Shell(ShellCommand::ShowGuidePage(number)));
            }
        }
    });
}

fn page_ui(ui: &mut Ui, state: &AppState, cache: &mut GuideCache) {
    let Some(page) = PAGES.get(state.shell.guide_page) else {
        ui.heading(KEYS_TITLE);
        keys_ui(ui, state);
        return;
    };
    // Text may be copied out of the guide.
    ui.style_mut().interaction.selectable_labels = true;
    CommonMarkViewer::new()
        .default_implicit_uri_scheme(PICTURE_SCHEME)
        .max_image_width(Some(ui.available_width() as usize))
        .show(ui, &mut cache.0, page.text);
}

/// A row for every gesture and key.
fn keys_ui(ui: &mut Ui, state: &AppState) {
    let grid = Grid::new("keys").num_columns(2).striped(true);
    grid.min_row_height(theme::TABLE_ROW).show(ui, |ui| {
        let gestures = gestures(&state.shell.preferences.window_drag).into_iter();
        let ctx = ui.ctx().clone();
        let keys = ACTIONS.iter();
        let keys = keys.map(|action| (keys_text(&ctx, action), action.label_in(state)));
        let gestures = gestures.map(|(gesture, meaning)| (gesture, Cow::Borrowed(meaning)));
        for (keys, meaning) in gestures.chain(keys) {
            ui.label(RichText::new(keys).strong());
            ui.label(meaning);
            ui.end_row();
        }
    });
}

/// What the mouse does, with the buttons and directions the person chose.
fn gestures(drag: &DragPreferences) -> Vec<(String, &'static str)> {
    let button = drag.button.name();
    let (wider, darker) = if drag.swap_axes {
        (["Down", "Up"], ["Right", "Left"])
    } else {
        (["Right", "Left"], ["Down", "Up"])
    };
    let wider = wider[usize::from(drag.reverse_width)];
    let darker = darker[usize::from(drag.reverse_level)];
    let fixed = |gesture: &str, meaning| (gesture.to_owned(), meaning);
    vec![
        (
            format!("{button} drag: {}", wider.to_lowercase()),
            "Wider window",
        ),
        (
            format!("{button} drag: {}", darker.to_lowercase()),
            "Darker picture",
        ),
        (
            format!("Shift + {} drag", button.to_lowercase()),
            "The same, finely",
        ),
        (
            format!("Ctrl + {} drag", button.to_lowercase()),
            "The same, coarsely",
        ),
        fixed("Wheel", "Zoom about the pointer"),
        fixed("Drag with another button", "Move"),
        fixed("Double click", "Reset: exactly as loaded"),
    ]
}
