//! What a run will need of memory, asked before it begins, and which changes would make it need less.

mod available;

pub(super) use available::{available_bytes, total_bytes};

use super::networks::Networks;
use super::{OutputGrid, PipelineError, Stage, SuppressionRequest};
use crate::model::Manifest;
use tch::Device;

/// Activations of the codec's widest layer that are alive at once. Measured with the compact bundle at 1024 px on a
/// CPU: the peak of a whole run lies 322 MiB above that of the program with libtorch loaded, and one activation of 32
/// channels takes 128 MiB; rounded up.
const CODEC_ACTIVATIONS: u64 = 3;
/// Pictures of 32 bits on the radiograph's own grid that are alive while one picture is restored there. Measured as
/// the peak of the command line with 5000 x 5000 pixels above the program with libtorch loaded: 10.7; rounded up.
const NATIVE_PICTURES: u64 = 12;
/// The same where the decoded picture is taken as it is; measured: 8.3.
const DECODED_PICTURES: u64 = 10;
/// How many more are alive for the mean of several pictures, however many; measured: 5.5 and 6.0.
const MEAN_PICTURES: u64 = 6;
const MIB: u64 = 1 << 20;

/// A change that lowers what a run needs of memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MemorySaving {
    /// One picture in place of the mean of several.
    OneSeed,
    /// The decoded picture on the model's grid, [`OutputGrid::Model`].
    ModelGrid,
    /// The noise estimator in bf16: its weights take half.
    HalfPrecision,
    /// The networks on the CPU.
    Cpu,
}

impl MemorySaving {
    /// What is changed, in words that follow "with".
    pub fn words(self) -> &'static str {
        match self {
            Self::OneSeed => "one picture in place of the mean of several",
            Self::ModelGrid => "the model's own coarser grid",
            Self::HalfPrecision => "16-bit float (bf16)",
            Self::Cpu => "the CPU",
        }
    }
}

/// Changes with which a run fits, as far as it can be known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemoryOffer {
    /// What is changed; all of it.
    pub savings: Vec<MemorySaving>,
    /// Its largest need then, MiB.
    pub needed_mib: u64,
}

impl MemoryOffer {
    /// What is changed and what it needs then.
    pub fn text(&self) -> String {
        let words: Vec<_> = self.savings.iter().map(|saving| saving.words()).collect();
        let gib = self.needed_mib as f64 / 1024.0;
        format!("{} (about {gib:.1} GiB)", words.join(" and "))
    }
}

/// A stage with the bytes it needs at its peak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Need {
    stage: Stage,
    bytes: u64,
    device: Device,
}

/// What a run is about, as far as its memory goes.
#[derive(Debug, Clone, Copy)]
struct Demand {
    codec_bytes: u64,
    native_pixels: u64,
    output: OutputGrid,
    num_seeds: usize,
    /// Where the networks run.
    device: Device,
    /// Bytes that bf16 would free on `device`.
    freed_by_half: u64,
    is_half: bool,
}

impl Demand {
    fn of(networks: &Networks, request: &SuppressionRequest) -> Self {
        let manifest = networks.manifest();
        let side = u64::from(manifest.grid.size_px);
        let (width, height) = request.radiograph.size();
        Self {
            codec_bytes: codec_bytes(manifest, side * side),
            native_pixels: width as u64 * height as u64,
            output: request.settings.output,
            num_seeds: request.num_seeds,
            device: networks.device(),
            freed_by_half: networks.freed_by_half(),
            is_half: false,
        }
    }

    /// What its stages need: the networks on their device, the native pictures in the machine's own memory.
    fn needs(&self) -> [Need; 2] {
        let of_grid = match self.output {
            OutputGrid::Native => NATIVE_PICTURES,
            OutputGrid::Model => DECODED_PICTURES,
        };
        let of_mean = if self.num_seeds > 1 { MEAN_PICTURES } else { 0 };
        [
            Need {
                stage: Stage::Decode,
                bytes: self.codec_bytes,
                device: self.device,
            },
            Need {
                stage: Stage::Restore,
                bytes: (of_grid + of_mean) * self.native_pixels * 4,
                device: Device::Cpu,
            },
        ]
    }

    fn largest(&self) -> u64 {
        let needs = self.needs().map(|need| need.bytes);
        needs.into_iter().max().unwrap_or(0)
    }

    /// The need that is furthest beyond what is free, with what is free; unknown is enough.
    fn shortage(&self, available: impl Fn(Device, u64) -> Option<u64>) -> Option<(Need, u64)> {
        let short = self.needs().into_iter().filter_map(|need| {
            let freed = if self.is_half && need.device == self.device {
                self.freed_by_half
            } else {
                0
            };
            let free = available(need.device, need.bytes)?.saturating_add(freed);
            (need.bytes > free).then_some((need, free))
        });
        short.max_by_key(|(need, free)| need.bytes - free)
    }

