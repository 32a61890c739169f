//! Pre-scan of a data set: every length is checked against the bytes there are, and nesting is
//! bounded, before any parser allocates or recurses.
//!
//! The scan also finds the pixel data, so the parser is only given the few elements in use
//! ([`Scan::subset`]); private data, icons and reports never reach it.

use super::super::Problem;
use super::super::limits::MAX_SEQUENCE_DEPTH;
use super::element::{ElementHeader, delimiter_header, describe, element_header};
use super::syntax::Encoding;
use super::text::mask;
use crate::radiograph::Warning;
use dicom_core::{Tag, VR};
use dicom_dictionary_std::tags;
use std::collections::HashSet;
use std::ops::Range;

const ITEM: Tag = Tag(0xFFFE, 0xE000);
const ITEM_DELIMITER: Tag = Tag(0xFFFE, 0xE00D);
const SEQUENCE_DELIMITER: Tag = Tag(0xFFFE, 0xE0DD);

/// Where the pixel data lie in the data set's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PixelDataPlace {
    /// One run of cells.
    Native {
        /// Value.
        value: Range<usize>,
        /// Written as words (OW), which matters under big endian.
        words: bool,
    },
    /// Fragments (PS3.5 A.4).
    Encapsulated {
        /// Basic Offset Table.
        offset_table: Range<usize>,
        /// The fragments after it.
        fragments: Vec<Range<usize>>,
    },
}

/// A data set whose lengths and nesting are sound.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// Top-level elements with the bytes they take, header included.
    elements: Vec<(Tag, Range<usize>)>,
    /// Values of Specific Character Set at every depth, ascending.
    character_sets: Vec<Range<usize>>,
    /// Item offsets of the first top-level sequence named Directory Record Sequence.
    pub(super) record_offsets: Vec<usize>,
    /// Pixel Data (7FE0,0010) of the top level.
    pub(super) pixel_data: Option<PixelDataPlace>,
    /// What a reader should know.
    pub(super) warnings: Vec<Warning>,
}

impl Scan {
    /// Whether the top level has an element of this tag.
    pub(super) fn contains(&self, tag: Tag) -> bool {
        self.elements.iter().any(|(found, _)| *found == tag)
    }

    /// Whether the top level has an element of an overlay group (60xx).
    pub(super) fn has_overlays(&self) -> bool {
        self.elements
            .iter()
            .any(|(tag, _)| tag.0 & 0xFF00 == 0x6000)
    }

    /// The top-level elements of at most `max_bytes`, and the longer ones with their length, headers
    /// counted; without the pixel data.
    pub(super) fn split_at_size(&self, max_bytes: usize) -> (Vec<Tag>, Vec<(Tag, usize)>) {
        let described = self
            .elements
            .iter()
            .filter(|(tag, _)| *tag != tags::PIXEL_DATA);
        let (small, large): (Vec<_>, Vec<_>) = described
            .map(|(tag, range)| (*tag, range.len()))
            .partition(|(_, num_bytes)| *num_bytes <= max_bytes);
        (small.into_iter().map(|(tag, _)| tag).collect(), large)
    }

    /// The wanted top-level elements as a data set of their own, in the same encoding; text is left
    /// undecoded by the parser ([`mask`]).
    pub(super) fn subset(&self, bytes: &[u8], wanted: &[Tag]) -> Vec<u8> {
        let mut subset = Vec::new();
        for (_, range) in self.elements.iter().filter(|(tag, _)| wanted.contains(tag)) {
            let start = subset.len();
            subset.extend_from_slice(bytes.get(range.clone()).unwrap_or(&[]));
            let first = (self.character_sets).partition_point(|value| value.start < range.start);
            let inside = self.character_sets.iter().skip(first);
            for value in inside.take_while(|value| value.end <= range.end) {
                let moved = start + value.start - range.start;
                mask(
                    subset
                        .get_mut(moved..moved + value.len())
                        .unwrap_or(&mut []),
                );
            }
        }
        subset
    }
}

