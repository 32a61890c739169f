//! The one thread that owns libtorch, and what travels to and from it.
//!
//! Commands go in over a bounded channel, events come out over another, progress lies in a
//! newest-value slot, cancelling is an atomic in the job's handle. No tensor crosses a channel.

mod command;
mod event;
mod job;

pub use command::{SuppressionRequest, WorkerCommand};
pub use event::{EventKind, StopReason, WorkerEvent};
pub use job::{JobHandle, JobId, Progress};

pub use crate::pipeline::{
    ClippingChoice, DeviceChoice, FusionChoice, GuidanceChoice, OutputGrid, PrecisionChoice,
    SamplerChoice, Stage, StageTime, SuppressionResult, SuppressionSettings,
};
