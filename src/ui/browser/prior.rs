//! A prior beside the current radiograph: which one, and whether it is of the same patient.

use crate::ui::camera::{Camera, Zoom};
use crate::ui::look::Content;
use crate::ui::state::AppState;
use crate::ui::study::{OpenStudy, Study};

/// Why the prior may be of another patient than `current`, in a sentence; `None` where both files
/// state the same patient.
pub fn prior_warning(current: &Study, prior: &Study) -> Option<String> {
    let (Some(current), Some(prior)) = (&current.identity, &prior.identity) else {
        return Some("The prior is not read yet.".to_owned());
    };
    current.other_patient(prior).map(str::to_owned)
}

/// Both files state a patient's number, and it is the same.
fn is_of_same(current: &Study, prior: &Study) -> bool {
    let number = |study: &Study| {
        let info = study.info.as_ref()?;
        Some(info.patient_id.trim().to_owned()).filter(|number| !number.is_empty())
    };
    let number_of_current = number(current);
    number_of_current.is_some() && number_of_current == number(prior)
}

/// Where zoom and pan of the prior come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PriorMoves {
    /// It has its own.
    #[default]
    Alone,
    /// From the study shown.
    WithCurrent,
}

impl PriorMoves {
    /// The other one.
    #[must_use]
    pub fn toggled(self) -> Self {
        match self {
            Self::Alone => Self::WithCurrent,
            Self::WithCurrent => Self::Alone,
        }
    }
}

/// Zoom and pan that show the same share of an image `to_width` pixels wide as `camera` shows of one of `from_width`.
fn for_width(camera: Camera, from_width: usize, to_width: usize) -> Camera {
    let zoom = match camera.zoom {
        Zoom::Fit => Zoom::Fit,
        Zoom::Scale(scale) => {
            let ratio = from_width as f32 / to_width.max(1) as f32;
            Zoom::Scale(scale * ratio)
        }
    };
    Camera { zoom, ..camera }
}

impl AppState {
    /// The entry chosen as prior; none while it is the one shown itself, and beside a study that is not certainly of the
    /// same patient none but where it was chosen beside this very study.
    pub fn prior_entry(&self) -> Option<&Study> {
        let current = self.studies.get(self.current)?;
        let entry = self.listed(self.prior?)?;
        let is_chosen = self.prior_beside == Some(current.file_id);
        let is_shown =
            entry.file_id != current.file_id && (is_chosen || is_of_same(current, entry));
        is_shown.then_some(entry)
    }

    /// The prior, where it is open.
    pub fn prior_study(&self) -> Option<&OpenStudy> {
        self.prior_entry()?.open()
    }

    /// The prior, to be changed by commands.
    pub(in crate::ui) fn prior_study_mut(&mut self) -> Option<&mut OpenStudy> {
        let file_id = self.prior_study()?.file_id;
        self.study_with_mut(file_id)
    }

    /// The prior has no zoom and pan of its own: it moves with the study shown.
    pub fn prior_is_linked(&self) -> bool {
        self.prior_moves == PriorMoves::WithCurrent
    }

    /// Zoom and pan of the prior: its own, or while it moves with the study shown, what shows the same share of it.
    pub fn prior_camera(&self) -> Option<Camera> {
        let prior = self.prior_study()?;
        let own = prior.looks.of(Content::Original).camera;
        let Some(study) = self.study().filter(|_| self.prior_is_linked()) else {
            return Some(own);
        };
        let camera = study.looks.of(self.active_content()).camera;
        Some(for_width(camera, width(study), width(prior)))
    }

    /// Looks elsewhere in the prior: in the study shown too while the prior moves with it.
    pub(in crate::ui) fn set_prior_camera(&mut self, camera: Camera) {
        let (links, content, linked) = (self.links, self.active_content(), self.prior_is_linked());
        let Some(prior_width) = self.prior_study().map(width) else {
            return;
        };
        match self.study_mut() {
            Some(study) if linked => {
                let camera = for_width(camera, prior_width, width(study));
                study
                    .looks
                    .change(content, links, |look| look.camera = camera);
            }
            _ => {
                if let Some(prior) = self.prior_study_mut() {
                    prior
                        .looks
                        .change(Content::Original, links, |look| look.camera = camera);
                }
            }
        }
    }

    /// Why the prior may be of another patient than the study shown; `None` without a prior too.
    pub fn prior_doubt(&self) -> Option<String> {
        prior_warning(self.studies.get(self.current)?, self.prior_entry()?)
    }
}

fn width(study: &OpenStudy) -> usize {
    study.radiograph.size().0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_twice_as_wide_is_shown_at_half_the_zoom() {
        let camera = Camera {
            zoom: Zoom::Scale(1.5),
            center: [0.3, 0.6],
        };
        let seen = for_width(camera, 1000, 2000);
        assert_eq!((seen.zoom, seen.center), (Zoom::Scale(0.75), [0.3, 0.6]));
        assert_eq!(for_width(seen, 2000, 1000), camera);
        assert_eq!(for_width(Camera::default(), 7, 9), Camera::default());
    }
}
