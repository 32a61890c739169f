//! The bridge to egui: a paint callback per view and frame.

use super::layer::PixelSource;
use super::renderer::RadiographRenderer;
use super::view::{LayerKey, ViewSpec};
use eframe::egui::{Context, PaintCallbackInfo, Rect, Shape, ViewportId};
use eframe::egui_wgpu::{
    Callback, CallbackResources, CallbackTrait, RenderState, ScreenDescriptor,
};
use eframe::wgpu;
use std::sync::Arc;

/// Puts a [`RadiographRenderer`] among egui's callback resources; without it views stay empty.
pub fn install(state: &RenderState) {
    let renderer = RadiographRenderer::new(&state.device, state.target_format);
    state.renderer.write().callback_resources.insert(renderer);
}

/// Whether a software rasteriser stands in for a graphics card, so that frames cost the processor.
#[must_use]
pub fn draws_on_processor(state: &RenderState) -> bool {
    state.adapter.get_info().device_type == wgpu::DeviceType::Cpu
}

/// The number of the frame under way, one and the same in every window of the program.
pub fn frame_number(ctx: &Context) -> u64 {
    ctx.cumulative_frame_nr_for(ViewportId::ROOT)
}

/// Draws one view in one frame.
pub struct RadiographCallback {
    /// What to draw.
    pub spec: ViewSpec,
    /// Layers to be kept on the graphics card, shown or not.
    pub layers: Vec<(LayerKey, Arc<dyn PixelSource>)>,
    /// The frame; views and layers that no callback of a frame names are dropped.
    pub frame: u64,
}

impl RadiographCallback {
    /// The callback as a shape that covers `rect`.
    pub fn into_shape(self, rect: Rect) -> Shape {
        Shape::Callback(Callback::new_paint_callback(rect, self))
    }
}

impl CallbackTrait for RadiographCallback {
    fn prepare(
        &self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        _screen: &ScreenDescriptor,
        encoder: &mut wgpu::CommandEncoder,
        resources: &mut CallbackResources,
    ) -> Vec<wgpu::CommandBuffer> {
        if let Some(renderer) = resources.get_mut::<RadiographRenderer>() {
            let (spec, layers) = (&self.spec, &self.layers);
            renderer.prepare((device, queue), encoder, spec, layers, self.frame);
        }
        Vec::new()
    }

    fn finish_prepare(
        &self,
        _device: &wgpu::Device,
        _queue: &wgpu::Queue,
        _encoder: &mut wgpu::CommandEncoder,
        resources: &mut CallbackResources,
    ) -> Vec<wgpu::CommandBuffer> {
        if let Some(renderer) = resources.get_mut::<RadiographRenderer>() {
            renderer.drop_stale(self.frame);
        }
        Vec::new()
    }

    fn paint(
        &self,
        info: PaintCallbackInfo,
        pass: &mut wgpu::RenderPass<'static>,
        resources: &CallbackResources,
    ) {
        if let Some(renderer) = resources.get::<RadiographRenderer>() {
            // The shader works in framebuffer pixels and the scissor rectangle is egui's clip
            // rectangle, so the whole framebuffer is the viewport.
            let [width, height] = info.screen_size_px;
            pass.set_viewport(0.0, 0.0, width as f32, height as f32, 0.0, 1.0);
            renderer.paint(pass, self.spec.id);
        }
    }
}
