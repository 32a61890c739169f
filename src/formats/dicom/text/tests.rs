//! Bytes and texts of the examples are those printed in PS3.5: H.3.1, H.3.2, I.2, I.3, J.3, K.2 and
//! K.3; the others are `str.encode` of Python 3, with the designations of PS3.3 tables C.12-3 and
//! C.12-4 put before them. pydicom 3.0 reads the same names from its own files of H.3.1, H.3.2, I.2.

use crate::formats::{read, read_tags};
use crate::radiograph::Radiograph;

/// One element of Explicit VR Little Endian.
fn element(group: u16, number: u16, vr: &str, value: &[u8]) -> Vec<u8> {
    let mut value = value.to_vec();
    if value.len() % 2 == 1 {
        value.push(b' ');
    }
    let mut bytes = [group.to_le_bytes(), number.to_le_bytes()].concat();
    bytes.extend(vr.as_bytes());
    let length = u32::try_from(value.len()).unwrap();
    if matches!(vr, "OW" | "SQ" | "UN") {
        bytes.extend([0, 0]);
        bytes.extend(length.to_le_bytes());
    } else {
        bytes.extend(u16::try_from(length).unwrap().to_le_bytes());
    }
    bytes.extend(value);
    bytes
}

/// A radiograph's file with `before`, elements that precede (0028,0002).
fn file(before: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = vec![0; 128];
    bytes.extend(b"DICM");
    bytes.extend(element(2, 0x10, "UI", b"1.2.840.10008.1.2.1\0"));
    bytes.extend(before.concat());
    let number = |value: u16| value.to_le_bytes();
    bytes.extend(element(0x28, 0x02, "US", &number(1)));
    bytes.extend(element(0x28, 0x04, "CS", b"MONOCHROME2"));
    for (tag, value) in [(0x10, 1), (0x11, 2), (0x100, 16), (0x101, 12), (0x102, 11)] {
        bytes.extend(element(0x28, tag, "US", &number(value)));
    }
    bytes.extend(element(0x28, 0x103, "US", &number(0)));
    bytes.extend(element(0x7FE0, 0x10, "OW", &[1, 0, 2, 0]));
    bytes
}

struct OnDisk {
    folder: tempfile::TempDir,
}

impl OnDisk {
    fn new(before: &[Vec<u8>]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.dcm"), file(before)).unwrap();
        Self { folder }
    }

    fn radiograph(&self) -> Radiograph {
        read(&self.folder.path().join("a.dcm")).unwrap()
    }

    fn row(&self, keyword: &str) -> String {
        let tree = read_tags(&self.folder.path().join("a.dcm")).unwrap();
        let row = tree.rows.into_iter().find(|row| row.keyword == keyword);
        row.unwrap().value
    }
}

fn named(sets: &str, name: &[u8]) -> OnDisk {
    OnDisk::new(&[
        element(8, 5, "CS", sets.as_bytes()),
        element(0x10, 0x10, "PN", name),
    ])
}

#[track_caller]
fn assert_named(sets: &str, name: &[u8], expected: &str) {
    let file = named(sets, name);
    let radiograph = file.radiograph();
    assert_eq!(radiograph.info.patient_name, expected, "{sets}");
    assert_eq!(file.row("PatientName"), expected, "{sets}");
    assert_eq!(file.row("SpecificCharacterSet"), sets);
    let told: Vec<_> = radiograph
        .warnings
        .iter()
        .map(ToString::to_string)
        .collect();
    let about_text = told.iter().any(|told| told.contains("text"));
    assert!(!about_text, "{sets}: {told:?}");
}

