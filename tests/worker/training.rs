//! Reading while networks are trained: what comes first, what is told, and what ends what.

use super::fake::{MEMORY_SEED, PANIC_RUN, PANIC_SEED, STEPS, TRAINING_STEP, radiograph};
use super::{Bench, suppress, suppress_with};
use diaphane::worker::{
    EventKind, JobHandle, JobId, StopReason, TrainEvent, TrainingPlan, WorkerCommand, WorkerEvent,
};
use std::path::PathBuf;

fn train(handle: &JobHandle, config: &str) -> WorkerCommand {
    let plan = TrainingPlan {
        config: PathBuf::from(config),
        resume: None,
        out: None,
    };
    WorkerCommand::Train(handle.clone(), Box::new(plan))
}

/// Starts a run and lets its first step begin.
fn begun(bench: &Bench) -> JobHandle {
    let handle = JobHandle::background();
    let command = train(&handle, "RUN.toml");
    bench.worker.send(command).unwrap();
    bench.training_gate.send(()).unwrap();
    assert_eq!(bench.wait_for_step(), TRAINING_STEP);
    handle
}

/// What is told up to the end of this job, itself included.
fn until(bench: &Bench, job: JobId) -> Vec<WorkerEvent> {
    let mut events = Vec::new();
    loop {
        let event = bench.next();
        let ends = event.job == job && event.kind.is_final();
        events.push(event);
        if ends {
            return events;
        }
    }
}

/// Lets every further step of training pass.
fn finish(bench: &Bench, training: &JobHandle) -> Vec<WorkerEvent> {
    for _ in 0..STEPS {
        bench.training_gate.send(()).unwrap();
    }
    until(bench, training.id())
}

fn words(events: &[WorkerEvent]) -> Vec<&'static str> {
    let word = |event: &WorkerEvent| match &event.kind {
        EventKind::Started => "started",
        EventKind::TrainingProgressed(_) => "step",
        EventKind::TrainingPaused => "paused",
        EventKind::TrainingResumed => "resumed",
        EventKind::Warned(_) => "warned",
        EventKind::Suppressed(_) => "suppressed",
        EventKind::Segmented(_) => "segmented",
        EventKind::Trained(_) => "trained",
        EventKind::Failed(_) => "failed",
        EventKind::Stopped(_) => "stopped",
        EventKind::Deferred => "deferred",
        _ => "other",
    };
    events.iter().map(word).collect()
}

#[test]
fn what_a_reader_asks_for_is_answered_before_the_next_step() {
    let bench = Bench::new();
    let training = begun(&bench);
    // The second step of training waits for its gate; whatever is sent now comes before the third.
    let (reading, command) = suppress(1);
    bench.worker.send(command).unwrap();
    let lungs = JobHandle::new();
    let segment = WorkerCommand::Segment(lungs.clone(), radiograph());
    bench.worker.send(segment).unwrap();
    bench.open_gate(3);
    bench.training_gate.send(()).unwrap();
    let mut events = until(&bench, lungs.id());
    let steps: Vec<u64> = (0..4).map(|_| bench.wait_for_step()).collect();
    assert!(
        steps.iter().filter(|&&step| step == TRAINING_STEP).count() <= 1,
        "at most the step under way: {steps:?}"
    );
    events.extend(finish(&bench, &training));
    let told = words(&events);
    let one_step_less = told.iter().position(|&word| word == "paused").unwrap();
    let expected = [
        "paused",
        "started",
        "warned",
        "suppressed",
        "started",
        "segmented",
        "resumed",
    ];
    assert_eq!(told[one_step_less..one_step_less + 7], expected, "{told:?}");
    assert_eq!(told.last(), Some(&"trained"));
    let steps = told.iter().filter(|&&word| word == "step").count();
    assert_eq!(steps as u64, STEPS, "training went on by itself");
    assert!(reading.is_finished() && training.is_finished());
    for event in &events {
        if let EventKind::Suppressed(result) = &event.kind {
            assert_eq!(result.device, "gradients false");
        }
    }
}

