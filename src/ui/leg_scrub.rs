//! Soft-tissue images at a few LEG weights, made beside the reader's own runs, so that the slider shows between them
//! at once what the weight does. What it shows there is marked; the run on release is what counts.

use super::compare::CompareTool;
use super::compute::BundleInfo;
use super::file_id::FileId;
use super::state::AppState;
use crate::radiograph::{FloatImage, Polarity};
use crate::worker::{
    FusionChoice, GuidanceChoice, JobHandle, JobId, LegNodes, NodeMix, SuppressionSettings,
};
use std::ops::RangeInclusive;
use std::sync::Arc;

/// Range of the slider; 1 is no guidance.
pub const LEG_RANGE: RangeInclusive<f64> = 0.0..=6.0;
/// Weights that are made.
const NUM_NODES: usize = 5;
/// Longest run that is repeated for every weight, seconds: a longer one would keep the machine busy for nobody.
const MOST_SECS: f64 = 60.0;
/// Memory that the images may take, bytes; as much again on the graphics card.
const MOST_BYTES: usize = 512 << 20;

/// Everything that images at several weights depend on beside the weight.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct NodesKey {
    study: FileId,
    polarity: Polarity,
    /// With a weight of 0.
    settings: SuppressionSettings,
    num_seeds: usize,
    /// Number of the mask the reader drew.
    mask: Option<u64>,
    bundle: BundleInfo,
}

impl NodesKey {
    /// Of the study shown and what it is set to; `None` without a study or a bundle.
    pub fn of(state: &AppState) -> Option<Self> {
        let study = state.study()?;
        Some(Self {
            study: study.file_id,
            polarity: study.radiograph.polarity,
            settings: SuppressionSettings {
                leg_weight: 0.0,
                ..state.settings().clone()
            },
            num_seeds: state.num_seeds,
            mask: study.mask_number(),
            bundle: state.bundle.clone()?,
        })
    }
}

/// Images at several weights that are there.
#[derive(Debug, Clone)]
struct Made {
    key: NodesKey,
    nodes: Arc<LegNodes>,
    /// Its number among all that were made, from 1.
    number: u64,
}

/// Images at several weights: what was asked for and what is there.
#[derive(Debug, Clone, Default)]
pub struct LegScrub {
    asked: Option<(NodesKey, JobHandle)>,
    made: Option<Made>,
    /// What could not be made is not asked for again.
    refused: Option<NodesKey>,
    num_made: u64,
}

impl LegScrub {
    /// The images of the study shown are there.
    pub fn is_ready(&self) -> bool {
        self.made.is_some()
    }

    /// They are being made.
    pub fn is_waiting(&self) -> bool {
        self.asked.is_some()
    }

    /// Whether this job makes them.
    pub(super) fn is_asked(&self, job: JobId) -> bool {
        let asked = self.asked.as_ref();
        asked.is_some_and(|(_, handle)| handle.id() == job)
    }

    /// Notes the job that makes them.
    pub(super) fn ask(&mut self, key: NodesKey, handle: JobHandle) {
        self.asked = Some((key, handle));
    }

    /// Takes what the job made.
    pub(super) fn keep(&mut self, nodes: Arc<LegNodes>) {
        if let Some((key, _)) = self.asked.take() {
            self.num_made += 1;
            self.made = Some(Made {
                key,
                nodes,
                number: self.num_made,
            });
        }
    }

    /// Asks no more for what these settings make.
    pub(super) fn refuse(&mut self, key: Option<NodesKey>) {
        let asked = self.asked.take().map(|(key, _)| key);
        self.refused = key.or(asked);
    }

    /// Stops the job, where one runs.
    pub(super) fn cancel(&mut self) {
        if let Some((_, handle)) = self.asked.take() {
            handle.cancel();
        }
    }

    /// Lets everything go that was made, or is being made, for anything else than this.
    pub(super) fn keep_only(&mut self, key: Option<&NodesKey>) {
        if self
            .asked
            .as_ref()
            .is_some_and(|(asked, _)| Some(asked) != key)
        {
            self.cancel();
        }
        if self
            .made
            .as_ref()
            .is_some_and(|made| Some(&made.key) != key)
        {
            self.made = None;
        }
    }

    /// The images with a number for each that no other image ever has, and the study they are of.
    pub(super) fn images(&self) -> impl Iterator<Item = (FileId, u64, &Arc<FloatImage>)> {
        self.made.iter().flat_map(|made| {
            let images = made.nodes.soft_tissues.iter().zip(0..);
            images.map(|(image, index)| (made.key.study, image_number(made, index), image))
        })
    }

    /// Study and number of an image.
    pub(super) fn image_name(&self, index: usize) -> Option<(FileId, u64)> {
        let made = self.made.as_ref()?;
        Some((made.key.study, image_number(made, index as u64)))
    }
}

