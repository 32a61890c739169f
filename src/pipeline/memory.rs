//! What a run will need of memory, asked before it begins.

use super::networks::Networks;
use super::{PipelineError, Stage};
use crate::model::Manifest;
use tch::Device;

/// Activations of the codec's widest layer that are alive at once. Measured with the compact bundle at 1024 px on a
/// CPU: the peak of a whole run lies 322 MiB above that of the program with libtorch loaded, and one activation of 32
/// channels takes 128 MiB; rounded up.
const CODEC_ACTIVATIONS: u64 = 3;
/// Pictures of 32 bits on the radiograph's own grid that are alive while the bone layer is restored.
const NATIVE_PICTURES: u64 = 16;
const MIB: u64 = 1 << 20;

/// A stage with the bytes it needs at its peak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Need {
    stage: Stage,
    bytes: u64,
}

/// Bytes the codec needs on a grid of `pixels`.
fn codec_bytes(manifest: &Manifest, pixels: u64) -> u64 {
    let channels = manifest.vqgan.config.channels.first().copied().unwrap_or(1);
    let channels = u64::try_from(channels).unwrap_or(1);
    CODEC_ACTIVATIONS * channels * pixels * 4
}

/// The stage that needs most of what is asked of `device`: native pictures lie in the machine's own memory.
fn largest_need(manifest: &Manifest, native: (usize, usize), device: Device) -> Need {
    let side = u64::from(manifest.grid.size_px);
    let codec = Need {
        stage: Stage::Decode,
        bytes: codec_bytes(manifest, side * side),
    };
    let restore = Need {
        stage: Stage::Restore,
        bytes: NATIVE_PICTURES * native.0 as u64 * native.1 as u64 * 4,
    };
    if device.is_cuda() || codec.bytes >= restore.bytes {
        codec
    } else {
        restore
    }
}

/// Refuses a run whose largest stage does not fit into what is free; what is unknown is not refused.
///
/// # Errors
/// [`PipelineError::Memory`] with what would fit.
pub(super) fn ensure_fits(
    networks: &Networks,
    native: (usize, usize),
    available: Option<u64>,
) -> Result<(), PipelineError> {
    let Some(available) = available else {
        return Ok(());
    };
    let (manifest, device) = (networks.manifest(), networks.device());
    let need = largest_need(manifest, native, device);
    if need.bytes <= available {
        return Ok(());
    }
    Err(PipelineError::Memory {
        stage: need.stage,
        needed_mib: need.bytes.div_ceil(MIB),
        available_mib: available / MIB,
        offers: offers(manifest, need, available, device),
    })
}

/// What would fit, in words.
fn offers(manifest: &Manifest, need: Need, available: u64, device: Device) -> String {
    if need.stage == Stage::Restore {
        return "close other programs, or give a smaller picture".to_owned();
    }
    let multiple = u64::from(manifest.grid.multiple_px).max(1);
    let largest = (available / codec_bytes(manifest, 1).max(1)).isqrt() / multiple * multiple;
    let cpu = if device.is_cuda() {
        ", choose the CPU"
    } else {
        ""
    };
    if largest == 0 {
        format!("close other programs{cpu}")
    } else {
        format!(
            "close other programs{cpu}, or choose a bundle of this kind with a grid of at most {largest} px"
        )
    }
}

/// Memory that is free for new work, in bytes: `MemAvailable` of Linux for the CPU; unknown elsewhere, and for
/// graphics cards, of which libtorch's binding does not tell.
pub(super) fn available_bytes(device: Device) -> Option<u64> {
    if device.is_cuda() {
        return None;
    }
    mem_available(&std::fs::read_to_string("/proc/meminfo").ok()?)
}

/// `MemAvailable` of the text of `/proc/meminfo`, in bytes.
fn mem_available(meminfo: &str) -> Option<u64> {
    let line = meminfo
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Preset;

    #[test]
    fn the_words_of_linux_are_read() {
        let text =
            "MemTotal:       24516340 kB\nMemFree:         1 kB\nMemAvailable:   23068672 kB\n";
        assert_eq!(mem_available(text), Some(23_068_672 * 1024));
        assert_eq!(mem_available("MemTotal: 1 kB\n"), None);
        assert_eq!(available_bytes(Device::Cuda(0)), None);
    }

    #[test]
    fn the_codec_decides_for_the_compact_bundle_and_large_pictures_for_the_cpu() {
        let manifest = Manifest::for_preset(Preset::Compact);
        let need = largest_need(&manifest, (2000, 2500), Device::Cpu);
        assert_eq!((need.stage, need.bytes / MIB), (Stage::Decode, 384));
        let need = largest_need(&manifest, (6000, 6000), Device::Cpu);
        assert_eq!(need.stage, Stage::Restore);
        assert_eq!(
            largest_need(&manifest, (6000, 6000), Device::Cuda(0)).stage,
            Stage::Decode
        );
    }

    #[test]
    fn what_is_offered_fits() {
        let manifest = Manifest::for_preset(Preset::Compact);
        let need = largest_need(&manifest, (2000, 2500), Device::Cpu);
        let told = offers(&manifest, need, 100 * MIB, Device::Cpu);
        assert!(told.contains("at most 512 px"), "{told}");
        assert!(codec_bytes(&manifest, 512 * 512) <= 100 * MIB);
        assert!(offers(&manifest, need, 0, Device::Cuda(0)).contains("the CPU"));
    }
}
