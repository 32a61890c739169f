//! Files: reading radiographs from DICOM, PNG, TIFF and JPEG, and writing pictures.
//!
//! Owns everything between bytes on disk and a [`Radiograph`]. Must not know networks, models or
//! windows on a screen. A file's name is never trusted: its content decides what it is, every
//! length in it is checked before use, and whatever would be shown wrongly is refused with a
//! sentence ([`Problem`]) that says what, which file, and what to do.
//!
//! ```no_run
//! let radiograph = diaphane::formats::read(std::path::Path::new("chest.dcm"))?;
//! println!("{} x {} pixels", radiograph.size().0, radiograph.size().1);
//! # Ok::<(), diaphane::formats::FormatError>(())
//! ```

mod archive;
mod atomic;
mod dicom;
mod error;
mod find;
mod fingerprint;
mod identity;
mod inspect;
mod jpeg_markers;
mod limits;
mod lock;
pub mod own_output;
pub mod raster;
mod search;
mod sniff;
mod tag_tree;

pub use archive::{containing_file, exists};
pub use atomic::{
    copy_atomically, ensure_not_source, ensure_writable, flush_name, make_private_folder,
    open_private_to_append, write_atomically, write_private,
};
pub use dicom::{CtSlice, referenced_files};
pub use error::{FormatError, Problem};
pub use find::{Found, Skipped, find_radiographs};
pub use fingerprint::{hexadecimal, sha256_of_file, stored_fingerprint};
pub use identity::{Identities, Identity, conflict_warnings};
pub use inspect::{Inspection, Probe, SpacingReport, WindowReport, inspect, inspect_all};
pub use lock::FileLock;
pub use search::Search;
pub use tag_tree::{MAX_VALUE_CHARS, TagChange, TagDifference, TagRow, TagTree};

use crate::radiograph::Radiograph;
use std::io::Read as _;
use std::path::Path;

/// Reads one radiograph from a DICOM, PNG, TIFF or JPEG file, told apart by content. The file may lie
/// in a ZIP archive: `archive.zip/inner/name.dcm`.
///
/// # Errors
/// [`FormatError`] for files that cannot be read, are no radiograph, or would be shown wrongly.
pub fn read(path: &Path) -> Result<Radiograph, FormatError> {
    let bytes = read_bounded(path)?;
    read_bytes(path, &bytes).map_err(|problem| FormatError::new(path, problem))
}

fn read_bytes(path: &Path, bytes: &[u8]) -> Result<Radiograph, Problem> {
    let head = bytes
        .get(..bytes.len().min(sniff::SNIFF_BYTES))
        .unwrap_or(bytes);
    match sniff::content(head) {
        Ok(sniff::Content::Dicom) => dicom::read(path, bytes),
        Ok(sniff::Content::Png) => raster::read_png(path, bytes),
        Ok(sniff::Content::Tiff) => raster::read_tiff(path, bytes),
        Ok(sniff::Content::Jpeg) => raster::read_jpeg(path, bytes),
        Ok(sniff::Content::Zip) => Err(zip_problem(path)),
        Err(looks_like) => Err(Problem::NotAnImage { looks_like }),
    }
}

/// Whether a file is a DICOM file by its first bytes; `false` where it cannot be read.
pub fn is_dicom(path: &Path) -> bool {
    !find::is_device(path)
        && find::sniffed(path).is_ok_and(|found| matches!(found, Ok(sniff::Content::Dicom)))
}

/// Every attribute of a DICOM file as text, pixels only as their length.
///
/// # Errors
/// [`Problem::NoAttributes`] for files that are not DICOM, and whatever is wrong with the file.
pub fn read_tags(path: &Path) -> Result<TagTree, FormatError> {
    let bytes = read_bounded(path)?;
    let head = bytes.get(..sniff::SNIFF_BYTES).unwrap_or(&bytes);
    let tree = match sniff::content(head) {
        Ok(sniff::Content::Dicom) => dicom::tag_tree(&bytes),
        Ok(_) => Err(Problem::NoAttributes {
            what: "it is a picture of another kind".to_owned(),
        }),
        Err(what) => Err(Problem::NoAttributes { what }),
    };
    tree.map_err(|problem| FormatError::new(path, problem))
}

/// Reads one slice of a CT series.
///
/// # Errors
/// [`Problem::NotCt`] for files that are none, and whatever is wrong with the file.
pub fn read_ct_slice(path: &Path) -> Result<CtSlice, FormatError> {
    let bytes = read_bounded(path)?;
    let head = bytes.get(..sniff::SNIFF_BYTES).unwrap_or(&bytes);
    let slice = match sniff::content(head) {
        Ok(sniff::Content::Dicom) => dicom::read_ct_slice(&bytes),
        _ => Err(Problem::NotCt {
            what: "it is no DICOM file".to_owned(),
        }),
    };
    slice.map_err(|problem| FormatError::new(path, problem))
}

/// Why an archive itself cannot be read as a radiograph.
fn zip_problem(path: &Path) -> Problem {
    if !path.is_file() {
        return Problem::NestedArchive;
    }
    let looks_like = "it is a ZIP archive without one".to_owned();
    let problem = archive::list(path, &Search::default(), 0).err();
    problem.unwrap_or(Problem::NotAnImage { looks_like })
}

/// The whole file, where it is not empty and not larger than any radiograph.
fn read_bounded(path: &Path) -> Result<Vec<u8>, FormatError> {
    let read = || -> Result<Vec<u8>, Problem> {
        if let Some(entry) = archive::ArchiveEntry::of(path) {
            return entry.read();
        }
        let file = std::fs::File::open(path)?;
        let stated = file.metadata()?.len();
        let too_large = |bytes: u64| Problem::TooLarge {
            what: format!("{bytes} bytes; the limit is {}", limits::MAX_FILE_BYTES),
        };
        if stated > limits::MAX_FILE_BYTES {
            return Err(too_large(stated));
        }
        let mut bytes = Vec::with_capacity(stated as usize);
        file.take(limits::MAX_FILE_BYTES + 1)
            .read_to_end(&mut bytes)?;
        match bytes.len() as u64 {
            0 => Err(Problem::Empty),
            len if len > limits::MAX_FILE_BYTES => Err(too_large(len)),
            _ => Ok(bytes),
        }
    };
    read().map_err(|problem| FormatError::new(path, problem))
}
