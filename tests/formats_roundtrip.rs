//! Synthetic files of every photometric interpretation, bit depth, sign, encoding and window,
//! written by this test byte by byte (PS3.5 chapter 7) and read back; expected values are computed
//! here from the formulas of PS3.3 C.11, not by the code under test. Tolerance: the display value
//! is `f32`, so 1e-6 of full scale.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot write its own input has failed"
)]

use diaphane::display::{GreyScale, display_image, modality_image};
use diaphane::formats::{FormatError, Search, find_radiographs, raster, read, stored_fingerprint};
use diaphane::radiograph::{
    LungMask, PixelSpacing, Polarity, Radiograph, Raster, SpacingKind, Voi,
};
use std::path::Path;

/// Layout of a data set.
#[derive(Clone, Copy, PartialEq)]
enum Layout {
    ImplicitLittle,
    ExplicitLittle,
    ExplicitBig,
}

const LAYOUTS: [(Layout, &str); 3] = [
    (Layout::ImplicitLittle, "1.2.840.10008.1.2"),
    (Layout::ExplicitLittle, "1.2.840.10008.1.2.1"),
    (Layout::ExplicitBig, "1.2.840.10008.1.2.2"),
];

impl Layout {
    fn u16(self, value: u16) -> [u8; 2] {
        if self == Self::ExplicitBig {
            value.to_be_bytes()
        } else {
            value.to_le_bytes()
        }
    }

    fn u32(self, value: u32) -> [u8; 4] {
        if self == Self::ExplicitBig {
            value.to_be_bytes()
        } else {
            value.to_le_bytes()
        }
    }

    fn words(self, values: impl IntoIterator<Item = u16>) -> Vec<u8> {
        values
            .into_iter()
            .flat_map(|value| self.u16(value))
            .collect()
    }

    fn element(self, tag: (u16, u16), vr: &str, value: &[u8]) -> Vec<u8> {
        let mut value = value.to_vec();
        if value.len() % 2 == 1 {
            value.push(if vr == "OB" || vr == "UI" { 0 } else { b' ' });
        }
        let mut bytes = [self.u16(tag.0), self.u16(tag.1)].concat();
        let length = u32::try_from(value.len()).unwrap();
        if self == Self::ImplicitLittle {
            bytes.extend(self.u32(length));
        } else {
            bytes.extend(vr.as_bytes());
            if matches!(vr, "OB" | "OW" | "SQ" | "UN") {
                bytes.extend([0, 0]);
                bytes.extend(self.u32(length));
            } else {
                bytes.extend(self.u16(u16::try_from(length).unwrap()));
            }
        }
        bytes.extend(value);
        bytes
    }

    fn sequence(self, tag: (u16, u16), item: &[u8]) -> Vec<u8> {
        let mut value = [self.u16(0xFFFE), self.u16(0xE000)].concat();
        value.extend(self.u32(u32::try_from(item.len()).unwrap()));
        value.extend(item);
        self.element(tag, "SQ", &value)
    }
}

/// A file to be written; fields are the attributes.
#[derive(Clone)]
struct File {
    layout: Layout,
    uid: &'static str,
    photometric: &'static str,
    allocated: u16,
    stored: u16,
    signed: bool,
    cols: u16,
    values: Vec<i32>,
    /// Elements above (0028,0103), encoded, in any order.
    more: Vec<Vec<u8>>,
    /// Elements below (0028,0002).
    before: Vec<Vec<u8>>,
}

impl File {
    fn new(layout: Layout, uid: &'static str, values: Vec<i32>) -> Self {
        Self {
            layout,
            uid,
            photometric: "MONOCHROME2",
            allocated: 16,
            stored: 12,
            signed: false,
            cols: u16::try_from(values.len()).unwrap(),
            values,
            more: Vec::new(),
            before: Vec::new(),
        }
    }

    fn little(values: Vec<i32>) -> Self {
        Self::new(Layout::ExplicitLittle, "1.2.840.10008.1.2.1", values)
    }

