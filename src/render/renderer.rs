//! What lies on the graphics card: pipelines, layers by key, views by name.

use super::layer::{LayerTextures, PixelSource, Upload};
use super::lut;
use super::pipeline::{Pipelines, ViewTextures};
use super::uniforms::ViewUniform;
use super::view::{LayerKey, ViewId, ViewSpec};
use crate::radiograph::Voi;
use eframe::wgpu;
use std::collections::HashMap;
use std::sync::Arc;

/// One view on the graphics card.
struct ViewResources {
    uniform: wgpu::Buffer,
    bind_group: wgpu::BindGroup,
    /// What the bind group was made for; a new window or zoom does not touch it.
    voi_lut: Option<Voi>,
    mask: Option<LayerKey>,
    rival: Option<LayerKey>,
    shown: LayerKey,
    original: LayerKey,
    is_plain: bool,
    last_frame: u64,
}

/// Draws radiographs; one per device, it lives among egui's callback resources.
pub struct RadiographRenderer {
    pipelines: Pipelines,
    colormap: Option<wgpu::TextureView>,
    layers: HashMap<LayerKey, LayerTextures>,
    views: HashMap<ViewId, ViewResources>,
}

impl RadiographRenderer {
    /// Compiles the shaders; `target` decides whether they encode gamma themselves.
    pub fn new(device: &wgpu::Device, target: wgpu::TextureFormat) -> Self {
        Self {
            pipelines: Pipelines::new(device, target),
            colormap: None,
            layers: HashMap::new(),
            views: HashMap::new(),
        }
    }

    /// Uploads what the view needs and is not there yet, and updates its uniform.
    ///
    /// `layers` are all layers to be kept on the card, shown or not: the original stays beside the
    /// soft-tissue image so that changing over takes no upload. `frame` grows with every frame.
    pub fn prepare(
        &mut self,
        (device, queue): (&wgpu::Device, &wgpu::Queue),
        encoder: &mut wgpu::CommandEncoder,
        spec: &ViewSpec,
        layers: &[(LayerKey, Arc<dyn PixelSource>)],
        frame: u64,
    ) {
        let mut upload = Upload {
            device,
            queue,
            encoder,
        };
        for (key, source) in layers {
            self.keep_layer(&mut upload, key, source.as_ref(), frame);
        }
        let block = ViewUniform::new(spec);
        if self.fits(spec) {
            if let Some(view) = self.views.get_mut(&spec.id) {
                view.last_frame = frame;
                view.shown = spec.layer;
                view.original = spec.original;
                view.is_plain = spec.is_plain();
                queue.write_buffer(&view.uniform, 0, bytemuck::bytes_of(&block));
            }
        } else {
            let view = self.new_view(&upload, spec, &block, frame);
            self.views.insert(spec.id, view);
        }
    }

    /// Drops views and layers that neither `frame` nor the one before it asked for: a second window is
    /// painted before the first one has asked for its own.
    pub fn drop_stale(&mut self, frame: u64) {
        let is_wanted = |last_frame: u64| last_frame + 1 >= frame;
        self.views.retain(|_, view| is_wanted(view.last_frame));
        self.layers.retain(|_, layer| is_wanted(layer.last_frame));
    }

    /// Whether a layer is on the graphics card.
    pub fn holds(&self, key: &LayerKey) -> bool {
        self.layers.contains_key(key)
    }

    /// Draws a view; one that lacks a resource draws nothing.
    pub fn paint(&self, pass: &mut wgpu::RenderPass<'_>, id: ViewId) {
        let Some(view) = self.views.get(&id) else {
            return;
        };
        let layers = (
            self.layers.get(&view.shown),
            self.layers.get(&view.original),
        );
        if let (Some(shown), Some(original)) = layers {
            let layers = [&shown.bind_group, &original.bind_group];
            let view = (&view.bind_group, view.is_plain);
            self.pipelines.draw(pass, view, layers);
        }
    }

    fn keep_layer(
        &mut self,
        upload: &mut Upload<'_>,
        key: &LayerKey,
        source: &dyn PixelSource,
        frame: u64,
    ) {
        if !self.layers.contains_key(key)
            && let Some(layer) = LayerTextures::new(upload, &self.pipelines, source.pixels())
        {
            self.layers.insert(*key, layer);
        }
        if let Some(layer) = self.layers.get_mut(key) {
            layer.last_frame = frame;
        }
    }

    /// Whether the view's bind group still holds the right VOI LUT, mask and second result.
    fn fits(&self, spec: &ViewSpec) -> bool {
        self.views.get(&spec.id).is_some_and(|view| {
            let layers = (view.mask, view.rival) == (spec.mask, spec.rival);
            layers && view.voi_lut.as_ref() == table(&spec.voi)
        })
    }

    fn new_view(
        &mut self,
        upload: &Upload<'_>,
        spec: &ViewSpec,
        block: &ViewUniform,
        frame: u64,
    ) -> ViewResources {
        let placeholders = Pipelines::placeholders(upload);
        let voi_lut = match &spec.voi {
            Voi::Lut(table) => lut::upload(upload, &lut::voi_entries(table)),
            Voi::Window { .. } => placeholders.values,
        };
        let colormap = self
            .colormap
            .get_or_insert_with(|| lut::upload_colormap(upload));
        let mask = spec.mask.as_ref().and_then(|key| self.layers.get(key));
        let mask = mask.and_then(|layer| layer.mask.as_ref());
        let rival = spec.rival.as_ref().and_then(|key| self.layers.get(key));
        let [values, reduced] = match rival.and_then(|layer| layer.result.as_ref()) {
            Some([values, reduced]) => [values, reduced],
            None => [&placeholders.modality_lut; 2],
        };
        let uniform = Pipelines::uniform_buffer(upload, block);
        let textures = ViewTextures {
            voi_lut: &voi_lut,
            colormap,
            mask: mask.unwrap_or(&placeholders.unsigned),
            rival: [values, reduced],
        };
        let bind_group = self
            .pipelines
            .view_bind_group(upload.device, &uniform, &textures);
        ViewResources {
            uniform,
            bind_group,
            voi_lut: table(&spec.voi).cloned(),
            mask: spec.mask,
            rival: spec.rival,
            shown: spec.layer,
            original: spec.original,
            is_plain: spec.is_plain(),
            last_frame: frame,
        }
    }
}

/// The setting, where it is a table and therefore a texture.
fn table(voi: &Voi) -> Option<&Voi> {
    matches!(voi, Voi::Lut(_)).then_some(voi)
}
