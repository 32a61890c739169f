// Reading one layer: modality values from stored ones, or from those of a result.
// GROUP and LAYER are replaced by the number and the name of a bind group.

@group(GROUP) @binding(0) var<uniform> info_LAYER: LayerUniform;
@group(GROUP) @binding(1) var unsigned_LAYER: texture_2d<u32>;
@group(GROUP) @binding(2) var signed_LAYER: texture_2d<i32>;
@group(GROUP) @binding(3) var values_LAYER: texture_2d<f32>;
@group(GROUP) @binding(4) var modality_lut_LAYER: texture_2d<f32>;
@group(GROUP) @binding(5) var reduced_LAYER: texture_2d<f32>;

fn modality_from_stored_LAYER(stored: i32) -> f32 {
    if stored >= info_LAYER.padding_low && stored <= info_LAYER.padding_high {
        return PADDING_VALUE;
    }
    if info_LAYER.has_modality_lut == 1u {
        let last = i32(info_LAYER.modality_lut_len) - 1;
        let index = u32(clamp(stored - info_LAYER.modality_lut_first, 0, last));
        return textureLoad(modality_lut_LAYER, lut_texel(index), 0).r;
    }
    return info_LAYER.slope * f32(stored) + info_LAYER.intercept;
}

// Modality value of a pixel; the border pixel outside the image.
fn value_at_LAYER(pixel: vec2<i32>) -> f32 {
    let inside = clamp(pixel, vec2<i32>(0), vec2<i32>(info_LAYER.size) - 1);
    if info_LAYER.source == SOURCE_UNSIGNED {
        return modality_from_stored_LAYER(i32(textureLoad(unsigned_LAYER, inside, 0).r));
    }
    if info_LAYER.source == SOURCE_SIGNED {
        return modality_from_stored_LAYER(textureLoad(signed_LAYER, inside, 0).r);
    }
    return textureLoad(values_LAYER, inside, 0).r;
}

fn size_LAYER() -> vec2<u32> {
    return info_LAYER.size;
}

fn num_reduced_LAYER() -> u32 {
    return info_LAYER.num_reduced;
}
