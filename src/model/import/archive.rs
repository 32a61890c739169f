//! Reading the zip archives that `torch.save` writes.
//!
//! Torch stores its entries without compression, so that this reader needs none, and a decompression bomb is refused
//! by its declared size. Entries are found through the central directory alone; each must agree with its local
//! header, lie inside the file, and overlap no other.
//!
//! Source: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3.7 (local header), 4.3.12 (central directory), 4.3.14 and 4.3.15
//! (zip64), 4.3.16 (end record).

use super::ImportError;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

const END_RECORD: [u8; 4] = *b"PK\x05\x06";
const ZIP64_LOCATOR: [u8; 4] = *b"PK\x06\x07";
const ZIP64_RECORD: [u8; 4] = *b"PK\x06\x06";
const CENTRAL_HEADER: [u8; 4] = *b"PK\x01\x02";
const LOCAL_HEADER: [u8; 4] = *b"PK\x03\x04";
const LOCAL_HEADER_BYTES: u64 = 30;
const END_RECORD_BYTES: usize = 22;
/// A comment after the end record has at most this many bytes.
const MAX_COMMENT_BYTES: usize = 65_535;
/// The largest published checkpoint has about 1,600 entries.
const MAX_ENTRIES: u64 = 65_536;
const MAX_DIRECTORY_BYTES: u64 = 32 << 20;
/// Largest storage accepted; those of the published networks have at most 19 MB.
const MAX_ENTRY_BYTES: u64 = 4 << 30;

/// Where an entry's data lie.
#[derive(Debug, Clone)]
struct Entry {
    header_start: u64,
    start: u64,
    size: u64,
    crc32: u32,
    verified: bool,
}

/// An open archive with a checked directory.
pub(super) struct Archive {
    path: PathBuf,
    file: File,
    entries: BTreeMap<String, Entry>,
}

impl Archive {
    /// Opens an archive and checks its directory. `limits` gives the largest size for names with a given ending.
    pub(super) fn open(path: &Path, limits: &[(&str, u64)]) -> Result<Self, ImportError> {
        let file = File::open(path).map_err(|err| ImportError::io("read", path, err))?;
        let mut archive = Self {
            path: path.to_path_buf(),
            file,
            entries: BTreeMap::new(),
        };
        let directory = archive.locate_directory()?;
        let bytes = archive.read_at(directory.start, directory.size as usize)?;
        archive.read_directory(&bytes, &directory, limits)?;
        archive.locate_data(directory.start)?;
        Ok(archive)
    }

    /// Names of all entries, in order.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// Size of an entry; `None` where there is none of this name.
    pub(super) fn size(&self, name: &str) -> Option<u64> {
        self.entries.get(name).map(|entry| entry.size)
    }

    /// Reads a whole entry.
    pub(super) fn read(&mut self, name: &str) -> Result<Vec<u8>, ImportError> {
        let size = self.size(name).unwrap_or(0);
        self.read_range(name, 0, size as usize)
    }

    /// Reads a part of an entry, after its checksum has been verified once.
    pub(super) fn read_range(
        &mut self,
        name: &str,
        offset: u64,
        length: usize,
    ) -> Result<Vec<u8>, ImportError> {
        let entry = self.entries.get(name).cloned();
        let entry = entry.ok_or_else(|| self.damaged(format!("it has no entry {name:?}")))?;
        if offset + length as u64 > entry.size {
            return Err(self.damaged(format!("{name:?} has only {} bytes", entry.size)));
        }
        let whole = length as u64 == entry.size;
        if !entry.verified && !whole {
            self.verify_in_pieces(name, &entry)?;
        }
        let bytes = self.read_at(entry.start + offset, length)?;
        if !entry.verified && whole {
            self.verify(name, entry.crc32, crc32fast::hash(&bytes))?;
        }
        Ok(bytes)
    }

    fn verify_in_pieces(&mut self, name: &str, entry: &Entry) -> Result<(), ImportError> {
        const PIECE: u64 = 1 << 20;
        let mut hasher = crc32fast::Hasher::new();
        let mut done = 0;
        while done < entry.size {
            let length = PIECE.min(entry.size - done);
            hasher.update(&self.read_at(entry.start + done, length as usize)?);
            done += length;
        }
        self.verify(name, entry.crc32, hasher.finalize())
    }

    fn verify(&mut self, name: &str, expected: u32, found: u32) -> Result<(), ImportError> {
        if expected != found {
            return Err(self.damaged(format!("the checksum of {name:?} is wrong")));
        }
        if let Some(entry) = self.entries.get_mut(name) {
            entry.verified = true;
        }
        Ok(())
    }