fn image_number(made: &Made, index: u64) -> u64 {
    made.number * NUM_NODES as u64 + index
}

impl AppState {
    /// Which images stand in the soft-tissue image's place: those next to the weight that is set, where it is not the
    /// one of the result. `None` where they are not there, or where a tool compares the result itself.
    pub fn interpolation(&self) -> Option<NodeMix> {
        let study = self.study()?;
        let weight = self.settings().leg_weight;
        let is_moved = study.result()?.settings.leg_weight.to_bits() != weight.to_bits();
        let is_whole = self.compare.tool == CompareTool::Whole && self.compare.suppression >= 1.0;
        if !is_moved || !is_whole || study.runs.rival().is_some() {
            return None;
        }
        let made = self.leg_scrub.made.as_ref()?;
        let is_of_this = NodesKey::of(self).as_ref() == Some(&made.key);
        made.nodes.mix(weight).filter(|_| is_of_this)
    }

    /// Whether the picture would follow the slider if it were moved now.
    pub fn follows_leg_slider(&self) -> bool {
        let is_whole = self.compare.tool == CompareTool::Whole && self.compare.suppression >= 1.0;
        let study = self.study();
        let shows_result = study.is_some_and(|study| {
            study.result().is_some() && study.runs.rival().is_none() && !self.is_running(study)
        });
        let made = self.leg_scrub.made.as_ref();
        let is_of_this = made.is_some_and(|made| NodesKey::of(self).as_ref() == Some(&made.key));
        is_whole && shows_result && is_of_this
    }

    /// What stands over an interpolated picture.
    pub fn interpolation_text(&self) -> Option<&'static str> {
        self.interpolation()?;
        Some(if self.is_running(self.study()?) {
            "Interpolated: the true picture is being made"
        } else {
            "Interpolated between pictures that were made"
        })
    }

    /// Whether images at several weights shall be made now: the result shown is what its study is set to, the worker
    /// has nothing else to do, and it takes neither long nor much.
    pub(super) fn wants_leg_nodes(&self, key: &NodesKey) -> bool {
        let Some((study, result)) = self
            .study()
            .and_then(|study| Some((study, study.result()?)))
        else {
            return false;
        };
        let scrub = &self.leg_scrub;
        let is_open = scrub.asked.is_none() && scrub.made.is_none();
        let is_idle = [&self.job, &self.loading, &self.masking.finding]
            .iter()
            .all(|job| job.is_none())
            && self.queue.is_empty()
            && !self.sweep.is_running()
            && self.nodule.running.is_none()
            && self.stale_text().is_none();
        // Elsewhere the weight changes nothing.
        let has_weight = key.settings.guidance == GuidanceChoice::Leg
            && key.settings.fusion != FusionChoice::None;
        let times = result.stage_times.iter();
        let secs: f64 = times.map(|time| time.elapsed_secs).sum();
        let (width, height) = study.radiograph.size();
        let num_bytes = NUM_NODES * width * height * size_of::<f32>();
        self.shell.preferences.prepare_leg_weights
            && is_open
            && is_idle
            && has_weight
            && scrub.refused.as_ref() != Some(key)
            && secs <= MOST_SECS
            && num_bytes <= MOST_BYTES
    }
}

/// Weights over the slider's range, rising; the current one is among them, in the place of the nearest that is no end.
pub(super) fn node_weights(current: f64) -> Vec<f64> {
    let (first, last) = (*LEG_RANGE.start(), *LEG_RANGE.end());
    let step = (last - first) / (NUM_NODES - 1) as f64;
    let mut weights: Vec<f64> = (0..NUM_NODES).map(|i| first + step * i as f64).collect();
    let distance = |weight: f64| (weight - current).abs();
    let is_end = distance(first) < 1e-9 || distance(last) < 1e-9;
    let inner = weights.iter_mut().skip(1).take(NUM_NODES - 2);
    let nearest = inner.min_by(|a, b| distance(**a).total_cmp(&distance(**b)));
    if let Some(nearest) = nearest.filter(|_| !is_end) {
        *nearest = current;
    }
    weights.sort_by(f64::total_cmp);
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_cover_the_slider_and_hold_the_current_one() {
        assert_eq!(node_weights(3.0), [0.0, 1.5, 3.0, 4.5, 6.0]);
        assert_eq!(node_weights(6.0), [0.0, 1.5, 3.0, 4.5, 6.0]);
        assert_eq!(node_weights(0.2), [0.0, 0.2, 3.0, 4.5, 6.0]);
        assert_eq!(node_weights(7.0), [0.0, 1.5, 3.0, 6.0, 7.0]);
    }
}
