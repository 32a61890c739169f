//! How long a reader waits for a picture that is asked for while networks are trained:
//! `cargo bench --bench reading_while_training` (`--profile dev` for the build that tests use).
//!
//! The bundle that is shipped makes pictures on the CPU, first with nothing beside it, then at odd moments of a run that
//! trains its denoiser. The longest wait must not be longer than the longest step of the run and the longest picture
//! that was made alone, with a quarter more for what shares the machine.
//!
//! It ends with status 1 and one sentence where it is.
#![expect(clippy::unwrap_used, reason = "a step that fails ends the measurement")]

mod lungs;
mod pairs;
#[path = "window/picture.rs"]
mod picture;

use diaphane::formats;
use diaphane::radiograph::Radiograph;
use diaphane::worker::{
    ComputeOptions, DeviceChoice, EventKind, JobHandle, JobId, PrecisionChoice, SuppressionRequest,
    SuppressionSettings, TrainEvent, TrainingPlan, Worker, WorkerCommand, start_suppressor,
};
use picture::SIDE;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Pictures alone, and during the run.
const NUM_PICTURES: u64 = 6;
/// Steps of a picture: few, so that the measurement ends.
const NUM_STEPS: usize = 2;
/// What else shares the machine may make a wait longer by this.
const ALLOWANCE: f64 = 1.25;
const PATIENCE: Duration = Duration::from_mins(10);

fn write_run(folder: &Path) -> PathBuf {
    let data = folder.join("data");
    std::fs::create_dir(&data).unwrap();
    pairs::write(&data);
    let text = format!(
        "stage = 'denoiser'\nbase = '{}/models/compact'\nout = 'run'\ndevice = 'cpu'\nbatch = 2\npatch_px = 256\n\
         iterations = 100000\nreport_every = 1\nvalidate_every = 0\ncheckpoint_every = 100000\n\
         [[data.source]]\nkind = 'pairs'\nfolder = 'data'\n",
        env!("CARGO_MANIFEST_DIR")
    );
    let path = folder.join("plan.toml");
    std::fs::write(&path, text).unwrap();
    path
}

struct Bench {
    worker: Worker,
    radiograph: Arc<Radiograph>,
    settings: SuppressionSettings,
    /// Seconds of each step since it was last asked.
    steps: Vec<f64>,
}

impl Bench {
    fn new(folder: &Path) -> Self {
        let compute = ComputeOptions {
            device: DeviceChoice::Cpu,
            precision: PrecisionChoice::F32,
        };
        let worker = start_suppressor(compute, Arc::new(|_| {})).unwrap();
        let bundle = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/compact");
        let load = WorkerCommand::LoadBundle(JobHandle::new(), bundle.into());
        worker.send(load).unwrap();
        let settings = loop {
            match worker.recv_timeout(PATIENCE).unwrap().unwrap().kind {
                EventKind::BundleLoaded { defaults, .. } => break defaults,
                EventKind::Failed(failure) => panic!("{failure}"),
                _ => {}
            }
        };
        let file = picture::write(folder, "asked.png", SIDE);
        Self {
            worker,
            radiograph: Arc::new(formats::read(&file).unwrap()),
            settings: SuppressionSettings {
                steps: NUM_STEPS,
                ..settings
            },
            steps: Vec::new(),
        }
    }

    /// Notes a step; whether the job has ended.
    fn note(&mut self) -> (bool, JobId) {
        let event = self.worker.recv_timeout(PATIENCE).unwrap().unwrap();
        match &event.kind {
            EventKind::TrainingProgressed(fact) => {
                if let TrainEvent::Progressed {
                    iterations_per_sec, ..
                } = fact.as_ref()
                {
                    self.steps.push(1.0 / iterations_per_sec);
                }
            }
            EventKind::Failed(failure) => panic!("{failure}"),
            _ => {}
        }
        (event.kind.is_final(), event.job)
    }

    /// Seconds until a picture with this seed is there.
    fn wait_for_picture(&mut self, seed: u64) -> f64 {
        let settings = SuppressionSettings {
            seed,
            ..self.settings.clone()
        };
        let request = SuppressionRequest {
            mask: Some(Arc::new(lungs::lungs(SIDE))),
            ..SuppressionRequest::new(Arc::clone(&self.radiograph), settings)
        };
        let handle = JobHandle::new();
        let began = Instant::now();
        let command = WorkerCommand::Suppress(handle.clone(), Box::new(request));
        self.worker.send(command).unwrap();
        while self.note() != (true, handle.id()) {}
        began.elapsed().as_secs_f64()
    }
}

fn longest(times: &[f64]) -> f64 {
    times.iter().copied().fold(0.0, f64::max)
}

fn main() -> ExitCode {
    let folder = tempfile::tempdir().unwrap();
    let config = write_run(folder.path());
    let mut bench = Bench::new(folder.path());
    bench.wait_for_picture(0);
    let alone: Vec<f64> = (1..=NUM_PICTURES)
        .map(|seed| bench.wait_for_picture(seed))
        .collect();
    let plan = TrainingPlan {
        config,
        resume: None,
        out: None,
    };
    let training = JobHandle::background();
    let command = WorkerCommand::Train(training.clone(), Box::new(plan));
    bench.worker.send(command).unwrap();
    while bench.steps.len() < 3 {
        bench.note();
    }
    bench.steps.clear();
    let mut waits = Vec::new();
    for seed in 1..=NUM_PICTURES {
        // A step or two, and a part of one: another moment of a step each time.
        let steps = bench.steps.len();
        while bench.steps.len() <= steps {
            bench.note();
        }
        let step = longest(&bench.steps);
        std::thread::sleep(Duration::from_secs_f64(step * 0.15 * seed as f64));
        waits.push(bench.wait_for_picture(100 + seed));
    }
    training.cancel();
    while bench.note() != (true, training.id()) {}
    let (step, own, wait) = (longest(&bench.steps), longest(&alone), longest(&waits));
    println!("longest step of the run {step:.2} s, longest picture alone {own:.2} s");
    println!("longest wait for a picture during the run {wait:.2} s, of {NUM_PICTURES}");
    let bound = ALLOWANCE * (step + own);
    if wait > bound {
        println!("Over the bound: a reader waits up to {wait:.2} s (bound {bound:.2} s).");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