    fn with(mut self, tag: (u16, u16), vr: &str, value: &[u8]) -> Self {
        let element = self.layout.element(tag, vr, value);
        let list = if tag < (0x0028, 0x0002) {
            &mut self.before
        } else {
            &mut self.more
        };
        list.push(element);
        self
    }

    fn cells(&self) -> Vec<u8> {
        if self.allocated == 8 {
            return self.values.iter().map(|&value| value as u8).collect();
        }
        let mask = ((1_u32 << self.stored) - 1) as u16;
        self.layout
            .words(self.values.iter().map(|&value| value as u16 & mask))
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![0; 128];
        bytes.extend(b"DICM");
        bytes.extend(Layout::ExplicitLittle.element((2, 0x10), "UI", self.uid.as_bytes()));
        let layout = self.layout;
        let rows = self.values.len() / usize::from(self.cols);
        bytes.extend(self.before.concat());
        bytes.extend(layout.element((0x28, 2), "US", &layout.u16(1)));
        bytes.extend(layout.element((0x28, 4), "CS", self.photometric.as_bytes()));
        let shorts = [
            (0x10, u16::try_from(rows).unwrap()),
            (0x11, self.cols),
            (0x100, self.allocated),
            (0x101, self.stored),
            (0x102, self.stored - 1),
            (0x103, u16::from(self.signed)),
        ];
        for (element, value) in shorts {
            bytes.extend(layout.element((0x28, element), "US", &layout.u16(value)));
        }
        bytes.extend(self.more.concat());
        let vr = if self.allocated == 8 && layout != Layout::ImplicitLittle {
            "OB"
        } else {
            "OW"
        };
        bytes.extend(layout.element((0x7FE0, 0x10), vr, &self.cells()));
        bytes
    }

    fn read(&self) -> Result<Radiograph, FormatError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("synthetic.dcm");
        std::fs::write(&path, self.bytes()).unwrap();
        read(&path)
    }
}

fn shown(radiograph: &Radiograph) -> Vec<f32> {
    display_image(radiograph, &radiograph.vois[0]).into_values()
}

fn assert_near(found: &[f32], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (a, b) in found.iter().zip(expected) {
        assert!(
            (f64::from(*a) - b).abs() < 1e-6,
            "{found:?} instead of {expected:?}"
        );
    }
}

#[test]
fn every_depth_sign_and_layout_keeps_its_values() {
    for (layout, uid) in LAYOUTS {
        for stored in [8_u16, 10, 12, 14, 15, 16] {
            for signed in [false, true] {
                let (low, high) = if signed {
                    (-(1 << (stored - 1)), (1 << (stored - 1)) - 1)
                } else {
                    (0, (1 << stored) - 1)
                };
                let values = vec![low, high, 0, 1, high / 3, low / 2];
                let mut file = File::new(layout, uid, values.clone());
                (file.stored, file.signed, file.cols) = (stored, signed, 3);
                file.allocated = if stored == 8 { 8 } else { 16 };
                let radiograph = file.read().unwrap();
                assert_eq!(
                    radiograph.stored.iter().collect::<Vec<_>>(),
                    values,
                    "{stored} {signed}"
                );
                assert_eq!(radiograph.size(), (3, 2));
                let range = f64::from(high - low);
                let expected: Vec<f64> = values
                    .iter()
                    .map(|&value| f64::from(value - low) / range)
                    .collect();
                assert_near(&shown(&radiograph), &expected);
            }
        }
    }
}

