//! Saving: where to, what to ask before, and what stands in for a dialog that cannot be opened.

use super::{Services, fail};
use crate::display::displayed_modality;
use crate::formats::{FormatError, containing_file, ensure_not_source};
use crate::radiograph::{FloatImage, Radiograph, Voi};
use crate::ui::file_id::FileId;
use crate::ui::files::{DialogKind, Saved};
use crate::ui::question::{PathBox, PathPurpose, Question};
use crate::ui::runs::ResultId;
use crate::ui::state::AppState;
use crate::worker::{
    Certificate, MaskOrigin, OutputGrid, SuppressionResult, certificate_path, write_certified,
};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Asks where the soft-tissue image shown goes; the answer is about that one, whatever is shown by then.
pub(super) fn choose_output(state: &mut AppState, services: &mut Services) {
    let Some((study, result)) = state.study().zip(state.shown_result()) else {
        fail(
            state,
            "There is no soft-tissue image yet; press Suppress first.".to_owned(),
        );
        return;
    };
    // Files are named after patients.
    let stem = if state.is_patient_hidden() {
        format!("image_{}", state.current + 1)
    } else {
        study.radiograph.stem()
    };
    let name = format!("{stem}_soft.png");
    let kind = DialogKind::SaveSoftTissue { name, result };
    services.files.open_dialog(kind);
}

/// Says that no dialog can be opened and opens the path box in its place.
pub(super) fn ask_for_path(kind: DialogKind, state: &mut AppState) {
    let (purpose, text, what) = match kind {
        DialogKind::OpenFiles => (
            PathPurpose::Open,
            String::new(),
            "type a path here, or drop files on the window",
        ),
        DialogKind::OpenBundle => (
            PathPurpose::Bundle,
            String::new(),
            "type the path of the bundle's folder here",
        ),
        DialogKind::OpenAdapter => (
            PathPurpose::Adapter,
            String::new(),
            "type the path of the adapter's file here",
        ),
        DialogKind::TrainingFolder(_) => {
            let text =
                "No file dialog opens here (no desktop portal, no zenity): type the folder's path.";
            fail(state, text.to_owned());
            return;
        }
        DialogKind::SaveSoftTissue { name, result } => (
            PathPurpose::Save(result),
            beside_source(&name, result.study, state),
            "press Save, or type another path first",
        ),
    };
    let notice = format!("No file dialog opens here (no desktop portal, no zenity): {what}.");
    state.path_box = Some(PathBox {
        purpose,
        text,
        notice: Some(notice),
    });
}

/// A name in the folder of the study's own file, or of the archive it lies in.
fn beside_source(name: &str, study: FileId, state: &AppState) -> String {
    let source = state.study_with(study);
    let source = source.map(|study| study.radiograph.source.path.as_path());
    let path = source.map_or_else(
        || PathBuf::from(name),
        |path| containing_file(path).with_file_name(name),
    );
    path.display().to_string()
}

/// Writes the soft-tissue image and its certificate; asks first where one of them is there.
pub(super) fn save(path: PathBuf, result: ResultId, state: &mut AppState, services: &mut Services) {
    let picture = with_png_ending(path);
    let files = [picture.clone(), certificate_path(&picture)];
    // Before the question: its answer could not help.
    if let Err(err) = files
        .iter()
        .try_for_each(|file| not_the_source(file, result.study, state))
    {
        fail(state, err.to_string());
        return;
    }
    let existing: Vec<PathBuf> = files.into_iter().filter(|path| path.exists()).collect();
    if existing.is_empty() {
        write(picture, result, false, state, services);
    } else {
        state.question = Some(Question::Replace {
            picture,
            result,
            existing,
        });
    }
}

fn not_the_source(output: &Path, study: FileId, state: &AppState) -> Result<(), FormatError> {
    let source = state
        .study_with(study)
        .map(|study| study.radiograph.source.path.clone());
    ensure_not_source(output, source.as_slice())
}

/// Writes after the reader's word that what is there may go.
pub(super) fn replace(
    picture: PathBuf,
    result: ResultId,
    state: &mut AppState,
    services: &mut Services,
) {
    write(picture, result, true, state, services);
}

fn write(
    path: PathBuf,
    asked: ResultId,
    overwrite: bool,
    state: &mut AppState,
    services: &mut Services,
) {
    let study = state.study_with(asked.study);
    let Some((study, run)) = study.and_then(|study| Some((study, study.runs.get(asked.run)?)))
    else {
        let text = "The picture was given up before it was saved; nothing was written.";
        fail(state, text.to_owned());
        return;
    };
    let result = Arc::clone(&run.result);
    let origin = match run.mask {
        Some(_) => MaskOrigin::Given,
        None => MaskOrigin::Segmenter,
    };
    let (radiograph, voi) = (Arc::clone(&study.radiograph), study.loaded_voi());
    let is_patient_hidden = state.is_patient_hidden();
    services.files.save(&path.clone(), move || {
        let source = &radiograph.source.path;
        let sources = std::slice::from_ref(source);
        let certificate = certificate_path(&path);
        for output in [&path, &certificate] {
            ensure_not_source(output, sources).map_err(|err| err.to_string())?;
        }
        let picture = picture(&radiograph, &voi, &result);
        let mut certificate_text = Certificate::new(&radiograph, &result, origin);
        if is_patient_hidden {
            certificate_text = certificate_text.without_file_name();
        }
        let is_native = result.settings.output == OutputGrid::Native;
        let spacing = radiograph.spacing.filter(|_| is_native);
        write_certified(&path, &picture, spacing, certificate_text, overwrite)
            .map_err(|err| err.to_string())?;
        Ok(Saved {
            result: asked,
            picture: path,
            certificate,
        })
    });
}

/// The soft-tissue image in display units on the grid its settings name, under the file's own window.
fn picture(radiograph: &Radiograph, voi: &Voi, result: &SuppressionResult) -> FloatImage {
    match result.settings.output {
        OutputGrid::Native => displayed_modality(radiograph, voi, &result.soft_tissue),
        OutputGrid::Model => result.model_soft_tissue.clone(),
    }
}

/// The picture is a PNG file and says so; a name such as `chest.json` would be the certificate's own.
fn with_png_ending(path: PathBuf) -> PathBuf {
    let is_png = path
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("png"));
    if is_png {
        return path;
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = format!("{name}.png");
    Path::with_file_name(&path, name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_dialog_the_path_box_takes_its_place_and_says_why() {
        let mut state = AppState::default();
        let name = "chest_soft.png".to_owned();
        let result = ResultId {
            study: FileId::fresh(),
            run: 1,
        };
        ask_for_path(DialogKind::SaveSoftTissue { name, result }, &mut state);
        let path_box = state.path_box.take().unwrap();
        assert_eq!(path_box.purpose, PathPurpose::Save(result));
        assert_eq!(path_box.text, "chest_soft.png");
        assert!(path_box.notice.unwrap().contains("press Save"));
        ask_for_path(DialogKind::OpenFiles, &mut state);
        assert_eq!(state.path_box.unwrap().purpose, PathPurpose::Open);
    }

    #[test]
    fn a_picture_is_never_named_like_its_certificate() {
        let named = |name: &str| with_png_ending(PathBuf::from(name));
        assert_eq!(named("a/chest.json"), Path::new("a/chest.json.png"));
        assert_eq!(named("a/chest.PNG"), Path::new("a/chest.PNG"));
        assert_eq!(named("a/v1.2"), Path::new("a/v1.2.png"));
    }
}
