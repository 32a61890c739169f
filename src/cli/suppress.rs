//! `diaphane suppress`.

use super::inputs::Input;
use super::job::SuppressJob;
use super::outputs::{OutputNames, Pictures};
use super::report::Tally;
use super::session::{Ended, LoadedBundle, Session};
use crate::formats;
use crate::pipeline::{Certificate, MaskOrigin};
use crate::radiograph::Radiograph;
use crate::worker::{
    EventKind, JobHandle, SuppressionRequest, SuppressionResult, SuppressionSettings, WorkerCommand,
};
use anyhow::bail;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

/// How one radiograph ended.
enum Outcome {
    Done(Box<Certificate>),
    DoneBefore,
    Interrupted,
}

pub(super) fn run(job: &SuppressJob) -> anyhow::Result<Tally> {
    let machine = job.destination.machine;
    let mut tally = Tally::default();
    for (path, sentence) in &job.inputs.refused {
        tally.fail(machine, path, sentence);
    }
    if job.inputs.files.is_empty() {
        tally.finish(machine);
        return Ok(tally);
    }
    let session = Session::start(job.network.compute)?;
    let Some(bundle) = session.load(&job.network.bundle)? else {
        tally.interrupted = true;
        return Ok(tally);
    };
    let batch = Batch {
        session: &session,
        bundle: &bundle,
        sources: job
            .inputs
            .files
            .iter()
            .map(|input| input.path.clone())
            .collect(),
        job,
    };
    for input in &job.inputs.files {
        let started = Instant::now();
        match batch.suppress(input) {
            Ok(Outcome::Done(certificate)) => {
                tally.done += 1;
                let seconds = started.elapsed().as_secs_f64();
                eprintln!("{}: {seconds:.1} s", input.path.display());
                machine.line(&serde_json::json!({
                    "event": "suppressed",
                    "file": input.path.display().to_string(),
                    "seconds": seconds,
                    "certificate": certificate,
                }));
            }
            Ok(Outcome::DoneBefore) => {
                tally.skipped += 1;
                machine.line(&serde_json::json!({
                    "event": "skipped",
                    "file": input.path.display().to_string(),
                }));
            }
            Ok(Outcome::Interrupted) => tally.interrupted = true,
            Err(err) => tally.fail(machine, &input.path, &format!("{err:#}")),
        }
        if session.is_interrupted() {
            tally.interrupted = true;
            break;
        }
    }
    tally.finish(machine);
    Ok(tally)
}

/// What all radiographs of a command share.
struct Batch<'a> {
    session: &'a Session,
    bundle: &'a LoadedBundle,
    sources: Vec<PathBuf>,
    job: &'a SuppressJob,
}

impl Batch<'_> {
    fn suppress(&self, input: &Input) -> anyhow::Result<Outcome> {
        let names = OutputNames::new(&self.job.destination, input);
        names.ensure_not_sources(&self.sources)?;
        let radiograph = Arc::new(formats::read(&input.path)?);
        let overwrite = match self.may_write(&names, &radiograph)? {
            Permission::Write { overwrite } => overwrite,
            Permission::DoneBefore => return Ok(Outcome::DoneBefore),
        };
        let mask = self.job.mask_for(radiograph.size())?;
        let origin = match mask {
            Some(_) => MaskOrigin::Given,
            None => MaskOrigin::Segmenter,
        };
        let mut runs = Vec::new();
        let mut certificate = None;
        for &seed in &self.job.seeds {
            let request = SuppressionRequest {
                radiograph: Arc::clone(&radiograph),
                settings: SuppressionSettings {
                    seed,
                    ..self.job.settings.clone()
                },
                mask: mask.clone(),
            };
            let Some(result) = suppress_one(self.session, request, &input.stem)? else {
                return Ok(Outcome::Interrupted);
            };
            runs.push(Pictures::of(&radiograph, &result)?);
            certificate.get_or_insert_with(|| {
                Certificate::new(&radiograph, &result, self.job.seeds.clone(), origin)
            });
        }
        let Some(certificate) = certificate else {
            bail!("no seed was run");
        };
        let certificate = names.write(&Pictures::mean_of(runs)?, certificate, overwrite)?;
        Ok(Outcome::Done(Box::new(certificate)))
    }

    fn may_write(
        &self,
        names: &OutputNames,
        radiograph: &Radiograph,
    ) -> anyhow::Result<Permission> {
        let may_replace = self.job.destination.overwrite;
        let Some(existing) = names.existing() else {
            return Ok(Permission::Write {
                overwrite: may_replace,
            });
        };
        if self.job.resume {
            let (settings, seeds) = (&self.job.settings, self.job.seeds.len());
            match names.earlier_certificate() {
                Some(earlier)
                    if earlier.is_of(radiograph, &self.bundle.sha256, settings, seeds) =>
                {
                    return Ok(Permission::DoneBefore);
                }
                Some(_) if !may_replace => bail!(
                    "{} is of another input, bundle or settings; give --overwrite to replace it",
                    names.certificate().display()
                ),
                // Pictures without a certificate are what an interrupted run left.
                _ => return Ok(Permission::Write { overwrite: true }),
            }
        }
        if may_replace {
            return Ok(Permission::Write { overwrite: true });
        }
        bail!(
            "{} exists; give --overwrite to replace it, or --resume to go on",
            existing.display()
        )
    }
}

enum Permission {
    Write { overwrite: bool },
    DoneBefore,
}

/// One suppression on a session; `None` on Ctrl-C.
pub(super) fn suppress_one(
    session: &Session,
    request: SuppressionRequest,
    label: &str,
) -> anyhow::Result<Option<Arc<SuppressionResult>>> {
    let command = WorkerCommand::Suppress(JobHandle::new(), Box::new(request));
    match session.run(command, label, |_| {})? {
        Ended::Done(EventKind::Suppressed(result)) => Ok(Some(result)),
        Ended::Done(other) => bail!("the worker answered out of turn: {other:?}"),
        Ended::Failed(sentence) => bail!("{label}: {sentence}"),
        Ended::Interrupted => Ok(None),
    }
}
