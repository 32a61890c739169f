use super::*;
use crate::radiograph::{
    BitDepth, FileKind, LungMask, ModalityTransform, Polarity, Radiograph, Raster, SourceFile,
    StoredValues, StudyId, StudyInfo,
};
use crate::ui::masking::MaskVersion;

/// A row of the values 0, 100, 200 and so on to 1000 times `slope`, of which those from 200 to 600 are lung: their
/// automatic window has the centre 400 and the width 400, each times `slope`.
fn study(slope: f64, polarity: Polarity) -> OpenStudy {
    let stored = Raster::new(11, 1, (0..11_u16).map(|i| i * 100).collect()).unwrap();
    let inside = stored.map(|value| u8::from((200..=600).contains(value)));
    let radiograph = Radiograph {
        id: StudyId("row".to_owned()),
        source: SourceFile {
            path: "row.dcm".into(),
            kind: FileKind::Phantom,
        },
        stored: StoredValues::U16(stored),
        bits: BitDepth {
            allocated: 16,
            stored: 12,
            high_bit: 11,
            signed: false,
        },
        modality: ModalityTransform::Rescale {
            slope,
            intercept: 0.0,
        },
        vois: vec![Voi::covering(0.0, 1000.0 * slope)],
        vois_from_file: false,
        polarity,
        padding: None,
        spacing: None,
        info: StudyInfo::default(),
        warnings: Vec::new(),
    };
    let mut study = OpenStudy::new(Arc::new(radiograph));
    study.mask = Some(MaskVersion::new(Arc::new(LungMask::from_nonzero(&inside))));
    study
}

fn window(center: f64, width: f64, function: VoiFunction) -> Voi {
    Voi::Window {
        center,
        width,
        function,
        explanation: String::new(),
    }
}

fn numbers(voi: Option<&Voi>) -> (f64, f64) {
    match voi {
        Some(&Voi::Window { center, width, .. }) => (center, width),
        _ => panic!("no window"),
    }
}

fn kept(measure: WindowMeasure) -> OwnWindow {
    let study = study(1.0, Polarity::HighIsWhite);
    let shown = window(500.0, 200.0, VoiFunction::LinearExact);
    OwnWindow::of(" Hila ", &shown, measure, &study).unwrap()
}

#[test]
fn by_the_values_it_is_the_same_numbers_in_every_file() {
    let own = kept(WindowMeasure::Values);
    assert_eq!(own.name, "Hila");
    for slope in [1.0, 10.0] {
        let other = study(slope, Polarity::LowIsWhite);
        assert_eq!(numbers(own.voi(&other).as_ref()), (500.0, 200.0));
    }
}

#[test]
fn by_the_lungs_it_is_the_same_contrast_in_every_file() {
    let own = kept(WindowMeasure::Lungs);
    // The lungs' window is 400 +- 200: a quarter of its width towards white, and half as wide.
    assert_eq!((own.center, own.width), (0.25, 0.5));
    let tenfold = study(10.0, Polarity::HighIsWhite);
    assert_eq!(numbers(own.voi(&tenfold).as_ref()), (5000.0, 2000.0));
    // Where low values are white, towards white is towards low values.
    let turned = study(1.0, Polarity::LowIsWhite);
    assert_eq!(numbers(own.voi(&turned).as_ref()), (300.0, 200.0));
}

#[test]
fn without_lungs_only_the_values_count() {
    let mut bare = study(1.0, Polarity::HighIsWhite);
    bare.mask = None;
    assert!(!kept(WindowMeasure::Lungs).is_possible(&bare));
    assert_eq!(kept(WindowMeasure::Lungs).voi(&bare), None);
    assert!(kept(WindowMeasure::Values).is_possible(&bare));
    let shown = window(500.0, 200.0, VoiFunction::Sigmoid);
    assert_eq!(
        OwnWindow::of("a", &shown, WindowMeasure::Lungs, &bare),
        None
    );
}

#[test]
fn a_linear_window_keeps_its_edges_when_it_is_measured_on_the_lungs() {
    let study = study(1.0, Polarity::HighIsWhite);
    // PS3.3 C.11.2.1.2.1: black at c - 0.5 - (w - 1) / 2 = 400, white at c - 0.5 + (w - 1) / 2 = 600.
    let shown = window(500.5, 201.0, VoiFunction::Linear);
    let own = OwnWindow::of("a", &shown, WindowMeasure::Lungs, &study).unwrap();
    assert_eq!(own.function, VoiFunction::LinearExact);
    assert_eq!(numbers(own.voi(&study).as_ref()), (500.0, 200.0));
}

#[test]
fn a_number_that_is_taken_is_exchanged() {
    let mut windows = OwnWindows::default();
    let named = |name: &str| OwnWindow {
        name: name.to_owned(),
        ..kept(WindowMeasure::Values)
    };
    windows.keep(1, named("a"));
    windows.keep(2, named("b"));
    windows.keep(10, named("no such key"));
    assert_eq!(windows.free_number(), 3);
    windows.renumber(1, 2);
    windows.renumber(2, 7);
    windows.rename(7, "  ");
    let names: Vec<_> = windows.iter().map(|(n, w)| (n, w.name.as_str())).collect();
    assert_eq!(names, [(1, "b"), (7, "a")]);
    windows.delete(1);
    assert_eq!(windows.get(1), None);
}

#[test]
fn the_settings_file_gives_them_back_and_names_what_it_cannot_use() {
    let mut windows = OwnWindows::default();
    windows.keep(3, kept(WindowMeasure::Lungs));
    windows.keep(4, kept(WindowMeasure::Values));
    let (again, problems) = OwnWindows::from_written(windows.written());
    assert_eq!((again, problems.len()), (windows.clone(), 0));
    let mut entries = windows.written();
    let good = entries["3"].clone();
    let broken = |change: fn(&mut WrittenWindow)| {
        let mut written = good.clone();
        change(&mut written);
        written
    };
    entries.insert("0".to_owned(), good.clone());
    entries.insert("5".to_owned(), broken(|w| w.width = 0.0));
    entries.insert("6".to_owned(), broken(|w| w.center = f64::NAN));
    entries.insert(
        "7".to_owned(),
        broken(|w| w.measured_in = "ells".to_owned()),
    );
    entries.insert("8".to_owned(), broken(|w| w.function = "cubic".to_owned()));
    entries.insert("9".to_owned(), broken(|w| w.name = " ".to_owned()));
    let (again, problems) = OwnWindows::from_written(entries);
    assert_eq!((again, problems.len()), (windows, 6), "{problems:?}");
}
