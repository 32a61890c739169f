//! Projections of CT series, on a chest built of cylinders.

use diaphane::dataset;
use diaphane::formats::CtSlice;
use diaphane::radiograph::Raster;
use diaphane::simulate::ct::{CtChest, CtConfig, CtPose, CtSoft, CtVolume, write_projections};
use diaphane::simulate::{CtError, NoiseModel, SimulateError, StudyFolder};
use dicom_core::{DataElement, PrimitiveValue, VR, dicom_value};
use dicom_dictionary_std::{tags, uids};
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};
use std::path::Path;

const SIDE: usize = 160;
const NUM_SLICES: usize = 80;
const SPACING_MM: f64 = 2.5;

/// Whether `(x, y)` lies in the ellipse around `center` with these half axes; all in mm.
fn in_ellipse((x, y): (f64, f64), center: (f64, f64), half: (f64, f64)) -> bool {
    ((x - center.0) / half.0).powi(2) + ((y - center.1) / half.1).powi(2) < 1.0
}

/// Hounsfield units at a place of the chest: a trunk with two lungs and their vessels, a spine, and ribs as
/// slanted rings; the trunk's middle is the origin.
fn hounsfield(x: f64, y: f64, z: f64) -> i16 {
    let at = (x, y);
    if !in_ellipse(at, (0.0, 0.0), (160.0, 100.0)) {
        return -1000;
    }
    if in_ellipse(at, (0.0, 58.0), (18.0, 18.0)) {
        let is_marrow = in_ellipse(at, (0.0, 58.0), (12.0, 12.0));
        return if is_marrow { 200 } else { 600 };
    }
    let in_ring =
        in_ellipse(at, (0.0, 0.0), (142.0, 86.0)) && !in_ellipse(at, (0.0, 0.0), (132.0, 78.0));
    if in_ring && (z + 0.3 * y).rem_euclid(25.0) < 9.0 {
        return 700;
    }
    let in_lung = [-68.0, 68.0]
        .iter()
        .any(|&center| in_ellipse(at, (center, 0.0), (52.0, 70.0)));
    let in_vessel = y.abs() < 25.0 && (0.35 * x).sin() * (0.3 * z + 0.1 * x).sin() > 0.7;
    if in_lung && !in_vessel && (-80.0..70.0).contains(&z) {
        -850
    } else {
        40
    }
}

fn slice(index: usize, with_table: bool) -> CtSlice {
    let z = (index as f64 - 0.5 * NUM_SLICES as f64) * SPACING_MM;
    let half = 0.5 * SIDE as f64 * SPACING_MM;
    let values = (0..SIDE * SIDE).map(|i| {
        let x = (i % SIDE) as f64 * SPACING_MM - half;
        let y = (i / SIDE) as f64 * SPACING_MM - half;
        let in_table = with_table && (104.0..112.0).contains(&y) && x.abs() < 180.0;
        if in_table { 200 } else { hounsfield(x, y, z) }
    });
    CtSlice {
        patient: ["P7".to_owned(), String::new()],
        study: "1.2".to_owned(),
        series: "1.2.3".to_owned(),
        hounsfield: Raster::new(SIDE, SIDE, values.collect()).unwrap(),
        position_mm: [-half, -half, z],
        along_row: [1.0, 0.0, 0.0],
        down_column: [0.0, 1.0, 0.0],
        row_mm: SPACING_MM,
        col_mm: SPACING_MM,
        thickness_mm: Some(SPACING_MM),
        tilt_deg: 0.0,
    }
}

pub(super) fn slices() -> Vec<CtSlice> {
    (0..NUM_SLICES).map(|index| slice(index, false)).collect()
}

fn chest(slices: Vec<CtSlice>) -> CtChest {
    CtChest::new(&CtVolume::from_slices(slices).unwrap()).unwrap()
}

fn small() -> CtConfig {
    CtConfig {
        size_px: 192,
        noise: NoiseModel::None,
        ..CtConfig::default()
    }
}

