use super::*;
use crate::radiograph::{BitDepth, FileKind, Raster, SourceFile, StoredValues, StudyId, StudyInfo};

fn radiograph(modality: ModalityTransform, polarity: Polarity, signed: bool) -> Radiograph {
    Radiograph {
        id: StudyId("test".to_owned()),
        source: SourceFile {
            path: "test".into(),
            kind: FileKind::Phantom,
        },
        stored: StoredValues::U16(Raster::filled(1, 1, 0)),
        bits: BitDepth {
            allocated: 16,
            stored: 12,
            high_bit: 11,
            signed,
        },
        modality,
        vois: Vec::new(),
        vois_from_file: false,
        polarity,
        padding: None,
        spacing: None,
        info: StudyInfo::default(),
        warnings: Vec::new(),
    }
}

fn window(center: f64, width: f64, function: VoiFunction) -> Voi {
    Voi::Window {
        center,
        width,
        function,
        explanation: String::new(),
    }
}

fn scale(voi: &Voi) -> GreyScale {
    GreyScale::new(
        &radiograph(ModalityTransform::IDENTITY, Polarity::HighIsWhite, false),
        voi,
    )
}

/// Note of PS3.3 C.11.2.1.2.1 with an output of 0 to 255: centre 2048 and width 4096 map 0 to 0
/// and 4095 to 255; centre 2048 and width 1 is a threshold between 2047 and 2048.
#[test]
fn linear_windows_of_the_standard() {
    let full = scale(&window(2048.0, 4096.0, VoiFunction::Linear));
    assert_eq!((full.display(0), full.display(4095)), (0.0, 1.0));
    assert!((full.display(1365) * 255.0 - 85.0).abs() < 1e-4);
    let step = scale(&window(2048.0, 1.0, VoiFunction::Linear));
    assert_eq!((step.display(2047), step.display(2048)), (0.0, 1.0));
}

#[test]
fn padding_is_black_in_either_polarity_whatever_value_stands_there() {
    for polarity in [Polarity::HighIsWhite, Polarity::LowIsWhite] {
        let mut padded = radiograph(ModalityTransform::IDENTITY, polarity, false);
        padded.padding = Some((0, 10));
        let scale = GreyScale::new(&padded, &window(100.0, 150.0, VoiFunction::Linear));
        assert_eq!((scale.display(0), scale.display(10)), (0.0, 0.0));
        assert_eq!(scale.display_at(5, 100.0).to_bits(), 0);
        assert!(scale.display(60) > 0.0 && scale.display_at(60, 60.0) > 0.0);
    }
}

#[test]
fn exact_and_sigmoid_windows() {
    let exact = scale(&window(100.0, 50.0, VoiFunction::LinearExact));
    assert_eq!(
        (exact.display(75), exact.display(100), exact.display(125)),
        (0.0, 0.5, 1.0)
    );
    let sigmoid = scale(&window(100.0, 50.0, VoiFunction::Sigmoid));
    assert!((sigmoid.display(100) - 0.5).abs() < 1e-6);
    // 1 / (1 + exp(-4 * 25 / 50)) = 1 / (1 + exp(-2)) = 0.880797.
    assert!((sigmoid.display(125) - 0.880_797).abs() < 1e-6);
}

/// A negative slope and MONOCHROME1 each invert once, in their own place: the window is chosen in
/// modality values, and polarity is applied to what comes out of it.
#[test]
fn slope_and_polarity_invert_independently() {
    let negative = ModalityTransform::Rescale {
        slope: -1.0,
        intercept: 4095.0,
    };
    let voi = Voi::covering(3095.0, 4095.0);
    let high = GreyScale::new(
        &radiograph(negative.clone(), Polarity::HighIsWhite, false),
        &voi,
    );
    assert_eq!(
        (high.display(0), high.display(1000), high.display(4095)),
        (1.0, 0.0, 0.0)
    );
    let low = GreyScale::new(&radiograph(negative, Polarity::LowIsWhite, false), &voi);
    assert_eq!(
        (low.display(0), low.display(1000), low.display(4095)),
        (0.0, 1.0, 1.0)
    );
}

#[test]
fn modality_tables_hold_their_ends() {
    let lut = ModalityTransform::Lut {
        first: -2,
        entries: [10, 20, 30].into(),
    };
    let scale = GreyScale::new(
        &radiograph(lut, Polarity::HighIsWhite, true),
        &Voi::covering(10.0, 30.0),
    );
    let values: Vec<f64> = [-2048, -2, -1, 0, 1, 2047]
        .iter()
        .map(|&stored| scale.modality(stored))
        .collect();
    assert_eq!(values, [10.0, 10.0, 20.0, 30.0, 30.0, 30.0]);
    assert!((scale.display(-1) - 0.5).abs() < f32::EPSILON);
}

