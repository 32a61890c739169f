//! The files a DICOMDIR lists (PS3.10 chapter 8, PS3.3 annex F), none of them outside its folder.

use super::super::{FormatError, Problem, read_bounded};
use super::attributes::{Attributes, printable};
use super::{part10, scan};
use dicom_core::Tag;
use dicom_dictionary_std::tags;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

/// Paths of the files a DICOMDIR references, in the order of its records.
///
/// # Errors
/// [`Problem::PathEscape`] for a reference that leads out of the DICOMDIR's folder,
/// [`Problem::MissingFile`] for one without a file, [`Problem::CorruptDicomdir`] where the records
/// do not form a tree; and whatever is wrong with the file itself.
pub fn referenced_files(dicomdir: &Path) -> Result<Vec<PathBuf>, FormatError> {
    let bytes = read_bounded(dicomdir)?;
    let folder = dicomdir
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    files(&bytes, folder).map_err(|problem| FormatError::new(dicomdir, problem))
}

fn files(bytes: &[u8], folder: &Path) -> Result<Vec<PathBuf>, Problem> {
    let file = part10::open(bytes)?;
    let encoding = file.syntax.encoding;
    let scan = scan::scan(&file.dataset, encoding)?;
    let wanted = [
        tags::SPECIFIC_CHARACTER_SET,
        tags::OFFSET_OF_THE_FIRST_DIRECTORY_RECORD_OF_THE_ROOT_DIRECTORY_ENTITY,
        tags::DIRECTORY_RECORD_SEQUENCE,
    ];
    let attributes = Attributes::parse(&scan.subset(&file.dataset, &wanted), encoding)?;
    let records = attributes.items(tags::DIRECTORY_RECORD_SEQUENCE);
    if records.is_empty() {
        return Err(corrupt("it has no directory records"));
    }
    check_tree(
        &attributes,
        &records,
        &scan.record_offsets,
        file.dataset_start,
    )?;
    let root = folder.canonicalize()?;
    records
        .iter()
        .map(|record| record.raw_text(tags::REFERENCED_FILE_ID))
        .filter(|reference| !reference.is_empty())
        .map(|reference| resolve(&root, &reference))
        .collect()
}

/// Follows "next" and "lower" from the root: every record is reached at most once.
fn check_tree(
    attributes: &Attributes<'_>,
    records: &[Attributes<'_>],
    offsets: &[usize],
    dataset_start: usize,
) -> Result<(), Problem> {
    let by_offset: HashMap<usize, &Attributes<'_>> = offsets
        .iter()
        .map(|offset| offset + dataset_start)
        .zip(records)
        .collect();
    let pointer = |record: &Attributes<'_>, tag: Tag| {
        record
            .element(tag)
            .and_then(|element| element.to_int::<u32>().ok())
            .unwrap_or(0) as usize
    };
    let mut to_visit = vec![pointer(
        attributes,
        tags::OFFSET_OF_THE_FIRST_DIRECTORY_RECORD_OF_THE_ROOT_DIRECTORY_ENTITY,
    )];
    let mut visited = HashSet::new();
    while let Some(offset) = to_visit.pop() {
        if offset == 0 {
            continue;
        }
        if !visited.insert(offset) {
            return Err(corrupt("its records point in a circle"));
        }
        let record = by_offset
            .get(&offset)
            .ok_or_else(|| corrupt("a record points to no record"))?;
        to_visit.push(pointer(record, tags::OFFSET_OF_THE_NEXT_DIRECTORY_RECORD));
        to_visit.push(pointer(
            record,
            tags::OFFSET_OF_REFERENCED_LOWER_LEVEL_DIRECTORY_ENTITY,
        ));
    }
    Ok(())
}

/// A Referenced File ID as a path below `root`: components joined by `\`, none of them able to
/// climb, name a drive, or follow a link out.
fn resolve(root: &Path, reference: &str) -> Result<PathBuf, Problem> {
    let quoted = printable(reference).chars().take(120).collect::<String>();
    let components: Vec<&str> = reference.split('\\').map(str::trim).collect();
    let is_plain = |component: &&str| {
        !component.is_empty()
            && !component.chars().all(|c| c == '.')
            && component
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
    };
    if !components.iter().all(is_plain) {
        return Err(Problem::PathEscape { what: quoted });
    }
    // Some systems mount ISO 9660 media in lower case.
    let lower: Vec<String> = components
        .iter()
        .map(|component| component.to_lowercase())
        .collect();
    let candidates = [
        components.iter().collect::<PathBuf>(),
        lower.iter().collect(),
    ];
    let found = candidates
        .iter()
        .find_map(|candidate| root.join(candidate).canonicalize().ok());
    match found {
        None => Err(Problem::MissingFile { what: quoted }),
        Some(path) if path.starts_with(root) => Ok(path),
        Some(_) => Err(Problem::PathEscape { what: quoted }),
    }
}

fn corrupt(what: &str) -> Problem {
    Problem::CorruptDicomdir {
        what: what.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_reference_leaves_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        std::fs::create_dir(root.join("IN")).unwrap();
        std::fs::write(root.join("IN/IM1"), b"x").unwrap();
        assert_eq!(resolve(&root, "IN\\IM1").unwrap(), root.join("IN/IM1"));
        for escape in [
            "..\\IM1",
            "/etc/passwd",
            "C:\\WIN.INI",
            "IN\\..\\..\\x",
            "IN/../../x",
            "",
            "IN\\\\IM1",
            ".",
        ] {
            assert_eq!(
                resolve(&root, escape).unwrap_err().class(),
                "path-escape",
                "{escape}"
            );
        }
        assert_eq!(
            resolve(&root, "IN\\IM2").unwrap_err().class(),
            "missing-file"
        );
    }

    #[cfg(unix)]
    #[test]
    fn no_link_leaves_the_folder() {
        let (outside, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::fs::write(outside.path().join("SECRET"), b"x").unwrap();
        let root = folder.path().canonicalize().unwrap();
        std::os::unix::fs::symlink(outside.path(), root.join("LINK")).unwrap();
        assert_eq!(
            resolve(&root, "LINK\\SECRET").unwrap_err().class(),
            "path-escape"
        );
    }
}