#[test]
fn polarity_rescale_and_window_in_every_combination() {
    let values = vec![0, 1000, 2000, 3000, 4095];
    let shapes = [None, Some("IDENTITY"), Some("INVERSE")];
    for photometric in ["MONOCHROME1", "MONOCHROME2"] {
        for shape in shapes {
            for (slope, intercept) in [(1.0, 0.0), (-1.0, 4095.0), (-10.0, 5.5), (0.5, -100.0)] {
                for function in ["LINEAR", "LINEAR_EXACT", "SIGMOID"] {
                    let mut file = File::little(values.clone())
                        .with((0x28, 0x1050), "DS", b"900.5")
                        .with((0x28, 0x1051), "DS", b"1500")
                        .with((0x28, 0x1052), "DS", format!("{intercept}").as_bytes())
                        .with((0x28, 0x1053), "DS", format!("{slope}").as_bytes())
                        .with((0x28, 0x1056), "CS", function.as_bytes());
                    file.photometric = photometric;
                    if let Some(shape) = shape {
                        file = file.with((0x2050, 0x20), "CS", shape.as_bytes());
                    }
                    let radiograph = file.read().unwrap();
                    let modality: Vec<f64> = values
                        .iter()
                        .map(|&value| slope * f64::from(value) + intercept)
                        .collect();
                    let inverted = photometric == "MONOCHROME1" || shape == Some("INVERSE");
                    let expected: Vec<f64> = modality
                        .iter()
                        .map(|&x| {
                            let (c, w) = (900.5, 1500.0);
                            let grey: f64 = match function {
                                "LINEAR" => (x - (c - 0.5)) / (w - 1.0) + 0.5,
                                "LINEAR_EXACT" => (x - c) / w + 0.5,
                                _ => 1.0 / (1.0 + f64::exp(-4.0 * (x - c) / w)),
                            };
                            let grey = grey.clamp(0.0, 1.0);
                            if inverted { 1.0 - grey } else { grey }
                        })
                        .collect();
                    assert_near(&shown(&radiograph), &expected);
                    let found: Vec<f64> = modality_image(&radiograph)
                        .values()
                        .iter()
                        .map(|&v| f64::from(v))
                        .collect();
                    assert_eq!(found, modality);
                    let conflicts = radiograph
                        .warnings
                        .iter()
                        .filter(|w| w.text.contains("conflict"))
                        .count();
                    let disagrees = matches!(
                        (photometric, shape),
                        ("MONOCHROME1", Some("IDENTITY")) | ("MONOCHROME2", Some("INVERSE"))
                    );
                    assert_eq!(conflicts, usize::from(disagrees));
                }
            }
        }
    }
}

#[test]
fn a_table_of_65536_entries_and_one_that_lies_about_its_depth() {
    for (layout, uid) in LAYOUTS {
        // 0 in the descriptor means 65,536 entries; here entry i is 65,535 - i.
        let mut item = layout.element((0x28, 0x3002), "US", &layout.words([0, 0, 16]));
        item.extend(lut_data(layout, (0..=u16::MAX).rev()));
        let mut file = File::new(layout, uid, vec![0, 13_107, 65_535]);
        file.stored = 16;
        file.more.push(layout.sequence((0x28, 0x3010), &item));
        let radiograph = file.read().unwrap();
        assert!(matches!(&radiograph.vois[0], Voi::Lut(lut) if lut.entries.len() == 65_536));
        assert_near(&shown(&radiograph), &[1.0, 0.8, 0.0]);

        // Sixteen bits stated, and no entry is white: PS3.3 C.11.2.1.1 asks for none that is.
        let mut item = layout.element((0x28, 0x3002), "US", &layout.words([3, 10, 16]));
        item.extend(lut_data(layout, [0, 13_107, 30_000]));
        let mut file = File::new(layout, uid, vec![9, 10, 11, 12, 4000]);
        file.more.push(layout.sequence((0x28, 0x3010), &item));
        let radiograph = file.read().unwrap();
        let white = 30_000.0 / 65_535.0;
        assert_near(&shown(&radiograph), &[0.0, 0.0, 0.2, white, white]);

        // Sixteen bits stated, twelve used: shown at full brightness, and said so.
        let mut item = layout.element((0x28, 0x3002), "US", &layout.words([3, 10, 16]));
        item.extend(lut_data(layout, [0, 819, 4095]));
        let mut file = File::new(layout, uid, vec![9, 10, 11, 12, 4000]);
        file.more.push(layout.sequence((0x28, 0x3010), &item));
        let radiograph = file.read().unwrap();
        assert_near(&shown(&radiograph), &[0.0, 0.0, 0.2, 1.0, 1.0]);
        assert!(
            radiograph
                .warnings
                .iter()
                .any(|w| w.text.contains("VOI LUT")),
            "{:?}",
            radiograph.warnings
        );
    }
}

