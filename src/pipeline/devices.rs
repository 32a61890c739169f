//! Where networks can run on this machine.

use super::DeviceChoice;
use super::memory::total_bytes;
use std::process::Command;
use tch::Cuda;

/// A device with a name for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceInfo {
    /// What to ask for.
    pub choice: DeviceChoice,
    /// As shown: "CPU, 8 threads", "CUDA:0, NVIDIA A100".
    pub name: String,
    /// Memory of the device in bytes; `None` where nobody tells.
    pub memory_bytes: Option<u64>,
}

/// Where NVIDIA's driver for Linux tells of its cards, a folder each.
const CARDS_FOLDER: &str = "/proc/driver/nvidia/gpus";

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
        memory_bytes: total_bytes(),
    };
    let model = one_model(&card_texts()).map_or_else(String::new, |model| format!(", {model}"));
    let count = usize::try_from(Cuda::device_count()).unwrap_or(0);
    let memory_bytes = if count > 0 { card_bytes() } else { None };
    let cards = (0..count).map(|index| DeviceInfo {
        choice: DeviceChoice::Cuda(index),
        name: format!("CUDA:{index}{model}"),
        memory_bytes,
    });
    [cpu].into_iter().chain(cards).collect()
}

/// The card's model, of a text such as "Model: \t\t Tesla T4\nIRQ: \t\t 45".
fn model_of(text: &str) -> Option<&str> {
    let line = text.lines().find_map(|line| line.strip_prefix("Model:"))?;
    Some(line.trim()).filter(|model| !model.is_empty())
}

/// What the driver tells of each card.
fn card_texts() -> Vec<String> {
    let folders = std::fs::read_dir(CARDS_FOLDER).into_iter().flatten();
    let texts = folders
        .flatten()
        .map(|folder| folder.path().join("information"));
    texts
        .filter_map(|path| std::fs::read_to_string(path).ok())
        .collect()
}

/// Memory of a card in bytes, as the driver's own program tells it: libtorch's binding does not.
///
/// # Source
/// `nvidia-smi(1)`: `--query-gpu`, `--format`; memory is in MiB.
fn card_bytes() -> Option<u64> {
    let question = ["--query-gpu=memory.total", "--format=csv,noheader,nounits"];
    let answer = Command::new("nvidia-smi").args(question).output().ok()?;
    let text = String::from_utf8(answer.stdout).ok()?;
    Some(one_memory_mib(&text)? << 20)
}

/// The memory of all cards, a line each; `None` where they differ, for the reason of [`one_model`].
fn one_memory_mib(text: &str) -> Option<u64> {
    let mut cards = text.lines().map(|line| line.trim().parse().ok());
    let first: u64 = cards.next()??;
    cards.all(|card| card == Some(first)).then_some(first)
}

/// The model of all cards; `None` where there are several, as libtorch counts cards in another order than the driver.
fn one_model(texts: &[String]) -> Option<&str> {
    let first = model_of(texts.first()?)?;
    texts
        .iter()
        .all(|text| model_of(text) == Some(first))
        .then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cpu_is_always_there() {
        let devices = available_devices();
        assert_eq!(devices[0].choice, DeviceChoice::Cpu);
        assert!(devices[0].name.starts_with("CPU, "), "{devices:?}");
        if cfg!(target_os = "linux") {
            assert!(devices[0].memory_bytes > Some(1 << 20), "{devices:?}");
        }
    }

    #[test]
    fn memory_is_told_where_all_cards_are_alike() {
        assert_eq!(one_memory_mib("15360\n"), Some(15_360));
        assert_eq!(one_memory_mib("81559\n81559\n"), Some(81_559));
        assert_eq!(one_memory_mib("15360\n81559\n"), None);
        assert_eq!(one_memory_mib("[N/A]\n"), None);
        assert_eq!(one_memory_mib("No devices were found\n"), None);
        assert_eq!(one_memory_mib(""), None);
    }

    #[test]
    fn a_model_is_named_where_all_cards_are_alike() {
        let text = |model: &str| format!("Model: \t\t {model}\nIRQ:   \t\t 45\n");
        let [t4, a100] = ["Tesla T4", "NVIDIA A100"].map(text);
        assert_eq!(one_model(std::slice::from_ref(&t4)), Some("Tesla T4"));
        assert_eq!(one_model(&[t4.clone(), t4.clone()]), Some("Tesla T4"));
        assert_eq!(one_model(&[t4, a100]), None);
        assert_eq!(one_model(&[]), None);
        assert_eq!(one_model(&[String::new()]), None);
    }
}
