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
fn dump() {
    std::fs::write("/tmp/browse_tags.dcm", file("P-7")).unwrap();
    for r in tree("P-7").rows {
        println!("({}, {:?}, {:?}, {:?}, {:?}),", r.depth, r.tag, r.keyword, r.vr, r.value);
    }
}
