//! Training and reading on one worker with networks of a few channels: reading comes first, and the run ends with the
//! very weights it has alone.
//!
//! In a program of its own, because the number of threads that a run chooses is the whole program's.

#![expect(clippy::unwrap_used, reason = "a step that fails is a test that fails")]

mod tiny;

use diaphane::formats;
use diaphane::radiograph::{FloatImage, LungMask, Radiograph};
use diaphane::worker::{
    BranchPlan, BranchSettings, BundleChoice, BundleSummary, ComputeOptions, ContestObserver,
    ContestOutcome, DeviceChoice, EventKind, JobError, JobHandle, JudgePlan, Observer, Pipeline,
    PrecisionChoice, Preflight, RunRecord, SuppressionRequest, SuppressionResult,
    SuppressionSettings, TrainEvent, Trainer, TrainingObserver, TrainingPlan, Worker,
    WorkerCommand, branch_run, start_suppressor,
};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_mins(1);
const SIDE: u32 = 64;

/// One test at a time: threads and libtorch's own generator are shared.
fn alone() -> MutexGuard<'static, ()> {
    static TORCH: Mutex<()> = Mutex::new(());
    TORCH.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Radiographs with a round lung field, and a run of the segmenter on them.
fn write_run(root: &Path, out: &str) -> PathBuf {
    let data = root.join("data");
    std::fs::create_dir_all(&data).unwrap();
    for (index, name) in ["a", "b", "c"].iter().enumerate() {
        let inside = |x: u32, y: u32| (x as i32 - 32).pow(2) + (y as i32 - 32).pow(2) < 500;
        let chest = image::GrayImage::from_fn(SIDE, SIDE, |x, y| {
            let dark = if inside(x, y) { 90 } else { 0 };
            image::Luma([(200 - dark + 7 * index as u32 + (x * y) % 5) as u8])
        });
        chest.save(data.join(format!("{name}_cxr.png"))).unwrap();
        let lungs = image::GrayImage::from_fn(SIDE, SIDE, |x, y| {
            image::Luma([if inside(x, y) { 255 } else { 0 }])
        });
        lungs
            .save(data.join(format!("{name}_lungmask.png")))
            .unwrap();
    }
    let text = format!(
        "stage = 'segmenter'\nout = '{out}'\nseed = 11\ndevice = 'cpu'\nthreads = 1\nbatch = 2\npatch_px = 32\n\
         iterations = 10\nreport_every = 1\ncheckpoint_every = 4\nvalidate_every = 4\n\
         [data]\nvalidation = ['c']\n[[data.source]]\nkind = 'masks'\nfolder = 'data'\ngrid_px = 64\n\
         [model.segmenter]\ninit_channels = 4\ngrowth_channels = 4\nblock_layers = [1, 1, 1, 1]\n\
         decoder_channels = [4, 4, 4, 4]\nhead_channels = 4\n"
    );
    let path = root.join(format!("{out}.toml"));
    std::fs::write(&path, text).unwrap();
    path
}

/// Everything the worker said up to the end of `handle`; a reader asks for a picture at each of the first facts.
fn run(
    worker: &Worker,
    command: WorkerCommand,
    mut ask: impl FnMut() -> Option<WorkerCommand>,
) -> Vec<EventKind> {
    let job = command.handle().unwrap().id();
    worker.send(command).unwrap();
    let mut kinds = Vec::new();
    loop {
        let event = worker.recv_timeout(PATIENCE).unwrap().expect("in time");
        if matches!(event.kind, EventKind::TrainingProgressed(_))
            && let Some(command) = ask()
        {
            worker.send(command).unwrap();
        }
        let ends = event.job == job && event.kind.is_final();
        kinds.push(event.kind);
        if ends {
            return kinds;
        }
    }
}

fn train(config: &Path) -> WorkerCommand {
    let plan = TrainingPlan {
        config: config.to_owned(),
        resume: None,
        out: None,
    };
    WorkerCommand::Train(JobHandle::background(), Box::new(plan))
}

fn worker() -> Worker {
    let compute = ComputeOptions {
        device: DeviceChoice::Cpu,
        precision: PrecisionChoice::F32,
    };
    start_suppressor(compute, Arc::new(|_| {})).unwrap()
}

