//! `diaphane suppress`.

use super::batch::{self, Outcome};
use super::inputs::Input;
use super::job::SuppressJob;
use super::outputs::{MeanPictures, OutputNames, Pictures};
use super::report::Tally;
use super::session::{Ended, LoadedBundle, Session};
use crate::formats::Identities;
use crate::pipeline::{Certificate, MaskOrigin, PlannedRun};
use crate::radiograph::{LungMask, Radiograph};
use crate::worker::{
    EventKind, JobHandle, SuppressionRequest, SuppressionResult, SuppressionSettings, WorkerCommand,
};
use anyhow::{Context as _, bail};
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
        let overwrite = match self.may_write(&names, &radiograph, mask.as_deref())? {
            Permission::Write { overwrite } => overwrite,
            Permission::DoneBefore => return Ok(Outcome::DoneBefore),
        };
        let Some((pictures, mut certificate)) = self.pictures(input, &radiograph, mask.as_ref())?
        else {
            return Ok(Outcome::Interrupted);
        };
        certificate.warn(&conflicts);
        let certificate = names.write(&pictures, certificate, overwrite)?;
        let seconds = started.elapsed().as_secs_f64();
        eprintln!("{}: {seconds:.1} s", input.path.display());
        Ok(Outcome::Done(serde_json::json!({
            "event": "suppressed",
            "file": input.path.display().to_string(),
            "seconds": seconds,
            "certificate": certificate,
        })))
    }

    /// The pictures of all seeds as one; `None` on Ctrl-C.
    fn pictures(
        &self,
        input: &Input,
        radiograph: &Arc<Radiograph>,
        mask: Option<&Arc<LungMask>>,
    ) -> anyhow::Result<Option<(Pictures, Certificate)>> {
        let origin = match mask {
            Some(_) => MaskOrigin::Given,
            None => MaskOrigin::Segmenter,
        };
        let mut mean = MeanPictures::default();
        let mut certificate: Option<Certificate> = None;
        for &seed in &self.job.seeds {
            let request = SuppressionRequest {
                radiograph: Arc::clone(radiograph),
                settings: SuppressionSettings {
                    seed,
                    ..self.job.settings.clone()
                },
                mask: mask.cloned(),
            };
            let Some(result) = suppress_one(self.session, request, &input.stem)? else {
                return Ok(None);
            };
            mean.add(Pictures::of(radiograph, &result)?)?;
            let certificate = certificate.get_or_insert_with(|| {
                Certificate::new(radiograph, &result, self.job.seeds.clone(), origin)
            });
            certificate.warn(&result.warnings);
        }
        let certificate = certificate.context("no seed was run")?;
        Ok(Some((mean.finish()?, certificate)))
    }

    fn may_write(
        &self,
        names: &OutputNames,
        radiograph: &Radiograph,
        mask: Option<&LungMask>,
    ) -> anyhow::Result<Permission> {
        let overwrite = self.job.destination.overwrite;
        let Some(existing) = names.existing() else {
            return Ok(Permission::Write { overwrite });
        };
        if self.job.resume {
            return self.may_resume(names, radiograph, mask);
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
        radiograph: &Radiograph,
        mask: Option<&LungMask>,
    ) -> anyhow::Result<Permission> {
        let compute = self.job.network.compute;
        let run = PlannedRun {
            radiograph,
            bundle_sha256: &self.bundle.sha256,
            settings: &self.job.settings,
            seeds: &self.job.seeds,
            mask,
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
