//! The results of a study: which one is shown, and with which other one it is compared.

use super::file_id::FileId;
use super::masking::MaskVersion;
use super::result_scales::automatic_limit;
use crate::display::Histogram;
use crate::radiograph::{FloatImage, resize_area};
use crate::worker::{SuppressionResult, SuppressionSettings};
use std::sync::Arc;
use std::time::SystemTime;

/// Memory that the results of one study may take, bytes; older ones go first. Their settings and seed make the same
/// picture again.
const MOST_BYTES: usize = 1 << 30;

/// Memory of a result for each pixel, bytes: soft tissue and bone are f32, the mask a byte.
pub(super) const BYTES_PER_PIXEL: usize = 9;

/// Height of a thumbnail, pixels.
pub const THUMBNAIL_HEIGHT: usize = 64;

/// Names a result wherever it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResultId {
    /// The study it is of.
    pub study: FileId,
    /// Its number within that.
    pub run: u64,
}

/// What a run was asked for, as far as its picture depends on it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Asked<'a> {
    /// Settings.
    pub settings: &'a SuppressionSettings,
    /// Pictures averaged.
    pub num_seeds: usize,
    /// Number of the mask it was given; `None` lets the segmenter find it.
    pub mask: Option<u64>,
}

/// One result.
#[derive(Debug, Clone)]
pub struct Run {
    /// Names it within its study; later ones are larger.
    pub number: u64,
    /// What was made.
    pub result: Arc<SuppressionResult>,
    /// The mask the reader gave; `None` where the segmenter found it.
    pub mask: Option<MaskVersion>,
    /// The reader wants it kept.
    pub pinned: bool,
    /// Its soft-tissue image was written to a file.
    pub(super) is_saved: bool,
    /// When it arrived.
    pub made: SystemTime,
    /// The soft-tissue image at [`THUMBNAIL_HEIGHT`], display units.
    pub thumbnail: Arc<FloatImage>,
    /// How often each modality value occurs in the soft-tissue image.
    pub histogram: Arc<Histogram>,
    /// Where the scale of its uncertainty ends by itself, modality units; `None` without one.
    pub uncertainty_limit: Option<f64>,
    /// Where the scale of its difference from the original ends by itself, modality units; `None` where it differs
    /// nowhere.
    pub difference_limit: Option<f64>,
}

/// What is made of a result for the screen when it arrives.
pub(super) struct Shown {
    /// How often each modality value occurs in the soft-tissue image.
    pub histogram: Histogram,
    /// See [`Run::difference_limit`].
    pub difference_limit: Option<f64>,
}

impl Run {
    fn new(
        number: u64,
        result: Arc<SuppressionResult>,
        mask: Option<MaskVersion>,
        shown: Shown,
    ) -> Self {
        let (width, height) = result.model_soft_tissue.size();
        let narrow = (width * THUMBNAIL_HEIGHT).div_ceil(height.max(1)).max(1);
        let thumbnail = resize_area(&result.model_soft_tissue, narrow, THUMBNAIL_HEIGHT);
        let uncertainty = result.uncertainty.as_ref().map(FloatImage::values);
        let uncertainty_limit = uncertainty.and_then(|values| {
            automatic_limit(values.len(), |i| values.get(i).copied().unwrap_or_default())
        });
        Self {
            number,
            result,
            mask,
            pinned: false,
            is_saved: false,
            made: SystemTime::now(),
            thumbnail: Arc::new(thumbnail),
            histogram: Arc::new(shown.histogram),
            uncertainty_limit,
            difference_limit: shown.difference_limit,
        }
    }

