// Uniform blocks, the vertex shader and functions without textures.

struct ViewUniform {
    axes: vec4<f32>,
    offset: vec2<f32>,
    voi_center: f32,
    voi_width: f32,
    voi_function: u32,
    voi_lut_first: i32,
    voi_lut_len: u32,
    low_is_white: u32,
    picture: u32,
    difference_limit: f32,
    outline_opacity: f32,
    amount: f32,
    region: u32,
    dither: f32,
    has_rival: u32,
    padding: u32,
    region_shape: vec4<f32>,
}

struct LayerUniform {
    size: vec2<u32>,
    source: u32,
    has_modality_lut: u32,
    slope: f32,
    intercept: f32,
    modality_lut_first: i32,
    modality_lut_len: u32,
    padding_low: i32,
    padding_high: i32,
    num_reduced: u32,
    padding: u32,
}

// One triangle that covers the viewport.
@vertex
fn vs_main(@builtin(vertex_index) index: u32) -> @builtin(position) vec4<f32> {
    let corner = vec2<f32>(f32((index << 1u) & 2u), f32(index & 2u));
    return vec4<f32>(corner * 2.0 - 1.0, 0.0, 1.0);
}

fn is_value(value: f32) -> bool {
    return value > 0.5 * PADDING_VALUE;
}

// Length of the part of texel [texel, texel + 1] that lies in [low, high].
fn covered(texel: i32, low: f32, high: f32) -> f32 {
    return max(min(f32(texel) + 1.0, high) - max(f32(texel), low), 0.0);
}

// A value with its weight, to be added up; nothing for padding.
fn weighed(value: f32, weight: f32) -> vec2<f32> {
    return select(vec2<f32>(0.0), vec2<f32>(weight * value, weight), is_value(value));
}

// The mean of what was added up.
fn weighed_mean(sum: vec2<f32>) -> f32 {
    return select(PADDING_VALUE, sum.x / max(sum.y, 1e-20), sum.y > 0.0);
}

// Catmull-Rom weights (cubic, a = -0.5) of the texels at -1, 0, 1, 2 for a position t in [0, 1].
fn cubic_weights(t: f32) -> vec4<f32> {
    let t2 = t * t;
    let t3 = t2 * t;
    return vec4<f32>(
        -0.5 * t3 + t2 - 0.5 * t,
        1.5 * t3 - 2.5 * t2 + 1.0,
        -1.5 * t3 + 2.0 * t2 + 0.5 * t,
        0.5 * t3 - 0.5 * t2,
    );
}

// Interleaved gradient noise (Jimenez, "Next Generation Post Processing in Call of Duty", 2014), in [-0.5, 0.5):
// neighbours differ, and the same pixel always has the same value.
fn dither_noise(screen: vec2<f32>) -> f32 {
    return fract(52.9829189 * fract(dot(floor(screen), vec2<f32>(0.06711056, 0.00583715)))) - 0.5;
}

fn lut_texel(index: u32) -> vec2<u32> {
    return vec2<u32>(index % LUT_SIDE, index / LUT_SIDE);
}

// IEC 61966-2-1, for targets that encode on their own.
fn linear_from_gamma(rgb: vec3<f32>) -> vec3<f32> {
    let low = rgb / 12.92;
    let high = pow((rgb + 0.055) / 1.055, vec3<f32>(2.4));
    return select(high, low, rgb <= vec3<f32>(0.04045));
}
