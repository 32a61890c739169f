//! A soft-tissue image and its certificate as two files side by side: both of them, or none.

use super::{Certificate, CertifiedOutput, Parameters, grey16_sha256};
use crate::formats::raster::{self, PngMarks};
use crate::formats::{FormatError, Problem, write_atomically};
use crate::radiograph::{FloatImage, PixelSpacing};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// What a soft-tissue image's name ends with where this program proposed it.
const ENDING: &str = "_soft";
/// What a soft-tissue image says about itself: away from its certificate it must not pass for a radiograph.
pub const SOFT_COMMENT: &str =
    "derived image, bone suppressed; research use only; not the original";

/// Where the certificate of a picture lies: `chest.json` beside `chest_soft.png` or `chest.png`.
pub fn certificate_path(picture: &Path) -> PathBuf {
    let stem = picture.file_stem().unwrap_or_default().to_string_lossy();
    let stem = stem.strip_suffix(ENDING).unwrap_or(&stem);
    picture.with_file_name(format!("{stem}.json"))
}

/// Writes a soft-tissue image in `[0, 1]` as 16-bit PNG and then the certificate that names it; returns where
/// the certificate lies. `spacing` is that of the picture's grid.
///
/// # Errors
/// [`Problem::Exists`] where one of the two exists and `overwrite` is false, nothing being written;
/// [`Problem::Io`] otherwise: neither new file is left, and where the picture could not be written, what was there
/// before stays with its certificate.
pub fn write_certified(
    path: &Path,
    picture: &FloatImage,
    spacing: Option<PixelSpacing>,
    mut certificate: Certificate,
    overwrite: bool,
) -> Result<PathBuf, FormatError> {
    let beside = certificate_path(path);
    if !overwrite && beside.exists() {
        return Err(FormatError::new(&beside, Problem::Exists));
    }
    // An old certificate must not stand beside a new picture, should the program end between them.
    let aside = put_aside(&beside)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    certificate.outputs.push(CertifiedOutput {
        file: name.into_owned(),
        stored_sha256_i32le: grey16_sha256(picture),
    });
    let marks = PngMarks {
        comment: Some(SOFT_COMMENT),
        spacing,
        parameters: Parameters::of(&certificate).to_json(),
    };
    raster::write_marked_grey16(path, picture, &marks, overwrite).inspect_err(|_| {
        // The old picture still stands, and so must what certifies it.
        if let Some(aside) = &aside {
            drop(fs::rename(aside, &beside));
        }
    })?;
    if let Some(aside) = &aside {
        withdraw(aside)?;
    }
    write_certificate(&beside, &certificate, overwrite).inspect_err(|_| {
        // What cannot be certified is not left behind; the reader is told why by the error.
        drop(fs::remove_file(path));
    })?;
    Ok(beside)
}

/// Moves the certificate at `path` to a name beside it; `None` where there is none.
fn put_aside(path: &Path) -> Result<Option<PathBuf>, FormatError> {
    if path.is_dir() {
        let err = std::io::Error::from(ErrorKind::IsADirectory);
        return Err(FormatError::new(path, err));
    }
    let aside = path.with_extension("json.previous");
    match fs::rename(path, &aside) {
        Ok(()) => Ok(Some(aside)),
        Err(err) if err.kind() == ErrorKind::NotFound => Ok(None),
        Err(err) => Err(FormatError::new(path, err)),
    }
}

/// Writes a certificate.
///
/// # Errors
/// As [`write_atomically`].
pub fn write_certificate(
    path: &Path,
    certificate: &Certificate,
    overwrite: bool,
) -> Result<(), FormatError> {
    let text = serde_json::to_string_pretty(certificate)
        .map_err(|err| FormatError::new(path, std::io::Error::other(err)))?;
    write_atomically(path, (text + "\n").as_bytes(), overwrite)
}

/// The certificate that lies at `path`; `None` where there is none, or something else.
pub fn read_certificate(path: &Path) -> Option<Certificate> {
    let text = fs::read_to_string(path).ok()?;
    serde_json::from_str(&text).ok()
}

