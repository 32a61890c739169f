//! How long a reader waits for a picture that is asked for while networks are trained:
//! `cargo bench --bench reading_while_training` (`--profile dev` for the build that tests use).
//!
//! The bundle that is shipped makes pictures on the CPU, first with nothing beside it, then while its denoiser is trained:
//! at odd moments of a step, while a whole held-out radiograph is judged and rendered as a sample, and while a checkpoint
//! is written; the run does both after every second step. The longest wait must not be longer than the longest step of the
//! run and the longest picture that was made alone, with a quarter more for what shares the machine.
//!
//! It ends with status 1 and one sentence where it is, or where no picture was made in the middle of a judgement or of a
//! checkpoint.
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

/// Pictures alone, and at each kind of moment of the run.
const NUM_PICTURES: u64 = 4;
/// Steps between judgements, each with a checkpoint.
const JUDGED_EVERY: u64 = 2;
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
         iterations = 100000\nreport_every = 1\nvalidate_every = {JUDGED_EVERY}\ncheckpoint_every = {JUDGED_EVERY}\n\
         [samples]\nimages = 1\nsteps = 2\n[data]\nvalidation = ['c']\n[[data.source]]\nkind = 'pairs'\nfolder = 'data'\n",
        env!("CARGO_MANIFEST_DIR")
    );
    let path = folder.join("plan.toml");
    std::fs::write(&path, text).unwrap();
    path
}

/// What a run is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    /// A step of the optimiser.
    Step,
    /// A held-out radiograph is judged and rendered.
    Judgement,
    /// A checkpoint is written.
    Checkpoint,
}

impl Moment {
    /// What begins at this fact.
    fn after(fact: &TrainEvent) -> Option<Self> {
        match fact {
            TrainEvent::Progressed { iteration, .. } if iteration.is_multiple_of(JUDGED_EVERY) => {
                Some(Self::Judgement)
            }
            TrainEvent::Validated { .. } => Some(Self::Checkpoint),
            TrainEvent::Progressed { .. } | TrainEvent::Checkpointed { .. } => Some(Self::Step),
            _ => None,
        }
    }
}

struct Bench {
    worker: Worker,
    radiograph: Arc<Radiograph>,
    settings: SuppressionSettings,
    /// Seconds of each step since it was last asked.
    steps: Vec<f64>,
    /// What the run is about.
    moment: Moment,
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
            moment: Moment::Step,
        }
    }

    /// Notes a step, and what the run is about; whether the job has ended.
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
                self.moment = Moment::after(fact).unwrap_or(self.moment);
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

    /// Waits for a picture that is asked for `delay` after the run began with `moment`. Whether it was made before the run
    /// was done with that.
    fn wait_in(&mut self, moment: Moment, delay: Duration, seed: u64) -> (f64, bool) {
        // The beginning of a moment, not its middle.
        let mut before = moment;
        while self.moment != moment || before == moment {
            before = self.moment;
            self.note();
        }
        std::thread::sleep(delay);
        let secs = self.wait_for_picture(seed);
        (secs, self.moment == moment)
    }

    /// The longest wait at this kind of moment, of [`NUM_PICTURES`], and how many of them were made in the middle of it.
    fn longest_wait_in(&mut self, moment: Moment) -> (f64, usize) {
        let mut waits = Vec::new();
        for nth in 0..NUM_PICTURES {
            // Another part of it each time; a checkpoint is written in a small part of a step.
            let share = match moment {
                Moment::Step | Moment::Judgement => 0.2 + 0.2 * nth as f64,
                Moment::Checkpoint => 0.01 * nth as f64,
            };
            let delay = Duration::from_secs_f64(share * longest(&self.steps));
            waits.push(self.wait_in(moment, delay, 100 + nth));
        }
        let within = waits.iter().filter(|(_, within)| *within).count();
        let secs: Vec<f64> = waits.into_iter().map(|(secs, _)| secs).collect();
        (longest(&secs), within)
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
    // The first ones make libtorch's kernels.
    bench.steps.drain(..2);
    let moments = [
        ("a step", Moment::Step),
        ("a judgement", Moment::Judgement),
        ("a checkpoint", Moment::Checkpoint),
    ];
    let waits = moments.map(|(name, moment)| (name, bench.longest_wait_in(moment)));
    training.cancel();
    while bench.note() != (true, training.id()) {}
    let (step, own) = (longest(&bench.steps), longest(&alone));
    println!("longest step of the run {step:.2} s, longest picture alone {own:.2} s");
    verdict(&waits, step + own)
}

/// Says how long a reader waited at each kind of moment, and whether that is longer than `promised`, seconds.
fn verdict(waits: &[(&str, (f64, usize))], promised: f64) -> ExitCode {
    let bound = ALLOWANCE * promised;
    let mut end = ExitCode::SUCCESS;
    for (name, (wait, within)) in waits {
        println!(
            "asked for in {name}: longest wait {wait:.2} s, of {NUM_PICTURES}; {within} made before it was done"
        );
        if *wait > bound {
            println!("Over the bound: a reader waits up to {wait:.2} s (bound {bound:.2} s).");
            end = ExitCode::FAILURE;
        }
        if *name != "a step" && *within == 0 {
            println!("No picture was made in the middle of {name}: nothing was measured there.");
            end = ExitCode::FAILURE;
        }
    }
    end
}
