//! `diaphane segment`.

use super::inputs::Input;
use super::job::SegmentJob;
use super::outputs::OutputNames;
use super::report::Tally;
use super::session::{Ended, Session};
use crate::formats::{self, raster};
use crate::radiograph::{LungMask, Radiograph};
use crate::worker::{EventKind, JobHandle, WorkerCommand};
use anyhow::{bail, ensure};
use std::path::PathBuf;
use std::sync::Arc;

pub(super) fn run(job: &SegmentJob) -> anyhow::Result<Tally> {
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
    if session.load(&job.network.bundle)?.is_none() {
        tally.interrupted = true;
        return Ok(tally);
    }
    for input in &job.inputs.files {
        match segment(&session, job, input) {
            Ok(Some((path, fraction))) => {
                tally.done += 1;
                machine.line(&serde_json::json!({
                    "event": "segmented",
                    "file": input.path.display().to_string(),
                    "lungmask": path.display().to_string(),
                    "lung_fraction": fraction,
                }));
            }
            Ok(None) => tally.interrupted = true,
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

/// Writes one mask; its path and share of the picture, or `None` on Ctrl-C.
fn segment(
    session: &Session,
    job: &SegmentJob,
    input: &Input,
) -> anyhow::Result<Option<(PathBuf, f32)>> {
    let path = OutputNames::new(&job.destination, input).lung_mask();
    let overwrite = job.destination.overwrite;
    ensure!(
        overwrite || !path.exists(),
        "{} exists; give --overwrite to replace it",
        path.display()
    );
    let sources: Vec<PathBuf> = job.inputs.files.iter().map(|i| i.path.clone()).collect();
    formats::ensure_not_source(&path, &sources)?;
    let radiograph = Arc::new(formats::read(&input.path)?);
    let Some(mask) = segment_one(session, radiograph, &input.stem)? else {
        return Ok(None);
    };
    raster::write_mask8(&path, &mask, overwrite)?;
    Ok(Some((path, mask.fraction())))
}

/// One lung mask on a session; `None` on Ctrl-C.
pub(super) fn segment_one(
    session: &Session,
    radiograph: Arc<Radiograph>,
    label: &str,
) -> anyhow::Result<Option<Arc<LungMask>>> {
    let command = WorkerCommand::Segment(JobHandle::new(), radiograph);
    match session.run(command, label, |_| {})? {
        Ended::Done(EventKind::Segmented(mask)) => Ok(Some(mask)),
        Ended::Done(other) => bail!("the worker answered out of turn: {other:?}"),
        Ended::Failed(sentence) => bail!("{label}: {sentence}"),
        Ended::Interrupted => Ok(None),
    }
}