    /// What it was asked for.
    pub(super) fn asked(&self) -> Asked<'_> {
        Asked {
            settings: &self.result.settings,
            num_seeds: self.result.seeds.len(),
            mask: self.mask.as_ref().map(|mask| mask.number),
        }
    }

    /// Memory it takes.
    pub(super) fn num_bytes(&self) -> usize {
        let pixels = self.result.soft_tissue.values().len();
        let model = self.result.model_soft_tissue.values().len();
        let uncertainty = self.result.uncertainty.as_ref().map_or(0, |_| 4 * pixels);
        let drawn = self.mask.as_ref().map_or(0, |_| pixels);
        BYTES_PER_PIXEL * pixels + drawn + uncertainty + 4 * model
    }
}

/// Every result of a study that is still in memory, oldest first.
#[derive(Debug, Clone, Default)]
pub struct Runs {
    all: Vec<Run>,
    shown: Option<u64>,
    rival: Option<u64>,
    newest: u64,
    /// Which two are compared, and where the scale of their difference ends by itself.
    compared: Option<([u64; 2], Option<f64>)>,
    /// Those of the picture with black and white the other way round, as they were left.
    turned: Turned,
}

/// Results that wait until the picture is turned back.
#[derive(Debug, Clone, Default)]
struct Turned {
    all: Vec<Run>,
    shown: Option<u64>,
    rival: Option<u64>,
}

impl Runs {
    /// Every result, oldest first.
    pub fn all(&self) -> &[Run] {
        &self.all
    }

    /// The one with this number.
    pub fn get(&self, number: u64) -> Option<&Run> {
        self.all.iter().find(|run| run.number == number)
    }

    /// The one on the screen.
    pub fn shown(&self) -> Option<&Run> {
        self.get(self.shown?)
    }

    /// The one that takes the original's place in every comparison, where the reader chose one.
    pub fn rival(&self) -> Option<&Run> {
        self.get(self.rival?).filter(|_| self.rival != self.shown)
    }

    /// Where the scale of the difference of the two that are compared ends by itself, modality units; `None` where two
    /// are not compared or do not differ.
    pub fn rival_limit(&self) -> Option<f64> {
        let (_, limit) = self.compared.filter(|_| self.rival().is_some())?;
        limit
    }

    /// Looks anew how far the two that are compared differ, where they are others than before.
    fn weigh_rival(&mut self) {
        let Some([rival, shown]) = self.rival().zip(self.shown()).map(<[&Run; 2]>::from) else {
            self.compared = None;
            return;
        };
        let pair = [rival, shown].map(|run| run.number);
        if self.compared.is_some_and(|(known, _)| known == pair) {
            return;
        }
        let [base, layer] = [rival, shown].map(|run| run.result.soft_tissue.values());
        let limit = automatic_limit(base.len().min(layer.len()), |i| {
            let values = base.get(i).zip(layer.get(i));
            values.map_or(0.0, |(base, layer)| (base - layer).abs())
        });
        self.compared = Some((pair, limit));
    }

    /// Shown and rival, for undo.
    pub(super) fn choice(&self) -> (Option<u64>, Option<u64>) {
        (self.shown, self.rival)
    }

    /// Takes in a new result and shows it; the oldest go where there are too many.
    pub(super) fn push(
        &mut self,
        result: Arc<SuppressionResult>,
        mask: Option<MaskVersion>,
        shown: Shown,
    ) {
        self.newest += 1;
        self.all.push(Run::new(self.newest, result, mask, shown));
        self.shown = Some(self.newest);
        self.make_room(MOST_BYTES);
        self.weigh_rival();
    }

    /// Shows this result; nothing where it is gone.
    pub(super) fn show(&mut self, number: Option<u64>) {
        let known = number.is_none_or(|number| self.get(number).is_some());
        if known {
            self.shown = number;
            self.weigh_rival();
        }
    }

    /// Compares with this result, or with the original.
    pub(super) fn set_rival(&mut self, number: Option<u64>) {
        self.rival = number.filter(|&number| self.get(number).is_some());
        self.weigh_rival();
    }