    fn read_at(&mut self, start: u64, length: usize) -> Result<Vec<u8>, ImportError> {
        let mut bytes = vec![0_u8; length];
        self.file
            .seek(SeekFrom::Start(start))
            .and_then(|_| self.file.read_exact(&mut bytes))
            .map_err(|err| ImportError::io("read", &self.path, err))?;
        Ok(bytes)
    }

    fn damaged(&self, reason: impl Into<String>) -> ImportError {
        ImportError::damaged(&self.path, reason)
    }

    /// Finds the central directory from the end of the file.
    fn locate_directory(&mut self) -> Result<Directory, ImportError> {
        let length = self
            .file
            .metadata()
            .map_err(|err| ImportError::io("read", &self.path, err))?
            .len();
        let tail_length = length.min((END_RECORD_BYTES + MAX_COMMENT_BYTES) as u64);
        let tail_start = length - tail_length;
        let tail = self.read_at(tail_start, tail_length as usize)?;
        let position = tail
            .windows(END_RECORD_BYTES)
            .rposition(|window| window.starts_with(&END_RECORD));
        let position = position
            .ok_or_else(|| self.damaged("its end is missing, as after an interrupted download"))?;
        let end_start = tail_start + position as u64;
        let fields = Fields(tail.get(position..).unwrap_or_default());
        let mut directory = Directory {
            entries: fields.u16(10).into(),
            size: fields.u32(12).into(),
            start: fields.u32(16).into(),
        };
        if directory.is_saturated() {
            directory = self.locate_zip64_directory(end_start)?;
        }
        self.check_directory(&directory, end_start)?;
        Ok(directory)
    }

    fn locate_zip64_directory(&mut self, end_start: u64) -> Result<Directory, ImportError> {
        let missing = |archive: &Self| archive.damaged("its zip64 directory is missing");
        let start = end_start.checked_sub(20).ok_or_else(|| missing(self))?;
        let locator = self.read_at(start, 20)?;
        let record_start = Fields(&locator).u64(8);
        let fits = record_start
            .checked_add(56)
            .is_some_and(|end| end <= start && locator.starts_with(&ZIP64_LOCATOR));
        if !fits {
            return Err(missing(self));
        }
        let record = self.read_at(record_start, 56)?;
        if !record.starts_with(&ZIP64_RECORD) {
            return Err(missing(self));
        }
        let fields = Fields(&record);
        Ok(Directory {
            entries: fields.u64(32),
            size: fields.u64(40),
            start: fields.u64(48),
        })
    }

    fn check_directory(&self, directory: &Directory, end_start: u64) -> Result<(), ImportError> {
        let Directory {
            entries,
            size,
            start,
        } = *directory;
        if entries > MAX_ENTRIES || size > MAX_DIRECTORY_BYTES {
            let reason = format!("its directory claims {entries} entries in {size} bytes");
            return Err(ImportError::too_large(&self.path, reason));
        }
        match start.checked_add(size) {
            Some(end) if end <= end_start => Ok(()),
            _ => Err(self.damaged("its directory lies outside of the file")),
        }
    }

    fn read_directory(
        &mut self,
        bytes: &[u8],
        directory: &Directory,
        limits: &[(&str, u64)],
    ) -> Result<(), ImportError> {
        let mut rest = bytes;
        for _ in 0..directory.entries {
            let broken = || ImportError::damaged(&self.path, "its directory is broken");
            let (header, after) = rest.split_at_checked(46).ok_or_else(broken)?;
            let fields = Fields(header);
            let lengths = [28, 30, 32].map(|at| usize::from(fields.u16(at)));
            let (name, after) = after.split_at_checked(lengths[0]).ok_or_else(broken)?;
            let (extra, after) = after.split_at_checked(lengths[1]).ok_or_else(broken)?;
            let (_comment, after) = after.split_at_checked(lengths[2]).ok_or_else(broken)?;
            let name = std::str::from_utf8(name).map_err(|_not_text| broken())?;
            if !header.starts_with(&CENTRAL_HEADER) {
                return Err(broken());
            }
            let sizes = sizes_of(&fields, extra).ok_or_else(broken)?;
            self.check_entry(name, &fields, &sizes, limits)?;
            let entry = Entry {
                header_start: sizes.header_start,
                start: 0,
                size: sizes.uncompressed,
                crc32: fields.u32(16),
                verified: false,
            };
            if self.entries.insert(name.to_owned(), entry).is_some() {
                return Err(self.damaged(format!("two entries are named {name:?}")));
            }
            rest = after;
        }
        Ok(())
    }

