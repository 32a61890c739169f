//! Small studies and the views of them.

use diaphane::radiograph::{
    BitDepth, FileKind, ModalityTransform, Polarity, Radiograph, Raster, SourceFile, StoredValues,
    StudyId, StudyInfo, Voi, VoiFunction,
};
use diaphane::render::{ImageFromScreen, LayerKey, LayerKind, Mixture, Picture, ViewId, ViewSpec};

/// Side of every study, pixels.
pub const SIDE: usize = 64;

pub fn radiograph(stored: StoredValues, modality: ModalityTransform) -> Radiograph {
    let signed = matches!(stored, StoredValues::I16(_));
    Radiograph {
        id: StudyId("test".to_owned()),
        source: SourceFile {
            path: "test.png".into(),
            kind: FileKind::Phantom,
        },
        stored,
        bits: BitDepth {
            allocated: 16,
            stored: 16,
            high_bit: 15,
            signed,
        },
        modality,
        vois: Vec::new(),
        vois_from_file: true,
        polarity: Polarity::HighIsWhite,
        padding: None,
        spacing: None,
        info: StudyInfo::default(),
        warnings: Vec::new(),
    }
}

/// Every value of a 12-bit range once, in no order the interpolation could hide behind.
pub fn unsigned() -> StoredValues {
    let values = (0..SIDE * SIDE).map(|i| (i * 1237 % 4096) as u16).collect();
    StoredValues::U16(Raster::new(SIDE, SIDE, values).expect("as many values as pixels"))
}

pub fn signed() -> StoredValues {
    let values = (0..SIDE * SIDE).map(|i| (i * 1237 % 4096) as i16 - 2048);
    StoredValues::I16(Raster::new(SIDE, SIDE, values.collect()).expect("as many values as pixels"))
}

pub fn window(center: f64, width: f64, function: VoiFunction) -> Voi {
    Voi::Window {
        center,
        width,
        function,
        explanation: String::new(),
    }
}

pub fn spec(voi: &Voi, low_is_white: bool) -> ViewSpec {
    let original = key(LayerKind::Original);
    ViewSpec {
        id: ViewId(0),
        layer: original,
        original,
        rival: None,
        mask: None,
        picture: Picture::Grey,
        mixture: Mixture::LAYER,
        image_from_screen: ImageFromScreen {
            axes: scaled(1.0),
            offset: [0.0, 0.0],
        },
        voi: voi.clone(),
        low_is_white,
        dithered: false,
    }
}

/// So many image pixels per screen pixel.
pub fn scaled(pixels: f32) -> [[f32; 2]; 2] {
    [[pixels, 0.0], [0.0, pixels]]
}

pub fn key(kind: LayerKind) -> LayerKey {
    LayerKey {
        study: 1,
        kind,
        revision: 0,
    }
}
