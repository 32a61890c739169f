//! A graphics card, real or software, and pictures read back from it.

use crate::adapter::skipped_without_adapter;
use diaphane::render::{LayerKey, PixelSource, RadiographRenderer, ViewSpec};
use eframe::wgpu;
use std::sync::Arc;

/// A target that stores gamma-encoded values as they are.
pub const GAMMA: wgpu::TextureFormat = wgpu::TextureFormat::Rgba8Unorm;

/// Layers with their names.
pub type Layers = Vec<(LayerKey, Arc<dyn PixelSource>)>;

/// A device on any adapter, software included; `None` (and a line on the screen) without one.
pub fn graphics() -> Option<(wgpu::Device, wgpu::Queue)> {
    let setup = egui_kittest::wgpu::default_wgpu_setup();
    let eframe::egui_wgpu::WgpuSetup::CreateNew(setup) = setup else {
        return None;
    };
    let instance = wgpu::Instance::new(setup.instance_descriptor);
    let options = wgpu::RequestAdapterOptions::default();
    let adapter = block_on(instance.request_adapter(&options));
    let Ok(adapter) = adapter else {
        skipped_without_adapter();
        return None;
    };
    let device = adapter.request_device(&wgpu::DeviceDescriptor::default());
    Some(block_on(device).expect("an adapter gives a device"))
}

/// Waits for a future of wgpu, which never needs an executor of its own off the web.
fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    loop {
        if let std::task::Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
        std::thread::yield_now();
    }
}

/// The view as rendered, RGBA bytes of `side` x `side` pixels.
pub fn rendered(
    graphics: &(wgpu::Device, wgpu::Queue),
    format: wgpu::TextureFormat,
    spec: &ViewSpec,
    layers: &Layers,
    side: u32,
) -> Vec<[u8; 4]> {
    let mut renderer = RadiographRenderer::new(&graphics.0, format);
    let target = target(&graphics.0, format, side);
    drawn(&mut renderer, graphics, (spec, layers), &target, 1)
}

/// The same in a frame of a renderer that has drawn others, for a [`GAMMA`] target.
pub fn rendered_by(
    renderer: &mut RadiographRenderer,
    graphics: &(wgpu::Device, wgpu::Queue),
    spec: &ViewSpec,
    layers: &Layers,
    (side, frame): (u32, u64),
) -> Vec<[u8; 4]> {
    let target = target(&graphics.0, GAMMA, side);
    drawn(renderer, graphics, (spec, layers), &target, frame)
}

fn drawn(
    renderer: &mut RadiographRenderer,
    graphics: &(wgpu::Device, wgpu::Queue),
    (spec, layers): (&ViewSpec, &Layers),
    target: &wgpu::Texture,
    frame: u64,
) -> Vec<[u8; 4]> {
    let (device, queue) = graphics;
    let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
    renderer.prepare((device, queue), &mut encoder, spec, layers, frame);
    renderer.drop_stale(frame);
    let view = target.create_view(&wgpu::TextureViewDescriptor::default());
    {
        let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                view: &view,
                depth_slice: None,
                resolve_target: None,
                ops: wgpu::Operations::default(),
            })],
            ..Default::default()
        });
        renderer.paint(&mut pass, spec.id);
    }
    queue.submit([encoder.finish()]);
    read_back(graphics, target)
}

fn target(device: &wgpu::Device, format: wgpu::TextureFormat, side: u32) -> wgpu::Texture {
    device.create_texture(&wgpu::TextureDescriptor {
        label: None,
        size: wgpu::Extent3d {
            width: side,
            height: side,
            depth_or_array_layers: 1,
        },
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format,
        usage: wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::COPY_SRC,
        view_formats: &[],
    })
}

fn read_back(
    (device, queue): &(wgpu::Device, wgpu::Queue),
    texture: &wgpu::Texture,
) -> Vec<[u8; 4]> {
    let bytes_per_row = texture.width() * 4;
    // Rows of a copy are aligned to 256 bytes, which every side used here is a multiple of.
    assert_eq!(bytes_per_row % wgpu::COPY_BYTES_PER_ROW_ALIGNMENT, 0);
    let buffer = device.create_buffer(&wgpu::BufferDescriptor {
        label: None,
        size: u64::from(bytes_per_row * texture.height()),
        usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
        mapped_at_creation: false,
    });
    let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
    encoder.copy_texture_to_buffer(
        texture.as_image_copy(),
        wgpu::TexelCopyBufferInfo {
            buffer: &buffer,
            layout: wgpu::TexelCopyBufferLayout {
                offset: 0,
                bytes_per_row: Some(bytes_per_row),
                rows_per_image: None,
            },
        },
        texture.size(),
    );
    queue.submit([encoder.finish()]);
    buffer
        .slice(..)
        .map_async(wgpu::MapMode::Read, |mapped| mapped.expect("readable"));
    device
        .poll(wgpu::PollType::wait_indefinitely())
        .expect("the card answers");
    let bytes = buffer.slice(..).get_mapped_range().expect("mapped");
    bytes
        .chunks_exact(4)
        .map(|p| [p[0], p[1], p[2], p[3]])
        .collect()
}
