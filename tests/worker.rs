//! The worker thread under a fake pipeline: order, cancel, replaced jobs, panic, full queue, shutdown.
//!
//! The fake counts steps and waits for a gate, so that every interleaving is forced, never slept for;
//! the timeouts only bound a failing run.

#![expect(clippy::unwrap_used, reason = "a step that fails is a test that fails")]

#[path = "worker/fake.rs"]
mod fake;
#[path = "worker/judging.rs"]
mod judging;
#[path = "worker/networks.rs"]
mod networks;
#[path = "worker/queue.rs"]
mod queue;
#[path = "worker/sweep.rs"]
mod sweep;
mod tiny;
#[path = "worker/training.rs"]
mod training;

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use diaphane::worker::{
    DeviceChoice, EventKind, Failure, JobHandle, JobId, News, Pipeline, SendError, StopReason,
    SuppressionRequest, Worker, WorkerCommand, WorkerEvent,
};
use fake::{
    FAIL_SEED, FakePipeline, FakeTrainer, MEMORY_SEED, PANIC_SEED, offer, radiograph, settings,
};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(20);

struct Bench {
    worker: Worker,
    gate: Sender<()>,
    /// Lets a step of training pass; its steps are among the others.
    training_gate: Sender<()>,
    steps: Receiver<u64>,
    built: Arc<AtomicUsize>,
    news: Receiver<News>,
}

impl Bench {
    fn new() -> Self {
        let (gate, gate_end) = bounded(1000);
        let (training_gate, training_gate_end) = bounded(1000);
        let (step_end, steps) = unbounded();
        let built = Arc::<AtomicUsize>::default();
        let (news_end, news) = unbounded();
        let count = Arc::clone(&built);
        let trainer = FakeTrainer {
            gate: training_gate_end,
            steps: step_end.clone(),
        };
        let factory = move || -> Box<dyn Pipeline> {
            count.fetch_add(1, Ordering::SeqCst);
            assert_eq!(std::thread::current().name(), Some("diaphane-worker"));
            Box::new(FakePipeline {
                gate: gate_end.clone(),
                steps: step_end.clone(),
                loaded: None,
            })
        };
        let wake = Arc::new(move |woken_for| _ = news_end.send(woken_for));
        let worker = Worker::start(factory, Box::new(trainer), wake).unwrap();
        Self {
            worker,
            gate,
            training_gate,
            steps,
            built,
            news,
        }
    }

    fn open_gate(&self, steps: usize) {
        for _ in 0..steps {
            self.gate.send(()).unwrap();
        }
    }

    fn next(&self) -> WorkerEvent {
        let event = self.worker.recv_timeout(PATIENCE).unwrap();
        event.expect("an event in time")
    }

    /// Events up to and with the end of `job`; each must be about `job`.
    fn until_end(&self, job: JobId) -> Vec<EventKind> {
        let mut kinds = Vec::new();
        loop {
            let event = self.next();
            assert_eq!(event.job, job);
            let last = event.kind.is_final();
            kinds.push(event.kind);
            if last {
                return kinds;
            }
        }
    }

    fn wait_for_step(&self) -> u64 {
        self.steps.recv_timeout(PATIENCE).unwrap()
    }
}

fn suppress(seed: u64) -> (JobHandle, WorkerCommand) {
    let handle = JobHandle::new();
    let command = suppress_with(&handle, seed);
    (handle, command)
}

fn suppress_with(handle: &JobHandle, seed: u64) -> WorkerCommand {
    let request = SuppressionRequest::new(radiograph(), settings(seed));
    WorkerCommand::Suppress(handle.clone(), Box::new(request))
}

