//! How the window looks: the colours of [`tokens`] given to egui, and every size.

mod tokens;

use super::preferences::Preferences;
use crate::display::Rgb;
use eframe::egui::{self, Color32, Context, CornerRadius, FontId, Stroke, TextStyle, Ui};
use std::ops::RangeInclusive;

pub use tokens::{
    BRUSH_ERASES, BRUSH_PAINTS, MEASURE, MEASURE_CHOSEN, OVERLAY, SHADE, SHADE_STRONG, Tokens,
    VIEW_BACKGROUND,
};

/// Dark or light.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ThemeChoice {
    /// For a reading room.
    #[default]
    Dark,
    /// For a bright office; what lies round the pictures stays dark.
    Light,
}

impl ThemeChoice {
    /// The other one.
    #[must_use]
    pub fn toggled(self) -> Self {
        match self {
            Self::Dark => Self::Light,
            Self::Light => Self::Dark,
        }
    }

    /// Whether it is the light one.
    pub fn is_light(self) -> bool {
        self == Self::Light
    }
}

/// Colours of the chrome as the window has it now.
pub fn of(ui: &Ui) -> &'static Tokens {
    if ui.visuals().dark_mode {
        &tokens::DARK
    } else {
        &tokens::LIGHT
    }
}

/// Colours of the chrome in a theme.
pub fn tokens_of(choice: ThemeChoice) -> &'static Tokens {
    match choice {
        ThemeChoice::Dark => &tokens::DARK,
        ThemeChoice::Light => &tokens::LIGHT,
    }
}

/// Colours of what stands over or beside a picture: dark in either theme.
pub fn on_picture() -> &'static Tokens {
    &tokens::DARK
}

