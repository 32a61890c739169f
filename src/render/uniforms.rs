//! Uniform blocks, byte for byte as the shaders declare them.

use super::constants::{
    PICTURE_ABSOLUTE, PICTURE_DIFFERENCE, PICTURE_GREY, PICTURE_SEQUENTIAL, REGION_BEYOND,
    REGION_EVERYWHERE, REGION_WITHIN, SOURCE_SIGNED, SOURCE_UNSIGNED, SOURCE_VALUES, VOI_LINEAR,
    VOI_LINEAR_EXACT, VOI_LUT, VOI_SIGMOID,
};
use super::layer::LayerPixels;
use super::view::{Picture, Region, ViewSpec};
use crate::radiograph::{ModalityTransform, StoredValues, Voi, VoiFunction};
use bytemuck::{Pod, Zeroable};

/// How one view looks at its layer (`ViewUniform` in common.wgsl).
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
pub struct ViewUniform {
    /// Image pixels per screen pixel, row by row.
    pub axes: [f32; 4],
    /// Image position of the screen's top left corner.
    pub offset: [f32; 2],
    /// Window centre, modality units.
    pub voi_center: f32,
    /// Window width, modality units.
    pub voi_width: f32,
    /// One of the `VOI_*` constants.
    pub voi_function: u32,
    /// First modality value of the VOI LUT.
    pub voi_lut_first: i32,
    /// Entries of the VOI LUT.
    pub voi_lut_len: u32,
    /// 1 where low values are white.
    pub low_is_white: u32,
    /// One of the `PICTURE_*` constants.
    pub picture: u32,
    /// Difference or value shown in the end colours of the map, modality units; negative where lower values are
    /// brighter.
    pub difference_limit: f32,
    /// Opacity of the lung field's outline, 0 to 1.
    pub outline_opacity: f32,
    /// Share of the way from the base to the layer, 0 to 1.
    pub amount: f32,
    /// One of the `REGION_*` constants.
    pub region: u32,
    /// Width of the dither, display units; 0 without.
    pub dither: f32,
    /// 1 where the base is another result and not the original.
    pub has_rival: u32,
    /// WGSL aligns what follows.
    pub padding: u32,
    /// Point and normal of a line, or centre and radius of a disc, framebuffer pixels.
    pub region_shape: [f32; 4],
}

/// One grey step of an 8-bit screen, display units.
const DITHER: f32 = 1.0 / 255.0;

impl ViewUniform {
    /// The block of one view.
    pub fn new(spec: &ViewSpec) -> Self {
        let (picture, difference_limit) = match spec.picture {
            Picture::Grey => (PICTURE_GREY, 1.0),
            Picture::Sequential { limit } => (PICTURE_SEQUENTIAL, limit.max(f32::MIN_POSITIVE)),
            Picture::Difference {
                limit,
                low_is_bright,
                is_absolute,
            } => {
                let limit = limit.max(f32::MIN_POSITIVE);
                let signed = if low_is_bright { -limit } else { limit };
                if is_absolute {
                    (PICTURE_ABSOLUTE, limit)
                } else {
                    (PICTURE_DIFFERENCE, signed)
                }
            }
        };
        let mut block = Self {
            axes: bytemuck::cast(spec.image_from_screen.axes),
            offset: spec.image_from_screen.offset,
            voi_center: 0.0,
            voi_width: 1.0,
            voi_function: VOI_LINEAR,
            voi_lut_first: 0,
            voi_lut_len: 1,
            low_is_white: u32::from(spec.low_is_white),
            picture,
            difference_limit,
            outline_opacity: if spec.mask.is_some() { 1.0 } else { 0.0 },
            amount: spec.mixture.amount.clamp(0.0, 1.0),
            region: REGION_EVERYWHERE,
            dither: if spec.dithered { DITHER } else { 0.0 },
            has_rival: u32::from(spec.rival.is_some()),
            padding: 0,
            region_shape: [0.0; 4],
        };
        match spec.mixture.region {
            Region::Everywhere => {}
            Region::Beyond {
                point: [x, y],
                normal: [right, down],
            } => {
                block.region = REGION_BEYOND;
                block.region_shape = [x, y, right, down];
            }
            Region::Within {
                center: [x, y],
                radius,
            } => {
                block.region = REGION_WITHIN;
                block.region_shape = [x, y, radius, 0.0];
            }
        }
        block.set_voi(&spec.voi);
        block
    }

    fn set_voi(&mut self, voi: &Voi) {
        match voi {
            Voi::Window {
                center,
                width,
                function,
                ..
            } => {
                self.voi_center = *center as f32;
                self.voi_width = *width as f32;
                self.voi_function = match function {
                    VoiFunction::Linear => VOI_LINEAR,
                    VoiFunction::LinearExact => VOI_LINEAR_EXACT,
                    VoiFunction::Sigmoid => VOI_SIGMOID,
                };
            }
            Voi::Lut(lut) => {
                self.voi_function = VOI_LUT;
                self.voi_lut_first = lut.first;
                self.voi_lut_len = lut.entries.len().max(1) as u32;
            }
        }
    }
}

/// What a layer's numbers mean (`LayerUniform` in common.wgsl).
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
pub struct LayerUniform {
    /// Width and height in pixels.
    pub size: [u32; 2],
    /// One of the `SOURCE_*` constants.
    pub source: u32,
    /// 1 where a Modality LUT takes the place of slope and intercept.
    pub has_modality_lut: u32,
    /// Rescale Slope.
    pub slope: f32,
    /// Rescale Intercept.
    pub intercept: f32,
    /// First stored value of the Modality LUT.
    pub modality_lut_first: i32,
    /// Entries of the Modality LUT.
    pub modality_lut_len: u32,
    /// First stored value that is padding.
    pub padding_low: i32,
    /// Last stored value that is padding; below `padding_low` where nothing is.
    pub padding_high: i32,
    /// Halvings held by the reduced texture.
    pub num_reduced: u32,
    /// WGSL rounds the block up to its alignment.
    pub padding: u32,
}

impl LayerUniform {
    /// The block of one layer.
    pub fn new(pixels: &LayerPixels<'_>, num_reduced: u32) -> Self {
        let (width, height) = pixels.size();
        let mut block = Self {
            size: [width as u32, height as u32],
            source: SOURCE_VALUES,
            has_modality_lut: 0,
            slope: 1.0,
            intercept: 0.0,
            modality_lut_first: 0,
            modality_lut_len: 1,
            padding_low: 0,
            padding_high: -1,
            num_reduced,
            padding: 0,
        };
        if let LayerPixels::Radiograph(radiograph) = pixels {
            block.source = match radiograph.stored {
                StoredValues::U16(_) => SOURCE_UNSIGNED,
                StoredValues::I16(_) => SOURCE_SIGNED,
            };
            (block.padding_low, block.padding_high) = radiograph.padding.unwrap_or((0, -1));
            match &radiograph.modality {
                ModalityTransform::Rescale { slope, intercept } => {
                    block.slope = *slope as f32;
                    block.intercept = *intercept as f32;
                }
                ModalityTransform::Lut { first, entries } => {
                    block.has_modality_lut = 1;
                    block.modality_lut_first = *first;
                    block.modality_lut_len = entries.len().max(1) as u32;
                }
            }
        }
        block
    }
}