#[test]
fn jobs_run_in_order_and_tell_their_story() {
    let bench = Bench::new();
    let (first, command) = suppress(1);
    bench.worker.send(command).unwrap();
    let (second, command) = suppress(2);
    bench.worker.send(command).unwrap();
    bench.open_gate(6);

    for (seed, handle) in [(1, first), (2, second)] {
        let story = bench.until_end(handle.id());
        assert!(matches!(story[0], EventKind::Started), "{story:?}");
        assert!(matches!(&story[1], EventKind::Warned(w) if w.text == "made by a fake"));
        let EventKind::Suppressed(result) = &story[2] else {
            panic!("{story:?}");
        };
        assert_eq!(result.settings.seed, seed);
        assert_eq!(
            result.device, "gradients false",
            "inference runs without gradients"
        );
        let progress = handle.progress().unwrap();
        assert_eq!((progress.done, progress.total), (3, 3));
        assert!(handle.is_finished());
    }
    let news: Vec<News> = (0..12)
        .map(|_| bench.news.recv_timeout(PATIENCE).unwrap())
        .collect();
    let num_events = news.iter().filter(|&&news| news == News::Event).count();
    assert_eq!(
        num_events, 6,
        "two jobs of three events and three steps: {news:?}"
    );
}

#[test]
fn cancelling_stops_within_one_step() {
    let bench = Bench::new();
    let (handle, command) = suppress(1);
    bench.worker.send(command).unwrap();
    bench.open_gate(1);
    bench.wait_for_step();
    handle.cancel();
    // The step under way may end; none may begin after it.
    bench.open_gate(2);
    let story = bench.until_end(handle.id());
    assert!(matches!(
        story.last(),
        Some(EventKind::Stopped(StopReason::Cancelled))
    ));
    assert!(bench.steps.try_iter().count() <= 1);
}

#[test]
fn a_job_cancelled_in_the_queue_never_starts() {
    let bench = Bench::new();
    let (running, command) = suppress(1);
    bench.worker.send(command).unwrap();
    let (waiting, command) = suppress(2);
    bench.worker.send(command).unwrap();
    waiting.cancel();
    bench.open_gate(6);
    bench.until_end(running.id());
    let story = bench.until_end(waiting.id());
    assert!(
        matches!(story[..], [EventKind::Stopped(StopReason::Cancelled)]),
        "{story:?}"
    );
    assert!(bench.steps.try_iter().all(|seed| seed == 1));
}

#[test]
fn the_newest_request_replaces_older_ones_of_its_kind() {
    let bench = Bench::new();
    let (running, command) = suppress(1);
    bench.worker.send(command).unwrap();
    bench.open_gate(1);
    bench.wait_for_step();
    let segment = JobHandle::new();
    let command = WorkerCommand::Segment(segment.clone(), radiograph());
    bench.worker.send(command).unwrap();
    let (stale, command) = suppress(2);
    bench.worker.send_latest(command).unwrap();
    let (newest, command) = suppress(3);
    bench.worker.send_latest(command).unwrap();
    assert!(running.is_cancelled() && stale.is_cancelled());
    assert!(!segment.is_cancelled() && !newest.is_cancelled());

    bench.open_gate(6);
    let ends: Vec<EventKind> = [&running, &segment, &stale, &newest]
        .map(|handle| bench.until_end(handle.id()).pop().unwrap())
        .into();
    assert!(matches!(ends[0], EventKind::Stopped(_)));
    assert!(matches!(&ends[1], EventKind::Segmented(mask) if mask.num_inside() == 8));
    assert!(matches!(ends[2], EventKind::Stopped(_)));
    assert!(matches!(&ends[3], EventKind::Suppressed(r) if r.settings.seed == 3));
}

