//! Text of elements, decoded here and not by the parser, which reads the first value of Specific
//! Character Set only.
//!
//! [`mask`] hides that attribute from the parser; every text then arrives byte for byte as Latin 1,
//! and [`element_text`] decodes it.

use super::character_set::CharacterSets;
use dicom_core::dictionary::{DataDictionary as _, DataDictionaryEntry as _};
use dicom_core::value::{PrimitiveValue, Value};
use dicom_core::{Tag, VR};
use dicom_dictionary_std::{StandardDataDictionary, tags};
use dicom_object::InMemDicomObject;
use dicom_object::mem::InMemElement;

/// What holds in `object`: its own attribute, else that of the data set it lies in.
pub(super) fn character_sets(
    object: &InMemDicomObject,
    inherited: &CharacterSets,
) -> CharacterSets {
    let stated = object.element_opt(tags::SPECIFIC_CHARACTER_SET);
    match stated.ok().flatten() {
        Some(element) => CharacterSets::from_terms(&unmasked(element)),
        None => inherited.clone(),
    }
}

/// An element's text, values joined by `\`; empty for what is no text.
pub(super) fn element_text(element: &InMemElement, sets: &CharacterSets) -> String {
    let tag = element.header().tag;
    if tag == tags::SPECIFIC_CHARACTER_SET {
        return unmasked(element);
    }
    let vr = match element.vr() {
        // A relay that did not know the element wrote its text as bytes (PS3.5 6.2.2).
        VR::UN => dictionary_vr(tag),
        vr => vr,
    };
    let text = match (element.vr(), element.value()) {
        (VR::UN, Value::Primitive(PrimitiveValue::U8(bytes))) => {
            bytes.iter().copied().map(char::from).collect()
        }
        (_, Value::Primitive(value)) => value.to_str().into_owned(),
        _ => return String::new(),
    };
    let delimiters: &[u8] = match vr {
        VR::PN => b"\\^=",
        VR::SH | VR::LO | VR::UC | VR::UN => b"\\",
        VR::ST | VR::LT | VR::UT => b"",
        _ => return text,
    };
    sets.decode(&latin1_bytes(&text), delimiters)
}

fn dictionary_vr(tag: Tag) -> VR {
    let entry = StandardDataDictionary.by_tag(tag);
    entry.map_or(VR::UN, |entry| entry.vr().relaxed())
}

/// The bytes that the parser made Latin 1 of.
fn latin1_bytes(text: &str) -> Vec<u8> {
    let byte = |c| u8::try_from(u32::from(c)).unwrap_or(b'?');
    text.chars().map(byte).collect()
}

/// Makes a value of Specific Character Set one that the parser does not act on.
pub(super) fn mask(value: &mut [u8]) {
    for byte in value {
        *byte ^= 0x80;
    }
}

fn unmasked(element: &InMemElement) -> String {
    let mut bytes = match element.value() {
        Value::Primitive(PrimitiveValue::U8(bytes)) => bytes.to_vec(),
        Value::Primitive(value) => latin1_bytes(&value.to_str()),
        _ => return String::new(),
    };
    mask(&mut bytes);
    bytes.into_iter().map(char::from).collect()
}

#[cfg(test)]
mod tests;