    /// Whether this saving changes anything.
    fn has(&self, saving: MemorySaving) -> bool {
        match saving {
            MemorySaving::OneSeed => self.num_seeds > 1,
            MemorySaving::ModelGrid => self.output == OutputGrid::Native,
            MemorySaving::HalfPrecision => self.freed_by_half > 0 && !self.is_half,
            MemorySaving::Cpu => self.device.is_cuda(),
        }
    }

    fn with(self, saving: MemorySaving) -> Self {
        match saving {
            MemorySaving::OneSeed => Self {
                num_seeds: 1,
                ..self
            },
            MemorySaving::ModelGrid => Self {
                output: OutputGrid::Model,
                ..self
            },
            MemorySaving::HalfPrecision => Self {
                is_half: true,
                ..self
            },
            // What bf16 frees there was never on the CPU.
            MemorySaving::Cpu => Self {
                device: Device::Cpu,
                freed_by_half: 0,
                ..self
            },
        }
    }
}

/// Bytes the codec needs on a grid of `pixels`.
fn codec_bytes(manifest: &Manifest, pixels: u64) -> u64 {
    let channels = manifest.vqgan.config.channels.first().copied().unwrap_or(1);
    let channels = u64::try_from(channels).unwrap_or(1);
    CODEC_ACTIVATIONS * channels * pixels * 4
}

/// Refuses a run whose stages do not fit into what is free; what is unknown is not refused.
///
/// # Errors
/// [`PipelineError::Memory`] with what would fit.
pub(super) fn ensure_fits(
    networks: &Networks,
    request: &SuppressionRequest,
    available: impl Fn(Device, u64) -> Option<u64>,
) -> Result<(), PipelineError> {
    let demand = Demand::of(networks, request);
    let Some((need, free)) = demand.shortage(&available) else {
        return Ok(());
    };
    let offers = offers_that_fit(demand, need.stage, &available);
    Err(PipelineError::Memory {
        stage: need.stage,
        needed_mib: need.bytes.div_ceil(MIB),
        available_mib: free / MIB,
        advice: advice(networks.manifest(), (need, free), &offers),
        offers,
    })
}

/// What would need less after memory ran out on the device all the same, although the estimate fitted or nothing was
/// known of what is free.
pub(super) fn offers_after_want(
    networks: &Networks,
    request: &SuppressionRequest,
    available: impl Fn(Device, u64) -> Option<u64>,
) -> Vec<MemoryOffer> {
    let demand = Demand::of(networks, request);
    // The networks' own device ran out: only the CPU itself has other pictures to save on.
    let stage = match demand.device {
        Device::Cpu => largest_stage(&demand),
        _ => Stage::Decode,
    };
    offers_that_fit(demand, stage, available)
}

fn largest_stage(demand: &Demand) -> Stage {
    let needs = demand.needs().into_iter();
    let largest = needs.max_by_key(|need| need.bytes);
    largest.map_or(Stage::Decode, |need| need.stage)
}

/// The changes that help `stage` and fit, each for itself; the fewest together where none fits alone.
fn offers_that_fit(
    demand: Demand,
    stage: Stage,
    available: impl Fn(Device, u64) -> Option<u64>,
) -> Vec<MemoryOffer> {
    use MemorySaving as S;
    let helping: &[S] = match stage {
        Stage::Restore if demand.device == Device::Cpu => {
            &[S::OneSeed, S::ModelGrid, S::HalfPrecision]
        }
        Stage::Restore => &[S::OneSeed, S::ModelGrid],
        _ => &[S::HalfPrecision, S::Cpu],
    };
    let helping: Vec<S> = (helping.iter().copied())
        .filter(|saving| demand.has(*saving))
        .collect();
    let offer = |savings: &[S]| {
        let changed = savings.iter().fold(demand, |demand, s| demand.with(*s));
        let fits = changed.shortage(&available).is_none();
        fits.then(|| MemoryOffer {
            savings: savings.to_vec(),
            needed_mib: changed.largest().div_ceil(MIB),
        })
    };
    let alone: Vec<_> = helping
        .iter()
        .filter_map(|saving| offer(&[*saving]))
        .collect();
    if !alone.is_empty() || helping.contains(&S::Cpu) {
        return alone;
    }
    let together = (2..=helping.len()).find_map(|count| offer(helping.get(..count)?));
    together.into_iter().collect()
}

/// What to do, in words.
fn advice(manifest: &Manifest, (need, free): (Need, u64), offers: &[MemoryOffer]) -> String {
    if !offers.is_empty() {
        let texts: Vec<_> = offers.iter().map(MemoryOffer::text).collect();
        return format!(
            "it fits with {}; or close other programs",
            texts.join(", or with ")
        );
    }
    let no_setting = "no setting of this run would make it fit: close other programs";
    if need.stage == Stage::Restore {
        return format!("{no_setting}, or give a smaller picture");
    }
    let multiple = u64::from(manifest.grid.multiple_px).max(1);
    let largest = (free / codec_bytes(manifest, 1).max(1)).isqrt() / multiple * multiple;
    if largest == 0 {
        no_setting.to_owned()
    } else {
        format!("{no_setting}, or choose a bundle of this kind with a grid of at most {largest} px")
    }
}

#[cfg(test)]
mod tests;
