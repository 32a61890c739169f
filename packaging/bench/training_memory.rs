//! Whether training keeps memory that it has no use for: `cargo bench --bench training_memory` (`--profile dev` for the
//! build that tests use; minutes as an argument after `--`, 60 without one). Linux only: it reads `/proc/self/statm`.
//!
//! The shipped bundle is fine-tuned on pairs that are drawn here, with validation, checkpoints and samples, and the
//! resident memory is noted at every report. A straight line through what comes after the first fifth of the time says how
//! fast it grows; it ends with status 1 where that is more than [`BOUND_MIB_PER_HOUR`].
#![expect(clippy::unwrap_used, reason = "a step that fails ends the measurement")]

mod pairs;

use diaphane::train::{Observer, RunConfig, Start, TrainEvent, run};
use std::process::ExitCode;
use std::time::Instant;

/// Growth allowed; an allocator's own wandering stays well below it.
const BOUND_MIB_PER_HOUR: f64 = 64.0;
/// Bytes of a page on the processors this is measured on.
const PAGE_BYTES: f64 = 4096.0;

/// Resident memory in MiB over time.
struct Watch {
    began: Instant,
    seen: Vec<(f64, f64)>,
}

impl Observer for Watch {
    fn event(&mut self, event: &TrainEvent) {
        if let TrainEvent::Progressed { iteration, .. } = event {
            let minutes = self.began.elapsed().as_secs_f64() / 60.0;
            let resident = resident_mib();
            self.seen.push((minutes, resident));
            println!("{minutes:6.1} min  iteration {iteration:6}  {resident:8.1} MiB");
        }
    }
}

fn resident_mib() -> f64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: f64 = statm.split_whitespace().nth(1).unwrap().parse().unwrap();
    pages * PAGE_BYTES / f64::from(1 << 20)
}

/// Slope of the least-squares line in MiB per hour, without the first fifth of the time.
fn slope_per_hour(seen: &[(f64, f64)]) -> f64 {
    let from = 0.2 * seen.last().map_or(0.0, |last| last.0);
    let kept: Vec<(f64, f64)> = seen.iter().copied().filter(|(m, _)| *m >= from).collect();
    let count = kept.len() as f64;
    let mean = |pick: fn(&(f64, f64)) -> f64| kept.iter().map(pick).sum::<f64>() / count;
    let (time, memory) = (mean(|p| p.0), mean(|p| p.1));
    let both: f64 = kept.iter().map(|p| (p.0 - time) * (p.1 - memory)).sum();
    let square: f64 = kept.iter().map(|p| (p.0 - time).powi(2)).sum();
    60.0 * both / square
}

fn main() -> ExitCode {
    let minutes: f64 = std::env::args()
        .find_map(|word| word.parse().ok())
        .unwrap_or(60.0);
    let temp = tempfile::tempdir().unwrap();
    pairs::write(temp.path());
    let text = format!(
        "stage = \"denoiser\"\nbase = '{}/models/compact'\nout = \"run\"\ndevice = \"cpu\"\nthreads = 1\n\
         minutes = {minutes:.3}\nbatch = 2\npatch_px = 128\nreport_every = 25\nvalidate_every = 100\n\
         checkpoint_every = 100\nkeep_checkpoints = 1\n[samples]\nimages = 1\nsteps = 1\n[data]\nvalidation = [\"c\"]\n\
         [[data.source]]\nkind = \"pairs\"\nfolder = '{}'\n",
        env!("CARGO_MANIFEST_DIR"),
        temp.path().display()
    );
    let file = temp.path().join("run.toml");
    std::fs::write(&file, text).unwrap();
    let mut watch = Watch {
        began: Instant::now(),
        seen: Vec::new(),
    };
    run(&RunConfig::read(&file).unwrap(), Start::Fresh, &mut watch).unwrap();
    let slope = slope_per_hour(&watch.seen);
    let last = watch.seen.last().map_or(0.0, |last| last.1);
    println!(
        "resident {last:.0} MiB at the end of {minutes} minutes, growing by {slope:.1} MiB an hour"
    );
    // Of a run with too few reports there is no slope.
    if !slope.is_finite() || slope > BOUND_MIB_PER_HOUR {
        eprintln!("training keeps memory: {slope:.0} MiB an hour, more than {BOUND_MIB_PER_HOUR}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
