//! The window of the probe with a synthetic nodule.

use super::job_row::job_row_ui;
use super::views::AI_LABEL;
use crate::ui::command::UiCommand;
use crate::ui::look::{Content, Look};
use crate::ui::nodule::{
    DIAMETERS_MM, GREY_LEVELS, NoduleCommand, NodulePicture, NodulePlace, TriedNodule,
};
use crate::ui::state::AppState;
use crate::ui::study::OpenStudy;
use crate::ui::theme;
use crate::ui::widgets::look_texture::look_texture;
use crate::worker::SuppressionSettings;
use eframe::egui::{
    Align2, Button, Context, FontId, Image, Label, RichText, Role, Sense, Slider, Stroke,
    TextureHandle, Ui, Vec2, WidgetInfo, Window,
};

/// What stands over every picture of a nodule.
const WATERMARK: &str = "SYNTHETIC NODULE\nnot this patient";

/// Where the ticks beside a nodule begin, its radii.
const TICK_FROM: f32 = 1.4;

/// Draws the window while it is open.
pub fn nodule_ui(ctx: &Context, state: &AppState, commands: &mut Vec<UiCommand>) {
    let mut open = state.nodule.is_open;
    Window::new("Synthetic nodule")
        .open(&mut open)
        .default_pos(ctx.content_rect().right_bottom() - Vec2::from(theme::NODULE_CORNER))
        .resizable(false)
        .show(ctx, |ui| {
            ui.set_width(2.0 * theme::NODULE_PICTURE + ui.spacing().item_spacing.x);
            asked_ui(ui, state, commands);
            if let (Some(study), Some(tried)) = (state.study(), state.tried_nodule()) {
                ui.separator();
                let look = study.looks.of(Content::SoftTissue);
                tried_ui(ui, look, tried, state.settings());
            }
        });
    if state.nodule.is_open && !open {
        commands.push(UiCommand::Nodule(NoduleCommand::Close));
    }
}

/// Which nodule, and where.
fn asked_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    let weak = theme::of(ui).text_weak;
    let text = "What would become of a finding here? A nodule is laid on the radiograph, both are suppressed from the same \
                noise, and what stands between the two soft-tissue images is what is kept of it. Nothing is saved.";
    ui.add(Label::new(RichText::new(text).color(weak)).wrap());
    let probe = &state.nodule;
    let (mut diameter_mm, mut levels) = (probe.diameter_mm, probe.grey_levels);
    let slider = Slider::new(&mut diameter_mm, DIAMETERS_MM)
        .step_by(1.0)
        .fixed_decimals(0);
    let slider = ui.add(slider.suffix(" mm").text("Diameter"));
    if slider.changed() {
        commands.push(UiCommand::Nodule(NoduleCommand::SetDiameter(diameter_mm)));
    }
    let slider = Slider::new(&mut levels, GREY_LEVELS)
        .step_by(1.0)
        .fixed_decimals(0);
    let slider = ui.add(slider.text("Contrast, grey levels of 255"));
    if slider.changed() {
        commands.push(UiCommand::Nodule(NoduleCommand::SetGreyLevels(levels)));
    }
    if let Some(place) = state.nodule_place() {
        ui.label(format!("Place: x {}, y {}", place.col, place.row));
    }
    let is_unknown = |study: &OpenStudy| study.radiograph.spacing.is_none();
    if state.study().is_some_and(is_unknown) {
        let text = "Pixel size not stated: millimetres are those of a detector of 43 cm.";
        ui.add(Label::new(RichText::new(text).color(theme::of(ui).caution)).wrap());
    }
    start_ui(ui, state, commands);
}

/// The button that starts; while the nodule is tried, how far it is and the button that stops.
fn start_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    if let Some(job) = &state.nodule.running {
        if job_row_ui(ui, "Stop", job, state.nodule.is_deferred) {
            commands.push(UiCommand::Nodule(NoduleCommand::Cancel));
        }
        return;
    }
    let asked = state.asked_nodule();
    let button = Button::new("Try the nodule");
    if ui.add_enabled(asked.is_ok(), button).clicked() {
        commands.push(UiCommand::Nodule(NoduleCommand::Try));
    }
    if let Err(sentence) = asked {
        let text = RichText::new(sentence).color(theme::of(ui).caution);
        ui.add(Label::new(text).wrap());
    }
}

/// Both pictures and what they say.
fn tried_ui(ui: &mut Ui, look: &Look, tried: &TriedNodule, settings: &SuppressionSettings) {
    let place = tried.place(look.orientation);
    ui.horizontal(|ui| {
        for picture in NodulePicture::ALL {
            ui.vertical(|ui| {
                let name = picture.name();
                ui.label(name);
                let greys = || tried.greys(picture, look);
                let texture = look_texture(ui, name, (tried.number, look), greys);
                picture_ui(ui, name, &texture, place);
            });
        }
    });
    ui.label(RichText::new(AI_LABEL).color(theme::of(ui).caution));
    ui.add(Label::new(RichText::new(tried.sentence()).strong()).wrap());
    if tried.settings != *settings {
        let text = "It was tried with other settings than the panel shows.";
        ui.label(RichText::new(text).color(theme::of(ui).caution));
    }
    ui.add(Label::new(tried.guard_sentence()).wrap());
}

/// A picture under its watermark, with a tick on each side of the nodule.
fn picture_ui(ui: &mut Ui, name: &str, texture: &TextureHandle, place: NodulePlace) {
    let size = texture.size_vec2();
    let scale = (Vec2::splat(theme::NODULE_PICTURE) / size.max(Vec2::splat(1.0))).min_elem();
    let picture = Image::new(texture).fit_to_exact_size(scale * size);
    let response = ui.add(picture.sense(Sense::hover()));
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, name));
    let style = theme::on_picture();
    let font = FontId::proportional(theme::NODULE_WATERMARK);
    let text = (Align2::CENTER_TOP, WATERMARK);
    let at = response.rect.center_top() + Vec2::new(0.0, ui.spacing().item_spacing.y);
    let colour = style.text;
    let shadow = at + Vec2::splat(1.0);
    let painter = ui.painter_at(response.rect);
    painter.text(shadow, text.0, text.1, font.clone(), theme::VIEW_BACKGROUND);
    painter.text(at, text.0, text.1, font, colour);
    let middle = response.rect.center() + scale * Vec2::from(place.offset_px);
    for side in [Vec2::X, Vec2::Y, -Vec2::X, -Vec2::Y] {
        // Off its outline, which is what is to be seen.
        let near = middle + TICK_FROM * scale * place.radius_px * side;
        let tick = [near, near + theme::NODULE_TICK * side];
        painter.line_segment(tick, Stroke::new(1.0, colour));
    }
}
