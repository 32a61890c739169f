//! Motion between the two exposures of a dual-energy machine.

use super::frame::{Frame, Point};
use super::shading::line;
use crate::radiograph::FloatImage;
use rand::Rng as _;
use rand_chacha::ChaCha8Rng;

/// Grey of the bands against the step of the border that moved.
const STRENGTH: f32 = 0.8;

/// Puts bands along the left border of the heart and the left dome of the diaphragm into a
/// soft-tissue image, as if they had moved by 1 to 4 of 1024 pixels between the exposures.
pub(super) fn move_heart(
    soft_tissue: &mut FloatImage,
    frame: &Frame,
    dome_y: f32,
    rng: &mut ChaCha8Rng,
) {
    let size = frame.size_px;
    let scale = size as f32 / 1024.0;
    let mut shift =
        || scale * rng.random_range(1.0_f32..4.0) * if rng.random_bool(0.5) { 1.0 } else { -1.0 };
    let (dx, dy) = (shift(), shift());
    let still = soft_tissue.clone();
    for (i, value) in soft_tissue.values_mut().iter_mut().enumerate() {
        let (row, col) = (i / size, i % size);
        let point = frame.chest_from_pixel(row, col);
        let near = nearness(point, dome_y);
        if near < 0.01 {
            continue;
        }
        let moved = sample(&still, row as f32 + dy, col as f32 + dx);
        *value = (*value + STRENGTH * near * (*value - moved)).clamp(0.0, 1.0);
    }
}

/// 1 where heart and left dome border the lung, 0 far away.
fn nearness(point: Point, dome_y: f32) -> f32 {
    let heart = line((point.x - 0.14) / 0.07) * line((point.y - dome_y + 0.10) / 0.10);
    let dome = line((point.x - 0.14) / 0.11) * line((point.y - dome_y) / 0.035);
    heart.max(dome)
}

fn sample(image: &FloatImage, row: f32, col: f32) -> f32 {
    let (width, height) = image.size();
    let at = |row: f32, col: f32| {
        let row = (row.max(0.0) as usize).min(height - 1);
        let col = (col.max(0.0) as usize).min(width - 1);
        image.get(row, col).unwrap_or(0.0)
    };
    let (top, left) = (row.floor(), col.floor());
    let (down, right) = (row - top, col - left);
    let upper = at(top, left) * (1.0 - right) + at(top, left + 1.0) * right;
    let lower = at(top + 1.0, left) * (1.0 - right) + at(top + 1.0, left + 1.0) * right;
    upper * (1.0 - down) + lower * down
}
