//! The window of the parameter grid: what is varied on which region, and the pictures side by side.

use super::job_row::job_row_ui;
use super::progress::duration_text;
use super::views::AI_LABEL;
use crate::display::GreyScale;
use crate::ui::command::UiCommand;
use crate::ui::look::Content;
use crate::ui::orientation::Orientation;
use crate::ui::state::AppState;
use crate::ui::study::OpenStudy;
use crate::ui::sweep::{
    RegionOrigin, SweepAxes, SweepCommand, SweepGrid, SweepParameter, SweepValue,
};
use crate::ui::theme;
use crate::ui::widgets::look_texture::look_texture;
use crate::worker::{FusionChoice, GuidanceChoice};
use eframe::egui::{
    Button, ComboBox, Context, Grid, Image, Label, Response, RichText, Role, Stroke, StrokeKind,
    TextEdit, TextureHandle, Ui, Vec2, WidgetInfo, Window,
};
use std::cell::LazyCell;

/// Draws the window while it is open.
pub fn sweep_ui(ctx: &Context, state: &AppState, commands: &mut Vec<UiCommand>) {
    let mut open = state.sweep.is_open;
    Window::new("Parameter grid")
        .open(&mut open)
        .default_pos(theme::SWEEP_PLACE)
        .resizable(false)
        .show(ctx, |ui| {
            asked_ui(ui, state, commands);
            if let (Some(study), Some(grid)) = (state.study(), state.sweep_grid()) {
                ui.separator();
                grid_ui(ui, (state, study, grid), commands);
            }
        });
    if state.sweep.is_open && !open {
        commands.push(UiCommand::Sweep(SweepCommand::Toggle));
    }
}

/// What is varied, on which region, and what it costs.
fn asked_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    let axes = state.sweep.axes;
    ui.set_min_width(theme::SWEEP_WIDTH);
    ui.horizontal(|ui| {
        ui.label("Vary");
        axes_ui(ui, axes, commands);
    });
    ui.horizontal(|ui| {
        values_ui(ui, state, axes.columns(), commands);
        values_ui(ui, state, axes.rows(), commands);
    });
    let weak = theme::of(ui).text_weak;
    if let Some((region, origin)) = state.sweep_region() {
        let size = format!("{} x {} pixels", region.width, region.height);
        let text = match origin {
            RegionOrigin::Measure(name) => format!("Region: {name}, {size}"),
            RegionOrigin::View => format!(
                "Region: the part in view, {size} (a rectangle, ellipse or polygon that is chosen takes its place)"
            ),
        };
        ui.add(Label::new(RichText::new(text).color(weak)).wrap());
    }
    let settings = state.settings();
    let idle_weight =
        settings.guidance == GuidanceChoice::Vanilla || settings.fusion == FusionChoice::None;
    if axes.columns() == SweepParameter::LegWeight && idle_weight {
        let text = "With this guidance or fusion the LEG weight changes nothing.";
        ui.label(RichText::new(text).color(theme::of(ui).caution));
    }
    start_ui(ui, state, commands);
}

fn axes_ui(ui: &mut Ui, axes: SweepAxes, commands: &mut Vec<UiCommand>) {
    let mut chosen = axes;
    let combo = ComboBox::from_id_salt("sweep axes")
        .selected_text(axes.name())
        .show_ui(ui, |ui| {
            for axes in SweepAxes::ALL {
                ui.selectable_value(&mut chosen, axes, axes.name());
            }
        });
    combo.response.accessible_name("Settings to vary");
    if chosen != axes {
        commands.push(UiCommand::Sweep(SweepCommand::SetAxes(chosen)));
    }
}

/// A field for the values of one setting.
fn values_ui(
    ui: &mut Ui,
    state: &AppState,
    parameter: SweepParameter,
    commands: &mut Vec<UiCommand>,
) {
    ui.label(parameter.name());
    let mut text = state.sweep_text(parameter);
    let edit = TextEdit::singleline(&mut text).desired_width(theme::SWEEP_FIELD);
    let edit = ui
        .add(edit)
        .accessible_name(format!("{} of the grid", parameter.name()))
        .on_hover_text("One to five values, with commas between them");
    if edit.changed() {
        commands.push(UiCommand::Sweep(SweepCommand::Type(parameter, text)));
    }
}

/// The cost and the button that starts; while the grid is made, how far it is and the button that stops.
fn start_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    if let Some(job) = &state.sweep.running {
        if job_row_ui(ui, "Stop the grid", job, state.sweep.is_deferred) {
            commands.push(UiCommand::Sweep(SweepCommand::Cancel));
        }
        return;
    }
    let asked = state.asked_sweep();
    ui.horizontal(|ui| {
        if ui
            .add_enabled(asked.is_ok(), Button::new("Make the grid"))
            .clicked()
        {
            commands.push(UiCommand::Sweep(SweepCommand::Start));
        }
        match &asked {
            Ok(grid) => {
                ui.label(cost_text(state, grid));
            }
            Err(sentence) => {
                let text = RichText::new(sentence).color(theme::of(ui).caution);
                ui.add(Label::new(text).wrap());
            }
        }
    });
}

fn cost_text(state: &AppState, grid: &SweepGrid) -> String {
    let cost = state.sweep_cost(grid);
    let pictures = match cost.num_pictures {
        1 => "1 picture".to_owned(),
        count => format!("{count} pictures"),
    };
    let time = cost.secs.map_or_else(
        || "the time is known after a first run".to_owned(),
        |secs| format!("about {}", duration_text(secs)),
    );
    format!("{pictures}, {time}, {} of memory", cost.memory)
}

