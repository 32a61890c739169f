//! The radiographs that are opened.

use std::path::{Path, PathBuf};

/// Side of a large radiograph, pixels.
pub const SIDE: usize = 3000;

/// A picture with structure at every scale, as a 16-bit PNG of `side` x `side` pixels.
pub fn write(folder: &Path, name: &str, side: usize) -> PathBuf {
    let path = folder.join(name);
    let file = std::io::BufWriter::new(std::fs::File::create(&path).unwrap());
    let mut encoder = png::Encoder::new(file, side as u32, side as u32);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Sixteen);
    let mut writer = encoder.write_header().unwrap();
    let pixels = (0..side * side).flat_map(|i| {
        let (x, y) = ((i % side) as f32, (i / side) as f32);
        let wave = (0.004 * x).sin() + (0.11 * y).cos() + 0.2 * (0.9 * (x + y)).sin();
        (((wave + 2.2) * 14_000.0) as u16).to_be_bytes()
    });
    let pixels: Vec<u8> = pixels.collect();
    writer.write_image_data(&pixels).unwrap();
    path
}
