//! Pipelines and bind groups: which texture stands at which binding.

use super::layer::{FullSize, Upload, new_texture};
use super::shader::{ShaderSource, radiograph_source, reduce_source};
use super::uniforms::{LayerUniform, ViewUniform};
use bytemuck::Pod;
use eframe::wgpu;

/// Everything that is made once per device.
pub(super) struct Pipelines {
    view_layout: wgpu::BindGroupLayout,
    layer_layout: wgpu::BindGroupLayout,
    larger_layout: wgpu::BindGroupLayout,
    draw_plain: wgpu::RenderPipeline,
    draw_compared: wgpu::RenderPipeline,
    reduce_first: wgpu::RenderPipeline,
    reduce_next: wgpu::RenderPipeline,
}

/// The textures of a view's bind group.
pub(super) struct ViewTextures<'a> {
    pub voi_lut: &'a wgpu::TextureView,
    pub colormap: &'a wgpu::TextureView,
    pub mask: &'a wgpu::TextureView,
    /// Values at full size and averaged down of another result.
    pub rival: [&'a wgpu::TextureView; 2],
}

impl Pipelines {
    /// Compiles the shaders for a target format.
    pub fn new(device: &wgpu::Device, target: wgpu::TextureFormat) -> Self {
        use wgpu::TextureSampleType::{Float, Sint, Uint};
        let float = Float { filterable: false };
        let view_layout =
            layout::<ViewUniform>(device, "view", &[float, float, Uint, float, float]);
        let layer_layout =
            layout::<LayerUniform>(device, "layer", &[Uint, Sint, float, float, float]);
        let larger_layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("larger level"),
            entries: &[texture_entry(0, float)],
        });
        let draw_module = module(device, radiograph_source());
        let reduce_module = module(device, reduce_source());
        let value = wgpu::TextureFormat::R32Float;
        let [plain, compared] = if target.is_srgb() {
            ["fs_plain_linear", "fs_compared_linear"]
        } else {
            ["fs_plain_gamma", "fs_compared_gamma"]
        };
        let views = [&view_layout, &layer_layout, &layer_layout];
        let levels = [&layer_layout, &larger_layout];
        Self {
            draw_plain: pipeline(device, &draw_module, &views, (plain, target)),
            draw_compared: pipeline(device, &draw_module, &views, (compared, target)),
            reduce_first: pipeline(device, &reduce_module, &levels[..1], ("fs_first", value)),
            reduce_next: pipeline(device, &reduce_module, &levels, ("fs_next", value)),
            view_layout,
            layer_layout,
            larger_layout,
        }
    }

    /// A uniform buffer with its first content.
    pub fn uniform_buffer<T: Pod>(upload: &Upload<'_>, block: &T) -> wgpu::Buffer {
        let buffer = upload.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("radiograph uniform"),
            size: size_of::<T>() as u64,
            usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        upload
            .queue
            .write_buffer(&buffer, 0, bytemuck::bytes_of(block));
        buffer
    }

    /// Single pixels for the bindings a layer does not use.
    pub fn placeholders(upload: &Upload<'_>) -> FullSize {
        let one = |format| {
            new_texture(upload.device, (1, 1), format, 1)
                .create_view(&wgpu::TextureViewDescriptor::default())
        };
        FullSize {
            unsigned: one(wgpu::TextureFormat::R16Uint),
            signed: one(wgpu::TextureFormat::R16Sint),
            values: one(wgpu::TextureFormat::R32Float),
            modality_lut: one(wgpu::TextureFormat::R32Float),
        }
    }

    /// Bind group of a layer.
    pub fn layer_bind_group(
        &self,
        device: &wgpu::Device,
        uniform: &wgpu::Buffer,
        full: &FullSize,
        reduced: &wgpu::TextureView,
    ) -> wgpu::BindGroup {
        let textures = [
            &full.unsigned,
            &full.signed,
            &full.values,
            &full.modality_lut,
            reduced,
        ];
        bind(device, &self.layer_layout, Some(uniform), &textures)
    }

    /// Bind group of a view.
    pub fn view_bind_group(
        &self,
        device: &wgpu::Device,
        uniform: &wgpu::Buffer,
        textures: &ViewTextures<'_>,
    ) -> wgpu::BindGroup {
        let ViewTextures {
            voi_lut,
            colormap,
            mask,
            rival: [values, reduced],
        } = *textures;
        let textures = [voi_lut, colormap, mask, values, reduced];
        bind(device, &self.view_layout, Some(uniform), &textures)
    }

    /// Fills every level of `reduced` from the layer's own pixels.
    pub fn reduce(
        &self,
        upload: &mut Upload<'_>,
        uniform: &wgpu::Buffer,
        full: &FullSize,
        reduced: &wgpu::Texture,
    ) {
        // A texture cannot be read and written in one pass, so the layer is bound without `reduced`.
        let placeholder = Self::placeholders(upload).values;
        let layer = self.layer_bind_group(upload.device, uniform, full, &placeholder);
        let levels: Vec<_> = (0..reduced.mip_level_count())
            .map(|level| {
                reduced.create_view(&wgpu::TextureViewDescriptor {
                    base_mip_level: level,
                    mip_level_count: Some(1),
                    ..Default::default()
                })
            })
            .collect();
        if let Some(first) = levels.first() {
            let mut pass = begin_pass(upload.encoder, first);
            pass.set_pipeline(&self.reduce_first);
            pass.set_bind_group(0, &layer, &[]);
            pass.draw(0..3, 0..1);
        }
        for (larger, smaller) in levels.iter().zip(levels.iter().skip(1)) {
            let larger = bind(upload.device, &self.larger_layout, None, &[larger]);
            let mut pass = begin_pass(upload.encoder, smaller);
            pass.set_pipeline(&self.reduce_next);
            pass.set_bind_group(0, &layer, &[]);
            pass.set_bind_group(1, &larger, &[]);
            pass.draw(0..3, 0..1);
        }
    }

    /// Draws a view over the pass's viewport; a plain one is a layer in grey and nothing else.
    pub fn draw(
        &self,
        pass: &mut wgpu::RenderPass<'_>,
        (view, is_plain): (&wgpu::BindGroup, bool),
        layers: [&wgpu::BindGroup; 2],
    ) {
        let [shown, original] = layers;
        pass.set_pipeline(if is_plain {
            &self.draw_plain
        } else {
            &self.draw_compared
        });
        pass.set_bind_group(0, view, &[]);
        pass.set_bind_group(1, shown, &[]);
        pass.set_bind_group(2, original, &[]);
        pass.draw(0..3, 0..1);
    }
}