/// The pictures between their headings, and what is known of the one in use.
fn grid_ui(
    ui: &mut Ui,
    (state, study, grid): (&AppState, &OpenStudy, &SweepGrid),
    commands: &mut Vec<UiCommand>,
) {
    let look = study.looks.of(Content::SoftTissue);
    let scale = LazyCell::new(|| GreyScale::new(&study.radiograph, &look.voi));
    let size = cell_size(ui, study, grid, look.orientation);
    let mut used = None;
    let table = Grid::new("parameter grid").min_row_height(theme::TABLE_ROW);
    table.show(ui, |ui| {
        ui.label("");
        for &column in &grid.columns {
            heading_ui(ui, column, state, Some(size.x));
        }
        ui.end_row();
        let num_columns = grid.columns.len();
        for (row, &value) in grid.rows.iter().enumerate() {
            heading_ui(ui, value, state, None);
            for index in row * num_columns..(row + 1) * num_columns {
                let cell = grid.cells.get(index).and_then(Option::as_ref);
                let texture = cell.map(|cell| {
                    let name = ("cell of the parameter grid", index);
                    look_texture(ui, name, (grid.number, look), || cell.greys(&scale, look))
                });
                let response = cell_ui(ui, (state, grid, index), texture.as_ref(), size);
                if response.clicked() {
                    commands.push(UiCommand::Sweep(SweepCommand::Adopt(index)));
                }
                if response.hovered() || (response.has_focus() && used.is_none()) {
                    used = Some(index);
                }
            }
            ui.end_row();
        }
    });
    ui.label(RichText::new(AI_LABEL).color(theme::of(ui).caution));
    ui.label(used_text(study, grid, used));
}

/// Settings and difference of the cell under the pointer or with the keyboard's focus.
fn used_text(study: &OpenStudy, grid: &SweepGrid, used: Option<usize>) -> String {
    let name = used.and_then(|index| grid.name_of(index));
    let Some((index, name)) = used.zip(name) else {
        return "Point at a picture for its difference; a click takes its settings over".to_owned();
    };
    if grid.cells.get(index).is_none_or(Option::is_none) {
        return format!("{name}: not made yet");
    }
    let result = study.result();
    let difference = result.and_then(|result| grid.difference_from(index, &result.soft_tissue));
    match difference {
        Some(difference) => format!(
            "{name}: differs from the result shown by {difference:.1} on the average (modality value)"
        ),
        None => format!("{name}: there is no result yet to compare with"),
    }
}

/// A value beside the grid; that of the study is marked.
fn heading_ui(ui: &mut Ui, value: SweepValue, state: &AppState, width: Option<f32>) {
    let text = if value.is_of(state.settings()) {
        let text = format!("{} (set)", value.heading());
        RichText::new(text).strong().color(theme::of(ui).accent)
    } else {
        RichText::new(value.heading())
    };
    match width {
        Some(width) => {
            let height = ui.spacing().interact_size.y;
            ui.add_sized([width, height], Label::new(text));
        }
        None => {
            ui.label(text);
        }
    }
}

/// A cell: a button with the picture, or an empty place.
fn cell_ui(
    ui: &mut Ui,
    (state, grid, index): (&AppState, &SweepGrid, usize),
    texture: Option<&TextureHandle>,
    size: Vec2,
) -> Response {
    let name = grid.name_of(index).unwrap_or_default();
    let is_set = grid.num_seeds == state.num_seeds
        && grid.settings_of(index).as_ref() == Some(state.settings());
    ui.spacing_mut().button_padding = Vec2::ZERO;
    let Some(texture) = texture else {
        let empty = Button::new("").min_size(size);
        let empty = ui.add_enabled(false, empty);
        return empty.accessible_name(format!("{name}: not made yet"));
    };
    let picture = Image::new(texture).fit_to_exact_size(size);
    let response = ui.add(Button::image(picture).frame(false));
    let label = if is_set {
        format!("{name}, as set")
    } else {
        name
    };
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &label));
    let (tokens, rect) = (theme::of(ui), response.rect);
    if is_set {
        let stroke = Stroke::new(2.0, tokens.accent);
        ui.painter()
            .rect_stroke(rect, 0, stroke, StrokeKind::Outside);
    }
    if response.has_focus() || response.hovered() {
        let stroke = Stroke::new(2.0, theme::on_picture().text);
        ui.painter()
            .rect_stroke(rect, 0, stroke, StrokeKind::Inside);
    }
    response
}

/// Size of a picture on the screen: as large as the window allows with all of them in it.
fn cell_size(ui: &Ui, study: &OpenStudy, grid: &SweepGrid, orientation: Orientation) -> Vec2 {
    let room = ui.ctx().content_rect().size() - Vec2::from(theme::SWEEP_MARGIN);
    let count = Vec2::new(grid.columns.len() as f32, grid.rows.len() as f32);
    let most = (room / count.max(Vec2::splat(1.0))).clamp(
        Vec2::splat(*theme::SWEEP_CELLS.start()),
        Vec2::splat(*theme::SWEEP_CELLS.end()),
    );
    let aspect = study.radiograph.pixel_aspect() as f32;
    let aspect = if (0.1..=10.0).contains(&aspect) {
        aspect
    } else {
        1.0
    };
    let height = grid.region.height as f32 * aspect;
    let [across, _] = orientation.screen_from_image();
    let upright = Vec2::new(grid.region.width as f32, height);
    let shape = if across[0] == 0.0 {
        upright.yx()
    } else {
        upright
    };
    let scale = (most / shape.max(Vec2::splat(1.0))).min_elem();
    (shape * scale).max(Vec2::splat(1.0))
}
