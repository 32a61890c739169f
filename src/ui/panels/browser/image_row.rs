//! One image of the browser: thumbnail, name, what became of it.

use super::{background, background_entry_ui};
use crate::ui::browser::ImageStatus;
use crate::ui::command::{BrowseCommand, ListCommand, UiCommand};
use crate::ui::state::AppState;
use crate::ui::study::{Study, StudyContent};
use crate::ui::theme;
use crate::ui::thumbnails::ThumbnailTextures;
use crate::ui::widgets::middle_ellipsis::{fitted, fitted_file_name};
use crate::ui::widgets::status_sign::{paint_star, paint_status};
use eframe::egui::{
    Align2, Button, Color32, FontId, Pos2, Rect, Role, Sense, TextStyle, Ui, Vec2, WidgetInfo,
};

/// Radius of the star of a key image, points.
const STAR_RADIUS: f32 = 6.0;

/// Draws the row of the study with this index.
pub(super) fn image_ui(
    ui: &mut Ui,
    rect: Rect,
    index: usize,
    (state, thumbnails, commands): (&AppState, &mut ThumbnailTextures, &mut Vec<UiCommand>),
) {
    let Some(study) = state.studies.get(index) else {
        return;
    };
    let status = state.image_status(study);
    let id = ui.unique_id().with(("image", study.file_id()));
    let response = ui.interact(rect, id, Sense::click());
    let name = state.study_name(index);
    let shown = index == state.current;
    let label = accessible_label(state, study, &name);
    let enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::selected(Role::Button, enabled, shown, &label));
    background(ui, rect, &response, shown);
    let frame = Rect::from_min_size(rect.min, Vec2::new(theme::THUMBNAIL_WIDTH, rect.height()));
    thumbnail_ui(ui, frame.shrink(3.0), study, thumbnails);
    let text = rect.with_min_x(frame.right() + 4.0);
    text_ui(ui, text, (&name, status), (state, study));
    if response.gained_focus() {
        response.scroll_to_me(None);
    }
    if response.clicked() {
        commands.push(UiCommand::SelectStudy(index));
    }
    let response = response.on_hover_text(tip(state, study, &name));
    response.context_menu(|ui| menu_ui(ui, index, state, commands));
}

/// What a screen reader says: the name and everything that is written beside it.
fn accessible_label(state: &AppState, study: &Study, name: &str) -> String {
    let mut parts = vec![name.to_owned(), state.image_status(study).word().to_owned()];
    parts.extend(facts(state, study));
    parts.join(", ")
}

/// What is written beside the status.
fn facts(state: &AppState, study: &Study) -> Vec<String> {
    let mut facts = Vec::new();
    if study.is_key_image() {
        facts.push("key image".to_owned());
    }
    if state.prior == Some(study.file_id()) {
        facts.push("prior".to_owned());
    }
    match state.num_cautions(study) {
        0 => {}
        1 => facts.push("1 caution".to_owned()),
        n => facts.push(format!("{n} cautions")),
    }
    facts
}

fn thumbnail_ui(ui: &Ui, place: Rect, study: &Study, thumbnails: &mut ThumbnailTextures) {
    let painter = ui.painter();
    painter.rect_filled(place, 0, theme::VIEW_BACKGROUND);
    let Some(thumbnail) = &study.thumbnail else {
        return;
    };
    let texture = thumbnails.of(ui.ctx(), &study.path, thumbnail);
    let size = texture.size_vec2();
    let scale = (place.width() / size.x).min(place.height() / size.y);
    let at = Rect::from_center_size(place.center(), size * scale);
    let whole = Rect::from_min_max(Pos2::ZERO, Pos2::new(1.0, 1.0));
    painter.image(texture.id(), at, whole, theme::NO_TINT);
}

