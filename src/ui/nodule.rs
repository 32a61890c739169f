//! A synthetic nodule at a place of the study: what the model would make of a finding there.
//!
//! Its pictures show a patient who does not exist. They live in this window alone, under a watermark, and nothing saves
//! them.

use super::file_id::FileId;
use super::look::Look;
use super::orientation::Orientation;
use super::running_job::RunningJob;
use super::state::{AppState, PixelPosition};
use super::study::OpenStudy;
use crate::display::GreyScale;
use crate::evidence::Trial;
use crate::radiograph::{FloatImage, Radiograph, Raster};
use crate::worker::{
    JobId, NoduleChoice, NoduleOutcome, NodulePlan, SuppressionRequest, SuppressionSettings,
};
use std::ops::RangeInclusive;
use std::sync::Arc;

/// Diameters that are offered, mm.
pub const DIAMETERS_MM: RangeInclusive<f64> = 5.0..=30.0;
/// Contrasts that are offered, grey levels of 255 under the first window; below 0 the nodule is darker than the lung.
pub const GREY_LEVELS: RangeInclusive<f64> = 4.0..=80.0;
/// Side of the pictures, nodule diameters; the smallest, pixels.
const SIDE_DIAMETERS: f64 = 4.0;
const LEAST_SIDE_PX: usize = 48;

/// What a person asked of the probe.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum NoduleCommand {
    /// Try a nodule under the pointer or the crosshair; without either open the window, or close it.
    Here,
    /// Close the window; what is being made stops.
    Close,
    /// Try nodules of this diameter, mm.
    SetDiameter(f64),
    /// Try nodules that are brighter than the lung by this many grey levels of 255.
    SetGreyLevels(f64),
    /// Try one at the place that was chosen.
    Try,
    /// Stop.
    Cancel,
}

/// The window of the probe.
#[derive(Debug, Clone)]
pub struct NoduleProbe {
    /// The window is open.
    pub is_open: bool,
    /// The study and its pixel in which the nodule's middle lies.
    pub place: Option<(FileId, PixelPosition)>,
    /// Its diameter, mm.
    pub diameter_mm: f64,
    /// Its contrast, grey levels of 255.
    pub grey_levels: f64,
    /// What came of the last one.
    pub tried: Option<TriedNodule>,
    /// The job that tries it.
    pub running: Option<RunningJob>,
    /// The job made room for a run that somebody waits for.
    pub is_deferred: bool,
    /// Settings that it tries it under.
    asked: Option<SuppressionSettings>,
    num_tried: u64,
}

impl Default for NoduleProbe {
    fn default() -> Self {
        Self {
            is_open: false,
            place: None,
            diameter_mm: 10.0,
            grey_levels: 20.0,
            tried: None,
            running: None,
            is_deferred: false,
            asked: None,
            num_tried: 0,
        }
    }
}

impl NoduleProbe {
    /// Whether this job tries a nodule.
    pub(super) fn has(&self, job: JobId) -> bool {
        let running = self.running.as_ref();
        running.is_some_and(|running| running.handle.id() == job)
    }

    /// A nodule is being tried by this job, under these settings.
    pub(super) fn begin(&mut self, settings: SuppressionSettings, job: RunningJob) {
        self.stop();
        self.asked = Some(settings);
        self.running = Some(job);
    }

    /// Stops the job, where one runs.
    pub(super) fn stop(&mut self) {
        self.is_deferred = false;
        if let Some(job) = self.running.take() {
            job.handle.cancel();
        }
    }

    /// Takes in what came of a nodule on this radiograph.
    pub(super) fn keep(
        &mut self,
        study: FileId,
        radiograph: &Arc<Radiograph>,
        outcome: &NoduleOutcome,
    ) {
        self.num_tried += 1;
        let settings = self.asked.take();
        self.tried = settings.and_then(|settings| {
            TriedNodule::new((self.num_tried, settings), study, radiograph, outcome)
        });
    }
}

/// What came of a nodule.
#[derive(Debug, Clone)]
pub struct TriedNodule {
    /// Its number among all that were tried, from 1.
    pub number: u64,
    /// The study it was laid on.
    pub study: FileId,
    /// Settings that it was tried under.
    pub settings: SuppressionSettings,
    /// Size, place and what was kept.
    pub trial: Trial,
    radiograph: Arc<Radiograph>,
    /// Radiograph and soft-tissue image with the nodule, display units of the first window, about the nodule.
    pictures: [FloatImage; 2],
    /// Stored values of the radiograph there: padding stays black.
    stored: Raster<i32>,
    /// From the middle of the pictures to that of the nodule, columns and rows.
    offset_px: [f32; 2],
    radius_px: f32,
}

/// The pictures of a nodule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodulePicture {
    /// The radiograph.
    Original,
    /// What the networks made of it.
    SoftTissue,
}

impl NodulePicture {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Original, Self::SoftTissue];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Original => "Original with the nodule",
            Self::SoftTissue => "Soft tissue with the nodule",
        }
    }
}

/// Where a nodule lies in its picture on the screen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NodulePlace {
    /// From the middle of the picture to that of the nodule, right and down, pixels of the radiograph.
    pub offset_px: [f32; 2],
    /// Its radius, pixels of the radiograph.
    pub radius_px: f32,
}

