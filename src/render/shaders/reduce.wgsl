// Averages a layer down, so that a small picture of a large radiograph does not alias.

@group(1) @binding(0) var larger: texture_2d<f32>;

// The layer's own pixels, two by two.
@fragment
fn fs_first(@builtin(position) position: vec4<f32>) -> @location(0) vec4<f32> {
    let size = vec2<f32>(info_shown.size);
    let smaller = vec2<f32>((info_shown.size + 1u) / 2u);
    let low = floor(position.xy) * size / smaller;
    let high = (floor(position.xy) + 1.0) * size / smaller;
    return vec4<f32>(area_mean_of_pixels_shown(low, high), 0.0, 0.0, 1.0);
}

// One level of the reduced texture from the level above it.
@fragment
fn fs_next(@builtin(position) position: vec4<f32>) -> @location(0) vec4<f32> {
    let size = textureDimensions(larger);
    let smaller = max(size / 2u, vec2<u32>(1u));
    let ratio = vec2<f32>(size) / vec2<f32>(smaller);
    let low = floor(position.xy) * ratio;
    let high = (floor(position.xy) + 1.0) * ratio;
    let first = vec2<i32>(floor(low + 1e-3));
    let last = vec2<i32>(ceil(high - 1e-3)) - 1;
    var sum = vec2<f32>(0.0);
    for (var y = first.y; y <= last.y; y++) {
        for (var x = first.x; x <= last.x; x++) {
            let texel = clamp(vec2<i32>(x, y), vec2<i32>(0), vec2<i32>(size) - 1);
            let value = textureLoad(larger, texel, 0).r;
            sum += weighed(value, covered(x, low.x, high.x) * covered(y, low.y, high.y));
        }
    }
    return vec4<f32>(weighed_mean(sum), 0.0, 0.0, 1.0);
}
