//! Text over pictures: readable over white lung and black air alike, and found by a screen reader.

use crate::ui::theme;
use crate::ui::widgets::middle_ellipsis::fitted;
use eframe::egui::{
    self, Align, Align2, Color32, Galley, Label, Painter, Pos2, Rect, RichText, Ui, Vec2,
};
use std::sync::Arc;

/// Lines no wider than `width`: long ones go on in the next one, and what cannot be broken is cut in the middle. A line
/// breaks where it has two spaces, else at any.
pub fn fitted_lines(ui: &Ui, lines: &[String], width: f32) -> String {
    let font = theme::overlay_font();
    let fits = |text: &str| fitted(ui.painter(), text, &font, width) == text;
    let rows = lines.iter().flat_map(|line| broken(line, fits));
    let rows: Vec<_> = rows
        .map(|row| fitted(ui.painter(), &row, &font, width))
        .collect();
    rows.join("\n")
}

/// The parts of a line, as many in a row as fit.
fn broken(line: &str, fits: impl Fn(&str) -> bool) -> Vec<String> {
    let between = if line.contains("  ") { "  " } else { " " };
    let mut rows: Vec<String> = Vec::new();
    for part in line.split(between) {
        match rows.last_mut() {
            Some(row) if fits(&format!("{row}{between}{part}")) => {
                row.push_str(between);
                row.push_str(part);
            }
            _ => rows.push(part.to_owned()),
        }
    }
    rows
}

/// A sentence in the middle of an area without a picture.
pub fn centred_text(ui: &mut Ui, area: Rect, text: &str) {
    let size = Vec2::new(area.width() * 0.7, area.height() * 0.5);
    let lower_half = Rect::from_min_size(area.center() - Vec2::new(0.5 * size.x, 0.0), size);
    let mut child = ui.new_child(
        egui::UiBuilder::new()
            .max_rect(lower_half)
            .layout(egui::Layout::top_down(egui::Align::Center)),
    );
    let text = RichText::new(text).color(theme::on_picture().text_weak);
    child.add(Label::new(text).wrap());
}

/// Text in a corner or at a border, on a shade that keeps it readable over white lung and black
/// air alike; wrapped where the area is narrower. Returns where it stands.
pub fn corner_text(ui: &mut Ui, area: Rect, corner: Align2, text: &str) -> Rect {
    coloured_text(ui, area, (corner, text), [theme::OVERLAY, theme::SHADE])
}

/// The same in the colours of a caution.
pub fn caution_text(ui: &mut Ui, area: Rect, corner: Align2, text: &str) -> Rect {
    let tokens = theme::on_picture();
    coloured_text(
        ui,
        area,
        (corner, text),
        [tokens.caution, tokens.caution_fill],
    )
}

/// How high [`corner_text`] is.
pub fn text_height(ui: &Ui, width: f32, text: &str) -> f32 {
    if text.is_empty() {
        return 0.0;
    }
    let font = theme::overlay_font();
    let galley = (ui.painter()).layout(text.to_owned(), font, theme::OVERLAY, width);
    galley.size().y
}

fn coloured_text(
    ui: &mut Ui,
    area: Rect,
    (corner, text): (Align2, &str),
    [colour, fill]: [Color32; 2],
) -> Rect {
    if text.is_empty() {
        return corner.align_size_within_rect(Vec2::ZERO, area);
    }
    let font = theme::overlay_font();
    let galley = ui
        .painter()
        .layout(text.to_owned(), font, colour, area.width());
    let rect = corner.align_size_within_rect(galley.size(), area);
    let painter = ui.painter_at(area.expand(theme::OVERLAY_MARGIN));
    shade_lines(&painter, (rect, corner), &galley, fill);
    put_text(ui, rect, (text, corner.x()), colour);
    rect
}

/// Lines of text with a shade behind each, as wide as that line alone: what lies beside a short one stays in sight.
pub fn paint_lines(painter: &Painter, rect: Rect, galley: &Arc<Galley>, corner: Align2) {
    shade_lines(painter, (rect, corner), galley, theme::SHADE);
    painter.galley(rect.min, Arc::clone(galley), theme::OVERLAY);
}

fn shade_lines(painter: &Painter, (rect, corner): (Rect, Align2), galley: &Galley, fill: Color32) {
    for row in &galley.rows {
        let (y, size) = (rect.top() + row.rect().top(), row.rect().size());
        let free = rect.width() - size.x;
        let x = rect.left() + free * corner.x().to_factor();
        let line = Rect::from_min_size(Pos2::new(x, y), size);
        painter.rect_filled(line.expand(2.0), 2, fill);
    }
}

/// A badge hanging from `top`, within `area`.
pub fn badge_ui(ui: &mut Ui, top: Pos2, area: Rect, text: &str) {
    let font = theme::overlay_font();
    let width = area.width() - 16.0;
    let galley = ui
        .painter()
        .layout(text.to_owned(), font, theme::on_picture().caution, width);
    let rect = Align2::CENTER_TOP.anchor_size(top, galley.size());
    ui.painter().rect_filled(
        rect.expand2(Vec2::new(8.0, 3.0)),
        4,
        theme::on_picture().caution_fill,
    );
    put_text(ui, rect, (text, Align::Min), theme::on_picture().caution);
}

/// Text as a label, which a screen reader finds; lines of one font, so that it fits its own layout.
fn put_text(ui: &mut Ui, rect: Rect, (text, align): (&str, Align), colour: Color32) {
    let text = RichText::new(text)
        .font(theme::overlay_font())
        .color(colour);
    let label = Label::new(text).selectable(false).wrap();
    // A point more than the text is wide: rounded down, the width would break its last word off.
    let rect = match align {
        Align::Min => rect.with_max_x(rect.right() + 1.0),
        Align::Center => rect.expand2(Vec2::new(0.5, 0.0)),
        Align::Max => rect.with_min_x(rect.left() - 1.0),
    };
    let mut child = ui.new_child(
        egui::UiBuilder::new()
            .max_rect(rect)
            .layout(egui::Layout::top_down(align)),
    );
    child.add(label);
}

#[cfg(test)]
mod tests {
    use super::broken;

    #[test]
    fn a_date_is_never_cut_but_goes_on_below() {
        let rows = |line: &str, most: usize| broken(line, |text| text.len() <= most);
        assert_eq!(rows("2025-09-18 10:15", 16), ["2025-09-18 10:15"]);
        assert_eq!(rows("2025-09-18 10:15", 12), ["2025-09-18", "10:15"]);
        let scale = "C 2048  W 4096  Zoom 56 %";
        assert_eq!(rows(scale, 16), ["C 2048  W 4096", "Zoom 56 %"]);
        assert_eq!(rows(scale, 4), ["C 2048", "W 4096", "Zoom 56 %"]);
    }
}
