//! Every element of a DICOM object as text, for the tag browser; pixels only as their length.

use super::super::{Problem, TagRow, TagTree, tag_tree::MAX_VALUE_CHARS};
use super::attributes::{parse_object, printable};
use super::character_set::CharacterSets;
use super::scan::PixelDataPlace;
use super::syntax::Encoding;
use super::text::{character_sets, element_text};
use super::{part10, scan};
use dicom_core::dictionary::{DataDictionary as _, DataDictionaryEntry as _};
use dicom_core::value::{PrimitiveValue, Value};
use dicom_core::{Tag, VR};
use dicom_dictionary_std::{StandardDataDictionary, tags};
use dicom_object::InMemDicomObject;
use dicom_object::mem::InMemElement;

/// Deepest nesting listed: a structured report has about 20 levels, a radiograph 4.
const MAX_DEPTH: usize = 32;
/// Top-level elements longer than this are listed by their length alone, bytes.
const MAX_ELEMENT_BYTES: usize = 1 << 20;
/// Bytes of a value of unknown type that are shown in hexadecimal.
const SHOWN_BYTES: usize = 32;

/// Lists a file's elements, file meta information first.
///
/// # Errors
/// As reading the file does for what is not DICOM, or damaged.
pub(in crate::formats) fn tag_tree(bytes: &[u8]) -> Result<TagTree, Problem> {
    let file = part10::open(bytes)?;
    let (dataset, encoding) = (file.dataset.as_ref(), file.syntax.encoding);
    let meta_start = if bytes.get(128..132) == Some(b"DICM") {
        132
    } else {
        0
    };
    let meta = bytes.get(meta_start..file.dataset_start).unwrap_or(&[]);
    let meta = parse_object(meta, Encoding::EXPLICIT_LE)?;
    let mut rows = Vec::new();
    let no_sets = CharacterSets::default();
    list(&meta, &no_sets, "", 0, &mut rows);
    let scan = scan::scan(dataset, encoding)?;
    let (small, large) = scan.split_at_size(MAX_ELEMENT_BYTES);
    let object = parse_object(&scan.subset(dataset, &small), encoding)?;
    let sets = character_sets(&object, &no_sets);
    let mut elements: Vec<(Tag, Vec<TagRow>)> = Vec::new();
    for element in &object {
        let mut rows = Vec::new();
        list_element(element, &sets, "", 0, &mut rows);
        elements.push((element.header().tag, rows));
    }
    for (tag, num_bytes) in large {
        let value = format!("{num_bytes} bytes, too long to be listed");
        elements.push((tag, vec![row(tag, "", 0, String::new(), value)]));
    }
    if let Some(place) = &scan.pixel_data {
        let (vr, value) = pixel_text(place);
        elements.push((
            tags::PIXEL_DATA,
            vec![row(tags::PIXEL_DATA, "", 0, vr.to_owned(), value)],
        ));
    }
    elements.sort_by_key(|(tag, _)| *tag);
    rows.extend(elements.into_iter().flat_map(|(_, rows)| rows));
    Ok(TagTree { rows })
}

/// Representation and length of the pixel data.
fn pixel_text(place: &PixelDataPlace) -> (&'static str, String) {
    match place {
        PixelDataPlace::Native { value, words } => {
            let vr = if *words { "OW" } else { "OB" };
            (vr, format!("{} bytes", value.len()))
        }
        PixelDataPlace::Encapsulated { fragments, .. } => {
            let num_bytes: usize = fragments.iter().map(std::ops::Range::len).sum();
            let text = format!("{num_bytes} bytes in {} fragments", fragments.len());
            ("OB", text)
        }
    }
}

fn list(
    object: &InMemDicomObject,
    sets: &CharacterSets,
    place: &str,
    depth: usize,
    rows: &mut Vec<TagRow>,
) {
    for element in object {
        list_element(element, sets, place, depth, rows);
    }
}

fn list_element(
    element: &InMemElement,
    sets: &CharacterSets,
    place: &str,
    depth: usize,
    rows: &mut Vec<TagRow>,
) {
    let tag = element.header().tag;
    let vr = element.vr().to_string().to_owned();
    let Some(items) = element.items() else {
        rows.push(row(tag, place, depth, vr, value_text(element, sets)));
        return;
    };
    let count = match items.len() {
        1 => "1 item".to_owned(),
        n => format!("{n} items"),
    };
    let sequence = row(tag, place, depth, vr, count);
    let place = sequence.place.clone();
    rows.push(sequence);
    for (index, item) in items.iter().enumerate() {
        let tag = format!("Item {}", index + 1);
        let too_deep = depth + 2 > MAX_DEPTH;
        let place = format!("{place}[{index:06}]");
        rows.push(TagRow {
            depth: depth + 1,
            tag,
            value: if too_deep {
                format!("nested more than {MAX_DEPTH} deep, not listed")
            } else {
                String::new()
            },
            place: place.clone(),
            ..TagRow::default()
        });
        if !too_deep {
            let sets = character_sets(item, sets);
            list(item, &sets, &place, depth + 2, rows);
        }
    }
}

fn row(tag: Tag, place: &str, depth: usize, vr: String, value: String) -> TagRow {
    let shown = format!("({:04X},{:04X})", tag.0, tag.1);
    TagRow {
        depth,
        place: format!("{place}{shown}"),
        tag: shown,
        keyword: keyword(tag).to_owned(),
        vr,
        value,
    }
}

/// The dictionary's keyword; private elements have none, but their creators have a place (PS3.5 7.8.1).
fn keyword(tag: Tag) -> &'static str {
    let is_private = tag.0 % 2 == 1;
    match StandardDataDictionary.by_tag(tag) {
        _ if is_private && (0x10..=0xFF).contains(&tag.1) => "PrivateCreator",
        _ if is_private => "Private",
        Some(entry) => entry.alias(),
        None => "Unknown",
    }
}

/// The value as text: words and numbers as they are, bytes by their number.
fn value_text(element: &InMemElement, sets: &CharacterSets) -> String {
    let text = match (element.vr(), element.value()) {
        (VR::OB | VR::OW | VR::OD | VR::OF | VR::OL | VR::OV, value) => {
            format!("{} bytes", num_bytes(value))
        }
        (_, Value::Primitive(PrimitiveValue::U8(bytes))) => raw_text(bytes),
        _ => element_text(element, sets),
    };
    let text = printable(text.trim_matches([' ', '\0']));
    match text.char_indices().nth(MAX_VALUE_CHARS) {
        Some((end, _)) => format!("{}\u{2026}", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

fn num_bytes<I, P>(value: &Value<I, P>) -> usize {
    match value {
        Value::Primitive(value) => value.calculate_byte_len(),
        _ => 0,
    }
}

/// A value nobody said the type of: text where it is nothing else, else its first bytes.
fn raw_text(bytes: &[u8]) -> String {
    let unpadded = bytes.trim_ascii_end();
    let unpadded = unpadded.strip_suffix(&[0]).unwrap_or(unpadded);
    let is_text = |b: &u8| b.is_ascii_graphic() || *b == b' ';
    if !unpadded.is_empty() && unpadded.iter().all(is_text) {
        return String::from_utf8_lossy(unpadded).into_owned();
    }
    let shown = bytes.iter().take(SHOWN_BYTES);
    let shown: Vec<String> = shown.map(|byte| format!("{byte:02X}")).collect();
    let more = if bytes.len() > SHOWN_BYTES {
        " ..."
    } else {
        ""
    };
    format!("{} bytes: {}{more}", bytes.len(), shown.join(" "))
}

#[cfg(test)]
mod tests;
