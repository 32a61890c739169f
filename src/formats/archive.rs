//! ZIP archives as folders of radiographs: `archive.zip/inner/name.dcm` is a path like any other.
//!
//! Nothing is ever written: an entry is inflated into memory, one at a time, and only where its
//! stated sizes are those of files and not of a bomb. An archive with a name that could lead out
//! of its folder is not opened at all, so no such path exists anywhere in the program.

use super::limits::{
    MAX_ARCHIVE_BYTES, MAX_ARCHIVE_ENTRIES, MAX_FILE_BYTES, MAX_INFLATE_RATIO, SMALL_ENTRY_BYTES,
};
use super::sniff::{Content, SNIFF_BYTES, content};
use super::{Problem, Search, Skipped};
use std::fs::File;
use std::io::{BufReader, Read as _};
use std::path::{Path, PathBuf};
use zip::ZipArchive;
use zip::result::ZipError;

type Archive = ZipArchive<BufReader<File>>;

/// A file inside an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ArchiveEntry {
    /// The archive on the disk.
    pub(super) archive: PathBuf,
    /// Name inside it, components joined by `/`.
    name: String,
}

impl ArchiveEntry {
    /// The entry that a path names; `None` for every path that is not below a file.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let archive = path.ancestors().skip(1).find(|folder| folder.is_file())?;
        let inner = path.strip_prefix(archive).ok()?;
        Some(Self {
            archive: archive.to_owned(),
            name: plain_name(&inner.to_string_lossy())?,
        })
    }

    /// Whether the archive holds it.
    pub(super) fn exists(&self) -> bool {
        open(&self.archive).is_ok_and(|archive| index_of(&archive, &self.name).is_some())
    }

    /// The one way to write its path, for telling files apart.
    pub(super) fn canonical(&self) -> PathBuf {
        let archive = self.archive.canonicalize();
        archive
            .unwrap_or_else(|_| self.archive.clone())
            .join(&self.name)
    }

    /// The inflated bytes.
    pub(super) fn read(&self) -> Result<Vec<u8>, Problem> {
        let mut archive = open(&self.archive)?;
        let index = index_of(&archive, &self.name).ok_or_else(|| Problem::CorruptArchive {
            what: "it holds no file of this name".to_owned(),
        })?;
        let stated = check_entry(&mut archive, index)?;
        let bytes = inflated(&mut archive, index, stated.saturating_add(1))?;
        match bytes.len() as u64 {
            0 => Err(Problem::Empty),
            len if len > stated => Err(Problem::UnsafeArchive {
                what: format!("a file in it grows beyond the {stated} bytes it states"),
            }),
            _ => Ok(bytes),
        }
    }
}

/// The file on the disk that holds `path`: the archive for a file inside one, else the file itself.
pub fn containing_file(path: &Path) -> PathBuf {
    ArchiveEntry::of(path).map_or_else(|| path.to_owned(), |entry| entry.archive)
}

/// Whether there is such a file or folder, on the disk or inside an archive.
pub fn exists(path: &Path) -> bool {
    path.exists() || ArchiveEntry::of(path).is_some_and(|entry| entry.exists())
}

/// What an archive holds, in the order of its directory: files that are radiographs by their
/// content or cannot be told without reading them, and the rest with the reason. A search that is stopped ends with
/// what it has; `num_found` files were found before.
///
/// # Errors
/// [`Problem::CorruptArchive`] and [`Problem::UnsafeArchive`]: nothing in it can be used;
/// [`Problem::Io`].
pub(super) fn list(
    path: &Path,
    search: &Search,
    num_found: usize,
) -> Result<(Vec<PathBuf>, Vec<Skipped>), Problem> {
    let mut archive = open(path)?;
    let (mut files, mut skipped) = (Vec::new(), Vec::new());
    for index in 0..archive.len() {
        if search.is_stopped() {
            break;
        }
        let is_file = archive
            .by_index_raw(index)
            .is_ok_and(|entry| !entry.is_dir());
        let Some(name) = name_at(&archive, index).filter(|name| is_file && !is_hidden(name)) else {
            continue;
        };
        let inner = path.join(&name);
        match sniffed(&mut archive, index) {
            Some(Ok(Content::Zip)) => skipped.push(Skipped {
                path: inner,
                reason: Problem::NestedArchive.to_string(),
            }),
            Some(Err(looks_like)) => skipped.push(Skipped {
                path: inner,
                reason: format!("Not a radiograph: {looks_like}."),
            }),
            // Reading one whose beginning cannot be read says why in a sentence.
            Some(Ok(_)) | None => files.push(inner),
        }
        search.saw(num_found + files.len());
    }
    Ok((files, skipped))
}

