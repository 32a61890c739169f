//! Who is on which pair, where the files do not say.

mod csv;

use super::DatasetError;
use super::picture::{is_patient_sha256, patient_sha256};
use crate::formats::{FileLock, write_atomically};
use crate::radiograph::StudyInfo;
use csv::{Record, records, written};
use std::collections::BTreeMap;
use std::path::Path;

/// Name of the list beside the pairs that `register` and `simulate` write, and `check` and `split` read.
pub const PATIENTS_FILE: &str = "patients.csv";
/// The columns that count; a first line that names them may name others too.
const COLUMNS: [&str; 2] = ["pair", "patient"];
/// What a spreadsheet puts before a text to say how it is written.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Reads lines of `pair,patient`: which patient is on a pair, by the pair's name.
///
/// Quotes are those of RFC 4180. Lines may end in CRLF, a byte order mark may come first, and where the first line names
/// the columns they may stand in any order, beside others, and be parted by semicolons.
///
/// # Errors
/// [`DatasetError::File`] where it cannot be read; [`DatasetError::Unusable`] naming a line that is none, both lines of a
/// pair with two patients, or a list that names nobody.
pub fn read_patients(path: &Path) -> Result<BTreeMap<String, String>, DatasetError> {
    let text = read_text(path)?;
    let unusable = |reason| DatasetError::Unusable {
        reason,
        path: path.to_owned(),
    };
    let lines = Table::read(&text).and_then(|table| table.lines());
    let lines = lines.map_err(unusable)?;
    if lines.is_empty() {
        let reason =
            "the list of patients names nobody; give it lines of `pair,patient`, or take it away";
        return Err(unusable(reason.to_owned()));
    }
    Ok(lines
        .into_iter()
        .map(|(pair, (_, patient))| (pair, patient))
        .collect())
}

/// A checksum of a patient as a list names one: the one that [`patient_sha256`] makes of that Patient ID where no issuer is
/// stated. A checksum of that kind, as lists that this program writes have them, is its own.
pub fn patient_key(listed: &str) -> String {
    let listed = listed.trim();
    if is_patient_sha256(listed) {
        return listed.to_owned();
    }
    let info = StudyInfo {
        patient_id: listed.to_owned(),
        ..StudyInfo::default()
    };
    patient_sha256(&info).unwrap_or_default()
}

/// Writes what [`read_patients`] reads, whole or not at all.
pub(super) fn write_patients(
    path: &Path,
    patients: &BTreeMap<String, String>,
    overwrite: bool,
) -> Result<(), DatasetError> {
    let text = format!("{}\n{}", COLUMNS.join(","), lines_of(patients));
    Ok(write_atomically(path, text.as_bytes(), overwrite)?)
}

/// Adds pairs to a list, which is made where absent and anything is added: its own lines stay as they are, but for those of the same pairs,
/// which are replaced. Whole or not at all; of two programs that add at once the second waits for the first where the
/// system can lock a folder.
///
/// # Errors
/// As [`read_patients`], and [`DatasetError::Format`] where it cannot be written.
pub fn add_patients(path: &Path, more: &BTreeMap<String, String>) -> Result<(), DatasetError> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let locked = FileLock::wait(folder);
    let added = if path.try_exists().unwrap_or(true) {
        add_to(path, more)
    } else if more.is_empty() {
        Ok(())
    } else {
        write_patients(path, more, true)
    };
    drop(locked);
    added
}

fn add_to(path: &Path, more: &BTreeMap<String, String>) -> Result<(), DatasetError> {
    let mut all = read_patients(path)?;
    let is_there = |(pair, patient): (&String, &String)| all.get(pair) == Some(patient);
    let is_plain = Table::read(&read_text(path)?).is_ok_and(|table| table.is_plain());
    if !is_plain {
        // Columns of another kind: what they say beside the patients is the owner's.
        return Err(DatasetError::Unusable {
            reason: "the list of patients has columns of its own, to which nothing is added; choose another folder, or \
                leave `pair,patient`"
                .to_owned(),
            path: path.to_owned(),
        });
    }
    if more.iter().all(is_there) {
        return Ok(());
    }
    if more.keys().any(|pair| all.contains_key(pair)) {
        all.extend(more.clone());
        return write_patients(path, &all, true);
    }
    let mut text = read_text(path)?;
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text += &lines_of(more);
    Ok(write_atomically(path, text.as_bytes(), true)?)
}

fn lines_of(patients: &BTreeMap<String, String>) -> String {
    let lines = patients
        .iter()
        .map(|(pair, patient)| format!("{},{}\n", written(pair, ','), written(patient, ',')));
    lines.collect()
}

fn read_text(path: &Path) -> Result<String, DatasetError> {
    let bytes = std::fs::read(path).map_err(DatasetError::file("reading the patients", path))?;
    String::from_utf8(bytes).map_err(|_bytes| DatasetError::Unusable {
        reason: "the list of patients is not written in UTF-8; save it as CSV in UTF-8".to_owned(),
        path: path.to_owned(),
    })
}

/// A list as it stands in its file.
struct Table {
    records: Vec<Record>,
    separator: char,
    /// Number of columns, and which are pair and patient.
    columns: usize,
    places: [usize; 2],
}

impl Table {
    /// Its records without the line that names the columns; a clause where that cannot be told.
    fn read(text: &str) -> Result<Self, String> {
        let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
        for separator in [',', ';'] {
            let Ok(mut found) = records(text, separator) else {
                continue;
            };
            let Some((columns, places)) = found.first().and_then(head) else {
                continue;
            };
            found.remove(0);
            return Ok(Self {
                records: found,
                separator,
                columns,
                places,
            });
        }
        let open = |line| format!("line {line} has a quote that is not closed, or text behind one");
        Ok(Self {
            records: records(text, ',').map_err(open)?,
            separator: ',',
            columns: 2,
            places: [0, 1],
        })
    }

    fn is_plain(&self) -> bool {
        (self.separator, self.columns, self.places) == (',', 2, [0, 1])
    }

    /// Line and patient of every pair; a clause where a line says something else.
    fn lines(&self) -> Result<BTreeMap<String, (usize, String)>, String> {
        let mut lines: BTreeMap<String, (usize, String)> = BTreeMap::new();
        for record in &self.records {
            let line = record.line;
            let texts = record.texts(self.columns, self.separator);
            let texts = texts.and_then(|texts| {
                let [pair, patient] = self.places.map(|place| texts.get(place).cloned());
                Some((pair?, patient?))
            });
            let (pair, patient) = texts
                .filter(|(pair, patient)| !pair.is_empty() && !patient.is_empty())
                .ok_or_else(|| format!("line {line} is not `pair,patient`"))?;
            match lines.get(&pair) {
                Some((first, known)) if *known != patient => {
                    return Err(format!(
                        "lines {first} and {line} name two patients for the pair {pair}"
                    ));
                }
                Some(_) => {}
                None => {
                    lines.insert(pair, (line, patient));
                }
            }
        }
        Ok(lines)
    }
}

/// Number of columns and the places of [`COLUMNS`], where a record names them.
fn head(record: &Record) -> Option<(usize, [usize; 2])> {
    let names: Vec<String> = record
        .fields
        .iter()
        .map(|field| field.text().to_lowercase())
        .collect();
    let [pair, patient] = COLUMNS.map(|column| names.iter().position(|name| name == column));
    let named = names.iter().rposition(|name| !name.is_empty())? + 1;
    Some((named, [pair?, patient?]))
}

#[cfg(test)]
mod tests;
