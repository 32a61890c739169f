//! Results that outlive the window: written when they have been shown for a while, brought back with their session.

use super::{Services, fail, results, tell};
use crate::radiograph::Polarity;
use crate::ui::file_id::FileId;
use crate::ui::files::FileEvent;
use crate::ui::kept_results::{read, write};
use crate::ui::masking::MaskVersion;
use crate::ui::message::Severity;
use crate::ui::state::AppState;
use crate::ui::study::{OpenStudy, Study};
use crate::worker::KeptResult;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A result that is shown as long as this is written: those that a moving slider passes are not.
const REST: Duration = Duration::from_secs(3);

/// Starts what results on the disk wait for: reading and writing. Once a frame; says when to look again.
pub fn refresh_results(state: &mut AppState, services: &mut Services) -> Option<Duration> {
    let folder = services.results_folder.clone()?;
    let mut wait = None;
    for study in state.studies.iter_mut().filter_map(Study::open_mut) {
        let (file_id, radiograph) = (study.file_id, Arc::clone(&study.radiograph));
        let folder = folder.clone();
        if std::mem::take(&mut study.kept.is_wanted) {
            let polarity = radiograph.polarity;
            let sentence = "The soft-tissue image of the last time was not read.".to_owned();
            let lost = FileEvent::ResultRead(file_id, polarity, Err(sentence));
            services.files.finish("diaphane-result", lost, move || {
                let kept = read(&folder, &radiograph).map(|kept| kept.map(Box::new));
                FileEvent::ResultRead(file_id, polarity, kept)
            });
        }
        let left = rest_left(study);
        if left == Some(Duration::ZERO)
            && let Some(kept) = unkept(study)
        {
            study.kept.run = study.runs.shown().map(|run| run.number);
            let (folder, radiograph) = (
                services.results_folder.clone().unwrap_or_default(),
                Arc::clone(&study.radiograph),
            );
            let sentence = "The soft-tissue image is not kept for the next start.".to_owned();
            let lost = FileEvent::ResultKept(Err(sentence));
            services.files.finish("diaphane-result", lost, move || {
                FileEvent::ResultKept(write(&folder, &radiograph, &kept))
            });
        } else if let Some(left) = left {
            wait = Some(wait.map_or(left, |wait: Duration| wait.min(left)));
        }
    }
    wait
}

/// How long the result shown must rest until it is written; `None` where it is on the disk.
fn rest_left(study: &mut OpenStudy) -> Option<Duration> {
    let shown = study.runs.shown()?.number;
    if study.kept.run == Some(shown) {
        return None;
    }
    let since = match study.kept.shown {
        Some((number, since)) if number == shown => since,
        _ => {
            let now = Instant::now();
            study.kept.shown = Some((shown, now));
            now
        }
    };
    Some(REST.saturating_sub(since.elapsed()))
}

/// The result shown, where the disk has another one or none.
fn unkept(study: &OpenStudy) -> Option<KeptResult> {
    let run = study.runs.shown()?;
    (study.kept.run != Some(run.number)).then(|| KeptResult {
        result: Arc::clone(&run.result),
        is_mask_given: run.mask.is_some(),
    })
}

/// Writes what is not written yet, on this thread: the window closes.
pub fn keep_results(state: &AppState, services: &Services) {
    let Some(folder) = &services.results_folder else {
        return;
    };
    for study in state.studies.iter().filter_map(Study::open) {
        if let Some(kept) = unkept(study) {
            // There is no window left to say anything in.
            drop(write(folder, &study.radiograph, &kept));
        }
    }
}

/// Says where a result could not be written.
pub(super) fn kept(kept: Result<(), String>, state: &mut AppState) {
    if let Err(sentence) = kept {
        fail(state, sentence);
    }
}

/// Gives a study the result of the last session, unless it has one by now or is turned.
pub(super) fn take_read(
    file_id: FileId,
    polarity: Polarity,
    read: Result<Option<Box<KeptResult>>, String>,
    state: &mut AppState,
) {
    let kept = match read {
        Ok(Some(kept)) => *kept,
        Ok(None) => return,
        Err(sentence) => return tell(state, Severity::Note, sentence),
    };
    let is_free = |study: &&mut OpenStudy| {
        study.radiograph.polarity == polarity && study.runs.all_of_both().next().is_none()
    };
    let Some(study) = state.study_with_mut(file_id).filter(is_free) else {
        return;
    };
    let mask = kept
        .is_mask_given
        .then(|| MaskVersion::new(Arc::new(kept.result.lung_mask.clone())));
    study.mask = mask.clone().or(study.mask.take());
    study.keep(kept.result, mask);
    study.kept.run = study.runs.shown().map(|run| run.number);
    results::make_room(results::MOST_BYTES, state);
}