fn text_ui(
    ui: &Ui,
    rect: Rect,
    (name, status): (&str, ImageStatus),
    (state, study): (&AppState, &Study),
) {
    let font = TextStyle::Body.resolve(ui.style());
    let small = TextStyle::Small.resolve(ui.style());
    let room = rect.width() - 4.0;
    let put = |(column, row): (f32, f32), shown: String, font: &FontId, colour: Color32| {
        let at = rect.min + Vec2::new(column, row);
        ui.painter()
            .text(at, Align2::LEFT_CENTER, shown, font.clone(), colour);
    };
    let is_readable = status != ImageStatus::Failed;
    let colour = if is_readable {
        theme::of(ui).text
    } else {
        theme::of(ui).text_weak
    };
    let mut name_column = 0.0;
    if study.is_key_image() {
        let at = rect.min + Vec2::new(STAR_RADIUS, 11.0);
        paint_star(ui.painter(), at, STAR_RADIUS, theme::of(ui).accent);
        name_column = 2.0 * STAR_RADIUS + 4.0;
    }
    let shown = fitted_file_name(ui.painter(), name, &font, room - name_column);
    put((name_column, 11.0), shown, &font, colour);
    let colour = status_colour(ui, status);
    paint_status(
        ui.painter(),
        rect.min + Vec2::new(5.0, 28.0),
        status,
        colour,
    );
    let shown = fitted(ui.painter(), status.word(), &small, room - 14.0);
    put((14.0, 28.0), shown, &small, colour);
    let view = study.info.as_ref().map(|info| info.view_position.clone());
    let mut about: Vec<String> = view.into_iter().filter(|view| !view.is_empty()).collect();
    about.extend(facts(state, study));
    let colour = if state.num_cautions(study) > 0 {
        theme::of(ui).caution
    } else {
        theme::of(ui).text_weak
    };
    let shown = fitted(ui.painter(), &about.join(", "), &small, room);
    put((0.0, 43.0), shown, &small, colour);
}

fn status_colour(ui: &Ui, status: ImageStatus) -> Color32 {
    match status {
        ImageStatus::Running | ImageStatus::Done => theme::of(ui).accent,
        ImageStatus::Stale => theme::of(ui).caution,
        ImageStatus::Failed => theme::of(ui).failure,
        ImageStatus::NotRead
        | ImageStatus::Reading
        | ImageStatus::Waiting
        | ImageStatus::NotRun => theme::of(ui).text_weak,
    }
}

/// Name and path; why a file cannot be shown, unless that would tell whose it is.
fn tip(state: &AppState, study: &Study, name: &str) -> String {
    let path = state.shown_path(&study.path);
    match &study.content {
        StudyContent::Failed(sentence) if !state.is_patient_hidden() => sentence.clone(),
        _ => format!("{name}\n{path}"),
    }
}

fn menu_ui(ui: &mut Ui, index: usize, state: &AppState, commands: &mut Vec<UiCommand>) {
    let file_id = state.studies.get(index).map(Study::file_id);
    let is_prior = file_id.is_some() && state.prior == file_id;
    let show = UiCommand::SelectStudy(index);
    entry_ui(ui, (true, "Show"), show, commands);
    let (label, prior) = if is_prior {
        ("Take the prior away", None)
    } else {
        ("Show as prior", Some(index))
    };
    let may_be_prior = is_prior || index != state.current;
    let command = UiCommand::Browse(BrowseCommand::SetPrior(prior));
    entry_ui(ui, (may_be_prior, label), command, commands);
    let studies = file_id.is_some().then_some(index);
    background_entry_ui(ui, studies.as_slice(), state, commands);
    let compare = UiCommand::Browse(BrowseCommand::CompareTags(Some(index)));
    let has_tags = state.tags.visible && index != state.current;
    let label = (has_tags, "Compare its DICOM tags");
    entry_ui(ui, label, compare, commands);
    ui.separator();
    let off = UiCommand::List(ListCommand::TakeOff(file_id.into_iter().collect()));
    entry_ui(ui, (true, "Take off the list"), off, commands);
}

fn entry_ui(
    ui: &mut Ui,
    (enabled, label): (bool, &str),
    command: UiCommand,
    commands: &mut Vec<UiCommand>,
) {
    if ui.add_enabled(enabled, Button::new(label)).clicked() {
        commands.push(command);
        ui.close();
    }
}
