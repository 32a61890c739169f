//! The DICOM file around the data set: preamble, prefix and file meta information (PS3.10 7.1).

use super::super::Problem;
use super::super::limits::MAX_INFLATED_BYTES;
use super::element::{ElementHeader, element_header};
use super::syntax::{Encoding, Syntax};
use crate::radiograph::Warning;
use dicom_core::VR;
use dicom_dictionary_std::tags;
use dicom_encoding::Codec;
use dicom_transfer_syntax_registry::{TransferSyntaxIndex as _, TransferSyntaxRegistry};
use std::borrow::Cow;
use std::io::Read as _;

/// A file taken apart: how the data set is written, and its bytes.
pub(super) struct Part10<'a> {
    /// Transfer syntax, stated or (for bare data sets) inferred.
    pub(super) syntax: Syntax,
    /// The data set, inflated where it was deflated.
    pub(super) dataset: Cow<'a, [u8]>,
    /// Offset of the data set in the file, which DICOMDIR records count from.
    pub(super) dataset_start: usize,
    /// What a reader should know about the wrapping.
    pub(super) warnings: Vec<Warning>,
}

/// Takes a file apart without looking into the data set.
pub(super) fn open(bytes: &[u8]) -> Result<Part10<'_>, Problem> {
    let has_prefix = bytes.get(128..132) == Some(b"DICM");
    let prefix_end = if has_prefix { 132 } else { 0 };
    let after_prefix = bytes.get(prefix_end..).unwrap_or(&[]);
    if after_prefix.len() < 8 {
        return Err(Problem::Truncated {
            what: "nothing follows the DICOM prefix".to_owned(),
        });
    }
    let starts_with_meta = after_prefix.starts_with(&[2, 0]);
    let mut warnings = Vec::new();
    if !has_prefix {
        warnings.push(Warning::file(
            "The file has no DICOM preamble and prefix; its layout was inferred.",
        ));
    }
    if !starts_with_meta {
        return bare(after_prefix, has_prefix, warnings);
    }
    let (transfer_syntax, meta_end) = file_meta(after_prefix)?;
    let uid = transfer_syntax.ok_or_else(|| Problem::MissingMeta {
        what: "TransferSyntaxUID (0002,0010) is absent".to_owned(),
    })?;
    let syntax = Syntax::from_uid(&uid)?;
    let dataset = after_prefix.get(meta_end..).unwrap_or(&[]);
    let dataset = if syntax.deflated {
        Cow::Owned(inflate(dataset)?)
    } else {
        Cow::Borrowed(dataset)
    };
    Ok(Part10 {
        syntax,
        dataset,
        dataset_start: prefix_end + meta_end,
        warnings,
    })
}

/// A data set without file meta information: old archives and network captures.
fn bare(bytes: &[u8], has_prefix: bool, mut warnings: Vec<Warning>) -> Result<Part10<'_>, Problem> {
    if !bytes.starts_with(&[8, 0]) {
        return Err(if has_prefix {
            Problem::CorruptDataset {
                what: "no element of group 0002 or 0008 follows the prefix".to_owned(),
            }
        } else {
            Problem::NotAnImage {
                looks_like: "it does not start like a data set".to_owned(),
            }
        });
    }
    let explicit = bytes
        .get(4..6)
        .and_then(|vr| <[u8; 2]>::try_from(vr).ok())
        .and_then(VR::from_binary)
        .is_some();
    let encoding = if explicit {
        Encoding::EXPLICIT_LE
    } else {
        Encoding::IMPLICIT_LE
    };
    if has_prefix {
        warnings.push(Warning::file(
            "The file meta information is missing; the transfer syntax was inferred.",
        ));
    }
    Ok(Part10 {
        syntax: Syntax::from_uid(encoding.native_uid())?,
        dataset: Cow::Borrowed(bytes),
        dataset_start: if has_prefix { 132 } else { 0 },
        warnings,
    })
}

/// Walks group 0002, always Explicit VR Little Endian, by its elements: the group length is not
/// needed and often wrong. Gives the Transfer Syntax UID and where the data set starts.
fn file_meta(bytes: &[u8]) -> Result<(Option<String>, usize), Problem> {
    let mut position = 0;
    let mut transfer_syntax = None;
    while bytes.get(position..position + 2) == Some(&[2, 0]) {
        let ElementHeader {
            tag,
            value_start,
            length,
            ..
        } = element_header(bytes, position, Encoding::EXPLICIT_LE)?;
        let end = length
            .and_then(|length| value_start.checked_add(length))
            .filter(|&end| end <= bytes.len())
            .ok_or_else(|| Problem::Truncated {
                what: format!("element {tag} of the file meta information is incomplete"),
            })?;
        if tag == tags::TRANSFER_SYNTAX_UID {
            transfer_syntax = Some(uid_text(bytes.get(value_start..end).unwrap_or(&[])));
        }
        position = end;
    }
    Ok((transfer_syntax.filter(|uid| !uid.is_empty()), position))
}

/// A UID's characters only, so that a hostile value cannot reach a terminal.
fn uid_text(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|&b| char::from(b))
        .filter(|c| c.is_ascii_digit() || *c == '.')
        .take(64)
        .collect()
}

/// Inflates a deflated data set (PS3.5 A.5) up to [`MAX_INFLATED_BYTES`].
fn inflate(deflated: &[u8]) -> Result<Vec<u8>, Problem> {
    let inflated =
        inflate_at_most(deflated, MAX_INFLATED_BYTES).map_err(|err| Problem::CorruptDataset {
            what: format!("the deflated data set does not inflate ({err})"),
        })?;
    if inflated.len() as u64 >= MAX_INFLATED_BYTES {
        return Err(Problem::TooLarge {
            what: format!("the deflated data set grows beyond {MAX_INFLATED_BYTES} bytes"),
        });
    }
    Ok(inflated)
}

/// Raw deflate (RFC 1951) with an upper bound on the output.
pub(super) fn inflate_at_most(deflated: &[u8], max_bytes: u64) -> Result<Vec<u8>, std::io::Error> {
    let codec = TransferSyntaxRegistry
        .get("1.2.840.10008.1.2.1.99")
        .map(dicom_encoding::TransferSyntax::codec);
    let Some(Codec::Dataset(Some(adapter))) = codec else {
        return Err(std::io::Error::other(
            "this program was built without deflate",
        ));
    };
    let mut inflated = Vec::new();
    adapter
        .adapt_reader(Box::new(deflated))
        .take(max_bytes)
        .read_to_end(&mut inflated)?;
    Ok(inflated)
}