#[test]
fn facts_are_plain_values() {
    let bench = Bench::new();
    let training = begun(&bench);
    let events = finish(&bench, &training);
    let messages: Vec<&str> = events
        .iter()
        .filter_map(|event| match &event.kind {
            EventKind::TrainingProgressed(fact) => match fact.as_ref() {
                TrainEvent::Warned { message } => Some(message.as_str()),
                _ => None,
            },
            _ => None,
        })
        .collect();
    assert_eq!(messages, ["step 0", "step 1", "step 2", "step 3"]);
    assert!(matches!(&events.last().unwrap().kind, EventKind::Trained(end) if end == "RUN.toml"));
}

#[test]
fn a_panic_or_a_cancel_of_a_reader_s_job_ends_no_run() {
    let bench = Bench::new();
    let training = begun(&bench);
    let (panicking, command) = suppress(PANIC_SEED);
    bench.worker.send(command).unwrap();
    let (greedy, command) = suppress(MEMORY_SEED);
    bench.worker.send(command).unwrap();
    let (cancelled, command) = suppress(1);
    bench.worker.send(command).unwrap();
    cancelled.cancel();
    bench.training_gate.send(()).unwrap();
    let mut events = until(&bench, cancelled.id());
    events.extend(finish(&bench, &training));
    let end_of = |job: &JobHandle| {
        let mut ends = events.iter().filter(|event| event.job == job.id());
        ends.rfind(|event| event.kind.is_final())
            .unwrap()
            .kind
            .clone()
    };
    assert!(matches!(end_of(&panicking), EventKind::Failed(_)));
    let EventKind::Failed(failure) = end_of(&greedy) else {
        panic!("want of memory is a failure");
    };
    assert!(
        failure.text.contains("training holds memory too"),
        "{failure}"
    );
    assert!(matches!(
        end_of(&cancelled),
        EventKind::Stopped(StopReason::Cancelled)
    ));
    assert!(matches!(end_of(&training), EventKind::Trained(_)));
}

#[test]
fn a_run_that_is_cancelled_or_panics_leaves_the_pipeline_to_the_readers() {
    let bench = Bench::new();
    let (first, command) = suppress(1);
    bench.worker.send(command).unwrap();
    bench.open_gate(3);
    until(&bench, first.id());
    for _ in 0..3 {
        bench.wait_for_step();
    }
    let training = begun(&bench);
    training.cancel();
    let events = finish(&bench, &training);
    assert_eq!(words(&events).last(), Some(&"stopped"));
    let panicking = JobHandle::background();
    let command = train(&panicking, PANIC_RUN);
    bench.worker.send(command).unwrap();
    bench.training_gate.send(()).unwrap();
    let events = until(&bench, panicking.id());
    let Some(EventKind::Failed(failure)) = events.last().map(|event| &event.kind) else {
        panic!("{events:?}");
    };
    assert!(failure.text.contains("resume it"), "{failure}");
    let (last, command) = suppress(2);
    bench.worker.send(command).unwrap();
    bench.open_gate(3);
    until(&bench, last.id());
    let built = bench.built.load(std::sync::atomic::Ordering::SeqCst);
    assert_eq!(built, 1, "no panic of its own");
}

#[test]
fn a_background_job_makes_room_between_two_steps_too() {
    let bench = Bench::new();
    let training = begun(&bench);
    let batch = JobHandle::background();
    bench.worker.send(suppress_with(&batch, 1)).unwrap();
    bench.training_gate.send(()).unwrap();
    bench.open_gate(1);
    while bench.wait_for_step() != 1 {}
    let (urgent, command) = suppress(2);
    bench.worker.send(command).unwrap();
    bench.open_gate(30);
    let mut events = until(&bench, urgent.id());
    events.extend(until(&bench, batch.id()));
    let told = words(&events);
    assert_eq!(told.iter().filter(|&&word| word == "deferred").count(), 1);
    assert_eq!(told.iter().filter(|&&word| word == "paused").count(), 1);
    let ends: Vec<JobId> = events
        .iter()
        .filter(|event| matches!(event.kind, EventKind::Suppressed(_)))
        .map(|event| event.job)
        .collect();
    assert_eq!(ends, [urgent.id(), batch.id()]);
    finish(&bench, &training);
}

