//! The one thread that suppresses, segments, trains and judges, and what travels to and from it.
//!
//! The networks of the window and of `suppress`, `segment`, `evaluate`, `models promote` and `train` live and die on it.
//! Two things use libtorch elsewhere, on the main thread of a command without a window: reading, checking and writing
//! bundles (`models verify`, `models pack`, `models promote`, `import`), and the LPIPS column of `evaluate`, between two
//! jobs of the worker.
//!
//! Commands go in over a bounded channel, events come out over another, progress lies in a
//! newest-value slot, cancelling is an atomic in the job's handle. No tensor crosses a channel.
//! Knows no window: whoever wants to be woken by an event passes a callback.
//!
//! Reading comes first: while networks are trained, whatever a reader asks for is served between two steps; while they
//! are judged, the picture under way makes room and is made again afterwards.
//!
//! ```text
//! shell --WorkerCommand--> [ queue ] --> thread "diaphane-worker" --WorkerEvent--> [ queue ] --> shell
//!    \_______ JobHandle: cancel flag, progress slot _______/
//! ```

mod branch;
mod command;
mod driven;
mod engine;
mod event;
mod job;
mod judging;
mod leg_nodes;
mod nodules;
mod panic_text;
mod part;
mod preflight;
mod queue;
mod run_record;
mod run_samples;
mod serve;
mod suppressor;
mod sweep;
mod thread;
mod trainer;
mod training;

pub use branch::{BranchPlan, BranchSettings, branch_run};
pub use command::{BundleChoice, TrainingPlan, WorkerCommand};
pub use driven::{JobError, Pipeline, Trainer};
pub use event::{EventKind, Failure, StopReason, WorkerEvent};
pub use job::{JobHandle, JobId, Priority};
pub use judging::{JudgePlan, PromotionPlan, RunContest, kept_evidence};
pub use leg_nodes::{LegNodes, LegNodesPlan, NodeMix};
pub use preflight::Preflight;
pub use run_record::{CheckpointRecord, LogRow, RunRecord};
pub use run_samples::SampleRecord;
pub use suppressor::start_suppressor;
pub use sweep::{SweepCell, SweepPlan};
pub use thread::{News, SendError, Wake, Worker, WorkerError, WorkerGone};
pub use trainer::{check_run_file, check_run_place, complete_run_file};

pub use crate::contest::{
    Candidate, ContestOutcome, ContestPlan, ContestStep, Contestant, JudgedCase, KeptOutcome,
    NUM_REFERENCE_CASES, NoduleChoice, NoduleOutcome, NodulePlan, Observer as ContestObserver,
    Scores,
};
pub use crate::pipeline::site;
pub use crate::pipeline::{
    AdapterChoice, BundleSummary, Certificate, Changes, ClippingChoice, ComputeOptions,
    DeviceChoice, DeviceInfo, FusionChoice, GuidanceChoice, KeptResult, KeptResultError,
    MOST_ADAPTER_PERCENT, MOST_SEEDS, Mark, MarkReason, MaskOrigin, MemoryOffer, MemorySaving,
    Observer, OutputGrid, PathKind, PrecisionChoice, Preview, PreviewChoice, Progress,
    SamplerChoice, Stage, StageSteps, StageTime, StepCount, SuppressionRequest, SuppressionResult,
    SuppressionSettings, UncertaintyForm, available_devices, certificate_path, mask8_sha256,
    suitability_of, uncertainty_full_scale, write_certified,
};
pub use crate::train::{
    EndReason, Observer as TrainingObserver, RunSummary, Terms, TrainEvent, TrainStage,
};