/// Removes what an earlier run wrote under `path`, where there is anything.
///
/// # Errors
/// [`Problem::Io`] where it is there and cannot be removed.
pub fn withdraw(path: &Path) -> Result<(), FormatError> {
    match fs::remove_file(path) {
        Err(err) if err.kind() != ErrorKind::NotFound => Err(FormatError::new(path, err)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::certificate::fixture::certificate;
    use crate::radiograph::Raster;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn the_certificate_takes_the_name_of_the_radiograph() {
        let of = |name: &str| certificate_path(Path::new(name));
        assert_eq!(of("out/chest_soft.png"), Path::new("out/chest.json"));
        assert_eq!(of("out/other.png"), Path::new("out/other.json"));
    }

    #[test]
    fn picture_and_certificate_are_written_together() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("chest_soft.png");
        let picture = Raster::new(2, 1, vec![0.25, 0.5]).unwrap();
        let beside = write_certified(&path, &picture, None, certificate(), false).unwrap();
        assert_eq!(names(folder.path()), ["chest.json", "chest_soft.png"]);
        let text = fs::read_to_string(beside).unwrap();
        let read: Certificate = serde_json::from_str(&text).unwrap();
        assert_eq!(read.outputs[0].file, "chest_soft.png");
        assert_eq!(read.outputs[0].stored_sha256_i32le, grey16_sha256(&picture));
    }

    /// What is written into a picture comes back from it, is no patient data, and keeps it from being suppressed again.
    #[test]
    fn a_picture_says_what_made_it_and_that_it_is_no_radiograph() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("renamed.png");
        let mut certificate = certificate();
        certificate.input.file = "Doe_John.dcm".to_owned();
        certificate.warnings = vec!["Another file: /home/Doe.dcm".to_owned()];
        certificate.bundle = "b\u{fc}ndel".to_owned();
        let picture = Raster::filled(2, 1, 0.5);
        write_certified(&path, &picture, None, certificate.clone(), false).unwrap();
        let texts = raster::read_texts(&path);
        let of = |keyword: &str| texts.iter().find(|(known, _)| known == keyword);
        let (_, written) = of("Parameters").unwrap();
        let parameters: Parameters = serde_json::from_str(written).unwrap();
        assert_eq!(parameters, Parameters::of(&certificate));
        assert_eq!(parameters.settings, certificate.settings);
        assert!(
            !texts.iter().any(|(_, text)| text.contains("Doe")),
            "{texts:?}"
        );

        let read = crate::formats::read(&path).unwrap();
        assert_eq!(read.info.derived, "bone suppressed");
        let mut doubts = crate::pipeline::suitability_of(&read);
        doubts.retain(|doubt| doubt.topic == crate::radiograph::Topic::Kind);
        assert_eq!(doubts, read.warnings);
        assert_eq!(read.warnings.len(), 1, "{:?}", read.warnings);
        assert!(
            read.warnings[0].text.contains("already"),
            "{:?}",
            read.warnings
        );
        // Left out of its folder without certificate or radiograph beside it, taken by its name.
        let search = crate::formats::Search::default();
        let found = crate::formats::find_radiographs(&[folder.path().to_owned()], &search);
        assert!(
            found.files.is_empty()
                && found
                    .skipped
                    .iter()
                    .any(crate::formats::Skipped::is_own_output)
        );
        let both = [folder.path().to_owned(), path.clone()];
        let found = crate::formats::find_radiographs(&both, &search);
        assert_eq!(found.files, [path]);
        assert!(
            !found
                .skipped
                .iter()
                .any(crate::formats::Skipped::is_own_output)
        );
    }

    #[test]
    fn nothing_is_replaced_without_the_word() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("chest_soft.png");
        fs::write(folder.path().join("chest.json"), "mine").unwrap();
        let picture = Raster::filled(2, 1, 0.5);
        let err = write_certified(&path, &picture, None, certificate(), false).unwrap_err();
        assert_eq!(err.class(), "exists");
        assert_eq!(names(folder.path()), ["chest.json"]);
        write_certified(&path, &picture, None, certificate(), true).unwrap();
        assert_eq!(names(folder.path()), ["chest.json", "chest_soft.png"]);
    }

    #[test]
    fn a_picture_that_cannot_be_replaced_keeps_its_certificate() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("chest_soft.png");
        // A folder in the picture's place: it cannot be replaced.
        fs::create_dir(&path).unwrap();
        fs::write(folder.path().join("chest.json"), "of the old picture").unwrap();
        let picture = Raster::filled(2, 1, 0.5);
        assert!(write_certified(&path, &picture, None, certificate(), true).is_err());
        assert_eq!(names(folder.path()), ["chest.json", "chest_soft.png"]);
        let kept = fs::read_to_string(folder.path().join("chest.json")).unwrap();
        assert_eq!(kept, "of the old picture");
    }

    #[test]
    fn a_picture_without_a_certificate_is_not_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("chest_soft.png");
        let blocked = folder.path().join("chest.json");
        // A folder in the certificate's place: it can be neither removed as a file nor replaced.
        fs::create_dir(&blocked).unwrap();
        let picture = Raster::filled(2, 1, 0.5);
        assert!(write_certified(&path, &picture, None, certificate(), true).is_err());
        assert!(write_certified(&path, &picture, None, certificate(), false).is_err());
        assert_eq!(names(folder.path()), ["chest.json"]);
    }
}