    fn check_entry(
        &self,
        name: &str,
        fields: &Fields<'_>,
        sizes: &Sizes,
        limits: &[(&str, u64)],
    ) -> Result<(), ImportError> {
        let limit = limits.iter().find(|(ending, _)| name.ends_with(ending));
        let limit = limit.map_or(MAX_ENTRY_BYTES, |&(_, limit)| limit);
        if sizes.uncompressed > limit {
            let size = sizes.uncompressed;
            let reason = format!("{name:?} claims {size} bytes, at most {limit} are accepted");
            return Err(ImportError::too_large(&self.path, reason));
        }
        let (flags, method) = (fields.u16(8), fields.u16(10));
        if flags & 1 != 0 || method != 0 || sizes.compressed != sizes.uncompressed {
            let reason = format!(
                "{name:?} is compressed or encrypted, which torch.save never does; save it again with torch.save"
            );
            return Err(ImportError::unsupported(&self.path, reason));
        }
        Ok(())
    }

    /// Reads the local headers, and checks that entries lie between the start of the file and the directory without
    /// overlap.
    fn locate_data(&mut self, directory_start: u64) -> Result<(), ImportError> {
        let mut by_position: Vec<(u64, String)> = self
            .entries
            .iter()
            .map(|(name, entry)| (entry.header_start, name.clone()))
            .collect();
        by_position.sort();
        let mut free_from = 0;
        for (header_start, name) in by_position {
            let header_end = header_start.saturating_add(LOCAL_HEADER_BYTES);
            if header_start < free_from || header_end > directory_start {
                return Err(self.damaged(format!("{name:?} overlaps another part")));
            }
            let header = self.read_at(header_start, LOCAL_HEADER_BYTES as usize)?;
            let fields = Fields(&header);
            let name_length = fields.u16(26);
            let start = header_end + u64::from(name_length) + u64::from(fields.u16(28));
            let agrees = header.starts_with(&LOCAL_HEADER)
                && fields.u16(8) == 0
                && self.read_at(header_end, name_length.into())? == name.as_bytes();
            let size = self.size(&name).unwrap_or(0);
            match start.checked_add(size) {
                Some(end) if agrees && end <= directory_start => free_from = end,
                _ => return Err(self.damaged(format!("the header of {name:?} is wrong"))),
            }
            if let Some(entry) = self.entries.get_mut(&name) {
                entry.start = start;
            }
        }
        Ok(())
    }
}

struct Directory {
    entries: u64,
    size: u64,
    start: u64,
}

impl Directory {
    /// Whether a field is too small for its value, which then stands in the zip64 record.
    fn is_saturated(&self) -> bool {
        self.entries == 0xffff || self.size == 0xffff_ffff || self.start == 0xffff_ffff
    }
}

struct Sizes {
    compressed: u64,
    uncompressed: u64,
    header_start: u64,
}

/// Sizes and position of an entry, from its zip64 field where they do not fit the header.
fn sizes_of(fields: &Fields<'_>, extra: &[u8]) -> Option<Sizes> {
    const ZIP64_FIELD: u16 = 1;
    let mut wide: &[u8] = &[];
    let mut rest = extra;
    while let Some((head, after)) = rest.split_at_checked(4) {
        let (field, after) = after.split_at_checked(Fields(head).u16(2).into())?;
        if Fields(head).u16(0) == ZIP64_FIELD {
            wide = field;
        }
        rest = after;
    }
    let mut take = |narrow: u32| {
        if narrow != u32::MAX {
            return Some(u64::from(narrow));
        }
        let (value, after) = wide.split_first_chunk::<8>()?;
        wide = after;
        Some(u64::from_le_bytes(*value))
    };
    // The order of the zip64 field is uncompressed, compressed, position (APPNOTE 4.5.3).
    let uncompressed = take(fields.u32(24))?;
    let compressed = take(fields.u32(20))?;
    let header_start = take(fields.u32(42))?;
    Some(Sizes {
        compressed,
        uncompressed,
        header_start,
    })
}

/// Little-endian numbers at fixed places of a header whose length was checked; 0 beyond its end.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn array<const N: usize>(&self, at: usize) -> [u8; N] {
        let field = self.0.get(at..).and_then(<[u8]>::first_chunk);
        field.copied().unwrap_or([0; N])
    }

    fn u16(&self, at: usize) -> u16 {
        u16::from_le_bytes(self.array(at))
    }

    fn u32(&self, at: usize) -> u32 {
        u32::from_le_bytes(self.array(at))
    }

    fn u64(&self, at: usize) -> u64 {
        u64::from_le_bytes(self.array(at))
    }
}