#[test]
fn the_examples_of_the_standard_are_read() {
    assert_named(
        "\\ISO 2022 IR 87",
        b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B",
        "Yamada^Tarou=山田^太郎=やまだ^たろう",
    );
    assert_named(
        "ISO 2022 IR 13\\ISO 2022 IR 87",
        b"\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J=\x1b$B$d$^$@\x1b(J^\x1b$B$?$m$&\x1b(J",
        "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう",
    );
    assert_named(
        "\\ISO 2022 IR 149",
        b"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf",
        "Hong^Gildong=洪^吉洞=홍^길동",
    );
    assert_named(
        "GB18030",
        b"Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab=",
        "Wang^XiaoDong=王^小东=",
    );
    assert_named(
        "ISO_IR 192",
        b"Wang^XiaoDong=\xe7\x8e\x8b^\xe5\xb0\x8f\xe6\x9d\xb1=",
        "Wang^XiaoDong=王^小東=",
    );
    assert_named(
        "\\ISO 2022 IR 58",
        b"Zhang^XiaoDong=\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab=",
        "Zhang^XiaoDong=张^小东=",
    );
}

#[test]
fn long_texts_of_several_lines_are_read() {
    let comments = |sets: &str, text: &[u8]| {
        let file = OnDisk::new(&[
            element(8, 5, "CS", sets.as_bytes()),
            element(0x10, 0x4000, "LT", text),
        ]);
        file.row("PatientComments")
    };
    assert_eq!(
        comments(
            "\\ISO 2022 IR 149",
            b"\x1b$)CThe 1st line includes \xb1\xe6\xb5\xbf.\r\n\x1b$)CThe 2nd line includes \xb1\xe6\xb5\xbf, too.\r\nThe 3rd line.",
        ),
        "The 1st line includes 길동. The 2nd line includes 길동, too. The 3rd line."
    );
    let line = b"\xb5\xda\xd2\xbb\xd0\xd0\xce\xc4\xd7\xd6\xa1\xa3\r\n";
    let lines = [
        b"\x1b$)A1.",
        &line[..],
        b"\x1b$)A2.",
        line,
        b"\x1b$)A3.",
        line,
    ]
    .concat();
    assert_eq!(
        comments("\\ISO 2022 IR 58", &lines),
        "1.第一行文字。 2.第一行文字。 3.第一行文字。 "
    );
    // Without the designation on its line, no set above 0x80 is in force.
    assert_eq!(
        comments("\\ISO 2022 IR 149", b"\x1b$)C\xb1\xe6\r\n\xb5\xbf."),
        "길 \u{FFFD}."
    );
}

#[test]
fn every_set_is_read_alone_and_by_escape() {
    let sets: [(&str, &[u8], &[u8], &str); 14] = [
        ("100", b"-A", b"J\xe9r\xf4me", "Jérôme"),
        ("101", b"-B", b"\xa3\xf3d\xbc", "Łódź"),
        ("109", b"-C", b"\xa6a\xfdn", "Ĥaŭn"),
        ("110", b"-D", b"\xd1\xe0", "Ņā"),
        ("144", b"-L", b"\xbb\xee\xdace\xdc\xd1yp\xd3", "Люкceмбypг"),
        ("127", b"-G", b"\xe2\xc8\xc7\xe6\xea", "قباني"),
        (
            "126",
            b"-F",
            b"\xc4\xe9\xef\xed\xf5\xf3\xe9\xef\xf2",
            "Διονυσιος",
        ),
        ("138", b"-H", b"\xf9\xf8\xe5\xef", "שרון"),
        ("148", b"-M", b"\xdey\xf0\xfd\xdd", "Şyğıİ"),
        ("203", b"-b", b"\xa4\xbd\xbe", "€œŸ"),
        ("166", b"-T", b"\xca\xc1\xaa\xd2\xc2", "สมชาย"),
        ("13", b")I", b"\xd4\xcf\xc0\xde", "ﾔﾏﾀﾞ"),
        ("149", b"$)C", b"\xb1\xe8\xc8\xf1", "김희"),
        ("58", b"$)A", b"\xd5\xc5", "张"),
    ];
    for (number, designation, bytes, expected) in sets {
        assert_named(&format!("ISO_IR {number}"), bytes, expected);
        let escaped = [b"X^\x1b", designation, bytes].concat();
        let expected = format!("X^{expected}");
        assert_named(&format!("\\ISO 2022 IR {number}"), &escaped, &expected);
    }
    // JIS X 0212, row 16, cell 2.
    assert_named("\\ISO 2022 IR 159", b"\x1b$(D\x30\x22\x1b(B^A", "丄^A");
}

