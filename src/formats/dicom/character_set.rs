//! Text under Specific Character Set (0008,0005): one character set, or several that escape
//! sequences switch between (PS3.5 6.1.2, PS3.3 C.12.1.1.2, ISO/IEC 2022).

use encoding_rs::{
    EUC_JP, EUC_KR, Encoding, GB18030, GBK, ISO_8859_2, ISO_8859_3, ISO_8859_4, ISO_8859_5,
    ISO_8859_6, ISO_8859_7, ISO_8859_8, ISO_8859_15, UTF_8, WINDOWS_874, WINDOWS_1254,
};

/// Stands for a stretch of text that could not be decoded.
pub(super) const UNDECODED: char = char::REPLACEMENT_CHARACTER;

const ESCAPE: u8 = 0x1B;

/// The character sets of a data set or sequence item.
#[derive(Debug, Clone)]
pub(super) struct CharacterSets {
    coding: Coding,
    /// Terms that the standard does not define, as stated.
    pub(super) unknown: Vec<String>,
}

#[derive(Debug, Clone, Copy)]
enum Coding {
    /// One encoding that no escape sequence leaves.
    Whole(&'static Encoding),
    /// Sets that escape sequences replace; these are in force at the start and after delimiters.
    Switched(Sets),
}

/// The sets that bytes below (G0) and above (G1) 0x80 are read with.
#[derive(Debug, Clone, Copy)]
struct Sets {
    low: LowSet,
    high: HighSet,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LowSet {
    /// ISO-IR 6.
    Ascii,
    /// ISO-IR 14, the Latin half of JIS X 0201.
    JisRoman,
    /// ISO-IR 87, two bytes.
    JisX0208,
    /// ISO-IR 159, two bytes.
    JisX0212,
    Unknown,
}

#[derive(Debug, Clone, Copy)]
enum HighSet {
    /// Nothing was designated.
    None,
    /// ISO-IR 100; also for files that state no set and use one all the same.
    Latin1,
    /// A part of ISO/IEC 8859, or TIS 620: one byte.
    Single(&'static Encoding),
    /// ISO-IR 13, the katakana half of JIS X 0201.
    Katakana,
    /// ISO-IR 149, two bytes.
    KsX1001,
    /// ISO-IR 58, two bytes.
    Gb2312,
    Unknown,
}

impl Default for CharacterSets {
    fn default() -> Self {
        Self {
            coding: Coding::Switched(Sets {
                low: LowSet::Ascii,
                high: HighSet::Latin1,
            }),
            unknown: Vec::new(),
        }
    }
}

impl CharacterSets {
    /// From the attribute's values, joined by `\`.
    pub(super) fn from_terms(terms: &str) -> Self {
        let mut terms = terms.split('\\').map(str::trim);
        let first = terms.next().unwrap_or_default();
        let rest: Vec<&str> = terms.filter(|term| !term.is_empty()).collect();
        let rest_unknown = rest.iter().filter(|term| repertoire(term).is_none());
        let mut unknown: Vec<String> = rest_unknown.map(|&term| term.to_owned()).collect();
        let coding = coding_of(first, !rest.is_empty()).unwrap_or_else(|| {
            unknown.insert(0, first.to_owned());
            Coding::Switched(Sets {
                low: LowSet::Ascii,
                high: HighSet::Unknown,
            })
        });
        Self { coding, unknown }
    }

