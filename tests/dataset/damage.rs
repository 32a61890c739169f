//! What harms do to the files of a folder.

use crate::folder::{Header, Pairs, SIDE, chest, moved, write_dicom};
use diaphane::dataset::PATIENTS_FILE;
use diaphane::formats::raster::{PngMarks, write_marked_grey16};
use diaphane::radiograph::{FloatImage, resize_area};

pub const LAST: f64 = (SIDE - 1) as f64;

pub const CXR: Header<'_> = Header {
    patient: "P1",
    study: "1.1",
    series: "CHEST PA",
    view: "PA",
    row_mm: 0.2,
};
pub const SOFT: Header<'_> = Header {
    series: "CHEST PA SOFT TISSUE",
    ..CXR
};

pub fn mirrored(image: &FloatImage) -> FloatImage {
    moved(image, |col, row| (LAST - col, row))
}

/// A copy of pair b under another name, whose places show what `from` names.
pub fn changed_copy(pairs: &Pairs, from: impl Fn(f64, f64) -> (f64, f64)) {
    pairs.write("d_cxr", &moved(&chest(1).radiograph, &from));
    pairs.write("d_soft", &moved(&chest(1).soft_tissue, &from));
}

pub fn inverted(image: &FloatImage) -> FloatImage {
    image.map(|v| 1.0 - v)
}

/// The picture in 8 bits.
pub fn grey8(picture: &FloatImage) -> image::GrayImage {
    let grey = picture.map(|v| (255.0 * v).round() as u8);
    image::GrayImage::from_raw(SIDE as u32, SIDE as u32, grey.into_values()).unwrap()
}

pub fn halve(pairs: &Pairs, name: &str) {
    let file = pairs.file(name);
    let bytes = std::fs::read(&file).unwrap();
    std::fs::write(file, &bytes[..bytes.len() / 2]).unwrap();
}

pub fn reduce(pairs: &Pairs, side: usize) {
    pairs.write("b_cxr", &resize_area(&chest(1).radiograph, side, side));
    pairs.write("b_soft", &resize_area(&chest(1).soft_tissue, side, side));
}

/// A pair in DICOM files with these headers, in place of its PNG files.
pub fn in_dicom(pairs: &Pairs, name: &str, radiograph: Header<'_>, soft_tissue: Header<'_>) {
    let letters = ["a", "b", "c", "d", "e", "f", "g"];
    let seed = letters.iter().position(|letter| *letter == name).unwrap();
    for end in ["cxr.png", "soft.png"] {
        drop(std::fs::remove_file(pairs.file(&format!("{name}_{end}"))));
    }
    dicom_of(pairs, (name, seed), radiograph, soft_tissue);
}

pub fn dicom_of(
    pairs: &Pairs,
    (name, seed): (&str, usize),
    radiograph: Header<'_>,
    soft_tissue: Header<'_>,
) {
    let write = |end: &str, picture, header| {
        write_dicom(&pairs.file(&format!("{name}_{end}.dcm")), picture, header);
    };
    write("cxr", &chest(seed).radiograph, radiograph);
    write("soft", &chest(seed).soft_tissue, soft_tissue);
}

pub fn made_by_us(pairs: &Pairs, name: &str, picture: &FloatImage) {
    let marks = PngMarks {
        comment: Some("derived image, bones suppressed; research use only; not the original"),
        ..PngMarks::default()
    };
    write_marked_grey16(&pairs.file(&format!("{name}.png")), picture, &marks, true).unwrap();
}

pub fn list(pairs: &Pairs, text: &str) {
    std::fs::write(pairs.file(PATIENTS_FILE), text).unwrap();
}
