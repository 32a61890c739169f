//! The curves as a picture for a report.

use super::curves::Curves;
use super::raster::Canvas;
use crate::ui::panels::training::plots_ui;
use crate::ui::theme::{self, ThemeChoice};
use eframe::egui::{CentralPanel, Context, Frame, Pos2, RawInput, Rect, Vec2, ViewportId};

/// Size, points.
const SIZE: Vec2 = Vec2::new(900.0, 760.0);
/// Pixels a point: fit for print.
const SCALE: f32 = 2.0;
/// Frames until a plot has found its bounds.
const FRAMES: usize = 4;
/// Room round the plots, points.
const MARGIN: f32 = 14.0;

/// Width and height in pixels, and the bytes of red, green and blue: the plots as the window draws them, on a light
/// ground.
pub(in crate::ui) fn figure(curves: &Curves) -> ((usize, usize), Vec<u8>) {
    let ctx = Context::default();
    theme::install(&ctx);
    theme::show(&ctx, ThemeChoice::Light);
    let size = [(SIZE.x * SCALE) as usize, (SIZE.y * SCALE) as usize];
    let mut canvas = Canvas::new(size, theme::tokens_of(ThemeChoice::Light).panel);
    for frame in 0..FRAMES {
        let mut input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, SIZE)),
            ..RawInput::default()
        };
        if let Some(viewport) = input.viewports.get_mut(&ViewportId::ROOT) {
            viewport.native_pixels_per_point = Some(SCALE);
        }
        let mut output = ctx.run_ui(input, |ui| {
            let margin = Frame::new().inner_margin(MARGIN);
            CentralPanel::no_frame().show(ui, |ui| {
                margin.show(ui, |ui| plots_ui(ui, curves, None, &mut Vec::new()));
            });
        });
        canvas.load(&output.textures_delta);
        output.textures_delta.clear();
        if frame + 1 == FRAMES {
            let primitives = ctx.tessellate(output.shapes, output.pixels_per_point);
            canvas.draw(&primitives, output.pixels_per_point);
        }
    }
    ((size[0], size[1]), canvas.into_rgb())
}