/// A picture as it is, drawn without a tint.
pub const NO_TINT: Color32 = Color32::WHITE;
/// Text size of the chrome, points.
pub const TEXT_SIZE: f32 = 13.5;
/// Text size over pictures, points.
pub const OVERLAY_SIZE: f32 = 12.5;
/// Headings, points.
pub const HEADING_SIZE: f32 = 15.0;
/// Gap between neighbouring views, points.
pub const VIEW_GAP: f32 = 4.0;
/// Distance of overlay text from a view's border, points.
pub const OVERLAY_MARGIN: f32 = 8.0;
/// Width of the settings panel, points.
pub const SETTINGS_WIDTH: f32 = 296.0;
/// Share of the settings panel that the lists of measures and of the queue have at its bottom at most.
pub const LOWER_SHARE: f32 = 0.45;
/// Height of the block that shows progress, points.
pub const PROGRESS_HEIGHT: f32 = 100.0;
/// Height of the bars of the stages, points.
pub const STAGES_HEIGHT: f32 = 8.0;
/// Largest picture of where a run is heading, within the block that shows progress, points.
pub const PREVIEW_SIZE: [f32; 2] = [92.0, 80.0];
/// The same under the pointer, points.
pub const PREVIEW_ENLARGED: f32 = 320.0;
/// Height of the strip of results, points: a thumbnail in its frame, and the scroll bar.
pub const RESULTS_HEIGHT: f32 = 94.0;
/// Width of the button that starts and stops, points.
pub const RUN_BUTTON_WIDTH: f32 = 84.0;
/// Width of a question, points.
pub const QUESTION_WIDTH: f32 = 440.0;
/// Room round the text of a question, points.
pub const QUESTION_MARGIN: f32 = 14.0;
/// Width of the study browser when it first opens, points.
pub const BROWSER_WIDTH: f32 = 232.0;
/// Narrowest and widest study browser, points.
pub const BROWSER_WIDTHS: RangeInclusive<f32> = 170.0..=420.0;
/// Height of a heading in the study browser, points.
pub const BROWSER_HEADING: f32 = 22.0;
/// Height of an image in the study browser, points.
pub const BROWSER_IMAGE: f32 = 54.0;
/// Width of the place of a thumbnail, points.
pub const THUMBNAIL_WIDTH: f32 = 50.0;
/// One more level of a tree, points.
pub const TREE_INDENT: f32 = 12.0;
/// Width of the parameter grid's window without wider pictures, points.
pub const SWEEP_WIDTH: f32 = 520.0;
/// Where it opens: below the menus, points.
pub const SWEEP_PLACE: [f32; 2] = [16.0, 64.0];
/// Width of a field in it, points.
pub const SWEEP_FIELD: f32 = 150.0;
/// Width and height of the screen that the pictures of the parameter grid leave free, points.
pub const SWEEP_MARGIN: [f32; 2] = [220.0, 330.0];
/// Smallest and largest side of the room for a picture of the parameter grid, points.
pub const SWEEP_CELLS: RangeInclusive<f32> = 40.0..=240.0;
/// How far from the lower right corner the window of the synthetic nodule opens, points: most of the picture stays free.
pub const NODULE_CORNER: [f32; 2] = [520.0, 600.0];
/// Length of the ticks beside a nodule, points.
pub const NODULE_TICK: f32 = 8.0;
/// Longest side of its pictures, points.
pub const NODULE_PICTURE: f32 = 240.0;
/// Size of the words over them, points.
pub const NODULE_WATERMARK: f32 = 13.0;
/// Where the window of DICOM tags opens, points: the menus stay free.
pub const TAGS_PLACE: [f32; 2] = [240.0, 60.0];
/// Size of the window of DICOM tags when it opens, points.
pub const TAGS_SIZE: [f32; 2] = [760.0, 480.0];
/// Width of the command palette, points.
pub const PALETTE_WIDTH: f32 = 480.0;
/// Distance of the command palette from the top of the window, and of its list from the bottom, points.
pub const PALETTE_MARGINS: [f32; 2] = [60.0, 90.0];
/// Size of the windows over the pictures that hold lists, points.
pub const LIST_WINDOW: [f32; 2] = [560.0, 420.0];
/// Size of the guide's window, points.
pub const GUIDE_WINDOW: [f32; 2] = [860.0, 560.0];
/// Width of the guide's contents, points.
pub const CONTENTS_WIDTH: f32 = 180.0;
/// Room between a page of the guide and what stands beside it, points.
pub const PAGE_MARGIN: i8 = 14;
/// Width of a passing note, points.
pub const TOAST_WIDTH: f32 = 380.0;
/// Size of the colour bar beside a difference, points.
pub const COLOUR_BAR: [f32; 2] = [14.0, 180.0];
/// The same where it must stand over the picture.
pub const SLIGHT_COLOUR_BAR: [f32; 2] = [8.0, 84.0];
/// Size of the training window when it opens, points.
pub const TRAINING_WINDOW: [f32; 2] = [860.0, 640.0];
/// The training window cannot be made smaller than this, points.
pub const TRAINING_LEAST: [f32; 2] = [560.0, 420.0];
/// Width of the fields for paths in the training window, points.
pub const TRAINING_FIELD: f32 = 480.0;
/// Height of the plots of a run: losses, scores, learning rate, points.
pub const TRAINING_PLOTS: [f32; 3] = [200.0, 150.0, 90.0];
/// Height of a held-out image in the training window, points.
pub const TRAINING_SAMPLE: f32 = 420.0;
/// Height of the lists in the training window, points.
pub const TRAINING_LIST: f32 = 226.0;
/// Height of a plot in a panel, points.
pub const PLOT_HEIGHT: f32 = 150.0;
/// Radius of a measure's handle, points.
pub const HANDLE_RADIUS: f32 = 4.0;
/// Distance at which the pointer finds a measure, points.
pub const HANDLE_REACH: f32 = 8.0;
/// Largest side of the loupe, points.
pub const LOUPE_SIDE: f32 = 170.0;
/// Largest side of the magnifier, points.
pub const MAGNIFIER_SIDE: f32 = 260.0;
/// Size of the window when it opens, points.
pub const WINDOW_SIZE: [f32; 2] = [1440.0, 900.0];
/// The window cannot be made smaller than this, points.
pub const MIN_WINDOW_SIZE: [f32; 2] = [900.0, 560.0];

/// Height of a button, a field and a row that holds one, points.
const CONTROL_HEIGHT: f32 = 24.0;
/// Height of a row of a table of text, points.
pub const TABLE_ROW: f32 = 18.0;
/// Height of a bar that fills, points.
pub const BAR_HEIGHT: f32 = 18.0;

/// Font of text over pictures.
pub fn overlay_font() -> FontId {
    FontId::proportional(OVERLAY_SIZE)
}

