//! From one radiograph to its soft-tissue image.
//!
//! Owns the order of the stages and what is cached between them; knows no window and no thread.

mod progress;
mod request;
mod result;
mod settings;

pub use progress::{Observer, PlannedStage, Progress, ProgressTracker};
pub use request::{BundleSummary, ComputeOptions, SuppressionRequest};
pub use result::{Stage, StageTime, SuppressionResult};
pub use settings::{
    ClippingChoice, DeviceChoice, FusionChoice, GuidanceChoice, OutputGrid, PrecisionChoice,
    SamplerChoice, SuppressionSettings,
};
