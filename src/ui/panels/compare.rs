//! Controls of the comparison within a view, and what is drawn over the pictures for it.

use crate::ui::camera::ViewRect;
use crate::ui::command::UiCommand;
use crate::ui::compare::{Compare, CompareTool, MOST_FLICKER_HZ};
use crate::ui::look::Content;
use crate::ui::shortcuts::with_key;
use crate::ui::state::AppState;
use crate::ui::study::OpenStudy;
use crate::ui::theme;
use crate::ui::widgets::handle::handle;
use crate::ui::widgets::release_slider::release_slider;
use eframe::egui::{Button, CursorIcon, Id, Painter, Pos2, Rect, Stroke, Ui, Vec2};

/// Radius of the wipe's handle, points.
const KNOB_RADIUS: f32 = 11.0;
/// Gap between the handle and the names of the pictures, points.
const NAME_GAP: f32 = 8.0;
/// Radii of the lens that can be chosen, points.
const LENS_RADII: std::ops::RangeInclusive<f32> = 40.0..=400.0;
/// Slowest flicker.
const LEAST_FLICKER_HZ: f32 = 0.5;

/// The section of the right panel; nothing without a soft-tissue image.
pub fn compare_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    let Some(study) = state.study().filter(|study| study.result().is_some()) else {
        return;
    };
    ui.separator();
    ui.heading("Compare");
    let compared = Compared {
        mixture: &mixture_name(study),
        names: &compared_names(study),
        is_keyed: true,
    };
    let compare = tools_ui(ui, state.compare, compared);
    if compare != state.compare {
        commands.push(UiCommand::SetCompare(compare));
    }
}

/// Two pictures that are compared within a view, in words.
#[derive(Clone, Copy)]
pub struct Compared<'a> {
    /// What the slider does between them.
    pub mixture: &'a str,
    /// The base, and what stands in its place.
    pub names: &'a [String; 2],
    /// The keys of the tools count here.
    pub is_keyed: bool,
}

/// The slider and the tools of a comparison; what was chosen.
pub fn tools_ui(ui: &mut Ui, mut compare: Compare, compared: Compared<'_>) -> Compare {
    let mut percent = 100.0 * compare.suppression;
    release_slider(ui, compared.mixture, &mut percent, 0.0..=100.0, &[50.0]);
    compare.suppression = percent / 100.0;
    let [base, layer] = compared.names;
    let both = format!("{base} and {}", layer.to_lowercase());
    ui.horizontal_wrapped(|ui| {
        for (tool, name, what) in [
            (
                CompareTool::Wipe,
                "Wipe",
                format!("{both} beside a line you drag"),
            ),
            (
                CompareTool::Lens,
                "Lens",
                format!("{layer} around the pointer"),
            ),
            (CompareTool::Flicker, "Flicker", format!("{both} in turn")),
        ] {
            let button = Button::selectable(compare.tool == tool, name);
            let tip = if compared.is_keyed {
                with_key(ui.ctx(), &what, &UiCommand::ToggleCompareTool(tool))
            } else {
                what
            };
            if ui.add(button).on_hover_text(tip).clicked() {
                compare = compare.toggled(tool);
            }
        }
    });
    tool_ui(ui, &mut compare);
    compare
}

/// What the tool in use can be told.
fn tool_ui(ui: &mut Ui, compare: &mut Compare) {
    match compare.tool {
        CompareTool::Whole => {}
        CompareTool::Wipe => {
            let angle = &mut compare.wipe_angle_deg;
            release_slider(
                ui,
                "Angle of the line",
                angle,
                -180.0..=180.0,
                &[-90.0, 0.0, 90.0],
            );
        }
        CompareTool::Lens => {
            release_slider(
                ui,
                "Radius of the lens",
                &mut compare.lens_radius,
                LENS_RADII,
                &[],
            );
        }
        CompareTool::Flicker => {
            let range = LEAST_FLICKER_HZ..=MOST_FLICKER_HZ;
            release_slider(
                ui,
                "Flashes per second",
                &mut compare.flicker_hz,
                range,
                &[1.0],
            );
        }
    }
}