/// Walks the whole data set.
///
/// # Errors
/// The first length, nesting or tag that cannot be right. What follows the pixel data is not
/// needed: damage there becomes a warning.
pub(super) fn scan(bytes: &[u8], encoding: Encoding) -> Result<Scan, Problem> {
    let mut walk = Walk {
        bytes,
        position: 0,
        stack: Vec::new(),
        seen: HashSet::new(),
        scan: Scan::default(),
    };
    while let Some(step) = walk.next(encoding) {
        if let Err(problem) = step {
            // A second picture or header is a contradiction wherever it stands.
            let is_contradiction = matches!(problem, Problem::Inconsistent { .. });
            if walk.scan.pixel_data.is_none() || is_contradiction {
                return Err(problem);
            }
            walk.scan.warnings.push(Warning::file(
                "What follows the pixel data is not DICOM and was ignored.",
            ));
            break;
        }
    }
    Ok(walk.scan)
}

/// A sequence or item that is open.
struct Container {
    is_item: bool,
    /// Offset after its last byte; `None` until its delimiter.
    end: Option<usize>,
    /// A top-level element's start, where this closes one.
    element: Option<(Tag, usize)>,
    encoding: Encoding,
}

struct Walk<'a> {
    bytes: &'a [u8],
    position: usize,
    stack: Vec<Container>,
    seen: HashSet<Tag>,
    scan: Scan,
}