/// Weights, averages and optimiser of the newest checkpoint.
fn newest_weights(out: &Path) -> Vec<Vec<u8>> {
    let name = std::fs::read_to_string(out.join("last")).unwrap();
    let folder = out.join("checkpoints").join(name.trim());
    ["weights", "ema", "optimizer"]
        .map(|file| std::fs::read(folder.join(format!("{file}.safetensors"))).unwrap())
        .into()
}

/// A loaded bundle's settings, and a radiograph for it.
fn loaded(worker: &Worker, root: &Path) -> (Arc<Radiograph>, SuppressionSettings) {
    tiny::write_bundle(&root.join("tiny"), false);
    tiny::write_chest(root, "chest", 150, 120);
    let radiograph = Arc::new(formats::read(&root.join("chest.png")).unwrap());
    let load = WorkerCommand::LoadBundle(JobHandle::new(), root.join("tiny").into());
    let answer = run(worker, load, || None).pop();
    let Some(EventKind::BundleLoaded { defaults, .. }) = answer else {
        panic!("{answer:?}");
    };
    (radiograph, defaults)
}

/// A run branched in its middle ends with the weights of the first run.
fn assert_branches(worker: &Worker, root: &Path, record: &RunRecord) {
    // A branch goes on exactly: to the end of the first run it makes the first run's weights.
    let middle = &record.checkpoints[0];
    assert!(middle.iteration < 10, "{middle:?}");
    let plan = BranchPlan {
        from: root.join("beside"),
        to: root.join("branch"),
        settings: BranchSettings {
            iterations: 10,
            learning_rate: record.learning_rate,
            patience: record.patience.unwrap_or(0),
            validate_every: record.validate_every,
        },
    };
    branch_run(&plan, middle, None).unwrap();
    assert!(branch_run(&plan, middle, None).is_err(), "a run lies there");
    let resumed = TrainingPlan {
        config: plan.to.join("run.toml"),
        resume: Some(plan.to.clone()),
        out: None,
    };
    let command = WorkerCommand::Train(JobHandle::background(), Box::new(resumed));
    let end = run(worker, command, || None).pop();
    assert!(matches!(end, Some(EventKind::Trained(_))), "{end:?}");
    assert!(newest_weights(&plan.to) == newest_weights(&root.join("alone")));
}

#[test]
fn a_run_that_let_readers_in_ends_with_the_weights_it_has_alone() {
    let _alone = alone();
    let root = tempfile::tempdir().unwrap();
    let worker = worker();
    let kinds = run(&worker, train(&write_run(root.path(), "alone")), || None);
    assert!(
        matches!(kinds.last(), Some(EventKind::Trained(_))),
        "{kinds:?}"
    );
    assert!(
        !kinds
            .iter()
            .any(|kind| matches!(kind, EventKind::TrainingPaused))
    );

    let (radiograph, defaults) = loaded(&worker, root.path());
    let mut asked = 0;
    let ask = || {
        asked += 1;
        let request = SuppressionRequest {
            mask: Some(Arc::new(tiny::lungs(150, 120))),
            ..SuppressionRequest::new(Arc::clone(&radiograph), defaults.clone())
        };
        (asked <= 5).then(|| WorkerCommand::Suppress(JobHandle::new(), Box::new(request)))
    };
    let kinds = run(&worker, train(&write_run(root.path(), "beside")), ask);
    let count = |wanted: fn(&EventKind) -> bool| kinds.iter().filter(|kind| wanted(kind)).count();
    assert_eq!(count(|kind| matches!(kind, EventKind::Suppressed(_))), 5);
    let paused = count(|kind| matches!(kind, EventKind::TrainingPaused));
    let resumed = count(|kind| matches!(kind, EventKind::TrainingResumed));
    assert!(paused >= 1 && paused == resumed, "{paused}, {resumed}");
    assert!(
        newest_weights(&root.path().join("alone")) == newest_weights(&root.path().join("beside")),
        "bit for bit"
    );
    let record = RunRecord::read(&root.path().join("beside")).unwrap();
    assert_eq!((record.iterations, record.num_training), (Some(10), 2));
    let num = |part: &str, term: &str| {
        let rows = record.rows.iter();
        rows.filter(|row| row.part == part && row.term == term)
            .count()
    };
    assert_eq!(num("schedule", "learning_rate"), 10);
    // After 4 and 8 iterations, and at the end.
    assert_eq!(num("validation", "score"), 3);
    let last = record.checkpoints.last().unwrap();
    assert!(last.is_last && last.iteration == 10 && last.score.is_some());
    assert_branches(&worker, root.path(), &record);
    let best = record.checkpoints.iter().filter(|found| found.is_best);
    assert_eq!(best.count(), 1);
}