/// A table that turns back shows two values as one grey; it is used, and said so.
#[test]
fn a_table_that_rises_and_falls_is_warned_of() {
    let layout = Layout::ExplicitLittle;
    let read = |entries: [u16; 4]| {
        let mut item = layout.element((0x28, 0x3002), "US", &layout.words([4, 0, 8]));
        item.extend(lut_data(layout, entries));
        let mut file = File::little(vec![0, 1, 2, 3]);
        file.more.push(layout.sequence((0x28, 0x3010), &item));
        file.read().unwrap()
    };
    let warned = |radiograph: &Radiograph| {
        let mut warnings = radiograph.warnings.iter();
        warnings.any(|w| w.text.contains("rises and falls"))
    };
    assert!(warned(&read([0, 200, 100, 255])));
    assert!(!warned(&read([255, 200, 100, 0])));
}

/// LUT Data as OW, which 65,536 entries need: the length of US has 16 bits.
fn lut_data(layout: Layout, entries: impl IntoIterator<Item = u16>) -> Vec<u8> {
    layout.element((0x28, 0x3006), "OW", &layout.words(entries))
}

#[test]
fn a_modality_table_replaces_the_rescale() {
    let layout = Layout::ExplicitLittle;
    let mut item = layout.element(
        (0x28, 0x3002),
        "SS",
        &layout.words([3, (-1_i16) as u16, 16]),
    );
    item.extend(lut_data(layout, [1000, 40_000, 2000]));
    let mut file = File::little(vec![-5, -1, 0, 1, 7]).with((0x28, 0x1053), "DS", b"7");
    file.signed = true;
    file.more.push(layout.sequence((0x28, 0x3000), &item));
    let radiograph = file.read().unwrap();
    assert_eq!(
        modality_image(&radiograph).values(),
        [1000.0, 1000.0, 40_000.0, 2000.0, 2000.0]
    );
    assert_eq!(radiograph.modality_range(), (1000.0, 40_000.0));
    // The range is that of the picture, not of the table.
    let mut narrow = file.clone();
    narrow.values = vec![1, 1, 1, 7, 7];
    assert_eq!(narrow.read().unwrap().modality_range(), (2000.0, 2000.0));
    assert_near(
        &shown(&radiograph),
        &[0.0, 0.0, 1.0, 1.0 / 39.0, 1.0 / 39.0],
    );
}

#[test]
fn padding_is_kept_out_of_the_window() {
    let range = File::little(vec![0, 5, 100, 300])
        .with((0x28, 0x120), "US", &[0, 0])
        .with((0x28, 0x121), "US", &[9, 0]);
    let radiograph = range.read().unwrap();
    assert_eq!(radiograph.padding, Some((0, 9)));
    assert_near(&shown(&radiograph)[2..], &[0.0, 1.0]);
    let mut signed = File::little(vec![-2048, -48, 152, 352]).with(
        (0x28, 0x120),
        "US",
        &(-2048_i16).to_le_bytes(),
    );
    signed.signed = true;
    let radiograph = signed.read().unwrap();
    assert_eq!(radiograph.padding, Some((-2048, -2048)));
    assert_near(&shown(&radiograph)[1..], &[0.0, 0.5, 1.0]);
}

