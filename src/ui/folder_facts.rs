//! What the reader said of the pictures in a folder: PNG, TIFF and JPEG files seldom state which of their values are
//! bright, and how large a pixel is. Asked once, remembered for the folder.

use crate::formats::write_private;
use crate::radiograph::{FileKind, PixelSpacing, Radiograph, SpacingKind};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Pixels smaller or larger than this are a slip of the hand, mm.
pub const PIXEL_SIZES_MM: std::ops::RangeInclusive<f64> = 0.01..=5.0;

/// What holds for every picture of a folder that does not state it itself.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct FolderFacts {
    /// Black and white are exchanged in the files.
    pub is_inverted: bool,
    /// Height and width of a pixel, mm; `None` where the reader does not know.
    pub pixel_mm: Option<f64>,
}

impl FolderFacts {
    /// The radiograph as these facts say it is; one that states its own is as it was.
    pub(super) fn applied(self, mut radiograph: Radiograph) -> Radiograph {
        if !is_silent(&radiograph) {
            return radiograph;
        }
        if self.is_inverted {
            radiograph = radiograph.with_polarity_turned();
        }
        radiograph.spacing = radiograph.spacing.or(self.spacing());
        radiograph
    }

    /// The size of a pixel as the reader stated it.
    pub(super) fn spacing(self) -> Option<PixelSpacing> {
        self.pixel_mm.map(|size_mm| PixelSpacing {
            row_mm: size_mm,
            col_mm: size_mm,
            kind: SpacingKind::User,
        })
    }
}

/// What is known of the folder of a radiograph, as far as it says anything of this one.
pub(super) fn facts_of(radiograph: &Radiograph, known: &KnownFolders) -> FolderFacts {
    let folder = radiograph.source.path.parent();
    let facts = folder.and_then(|folder| known.get(folder));
    let facts = facts.filter(|_| is_silent(radiograph));
    facts.copied().unwrap_or_default()
}

/// Whether a radiograph comes from a file that has no header to state polarity and spacing. A picture that this program
/// made is none: it was written as it was shown.
pub(super) fn is_silent(radiograph: &Radiograph) -> bool {
    matches!(
        radiograph.source.kind,
        FileKind::Png | FileKind::Tiff | FileKind::Jpeg
    ) && radiograph.info.derived.is_empty()
}

/// The facts of every folder asked about.
pub(super) type KnownFolders = Arc<BTreeMap<PathBuf, FolderFacts>>;

/// What is known of folders, and what is asked of one.
#[derive(Debug, Clone, Default)]
pub struct FolderNotes {
    pub(super) known: KnownFolders,
    /// The answer as it stands in the bar.
    pub draft: FolderFacts,
    file: Option<PathBuf>,
}

impl FolderNotes {
    /// What was kept in this folder of the user's; a file that is missing or damaged holds nothing.
    pub(super) fn open(state_folder: &Path) -> Self {
        let file = state_folder.join("folders.json");
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        Self {
            known: Arc::new(serde_json::from_str(&text).unwrap_or_default()),
            file: Some(file),
            ..Self::default()
        }
    }

    /// The folder of a file, where its pictures state nothing and nobody was asked yet.
    pub fn unknown_folder<'a>(&self, radiograph: &'a Radiograph) -> Option<&'a Path> {
        let folder = radiograph.source.path.parent()?;
        let is_asked = self.known.contains_key(folder);
        (is_silent(radiograph) && radiograph.spacing.is_none() && !is_asked).then_some(folder)
    }

    /// The folder of a file of which the reader was asked.
    pub fn answered_folder<'a>(&self, radiograph: &'a Radiograph) -> Option<&'a Path> {
        let folder = radiograph.source.path.parent()?;
        let is_asked = self.known.contains_key(folder);
        (is_silent(radiograph) && is_asked).then_some(folder)
    }

    /// Remembers the answer; returns the file to be written and its text.
    pub(super) fn keep(&mut self, folder: &Path) -> Option<(PathBuf, String)> {
        Arc::make_mut(&mut self.known).insert(folder.to_owned(), self.draft);
        self.draft = FolderFacts::default();
        self.to_write()
    }

    /// Forgets the answer, which stands in the bar again; returns the file to be written and its text.
    pub(super) fn forget(&mut self, folder: &Path) -> Option<(PathBuf, String)> {
        let before = Arc::make_mut(&mut self.known).remove(folder);
        self.draft = before.unwrap_or_default();
        self.to_write()
    }

    fn to_write(&self) -> Option<(PathBuf, String)> {
        let text = serde_json::to_string_pretty(&*self.known).ok()?;
        Some((self.file.clone()?, text))
    }
}

/// Writes what is known of folders, where nobody but this user can read it.
pub(super) fn write(file: &Path, text: &str) -> Result<(), String> {
    write_private(file, text.as_bytes()).map_err(|err| err.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::raster::{PngMarks, write_marked_grey16};
    use crate::radiograph::Raster;

    /// It was saved as it was shown: the facts of the radiographs beside it are not its own.
    #[test]
    fn a_picture_that_this_program_made_is_not_turned() {
        let folder = tempfile::tempdir().unwrap();
        let facts = FolderFacts {
            is_inverted: true,
            pixel_mm: None,
        };
        let is_turned = |comment| {
            let path = folder.path().join("a.png");
            let marks = PngMarks {
                comment,
                ..PngMarks::default()
            };
            write_marked_grey16(&path, &Raster::filled(2, 1, 0.5), &marks, true).unwrap();
            let radiograph = crate::formats::read(&path).unwrap();
            let polarity = radiograph.polarity;
            facts.applied(radiograph).polarity != polarity
        };
        assert!(is_turned(None));
        assert!(!is_turned(Some(
            "derived image, bone suppressed; research use only"
        )));
    }
}