#[test]
fn a_run_that_was_stopped_before_it_had_a_folder_begins_when_it_is_resumed() {
    let _alone = alone();
    let root = tempfile::tempdir().unwrap();
    let config = write_run(root.path(), "run");
    let resumed = |folder: &str| {
        let plan = TrainingPlan {
            config: config.clone(),
            resume: Some(root.path().join(folder)),
            out: None,
        };
        let command = WorkerCommand::Train(JobHandle::background(), Box::new(plan));
        run(&worker(), command, || None).pop()
    };
    // Another folder than the run file's is a slip of the hand.
    let end = resumed("rum");
    assert!(
        matches!(&end, Some(EventKind::Failed(why)) if why.text.contains("opening the run")),
        "{end:?}"
    );
    assert!(!root.path().join("rum").exists());
    let end = resumed("run");
    assert!(matches!(end, Some(EventKind::Trained(_))), "{end:?}");
    assert!(root.path().join("run/run.toml").exists());
}

#[test]
fn a_preview_is_drawn_on_the_worker_and_begins_no_run() {
    let _alone = alone();
    let root = tempfile::tempdir().unwrap();
    let preview = |config: PathBuf| {
        let command = WorkerCommand::PreviewAugmentations(JobHandle::background(), config);
        run(&worker(), command, || None).pop()
    };
    let end = preview(write_run(root.path(), "run"));
    let Some(EventKind::AugmentationsDrawn(picture)) = end else {
        panic!("{end:?}");
    };
    // Three tiles of 32 px side by side, and of twice that one above the other, with lines between them.
    assert_eq!(picture.size(), (3 * 32 + 12, 3 * 64 + 12));
    assert!(!root.path().join("run").exists());
    let end = preview(root.path().join("absent.toml"));
    assert!(matches!(end, Some(EventKind::Failed(why)) if why.text.contains("absent.toml")));
}

#[test]
fn a_preflight_tells_what_the_run_takes_and_touches_nothing() {
    let _alone = alone();
    let root = tempfile::tempdir().unwrap();
    let config = write_run(root.path(), "run");
    // The wizard's plans are patient.
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, text + "[patience]\nvalidations = 5\n").unwrap();
    let plan = Box::new(TrainingPlan {
        config: config.clone(),
        resume: None,
        out: None,
    });
    let worker = worker();
    let command = WorkerCommand::Preflight(JobHandle::background(), plan);
    let end = run(&worker, command, || None).pop();
    let Some(EventKind::Preflighted(found)) = end else {
        panic!("{end:?}");
    };
    assert!(!root.path().join("run").exists());
    assert_eq!((found.num_training, found.num_validation), (2, 1));
    assert_eq!(found.device, "CPU");
    assert!(found.secs_per_iteration > 0.0 && found.secs_per_validation.is_some());
    assert!(found.secs_per_checkpoint > 0.0);
    let between = found.secs_per_validation.unwrap() + found.secs_per_checkpoint;
    let all = 10.0 * found.secs_per_iteration + 2.0 * between;
    assert!((found.total_secs - all).abs() < 1e-9, "{found:?}");
    run(&worker, train(&config), || None);
    let weights = newest_weights(&root.path().join("run"));
    let weights: u64 = weights.iter().map(|bytes| bytes.len() as u64).sum();
    let state = found.checkpoint_bytes - weights;
    assert!(state < 800, "two small files beside the weights: {state}");
    // Two are kept, the best, and the one that is written; the run that has ended lacks the last at least.
    let left = bytes_in(&root.path().join("run"));
    let told = found.disk_bytes;
    assert!(
        told > left && told <= left + 2 * found.checkpoint_bytes + 1024,
        "{told} {left}"
    );
    if cfg!(target_os = "linux") {
        assert!(found.free_disk_bytes.is_some_and(|bytes| bytes > 1 << 20));
        assert!(found.memory_bytes.is_some() && found.free_memory_bytes.is_some());
    }
    // A run that cannot be begun is refused in the same words.
    let again = WorkerCommand::Preflight(
        JobHandle::background(),
        Box::new(TrainingPlan {
            config: root.path().join("absent.toml"),
            resume: None,
            out: None,
        }),
    );
    let end = run(&worker, again, || None).pop();
    assert!(matches!(end, Some(EventKind::Failed(why)) if why.text.contains("absent.toml")));
}

