//! How much memory is there, and how much of it is free.

use tch::{Device, Kind, Tensor};

/// Parts in which memory is asked for on trial: as many as activations are alive at once, and a few more.
const NUM_PARTS: u64 = 4;

/// Memory that is free for new work, in bytes: `MemAvailable` of Linux for the CPU, unknown elsewhere.
///
/// libtorch's binding does not tell of graphics cards, and what their driver calls taken is partly what libtorch keeps
/// for its next tensors. So the room is held there for a moment: the answer is `wanted_bytes`, or how much of it could
/// be held.
pub(in crate::pipeline) fn available_bytes(device: Device, wanted_bytes: u64) -> Option<u64> {
    if device.is_cuda() {
        return Some(holdable_bytes(device, wanted_bytes));
    }
    stated_bytes(
        &std::fs::read_to_string("/proc/meminfo").ok()?,
        "MemAvailable:",
    )
}

/// How much of `wanted_bytes` libtorch gives on `device`; all of it is given back at once.
fn holdable_bytes(device: Device, wanted_bytes: u64) -> u64 {
    let part = wanted_bytes.div_ceil(NUM_PARTS);
    let hold = |_| {
        let length = i64::try_from(part).ok()?;
        Tensor::f_empty([length], (Kind::Uint8, device)).ok()
    };
    let held: Vec<Tensor> = (0..NUM_PARTS).map_while(hold).collect();
    (held.len() as u64 * part).min(wanted_bytes)
}

/// Memory of the machine in bytes: `MemTotal` of Linux; unknown elsewhere.
pub(in crate::pipeline) fn total_bytes() -> Option<u64> {
    stated_bytes(&std::fs::read_to_string("/proc/meminfo").ok()?, "MemTotal:")
}

/// An entry of the text of `/proc/meminfo`, in bytes.
fn stated_bytes(meminfo: &str, entry: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix(entry))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_linux_are_read() {
        let text =
            "MemTotal:       24516340 kB\nMemFree:         1 kB\nMemAvailable:   23068672 kB\n";
        assert_eq!(stated_bytes(text, "MemAvailable:"), Some(23_068_672 * 1024));
        assert_eq!(stated_bytes("MemTotal: 1 kB\n", "MemAvailable:"), None);
    }

    /// The CPU's allocator refuses what no address space holds, as a card's does what the card does not hold.
    #[test]
    fn what_can_be_held_is_what_was_wanted_or_less() {
        assert_eq!(holdable_bytes(Device::Cpu, 10_000_001), 10_000_001);
        assert_eq!(holdable_bytes(Device::Cpu, 0), 0);
        assert_eq!(holdable_bytes(Device::Cpu, 1 << 60), 0);
    }
}
