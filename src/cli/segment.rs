//! `diaphane segment`.

use super::batch::{self, Outcome};
use super::inputs::Input;
use super::job::SegmentJob;
use super::outputs::{OutputNames, lung_mask_marks};
use super::report::Tally;
use super::session::{Ended, Session};
use crate::formats::{self, raster};
use crate::radiograph::{LungMask, Radiograph};
use crate::worker::{EventKind, JobHandle, WorkerCommand};
use anyhow::{bail, ensure};
use std::sync::Arc;

pub(super) fn run(job: &SegmentJob) -> anyhow::Result<Tally> {
    batch::run(
        &job.inputs,
        &job.network,
        &job.destination,
        |session, _, input| segment(session, job, input),
    )
}

/// Writes one mask and says where it lies and which share of the picture it takes.
fn segment(session: &Session, job: &SegmentJob, input: &Input) -> anyhow::Result<Outcome> {
    let path = OutputNames::new(&job.destination, input).lung_mask();
    let overwrite = job.destination.overwrite;
    ensure!(
        overwrite || !path.exists(),
        "{} exists; give --overwrite to replace it",
        path.display()
    );
    formats::ensure_not_source(&path, &job.inputs.sources)?;
    let radiograph = job.reading.read(&input.path)?;
    let marks = lung_mask_marks(radiograph.spacing);
    let Some(mask) = segment_one(session, radiograph, &input.stem)? else {
        return Ok(Outcome::Interrupted);
    };
    raster::write_marked_mask8(&path, &mask, &marks, overwrite)?;
    Ok(Outcome::Done(serde_json::json!({
        "event": "segmented",
        "file": input.path.display().to_string(),
        "lungmask": path.display().to_string(),
        "lung_fraction": mask.fraction(),
    })))
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
