//! From one radiograph to its soft-tissue image.
//!
//! Owns the order of the stages and what is cached between them; knows no window and no thread.

mod result;
mod settings;

pub use result::{Stage, StageTime, SuppressionResult};
pub use settings::{
    ClippingChoice, DeviceChoice, FusionChoice, GuidanceChoice, OutputGrid, PrecisionChoice,
    SamplerChoice, SuppressionSettings,
};