    /// Decodes text; at each of `delimiters`, and at the end of a line, the first set is in force
    /// again (PS3.5 6.1.2.5.3). What cannot be decoded becomes [`UNDECODED`].
    pub(super) fn decode(&self, bytes: &[u8], delimiters: &[u8]) -> String {
        match self.coding {
            Coding::Whole(encoding) => encoding.decode_without_bom_handling(bytes).0.into_owned(),
            Coding::Switched(initial) => Decoder {
                initial,
                sets: initial,
                delimiters,
                text: String::with_capacity(bytes.len()),
            }
            .run(bytes),
        }
    }
}

/// How text starts under a first value; `None` where the standard does not define it.
fn coding_of(term: &str, has_extensions: bool) -> Option<Coding> {
    match spelling(term).as_str() {
        "ISO IR 192" => return Some(Coding::Whole(UTF_8)),
        "GB18030" => return Some(Coding::Whole(GB18030)),
        "GBK" | "GB2312" => return Some(Coding::Whole(GBK)),
        _ => {}
    }
    let high = match repertoire(term)? {
        // Files without extensions that use Latin 1 under the default repertoire are common.
        HighSet::None if !has_extensions => HighSet::Latin1,
        high => high,
    };
    let low = match high {
        HighSet::Katakana => LowSet::JisRoman,
        _ => LowSet::Ascii,
    };
    Some(Coding::Switched(Sets { low, high }))
}

/// The set above 0x80 that a defined term starts with.
fn repertoire(term: &str) -> Option<HighSet> {
    let term = spelling(term);
    let number = term
        .strip_prefix("ISO 2022 IR ")
        .or_else(|| term.strip_prefix("ISO IR "));
    let set = match number {
        None if term.is_empty() => HighSet::None,
        // The Japanese sets of two bytes lie below 0x80 and are always escaped to.
        Some("6" | "87" | "159") => HighSet::None,
        Some("100") => HighSet::Latin1,
        Some("101") => HighSet::Single(ISO_8859_2),
        Some("109") => HighSet::Single(ISO_8859_3),
        Some("110") => HighSet::Single(ISO_8859_4),
        Some("144") => HighSet::Single(ISO_8859_5),
        Some("127") => HighSet::Single(ISO_8859_6),
        Some("126") => HighSet::Single(ISO_8859_7),
        Some("138") => HighSet::Single(ISO_8859_8),
        Some("148") => HighSet::Single(WINDOWS_1254),
        Some("203") => HighSet::Single(ISO_8859_15),
        Some("166") => HighSet::Single(WINDOWS_874),
        Some("13") => HighSet::Katakana,
        Some("149") => HighSet::KsX1001,
        Some("58") => HighSet::Gb2312,
        _ => return None,
    };
    Some(set)
}

/// A term without the ways makers misspell it: `ISO-IR 100`, `iso_ir_100`.
fn spelling(term: &str) -> String {
    let words = term.to_ascii_uppercase().replace(['_', '-'], " ");
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

struct Decoder<'a> {
    initial: Sets,
    sets: Sets,
    delimiters: &'a [u8],
    text: String,
}

impl Decoder<'_> {
    fn run(mut self, bytes: &[u8]) -> String {
        let mut rest = bytes;
        while let &[byte, ref after @ ..] = rest {
            rest = match byte {
                ESCAPE => self.escape(after),
                ..=0x20 | 0x7F => {
                    self.control_or_space(byte);
                    after
                }
                0x80.. => self.high(byte, after),
                _ => self.low(byte, after),
            };
        }
        self.text
    }

    /// A stretch that cannot be decoded is marked once.
    fn push(&mut self, decoded: Option<char>) {
        match decoded {
            Some(c) => self.text.push(c),
            None if self.text.ends_with(UNDECODED) => {}
            None => self.text.push(UNDECODED),
        }
    }

    fn control_or_space(&mut self, byte: u8) {
        if byte != b' ' {
            self.sets = self.initial;
        }
        self.push(Some(char::from(byte)));
    }

    fn low<'b>(&mut self, byte: u8, after: &'b [u8]) -> &'b [u8] {
        let is_one_byte = matches!(self.sets.low, LowSet::Ascii | LowSet::JisRoman);
        if is_one_byte && self.delimiters.contains(&byte) {
            self.sets = self.initial;
            self.push(Some(char::from(byte)));
            return after;
        }
        let prefix: &[u8] = match self.sets.low {
            LowSet::Ascii => {
                self.push(Some(char::from(byte)));
                return after;
            }
            LowSet::JisRoman => {
                self.push(Some(match byte {
                    b'\\' => '\u{A5}',
                    b'~' => '\u{203E}',
                    _ => char::from(byte),
                }));
                return after;
            }
            LowSet::Unknown => {
                self.push(None);
                return after;
            }
            LowSet::JisX0208 => &[],
            LowSet::JisX0212 => &[0x8F],
        };
        let Some((&second @ 0x21..=0x7E, after)) = after.split_first() else {
            self.push(None);
            return after;
        };
        // EUC-JP holds both sets, moved up by 0x80.
        let moved = [byte | 0x80, second | 0x80];
        self.push(character(EUC_JP, &[prefix, &moved].concat()));
        after
    }