#[test]
fn held_training_waits_until_it_is_let_go_or_cancelled() {
    let bench = Bench::new();
    let training = begun(&bench);
    bench
        .worker
        .send(WorkerCommand::HoldTraining(true))
        .unwrap();
    for _ in 0..STEPS {
        bench.training_gate.send(()).unwrap();
    }
    let mut told = Vec::new();
    while told.last() != Some(&"paused") {
        told.extend(words(&[bench.next()]));
    }
    // Jobs are served while it is held, and it waits after them.
    let (reading, command) = suppress(1);
    bench.worker.send(command).unwrap();
    bench.open_gate(3);
    let served = words(&until(&bench, reading.id()));
    assert_eq!(served, ["started", "warned", "suppressed"]);
    bench
        .worker
        .send(WorkerCommand::HoldTraining(false))
        .unwrap();
    let rest = words(&until(&bench, training.id()));
    assert_eq!((rest[0], *rest.last().unwrap()), ("resumed", "trained"));

    let second = begun(&bench);
    bench
        .worker
        .send(WorkerCommand::HoldTraining(true))
        .unwrap();
    bench.training_gate.send(()).unwrap();
    while words(&[bench.next()]) != ["paused"] {}
    second.cancel();
    let rest = words(&until(&bench, second.id()));
    assert_eq!(rest, ["resumed", "stopped"]);
}

#[test]
fn shutting_down_ends_training_that_is_held_and_what_waits() {
    let bench = Bench::new();
    let training = begun(&bench);
    bench
        .worker
        .send(WorkerCommand::HoldTraining(true))
        .unwrap();
    bench.training_gate.send(()).unwrap();
    while words(&[bench.next()]) != ["paused"] {}
    let Bench { worker, .. } = bench;
    let second = JobHandle::background();
    let plan = TrainingPlan {
        config: PathBuf::from("RUN.toml"),
        resume: None,
        out: None,
    };
    let command = WorkerCommand::Preflight(second.clone(), Box::new(plan));
    worker.send(command).unwrap();
    let events = worker.shutdown();
    for handle in [&training, &second] {
        let end = events.iter().rfind(|event| event.job == handle.id());
        assert!(
            matches!(
                end.map(|event| &event.kind),
                Some(EventKind::Stopped(StopReason::ShutDown))
            ),
            "{events:?}"
        );
        assert!(handle.is_finished());
    }
}

#[test]
fn a_run_waits_for_readers_and_a_second_run_for_the_first() {
    let bench = Bench::new();
    let (reading, command) = suppress(1);
    bench.worker.send(command).unwrap();
    let runs: Vec<JobHandle> = (0..2).map(|_| JobHandle::background()).collect();
    for run in &runs {
        let command = train(run, "RUN.toml");
        bench.worker.send_latest(command).unwrap();
    }
    let (last, command) = suppress(2);
    bench.worker.send(command).unwrap();
    bench.open_gate(6);
    for _ in 0..2 * STEPS {
        bench.training_gate.send(()).unwrap();
    }
    let events = until(&bench, runs[1].id());
    let ends: Vec<JobId> = events
        .iter()
        .filter(|event| event.kind.is_final())
        .map(|event| event.job)
        .collect();
    let expected: Vec<JobId> = [&reading, &last, &runs[0], &runs[1]]
        .map(JobHandle::id)
        .into();
    assert_eq!(ends, expected);
    assert!(matches!(events.last().unwrap().kind, EventKind::Trained(_)));
}
