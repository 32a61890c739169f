//! `diaphane suppress`.

use super::batch::{self, Outcome};
use super::inputs::Input;
use super::job::SuppressJob;
use super::outputs::{OutputNames, Pictures};
use super::report::Tally;
use super::session::{Ended, LoadedBundle, Session};
use crate::formats::Identities;
use crate::guard::sentence;
use crate::pipeline::{Certificate, MaskOrigin, PlannedRun};
use crate::radiograph::{LungMask, Radiograph};
use crate::worker::{EventKind, JobHandle, SuppressionRequest, SuppressionResult, WorkerCommand};
use anyhow::bail;
use std::sync::Arc;
use std::time::Instant;

pub(super) fn run(job: &SuppressJob) -> anyhow::Result<Tally> {
    let mut identities = Identities::default();
    batch::run(
        &job.inputs,
        &job.network,
        &job.destination,
        |session, bundle, input| {
            Suppression {
                session,
                bundle,
                job,
            }
            .run(input, &mut identities)
        },
    )
}

/// What all radiographs of a command share.
struct Suppression<'a> {
    session: &'a Session,
    bundle: &'a LoadedBundle,
    job: &'a SuppressJob,
}

impl Suppression<'_> {
    fn run(&self, input: &Input, identities: &mut Identities) -> anyhow::Result<Outcome> {
        let started = Instant::now();
        let names = OutputNames::new(&self.job.destination, input);
        names.ensure_not_sources(&self.job.inputs.sources)?;
        let radiograph = self.job.reading.read(&input.path)?;
        let conflicts = identities.meet(&input.path, &radiograph);
        for conflict in &conflicts {
            eprintln!("warning: {}: {conflict}", input.stem);
        }
        let mask = self.job.mask_for(radiograph.size())?;
        let request = self.request(&radiograph, mask.clone());
        let overwrite = match self.may_write(&names, &request)? {
            Permission::Write { overwrite } => overwrite,
            Permission::DoneBefore => return Ok(Outcome::DoneBefore),
        };
        let origin = match mask {
            Some(_) => MaskOrigin::Given,
            None => MaskOrigin::Segmenter,
        };
        let Some(result) = suppress_one(self.session, request, &input.stem)? else {
            return Ok(Outcome::Interrupted);
        };
        let pictures = Pictures::of(&radiograph, &result)?;
        let mut certificate = Certificate::new(&radiograph, &result, origin);
        certificate.warn(&conflicts);
        let certificate = names.write(&pictures, certificate, overwrite)?;
        if let Some(told) = sentence(&result.marks) {
            eprintln!("{}: {told}", input.stem);
        }
        let seconds = started.elapsed().as_secs_f64();
        eprintln!("{}: {seconds:.1} s", input.path.display());
        Ok(Outcome::Done(serde_json::json!({
            "event": "suppressed",
            "file": input.path.display().to_string(),
            "seconds": seconds,
            "certificate": certificate,
        })))
    }

    /// What is asked for.
    fn request(
        &self,
        radiograph: &Arc<Radiograph>,
        mask: Option<Arc<LungMask>>,
    ) -> SuppressionRequest {
        SuppressionRequest {
            mask,
            num_seeds: self.job.num_seeds,
            ..SuppressionRequest::new(Arc::clone(radiograph), self.job.settings.clone())
        }
    }

    fn may_write(
        &self,
        names: &OutputNames,
        request: &SuppressionRequest,
    ) -> anyhow::Result<Permission> {
        let overwrite = self.job.destination.overwrite;
        let Some(existing) = names.existing() else {
            return Ok(Permission::Write { overwrite });
        };
        if self.job.resume {
            return self.may_resume(names, request);
        }
        if overwrite {
            return Ok(Permission::Write { overwrite });
        }
        bail!(
            "{} exists; give --overwrite to replace it, or --resume to go on",
            existing.display()
        )
    }

    fn may_resume(
        &self,
        names: &OutputNames,
        request: &SuppressionRequest,
    ) -> anyhow::Result<Permission> {
        let compute = self.job.network.compute;
        let run = PlannedRun {
            radiograph: &request.radiograph,
            bundle_sha256: &self.bundle.sha256,
            settings: &request.settings,
            seeds: &request.seeds(),
            mask: request.mask.as_deref(),
            device: &self.bundle.device,
            precision: compute.precision.word_on(&self.bundle.device),
        };
        let may_replace = self.job.destination.overwrite;
        match names.earlier_certificate() {
            Ok(Some(earlier)) if earlier.is_of(&run) && names.has_all_of(&earlier) => {
                Ok(Permission::DoneBefore)
            }
            Ok(Some(earlier)) if !earlier.is_of(&run) && !may_replace => bail!(
                "{} is of another input, mask, bundle, device, precision or settings; give --overwrite to replace it",
                names.certificate().display()
            ),
            Err(err) if !may_replace => Err(err),
            // Pictures without a certificate, or a certificate without all of its pictures, are what
            // an interrupted run left.
            _ => Ok(Permission::Write { overwrite: true }),
        }
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
