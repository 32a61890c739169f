//! What the browser shows of a file that is not open.

use super::file_doubts::doubts_of_file;
use super::sidecar;
use super::study::loaded_voi;
use crate::display::thumbnail;
use crate::formats::Identity;
use crate::radiograph::{Radiograph, Raster, StudyInfo};
use std::path::Path;
use std::sync::Arc;

/// What the browser shows of a file, made beside the window.
#[derive(Debug, Clone)]
pub struct Preview {
    /// Patient and acquisition.
    pub info: StudyInfo,
    /// Whose picture it is.
    pub identity: Identity,
    /// Cautions that the file gives.
    pub num_cautions: usize,
    /// The picture, 96 pixels high, 0 is black.
    pub thumbnail: Arc<Raster<u8>>,
    /// A reader marked it as a key image.
    pub is_key_image: bool,
}

impl Preview {
    /// Height of a thumbnail, pixels.
    const HEIGHT: usize = 96;

    /// Of a radiograph under its file's own window, with the mark that is kept in `measures_folder`.
    pub(super) fn of(radiograph: &Radiograph, measures_folder: Option<&Path>) -> Self {
        let voi = loaded_voi(radiograph, radiograph.modality_range());
        let cautions = doubts_of_file(radiograph);
        // Where it cannot be read, opening the study says so.
        let kept = measures_folder.and_then(|folder| sidecar::load(folder, radiograph).ok());
        Self {
            is_key_image: kept.is_some_and(|kept| kept.is_key_image),
            info: radiograph.info.clone(),
            identity: Identity::of(radiograph, &radiograph.id.0),
            num_cautions: cautions.iter().filter(|doubt| doubt.is_caution()).count(),
            thumbnail: Arc::new(thumbnail(radiograph, &voi, Self::HEIGHT)),
        }
    }
}
