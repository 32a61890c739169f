//! The part of a moment that belongs to one study.

use super::measures::exchanged;
use super::moment::set;
use crate::measure::Measure;
use crate::radiograph::{PixelSpacing, Polarity};
use crate::ui::camera::Camera;
use crate::ui::file_id::FileId;
use crate::ui::look::{Content, Links, Looks};
use crate::ui::masking::MaskVersion;
use crate::ui::result_scales::ResultScales;
use crate::ui::runs::{Asked, Run};
use crate::ui::state::AppState;
use crate::ui::study::OpenStudy;
use crate::worker::SuppressionSettings;
use std::sync::Arc;

/// What is set for one study.
#[derive(Debug, Clone)]
pub(super) struct StudyMoment {
    pub(super) file_id: FileId,
    /// With the camera as a file is first shown.
    looks: Looks,
    difference_limit: Option<f64>,
    result_scales: ResultScales,
    polarity: Polarity,
    /// `None` where they are another model's.
    settings: Option<SettingsMoment>,
    /// Numbers of the result shown and of the one it is compared with.
    choice: (Option<u64>, Option<u64>),
    /// Number of the newest result there was.
    newest_run: u64,
    /// Numbers of the results that stay whatever comes.
    pinned: Vec<u64>,
    /// In a moment: all results. In a step: those that are on this side of it alone.
    runs: Vec<Run>,
    mask: Option<MaskVersion>,
    pub(super) measures: Arc<Vec<Measure>>,
    calibration: Option<PixelSpacing>,
    is_key_image: bool,
}

/// Settings of a study, and those that studies without any follow.
#[derive(Debug, Clone, PartialEq)]
struct SettingsMoment {
    own: Option<SuppressionSettings>,
    last: SuppressionSettings,
}

impl SettingsMoment {
    /// As the panel shows them: a run that makes them the study's own changes nothing a person sees.
    fn seen(&self) -> &SuppressionSettings {
        self.own.as_ref().unwrap_or(&self.last)
    }
}

impl StudyMoment {
    pub fn of(study: &OpenStudy, last_settings: &SuppressionSettings) -> Self {
        let mut looks = study.looks.clone();
        set_cameras(&mut looks, |_| Camera::default());
        let runs = || study.runs.all_of_both();
        let pinned = runs().filter(|run| run.pinned);
        Self {
            file_id: study.file_id,
            looks,
            difference_limit: study.difference_limit,
            result_scales: study.result_scales,
            polarity: study.radiograph.polarity,
            settings: Some(SettingsMoment {
                own: study.settings.clone(),
                last: last_settings.clone(),
            }),
            choice: study.runs.choice(),
            newest_run: study.runs.newest(),
            pinned: pinned.map(|run| run.number).collect(),
            runs: runs().cloned().collect(),
            mask: study.mask.clone(),
            measures: Arc::clone(&study.measures),
            calibration: study.calibration,
            is_key_image: study.is_key_image,
        }
    }