    /// Keeps this result, or lets it go when room is needed.
    pub(super) fn set_pinned(&mut self, number: u64, pinned: bool) {
        if let Some(run) = self.all.iter_mut().find(|run| run.number == number) {
            run.pinned = pinned;
        }
    }

    /// Its soft-tissue image was written to a file.
    pub(super) fn note_saved(&mut self, number: u64) {
        let all = self.all.iter_mut().chain(&mut self.turned.all);
        all.filter(|run| run.number == number)
            .for_each(|run| run.is_saved = true);
    }

    /// None of the results, but none that comes later has the number of one of them.
    pub(super) fn emptied(&self) -> Self {
        Self {
            newest: self.newest,
            ..Self::default()
        }
    }

    /// Forgets this result; where it was shown, the newest of the others is.
    pub(super) fn remove(&mut self, number: u64) {
        self.all.retain(|run| run.number != number);
        self.rival = self.rival.filter(|&rival| rival != number);
        if self.shown == Some(number) {
            self.shown = self.all.last().map(|run| run.number);
        }
        self.weigh_rival();
    }

    /// Sets all of them aside: they are of a picture with black and white the other way round; takes up those of this
    /// one, where there are any.
    pub(super) fn turn(&mut self) {
        self.compared = None;
        std::mem::swap(&mut self.all, &mut self.turned.all);
        std::mem::swap(&mut self.shown, &mut self.turned.shown);
        std::mem::swap(&mut self.rival, &mut self.turned.rival);
    }

    /// Takes in a result that was forgotten, under the number it had.
    pub(super) fn put_back(&mut self, run: Run) {
        let place = self.all.partition_point(|other| other.number < run.number);
        self.all.insert(place, run);
    }

    /// Number of the newest there ever was; 0 where there was none.
    pub(super) fn newest(&self) -> u64 {
        self.newest
    }

    /// Results of the picture as it is, and with black and white the other way round.
    pub(super) fn all_of_both(&self) -> impl Iterator<Item = &Run> {
        self.all.iter().chain(&self.turned.all)
    }

    /// A result whose mask the segmenter found: the one shown, else the newest.
    pub(super) fn newest_with_found_mask(&self) -> Option<&Run> {
        let shown = self.shown().filter(|run| run.mask.is_none());
        shown.or_else(|| self.all.iter().rev().find(|run| run.mask.is_none()))
    }

    /// The newest result that this bundle made of what is asked for.
    pub(super) fn made_with(&self, asked: Asked<'_>, sha256: &str) -> Option<u64> {
        let mut newest_first = self.all.iter().rev();
        let found =
            newest_first.find(|run| run.asked() == asked && run.result.bundle_sha256 == sha256);
        found.map(|run| run.number)
    }

    /// Memory that all of them take, bytes, with those of the picture turned.
    pub fn num_bytes(&self) -> usize {
        self.all_of_both().map(Run::num_bytes).sum()
    }

    fn unpinned(&self) -> impl Iterator<Item = &Run> {
        self.all_of_both().filter(|run| !run.pinned)
    }

    /// When the oldest one that nobody pinned was made.
    pub(super) fn oldest_unpinned(&self) -> Option<SystemTime> {
        self.unpinned().map(|run| run.made).min()
    }

    /// Forgets the oldest one that nobody pinned.
    pub(super) fn give_up_oldest(&mut self) {
        let oldest = self.unpinned().min_by_key(|run| run.made);
        if let Some(number) = oldest.map(|run| run.number) {
            self.turned.all.retain(|run| run.number != number);
            self.remove(number);
        }
    }

    fn make_room(&mut self, most_bytes: usize) {
        let mut num_bytes = self.num_bytes();
        let used = [self.shown, self.rival];
        for runs in [&mut self.turned.all, &mut self.all] {
            runs.retain(|run| {
                let stays =
                    run.pinned || used.contains(&Some(run.number)) || num_bytes <= most_bytes;
                if !stays {
                    num_bytes -= run.num_bytes();
                }
                stays
            });
        }
    }
}
