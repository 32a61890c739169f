//! Records that only grow: a line an entry, appended and never changed.
//!
//! A machine that loses its power may leave half of the last line. It stays where it is, and is counted; the next entry
//! begins a line of its own.

use super::SiteError;
use crate::formats::open_private_to_append;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs;
use std::io::{self, ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

/// What a record holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Journal<T> {
    /// Its entries, the oldest first.
    pub entries: Vec<T>,
    /// Lines that cannot be understood: cut off in the midst, or of another program.
    pub num_damaged: usize,
}

/// Adds an entry; the site must be locked.
pub(super) fn append<T: Serialize>(path: &Path, entry: &T) -> Result<(), SiteError> {
    let line = serde_json::to_string(entry).map_err(|err| SiteError::Unusable {
        path: path.to_owned(),
        reason: err.to_string(),
    })?;
    write(path, &format!("{line}\n")).map_err(|err| SiteError::io("write", path, err))
}

fn write(path: &Path, line: &str) -> io::Result<()> {
    let mut file = open_private_to_append(path)?;
    let mut last = [b'\n'];
    if file.seek(SeekFrom::End(0))? > 0 {
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
    }
    let mended = if last == *b"\n" { "" } else { "\n" };
    // One call for the line: whoever reads meanwhile finds all of it or nothing.
    file.write_all(format!("{mended}{line}").as_bytes())?;
    file.sync_all()
}

/// Refuses where nothing could be appended.
pub(super) fn ensure_writable(path: &Path) -> Result<(), SiteError> {
    let opened = open_private_to_append(path).map(drop);
    opened.map_err(|err| SiteError::io("write", path, err))
}

/// Every entry; none where there is no record yet.
pub(super) fn read<T: DeserializeOwned>(path: &Path) -> Result<Journal<T>, SiteError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(err) if err.kind() == ErrorKind::NotFound => Vec::new(),
        Err(err) => return Err(SiteError::io("read", path, err)),
    };
    // A line may be cut off within a letter.
    let text = String::from_utf8_lossy(&bytes);
    let mut journal = Journal {
        entries: Vec::new(),
        num_damaged: 0,
    };
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        match serde_json::from_str(line) {
            Ok(entry) => journal.entries.push(entry),
            Err(_) => journal.num_damaged += 1,
        }
    }
    Ok(journal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_was_cut_off_is_counted_and_costs_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("site/record.jsonl");
        let found = || read::<Vec<String>>(&path).unwrap();
        assert_eq!((found().entries.len(), found().num_damaged), (0, 0));
        let entry = |name: &str| vec![name.to_owned()];
        append(&path, &entry("first")).unwrap();
        // Half a line, which ends within a letter of two bytes.
        let torn = [fs::read(&path).unwrap(), b"[\"sec\xc3".to_vec()].concat();
        fs::write(&path, &torn).unwrap();
        assert_eq!(found().entries, [entry("first")]);
        assert_eq!(found().num_damaged, 1);
        append(&path, &entry("third")).unwrap();
        assert_eq!(found().entries, [entry("first"), entry("third")]);
        assert_eq!(found().num_damaged, 1);
        assert!(fs::read(&path).unwrap().starts_with(&torn), "it stays");
    }

    #[test]
    fn a_whole_line_without_its_end_is_an_entry() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("record.jsonl");
        fs::write(&path, "[\"first\"]").unwrap();
        append(&path, &vec!["second"]).unwrap();
        let found = read::<Vec<String>>(&path).unwrap();
        assert_eq!((found.entries.len(), found.num_damaged), (2, 0));
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_it() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("site/record.jsonl");
        append(&path, &1).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!([mode(&path), mode(path.parent().unwrap())], [0o600, 0o700]);
    }
}
