//! Folders of pairs, and what can go wrong in them.

use diaphane::formats::raster::{write_grey16, write_mask8};
use diaphane::radiograph::{FloatImage, LungMask, Raster};
use diaphane::simulate::{Phantom, PhantomConfig, PhantomStudy, SoftTone};
use dicom_core::{DataElement, PrimitiveValue, VR, dicom_value};
use dicom_dictionary_std::{tags, uids};
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Side of the pictures, pixels.
pub const SIDE: usize = 512;

/// A chest, drawn once.
pub fn chest(seed: usize) -> &'static PhantomStudy {
    static CHESTS: [OnceLock<PhantomStudy>; 7] = [const { OnceLock::new() }; 7];
    CHESTS[seed].get_or_init(|| {
        let config = PhantomConfig {
            size_px: SIDE,
            soft_tone: SoftTone::Offset,
            ..PhantomConfig::default()
        };
        Phantom::new(&config, 40 + seed as u64).unwrap().study()
    })
}

/// A folder of pairs in PNG files.
pub struct Pairs(tempfile::TempDir);

impl Pairs {
    /// Three pairs with masks: a, b and c.
    pub fn new() -> Self {
        let pairs = Self(tempfile::tempdir().unwrap());
        for (seed, name) in ["a", "b", "c"].into_iter().enumerate() {
            pairs.add(name, seed);
        }
        pairs
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// A pair with its mask.
    pub fn add(&self, name: &str, seed: usize) {
        let study = chest(seed);
        self.write(&format!("{name}_cxr"), &study.radiograph);
        self.write(&format!("{name}_soft"), &study.soft_tissue);
        self.mask(name, &study.lung_mask);
    }

    pub fn write(&self, name: &str, picture: &FloatImage) {
        write_grey16(&self.file(&format!("{name}.png")), picture, true).unwrap();
    }

    pub fn mask(&self, name: &str, mask: &LungMask) {
        write_mask8(&self.file(&format!("{name}_lungmask.png")), mask, true).unwrap();
    }
}

/// What a header says.
#[derive(Clone, Copy)]
pub struct Header<'a> {
    pub patient: &'a str,
    pub study: &'a str,
    pub series: &'a str,
    pub view: &'a str,
    pub row_mm: f64,
}

/// Writes a radiograph of 12 bits with this header.
pub fn write_dicom(path: &Path, picture: &FloatImage, header: Header<'_>) {
    write_dicom_taken(path, picture, header, "");
}

/// What a file says but for its pixels and when it was taken.
fn described(path: &Path, (width, height): (usize, usize), header: Header<'_>) -> InMemDicomObject {
    let mut object = InMemDicomObject::new_empty();
    let text = |value: &str| PrimitiveValue::from(value);
    for (tag, vr, value) in [
        (
            tags::SOP_CLASS_UID,
            VR::UI,
            text(uids::DIGITAL_X_RAY_IMAGE_STORAGE_FOR_PRESENTATION),
        ),
        (
            tags::SOP_INSTANCE_UID,
            VR::UI,
            text(&format!(
                "1.2.3.{}",
                path.to_string_lossy().len() * 1000 + header.series.len()
            )),
        ),
        (tags::MODALITY, VR::CS, text("DX")),
        (tags::BODY_PART_EXAMINED, VR::CS, text("CHEST")),
        (tags::PATIENT_ID, VR::LO, text(header.patient)),
        (tags::STUDY_INSTANCE_UID, VR::UI, text(header.study)),
        (tags::SERIES_DESCRIPTION, VR::LO, text(header.series)),
        (tags::VIEW_POSITION, VR::CS, text(header.view)),
        (
            tags::IMAGER_PIXEL_SPACING,
            VR::DS,
            text(&format!("{0}\\{0}", header.row_mm)),
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
        (tags::WINDOW_CENTER, VR::DS, text("2048")),
        (tags::WINDOW_WIDTH, VR::DS, text("4096")),
    ] {
        object.put(DataElement::new(tag, vr, value));
    }
    object
}

/// The same, taken at this time of a day; an empty one is not stated.
pub fn write_dicom_taken(path: &Path, picture: &FloatImage, header: Header<'_>, time: &str) {
    let mut object = described(path, picture.size(), header);
    let text = |value: &str| PrimitiveValue::from(value);
    if !time.is_empty() {
        let date = text("20240131");
        object.put(DataElement::new(tags::ACQUISITION_DATE, VR::DA, date));
        object.put(DataElement::new(tags::ACQUISITION_TIME, VR::TM, text(time)));
    }
    let values = picture
        .values()
        .iter()
        .map(|v| (v.clamp(0.0, 1.0) * 4095.0) as u16);
    let values: Vec<u16> = values.collect();
    object.put(DataElement::new(
        tags::PIXEL_DATA,
        VR::OW,
        PrimitiveValue::U16(values.into()),
    ));
    let meta = FileMetaTableBuilder::new().transfer_syntax(uids::EXPLICIT_VR_LITTLE_ENDIAN);
    let file = object.with_meta(meta).unwrap();
    file.write_to_file(path).unwrap();
}

/// The picture whose place shows what `from` names of this one.
pub fn moved(image: &FloatImage, from: impl Fn(f64, f64) -> (f64, f64)) -> FloatImage {
    let (width, height) = image.size();
    let at = |col: f64, row: f64| {
        let (left, top) = (col.floor(), row.floor());
        let (x, y) = ((col - left) as f32, (row - top) as f32);
        let value = |dx: f64, dy: f64| {
            let clamp = |v: f64, n: usize| v.clamp(0.0, n as f64 - 1.0) as usize;
            image
                .get(clamp(top + dy, height), clamp(left + dx, width))
                .unwrap()
        };
        (1.0 - y) * ((1.0 - x) * value(0.0, 0.0) + x * value(1.0, 0.0))
            + y * ((1.0 - x) * value(0.0, 1.0) + x * value(1.0, 1.0))
    };
    let places = (0..width * height).map(|i| ((i % width) as f64, (i / width) as f64));
    let values = places.map(|(col, row)| {
        let (col, row) = from(col, row);
        at(col, row)
    });
    Raster::new(width, height, values.collect()).unwrap()
}
