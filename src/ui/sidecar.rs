//! Where measures are kept between two runs: one file for each radiograph, beside the sessions.
//!
//! Never beside the radiograph: its folder may be an archive, or a disc. The name is the SOP Instance UID and the
//! beginning of the stored values' SHA-256, because files with the same UID and other pixels occur; a file without a
//! UID has the whole SHA-256. Of two windows that write the same file, the last one to write wins.

use super::measuring::Annotations;
use crate::formats::{stored_fingerprint, write_private};
use crate::measure::{Calibration, Document};
use crate::radiograph::Radiograph;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Digits of the SHA-256 behind a UID.
const SHORT_DIGITS: usize = 16;
/// Longest UID (PS3.5 9.1).
const MOST_UID_CHARACTERS: usize = 64;
/// Names that are tried for a file that is set aside.
const MOST_SET_ASIDE: u32 = 1000;
/// Largest file that is read: thousands of measures.
const MOST_BYTES: u64 = 16 << 20;

/// What a reader left on a radiograph, as it was kept in `folder`; nothing where there is no file.
///
/// # Errors
/// One sentence where a file is there and cannot be read.
pub(super) fn load(folder: &Path, radiograph: &Radiograph) -> Result<Annotations, String> {
    let path = Key::of(radiograph).path(folder);
    let unreadable = |why: String| {
        format!(
            "The measures kept for this radiograph cannot be read: {why}. The file stays, and is renamed before new \
             ones are written: {}",
            path.display()
        )
    };
    let text = match fs::metadata(&path) {
        Err(err) if err.kind() == ErrorKind::NotFound => return Ok(Annotations::default()),
        Err(err) => return Err(unreadable(err.to_string())),
        Ok(found) if found.len() > MOST_BYTES => {
            return Err(unreadable("larger than any measures are".to_owned()));
        }
        Ok(_) => fs::read_to_string(&path).map_err(|err| unreadable(err.to_string()))?,
    };
    let document = Document::from_json(&text).map_err(|err| unreadable(err.to_string()))?;
    Ok(Annotations {
        measures: Arc::new(document.measures),
        is_key_image: document.key_image,
        calibration: document.calibration.map(|stated| stated.spacing()),
    })
}

/// Writes the measures of a radiograph in place of those kept before; those are set aside first where they could not
/// be read.
///
/// # Errors
/// One sentence where the file cannot be written; the one before it is then as it was.
pub(super) fn save(
    folder: &Path,
    radiograph: &Radiograph,
    annotations: &Annotations,
    unreadable_before: bool,
) -> Result<(), String> {
    let key = Key::of(radiograph);
    let path = key.path(folder);
    let failed = |why: String| {
        format!(
            "The measures are not kept for the next time: {why}: {}",
            path.display()
        )
    };
    if unreadable_before && path.exists() {
        fs::rename(&path, free_name(&path)).map_err(|err| failed(err.to_string()))?;
    }
    let measures = annotations.measures.to_vec();
    let mut document = Document::new(key.sop_instance_uid, key.sha256, measures);
    document.key_image = annotations.is_key_image;
    document.calibration = annotations.calibration.and_then(Calibration::of);
    let text = document.to_json().map_err(|err| failed(err.to_string()))?;
    write_private(&path, text.as_bytes()).map_err(|err| failed(err.to_string()))
}

/// What a radiograph's measures are found by.
struct Key {
    sop_instance_uid: String,
    sha256: String,
}

impl Key {
    fn of(radiograph: &Radiograph) -> Self {
        Self {
            sop_instance_uid: radiograph.info.sop_instance_uid.clone(),
            sha256: stored_fingerprint(&radiograph.stored),
        }
    }

    fn path(&self, folder: &Path) -> PathBuf {
        let uid = &self.sop_instance_uid;
        let is_uid = (1..=MOST_UID_CHARACTERS).contains(&uid.len())
            && uid.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        let name = match self.sha256.get(..SHORT_DIGITS) {
            Some(short) if is_uid => format!("{uid}_{short}.json"),
            _ => format!("{}.json", self.sha256),
        };
        folder.join(name)
    }
}

fn free_name(path: &Path) -> PathBuf {
    let names = (1..=MOST_SET_ASIDE).map(|number| path.with_extension(format!("unread-{number}")));
    let mut names = names.skip_while(|name| name.exists());
    names
        .next()
        .unwrap_or_else(|| path.with_extension("unread"))
}
