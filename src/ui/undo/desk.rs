//! The part of a moment that belongs to no study.

use super::moment::set;
use crate::ui::compare::Compare;
use crate::ui::file_id::FileId;
use crate::ui::layout::Layout;
use crate::ui::look::{Links, Rings};
use crate::ui::own_windows::OwnWindows;
use crate::ui::panels::histogram::CountScale;
use crate::ui::state::{AppState, SeedMode};
use crate::worker::AdapterChoice;

/// What is set for the window as a whole.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct DeskMoment {
    layout: Layout,
    compare: Compare,
    links: Links,
    outline_visible: bool,
    rings: Rings,
    counts: CountScale,
    difference_is_absolute: bool,
    num_seeds: usize,
    seed: SeedMode,
    prior: Option<FileId>,
    /// Studies that wait in the queue.
    waiting: Vec<FileId>,
    own_windows: OwnWindows,
    /// Changes of the model that are wanted.
    adapter: Option<AdapterChoice>,
}

impl DeskMoment {
    pub fn of(state: &AppState) -> Self {
        Self {
            layout: state.layout,
            compare: state.compare,
            links: state.links,
            outline_visible: state.outline_visible,
            rings: state.rings,
            counts: state.counts,
            difference_is_absolute: state.difference_is_absolute,
            num_seeds: state.num_seeds,
            seed: state.seed,
            prior: state.prior,
            waiting: state.queue.waiting.clone(),
            own_windows: state.shell.preferences.own_windows.clone(),
            adapter: state.compute.adapter().cloned(),
        }
    }

    pub fn name_of_step(&self, after: &Self) -> Option<&'static str> {
        let changes = [
            (self.layout != after.layout, "layout"),
            (self.compare != after.compare, "comparison"),
            (self.links != after.links, "links"),
            (self.num_seeds != after.num_seeds, "pictures averaged"),
            (self.seed != after.seed, "seed of the next run"),
            (self.adapter != after.adapter, "adapter"),
            (
                self.outline_visible != after.outline_visible,
                "outline of the lungs",
            ),
            (self.rings != after.rings, "rings"),
            (self.counts != after.counts, "histogram"),
            (self.prior != after.prior, "prior"),
            (self.waiting != after.waiting, "queue"),
            (self.own_windows != after.own_windows, "window of your own"),
            (
                self.difference_is_absolute != after.difference_is_absolute,
                "colours of the difference",
            ),
        ];
        let change = changes.into_iter().find(|(is_changed, _)| *is_changed);
        change.map(|(_, name)| name)
    }

    pub fn exchange(&self, from: &Self, state: &mut AppState) {
        set(&mut state.layout, &from.layout, &self.layout);
        set(&mut state.compare, &from.compare, &self.compare);
        set(&mut state.links, &from.links, &self.links);
        set(
            &mut state.outline_visible,
            &from.outline_visible,
            &self.outline_visible,
        );
        set(&mut state.rings, &from.rings, &self.rings);
        set(&mut state.counts, &from.counts, &self.counts);
        set(
            &mut state.difference_is_absolute,
            &from.difference_is_absolute,
            &self.difference_is_absolute,
        );
        set(&mut state.num_seeds, &from.num_seeds, &self.num_seeds);
        set(&mut state.seed, &from.seed, &self.seed);
        set(&mut state.prior, &from.prior, &self.prior);
        set(
            &mut state.shell.preferences.own_windows,
            &from.own_windows,
            &self.own_windows,
        );
        if from.adapter != self.adapter {
            state.compute.want_adapter(self.adapter.clone(), false);
        }
        if from.waiting != self.waiting {
            state.queue.exchange(&from.waiting, &self.waiting);
        }
    }

    /// Forgets the adapter: it was another model's.
    pub fn forget_adapter(&mut self) {
        self.adapter = None;
    }

    /// Memory of what may be large, bytes.
    pub fn num_bytes(&self) -> usize {
        size_of_val(self.waiting.as_slice())
    }
}