    fn high<'b>(&mut self, byte: u8, after: &'b [u8]) -> &'b [u8] {
        let (encoding, lowest) = match self.sets.high {
            HighSet::KsX1001 => (EUC_KR, 0x41),
            HighSet::Gb2312 => (GBK, 0xA1),
            _ => {
                self.push(self.high_character(byte));
                return after;
            }
        };
        match after.split_first() {
            Some((&second, after)) if second >= lowest => {
                self.push(character(encoding, &[byte, second]));
                after
            }
            _ => {
                self.push(None);
                after
            }
        }
    }

    fn high_character(&self, byte: u8) -> Option<char> {
        let is_control = byte < 0xA0;
        match self.sets.high {
            HighSet::Single(_) | HighSet::Latin1 if is_control => Some(char::from(byte)),
            HighSet::Latin1 => Some(char::from(byte)),
            HighSet::Single(encoding) => character(encoding, &[byte]),
            HighSet::Katakana => katakana(byte),
            // Some write katakana after designating only the Latin half.
            HighSet::None if self.sets.low == LowSet::JisRoman => katakana(byte),
            _ => None,
        }
    }

    /// Takes the sequence after ESC: intermediate bytes, then a final one (ISO/IEC 2022 13.2).
    fn escape<'b>(&mut self, after: &'b [u8]) -> &'b [u8] {
        let is_intermediate = |byte: &&u8| (0x20..=0x2F).contains(*byte);
        let length = after.iter().take_while(is_intermediate).count();
        let (intermediate, rest) = after.split_at_checked(length).unwrap_or((after, &[]));
        let Some((&last @ 0x30..=0x7E, rest)) = rest.split_first() else {
            self.push(None);
            return rest;
        };
        if intermediate.is_empty() {
            // No designation: an escape that could steer a terminal, left to be taken out.
            self.push(Some(char::from(ESCAPE)));
            return after;
        }
        self.designate(intermediate, last);
        rest
    }

    fn designate(&mut self, intermediate: &[u8], last: u8) {
        let high = match (intermediate, last) {
            (b"-", b'A') => HighSet::Latin1,
            (b"-", b'B') => HighSet::Single(ISO_8859_2),
            (b"-", b'C') => HighSet::Single(ISO_8859_3),
            (b"-", b'D') => HighSet::Single(ISO_8859_4),
            (b"-", b'L') => HighSet::Single(ISO_8859_5),
            (b"-", b'G') => HighSet::Single(ISO_8859_6),
            (b"-", b'F') => HighSet::Single(ISO_8859_7),
            (b"-", b'H') => HighSet::Single(ISO_8859_8),
            (b"-", b'M') => HighSet::Single(WINDOWS_1254),
            (b"-", b'b') => HighSet::Single(ISO_8859_15),
            (b"-", b'T') => HighSet::Single(WINDOWS_874),
            (b")", b'I') => HighSet::Katakana,
            (b"$)", b'C') => HighSet::KsX1001,
            (b"$)", b'A') => HighSet::Gb2312,
            ([.., b')' | b'-'], _) => HighSet::Unknown,
            _ => {
                self.sets.low = match (intermediate, last) {
                    (b"(", b'B') => LowSet::Ascii,
                    (b"(", b'J') => LowSet::JisRoman,
                    (b"$" | b"$(", b'B') => LowSet::JisX0208,
                    (b"$(", b'D') => LowSet::JisX0212,
                    _ => LowSet::Unknown,
                };
                return;
            }
        };
        self.sets.high = high;
    }
}

/// Half-width katakana of JIS X 0201.
fn katakana(byte: u8) -> Option<char> {
    matches!(byte, 0xA1..=0xDF)
        .then(|| char::from_u32(0xFF61 + u32::from(byte - 0xA1)))
        .flatten()
}

/// The one character that `bytes` are in `encoding`.
fn character(encoding: &'static Encoding, bytes: &[u8]) -> Option<char> {
    let decoded = encoding.decode_without_bom_handling_and_without_replacement(bytes)?;
    let mut characters = decoded.chars();
    characters.next().filter(|_| characters.next().is_none())
}
