//! Lookup tables of the Modality LUT and VOI LUT modules (PS3.3 C.11.1.1 and C.11.2.1.1).

use super::super::Problem;
use super::attributes::Attributes;
use super::element::describe;
use dicom_core::value::{PrimitiveValue, Value};
use dicom_core::{Tag, VR};
use dicom_dictionary_std::tags;

/// LUT Descriptor and LUT Data of one sequence item.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Lut {
    /// First value mapped.
    pub(super) first: i32,
    /// Bits of an entry as stated.
    pub(super) bits: u16,
    /// Entries, always unsigned.
    pub(super) entries: Vec<u16>,
}

/// Reads the table of one item; `signed_input` says whether the values looked up can be negative.
///
/// # Errors
/// [`Problem::Inconsistent`] where descriptor and data do not form a table.
pub(super) fn read(item: &Attributes<'_>, signed_input: bool) -> Result<Lut, Problem> {
    let descriptor = numbers(item, tags::LUT_DESCRIPTOR)?;
    let &[count, first, bits] = descriptor.as_slice() else {
        return Err(wrong(
            tags::LUT_DESCRIPTOR,
            format!("{} values", descriptor.len()),
            "three are asked for",
        ));
    };
    // The first and third value are unsigned whatever the representation says; 0 entries means 65,536.
    let count = if count == 0 {
        65_536
    } else {
        usize::from(count)
    };
    let states_signed = item
        .element(tags::LUT_DESCRIPTOR)
        .is_some_and(|element| element.vr() == VR::SS);
    let first = if states_signed || signed_input {
        i32::from(first as i16)
    } else {
        i32::from(first)
    };
    if !(1..=16).contains(&bits) {
        return Err(wrong(
            tags::LUT_DESCRIPTOR,
            format!("{bits} bits an entry"),
            "1 to 16 are possible",
        ));
    }
    let entries = entries(item, count, bits)?;
    Ok(Lut {
        first,
        bits,
        entries,
    })
}

fn entries(item: &Attributes<'_>, count: usize, bits: u16) -> Result<Vec<u16>, Problem> {
    let mut entries = numbers(item, tags::LUT_DATA)?;
    if bits <= 8 && entries.len() < count && entries.len() * 2 >= count {
        // Eight-bit entries are packed two to a word.
        entries = entries
            .iter()
            .flat_map(|word| word.to_le_bytes())
            .map(u16::from)
            .collect();
    }
    if entries.len() < count {
        return Err(wrong(
            tags::LUT_DATA,
            format!("{} entries", entries.len()),
            &format!("LUT Descriptor states {count}"),
        ));
    }
    entries.truncate(count);
    Ok(entries)
}

/// Values as 16-bit patterns, whatever representation they were written in.
fn numbers(item: &Attributes<'_>, tag: Tag) -> Result<Vec<u16>, Problem> {
    let missing = || Problem::Missing {
        attribute: describe(tag),
    };
    let element = item.element(tag).ok_or_else(missing)?;
    match element.value() {
        Value::Primitive(PrimitiveValue::U16(values)) => Ok(values.to_vec()),
        Value::Primitive(PrimitiveValue::I16(values)) => {
            Ok(values.iter().map(|&v| v as u16).collect())
        }
        Value::Primitive(PrimitiveValue::U8(bytes)) => Ok(bytes
            .as_chunks::<2>()
            .0
            .iter()
            .map(|&pair| u16::from_le_bytes(pair))
            .collect()),
        _ => Err(missing()),
    }
}

fn wrong(tag: Tag, value: String, expected: &str) -> Problem {
    Problem::Inconsistent {
        attribute: describe(tag),
        value,
        expected: expected.to_owned(),
    }
}