#[test]
fn unusable_windows_are_named_and_not_used() {
    let cases: [(&[u8], &[u8], &[u8]); 5] = [
        (b"100", b"0", b"LINEAR"),
        (b"100", b"0.5", b"LINEAR"),
        (b"100", b"-3", b"SIGMOID"),
        (b"100\\200", b"50", b"LINEAR"),
        (b"nan", b"50", b"LINEAR"),
    ];
    for (center, width, function) in cases {
        let radiograph = File::little(vec![10, 20, 30])
            .with((0x28, 0x1050), "DS", center)
            .with((0x28, 0x1051), "DS", width)
            .with((0x28, 0x1056), "CS", function)
            .read()
            .unwrap();
        assert!(!radiograph.vois_from_file);
        assert!(
            radiograph
                .warnings
                .iter()
                .any(|w| w.text.contains("window")),
            "{:?}",
            radiograph.warnings
        );
        assert_near(&shown(&radiograph), &[0.0, 0.5, 1.0]);
    }
}

#[test]
fn spacing_comes_from_one_place_with_its_kind() {
    let imager = |file: File| file.with((0x18, 0x1164), "DS", b"0.2\\0.1");
    let spacing = |file: File| file.read().unwrap().spacing;
    let expected = |row_mm, col_mm, kind| {
        Some(PixelSpacing {
            row_mm,
            col_mm,
            kind,
        })
    };
    let plain = || File::little(vec![1, 2]);
    assert_eq!(spacing(plain()), None);
    assert_eq!(
        spacing(imager(plain())),
        expected(0.2, 0.1, SpacingKind::AtDetector)
    );
    let geometry =
        imager(plain())
            .with((0x18, 0x1110), "DS", b"1800")
            .with((0x18, 0x1111), "DS", b"1440");
    assert_eq!(
        spacing(geometry.clone()),
        expected(0.2 / 1.25, 0.1 / 1.25, SpacingKind::MagnificationCorrected)
    );
    let stated_factor = geometry.with((0x18, 0x1114), "DS", b"1.6");
    assert_eq!(
        spacing(stated_factor),
        expected(0.125, 0.0625, SpacingKind::MagnificationCorrected)
    );
    let pixel = imager(plain()).with((0x28, 0x30), "DS", b"0.15\\0.14");
    assert_eq!(
        spacing(pixel.clone()),
        expected(0.15, 0.14, SpacingKind::Uncalibrated)
    );
    for (stated, kind) in [
        (&b"FIDUCIAL"[..], SpacingKind::Fiducial),
        (&b"GEOMETRY"[..], SpacingKind::Geometry),
        (&b"OTHER "[..], SpacingKind::Calibrated),
    ] {
        let calibrated = pixel.clone().with((0x28, 0xA02), "CS", stated);
        assert_eq!(spacing(calibrated), expected(0.15, 0.14, kind));
    }
    let described = |file: File| {
        let file = file.with((0x28, 0xA04), "LO", b"Steel ball, 25.4 mm");
        file.read().unwrap().info.calibration
    };
    assert_eq!(described(pixel.clone()), "Steel ball, 25.4 mm");
    // It belongs to Pixel Spacing, and describes no other.
    assert_eq!(described(imager(plain())), "");
    let scanned = plain().with((0x18, 0x2010), "DS", b"0.3\\0.3");
    assert_eq!(spacing(scanned), expected(0.3, 0.3, SpacingKind::AtScanner));
    let broken = imager(plain())
        .with((0x28, 0x30), "DS", b"0\\0.14")
        .read()
        .unwrap();
    assert_eq!(broken.spacing, expected(0.2, 0.1, SpacingKind::AtDetector));
    assert!(
        broken
            .warnings
            .iter()
            .any(|w| w.text.contains("PixelSpacing"))
    );
}

#[test]
fn a_picture_is_refused_rather_than_misread() {
    let refusal = |file: File| file.read().unwrap_err();
    let mut odd = File::little(vec![1, 2, 3]);
    odd.photometric = "RGB";
    assert_eq!(refusal(odd).class(), "not-a-grayscale-radiograph");
    let slope = File::little(vec![1, 2]).with((0x28, 0x1053), "DS", b"0");
    let err = refusal(slope);
    assert_eq!(err.class(), "inconsistent-header");
    let sentence = err.to_string();
    assert!(
        sentence.contains("RescaleSlope (0028,1053) is 0") && sentence.contains("synthetic.dcm"),
        "{sentence}"
    );
}

