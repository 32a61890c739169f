// Modality values between the pixels, interpolated before anything else happens to them.
// LAYER is replaced by the name of what is read; `value_at_LAYER`, `size_LAYER`, `num_reduced_LAYER`
// and the texture `reduced_LAYER` must be there.

// Value of a texel after `level` halvings, 1 or more; the border texel outside.
fn reduced_at_LAYER(level: u32, texel: vec2<i32>) -> f32 {
    let size = vec2<i32>(textureDimensions(reduced_LAYER, level - 1u));
    return textureLoad(reduced_LAYER, clamp(texel, vec2<i32>(0), size - 1), level - 1u).r;
}

// Mean over the rectangle [low, high] in the layer's own pixels, padding left out.
fn area_mean_of_pixels_LAYER(low: vec2<f32>, high: vec2<f32>) -> f32 {
    let last = vec2<i32>(ceil(high)) - 1;
    var sum = vec2<f32>(0.0);
    for (var y = i32(floor(low.y)); y <= last.y; y++) {
        let height = covered(y, low.y, high.y);
        for (var x = i32(floor(low.x)); x <= last.x; x++) {
            sum += weighed(value_at_LAYER(vec2<i32>(x, y)), height * covered(x, low.x, high.x));
        }
    }
    return weighed_mean(sum);
}

// Mean over the rectangle [low, high] in texels after `level` halvings, padding left out.
fn area_mean_LAYER(level: u32, low: vec2<f32>, high: vec2<f32>) -> f32 {
    // Two loops, not a branch within one: a software rasteriser runs every branch, and leaves a loop that no pixel of
    // a block takes.
    if level == 0u {
        return area_mean_of_pixels_LAYER(low, high);
    }
    let last = vec2<i32>(ceil(high)) - 1;
    var sum = vec2<f32>(0.0);
    for (var y = i32(floor(low.y)); y <= last.y; y++) {
        let height = covered(y, low.y, high.y);
        for (var x = i32(floor(low.x)); x <= last.x; x++) {
            let value = reduced_at_LAYER(level, vec2<i32>(x, y));
            sum += weighed(value, height * covered(x, low.x, high.x));
        }
    }
    return weighed_mean(sum);
}

// Catmull-Rom interpolation; beside padding the pixel itself.
fn cubic_LAYER(image: vec2<f32>) -> f32 {
    let base = floor(image - 0.5);
    let across = cubic_weights(image.x - 0.5 - base.x);
    let down = cubic_weights(image.y - 0.5 - base.y);
    var total = 0.0;
    var complete = true;
    for (var row = 0; row < 4; row++) {
        for (var column = 0; column < 4; column++) {
            let value = value_at_LAYER(vec2<i32>(base) + vec2<i32>(column - 1, row - 1));
            complete = complete && is_value(value);
            total += select(0.0, across[column] * down[row] * value, is_value(value));
        }
    }
    if complete {
        return total;
    }
    return value_at_LAYER(vec2<i32>(floor(image)));
}

// Modality value seen by a screen pixel that covers `footprint` image pixels around `image`.
fn sample_LAYER(image: vec2<f32>, footprint: vec2<f32>) -> f32 {
    if footprint.x < 1.0 && footprint.y < 1.0 {
        return cubic_LAYER(image);
    }
    let extent = max(footprint, vec2<f32>(1.0));
    let halvings = u32(floor(log2(max(extent.x, extent.y)) + 1e-4));
    let level = min(halvings, num_reduced_LAYER());
    let size = vec2<f32>(size_LAYER());
    var texels_per_pixel = vec2<f32>(1.0);
    if level > 0u {
        texels_per_pixel = vec2<f32>(textureDimensions(reduced_LAYER, level - 1u)) / size;
    }
    let low = max(image - 0.5 * extent, vec2<f32>(0.0));
    let high = min(image + 0.5 * extent, size);
    return area_mean_LAYER(level, low * texels_per_pixel, high * texels_per_pixel);
}
