//! What a run works with from its beginning to its end.

use crate::train::{Dataset, RunConfig, RunFolder};
use tch::Device;

/// Settings, device, images and folder of a run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RunContext<'a> {
    /// Its settings.
    pub config: &'a RunConfig,
    /// Where the networks are.
    pub device: Device,
    /// Its images.
    pub dataset: &'a Dataset,
    /// Its folder.
    pub folder: &'a RunFolder,
}
