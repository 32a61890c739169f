//! How long a run goes on after a reader has cancelled it: `cargo bench --bench cancel` (`--profile dev` for the build
//! that tests use).
//!
//! The bundle that is shipped runs on a radiograph of 3000 x 3000 pixels on the CPU, and every time at which it asks
//! whether it is still wanted is noted. The longest silence of a stage is the longest that a cancel waits there.
//!
//! It ends with status 1 and one sentence where a silence of any run but the first is longer than [`BOUND_MS`].
#![expect(clippy::unwrap_used, reason = "a step that fails ends the measurement")]

mod lungs;
#[path = "window/picture.rs"]
mod picture;

use diaphane::formats;
use diaphane::pipeline::{
    ComputeOptions, DeviceChoice, Observer, PrecisionChoice, Progress, Stage, SuppressionRequest,
    Suppressor,
};
use diaphane::radiograph::{Radiograph, Warning};
use lungs::lungs;
use picture::SIDE;
use std::cell::{Cell, RefCell};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

/// Longest silence allowed, ms.
const BOUND_MS: f64 = 300.0;

/// Notes the longest silence of each stage.
struct Silences {
    stage: Cell<Option<Stage>>,
    asked_last: Cell<Instant>,
    /// Stage, longest silence in ms, number of questions.
    longest: RefCell<Vec<(Option<Stage>, f64, usize)>>,
}

impl Silences {
    fn new() -> Self {
        Self {
            stage: Cell::new(None),
            asked_last: Cell::new(Instant::now()),
            longest: RefCell::default(),
        }
    }

    fn note(&self) {
        let ms = 1000.0
            * self
                .asked_last
                .replace(Instant::now())
                .elapsed()
                .as_secs_f64();
        let mut longest = self.longest.borrow_mut();
        let stage = self.stage.get();
        match longest.iter_mut().find(|entry| entry.0 == stage) {
            Some(entry) => (entry.1, entry.2) = (entry.1.max(ms), entry.2 + 1),
            None => longest.push((stage, ms, 1)),
        }
    }

    /// Prints a line a stage; returns the longest of all, ms.
    fn print(&self) -> f64 {
        self.note();
        let longest = self.longest.borrow();
        for (stage, ms, count) in longest.iter() {
            let name = stage.map_or_else(|| "begin".to_owned(), |stage| stage.to_string());
            println!("{name:<12} {count:>5} questions, longest silence {ms:>6.0} ms");
        }
        longest.iter().map(|entry| entry.1).fold(0.0, f64::max)
    }
}

impl Observer for Silences {
    fn progressed(&mut self, progress: Progress) {
        self.stage.set(Some(progress.stage));
    }

    fn warned(&mut self, _: &Warning) {}

    fn is_cancelled(&self) -> bool {
        self.note();
        false
    }
}

/// Finds the lungs and takes the bones out with networks that have made nothing yet; returns the longest silence, ms.
fn run(radiograph: &Arc<Radiograph>) -> f64 {
    let mut suppressor = Suppressor::new(ComputeOptions {
        device: DeviceChoice::Cpu,
        precision: PrecisionChoice::Auto,
    });
    let bundle = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/compact");
    let settings = suppressor.load_bundle(&bundle).unwrap().defaults;
    let mut silences = Silences::new();
    suppressor.segment(radiograph, &mut silences).unwrap();
    let longest = silences.print();
    let request = SuppressionRequest {
        mask: Some(Arc::new(lungs(SIDE))),
        ..SuppressionRequest::new(Arc::clone(radiograph), settings)
    };
    let mut silences = Silences::new();
    suppressor.suppress(&request, &mut silences).unwrap();
    silences.print().max(longest)
}

fn main() -> ExitCode {
    let folder = tempfile::tempdir().unwrap();
    let file = picture::write(folder.path(), "large.png", SIDE);
    let radiograph = Arc::new(formats::read(&file).unwrap());
    let _guard = tch::no_grad_guard();
    println!(
        "{SIDE} x {SIDE} pixels, CPU; the first run of the program, in which libtorch makes its kernels:"
    );
    run(&radiograph);
    println!("a later run:");
    let longest = run(&radiograph);
    if longest > BOUND_MS {
        println!("Over the bound: a cancel waits up to {longest:.0} ms (bound {BOUND_MS} ms).");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