#[test]
fn ideographs_with_bytes_of_delimiters_are_whole_and_values_stay_apart() {
    // ソ is 25 3D, 怒 45 5C, 党 45 5E: with `=`, `\\` and `^` as second bytes.
    let file = OnDisk::new(&[
        element(8, 5, "CS", b"\\ISO 2022 IR 87"),
        element(0x10, 0x10, "PN", b"\x1b$B%=E\\\x1b(B^\x1b$BE^\x1b(B"),
        element(0x10, 0x20, "LO", b"\x1b$BE\\\x1b(B\\7"),
    ]);
    let info = file.radiograph().info;
    assert_eq!(info.patient_name, "ソ怒^党");
    assert_eq!(info.patient_id, "怒\\7");
}

#[test]
fn a_set_that_is_not_known_is_told_instead_of_shown_wrong() {
    let told = |sets: &str, name: &[u8]| {
        let radiograph = named(sets, name).radiograph();
        let warnings = radiograph.warnings.iter().map(ToString::to_string);
        let about_text: Vec<_> = warnings
            .filter(|w| w.contains("could not be read"))
            .collect();
        (radiograph.info.patient_name, about_text.join("\n"))
    };
    let (name, warning) = told("\\ISO 2022 IR 999", b"A^\x1b$)Z\xb1\xe6 B");
    assert_eq!(name, "A^\u{FFFD} B");
    assert!(
        warning.contains("ISO 2022 IR 999 is not known"),
        "{warning}"
    );
    let (name, warning) = told("ISO_IR 999", b"Mu\xfcller");
    assert_eq!(name, "Mu\u{FFFD}ller");
    assert!(warning.contains("ISO_IR 999 is not known"), "{warning}");
    let (name, warning) = told("ISO_IR 192", b"M\xfcller");
    assert_eq!(name, "M\u{FFFD}ller");
    assert!(warning.contains("does not follow"), "{warning}");
    // What is not used is nobody's concern.
    assert_eq!(told("\\ISO 2022 IR 999", b"A^B").1, "");
}

#[test]
fn an_item_has_its_own_character_set_or_that_around_it() {
    let item = |elements: &[Vec<u8>]| {
        let inner = elements.concat();
        let mut bytes = vec![0xFE, 0xFF, 0x00, 0xE0];
        bytes.extend(u32::try_from(inner.len()).unwrap().to_le_bytes());
        bytes.extend(inner);
        bytes
    };
    let meaning = |bytes: &[u8]| element(8, 0x104, "LO", bytes);
    let own = item(&[element(8, 5, "CS", b"ISO_IR 192"), meaning("張".as_bytes())]);
    let inherited = item(&[meaning(b"\x1b$)A\xd5\xc5")]);
    let file = OnDisk::new(&[
        element(8, 5, "CS", b"\\ISO 2022 IR 58"),
        element(8, 0x2218, "SQ", &[own, inherited].concat()),
        element(0x10, 0x10, "PN", b"\x1b$)A\xd5\xc5"),
    ]);
    let tree = read_tags(&file.folder.path().join("a.dcm")).unwrap();
    let meanings: Vec<_> = (tree.rows.iter())
        .filter(|row| row.keyword == "CodeMeaning" || row.keyword == "PatientName")
        .map(|row| row.value.as_str())
        .collect();
    assert_eq!(meanings, ["張", "张", "张"]);
}

#[test]
fn no_character_set_reads_latin_1_and_misspelled_terms_are_understood() {
    let name = element(0x10, 0x10, "PN", b"M\xfcller");
    assert_eq!(
        OnDisk::new(&[name]).radiograph().info.patient_name,
        "Müller"
    );
    assert_named("ISO-IR 144", b"\xbb\xee", "Лю");
    assert_named("iso_ir_144", b"\xbb\xee", "Лю");
}
