//! What goes before what: interactive jobs before background ones, and jobs that were moved.

use super::fake::{radiograph, settings};
use super::{Bench, suppress_with};
use diaphane::worker::{
    EventKind, JobHandle, JobId, LegNodesPlan, SuppressionRequest, WorkerCommand,
};

/// Ends of jobs in the order they came, with the number of times each job was deferred.
fn ends(bench: &Bench, count: usize) -> Vec<(JobId, EventKind)> {
    let mut ends = Vec::new();
    while ends.len() < count {
        let event = bench.next();
        if event.kind.is_final() || matches!(event.kind, EventKind::Deferred) {
            ends.push((event.job, event.kind));
        }
    }
    ends
}

#[test]
fn an_interactive_job_stops_a_background_job_within_a_step_which_then_starts_again() {
    let bench = Bench::new();
    let batch = JobHandle::background();
    bench.worker.send(suppress_with(&batch, 1)).unwrap();
    let waiting = JobHandle::background();
    bench.worker.send(suppress_with(&waiting, 2)).unwrap();
    bench.open_gate(1);
    bench.wait_for_step();
    let urgent = JobHandle::new();
    bench.worker.send(suppress_with(&urgent, 3)).unwrap();
    bench.open_gate(20);
    let ends = ends(&bench, 4);
    let order: Vec<JobId> = ends.iter().map(|(job, _)| *job).collect();
    assert_eq!(order, [batch.id(), urgent.id(), batch.id(), waiting.id()]);
    assert!(matches!(ends[0].1, EventKind::Deferred));
    for (_, end) in &ends[1..] {
        assert!(matches!(end, EventKind::Suppressed(_)), "{end:?}");
    }
    let steps: Vec<u64> = bench.steps.try_iter().collect();
    // At most the step that was under way comes before the urgent job's three.
    let begun = steps.iter().position(|&seed| seed == 3).unwrap();
    assert!(begun <= 1, "{steps:?}");
    assert_eq!(steps[begun..], [3, 3, 3, 1, 1, 1, 2, 2, 2]);
}

#[test]
fn waiting_jobs_are_moved_listed_and_cancelled_by_name() {
    let bench = Bench::new();
    let handles: Vec<JobHandle> = (0..4).map(|_| JobHandle::background()).collect();
    for (seed, handle) in handles.iter().enumerate() {
        bench
            .worker
            .send(suppress_with(handle, seed as u64))
            .unwrap();
    }
    let ids: Vec<JobId> = handles.iter().map(JobHandle::id).collect();
    let moved = WorkerCommand::Move {
        job: ids[3],
        before: Some(ids[1]),
    };
    bench.worker.send(moved).unwrap();
    assert!(bench.worker.cancel(ids[2]));
    bench.open_gate(1);
    bench.wait_for_step();
    bench.open_gate(1);
    bench.wait_for_step();
    // Between the two steps the thread took what was sent.
    assert_eq!(bench.worker.queued(), [ids[3], ids[1], ids[2]]);
    bench.open_gate(20);
    let ends = ends(&bench, 4);
    let order: Vec<JobId> = ends.iter().map(|(job, _)| *job).collect();
    assert_eq!(order, [ids[0], ids[3], ids[1], ids[2]]);
    assert!(matches!(ends[3].1, EventKind::Stopped(_)));
    assert!(!bench.worker.cancel(ids[2]), "it has ended");
    assert!(bench.worker.queued().is_empty());
}

#[test]
fn all_jobs_are_cancelled_and_the_next_one_runs() {
    let bench = Bench::new();
    let handles: Vec<JobHandle> = (0..3).map(|_| JobHandle::background()).collect();
    for handle in &handles {
        bench.worker.send(suppress_with(handle, 1)).unwrap();
    }
    bench.worker.cancel_all();
    let next = JobHandle::new();
    bench.worker.send(suppress_with(&next, 2)).unwrap();
    bench.open_gate(20);
    let ends = ends(&bench, 4);
    for (job, end) in &ends {
        let is_next = *job == next.id();
        assert_eq!(matches!(end, EventKind::Suppressed(_)), is_next, "{end:?}");
    }
}

#[test]
fn a_newer_request_cancels_no_background_job() {
    let bench = Bench::new();
    let batch = JobHandle::background();
    bench.worker.send(suppress_with(&batch, 1)).unwrap();
    let newest = JobHandle::new();
    bench.worker.send_latest(suppress_with(&newest, 2)).unwrap();
    assert!(!batch.is_cancelled());
    bench.open_gate(20);
    let ends = ends(&bench, 2);
    assert!(ends.iter().any(|(job, _)| *job == newest.id()));
}

#[test]
fn nodes_are_made_in_the_order_of_their_weights_and_make_room() {
    let bench = Bench::new();
    let nodes = JobHandle::background();
    let plan = LegNodesPlan {
        request: SuppressionRequest::new(radiograph(), settings(7)),
        weights: vec![3.0, 1.0, 2.0, 1.0],
    };
    let command = WorkerCommand::LegNodes(nodes.clone(), Box::new(plan));
    bench.worker.send(command).unwrap();
    bench.open_gate(4);
    for _ in 0..4 {
        bench.wait_for_step();
    }
    let urgent = JobHandle::new();
    bench.worker.send(suppress_with(&urgent, 8)).unwrap();
    bench.open_gate(30);
    let ends = ends(&bench, 3);
    let order: Vec<JobId> = ends.iter().map(|(job, _)| *job).collect();
    assert_eq!(order, [nodes.id(), urgent.id(), nodes.id()]);
    let EventKind::LegNodesMade(made) = &ends[2].1 else {
        panic!("{ends:?}");
    };
    assert_eq!(made.weights, [1.0, 2.0, 3.0]);
    assert_eq!(made.soft_tissues.len(), 3);
    assert!((nodes.progress().unwrap().fraction - 1.0).abs() < 1e-6);
}