/// What the slider does between the two that are compared.
fn mixture_name(study: &OpenStudy) -> String {
    let [base, layer] = compared_names(study);
    if study.runs.rival().is_some() {
        format!("{base} to {}, %", layer.to_lowercase())
    } else {
        "Bone taken off, %".to_owned()
    }
}

/// What is compared, in words: the original or another result, and the soft-tissue image shown.
pub fn compared_names(study: &OpenStudy) -> [String; 2] {
    match (study.runs.rival(), study.runs.shown()) {
        (Some(rival), Some(shown)) => [rival, shown].map(|run| format!("Result {}", run.number)),
        _ => [Content::Original, Content::SoftTissue].map(|content| content.name().to_owned()),
    }
}

/// Share of its way that an arrow key moves the wipe's line by.
const KEY_STEP: f32 = 0.02;

/// The wipe's line with its handle, over a view that shows a mixture.
pub fn wipe_ui(
    ui: &mut Ui,
    (rect, id): (Rect, Id),
    (compare, [base, layer]): (&Compare, &[String; 2]),
    commands: &mut Vec<UiCommand>,
) {
    let view = view_points(rect);
    let point = Pos2::from(compare.wipe_point(view));
    let [right, down] = compare.wipe_normal();
    let along = Vec2::new(-down, right) * rect.size().length();
    let painter = ui.painter_at(rect);
    painter.line_segment(
        [point - along, point + along],
        Stroke::new(3.0, theme::SHADE),
    );
    painter.line_segment(
        [point - along, point + along],
        Stroke::new(1.0, theme::OVERLAY),
    );
    let knob = Rect::from_center_size(point, Vec2::splat(2.0 * KNOB_RADIUS));
    let share = f64::from(compare.wipe_position);
    let (response, steps) = handle(ui, (knob, id.with("wipe")), ("Wipe handle", share));
    painter.circle(
        point,
        KNOB_RADIUS,
        theme::SHADE,
        Stroke::new(1.5, theme::OVERLAY),
    );
    painter.arrow(
        point,
        0.7 * KNOB_RADIUS * Vec2::new(right, down),
        Stroke::new(1.5, theme::OVERLAY),
    );
    let sides = [(base, -1.0), (layer, 1.0)];
    for (name, side) in sides {
        side_name(&painter, point, side * Vec2::new(right, down), name);
    }
    let delta = response.drag_delta();
    if delta != Vec2::ZERO {
        commands.push(UiCommand::SetCompare(
            compare.wiped(view, [delta.x, delta.y]),
        ));
    }
    if steps != 0.0 {
        let position = compare.wipe_position + KEY_STEP * steps as f32;
        commands.push(UiCommand::SetCompare(Compare {
            wipe_position: position.clamp(0.0, 1.0),
            ..*compare
        }));
    }
    response.on_hover_cursor(CursorIcon::Move);
}

/// The name of the picture to which `away` points from the handle, clear of it.
fn side_name(painter: &Painter, handle: Pos2, away: Vec2, name: &str) {
    let galley = painter.layout_no_wrap(name.to_owned(), theme::overlay_font(), theme::OVERLAY);
    let half = 0.5 * galley.size();
    let reach = KNOB_RADIUS + NAME_GAP + (half.x * away.x).abs() + (half.y * away.y).abs();
    let rect = Rect::from_center_size(handle + reach * away, galley.size());
    painter.rect_filled(rect.expand(2.0), 2, theme::SHADE);
    painter.galley(rect.min, galley, theme::OVERLAY);
}

/// The rim of the lens.
pub fn lens_ui(ui: &Ui, rect: Rect, pointer: Option<Pos2>, compare: &Compare) {
    let center = pointer.unwrap_or_else(|| rect.center());
    let painter = ui.painter_at(rect);
    painter.circle_stroke(center, compare.lens_radius, Stroke::new(3.0, theme::SHADE));
    painter.circle_stroke(
        center,
        compare.lens_radius,
        Stroke::new(1.0, theme::OVERLAY),
    );
}

/// A view in points, as the geometry of [`Compare`] takes it.
fn view_points(rect: Rect) -> ViewRect {
    ViewRect {
        min: [rect.left(), rect.top()],
        size: [rect.width(), rect.height()],
    }
}