#[test]
fn written_pictures_read_back_exactly() {
    let folder = tempfile::tempdir().unwrap();
    let image = Raster::new(3, 2, vec![0.0, 0.25, 0.5, 1.0, -1.0, f32::NAN]).unwrap();
    let path = folder.path().join("grey.png");
    raster::write_grey16(&path, &image, false).unwrap();
    let radiograph = read(&path).unwrap();
    let expected = [0, 16_384, 32_768, 65_535, 0, 0];
    assert_eq!(radiograph.stored.iter().collect::<Vec<_>>(), expected);
    assert_eq!(
        (radiograph.bits.stored, radiograph.polarity),
        (16, Polarity::HighIsWhite)
    );
    assert_near(
        &shown(&radiograph)[..4],
        &[0.0, 16_384.0 / 65_535.0, 32_768.0 / 65_535.0, 1.0],
    );
    assert_eq!(
        raster::write_grey16(&path, &image, false)
            .unwrap_err()
            .class(),
        "exists"
    );
    raster::write_grey16(&path, &image, true).unwrap();
    let mask = LungMask::from_nonzero(&Raster::new(2, 2, vec![0_u8, 1, 1, 0]).unwrap());
    let mask_path = folder.path().join("mask.png");
    raster::write_mask8(&mask_path, &mask, false).unwrap();
    assert_eq!(raster::read_mask(&mask_path).unwrap(), mask);
}

/// Unscaled 12-bit values in a 16-bit file fill the display; values that use the upper half keep
/// 65,535 as white, so that a dim picture stays dim.
#[test]
fn sixteen_bit_files_are_shown_at_a_readable_brightness() {
    let folder = tempfile::tempdir().unwrap();
    let picture = |values: Vec<u16>| {
        let path = folder.path().join(format!("{}.png", values[2]));
        image::ImageBuffer::<image::Luma<u16>, _>::from_raw(3, 1, values)
            .unwrap()
            .save(&path)
            .unwrap();
        shown(&read(&path).unwrap())
    };
    assert_near(&picture(vec![100, 2100, 4100]), &[0.0, 0.5, 1.0]);
    assert_near(&picture(vec![0, 13_107, 52_428]), &[0.0, 0.2, 0.8]);
}

#[test]
fn equal_channels_are_grey_and_colour_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let save = |name: &str, pixels: Vec<u8>| {
        let path = folder.path().join(name);
        image::RgbImage::from_raw(2, 1, pixels)
            .unwrap()
            .save(&path)
            .unwrap();
        path
    };
    let grey = read(&save("grey.png", vec![7, 7, 7, 250, 250, 250])).unwrap();
    assert_eq!(grey.stored.iter().collect::<Vec<_>>(), [7, 250]);
    let err = read(&save("colour.png", vec![7, 7, 7, 250, 250, 251])).unwrap_err();
    assert_eq!(err.class(), "not-a-grayscale-radiograph");
    let transparent = folder.path().join("alpha.png");
    image::RgbaImage::from_raw(1, 1, vec![9, 9, 9, 128])
        .unwrap()
        .save(&transparent)
        .unwrap();
    assert_eq!(read(&transparent).unwrap_err().class(), "unsupported");
}

/// sha256 of the bytes 00 00 00 00 ff ff ff ff 00 04 00 00, by coreutils.
#[test]
fn the_fingerprint_is_of_little_endian_i32() {
    let mut file = File::little(vec![0, -1, 1024]);
    (file.signed, file.stored) = (true, 12);
    let stored = file.read().unwrap().stored;
    assert_eq!(stored_fingerprint(&stored), FINGERPRINT);
}

const FINGERPRINT: &str = "fca6a62c9e190fbb56151c51a20c5cdd7382906569b2e02d55e4a3bd7960c688";