impl TriedNodule {
    fn new(
        (number, settings): (u64, SuppressionSettings),
        study: FileId,
        radiograph: &Arc<Radiograph>,
        outcome: &NoduleOutcome,
    ) -> Option<Self> {
        let trial = outcome.trials.first()?.clone();
        let (width, height) = radiograph.size();
        let side = SIDE_DIAMETERS * trial.diameter_mm / outcome.pixel_mm;
        let side = (side.round() as usize).max(LEAST_SIDE_PX);
        let from = |middle_px: f64, length: usize| {
            let first = (middle_px - 0.5 * side as f64).round().max(0.0) as usize;
            first.min(length.saturating_sub(side))
        };
        let (row, col) = (from(trial.row_px, height), from(trial.col_px, width));
        let (wide, high) = (side.min(width), side.min(height));
        let mut stored = Raster::filled(wide, high, 0);
        for (i, value) in stored.values_mut().iter_mut().enumerate() {
            let at = radiograph.stored.get(row + i / wide, col + i % wide);
            *value = at.unwrap_or_default();
        }
        Some(Self {
            number,
            study,
            settings,
            radiograph: Arc::clone(radiograph),
            pictures: [&outcome.original, &outcome.soft_tissue]
                .map(|picture| picture.crop(row, col, wide, high)),
            stored,
            offset_px: [
                (trial.col_px + 0.5 - col as f64 - 0.5 * wide as f64) as f32,
                (trial.row_px + 0.5 - row as f64 - 0.5 * high as f64) as f32,
            ],
            radius_px: (0.5 * trial.diameter_mm / outcome.pixel_mm) as f32,
            trial,
        })
    }

    /// A picture about the nodule, grey as the study's soft-tissue image has it, turned as that is.
    pub fn greys(&self, picture: NodulePicture, look: &Look) -> Raster<u8> {
        let first = self.radiograph.vois.first().unwrap_or(&look.voi);
        let made = GreyScale::new(&self.radiograph, first);
        let shown = GreyScale::new(&self.radiograph, &look.voi);
        let [original, soft_tissue] = &self.pictures;
        let picture = match picture {
            NodulePicture::Original => original,
            NodulePicture::SoftTissue => soft_tissue,
        };
        let greys = picture.zip_map(&self.stored, |display, stored| {
            look.grey8(&shown, stored, made.modality_from_display(display))
        });
        // Both were cut from one grid, so this cannot be a misfit.
        let greys = greys.unwrap_or_else(|_| Raster::filled(0, 0, 0));
        look.orientation.turned_picture(&greys)
    }

    /// Where it lies in pictures that are turned so.
    pub fn place(&self, orientation: Orientation) -> NodulePlace {
        let [col, row] = self.offset_px;
        NodulePlace {
            offset_px: (orientation.screen_from_image())
                .map(|[by_col, by_row]| by_col * col + by_row * row),
            radius_px: self.radius_px,
        }
    }

    /// What is kept, in a sentence.
    pub fn sentence(&self) -> String {
        let Trial {
            diameter_mm,
            contrast,
            kept,
            ..
        } = self.trial;
        let levels = 255.0 * contrast;
        format!(
            "A nodule of {diameter_mm:.0} mm and {levels:.0} grey levels {} keeps {:.0} % of its contrast: {:.0} grey levels.",
            self.trial.ground_words(),
            100.0 * kept,
            levels * kept
        )
    }

    /// Whether the guard would say a word, in a sentence.
    pub fn guard_sentence(&self) -> &'static str {
        if self.trial.is_marked_if_erased {
            "Were it erased wholly, the place would be marked."
        } else {
            "Were it erased wholly, nothing would mark the place."
        }
    }

    /// The study still shows what the nodule was laid on.
    pub(super) fn fits(&self, study: &OpenStudy) -> bool {
        study.file_id == self.study && Arc::ptr_eq(&study.radiograph, &self.radiograph)
    }
}

impl AppState {
    /// The nodule that was tried on the study shown.
    pub fn tried_nodule(&self) -> Option<&TriedNodule> {
        let file_id = self.study()?.file_id;
        let tried = self.nodule.tried.as_ref();
        tried.filter(|tried| tried.study == file_id)
    }

    /// The place that was chosen on the study shown.
    pub fn nodule_place(&self) -> Option<PixelPosition> {
        let file_id = self.study()?.file_id;
        let (study, place) = self.nodule.place?;
        (study == file_id).then_some(place)
    }

    /// What is asked for, of the study shown.
    ///
    /// # Errors
    /// A sentence where it cannot be tried.
    pub(super) fn asked_nodule(&self) -> Result<NodulePlan, String> {
        let study = self.study().ok_or("Open a chest radiograph first.")?;
        let is_ready = self.bundle.is_some() && self.loading.is_none();
        if !is_ready {
            return Err(
                "No model is loaded; open a bundle with File > Open model bundle.".to_owned(),
            );
        }
        let PixelPosition { row, col } = self
            .nodule_place()
            .ok_or("Point at a place in the lungs and press Ctrl+Shift+N.")?;
        let radiograph = Arc::clone(&study.radiograph);
        Ok(NodulePlan {
            // No name: it would stand in nothing but a log.
            name: "study".to_owned(),
            request: SuppressionRequest {
                mask: study.mask.as_ref().map(|mask| Arc::clone(&mask.mask)),
                ..SuppressionRequest::new(radiograph, self.settings().clone())
            },
            choice: NoduleChoice::One {
                row,
                col,
                diameter_mm: self.nodule.diameter_mm,
                contrast: self.nodule.grey_levels / 255.0,
            },
            known: None,
        })
    }
}