#[test]
fn after_a_panic_the_next_job_works_with_a_new_pipeline_and_the_same_bundle() {
    let bench = Bench::new();
    let load = JobHandle::new();
    let command = WorkerCommand::LoadBundle(load.clone(), PathBuf::from("tiny").into());
    bench.worker.send(command).unwrap();
    assert!(matches!(
        bench.until_end(load.id()).pop(),
        Some(EventKind::BundleLoaded { name, devices, .. })
            if name == "fake" && devices[0].choice == DeviceChoice::Cpu
    ));

    let (panicking, command) = suppress(PANIC_SEED);
    bench.worker.send(command).unwrap();
    let Some(EventKind::Failed(Failure { text: sentence, .. })) =
        bench.until_end(panicking.id()).pop()
    else {
        panic!("a panic is a failure of its job");
    };
    assert!(sentence.contains("index out of range"), "{sentence}");
    assert!(!sentence.contains("stack trace"), "{sentence}");

    let (next, command) = suppress(5);
    bench.worker.send(command).unwrap();
    bench.open_gate(3);
    let Some(EventKind::Suppressed(result)) = bench.until_end(next.id()).pop() else {
        panic!("the job after a panic works");
    };
    assert_eq!(result.bundle_name, "tiny");
    assert_eq!(bench.built.load(Ordering::SeqCst), 2);
}

#[test]
fn want_of_memory_ends_one_job_and_says_what_to_do() {
    let bench = Bench::new();
    let (greedy, command) = suppress(MEMORY_SEED);
    bench.worker.send(command).unwrap();
    let Some(EventKind::Failed(failure)) = bench.until_end(greedy.id()).pop() else {
        panic!("want of memory is a failure of its job");
    };
    assert!(failure.text.contains("bf16 or the CPU"), "{failure}");
    assert_eq!(
        failure.offers,
        [offer()],
        "asked before the pipeline is dropped"
    );
    let (next, command) = suppress(1);
    bench.worker.send(command).unwrap();
    bench.open_gate(3);
    let end = bench.until_end(next.id()).pop();
    assert!(matches!(end, Some(EventKind::Suppressed(_))));
}

#[test]
fn a_failure_is_one_sentence_and_keeps_the_pipeline() {
    let bench = Bench::new();
    let (failing, command) = suppress(FAIL_SEED);
    bench.worker.send(command).unwrap();
    assert!(matches!(
        bench.until_end(failing.id()).pop(),
        Some(EventKind::Failed(failure)) if failure == "no such thing".into()
    ));
    let (next, command) = suppress(1);
    bench.worker.send(command).unwrap();
    bench.open_gate(3);
    bench.until_end(next.id());
    assert_eq!(bench.built.load(Ordering::SeqCst), 1);
}

#[test]
fn a_full_queue_says_busy_and_gives_the_command_back() {
    let bench = Bench::new();
    let mut taken = Vec::new();
    let refused = loop {
        let (handle, command) = suppress(taken.len() as u64);
        let started = Instant::now();
        match bench.worker.send(command) {
            Ok(()) => taken.push(handle),
            Err(err) => {
                assert!(started.elapsed() < Duration::from_secs(1), "sending waited");
                break err;
            }
        }
        assert!(taken.len() < 100, "the queue has no bound");
    };
    let SendError::Busy(command) = refused else {
        panic!("{refused:?}");
    };
    assert!(matches!(*command, WorkerCommand::Suppress(..)));
    bench.open_gate(3 * taken.len());
    for handle in taken {
        let end = bench.until_end(handle.id()).pop();
        assert!(matches!(end, Some(EventKind::Suppressed(_))));
    }
}

#[test]
fn shutting_down_ends_the_running_job_and_drops_the_queue() {
    let bench = Bench::new();
    let (running, command) = suppress(1);
    bench.worker.send(command).unwrap();
    let (waiting, command) = suppress(2);
    bench.worker.send(command).unwrap();
    bench.open_gate(1);
    bench.wait_for_step();
    let Bench { worker, gate, .. } = bench;
    // The fake waits inside a step; the gate opens only when the shutdown has been asked for.
    let asked = running.clone();
    let opener = std::thread::Builder::new()
        .name("gate".to_owned())
        .spawn(move || {
            while !asked.is_cancelled() {
                std::thread::yield_now();
            }
            drop(gate);
        })
        .unwrap();
    let events = worker.shutdown();
    for handle in [running, waiting] {
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
    opener.join().unwrap();
}
