//! A worker driven from the command line: one job at a time, with a progress bar and Ctrl-C.

use super::interrupt::Interrupt;
use crate::worker::{
    BundleChoice, ComputeOptions, ContestStep, EventKind, JobHandle, Progress, StopReason, Worker,
    WorkerCommand, start_suppressor,
};
use anyhow::{Context as _, bail};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::cell::RefCell;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

/// How often progress and Ctrl-C are looked at.
const GLANCE: Duration = Duration::from_millis(50);
/// The bar counts in thousandths.
pub(super) const BAR_LENGTH: u64 = 1000;

/// How a job ended.
pub(super) enum Ended {
    /// With its last event: a result.
    Done(EventKind),
    /// With one sentence.
    Failed(String),
    /// On Ctrl-C.
    Interrupted,
}

/// A loaded bundle.
pub(super) struct LoadedBundle {
    /// SHA-256 of the bundle, hexadecimal.
    pub(super) sha256: String,
    /// Device the networks run on, as text.
    pub(super) device: String,
}

/// A worker and who watches over it.
pub(super) struct Session {
    worker: Worker,
    interrupt: Interrupt,
    /// Warnings that were printed: several seeds of one radiograph repeat theirs.
    told: RefCell<HashSet<String>>,
}

impl Session {
    /// Starts a worker without networks.
    pub(super) fn start(compute: ComputeOptions) -> anyhow::Result<Self> {
        let interrupt = Interrupt::install()?;
        let worker = start_suppressor(compute, Arc::new(|_| {}))?;
        let told = RefCell::default();
        Ok(Self {
            worker,
            interrupt,
            told,
        })
    }

    /// Loads a bundle; `None` on Ctrl-C.
    pub(super) fn load(
        &self,
        bundle: impl Into<BundleChoice>,
    ) -> anyhow::Result<Option<LoadedBundle>> {
        let handle = JobHandle::new();
        let command = WorkerCommand::LoadBundle(handle.clone(), bundle.into());
        match self.run(command, "loading", |_| {})? {
            Ended::Done(EventKind::BundleLoaded {
                name,
                sha256,
                device,
                ..
            }) => {
                eprintln!("{name} on {device}");
                Ok(Some(LoadedBundle { sha256, device }))
            }
            Ended::Done(other) => bail!("the worker answered out of turn: {other:?}"),
            Ended::Failed(sentence) => bail!(sentence),
            Ended::Interrupted => Ok(None),
        }
    }

    /// Runs one job to its end; `label` names it beside the bar, `line` hears lines of training progress.
    pub(super) fn run(
        &self,
        command: WorkerCommand,
        label: &str,
        mut line: impl FnMut(&str),
    ) -> anyhow::Result<Ended> {
        let Some(handle) = command.handle().cloned() else {
            bail!("the command has no job");
        };
        self.worker.send(command).context("cannot start the job")?;
        let bar = bar(label);
        loop {
            if self.interrupt.is_set() {
                handle.cancel();
            }
            if let Some(progress) = handle.progress() {
                show(&bar, progress);
            }
            let Some(event) = self.worker.recv_timeout(GLANCE)? else {
                continue;
            };
            // What an earlier job left behind is not about this one.
            if event.job != handle.id() {
                continue;
            }
            match event.kind {
                EventKind::Started
                | EventKind::Deferred
                | EventKind::TrainingPaused
                | EventKind::TrainingResumed => {}
                EventKind::PictureBegun(step) => tell_begun(&bar, label, *step),
                EventKind::Warned(warning) => {
                    // Of many pictures the first one that it is said of is named.
                    let is_new = self.told.borrow_mut().insert(format!("{label}: {warning}"));
                    if is_new {
                        let prefix = bar.prefix();
                        bar.suspend(|| eprintln!("warning: {prefix}: {warning}"));
                    }
                }
                EventKind::TrainingProgressed(event) => {
                    // An event is plain numbers and names: it has a JSON form.
                    if let Ok(text) = serde_json::to_string(&event) {
                        bar.suspend(|| line(&text));
                    }
                }
                EventKind::Failed(failure) => {
                    bar.finish_and_clear();
                    return Ok(Ended::Failed(failure.text));
                }
                EventKind::Stopped(StopReason::Cancelled | StopReason::ShutDown) => {
                    bar.finish_and_clear();
                    return Ok(Ended::Interrupted);
                }
                result => {
                    bar.finish_and_clear();
                    return Ok(Ended::Done(result));
                }
            }
        }
    }

    /// Whether Ctrl-C was pressed.
    pub(super) fn is_interrupted(&self) -> bool {
        self.interrupt.is_set()
    }
}

/// A bar on standard error; invisible where that is no terminal.
pub(super) fn bar(label: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(BAR_LENGTH), ProgressDrawTarget::stderr());
    // A template is a constant of ours; where it did not parse the default style would do.
    if let Ok(style) = ProgressStyle::with_template("{prefix} [{bar:30}] {percent:>3} % {msg}") {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.set_prefix(label.to_owned());
    bar
}

/// Which picture of many is made; a line each where nobody sees the bar: hours in a file without a word would look like a
/// program that hangs.
fn tell_begun(bar: &ProgressBar, label: &str, step: ContestStep) {
    let ContestStep {
        model,
        case,
        number,
        total,
    } = step;
    let text = format!("{label} {number}/{total}: {case}, {model}");
    if bar.is_hidden() {
        eprintln!("{text}");
    }
    bar.set_prefix(text);
}

fn show(bar: &ProgressBar, progress: Progress) {
    let Progress {
        stage,
        done,
        total,
        fraction,
        eta_secs,
        stages: _,
    } = progress;
    bar.set_position((f64::from(fraction) * BAR_LENGTH as f64) as u64);
    let eta = eta_secs.map_or_else(String::new, |secs| format!(", about {secs:.0} s left"));
    bar.set_message(format!("{stage} {done}/{total}{eta}"));
}
