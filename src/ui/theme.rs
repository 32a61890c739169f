//! Every colour and size of the window.
//!
//! Dark, because a reading room is: chrome darker than the middle grey of a radiograph, nothing
//! white but text, state never told by red against green.

use crate::display::Rgb;
use eframe::egui::{self, Color32, CornerRadius, FontId, Stroke, TextStyle};
use std::ops::RangeInclusive;

/// Background behind the pictures: black, so that nothing outside the radiograph glows.
pub const VIEW_BACKGROUND: Color32 = Color32::BLACK;
/// Panels and bars.
pub const PANEL: Color32 = Color32::from_rgb(24, 26, 29);
/// Menus, windows and pop-ups.
pub const RAISED: Color32 = Color32::from_rgb(34, 37, 41);
/// Buttons at rest.
pub const BUTTON: Color32 = Color32::from_rgb(44, 48, 53);
/// Buttons under the pointer.
pub const BUTTON_HOVERED: Color32 = Color32::from_rgb(58, 63, 70);
/// Lines between panels and round views.
pub const LINE: Color32 = Color32::from_rgb(52, 56, 61);
/// Text.
pub const TEXT: Color32 = Color32::from_rgb(214, 217, 221);
/// Text that may be overlooked.
pub const TEXT_WEAK: Color32 = Color32::from_rgb(150, 155, 162);
/// Text over a picture.
pub const OVERLAY: Color32 = Color32::from_rgb(196, 204, 190);
/// Chosen, running, done.
pub const ACCENT: Color32 = Color32::from_rgb(72, 150, 196);
/// Selected background.
pub const SELECTED: Color32 = Color32::from_rgb(32, 72, 98);
/// Look here: research-use banner, stale badge, warnings.
pub const CAUTION: Color32 = Color32::from_rgb(228, 176, 84);
/// Background of cautions.
pub const CAUTION_FILL: Color32 = Color32::from_rgb(58, 46, 22);
/// Something failed.
pub const FAILURE: Color32 = Color32::from_rgb(240, 140, 120);
/// Background of failures.
pub const FAILURE_FILL: Color32 = Color32::from_rgb(64, 32, 28);
/// Background of text over a picture.
pub const SHADE: Color32 = Color32::from_rgba_premultiplied(0, 0, 0, 150);
/// Background of numbers over colours.
pub const SHADE_STRONG: Color32 = Color32::from_rgba_premultiplied(0, 0, 0, 215);
/// A picture as it is, drawn without a tint.
pub const NO_TINT: Color32 = Color32::WHITE;
/// Text on the accent colour.
pub const TEXT_ON_ACCENT: Color32 = Color32::from_rgb(8, 14, 18);

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
pub const SETTINGS_WIDTH: f32 = 268.0;
/// Height of the block that shows progress, points.
pub const PROGRESS_HEIGHT: f32 = 76.0;
/// Height of the picture of where a run is heading, points.
pub const PREVIEW_HEIGHT: f32 = 150.0;
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
/// Share of the room for pictures that a prior takes when it is first shown.
pub const PRIOR_SHARE: f32 = 0.34;
/// Size of the window of DICOM tags when it opens, points.
pub const TAGS_SIZE: [f32; 2] = [760.0, 480.0];
/// Size of the colour bar beside a difference, points.
pub const COLOUR_BAR: [f32; 2] = [14.0, 180.0];
/// Size of the window when it opens, points.
pub const WINDOW_SIZE: [f32; 2] = [1440.0, 900.0];
/// The window cannot be made smaller than this, points.
pub const MIN_WINDOW_SIZE: [f32; 2] = [900.0, 560.0];

/// Font of text over pictures.
pub fn overlay_font() -> FontId {
    FontId::proportional(OVERLAY_SIZE)
}

/// A colour of the diverging map on the screen.
pub fn map_colour([red, green, blue]: Rgb) -> Color32 {
    Color32::from_rgb(red, green, blue)
}

/// Applies the theme to a context.
pub fn install(ctx: &egui::Context) {
    ctx.set_theme(egui::Theme::Dark);
    ctx.style_mut_of(egui::Theme::Dark, |style| {
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
        style.spacing.slider_width = 150.0;
        style.spacing.combo_width = 150.0;
        // Dragging over the panel must never paint text blue; messages allow it themselves.
        style.interaction.selectable_labels = false;
        style.visuals = visuals();
    });
}

fn visuals() -> egui::Visuals {
    let mut visuals = egui::Visuals::dark();
    visuals.panel_fill = PANEL;
    visuals.window_fill = RAISED;
    visuals.window_stroke = Stroke::new(1.0, LINE);
    visuals.extreme_bg_color = Color32::from_rgb(14, 15, 17);
    visuals.faint_bg_color = RAISED;
    visuals.selection.bg_fill = SELECTED;
    visuals.selection.stroke = Stroke::new(1.0, TEXT);
    visuals.hyperlink_color = ACCENT;
    visuals.warn_fg_color = CAUTION;
    visuals.error_fg_color = FAILURE;
    visuals.slider_trailing_fill = true;
    let widgets = &mut visuals.widgets;
    widgets.noninteractive.bg_stroke = Stroke::new(1.0, LINE);
    widgets.noninteractive.fg_stroke = Stroke::new(1.0, TEXT);
    widgets.inactive.weak_bg_fill = BUTTON;
    widgets.inactive.bg_fill = BUTTON;
    widgets.inactive.fg_stroke = Stroke::new(1.0, TEXT);
    widgets.hovered.weak_bg_fill = BUTTON_HOVERED;
    widgets.hovered.bg_fill = BUTTON_HOVERED;
    for widget in [
        &mut widgets.inactive,
        &mut widgets.hovered,
        &mut widgets.active,
        &mut widgets.open,
    ] {
        widget.corner_radius = CornerRadius::same(4);
    }
    visuals
}
