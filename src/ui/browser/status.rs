//! What became of an image.

use crate::ui::state::AppState;
use crate::ui::study::{OpenStudy, Study, StudyContent};

/// What became of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageStatus {
    /// Its file waits to be read.
    NotRead,
    /// Its file is being read.
    Reading,
    /// Its file cannot be shown.
    Failed,
    /// It has no soft-tissue image, and one is to be made in its turn.
    Waiting,
    /// It has no soft-tissue image.
    NotRun,
    /// A soft-tissue image is being made.
    Running,
    /// Its soft-tissue image is what it is set to.
    Done,
    /// Its soft-tissue image was made with other settings or by another model.
    Stale,
}

impl ImageStatus {
    /// In words.
    pub fn word(self) -> &'static str {
        match self {
            Self::NotRead => "not read yet",
            Self::Reading => "reading...",
            Self::Failed => "could not be read",
            Self::Waiting => "waiting",
            Self::NotRun => "not run",
            Self::Running => "running",
            Self::Done => "done",
            Self::Stale => "stale",
        }
    }
}

impl AppState {
    /// What became of an image.
    pub fn image_status(&self, study: &Study) -> ImageStatus {
        match &study.content {
            StudyContent::Failed(_) => ImageStatus::Failed,
            _ if self.is_queued(study) => ImageStatus::Waiting,
            // Only what has no result is closed to save memory.
            StudyContent::Unread if study.info.is_some() => ImageStatus::NotRun,
            StudyContent::Unread => ImageStatus::NotRead,
            StudyContent::Reading => ImageStatus::Reading,
            StudyContent::Open(open) if self.is_running(open) => ImageStatus::Running,
            StudyContent::Open(open) if open.result().is_none() => ImageStatus::NotRun,
            StudyContent::Open(open) if self.stale_text_of(open).is_some() => ImageStatus::Stale,
            StudyContent::Open(_) => ImageStatus::Done,
        }
    }

    /// Why the result of an open study is not what that study is set to; `None` where it is, or without one.
    pub fn stale_text_of(&self, study: &OpenStudy) -> Option<&'static str> {
        let result = study.result()?;
        let settings = study.settings.as_ref().unwrap_or(&self.last_settings);
        let bundle = self.bundle.as_ref();
        if self.is_running(study) {
            Some("Stale: a new picture is being made")
        } else if self.compute.is_adapter_waiting() {
            Some("Stale: the adapter was changed")
        } else if bundle.is_some_and(|bundle| bundle.sha256 != result.bundle_sha256) {
            let is_of_this_model = self.compute.is_base_of(&result.bundle_name);
            let is_other_name = bundle.is_some_and(|bundle| bundle.name != result.bundle_name);
            Some(if is_of_this_model && is_other_name {
                "Stale: made with another adapter"
            } else {
                "Stale: made by another model"
            })
        } else if study.runs.shown()?.asked().mask != study.mask_number() {
            Some(match study.mask {
                Some(_) => "Stale: the lung mask was edited",
                None => "Stale: made with an edited lung mask",
            })
        } else if result.settings != *settings || result.seeds.len() != self.num_seeds {
            Some("Stale: made with other settings")
        } else {
            None
        }
    }
}
