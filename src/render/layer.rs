//! The textures of one layer: its values at full size and averaged down by powers of two.

use super::lut;
use super::pipeline::Pipelines;
use super::uniforms::LayerUniform;
use crate::radiograph::{FloatImage, LungMask, ModalityTransform, Radiograph, StoredValues};
use eframe::wgpu;

/// The numbers of a layer, borrowed for an upload.
#[derive(Debug, Clone, Copy)]
pub enum LayerPixels<'a> {
    /// Stored values with their modality transform and padding.
    Radiograph(&'a Radiograph),
    /// Values to be shown as they are: modality values or display units.
    Values(&'a FloatImage),
    /// Zeros and ones.
    Mask(&'a LungMask),
}

impl LayerPixels<'_> {
    /// Width and height in pixels.
    pub fn size(&self) -> (usize, usize) {
        match self {
            Self::Radiograph(radiograph) => radiograph.size(),
            Self::Values(values) => values.size(),
            Self::Mask(mask) => mask.raster().size(),
        }
    }
}

/// Someone who owns the numbers of a layer and lends them when they must be uploaded.
pub trait PixelSource: Send + Sync {
    /// The numbers.
    fn pixels(&self) -> LayerPixels<'_>;
}

impl PixelSource for Radiograph {
    fn pixels(&self) -> LayerPixels<'_> {
        LayerPixels::Radiograph(self)
    }
}

impl PixelSource for FloatImage {
    fn pixels(&self) -> LayerPixels<'_> {
        LayerPixels::Values(self)
    }
}

/// A layer on the graphics card.
pub(super) struct LayerTextures {
    /// What the shaders of a view bind.
    pub bind_group: wgpu::BindGroup,
    /// The mask itself, where the layer is one.
    pub mask: Option<wgpu::TextureView>,
    /// Values at full size and averaged down, where the layer is a result.
    pub result: Option<[wgpu::TextureView; 2]>,
    /// Frame that needed it last.
    pub last_frame: u64,
}

/// Device, queue and encoder of one `prepare`.
pub(super) struct Upload<'a> {
    pub device: &'a wgpu::Device,
    pub queue: &'a wgpu::Queue,
    pub encoder: &'a mut wgpu::CommandEncoder,
}

impl Upload<'_> {
    /// A texture filled with `bytes`, which must hold its rows without gaps.
    pub fn texture(
        &self,
        size: (u32, u32),
        format: wgpu::TextureFormat,
        bytes: &[u8],
    ) -> wgpu::TextureView {
        let texture = new_texture(self.device, size, format, 1);
        let bytes_per_row = format.block_copy_size(None).unwrap_or(1) * size.0;
        self.queue.write_texture(
            texture.as_image_copy(),
            bytes,
            wgpu::TexelCopyBufferLayout {
                offset: 0,
                bytes_per_row: Some(bytes_per_row),
                rows_per_image: Some(size.1),
            },
            texture.size(),
        );
        texture.create_view(&wgpu::TextureViewDescriptor::default())
    }
}

pub(super) fn new_texture(
    device: &wgpu::Device,
    (width, height): (u32, u32),
    format: wgpu::TextureFormat,
    mip_level_count: u32,
) -> wgpu::Texture {
    let mut usage = wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST;
    if mip_level_count > 1 || format == wgpu::TextureFormat::R32Float {
        usage |= wgpu::TextureUsages::RENDER_ATTACHMENT;
    }
    device.create_texture(&wgpu::TextureDescriptor {
        label: Some("radiograph layer"),
        size: wgpu::Extent3d {
            width: width.max(1),
            height: height.max(1),
            depth_or_array_layers: 1,
        },
        mip_level_count,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format,
        usage,
        view_formats: &[],
    })
}

/// The full-size textures a layer's bind group names; those it does not use are single pixels.
pub(super) struct FullSize {
    pub unsigned: wgpu::TextureView,
    pub signed: wgpu::TextureView,
    pub values: wgpu::TextureView,
    pub modality_lut: wgpu::TextureView,
}

impl LayerTextures {
    /// Uploads `pixels`; `None` for a picture without pixels or larger than the device's limit.
    pub fn new(
        upload: &mut Upload<'_>,
        pipelines: &Pipelines,
        pixels: LayerPixels<'_>,
    ) -> Option<Self> {
        let (width, height) = (pixels.size().0 as u32, pixels.size().1 as u32);
        let limit = upload.device.limits().max_texture_dimension_2d;
        if width == 0 || height == 0 || width.max(height) > limit {
            return None;
        }
        let mut full = Pipelines::placeholders(upload);
        let mut mask = None;
        match pixels {
            LayerPixels::Radiograph(radiograph) => {
                upload_stored(upload, &mut full, &radiograph.stored);
                if let ModalityTransform::Lut { entries, .. } = &radiograph.modality {
                    let entries: Vec<f32> = entries.iter().map(|&v| f32::from(v)).collect();
                    full.modality_lut = lut::upload(upload, &entries);
                }
            }
            LayerPixels::Values(values) => {
                let bytes = bytemuck::cast_slice(values.values());
                full.values = upload.texture((width, height), wgpu::TextureFormat::R32Float, bytes);
            }
            LayerPixels::Mask(lungs) => {
                let bytes = lungs.raster().values();
                mask = Some(upload.texture((width, height), wgpu::TextureFormat::R8Uint, bytes));
            }
        }
        let half = (width.div_ceil(2), height.div_ceil(2));
        let num_reduced = if mask.is_some() {
            1
        } else {
            half.0.max(half.1).ilog2() + 1
        };
        let uniform = Pipelines::uniform_buffer(upload, &LayerUniform::new(&pixels, num_reduced));
        let reduced = new_texture(
            upload.device,
            half,
            wgpu::TextureFormat::R32Float,
            num_reduced,
        );
        if mask.is_none() {
            pipelines.reduce(upload, &uniform, &full, &reduced);
        }
        let reduced = reduced.create_view(&wgpu::TextureViewDescriptor::default());
        let is_result = matches!(pixels, LayerPixels::Values(_));
        Some(Self {
            bind_group: pipelines.layer_bind_group(upload.device, &uniform, &full, &reduced),
            mask,
            result: is_result.then_some([full.values, reduced]),
            last_frame: 0,
        })
    }
}

fn upload_stored(upload: &Upload<'_>, full: &mut FullSize, stored: &StoredValues) {
    let (width, height) = stored.size();
    let size = (width as u32, height as u32);
    match stored {
        StoredValues::U16(raster) => {
            let bytes = bytemuck::cast_slice(raster.values());
            full.unsigned = upload.texture(size, wgpu::TextureFormat::R16Uint, bytes);
        }
        StoredValues::I16(raster) => {
            let bytes = bytemuck::cast_slice(raster.values());
            full.signed = upload.texture(size, wgpu::TextureFormat::R16Sint, bytes);
        }
    }
}
