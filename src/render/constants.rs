//! Numbers that Rust and WGSL must agree on; WGSL gets them as a generated prelude.

use std::fmt::Write as _;

/// Side of the square texture that holds a look-up table row by row: 65,536 entries in one row
/// would exceed the side limit of most adapters.
pub const LUT_SIDE: u32 = 256;
/// Entries of the colour map texture; odd, so that zero has one of its own.
pub(super) const COLORMAP_SIZE: u32 = 255;

/// The layer's values lie in the R16Uint texture.
pub(super) const SOURCE_UNSIGNED: u32 = 0;
/// The layer's values lie in the R16Sint texture.
pub(super) const SOURCE_SIGNED: u32 = 1;
/// The layer's values lie in the R32Float texture and are modality values already.
pub(super) const SOURCE_VALUES: u32 = 2;

/// Window function of PS3.3 C.11.2.1.2.1.
pub(super) const VOI_LINEAR: u32 = 0;
/// Window function of PS3.3 C.11.2.1.3.2.
pub(super) const VOI_LINEAR_EXACT: u32 = 1;
/// Window function of PS3.3 C.11.2.1.3.1.
pub(super) const VOI_SIGMOID: u32 = 2;
/// VOI LUT Sequence item.
pub(super) const VOI_LUT: u32 = 3;

/// The layer in grey.
pub(super) const PICTURE_GREY: u32 = 0;
/// Original minus layer in colours.
pub(super) const PICTURE_DIFFERENCE: u32 = 1;

/// The size of this difference in the colours of its upper half.
pub(super) const PICTURE_ABSOLUTE: u32 = 2;
/// The layer in the colours of the map without a sign.
pub(super) const PICTURE_SEQUENTIAL: u32 = 3;

/// Row of the colour map texture that holds the map with a sign.
pub(super) const COLORMAP_DIVERGING: u32 = 0;
/// Row of the colour map texture that holds the map without one.
pub(super) const COLORMAP_SEQUENTIAL: u32 = 1;

/// The layer is shown everywhere.
pub(super) const REGION_EVERYWHERE: u32 = 0;
/// The layer is shown on one side of a line.
pub(super) const REGION_BEYOND: u32 = 1;
/// The layer is shown in a disc.
pub(super) const REGION_WITHIN: u32 = 2;

/// Stands for "no value here"; no modality value comes near it.
pub(super) const PADDING_VALUE: f32 = -3.0e38;

/// The lung field's outline: a blue-green that stays apart from grey and from the ends of the
/// diverging map.
const OUTLINE_COLOUR: [f32; 3] = [0.31, 0.76, 0.80];

/// The constants as WGSL, put before every shader.
pub fn wgsl_prelude() -> String {
    let mut prelude = String::new();
    let mut emit = |line: std::fmt::Arguments<'_>| {
        // Writing to a string cannot fail.
        let _ok = writeln!(prelude, "{line}");
    };
    for (name, value) in [
        ("LUT_SIDE", LUT_SIDE),
        ("COLORMAP_SIZE", COLORMAP_SIZE),
        ("SOURCE_UNSIGNED", SOURCE_UNSIGNED),
        ("SOURCE_SIGNED", SOURCE_SIGNED),
        ("SOURCE_VALUES", SOURCE_VALUES),
        ("VOI_LINEAR", VOI_LINEAR),
        ("VOI_LINEAR_EXACT", VOI_LINEAR_EXACT),
        ("VOI_SIGMOID", VOI_SIGMOID),
        ("VOI_LUT", VOI_LUT),
        ("PICTURE_GREY", PICTURE_GREY),
        ("PICTURE_DIFFERENCE", PICTURE_DIFFERENCE),
        ("PICTURE_ABSOLUTE", PICTURE_ABSOLUTE),
        ("PICTURE_SEQUENTIAL", PICTURE_SEQUENTIAL),
        ("COLORMAP_DIVERGING", COLORMAP_DIVERGING),
        ("COLORMAP_SEQUENTIAL", COLORMAP_SEQUENTIAL),
        ("REGION_BEYOND", REGION_BEYOND),
        ("REGION_WITHIN", REGION_WITHIN),
    ] {
        emit(format_args!("const {name}: u32 = {value}u;"));
    }
    emit(format_args!(
        "const PADDING_VALUE: f32 = {PADDING_VALUE:e};"
    ));
    let [red, green, blue] = OUTLINE_COLOUR;
    emit(format_args!(
        "const OUTLINE_COLOUR: vec3<f32> = vec3<f32>({red}, {green}, {blue});"
    ));
    prelude
}
