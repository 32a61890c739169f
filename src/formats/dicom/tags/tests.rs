//! The expected rows are what pydicom 3.0 says of the same bytes: `dcmread(f, force=True)`, walked
//! with `iterall`, as `tag`, `keyword`, `VR` and value.

use super::super::super::{TagChange, TagTree, read_tags};
use super::*;
use dicom_core::value::DataSetSequence;
use dicom_core::{DataElement, PrimitiveValue, dicom_value};
use dicom_object::meta::FileMetaTableBuilder;

/// A radiograph's header with a nested sequence, Latin text, private elements and pixels.
fn file(id: &str) -> Vec<u8> {
    let mut inner = InMemDicomObject::new_empty();
    inner.put(DataElement::new(
        tags::CODE_VALUE,
        VR::SH,
        PrimitiveValue::from("T-D3000"),
    ));
    let mut outer = InMemDicomObject::new_empty();
    outer.put(DataElement::new(
        tags::ANATOMIC_REGION_SEQUENCE,
        VR::SQ,
        DataSetSequence::from(vec![inner]),
    ));
    let mut object = InMemDicomObject::new_empty();
    let texts = [
        (tags::SPECIFIC_CHARACTER_SET, VR::CS, "ISO_IR 100"),
        (tags::IMAGE_TYPE, VR::CS, "DERIVED\\PRIMARY"),
        (tags::SOP_CLASS_UID, VR::UI, "1.2.840.10008.5.1.4.1.1.1.1"),
        (tags::SOP_INSTANCE_UID, VR::UI, "1.2.3"),
        (tags::PATIENT_NAME, VR::PN, "M\u{fc}ller^Eva"),
        (tags::PATIENT_ID, VR::LO, id),
        (tags::WINDOW_CENTER, VR::DS, "2048.5\\1000"),
        (Tag(0x0029, 0x0010), VR::LO, "ACME 1.1"),
        (Tag(0x0029, 0x1001), VR::LO, "secret sauce"),
    ];
    for (tag, vr, text) in texts {
        object.put(DataElement::new(tag, vr, PrimitiveValue::from(text)));
    }
    let bytes = PrimitiveValue::U8(vec![1, 2, 3, 255].into());
    object.put(DataElement::new(Tag(0x0029, 0x1002), VR::UN, bytes));
    object.put(DataElement::new(tags::ROWS, VR::US, dicom_value!(U16, 2)));
    object.put(DataElement::new(
        tags::EXPOSURE,
        VR::IS,
        PrimitiveValue::from("12"),
    ));
    object.put(DataElement::new(
        tags::VIEW_CODE_SEQUENCE,
        VR::SQ,
        DataSetSequence::from(vec![outer]),
    ));
    let pixels = PrimitiveValue::U16(vec![0, 1, 2, 3].into());
    object.put(DataElement::new(tags::PIXEL_DATA, VR::OW, pixels));
    let meta = FileMetaTableBuilder::new()
        .transfer_syntax("1.2.840.10008.1.2.1")
        .media_storage_sop_class_uid("1.2.840.10008.5.1.4.1.1.1.1")
        .media_storage_sop_instance_uid("1.2.3");
    let mut bytes = Vec::new();
    object
        .with_meta(meta)
        .unwrap()
        .write_all(&mut bytes)
        .unwrap();
    bytes
}

fn tree(id: &str) -> TagTree {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tags.dcm");
    std::fs::write(&path, file(id)).unwrap();
    read_tags(&path).unwrap()
}

#[test]
fn every_element_is_listed_as_pydicom_does() {
    let expected = [
        (0, "(0008,0005)", "SpecificCharacterSet", "CS", "ISO_IR 100"),
        (0, "(0008,0008)", "ImageType", "CS", "DERIVED\\PRIMARY"),
        (
            0,
            "(0008,0016)",
            "SOPClassUID",
            "UI",
            "1.2.840.10008.5.1.4.1.1.1.1",
        ),
        (0, "(0008,0018)", "SOPInstanceUID", "UI", "1.2.3"),
        (0, "(0010,0010)", "PatientName", "PN", "M\u{fc}ller^Eva"),
        (0, "(0010,0020)", "PatientID", "LO", "P-7"),
        (0, "(0018,1152)", "Exposure", "IS", "12"),
        (0, "(0028,0010)", "Rows", "US", "2"),
        (0, "(0028,1050)", "WindowCenter", "DS", "2048.5\\1000"),
        // pydicom has no keyword for private elements.
        (0, "(0029,0010)", "PrivateCreator", "LO", "ACME 1.1"),
        (0, "(0029,1001)", "Private", "LO", "secret sauce"),
        (0, "(0029,1002)", "Private", "UN", "4 bytes: 01 02 03 FF"),
        (0, "(0054,0220)", "ViewCodeSequence", "SQ", "1 item"),
        (1, "Item 1", "", "", ""),
        (2, "(0008,2218)", "AnatomicRegionSequence", "SQ", "1 item"),
        (3, "Item 1", "", "", ""),
        (4, "(0008,0100)", "CodeValue", "SH", "T-D3000"),
        (0, "(7FE0,0010)", "PixelData", "OW", "8 bytes"),
    ];
    let tree = tree("P-7");
    let rows = tree.rows.iter().map(|row| {
        let TagRow {
            depth,
            tag,
            keyword,
            vr,
            value,
            ..
        } = row;
        (*depth, &**tag, &**keyword, &**vr, &**value)
    });
    let of_object: Vec<_> = rows.filter(|row| !row.1.starts_with("(0002")).collect();
    assert_eq!(of_object, expected);
    let syntax = tree.rows.iter().find(|row| row.tag == "(0002,0010)");
    assert_eq!(syntax.unwrap().value, "1.2.840.10008.1.2.1");
}

#[test]
fn two_objects_differ_where_their_values_do() {
    let (first, second) = (tree("P-7"), tree("P-8"));
    let found = first.differences(&second);
    let [only] = &found[..] else {
        panic!("{found:?}");
    };
    assert_eq!(only.change, TagChange::Changed);
    assert_eq!((only.before.as_str(), only.after.as_str()), ("P-7", "P-8"));
}

#[test]
fn a_picture_without_attributes_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.png");
    std::fs::write(&path, b"\x89PNG\r\n\x1a\n").unwrap();
    assert_eq!(read_tags(&path).unwrap_err().class(), "no-attributes");
}