/// A colour of a map on the screen.
pub fn map_colour([red, green, blue]: Rgb) -> Color32 {
    Color32::from_rgb(red, green, blue)
}

/// Gives a context both themes; the dark one shows first.
pub fn install(ctx: &Context) {
    for (theme, tokens) in [
        (egui::Theme::Dark, &tokens::DARK),
        (egui::Theme::Light, &tokens::LIGHT),
    ] {
        ctx.style_mut_of(theme, |style| {
            style.text_styles = [
                (TextStyle::Body, FontId::proportional(TEXT_SIZE)),
                (TextStyle::Button, FontId::proportional(TEXT_SIZE)),
                (TextStyle::Small, FontId::proportional(TEXT_SIZE - 1.5)),
                (TextStyle::Monospace, FontId::monospace(TEXT_SIZE - 0.5)),
                (TextStyle::Heading, FontId::proportional(HEADING_SIZE)),
            ]
            .into();
            style.spacing.item_spacing = egui::vec2(7.0, 6.0);
            style.spacing.button_padding = egui::vec2(8.0, 4.0);
            // As high as a button: what stands in a row with one has its middle where that has its own.
            style.spacing.interact_size.y = CONTROL_HEIGHT;
            style.spacing.slider_width = 150.0;
            style.spacing.combo_width = 150.0;
            // Dragging over the panel must never paint text blue; messages allow it themselves.
            style.interaction.selectable_labels = false;
            style.visuals = visuals(theme, tokens);
        });
    }
    // The window's own actions do this, and remember it.
    ctx.options_mut(|options| options.zoom_with_keyboard = false);
    show(ctx, ThemeChoice::default());
}

/// Shows the window as this person prefers it.
pub fn prefer(ctx: &Context, preferences: &Preferences) {
    show(ctx, preferences.theme);
    ctx.set_zoom_factor(preferences.ui_scale as f32);
    let seconds = if preferences.reduced_motion {
        0.0
    } else {
        egui::Style::default().animation_time
    };
    ctx.all_styles_mut(|style| style.animation_time = seconds);
}

/// Shows the dark or the light theme.
pub fn show(ctx: &Context, choice: ThemeChoice) {
    ctx.set_theme(match choice {
        ThemeChoice::Dark => egui::Theme::Dark,
        ThemeChoice::Light => egui::Theme::Light,
    });
}

fn visuals(theme: egui::Theme, tokens: &Tokens) -> egui::Visuals {
    let mut visuals = theme.default_visuals();
    // A cursor that blinks draws the whole radiograph again twice a second.
    visuals.text_cursor.blink = false;
    visuals.panel_fill = tokens.panel;
    visuals.window_fill = tokens.raised;
    visuals.window_stroke = Stroke::new(1.0, tokens.line);
    visuals.extreme_bg_color = tokens.sunken;
    visuals.faint_bg_color = tokens.raised;
    visuals.code_bg_color = tokens.sunken;
    visuals.selection.bg_fill = tokens.selected;
    visuals.selection.stroke = Stroke::new(1.0, tokens.text);
    visuals.hyperlink_color = tokens.accent;
    visuals.warn_fg_color = tokens.caution;
    visuals.error_fg_color = tokens.failure;
    visuals.slider_trailing_fill = true;
    paint_widgets(&mut visuals.widgets, tokens);
    visuals
}

fn paint_widgets(widgets: &mut egui::style::Widgets, tokens: &Tokens) {
    let (text, line) = (Stroke::new(1.0, tokens.text), Stroke::new(1.0, tokens.line));
    widgets.noninteractive.bg_fill = tokens.panel;
    widgets.noninteractive.weak_bg_fill = tokens.panel;
    widgets.noninteractive.bg_stroke = line;
    widgets.noninteractive.fg_stroke = text;
    for (widget, fill) in [
        (&mut widgets.inactive, tokens.button),
        (&mut widgets.hovered, tokens.button_hovered),
        (&mut widgets.active, tokens.button_pressed),
        (&mut widgets.open, tokens.button),
    ] {
        widget.weak_bg_fill = fill;
        widget.bg_fill = fill;
        widget.fg_stroke = text;
        widget.corner_radius = CornerRadius::same(4);
    }
    for widget in [&mut widgets.hovered, &mut widgets.active, &mut widgets.open] {
        widget.bg_stroke = line;
    }
}