fn module(device: &wgpu::Device, source: ShaderSource) -> wgpu::ShaderModule {
    device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: Some(source.name),
        source: wgpu::ShaderSource::Wgsl(source.wgsl.into()),
    })
}

fn texture_entry(binding: u32, sample_type: wgpu::TextureSampleType) -> wgpu::BindGroupLayoutEntry {
    wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::FRAGMENT,
        ty: wgpu::BindingType::Texture {
            sample_type,
            view_dimension: wgpu::TextureViewDimension::D2,
            multisampled: false,
        },
        count: None,
    }
}

/// Layout of a uniform block `T` at binding 0 and textures from binding 1 on.
fn layout<T>(
    device: &wgpu::Device,
    label: &str,
    textures: &[wgpu::TextureSampleType],
) -> wgpu::BindGroupLayout {
    let uniform = wgpu::BindGroupLayoutEntry {
        binding: 0,
        visibility: wgpu::ShaderStages::FRAGMENT,
        ty: wgpu::BindingType::Buffer {
            ty: wgpu::BufferBindingType::Uniform,
            has_dynamic_offset: false,
            min_binding_size: std::num::NonZeroU64::new(size_of::<T>() as u64),
        },
        count: None,
    };
    let textures = (1..).zip(textures).map(|(i, &kind)| texture_entry(i, kind));
    let entries: Vec<_> = std::iter::once(uniform).chain(textures).collect();
    device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
        label: Some(label),
        entries: &entries,
    })
}

/// Binds a buffer, where there is one, and textures one after the other.
fn bind(
    device: &wgpu::Device,
    layout: &wgpu::BindGroupLayout,
    uniform: Option<&wgpu::Buffer>,
    textures: &[&wgpu::TextureView],
) -> wgpu::BindGroup {
    let uniform = uniform.map(wgpu::Buffer::as_entire_binding);
    let textures = textures
        .iter()
        .map(|view| wgpu::BindingResource::TextureView(view));
    let entries: Vec<_> = (0..)
        .zip(uniform.into_iter().chain(textures))
        .map(|(binding, resource)| wgpu::BindGroupEntry { binding, resource })
        .collect();
    device.create_bind_group(&wgpu::BindGroupDescriptor {
        label: None,
        layout,
        entries: &entries,
    })
}

fn pipeline(
    device: &wgpu::Device,
    module: &wgpu::ShaderModule,
    layouts: &[&wgpu::BindGroupLayout],
    (entry_point, format): (&str, wgpu::TextureFormat),
) -> wgpu::RenderPipeline {
    let layouts: Vec<_> = layouts.iter().map(|&layout| Some(layout)).collect();
    let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label: Some(entry_point),
        bind_group_layouts: &layouts,
        immediate_size: 0,
    });
    device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
        label: Some(entry_point),
        layout: Some(&layout),
        vertex: wgpu::VertexState {
            module,
            entry_point: Some("vs_main"),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            buffers: &[],
        },
        primitive: wgpu::PrimitiveState::default(),
        depth_stencil: None,
        multisample: wgpu::MultisampleState::default(),
        fragment: Some(wgpu::FragmentState {
            module,
            entry_point: Some(entry_point),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            targets: &[Some(format.into())],
        }),
        multiview_mask: None,
        cache: None,
    })
}

fn begin_pass<'a>(
    encoder: &'a mut wgpu::CommandEncoder,
    target: &wgpu::TextureView,
) -> wgpu::RenderPass<'a> {
    encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
        label: Some("reduce"),
        color_attachments: &[Some(wgpu::RenderPassColorAttachment {
            view: target,
            depth_slice: None,
            resolve_target: None,
            ops: wgpu::Operations {
                load: wgpu::LoadOp::Clear(wgpu::Color::BLACK),
                store: wgpu::StoreOp::Store,
            },
        })],
        ..Default::default()
    })
}