#[test]
fn a_projection_adds_up_and_its_bones_are_where_bones_are() {
    let chest = chest(slices());
    let study = chest.study(&small(), 1).unwrap();
    let layers = study.soft_tissue.values().iter().zip(study.bone.values());
    for (&cxr, (&soft, &bone)) in study.radiograph.values().iter().zip(layers) {
        assert!((cxr - (soft + bone)).abs() < 1e-6 && bone >= 0.0);
    }
    let grey = |row, col| 255.0 * study.bone.get(row, col).unwrap();
    // The spine stands in the middle; ribs cross the lungs in bands.
    assert!(grey(96, 96) > 6.0, "{}", grey(96, 96));
    let column: Vec<f32> = (60..130).map(|row| grey(row, 60)).collect();
    let (low, high) = column
        .iter()
        .fold((f32::INFINITY, 0.0_f32), |(l, h), &v| (l.min(v), h.max(v)));
    assert!(high > low + 8.0, "{low} {high}");
    // Two lungs beside the spine, none over it.
    let lung = |col| study.lung_mask.raster().get(96, col).unwrap();
    assert_eq!([lung(55), lung(96), lung(137)], [1, 0, 1]);
    assert!((0.1..0.5).contains(&study.lung_mask.fraction()));
    assert!(study.field_mm < 430.0 && study.spacing_mm < study.field_mm / 192.0);
}

#[test]
fn the_table_and_the_order_and_the_turn_of_slices_change_nothing() {
    let plain = chest(slices()).study(&small(), 1).unwrap();
    let tabled = (0..NUM_SLICES).rev().map(|index| slice(index, true));
    let tabled = chest(tabled.collect()).study(&small(), 1).unwrap();
    assert_eq!(plain.radiograph, tabled.radiograph);
    assert_eq!(plain.lung_mask, tabled.lung_mask);

    // The same chest scanned face down: rows and columns run the other way.
    let prone = slices().into_iter().map(|mut slice| {
        let values: Vec<i16> = slice.hounsfield.values().iter().rev().copied().collect();
        slice.hounsfield = Raster::new(SIDE, SIDE, values).unwrap();
        let last = (SIDE - 1) as f64 * SPACING_MM;
        slice.position_mm[0] += last;
        slice.position_mm[1] += last;
        slice.along_row = [-1.0, 0.0, 0.0];
        slice.down_column = [0.0, -1.0, 0.0];
        slice
    });
    let prone = chest(prone.collect()).study(&small(), 1).unwrap();
    assert_eq!(plain.radiograph, prone.radiograph);
}

#[test]
fn series_that_would_be_projected_wrongly_are_refused() {
    let refusal = |slices: Vec<CtSlice>| CtVolume::from_slices(slices).unwrap_err();
    assert!(matches!(refusal(Vec::new()), CtError::NoSlices));
    let mut missing = slices();
    missing.remove(30);
    let err = refusal(missing);
    assert!(matches!(err, CtError::MissingSlices { .. }));
    assert!(err.to_string().contains("5.00 mm"), "{err}");
    let mut double = slices();
    double.push(slice(7, false));
    assert!(matches!(refusal(double), CtError::DoubleSlice { .. }));
    let mut mixed = slices();
    mixed[3].series = "1.2.4".to_owned();
    assert!(matches!(refusal(mixed), CtError::MixedSeries { series: 2 }));
    let mut tilted = slices();
    for slice in &mut tilted {
        slice.tilt_deg = 12.0;
    }
    assert!(matches!(refusal(tilted), CtError::NotAxial { .. }));
    let (sin, cos) = 12.0_f64.to_radians().sin_cos();
    let mut sheared = slices();
    for slice in &mut sheared {
        slice.down_column = [0.0, cos, sin];
    }
    assert!(matches!(refusal(sheared), CtError::NotAxial { .. }));
    let mut uneven = slices();
    uneven[9].row_mm = 2.0;
    assert!(matches!(refusal(uneven), CtError::UnevenGrid { .. }));
    let few = slices().into_iter().take(20).collect();
    assert!(matches!(refusal(few), CtError::TooShort { .. }));

    let solid = slices().into_iter().map(|mut slice| {
        slice.hounsfield = slice.hounsfield.map(|&v| if v == -850 { 40 } else { v });
        slice
    });
    let solid = CtVolume::from_slices(solid.collect()).unwrap();
    assert!(matches!(CtChest::new(&solid), Err(CtError::NoLungs)));
}