#[test]
fn tables_of_interest_hold_their_ends() {
    let lut = VoiLut {
        first: 100,
        bits: 8,
        entries: vec![0, 51, 255].into(),
        explanation: String::new(),
    };
    let scale = scale(&Voi::Lut(lut));
    assert_eq!(
        (
            scale.display(0),
            scale.display(100),
            scale.display(102),
            scale.display(4000)
        ),
        (0.0, 0.0, 1.0, 1.0)
    );
    assert!((scale.display(101) - 0.2).abs() < 1e-6);
    assert!((scale.modality_from_display(0.2) - 101.0).abs() < 1e-6);
    assert!((scale.modality_from_display(0.1) - 100.5).abs() < 1e-6);
}

#[test]
fn the_inverse_undoes_every_window() {
    let functions = [
        VoiFunction::Linear,
        VoiFunction::LinearExact,
        VoiFunction::Sigmoid,
    ];
    for (function, polarity) in functions
        .into_iter()
        .flat_map(|f| [(f, Polarity::HighIsWhite), (f, Polarity::LowIsWhite)])
    {
        let radiograph = radiograph(ModalityTransform::IDENTITY, polarity, false);
        let scale = GreyScale::new(&radiograph, &window(1000.0, 800.0, function));
        for modality in [650.0, 900.5, 1000.0, 1333.25] {
            let back = scale.modality_from_display(scale.display_from_modality(modality));
            // Display is f32: half a unit in the last place of 1 is 3e-8 of the width, steeper at a sigmoid's ends.
            assert!(
                (back - modality).abs() < 1e-2,
                "{function:?} {polarity:?} {modality} {back}"
            );
        }
    }
}

fn table(first: i32, entries: &[u16]) -> GreyScale {
    scale(&Voi::Lut(VoiLut {
        first,
        bits: 8,
        entries: entries.into(),
        explanation: String::new(),
    }))
}

fn back(scale: &GreyScale, grey: f64) -> f64 {
    scale.modality_from_display((grey / 255.0) as f32)
}

/// A falling table is as usual as a rising one: makers write polarity into it.
#[test]
fn the_inverse_undoes_rising_and_falling_tables() {
    let rising = table(100, &[0, 51, 102, 255]);
    let falling = table(100, &[255, 102, 51, 0]);
    for modality in [100.0, 101.0, 102.0, 103.0] {
        for scale in [&rising, &falling] {
            let shown = scale.display_from_modality(modality);
            let found = scale.modality_from_display(shown);
            assert!((found - modality).abs() < 1e-6, "{modality} {found}");
        }
    }
    // 178.5 lies half way between 255 and 102, 25.5 half way between 51 and 0.
    assert!((back(&falling, 178.5) - 100.5).abs() < 1e-4);
    assert!((back(&falling, 25.5) - 102.5).abs() < 1e-4);
    assert!((back(&rising, 178.5) - 102.5).abs() < 1e-4);
}

/// Plateaus belong to the first value that reaches them, and greys outside a table to its ends.
#[test]
fn plateaus_and_ends_of_tables() {
    let rising = table(0, &[10, 10, 51, 51, 51, 200]);
    for (grey, modality) in [(0.0, 0.0), (10.0, 0.0), (51.0, 2.0), (255.0, 5.0)] {
        assert!((back(&rising, grey) - modality).abs() < 1e-9, "{grey}");
    }
    let falling = table(0, &[200, 51, 51, 10, 10]);
    for (grey, modality) in [
        (255.0, 0.0),
        (200.0, 0.0),
        (51.0, 1.0),
        (10.0, 3.0),
        (0.0, 4.0),
    ] {
        assert!((back(&falling, grey) - modality).abs() < 1e-9, "{grey}");
    }
}

/// What turns back is inverted along the running maximum, 0 100 100 200, or along the
/// running minimum, 200 100 100 50.
#[test]
fn a_table_that_turns_back_is_inverted_along_its_envelope() {
    let rising = table(0, &[0, 100, 50, 200]);
    assert!((back(&rising, 50.0) - 0.5).abs() < 1e-5);
    assert!((back(&rising, 100.0) - 1.0).abs() < 1e-5);
    assert!((back(&rising, 150.0) - 2.5).abs() < 1e-5);
    let falling = table(0, &[200, 100, 150, 50]);
    assert!((back(&falling, 150.0) - 0.5).abs() < 1e-5);
    assert!((back(&falling, 75.0) - 2.5).abs() < 1e-5);
}