    pub fn name_of_step(&self, after: &Self) -> Option<&'static str> {
        let seen = |moment: &Self| moment.settings.as_ref().map(|s| s.seen().clone());
        let numbers =
            |moment: &Self| -> Vec<u64> { moment.runs.iter().map(|r| r.number).collect() };
        let changes = [
            (self.polarity != after.polarity, "polarity"),
            (seen(self) != seen(after), "settings"),
            (self.mask != after.mask, "lung mask"),
            (numbers(self) != numbers(after), "forgotten result"),
            (self.choice != after.choice, "choice of a result"),
            (self.pinned != after.pinned, "result to be kept"),
            (self.measures != after.measures, "measure"),
            (self.calibration != after.calibration, "calibration"),
            (self.is_key_image != after.is_key_image, "key image"),
        ];
        let change = changes.into_iter().find(|(is_changed, _)| *is_changed);
        let of_work = change.map(|(_, name)| name);
        of_work.or_else(|| self.name_of_look(after)).or_else(|| {
            let is_changed = self.difference_limit != after.difference_limit
                || self.result_scales != after.result_scales;
            is_changed.then_some("colours of the difference")
        })
    }

    fn name_of_look(&self, after: &Self) -> Option<&'static str> {
        Content::ALL.into_iter().find_map(|content| {
            let (before, after) = (self.looks.of(content), after.looks.of(content));
            if before.voi != after.voi {
                Some("window")
            } else if before.inverted != after.inverted {
                Some("black and white")
            } else if before.orientation != after.orientation {
                Some("turn")
            } else {
                None
            }
        })
    }

    /// Of the results, those that the step from here to `after` took away stay here, and those it brought stay there.
    pub fn keep_changed_runs(&mut self, after: Option<&mut Self>) {
        match after {
            Some(after) => {
                let all = self.runs.clone();
                self.runs.retain(|run| !has_run(&after.runs, run));
                after.runs.retain(|run| !has_run(&all, run));
            }
            None => self.runs.clear(),
        }
    }

    /// Adds the results that `later` holds.
    pub fn add_runs_of(&mut self, later: &Self) {
        self.runs.extend(later.runs.iter().cloned());
    }

    /// Forgets settings: they were another model's.
    pub fn forget_settings(&mut self) {
        self.settings = None;
    }

    /// The step from here to `after` exchanged black and white of the picture itself.
    pub fn turns_polarity(&self, after: &Self) -> bool {
        self.polarity != after.polarity
    }

    /// Number of the mask, and its memory, bytes.
    pub fn mask_bytes(&self) -> Option<(u64, usize)> {
        let mask = self.mask.as_ref()?;
        Some((mask.number, mask.mask.raster().values().len()))
    }

    /// Memory of all else that may be large, bytes.
    pub fn num_bytes(&self) -> usize {
        let runs: usize = self.runs.iter().map(Run::num_bytes).sum();
        runs + size_of_val(self.measures.as_slice())
    }

    /// Exchanges in `state` what differs from `from` to here.
    pub fn exchange(&self, from: &Self, state: &mut AppState) {
        if let (Some(from), Some(to)) = (&from.settings, &self.settings) {
            set(&mut state.last_settings, &from.last, &to.last);
        }
        if let Some(study) = state.study_with_mut(self.file_id) {
            self.exchange_in(from, study);
            self.show_what_came_later(from, state);
        }
    }

    fn exchange_in(&self, from: &Self, study: &mut OpenStudy) {
        if from.looks != self.looks {
            let cameras = std::mem::replace(&mut study.looks, self.looks.clone());
            set_cameras(&mut study.looks, |content| cameras.of(content).camera);
        }
        set(
            &mut study.difference_limit,
            &from.difference_limit,
            &self.difference_limit,
        );
        set(
            &mut study.result_scales,
            &from.result_scales,
            &self.result_scales,
        );
        if let (Some(from), Some(to)) = (&from.settings, &self.settings) {
            set(&mut study.settings, &from.own, &to.own);
        }
        set(&mut study.mask, &from.mask, &self.mask);
        set(&mut study.calibration, &from.calibration, &self.calibration);
        set(
            &mut study.is_key_image,
            &from.is_key_image,
            &self.is_key_image,
        );
        self.exchange_runs(from, study);
        if from.measures != self.measures {
            study.measures = Arc::new(exchanged(&study.measures, &from.measures, &self.measures));
        }
    }

    fn exchange_runs(&self, from: &Self, study: &mut OpenStudy) {
        for run in from.runs.iter().filter(|run| !has_run(&self.runs, run)) {
            study.runs.remove(run.number);
        }
        for run in self.runs.iter().filter(|run| !has_run(&from.runs, run)) {
            study.runs.put_back(run.clone());
        }
        for &number in from.pinned.iter().chain(&self.pinned) {
            let is_pinned = self.pinned.contains(&number);
            if from.pinned.contains(&number) != is_pinned {
                study.runs.set_pinned(number, is_pinned);
            }
        }
        if from.choice != self.choice {
            let (shown, rival) = self.choice;
            study.runs.show(shown);
            study.runs.set_rival(rival);
        }
    }

    /// A result that came after this moment may be just what is asked for now.
    fn show_what_came_later(&self, from: &Self, state: &mut AppState) {
        let Some(study) = state.study_with(self.file_id) else {
            return;
        };
        if from.choice != self.choice || study.runs.newest() <= self.newest_run {
            return;
        }
        let asked = Asked {
            settings: study.settings.as_ref().unwrap_or(&state.last_settings),
            num_seeds: state.num_seeds,
            mask: study.mask_number(),
        };
        let sha256 = state.bundle.as_ref().map(|bundle| bundle.sha256.as_str());
        let made = sha256.and_then(|sha256| study.runs.made_with(asked, sha256));
        let is_shown = study.runs.shown().map(Run::asked) == Some(asked);
        if let Some(study) = state.study_with_mut(self.file_id)
            && made.is_some()
            && !is_shown
        {
            study.runs.show(made);
        }
    }
}

fn has_run(runs: &[Run], run: &Run) -> bool {
    runs.iter().any(|other| other.number == run.number)
}

fn set_cameras(looks: &mut Looks, camera: impl Fn(Content) -> Camera) {
    for content in Content::ALL {
        looks.change(content, Links::NONE, |look| look.camera = camera(content));
    }
}