#[test]
fn the_scale_agrees_with_whole_pictures() {
    let radiograph = File::little((0..4096).collect()).read().unwrap();
    let scale = GreyScale::new(&radiograph, &Voi::covering(500.0, 3000.0));
    let image = display_image(&radiograph, &Voi::covering(500.0, 3000.0));
    for (stored, &shown) in radiograph.stored.iter().zip(image.values()) {
        assert!((scale.display(stored) - shown).abs() < f32::EPSILON);
        assert!((scale.display_from_modality(f64::from(stored)) - shown).abs() < f32::EPSILON);
    }
}

#[test]
fn no_damage_to_a_header_brings_the_reader_down() {
    let file = File::little((0..64).collect())
        .with((0x28, 0x1050), "DS", b"30")
        .with((0x28, 0x1051), "DS", b"60")
        .with((0x10, 0x10), "PN", b"A^B");
    let whole = file.bytes();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("damaged.dcm");
    let check = |path: &Path, bytes: &[u8]| {
        std::fs::write(path, bytes).unwrap();
        if let Ok(radiograph) = read(path) {
            assert_eq!(
                radiograph.stored.iter().count(),
                radiograph.size().0 * radiograph.size().1
            );
            assert!(
                shown(&radiograph)
                    .iter()
                    .all(|value| (0.0..=1.0).contains(value))
            );
        }
    };
    for length in 0..whole.len() {
        check(&path, &whole[..length]);
    }
    for at in 128..whole.len() {
        for value in [0x00, 0x7F, 0x80, 0xFF, whole[at] ^ 0x01, whole[at] ^ 0x20] {
            let mut bytes = whole.clone();
            bytes[at] = value;
            check(&path, &bytes);
        }
    }
}

#[test]
fn lossy_compression_is_told_with_ratio_and_method() {
    let told = |file: &File| file.read().unwrap().info.lossy_compression;
    let file = File::little(vec![0, 4095]);
    assert_eq!(told(&file), "");
    assert_eq!(told(&file.clone().with((0x28, 0x2110), "CS", b"00")), "");
    let lossy = file.with((0x28, 0x2110), "CS", b"01");
    assert_eq!(told(&lossy), "Lossy compression");
    let twice = lossy.with((0x28, 0x2112), "DS", b"12.5\\4").with(
        (0x28, 0x2114),
        "CS",
        b"ISO_15444_1\\ISO_10918_1",
    );
    assert_eq!(
        told(&twice),
        "Lossy compression 12.5:1, 4:1 (JPEG 2000, JPEG)"
    );
}

/// A DICOMDIR of one image record (PS3.3 annex F) beside the file it lists.
fn dicomdir(folder: &Path) -> std::path::PathBuf {
    std::fs::write(folder.join("IM1"), File::little(vec![1, 2]).bytes()).unwrap();
    let layout = Layout::ExplicitLittle;
    let mut head = vec![0; 128];
    head.extend(b"DICM");
    head.extend(layout.element((2, 0x10), "UI", b"1.2.840.10008.1.2.1"));
    // The first record lies behind the offset's own element and the header of the sequence.
    let first = u32::try_from(head.len()).unwrap() + 12 + 12;
    let record = [
        layout.element((4, 0x1400), "UL", &layout.u32(0)),
        layout.element((4, 0x1420), "UL", &layout.u32(0)),
        layout.element((4, 0x1430), "CS", b"IMAGE"),
        layout.element((4, 0x1500), "CS", b"IM1"),
    ];
    head.extend(layout.element((4, 0x1200), "UL", &layout.u32(first)));
    head.extend(layout.sequence((4, 0x1220), &record.concat()));
    let path = folder.join("DICOMDIR");
    std::fs::write(&path, head).unwrap();
    path
}

#[test]
fn the_files_of_a_dicomdir_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let path = dicomdir(folder.path());
    let search = Search::default();
    let found = find_radiographs(&[path], &search);
    assert_eq!(found.files.len(), 1, "{:?}", found.skipped);
    assert!(found.files[0].ends_with("IM1"));
    assert_eq!((search.num_seen(), search.num_found()), (1, 1));
}