impl Walk<'_> {
    /// One header; `None` at the end of the data set.
    fn next(&mut self, top_encoding: Encoding) -> Option<Result<(), Problem>> {
        while self
            .stack
            .last()
            .is_some_and(|open| open.end == Some(self.position))
        {
            self.close();
        }
        let Some(open) = self.stack.last() else {
            return (self.position < self.bytes.len()).then(|| self.element(top_encoding));
        };
        let encoding = open.encoding;
        if self.position >= self.bytes.len() {
            return Some(Err(Problem::Truncated {
                what: "the data set ends inside a sequence".to_owned(),
            }));
        }
        Some(if open.is_item {
            self.element(encoding)
        } else {
            self.item(encoding)
        })
    }

    fn close(&mut self) {
        if let Some(Container {
            element: Some((tag, start)),
            ..
        }) = self.stack.pop()
        {
            self.scan.elements.push((tag, start..self.position));
        }
    }

    /// Offset after a value, checked against the enclosing container and the file.
    fn value_end(&self, header: &ElementHeader, length: usize) -> Result<usize, Problem> {
        let end = header.value_start.saturating_add(length);
        if end > self.bytes.len() {
            return Err(Problem::Truncated {
                what: format!(
                    "{} states {length} bytes where {} are left",
                    describe(header.tag),
                    self.bytes.len().saturating_sub(header.value_start)
                ),
            });
        }
        let container_end = self.stack.last().and_then(|open| open.end);
        if container_end.is_some_and(|container_end| end > container_end) {
            return Err(Problem::CorruptDataset {
                what: format!(
                    "{} is longer than the sequence item it lies in",
                    describe(header.tag)
                ),
            });
        }
        Ok(end)
    }

    fn item(&mut self, encoding: Encoding) -> Result<(), Problem> {
        let header = delimiter_header(self.bytes, self.position, encoding)?;
        match header.tag {
            ITEM => {
                let end = header
                    .length
                    .map(|length| self.value_end(&header, length))
                    .transpose()?;
                let in_records = self.stack.len() == 1
                    && self
                        .stack
                        .first()
                        .and_then(|open| open.element)
                        .is_some_and(|(tag, _)| tag == tags::DIRECTORY_RECORD_SEQUENCE);
                if in_records {
                    self.scan.record_offsets.push(self.position);
                }
                self.push(true, end, None, encoding)?;
            }
            SEQUENCE_DELIMITER if self.stack.last().is_some_and(|open| open.end.is_none()) => {
                self.position = header.value_start;
                self.close();
                return Ok(());
            }
            tag => {
                return Err(Problem::CorruptDataset {
                    what: format!("element {tag} stands in a sequence where an item belongs"),
                });
            }
        }
        self.position = header.value_start;
        Ok(())
    }

    fn push(
        &mut self,
        is_item: bool,
        end: Option<usize>,
        element: Option<(Tag, usize)>,
        encoding: Encoding,
    ) -> Result<(), Problem> {
        // A sequence and its item are two containers but one level of nesting.
        if self.stack.len() >= 2 * MAX_SEQUENCE_DEPTH {
            return Err(Problem::TooDeep {
                limit: MAX_SEQUENCE_DEPTH,
            });
        }
        self.stack.push(Container {
            is_item,
            end,
            element,
            encoding,
        });
        Ok(())
    }

    fn element(&mut self, encoding: Encoding) -> Result<(), Problem> {
        let start = self.position;
        let header = element_header(self.bytes, start, encoding)?;
        let in_undefined_item = self
            .stack
            .last()
            .is_some_and(|open| open.is_item && open.end.is_none());
        if header.tag == ITEM_DELIMITER && in_undefined_item {
            self.position = header.value_start;
            self.close();
            return Ok(());
        }
        if header.tag.0 == 0xFFFE || (header.tag.0 == 0 && header.tag.1 == 0) {
            return Err(Problem::CorruptDataset {
                what: format!("element {} stands where it cannot", header.tag),
            });
        }
        let top_level = self.stack.is_empty();
        if top_level {
            self.note_order(header.tag)?;
        }
        let element = top_level.then_some((header.tag, start));
        match (header.vr, header.length) {
            (_, None) if header.tag == tags::PIXEL_DATA => {
                self.encapsulated(&header, top_level, encoding)
            }
            (Some(VR::SQ | VR::UN) | None, None) => {
                // PS3.5 6.2.2 note: UN of undefined length holds Implicit VR Little Endian items.
                let inner = if header.vr == Some(VR::UN) {
                    Encoding::IMPLICIT_LE
                } else {
                    encoding
                };
                self.position = header.value_start;
                self.push(false, None, element, inner)
            }
            (Some(VR::SQ), Some(length)) => {
                let end = self.value_end(&header, length)?;
                self.position = header.value_start;
                self.push(false, Some(end), element, encoding)
            }
            (_, None) => Err(Problem::BadLength {
                what: format!("{} has an undefined length", describe(header.tag)),
            }),
            (_, Some(length)) => {
                let end = self.value_end(&header, length)?;
                self.position = end;
                if header.tag == tags::SPECIFIC_CHARACTER_SET {
                    self.scan.character_sets.push(header.value_start..end);
                }
                if top_level {
                    self.scan.elements.push((header.tag, start..end));
                    if header.tag == tags::PIXEL_DATA {
                        self.scan.pixel_data = Some(PixelDataPlace::Native {
                            value: header.value_start..end,
                            words: header.vr == Some(VR::OW),
                        });
                    }
                }
                Ok(())
            }
        }
    }

    /// Elements ascend and occur once (PS3.5 7.1); a second picture or header is a contradiction.
    fn note_order(&mut self, tag: Tag) -> Result<(), Problem> {
        if self.seen.insert(tag) {
            return Ok(());
        }
        if matches!(tag.0, 0x0028 | 0x7FE0) {
            return Err(Problem::Inconsistent {
                attribute: describe(tag),
                value: "given twice".to_owned(),
                expected: "an element occurs once".to_owned(),
            });
        }
        self.scan.warnings.push(Warning::file(format!(
            "{} occurs twice; the last is used.",
            describe(tag)
        )));
        Ok(())
    }

    /// Walks the fragments of encapsulated pixel data.
    fn encapsulated(
        &mut self,
        header: &ElementHeader,
        top_level: bool,
        encoding: Encoding,
    ) -> Result<(), Problem> {
        self.position = header.value_start;
        let mut items = Vec::new();
        loop {
            if self.position == self.bytes.len() {
                self.scan.warnings.push(Warning::file(
                    "The sequence of compressed fragments is not closed.",
                ));
                break;
            }
            let item = delimiter_header(self.bytes, self.position, encoding)?;
            match (item.tag, item.length) {
                (ITEM, Some(length)) => {
                    self.position = self.value_end(&item, length)?;
                    items.push(item.value_start..self.position);
                }
                (SEQUENCE_DELIMITER, _) => {
                    self.position = item.value_start;
                    break;
                }
                (tag, _) => {
                    return Err(Problem::CorruptCodestream {
                        what: format!("element {tag} stands between the compressed fragments"),
                    });
                }
            }
        }
        if top_level {
            let mut items = items.into_iter();
            let offset_table = items.next().unwrap_or(self.position..self.position);
            self.scan.pixel_data = Some(PixelDataPlace::Encapsulated {
                offset_table,
                fragments: items.collect(),
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