/// Bytes of all files in a folder and those below it.
fn bytes_in(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    let sizes = entries.map(|entry| match entry.metadata().unwrap() {
        about if about.is_dir() => bytes_in(&entry.path()),
        about => about.len(),
    });
    sizes.sum()
}

/// Tells as a number format how many threads a reader's job has.
struct Counter;

impl Pipeline for Counter {
    fn load_bundle(&mut self, _: &BundleChoice) -> Result<BundleSummary, JobError> {
        Err(JobError::Failed(tch::get_num_threads().to_string().into()))
    }

    fn suppress(
        &mut self,
        _: &SuppressionRequest,
        _: &mut dyn Observer,
    ) -> Result<SuppressionResult, JobError> {
        Err(JobError::Cancelled)
    }

    fn segment(&mut self, _: &Arc<Radiograph>, _: &mut dyn Observer) -> Result<LungMask, JobError> {
        Err(JobError::Cancelled)
    }
}

/// A run with threads of its own.
struct ManyThreads;

/// More than any reader has here.
const RUN_THREADS: i32 = 513;

impl Trainer for ManyThreads {
    fn train(
        &mut self,
        _: &TrainingPlan,
        observer: &mut dyn TrainingObserver,
    ) -> Result<String, JobError> {
        tch::set_num_threads(RUN_THREADS);
        observer.event(&TrainEvent::Warned {
            message: "ready".to_owned(),
        });
        std::thread::sleep(Duration::from_millis(200));
        observer.between_steps();
        Ok(tch::get_num_threads().to_string())
    }

    fn preflight(
        &mut self,
        _: &TrainingPlan,
        _: &mut dyn TrainingObserver,
    ) -> Result<Preflight, JobError> {
        Err(JobError::Cancelled)
    }

    fn preview_augmentations(
        &mut self,
        _: &Path,
        _: &mut dyn TrainingObserver,
    ) -> Result<FloatImage, JobError> {
        Err(JobError::Cancelled)
    }

    fn judge(
        &mut self,
        _: &JudgePlan,
        _: &mut dyn ContestObserver,
    ) -> Result<ContestOutcome, JobError> {
        Err(JobError::Cancelled)
    }
}

#[test]
fn the_threads_of_a_run_are_not_those_of_a_reader() {
    let _alone = alone();
    let pipeline = || -> Box<dyn Pipeline> { Box::new(Counter) };
    let worker = Worker::start(pipeline, Box::new(ManyThreads), Arc::new(|_| {})).unwrap();
    let load = || WorkerCommand::LoadBundle(JobHandle::new(), PathBuf::from("x").into());
    let threads = |kinds: &[EventKind]| -> Vec<String> {
        let told = kinds.iter().filter_map(|kind| match kind {
            EventKind::Failed(threads) => Some(threads.text.clone()),
            _ => None,
        });
        told.collect()
    };
    let before = threads(&run(&worker, load(), || None));
    let mut first = true;
    let ask = || std::mem::take(&mut first).then(load);
    let kinds = run(&worker, train(Path::new("x")), ask);
    assert_eq!(threads(&kinds), before, "between two steps");
    let Some(EventKind::Trained(own)) = kinds.last() else {
        panic!("{kinds:?}");
    };
    assert_eq!(own, &RUN_THREADS.to_string(), "its own are back");
    assert_eq!(threads(&run(&worker, load(), || None)), before, "after it");
}
