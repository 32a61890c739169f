//! Look-up tables as textures: 256 entries a row, the last row filled up with the last entry.

use super::constants::{COLORMAP_SIZE, LUT_SIDE};
use super::layer::Upload;
use crate::display;
use crate::radiograph::VoiLut;
use eframe::wgpu;

/// Uploads entries to a 256 x 256 texture; more than 65,536 are cut off.
pub(super) fn upload(upload: &Upload<'_>, entries: &[f32]) -> wgpu::TextureView {
    let mut texels = entries.to_vec();
    let last = texels.last().copied().unwrap_or(0.0);
    texels.resize((LUT_SIDE * LUT_SIDE) as usize, last);
    upload.texture(
        (LUT_SIDE, LUT_SIDE),
        wgpu::TextureFormat::R32Float,
        bytemuck::cast_slice(&texels),
    )
}

/// Entries of a VOI LUT as display values in `[0, 1]`.
pub(super) fn voi_entries(lut: &VoiLut) -> Vec<f32> {
    let full = ((1_u32 << lut.bits.clamp(1, 16)) - 1) as f32;
    let entries = lut.entries.iter().map(|&v| (f32::from(v) / full).min(1.0));
    entries.collect()
}

/// The colour maps, a row of colours each: the diverging one, then the one without a sign.
pub(super) fn upload_colormap(upload: &Upload<'_>) -> wgpu::TextureView {
    let last = (COLORMAP_SIZE - 1) as f32;
    let shares = (0..COLORMAP_SIZE).map(|i| i as f32 / last);
    let diverging = shares
        .clone()
        .map(|share| display::diverging_on_black(2.0 * share - 1.0));
    let colours = diverging.chain(shares.map(display::sequential_on_black));
    let texels: Vec<[u8; 4]> = colours
        .map(|[red, green, blue]| [red, green, blue, u8::MAX])
        .collect();
    upload.texture(
        (COLORMAP_SIZE, 2),
        wgpu::TextureFormat::Rgba8Unorm,
        bytemuck::cast_slice(&texels),
    )
}
