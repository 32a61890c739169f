//! Shader sources, put together from the files in `shaders/`.

use super::constants::wgsl_prelude;

const COMMON: &str = include_str!("shaders/common.wgsl");
const LAYER: &str = include_str!("shaders/layer.wgsl");
const SAMPLING: &str = include_str!("shaders/sampling.wgsl");
const RIVAL: &str = include_str!("shaders/rival.wgsl");
const RADIOGRAPH: &str = include_str!("shaders/radiograph.wgsl");
const REDUCE: &str = include_str!("shaders/reduce.wgsl");

/// One complete shader module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShaderSource {
    /// Its name, for error messages.
    pub name: &'static str,
    /// WGSL.
    pub wgsl: String,
}

/// Every shader module of the program.
pub fn shader_sources() -> [ShaderSource; 2] {
    [radiograph_source(), reduce_source()]
}

/// The module that draws views.
pub(super) fn radiograph_source() -> ShaderSource {
    ShaderSource {
        name: "radiograph",
        wgsl: [
            &wgsl_prelude(),
            COMMON,
            &layer_functions("shown", 1),
            &layer_functions("original", 2),
            RIVAL,
            &sampling_functions("rival"),
            RADIOGRAPH,
        ]
        .join("\n"),
    }
}

/// The module that averages layers down.
pub(super) fn reduce_source() -> ShaderSource {
    ShaderSource {
        name: "reduce",
        wgsl: [
            &wgsl_prelude(),
            COMMON,
            &layer_functions("shown", 0),
            REDUCE,
        ]
        .join("\n"),
    }
}

/// WGSL has no generics: the functions of a layer are written once and named after the layer whose
/// bind group they read.
fn layer_functions(name: &str, group: u32) -> String {
    let reading = LAYER
        .replace("GROUP", &group.to_string())
        .replace("LAYER", name);
    [reading, sampling_functions(name)].join("\n")
}

fn sampling_functions(name: &str) -> String {
    SAMPLING.replace("LAYER", name)
}
