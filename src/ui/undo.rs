//! One stack for everything a person sets: what it was before, and what it was after.
//!
//! A step is taken back by exchanging what it changed and nothing else, so that what came between two steps (a
//! result, a suggestion, measures from the disk) is not lost. Zoom, pan and the choice of a study are ways of
//! looking; runs are cancelled and preferences are the program's own: these stay out of it.

mod desk;
mod measures;
mod moment;
mod study;

use super::file_id::FileId;
use super::leaving::TakenOff;
use super::state::AppState;
use crate::measure::MeasureId;
pub(super) use moment::Moment;
use std::collections::{BTreeMap, BTreeSet};

/// Most steps that can be taken back.
const MOST_STEPS: usize = 200;
/// Memory that steps may hold beside what is open, bytes; the oldest go first. A brush stroke on 3000 x 3000 pixels
/// holds 9 MB of it.
const MOST_BYTES: usize = 256 << 20;

/// Name of the step that took files off the list.
const TAKEN_OFF: &str = "file taken off the list";

/// A step that was taken.
#[derive(Debug, Clone)]
pub(super) struct Step {
    name: &'static str,
    before: Moment,
    after: Moment,
    /// Files that it took off the list.
    taken_off: Vec<TakenOff>,
}

/// The direction steps are walked in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Steps are taken back.
    Back,
    /// Steps are taken again.
    Forward,
}

impl Way {
    fn other(self) -> Self {
        match self {
            Self::Back => Self::Forward,
            Self::Forward => Self::Back,
        }
    }
}

impl Step {
    /// The study that must be shown to see what is taken back; `None` where it is of no study.
    pub fn study(&self) -> Option<FileId> {
        self.before.changed_study(&self.after)
    }

    /// Files that it took off the list.
    pub fn taken_off(&self) -> &[TakenOff] {
        &self.taken_off
    }

    /// It exchanged black and white of the picture itself.
    pub fn turns_polarity(&self) -> bool {
        self.before.turns_polarity(&self.after)
    }

    /// Exchanges what it changed.
    pub fn walk(&self, way: Way, state: &mut AppState) {
        match way {
            Way::Back => self.before.exchange(&self.after, state),
            Way::Forward => self.after.exchange(&self.before, state),
        }
    }

    /// Takes in what a gesture that is not over changed further.
    fn grow(&mut self, before: &Moment, after: Moment) {
        self.before.add_runs_of(before);
        self.after = after;
    }
}

/// Steps that can be taken back, and those that were.
#[derive(Debug, Clone, Default)]
pub struct UndoStack {
    done: Vec<Step>,
    undone: Vec<Step>,
    /// The newest step may still grow: the pointer is down.
    is_open: bool,
    /// Files that the command in hand took off the list.
    taken_off: Vec<TakenOff>,
    /// The next step this way waits for its study's file to be read again.
    pub(super) waits: Option<Way>,
}

impl UndoStack {
    /// Name of the step that "undo" takes back.
    pub fn undo_name(&self) -> Option<&'static str> {
        self.done.last().map(|step| step.name)
    }

    /// Name of the step that "redo" takes again.
    pub fn redo_name(&self) -> Option<&'static str> {
        self.undone.last().map(|step| step.name)
    }

    /// Notes files that the command in hand takes off the list.
    pub(super) fn note_taken_off(&mut self, taken_off: Vec<TakenOff>) {
        self.taken_off = taken_off;
    }

    /// Notes what a command changed; what a drag changes bit by bit is one step.
    pub(super) fn record(&mut self, mut before: Moment, mut after: Moment) {
        before.keep_changed_runs(&mut after);
        let taken_off = std::mem::take(&mut self.taken_off);
        let name = match taken_off.len() {
            0 => before.name_of_step(&after),
            _ => Some(TAKEN_OFF),
        };
        let Some(name) = name else {
            return;
        };
        self.undone.clear();
        match self.done.last_mut() {
            Some(open) if self.is_open && open.name == name && name != TAKEN_OFF => {
                open.grow(&before, after);
                // There and back again within one gesture.
                if open.before.name_of_step(&open.after).is_none() {
                    self.done.pop();
                }
            }
            _ => self.done.push(Step {
                name,
                before,
                after,
                taken_off,
            }),
        }
        self.is_open = true;
        self.make_room(MOST_BYTES);
    }

    /// The drag ended: what comes next is another step.
    pub(super) fn end_gesture(&mut self) {
        self.is_open = false;
    }

    /// Settings and adapters of the steps so far were another model's: they never come back, and steps of nothing else
    /// go.
    pub(super) fn forget_model(&mut self) {
        self.is_open = false;
        for steps in [&mut self.done, &mut self.undone] {
            steps.retain_mut(|step| {
                step.before.forget_model();
                step.after.forget_model();
                if !step.taken_off.is_empty() {
                    return true;
                }
                let name = step.before.name_of_step(&step.after);
                step.name = name.unwrap_or(step.name);
                name.is_some()
            });
        }
    }

    /// Numbers of all measures of a study that some step may bring back.
    pub(super) fn measure_ids(&self, file_id: FileId) -> BTreeSet<MeasureId> {
        let steps = self.done.iter().chain(&self.undone);
        let moments = steps.flat_map(|step| [&step.before, &step.after]);
        let studies = moments.flat_map(|moment| &moment.studies);
        let measures = studies
            .filter(|study| study.file_id == file_id)
            .flat_map(|study| study.measures.iter());
        measures.map(|measure| measure.id).collect()
    }

    /// The step that comes next this way.
    pub(super) fn next(&self, way: Way) -> Option<&Step> {
        match way {
            Way::Back => self.done.last(),
            Way::Forward => self.undone.last(),
        }
    }

    /// Takes the step off that comes next this way.
    pub(super) fn pop(&mut self, way: Way) -> Option<Step> {
        self.is_open = false;
        self.steps(way).pop()
    }

    /// Puts a step back that could not be walked yet.
    pub(super) fn put_back(&mut self, way: Way, step: Step) {
        self.steps(way).push(step);
    }

    /// Keeps a step that was walked this way.
    pub(super) fn keep_walked(&mut self, way: Way, step: Step) {
        self.steps(way.other()).push(step);
    }

    fn steps(&mut self, way: Way) -> &mut Vec<Step> {
        match way {
            Way::Back => &mut self.done,
            Way::Forward => &mut self.undone,
        }
    }

    /// Memory that the steps hold; what two of them share is counted once.
    fn num_bytes(&self) -> usize {
        let mut masks = BTreeMap::new();
        let mut num_bytes = 0;
        for step in &self.done {
            for moment in [&step.before, &step.after] {
                masks.extend(moment.mask_bytes());
                num_bytes += moment.num_bytes();
            }
        }
        num_bytes + masks.values().sum::<usize>()
    }

    /// Forgets the oldest steps where there are too many; the newest can always be taken back.
    fn make_room(&mut self, most_bytes: usize) {
        let too_many = self.done.len().saturating_sub(MOST_STEPS);
        self.done.drain(..too_many);
        while self.done.len() > 1 && self.num_bytes() > most_bytes {
            self.done.remove(0);
        }
    }
}

#[cfg(test)]
pub(super) mod tests;