/// Opens the archive where every name and size in its directory is sound.
fn open(path: &Path) -> Result<Archive, Problem> {
    let mut archive = ZipArchive::new(BufReader::new(File::open(path)?)).map_err(problem)?;
    let refused = |what: String| Err(Problem::UnsafeArchive { what });
    if archive.len() > MAX_ARCHIVE_ENTRIES {
        return refused(format!(
            "it lists {} files; the limit is {MAX_ARCHIVE_ENTRIES}",
            archive.len()
        ));
    }
    let mut total = 0_u64;
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(problem)?;
        total = total.saturating_add(entry.size());
        drop(entry);
        if name_at(&archive, index).is_none() {
            return refused("a name in it leads out of its folder or hides characters".to_owned());
        }
    }
    if total > MAX_ARCHIVE_BYTES {
        return refused(format!(
            "it would unpack to {total} bytes; the limit is {MAX_ARCHIVE_BYTES}"
        ));
    }
    Ok(archive)
}

/// The stated size of an entry that may be inflated.
fn check_entry(archive: &mut Archive, index: usize) -> Result<u64, Problem> {
    let entry = archive.by_index_raw(index).map_err(problem)?;
    let (stated, packed) = (entry.size(), entry.compressed_size());
    if entry.encrypted() {
        return Err(Problem::EncryptedEntry);
    }
    if entry.is_symlink() {
        return Err(Problem::UnsafeArchive {
            what: "this file in it is a link to another place".to_owned(),
        });
    }
    if stated > MAX_FILE_BYTES {
        return Err(Problem::TooLarge {
            what: format!("{stated} bytes unpacked; the limit is {MAX_FILE_BYTES}"),
        });
    }
    if stated > SMALL_ENTRY_BYTES && stated / MAX_INFLATE_RATIO > packed {
        return Err(Problem::UnsafeArchive {
            what: format!(
                "a file in it unpacks from {packed} to {stated} bytes, as no radiograph does"
            ),
        });
    }
    Ok(stated)
}

/// What the first bytes of an entry say it is; `None` where they cannot be read.
fn sniffed(archive: &mut Archive, index: usize) -> Option<Result<Content, String>> {
    check_entry(archive, index).ok()?;
    let head = inflated(archive, index, SNIFF_BYTES as u64).ok()?;
    Some(content(&head))
}

/// At most `max_bytes` of an entry.
fn inflated(archive: &mut Archive, index: usize, max_bytes: u64) -> Result<Vec<u8>, Problem> {
    let entry = archive.by_index(index).map_err(problem)?;
    let mut bytes = Vec::new();
    entry
        .take(max_bytes)
        .read_to_end(&mut bytes)
        .map_err(|err| Problem::CorruptArchive {
            what: format!("a file in it does not unpack ({err})"),
        })?;
    Ok(bytes)
}

fn index_of(archive: &Archive, name: &str) -> Option<usize> {
    (0..archive.len()).find(|&index| name_at(archive, index).as_deref() == Some(name))
}

fn name_at(archive: &Archive, index: usize) -> Option<String> {
    plain_name(archive.name_for_index(index)?)
}

/// A name as components below the archive, joined by `/`; `None` where it could lead elsewhere or
/// steer a screen.
fn plain_name(name: &str) -> Option<String> {
    let name = name.replace('\\', "/");
    let has_drive = name.get(1..2) == Some(":");
    if name.starts_with('/') || has_drive || name.chars().any(char::is_control) {
        return None;
    }
    let components: Vec<&str> = name
        .split('/')
        .filter(|component| !matches!(*component, "" | "."))
        .collect();
    (!components.contains(&"..")).then(|| components.join("/"))
}

/// Hidden files, and what macOS adds to every archive, are passed over as in folders.
fn is_hidden(name: &str) -> bool {
    name.split('/')
        .any(|component| component.starts_with('.') || component == "__MACOSX")
}

fn problem(err: ZipError) -> Problem {
    match err {
        ZipError::Io(err) => Problem::Io(err),
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => Problem::EncryptedEntry,
        ZipError::CompressionMethodNotSupported(method) => Problem::CorruptArchive {
            what: format!("compression method {method} is not supported, only deflate is"),
        },
        other => Problem::CorruptArchive {
            what: other.to_string(),
        },
    }
}

#[cfg(test)]
mod tests;
