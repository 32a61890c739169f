// A view: interpolated modality values -> window -> polarity -> colour -> output gamma.

@group(0) @binding(0) var<uniform> view: ViewUniform;
@group(0) @binding(1) var voi_lut: texture_2d<f32>;
@group(0) @binding(2) var colormap: texture_2d<f32>;
@group(0) @binding(3) var lung_mask: texture_2d<u32>;

// Display value in [0, 1] before polarity, PS3.3 C.11.2.1.
fn voi(modality: f32) -> f32 {
    let center = view.voi_center;
    let width = view.voi_width;
    if view.voi_function == VOI_LUT {
        let last = f32(view.voi_lut_len) - 1.0;
        let index = u32(clamp(round(modality) - f32(view.voi_lut_first), 0.0, last));
        return textureLoad(voi_lut, lut_texel(index), 0).r;
    }
    if view.voi_function == VOI_SIGMOID {
        return 1.0 / (1.0 + exp(clamp(-4.0 * (modality - center) / width, -80.0, 80.0)));
    }
    if view.voi_function == VOI_LINEAR_EXACT {
        return clamp((modality - center) / width + 0.5, 0.0, 1.0);
    }
    if width <= 1.0 {
        return select(0.0, 1.0, modality > center - 0.5);
    }
    return clamp((modality - (center - 0.5)) / (width - 1.0) + 0.5, 0.0, 1.0);
}

fn grey(modality: f32, screen: vec2<f32>) -> vec3<f32> {
    let value = voi(modality);
    let shown = select(value, 1.0 - value, view.low_is_white == 1u);
    return vec3<f32>(clamp(shown + view.dither * dither_noise(screen), 0.0, 1.0));
}

fn image_from_screen(screen: vec2<f32>) -> vec2<f32> {
    return vec2<f32>(dot(view.axes.xy, screen), dot(view.axes.zw, screen)) + view.offset;
}

// Image pixels that a screen pixel covers, along both axes of the image.
fn footprint() -> vec2<f32> {
    return abs(view.axes.xz) + abs(view.axes.yw);
}

// Colour at a position in [0, 1] of one of the maps.
fn map_colour(position: f32, row: u32) -> vec3<f32> {
    let texel = u32(round(clamp(position, 0.0, 1.0) * f32(COLORMAP_SIZE - 1u)));
    return textureLoad(colormap, vec2<u32>(texel, row), 0).rgb;
}

fn diverging(difference: f32) -> vec3<f32> {
    return map_colour(0.5 + 0.5 * difference / view.difference_limit, COLORMAP_DIVERGING);
}

fn is_lung(image: vec2<f32>) -> bool {
    let size = vec2<i32>(textureDimensions(lung_mask));
    let pixel = clamp(vec2<i32>(floor(image)), vec2<i32>(0), size - 1);
    return textureLoad(lung_mask, pixel, 0).r != 0u;
}

// On the inner side of the lung field's border, one screen pixel and at least one image pixel wide.
fn is_outline(image: vec2<f32>) -> bool {
    let reach = max(footprint(), vec2<f32>(1.0));
    let right = is_lung(image + vec2<f32>(reach.x, 0.0));
    let left = is_lung(image - vec2<f32>(reach.x, 0.0));
    let below = is_lung(image + vec2<f32>(0.0, reach.y));
    let above = is_lung(image - vec2<f32>(0.0, reach.y));
    return is_lung(image) && !(right && left && below && above);
}

// Share of the way from the base to the layer at a screen pixel.
fn amount_at(screen: vec2<f32>) -> f32 {
    let shape = view.region_shape;
    if view.region == REGION_BEYOND {
        return select(0.0, view.amount, dot(screen - shape.xy, shape.zw) >= 0.0);
    }
    if view.region == REGION_WITHIN {
        return select(0.0, view.amount, distance(screen, shape.xy) <= shape.z);
    }
    return view.amount;
}

// What the layer is compared with: the original, or another result of the same study.
fn sample_base(image: vec2<f32>) -> f32 {
    if view.has_rival == 1u {
        return sample_rival(image, footprint());
    }
    return sample_original(image, footprint());
}

// Modality value of base and layer mixed; both ends are the pictures themselves.
fn mixed(image: vec2<f32>, amount: f32) -> f32 {
    if amount >= 1.0 {
        return sample_shown(image, footprint());
    }
    let base = sample_base(image);
    if amount <= 0.0 || !is_value(base) {
        return base;
    }
    let shown = sample_shown(image, footprint());
    return select(shown, base + amount * (shown - base), is_value(shown));
}

// Whether the layer has something to show at a place of the image; padding is background, whatever the window and the
// polarity say. Beside the image nothing is drawn.
fn is_shown(image: vec2<f32>) -> bool {
    if any(image < vec2<f32>(0.0)) || any(image >= vec2<f32>(info_shown.size)) {
        discard;
    }
    return is_value(value_at_original(vec2<i32>(floor(image))));
}

// The layer alone in grey: what most views show. It has a shader of its own because a software rasteriser runs every
// branch, taken or not.
fn plain(screen: vec2<f32>) -> vec3<f32> {
    let image = image_from_screen(screen);
    if !is_shown(image) {
        return vec3<f32>(0.0);
    }
    let modality = sample_shown(image, footprint());
    return select(vec3<f32>(0.0), grey(modality, screen), is_value(modality));
}

// The layer compared, in colour or with the lungs' outline.
fn compared(screen: vec2<f32>) -> vec3<f32> {
    let image = image_from_screen(screen);
    if !is_shown(image) {
        return vec3<f32>(0.0);
    }
    let modality = mixed(image, amount_at(screen));
    if !is_value(modality) {
        return vec3<f32>(0.0);
    }
    var rgb = grey(modality, screen);
    if view.picture == PICTURE_DIFFERENCE {
        rgb = diverging(sample_base(image) - modality);
    } else if view.picture == PICTURE_ABSOLUTE {
        rgb = diverging(abs(sample_base(image) - modality));
    } else if view.picture == PICTURE_SEQUENTIAL {
        rgb = map_colour(modality / view.difference_limit, COLORMAP_SEQUENTIAL);
    }
    if view.outline_opacity > 0.0 && is_outline(image) {
        rgb = mix(rgb, OUTLINE_COLOUR, view.outline_opacity);
    }
    return rgb;
}

// For targets that store gamma-encoded values as they are.
@fragment
fn fs_plain_gamma(@builtin(position) position: vec4<f32>) -> @location(0) vec4<f32> {
    return vec4<f32>(plain(position.xy), 1.0);
}

@fragment
fn fs_compared_gamma(@builtin(position) position: vec4<f32>) -> @location(0) vec4<f32> {
    return vec4<f32>(compared(position.xy), 1.0);
}

// For targets that encode linear values themselves.
@fragment
fn fs_plain_linear(@builtin(position) position: vec4<f32>) -> @location(0) vec4<f32> {
    return vec4<f32>(linear_from_gamma(plain(position.xy)), 1.0);
}

@fragment
fn fs_compared_linear(@builtin(position) position: vec4<f32>) -> @location(0) vec4<f32> {
    return vec4<f32>(linear_from_gamma(compared(position.xy)), 1.0);
}