#[test]
fn thick_slices_and_contrast_medium_are_warned_of() {
    let warnings = chest(slices()).warnings();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains("2.50 mm thick"), "{warnings:?}");
    let enhanced = slices().into_iter().map(|mut slice| {
        let values = slice.hounsfield.values_mut();
        for (i, value) in values.iter_mut().enumerate() {
            let x = (i % SIDE) as f64 * SPACING_MM - 200.0;
            let y = (i / SIDE) as f64 * SPACING_MM - 200.0;
            if in_ellipse((x, y), (0.0, -30.0), (14.0, 30.0)) {
                *value = 450;
            }
        }
        slice
    });
    let warnings = chest(enhanced.collect()).warnings();
    assert!(
        warnings.iter().any(|w| w.contains("contrast medium")),
        "{warnings:?}"
    );
}

#[test]
fn impossible_voltages_and_turns_are_refused() {
    let refused = |config: CtConfig| config.validate().unwrap_err();
    let voltages = refused(CtConfig {
        tube_kv: [120.0, 60.0],
        ..small()
    });
    assert!(matches!(
        voltages,
        SimulateError::Ct(CtError::TubeVoltage { .. })
    ));
    let turn = refused(CtConfig {
        pose: CtPose {
            yaw_deg: 45.0,
            ..CtPose::default()
        },
        ..small()
    });
    assert!(matches!(turn, SimulateError::Ct(CtError::Turn { .. })));
}

#[test]
fn two_weighted_exposures_come_near_the_exact_soft_tissue_image() {
    let chest = chest(slices());
    let exact = chest.study(&small(), 1).unwrap();
    let subtracted = CtConfig {
        soft: CtSoft::Subtracted,
        ..small()
    };
    let subtracted = chest.study(&subtracted, 1).unwrap();
    assert_eq!(exact.radiograph, subtracted.radiograph);
    let field: Vec<usize> = (0..192 * 192)
        .filter(|&i| exact.lung_mask.raster().values()[i] == 1)
        .collect();
    let at = |image: &super::FloatImage, i: usize| f64::from(image.values()[i]);
    // Slope of what is left of the bones on the bones: 1 where nothing was taken.
    let left = |soft: &super::FloatImage| {
        let mean = |of: &dyn Fn(usize) -> f64| {
            field.iter().map(|&i| of(i)).sum::<f64>() / field.len() as f64
        };
        let bone = |i| at(&exact.bone, i);
        let rest = |i| at(soft, i) - at(&exact.soft_tissue, i);
        let (mean_bone, mean_rest) = (mean(&bone), mean(&rest));
        let covariance = mean(&|i| (bone(i) - mean_bone) * (rest(i) - mean_rest));
        covariance / mean(&|i| (bone(i) - mean_bone).powi(2))
    };
    assert!((left(&exact.radiograph) - 1.0).abs() < 1e-3);
    let left = left(&subtracted.soft_tissue);
    assert!(left.abs() < 0.25, "{left}");
}

#[test]
fn written_projections_pass_the_dataset_check() {
    let dir = tempfile::tempdir().unwrap();
    let config = CtConfig {
        size_px: 512,
        ..CtConfig::default()
    };
    let chest = chest(slices());
    let mut poses = Vec::new();
    let written = write_projections(
        Some(StudyFolder {
            dir: dir.path(),
            overwrite: false,
        }),
        &chest,
        (2, 5),
        &config,
        &mut |_, study| poses.extend(study.map(|study| study.pose)),
    )
    .unwrap();
    assert_eq!(written.len(), 11);
    assert_eq!(poses[0], CtPose::default());
    assert_ne!(poses[1], CtPose::default());
    let request = dataset::CheckRequest::of_folder(dir.path());
    let report = dataset::check(&request, &dataset::Unwatched)
        .unwrap()
        .unwrap();
    assert_eq!(report.pairs.len(), 2);
    assert!(report.is_usable(), "{:?}", report.findings);
    for pair in &report.pairs {
        let made = dataset::simulated(&pair.radiograph);
        assert_eq!(made, Some(dataset::Simulated::Projected));
        assert!(!pair.is_phantom, "somebody's chest");
    }
    let contents = written
        .iter()
        .find(|path| path.to_string_lossy().ends_with("0001_contents.json"));
    let text = std::fs::read_to_string(contents.unwrap()).unwrap();
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["slices"], 80);
    assert!(!text.contains("1.2.3"), "the series is named");
}

