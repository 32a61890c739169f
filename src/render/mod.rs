//! From stored values to pixels on the screen, on the graphics card.
//!
//! Owns textures, pipelines and shaders. A radiograph is uploaded once, as the numbers in its file;
//! window, polarity and zoom are uniforms, so changing them uploads nothing. What a grey value *is*
//! is written in [`crate::display`] and followed here: interpolate modality values, window,
//! polarity, colour map, output gamma. Knows no worker, no command and no panel.
//!
//! ```text
//! PixelSource --> LayerTextures (R16Uint | R16Sint | R32Float, and R32Float reductions)
//!                     |  group 1: shown layer, group 2: original
//! ViewSpec ---> ViewResources (group 0: uniform, VOI LUT, colour map, mask) --> fs_plain_* | fs_compared_*
//! ```

mod callback;
mod constants;
mod faults;
mod layer;
mod lut;
mod pipeline;
mod renderer;
mod shader;
mod uniforms;
mod view;

pub use callback::{RadiographCallback, draws_on_processor, frame_number, install};
pub use constants::{LUT_SIDE, wgsl_prelude};
pub use faults::{GraphicsFault, watch};
pub use layer::{LayerPixels, PixelSource};
pub use renderer::RadiographRenderer;
pub use shader::{ShaderSource, shader_sources};
pub use uniforms::{LayerUniform, ViewUniform};
pub use view::{ImageFromScreen, LayerKey, LayerKind, Mixture, Picture, Region, ViewId, ViewSpec};
