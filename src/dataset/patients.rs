//! Who is on which pair, where the files do not say.

use super::DatasetError;
use crate::formats::write_atomically;
use std::collections::BTreeMap;
use std::path::Path;

/// Name of the list beside the pairs that `register` writes and `split` reads.
pub const PATIENTS_FILE: &str = "patients.csv";
/// A first line that says what the columns are.
const HEAD: &str = "pair,patient";

/// Reads lines of `pair,patient`: which patient is on a pair, by the pair's name.
///
/// # Errors
/// [`DatasetError::File`] where it cannot be read, [`DatasetError::Unusable`] naming a line that is none.
pub fn read_patients(path: &Path) -> Result<BTreeMap<String, String>, DatasetError> {
    let text =
        std::fs::read_to_string(path).map_err(DatasetError::file("reading the patients", path))?;
    let mut patients = BTreeMap::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || (number == 0 && line == HEAD) {
            continue;
        }
        // A pair's name may hold a comma, a patient's number does not.
        let Some((pair, patient)) = line.rsplit_once(',') else {
            return Err(DatasetError::Unusable {
                reason: format!("line {} is not `pair,patient`", number + 1),
                path: path.to_owned(),
            });
        };
        patients.insert(pair.trim().to_owned(), patient.trim().to_owned());
    }
    Ok(patients)
}

/// Writes what [`read_patients`] reads, whole or not at all.
pub(super) fn write_patients(
    path: &Path,
    patients: &BTreeMap<String, String>,
    overwrite: bool,
) -> Result<(), DatasetError> {
    let lines = patients
        .iter()
        .map(|(pair, patient)| format!("{pair},{patient}\n"));
    let text = format!("{HEAD}\n{}", lines.collect::<Vec<String>>().concat());
    Ok(write_atomically(path, text.as_bytes(), overwrite)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patients_come_back_and_a_line_that_names_none_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(PATIENTS_FILE);
        let patients = [("a, left", "p1"), ("b", "p2")];
        let patients = BTreeMap::from(patients.map(|(a, b)| (a.to_owned(), b.to_owned())));
        write_patients(&path, &patients, false).unwrap();
        assert_eq!(read_patients(&path).unwrap(), patients);
        std::fs::write(&path, "pair,patient\na\n").unwrap();
        let refused = read_patients(&path).unwrap_err().to_string();
        assert!(refused.contains("line 2"), "{refused}");
    }
}