fn put_pixels(object: &mut InMemDicomObject, slice: &CtSlice) {
    let values: Vec<u16> = (slice.hounsfield.values().iter())
        .map(|&v| (v + 1024) as u16)
        .collect();
    object.put(DataElement::new(
        tags::PIXEL_DATA,
        VR::OW,
        PrimitiveValue::U16(values.into()),
    ));
}

/// Writes a slice as a file of 12 bits, as scanners do.
pub(super) fn write_dicom(path: &Path, slice: &CtSlice, modality: &str) {
    let (width, height) = slice.hounsfield.size();
    let text = |value: &str| PrimitiveValue::from(value);
    let joined = |values: &[f64]| {
        let parts: Vec<String> = values.iter().map(|v| format!("{v:.4}")).collect();
        PrimitiveValue::from(parts.join("\\"))
    };
    let orientation = [slice.along_row, slice.down_column].concat();
    let mut object = InMemDicomObject::new_empty();
    for (tag, vr, value) in [
        (tags::SOP_CLASS_UID, VR::UI, text(uids::CT_IMAGE_STORAGE)),
        (
            tags::SOP_INSTANCE_UID,
            VR::UI,
            text(&format!(
                "1.2.9.{}",
                (10.0 * slice.position_mm[2] + 5e4) as u32
            )),
        ),
        (tags::IMAGE_TYPE, VR::CS, text("ORIGINAL\\PRIMARY\\AXIAL")),
        (tags::MODALITY, VR::CS, text(modality)),
        (tags::PATIENT_ID, VR::LO, text(&slice.patient[0])),
        (tags::STUDY_INSTANCE_UID, VR::UI, text(&slice.study)),
        (tags::SERIES_INSTANCE_UID, VR::UI, text(&slice.series)),
        (
            tags::IMAGE_POSITION_PATIENT,
            VR::DS,
            joined(&slice.position_mm),
        ),
        (
            tags::IMAGE_ORIENTATION_PATIENT,
            VR::DS,
            joined(&orientation),
        ),
        (tags::SLICE_THICKNESS, VR::DS, text("2.5")),
        (
            tags::PIXEL_SPACING,
            VR::DS,
            joined(&[slice.row_mm, slice.col_mm]),
        ),
        (
            tags::PHOTOMETRIC_INTERPRETATION,
            VR::CS,
            text("MONOCHROME2"),
        ),
        (tags::SAMPLES_PER_PIXEL, VR::US, dicom_value!(U16, [1])),
        (tags::ROWS, VR::US, dicom_value!(U16, [height as u16])),
        (tags::COLUMNS, VR::US, dicom_value!(U16, [width as u16])),
        (tags::BITS_ALLOCATED, VR::US, dicom_value!(U16, [16])),
        (tags::BITS_STORED, VR::US, dicom_value!(U16, [12])),
        (tags::HIGH_BIT, VR::US, dicom_value!(U16, [11])),
        (tags::PIXEL_REPRESENTATION, VR::US, dicom_value!(U16, [0])),
        (tags::RESCALE_INTERCEPT, VR::DS, text("-1024")),
        (tags::RESCALE_SLOPE, VR::DS, text("1")),
    ] {
        object.put(DataElement::new(tag, vr, value));
    }
    put_pixels(&mut object, slice);
    let meta = FileMetaTableBuilder::new().transfer_syntax(uids::EXPLICIT_VR_LITTLE_ENDIAN);
    object.with_meta(meta).unwrap().write_to_file(path).unwrap();
}

#[test]
fn a_folder_of_files_is_the_series_and_other_pictures_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    for (index, slice) in slices().iter().enumerate() {
        // Names in another order than the slices.
        let name = format!("{:03}.dcm", (37 * index) % NUM_SLICES);
        write_dicom(&dir.path().join(name), slice, "CT");
    }
    let folder = [dir.path().to_owned()];
    let volume = CtVolume::read(&folder).unwrap();
    assert_eq!(volume, CtVolume::from_slices(slices()).unwrap());
    assert_eq!(
        (volume.num_slices(), volume.thickness_mm()),
        (NUM_SLICES, 2.5)
    );

    write_dicom(&dir.path().join("radiograph.dcm"), &slice(3, false), "DX");
    let err = CtVolume::read(&folder).unwrap_err().to_string();
    assert!(
        err.contains("no slice of a CT series") && err.contains("radiograph.dcm"),
        "{err}"
    );
}
