//! What a run computes on, in words.

use crate::radiograph::counted;
use crate::train::RunConfig;
use tch::Device;

/// What the last bits of the weights depend on beside the program, in words without commas.
pub(super) fn arithmetic(config: &RunConfig, device: Device) -> String {
    let kind = config.precision.kind(device);
    match device {
        Device::Cpu => {
            let threads = counted(i64::from(tch::get_num_threads()), "thread");
            format!("{device:?} {kind:?} {threads}")
        }
        _ => format!("{device:?} {kind:?}"),
    }
}

/// A device as people call it, and as the list of devices does.
pub(super) fn word_of(device: Device) -> String {
    match device {
        Device::Cuda(index) => format!("CUDA:{index}"),
        Device::Cpu => "CPU".to_owned(),
        other => format!("{other:?}"),
    }
}
