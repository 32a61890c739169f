//! The header of one data element (PS3.5 7.1): tag, value representation, length.

use super::super::Problem;
use super::syntax::Encoding;
use dicom_core::dictionary::{DataDictionary as _, DataDictionaryEntry as _};
use dicom_core::{Tag, VR};
use dicom_dictionary_std::StandardDataDictionary;

/// Length that means "until the delimiter" (PS3.5 7.1.1).
const UNDEFINED: u32 = 0xFFFF_FFFF;

/// Tag, representation and length of one element.
pub(super) struct ElementHeader {
    pub(super) tag: Tag,
    /// Stated, or from the dictionary under Implicit VR; `None` where unknown.
    pub(super) vr: Option<VR>,
    /// Offset of the value.
    pub(super) value_start: usize,
    /// Length of the value in bytes; `None` where undefined.
    pub(super) length: Option<usize>,
}

/// Reads one element header.
pub(super) fn element_header(
    bytes: &[u8],
    position: usize,
    encoding: Encoding,
) -> Result<ElementHeader, Problem> {
    let tag = encoding.tag(take(bytes, position)?);
    let is_delimiter = tag.0 == 0xFFFE;
    let (vr, value_start, length) = if encoding.explicit_vr && !is_delimiter {
        explicit_header(bytes, position, encoding, tag)?
    } else {
        let vr = StandardDataDictionary
            .by_tag(tag)
            .map(|entry| entry.vr().relaxed());
        (vr, position + 8, encoding.u32(take(bytes, position + 4)?))
    };
    let length = (length != UNDEFINED).then_some(length as usize);
    Ok(ElementHeader {
        tag,
        vr,
        value_start,
        length,
    })
}

/// Reads the header of an item or delimiter, which has no value representation in any encoding.
///
/// # Errors
/// The tag, where another element stands there.
pub(super) fn delimiter_header(
    bytes: &[u8],
    position: usize,
    encoding: Encoding,
) -> Result<ElementHeader, Problem> {
    let tag = encoding.tag(take(bytes, position)?);
    if tag.0 != 0xFFFE {
        return Err(Problem::CorruptDataset {
            what: format!("element {tag} stands where a sequence item belongs"),
        });
    }
    element_header(bytes, position, encoding)
}

fn explicit_header(
    bytes: &[u8],
    position: usize,
    encoding: Encoding,
    tag: Tag,
) -> Result<(Option<VR>, usize, u32), Problem> {
    let code: [u8; 2] = take(bytes, position + 4)?;
    let vr = VR::from_binary(code).ok_or_else(|| Problem::CorruptDataset {
        what: format!(
            "element {tag} has no value representation (bytes {:02X} {:02X})",
            code[0], code[1]
        ),
    })?;
    let long_form = matches!(
        vr,
        VR::OB
            | VR::OD
            | VR::OF
            | VR::OL
            | VR::OV
            | VR::OW
            | VR::SQ
            | VR::SV
            | VR::UC
            | VR::UN
            | VR::UR
            | VR::UT
            | VR::UV
    );
    if long_form {
        Ok((
            Some(vr),
            position + 12,
            encoding.u32(take(bytes, position + 8)?),
        ))
    } else {
        Ok((
            Some(vr),
            position + 8,
            u32::from(encoding.u16(take(bytes, position + 6)?)),
        ))
    }
}

fn take<const N: usize>(bytes: &[u8], position: usize) -> Result<[u8; N], Problem> {
    bytes
        .get(position..)
        .and_then(|rest| rest.first_chunk::<N>())
        .copied()
        .ok_or_else(|| Problem::Truncated {
            what: format!("the data set ends inside an element header at byte {position}"),
        })
}

/// Keyword and number of a tag, for sentences.
pub(super) fn describe(tag: Tag) -> String {
    let keyword = StandardDataDictionary
        .by_tag(tag)
        .map_or("Element", |entry| entry.alias());
    format!("{keyword} {tag}")
}
