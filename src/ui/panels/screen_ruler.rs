//! The bar on the screen by which the reader measures the screen, once.

use crate::ui::command::{ShellCommand, UiCommand};
use crate::ui::state::AppState;
use crate::ui::theme;
use crate::ui::true_size::{CARD_WIDTH_MM, SCREEN_DENSITIES, Screen, ScreenRuler};
use eframe::egui::{
    Align2, Button, DragValue, Label, Rect, Role, Sense, Slider, Ui, Vec2, WidgetInfo,
};

/// Height of the bar: seen beside a card, points.
const BAR_HEIGHT: f32 = 36.0;
/// Shortest bar that can be measured well, screen pixels.
const LEAST_BAR_PX: f64 = 100.0;
/// Room beside the bar that the window needs, points.
const BESIDE: f32 = 80.0;
/// Lengths that can be typed, mm.
const LENGTHS_MM: std::ops::RangeInclusive<f64> = 10.0..=1000.0;

/// The row of the preferences that says what is known of the screen this window stands on.
pub(super) fn screen_row_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    let screen = Screen::of(ui.ctx());
    let density = state.shell.preferences.screens.pixels_per_mm(screen);
    ui.label("True size");
    ui.horizontal(|ui| {
        ui.label(match density {
            Some(density) => format!("{density:.3} pixels per mm ({screen})"),
            None => format!("Not measured ({screen})"),
        });
        let mut asked = |command| commands.push(UiCommand::Shell(command));
        let measures = state.shell.ruler.is_some();
        let button = Button::new("Measure this screen").selected(measures);
        if ui.add(button).clicked() {
            let ruler = (!measures).then(ScreenRuler::default);
            asked(ShellCommand::SetRuler(ruler));
        }
        if density.is_some() && ui.button("Forget this screen").clicked() {
            asked(ShellCommand::MeasureScreen(screen, None));
        }
    });
    ui.end_row();
}

/// The bar, while the screen is being measured.
pub(super) fn screen_ruler_ui(ui: &mut Ui, state: &AppState, commands: &mut Vec<UiCommand>) {
    let Some(before) = state.shell.ruler else {
        return;
    };
    let mut ruler = before;
    ui.separator();
    let text = format!(
        "Make the bar as wide as a bank card ({CARD_WIDTH_MM:.2} mm, laid on the screen), or measure it with a ruler and \
         type its length. Each screen is measured once, in this window: move it there first."
    );
    ui.add(Label::new(text).wrap());
    let pixels_per_point = ui.ctx().pixels_per_point();
    let room = ui.ctx().content_rect().width() - BESIDE;
    let most_px = f64::from((room * pixels_per_point).floor()).max(LEAST_BAR_PX);
    ruler.bar_px = ruler.bar_px.round().clamp(LEAST_BAR_PX, most_px);
    bar_ui(ui, &ruler, pixels_per_point);
    ui.horizontal(|ui| {
        let slider = Slider::new(&mut ruler.bar_px, LEAST_BAR_PX..=most_px);
        let slider = slider.step_by(1.0).show_value(false);
        ui.add(slider).accessible_name("Width of the bar");
        let number = DragValue::new(&mut ruler.bar_px).range(LEAST_BAR_PX..=most_px);
        let number = number.max_decimals(0).suffix(" px");
        ui.add(number).accessible_name("Width of the bar, pixels");
    });
    let screen = Screen::of(ui.ctx());
    let mut done_with = |ui: &mut Ui, text: &str, length_mm: f64| {
        let density = ruler.bar_px / length_mm;
        let is_possible = SCREEN_DENSITIES.contains(&density);
        let button = ui.add_enabled(is_possible, Button::new(text));
        let button = button.on_disabled_hover_text("No screen has so many pixels per millimetre");
        if button.clicked() {
            let measured = ShellCommand::MeasureScreen(screen, Some(density));
            commands.push(UiCommand::Shell(measured));
        }
    };
    done_with(ui, "It is as wide as the card", CARD_WIDTH_MM);
    ui.horizontal(|ui| {
        let label = ui.label("Its length by a ruler");
        let value = DragValue::new(&mut ruler.measured_mm).range(LENGTHS_MM);
        let value = value.speed(0.1).fixed_decimals(1).suffix(" mm");
        ui.add(value).labelled_by(label.id);
        done_with(ui, "Keep this length", ruler.measured_mm);
    });
    if ruler != before {
        commands.push(UiCommand::Shell(ShellCommand::SetRuler(Some(ruler))));
    }
}

/// The bar: its ends lie on borders of screen pixels.
fn bar_ui(ui: &mut Ui, ruler: &ScreenRuler, pixels_per_point: f32) {
    let width = ruler.bar_px as f32 / pixels_per_point;
    let (rect, response) = ui.allocate_exact_size(Vec2::new(width, BAR_HEIGHT), Sense::hover());
    let left = (rect.left() * pixels_per_point).round() / pixels_per_point;
    let bar = Rect::from_min_size(rect.min, Vec2::new(width, BAR_HEIGHT));
    let bar = bar.translate(Vec2::new(left - rect.left(), 0.0));
    let colours = theme::of(ui);
    ui.painter().rect_filled(bar, 0, colours.accent);
    let text = format!("{:.0} px", ruler.bar_px);
    let font = theme::overlay_font();
    ui.painter().text(
        bar.center(),
        Align2::CENTER_CENTER,
        text,
        font,
        colours.text_on_accent,
    );
    let name = format!("Bar of {:.0} screen pixels", ruler.bar_px);
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &name));
}
