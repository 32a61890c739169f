//! What a view shows, as plain data.

use crate::radiograph::Voi;

/// Names a view for the life of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ViewId(pub u32);

/// Which pixels of a study a layer holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LayerKind {
    /// Stored values of the radiograph.
    Original,
    /// Soft-tissue image, modality values.
    SoftTissue,
    /// Soft-tissue image at another LEG weight than that of the result, modality values.
    LegNode,
    /// Bone layer, display units.
    Bone,
    /// Standard deviation over seeds, modality units.
    Uncertainty,
    /// Lung mask of a result.
    LungMask,
    /// Lung mask that was drawn, or found without a result.
    EditedMask,
}

/// Names the pixels of a layer; a new run of a study has a new revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LayerKey {
    /// Number of the open study. Not its UID: two files may carry the same one.
    pub study: u64,
    /// Which pixels of it.
    pub kind: LayerKind,
    /// Grows with every result of the study.
    pub revision: u64,
}

/// Affine map from framebuffer pixels to image pixels, pixel centres at +0.5 in both:
/// `image = axes * screen + offset`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ImageFromScreen {
    /// Image pixels per screen pixel: row 0 gives the column in the image, row 1 the row.
    pub axes: [[f32; 2]; 2],
    /// Image position of the framebuffer's top left corner.
    pub offset: [f32; 2],
}

/// How the layer's values become colour.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Picture {
    /// Window and polarity.
    Grey,
    /// What the layer has less of than its base, in brightness, through the diverging map.
    Difference {
        /// Difference shown in the end colours, modality units, > 0.
        limit: f32,
        /// Lower modality values are the brighter ones, by the study itself, whatever "invert" says.
        low_is_bright: bool,
        /// Its size alone, in the colours of what was taken away.
        is_absolute: bool,
    },
    /// Values from 0 on, through the map without a sign.
    Sequential {
        /// Value shown in the end colour, > 0.
        limit: f32,
    },
}

/// Where in a view its layer is shown; its base stands elsewhere. Framebuffer pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Region {
    /// Everywhere.
    Everywhere,
    /// On the side of a line to which its normal points: a wipe.
    Beyond {
        /// A point of the line.
        point: [f32; 2],
        /// Its normal, of any length but 0.
        normal: [f32; 2],
    },
    /// In a disc: a lens.
    Within {
        /// Its centre.
        center: [f32; 2],
        /// Its radius, > 0.
        radius: f32,
    },
}

impl Region {
    /// Whether the layer stands at a screen pixel; the borders belong to it, as in the shader.
    pub fn contains(&self, [x, y]: [f32; 2]) -> bool {
        match *self {
            Self::Everywhere => true,
            Self::Beyond { point, normal } => {
                (x - point[0]) * normal[0] + (y - point[1]) * normal[1] >= 0.0
            }
            Self::Within { center, radius } => (x - center[0]).hypot(y - center[1]) <= radius,
        }
    }

    /// Whether the layer stands anywhere in the rectangle between these corners, `min` <= `max`.
    pub fn touches(&self, min: [f32; 2], max: [f32; 2]) -> bool {
        // The point of the rectangle that lies deepest in the region.
        let deepest = match *self {
            Self::Everywhere => min,
            Self::Beyond { normal, .. } => {
                [0, 1].map(|axis| if normal[axis] > 0.0 { max } else { min }[axis])
            }
            Self::Within { center, .. } => {
                [0, 1].map(|axis| center[axis].max(min[axis]).min(max[axis]))
            }
        };
        self.contains(deepest)
    }
}

/// How a view mixes its layer with what it is compared with, linearly in modality values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mixture {
    /// Share of the way from the base (0) to the layer (1); both ends are exact.
    pub amount: f32,
    /// Where.
    pub region: Region,
}

impl Mixture {
    /// The layer and nothing else.
    pub const LAYER: Self = Self {
        amount: 1.0,
        region: Region::Everywhere,
    };
}

/// Everything one view depends on.
#[derive(Debug, Clone, PartialEq)]
pub struct ViewSpec {
    /// The view.
    pub id: ViewId,
    /// The layer shown.
    pub layer: LayerKey,
    /// The original of the same study: padding refers to it, and so do mixtures and differences without a rival.
    pub original: LayerKey,
    /// Another result of the same study, to be the base of mixtures and differences in place of the original.
    pub rival: Option<LayerKey>,
    /// Lung mask whose outline is drawn.
    pub mask: Option<LayerKey>,
    /// Grey or difference.
    pub picture: Picture,
    /// How much of the layer is seen in place of the original, and where.
    pub mixture: Mixture,
    /// Where the image lies.
    pub image_from_screen: ImageFromScreen,
    /// Values of interest.
    pub voi: Voi,
    /// Low values are white: the study's polarity, turned round by "invert".
    pub low_is_white: bool,
    /// Half a step of the screen's 256 grey values is added or taken off in a fixed pattern, so that smooth slopes
    /// show no steps. Values that meet a grey value exactly keep it.
    pub dithered: bool,
}

impl ViewSpec {
    /// Whether the layer alone is shown, in grey: nothing compared, no colours and no outline.
    pub(super) fn is_plain(&self) -> bool {
        self.mixture.amount >= 1.0
            && self.mixture.region == Region::Everywhere
            && self.picture == Picture::Grey
            && self.mask.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_touches_what_has_a_point_in_it() {
        let wipe = Region::Beyond {
            point: [10.0, 0.0],
            normal: [1.0, 0.0],
        };
        assert!(wipe.contains([10.0, 5.0]) && !wipe.contains([9.9, 5.0]));
        assert!(wipe.touches([0.0, 0.0], [10.0, 4.0]) && !wipe.touches([0.0, 0.0], [9.9, 4.0]));
        let lens = Region::Within {
            center: [10.0, 10.0],
            radius: 5.0,
        };
        assert!(lens.touches([0.0, 0.0], [7.0, 7.0]) && !lens.touches([0.0, 0.0], [6.0, 6.0]));
        assert!(lens.touches([0.0, 0.0], [40.0, 40.0]));
        assert!(Region::Everywhere.touches([0.0, 0.0], [0.0, 0.0]));
    }
}
