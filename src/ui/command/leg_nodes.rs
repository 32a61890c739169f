//! Images at several LEG weights: asked for while the worker idles, let go when they no longer fit.

use super::{Services, tell};
use crate::ui::leg_scrub::{NodesKey, node_weights};
use crate::ui::message::Severity;
use crate::ui::state::AppState;
use crate::worker::{
    EventKind, JobHandle, LegNodesPlan, SuppressionRequest, WorkerCommand, WorkerEvent,
};
use std::sync::Arc;

/// Lets go what no longer fits, and asks for what does.
pub(super) fn follow(state: &mut AppState, services: &mut Services) {
    let is_wanted = state.shell.preferences.prepare_leg_weights;
    let key = NodesKey::of(state).filter(|_| is_wanted);
    state.leg_scrub.keep_only(key.as_ref());
    if state.loading.is_some() || !state.queue.is_empty() || state.sweep.is_running() {
        // Neither a bundle nor a queued study nor a grid overtakes it: the reader would wait for every weight.
        state.leg_scrub.cancel();
    }
    if let Some(key) = key.filter(|key| state.wants_leg_nodes(key)) {
        ask(key, state, services);
    }
}

fn ask(key: NodesKey, state: &mut AppState, services: &mut Services) {
    let Some(study) = state.study() else {
        return;
    };
    let settings = state.settings().clone();
    let weights = node_weights(settings.leg_weight);
    let request = SuppressionRequest {
        num_seeds: state.num_seeds,
        mask: study.mask.as_ref().map(|mask| Arc::clone(&mask.mask)),
        ..SuppressionRequest::new(Arc::clone(&study.radiograph), settings)
    };
    let handle = JobHandle::background();
    let plan = Box::new(LegNodesPlan { request, weights });
    // Nobody asked for it by hand: where the worker has no room, the slider works without.
    match services
        .engine
        .send(WorkerCommand::LegNodes(handle.clone(), plan))
    {
        Ok(()) => state.leg_scrub.ask(key, handle),
        Err(_) => state.leg_scrub.refuse(Some(key)),
    }
}

/// Takes the end of the job; a job that was let go changes nothing any more.
pub(super) fn apply_event(event: WorkerEvent, state: &mut AppState) {
    if !state.leg_scrub.is_asked(event.job) || !event.kind.is_final() {
        return;
    }
    match event.kind {
        EventKind::LegNodesMade(nodes) => state.leg_scrub.keep(nodes),
        EventKind::Failed(reason) => {
            state.leg_scrub.refuse(None);
            let text = format!("LEG weights could not be prepared: {reason}");
            tell(state, Severity::Note, text);
        }
        _ => state.leg_scrub.refuse(None),
    }
}
