// A second result of the same study, for comparing two results. A whole layer more would exceed the
// sixteen textures that every adapter offers a shader, and a result needs two of its five.

@group(0) @binding(4) var values_rival: texture_2d<f32>;
@group(0) @binding(5) var reduced_rival: texture_2d<f32>;

fn size_rival() -> vec2<u32> {
    return textureDimensions(values_rival);
}

fn num_reduced_rival() -> u32 {
    return textureNumLevels(reduced_rival);
}

fn value_at_rival(pixel: vec2<i32>) -> f32 {
    let inside = clamp(pixel, vec2<i32>(0), vec2<i32>(size_rival()) - 1);
    return textureLoad(values_rival, inside, 0).r;
}
