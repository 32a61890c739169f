//! Where networks can run on this machine.

use super::DeviceChoice;
use tch::Cuda;

/// A device with a name for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceInfo {
    /// What to ask for.
    pub choice: DeviceChoice,
    /// As shown: "CPU, 8 threads", "CUDA:0".
    pub name: String,
}

/// Every device networks can run on, the CPU first.
///
/// Asks libtorch, and the graphics driver where there is one, which takes a moment: ask once. Safe on any thread, as no
/// tensor is made.
pub fn available_devices() -> Vec<DeviceInfo> {
    let threads = tch::get_num_threads();
    let cpu = DeviceInfo {
        choice: DeviceChoice::Cpu,
        name: format!(
            "CPU, {threads} thread{}",
            if threads == 1 { "" } else { "s" }
        ),
    };
    let count = usize::try_from(Cuda::device_count()).unwrap_or(0);
    let cards = (0..count).map(|index| DeviceInfo {
        choice: DeviceChoice::Cuda(index),
        name: format!("CUDA:{index}"),
    });
    [cpu].into_iter().chain(cards).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cpu_is_always_there() {
        let devices = available_devices();
        assert_eq!(devices[0].choice, DeviceChoice::Cpu);
        assert!(devices[0].name.starts_with("CPU, "), "{devices:?}");
    }
}
