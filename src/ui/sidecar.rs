//! Where measures are kept between two runs: one file for each radiograph, beside the sessions.
//!
//! Never beside the radiograph: its folder may be an archive, or a disc. The name is the SOP Instance UID and the
//! beginning of the stored values' SHA-256, because files with the same UID and other pixels occur; a file without a
//! UID has the whole SHA-256. What another window wrote meanwhile is put beside it, not over.

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

/// What is known of the file before it is written.
#[derive(Debug, Clone)]
pub(super) enum Before {
    /// It held these when it was last read or written.
    Known(Annotations),
    /// It cannot be read.
    Unreadable,
    /// This program is writing it, or was until now.
    InWork,
}

/// Writes the measures of a radiograph in place of those kept before. Those that cannot be read, and those that somebody
/// else wrote meanwhile, are put aside first; returns where the latter lie.
///
/// # Errors
/// One sentence where the file cannot be written; the one before it is then as it was.
pub(super) fn save(
    folder: &Path,
    radiograph: &Radiograph,
    annotations: &Annotations,
    before: &Before,
) -> Result<Option<PathBuf>, String> {
    let key = Key::of(radiograph);
    let path = key.path(folder);
    let failed = |why: String| {
        format!(
            "The measures are not kept for the next time: {why}: {}",
            path.display()
        )
    };
    let is_foreign = match before {
        Before::Known(known) => load(folder, radiograph).is_ok_and(|now| !now.agrees_with(known)),
        Before::Unreadable | Before::InWork => false,
    };
    let mut put_aside = None;
    if (is_foreign || matches!(before, Before::Unreadable)) && path.exists() {
        let aside = free_name(&path, if is_foreign { "other" } else { "unread" });
        fs::rename(&path, &aside).map_err(|err| failed(err.to_string()))?;
        put_aside = is_foreign.then_some(aside);
    }
    let measures = annotations.measures.to_vec();
    let mut document = Document::new(key.sop_instance_uid, key.sha256, measures);
    document.key_image = annotations.is_key_image;
    document.calibration = annotations.calibration.and_then(Calibration::of);
    let text = document.to_json().map_err(|err| failed(err.to_string()))?;
    write_private(&path, text.as_bytes()).map_err(|err| failed(err.to_string()))?;
    Ok(put_aside)
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

fn free_name(path: &Path, ending: &str) -> PathBuf {
    let names =
        (1..=MOST_SET_ASIDE).map(|number| path.with_extension(format!("{ending}-{number}")));
    let mut names = names.skip_while(|name| name.exists());
    names.next().unwrap_or_else(|| path.with_extension(ending))
}
