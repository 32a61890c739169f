//! A study of two ellipses under bars, and its soft-tissue image.

use diaphane::radiograph::{
    BitDepth, FileKind, FloatImage, LungMask, ModalityTransform, PixelSpacing, Polarity,
    Radiograph, Raster, SourceFile, SpacingKind, StoredValues, StudyId, StudyInfo, Voi,
    VoiFunction, Warning,
};
use diaphane::worker::{Changes, Stage, StageTime, SuppressionResult, SuppressionSettings};

/// Side of the study, pixels.
pub const SIDE: usize = 96;

pub fn defaults() -> SuppressionSettings {
    use diaphane::worker::{
        ClippingChoice, FusionChoice, GuidanceChoice, OutputGrid, SamplerChoice,
    };
    SuppressionSettings {
        steps: 20,
        leg_weight: 3.0,
        guidance: GuidanceChoice::Leg,
        sampler: SamplerChoice::Lcm,
        clipping: ClippingChoice::None,
        fusion: FusionChoice::Poisson,
        output: OutputGrid::Native,
        seed: 0,
    }
}

/// Two dark ellipses in a bright body, crossed by bright bars: lungs and ribs in outline.
pub fn body(row: usize, col: usize) -> (bool, bool) {
    let (x, y) = (col as f32 / SIDE as f32, row as f32 / SIDE as f32);
    let lung = |centre: f32| ((x - centre) / 0.17).powi(2) + ((y - 0.5) / 0.36).powi(2) < 1.0;
    let rib = ((y * 9.0 + (x - 0.5).abs() * 2.0).fract() - 0.5).abs() < 0.14;
    (lung(0.28) || lung(0.72), rib)
}

pub fn stored(row: usize, col: usize) -> u16 {
    match body(row, col) {
        (true, true) => 1500,
        (true, false) => 900,
        (false, true) => 3000,
        (false, false) => 2600,
    }
}

pub fn grid<T>(mut f: impl FnMut(usize, usize) -> T) -> Raster<T> {
    let pixels = (0..SIDE * SIDE).map(|i| f(i / SIDE, i % SIDE)).collect();
    Raster::new(SIDE, SIDE, pixels).expect("as many pixels as the grid has")
}

pub fn radiograph(name: &str) -> Radiograph {
    Radiograph {
        id: StudyId(name.to_owned()),
        source: SourceFile {
            path: format!("{name}.dcm").into(),
            kind: FileKind::Phantom,
        },
        stored: StoredValues::U16(grid(stored)),
        bits: BitDepth {
            allocated: 16,
            stored: 12,
            high_bit: 11,
            signed: false,
        },
        modality: ModalityTransform::IDENTITY,
        vois: vec![Voi::Window {
            center: 2000.0,
            width: 3000.0,
            function: VoiFunction::Linear,
            explanation: "Normal".to_owned(),
        }],
        vois_from_file: true,
        polarity: Polarity::HighIsWhite,
        padding: None,
        spacing: Some(PixelSpacing {
            row_mm: 0.143,
            col_mm: 0.143,
            kind: SpacingKind::AtDetector,
        }),
        info: StudyInfo {
            patient_name: "PHANTOM^ONE".to_owned(),
            patient_id: "P-1".to_owned(),
            study_date: "20260102".to_owned(),
            view_position: "PA".to_owned(),
            orientation: "L\\F".to_owned(),
            ..StudyInfo::default()
        },
        warnings: vec![Warning::file("Age is not stated.")],
    }
}

pub fn result(settings: SuppressionSettings) -> SuppressionResult {
    let soft = |row, col| match body(row, col) {
        (true, _) => 900.0,
        (false, _) => 2600.0,
    };
    let bone = grid(|row, col| (f32::from(stored(row, col)) - soft(row, col)) / 3000.0);
    let lung_mask = LungMask::from_nonzero(&grid(|row, col| u8::from(body(row, col).0)));
    SuppressionResult {
        changes: Changes::of(&bone, None, &lung_mask),
        study: StudyId("first".to_owned()),
        soft_tissue: grid(soft),
        bone,
        model_soft_tissue: FloatImage::filled(8, 8, 0.5),
        lung_mask,
        settings,
        bundle_name: "compact".to_owned(),
        bundle_sha256: "00".repeat(32),
        device: "CPU".to_owned(),
        precision: "f32".to_owned(),
        uncertainty: None,
        uncertainty_band: None,
        marks: Vec::new(),
        seeds: vec![0],
        stage_times: [
            (Stage::Prepare, 0.1),
            (Stage::Segment, 0.6),
            (Stage::Encode, 0.2),
            (Stage::Global, 4.0),
            (Stage::Local, 5.0),
            (Stage::Decode, 0.3),
            (Stage::Fuse, 0.5),
            (Stage::Restore, 0.3),
        ]
        .map(|(stage, elapsed_secs)| StageTime {
            stage,
            elapsed_secs,
            cached: false,
        })
        .to_vec(),
        warnings: Vec::new(),
    }
}
