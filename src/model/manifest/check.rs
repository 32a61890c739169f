//! Everything in which a manifest can contradict itself.

use super::sizes::{denoiser_bytes, segmenter_bytes, vqgan_bytes};
use super::{
    ClipSpec, ConditionScaling, FileEntry, FileRole, Fit, Manifest, Prediction, ScheduleSpec,
};
use crate::metrics::ErrorBand;
use crate::model::{Preset, SegmenterConfig};
use std::path::{Component, Path};

/// Grid sides outside of this range are slips of the pen.
const GRID_SIZES_PX: std::ops::RangeInclusive<u32> = 32..=8192;
/// An opening of more steps than this leaves nothing of a lung.
const MAX_OPENING_PX: u32 = 64;
/// More timesteps than this no schedule of this family has.
const MAX_TIMESTEPS: u32 = 100_000;

/// All contradictions of a manifest; none where it is sound.
pub(super) fn problems(manifest: &Manifest) -> Vec<String> {
    let mut found = Problems(Vec::new());
    identity(manifest, &mut found);
    architecture(manifest, &mut found);
    grid(manifest, &mut found);
    latent(manifest, &mut found);
    schedule(manifest, &mut found);
    clip(&manifest.clip, &mut found);
    segmenter(manifest, &mut found);
    uncertainty(manifest.uncertainty, &mut found);
    files(manifest, &mut found);
    found.0
}

struct Problems(Vec<String>);

impl Problems {
    /// Notes a sentence unless the condition holds.
    fn unless(&mut self, sound: bool, sentence: impl FnOnce() -> String) {
        if !sound {
            self.0.push(sentence());
        }
    }
}

fn identity(manifest: &Manifest, found: &mut Problems) {
    let name = &manifest.name;
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
    found.unless(
        !name.is_empty() && !name.starts_with('.') && name.chars().all(allowed),
        || format!("name {name:?} may have only a-z, 0-9, '.', '_', '-' and not start with '.'"),
    );
    for (field, text) in [
        ("version", &manifest.version),
        ("licence", &manifest.licence),
        ("training_data", &manifest.training_data),
    ] {
        found.unless(!text.trim().is_empty(), || format!("{field} is empty"));
    }
    found.unless(is_plain_file_name(&manifest.card), || {
        format!("card {:?} is not a plain file name", manifest.card)
    });
}

fn architecture(manifest: &Manifest, found: &mut Problems) {
    let (vqgan, denoiser) = (&manifest.vqgan.config, &manifest.denoiser.config);
    let latent = vqgan.latent_channels;
    let segmenter = manifest.segmenter.as_ref().map(|spec| &spec.config);
    for (role, outcome, least_bytes) in [
        (FileRole::Vqgan, vqgan.check(), vqgan_bytes(vqgan)),
        (
            FileRole::Denoiser,
            denoiser.check(),
            denoiser_bytes(denoiser),
        ),
        (
            FileRole::Segmenter,
            segmenter.map_or(Ok(()), SegmenterConfig::check),
            segmenter.map_or(0.0, segmenter_bytes),
        ),
    ] {
        let bytes = manifest.file(role).map_or(u64::MAX, |file| file.bytes);
        match outcome {
            Err(err) => found.0.push(format!("[{role}] {err}")),
            Ok(()) => found.unless(least_bytes <= bytes as f64, || {
                format!("[{role}] needs at least {least_bytes:.0} bytes, its file has {bytes}")
            }),
        }
    }
    found.unless(denoiser.in_channels == latent.saturating_mul(2), || {
        let inputs = denoiser.in_channels;
        format!("denoiser.in_channels = {inputs} is not twice vqgan.latent_channels = {latent}")
    });
    found.unless(denoiser.out_channels >= latent, || {
        let outputs = denoiser.out_channels;
        format!("denoiser.out_channels = {outputs} is less than vqgan.latent_channels = {latent}")
    });
    published_architecture(manifest, found);
}

/// A published network with another configuration would load without complaint and compute something else.
fn published_architecture(manifest: &Manifest, found: &mut Problems) {
    let preset = manifest.preset;
    if preset == Preset::Compact {
        return;
    }
    found.unless(manifest.vqgan.config == preset.vqgan(), || {
        format!("[vqgan] is not the published configuration of preset {preset:?}")
    });
    found.unless(manifest.denoiser.config == preset.denoiser(), || {
        format!("[denoiser] is not the published configuration of preset {preset:?}")
    });
}

fn grid(manifest: &Manifest, found: &mut Problems) {
    let grid = &manifest.grid;
    let (size, multiple) = (grid.size_px, grid.multiple_px);
    found.unless(GRID_SIZES_PX.contains(&size), || {
        format!("grid.size_px = {size} is not between 32 and 8192")
    });
    let codec_levels = manifest.vqgan.config.channels.len() as u32;
    let denoiser_levels = manifest.denoiser.config.channel_mult.len() as u32;
    let factor = 2_u32
        .checked_pow((codec_levels + denoiser_levels).saturating_sub(1))
        .unwrap_or(u32::MAX);
    found.unless(multiple > 0 && multiple % factor == 0, || {
        format!("grid.multiple_px = {multiple} is no multiple of {factor}, the networks' joint downsampling")
    });
    found.unless(
        grid.fit != Fit::Square || multiple == 0 || size % multiple == 0,
        || format!("grid.size_px = {size} is no multiple of grid.multiple_px = {multiple}"),
    );
}

fn latent(manifest: &Manifest, found: &mut Problems) {
    let spec = &manifest.denoiser;
    let subtracts_scaled = spec.prediction == Prediction::ConditionResidual
        && spec.condition == ConditionScaling::SqrtAlphasCumprod;
    found.unless(!subtracts_scaled, || {
        "denoiser.condition must be \"unscaled\" where the prediction is \"condition_residual\""
            .to_owned()
    });
    let channels = manifest.vqgan.config.latent_channels;
    let (mean, std) = (&manifest.latent.mean, &manifest.latent.std);
    for (field, list) in [("latent.mean", mean), ("latent.std", std)] {
        found.unless(list.len() as i64 == channels, || {
            let count = list.len();
            format!("{field} has {count} numbers for vqgan.latent_channels = {channels}")
        });
    }
    found.unless(mean.iter().all(|value| value.is_finite()), || {
        "latent.mean must be finite".to_owned()
    });
    found.unless(std.iter().all(|&value| is_positive(value)), || {
        "latent.std must be finite and above 0".to_owned()
    });
}

fn schedule(manifest: &Manifest, found: &mut Problems) {
    let timesteps = manifest.schedule.num_timesteps();
    found.unless((2..=MAX_TIMESTEPS).contains(&timesteps), || {
        format!("schedule.num_timesteps = {timesteps} is not between 2 and {MAX_TIMESTEPS}")
    });
    if let ScheduleSpec::ScaledLinear {
        beta_start,
        beta_end,
        ..
    } = manifest.schedule
    {
        found.unless(
            is_positive(beta_start) && beta_start < beta_end && beta_end < 1.0,
            || {
                format!(
                    "schedule needs 0 < beta_start < beta_end < 1, not {beta_start}, {beta_end}"
                )
            },
        );
    }
    let defaults = &manifest.defaults;
    found.unless((1..=timesteps).contains(&defaults.steps), || {
        let steps = defaults.steps;
        format!(
            "defaults.steps = {steps} is not between 1 and schedule.num_timesteps = {timesteps}"
        )
    });
    found.unless(defaults.leg_weight.is_finite(), || {
        "defaults.leg_weight must be finite".to_owned()
    });
}

fn clip(clip: &ClipSpec, found: &mut Problems) {
    match *clip {
        ClipSpec::Dynamic {
            slope,
            global,
            local,
        } => {
            found.unless(slope.is_finite() && slope >= 0.0, || {
                format!("clip.slope = {slope} is negative or not finite")
            });
            ranges(global, local, found);
        }
        ClipSpec::Static { global, local } => ranges(global, local, found),
        ClipSpec::Percentile { quantile } => {
            found.unless(quantile > 0.0 && quantile < 1.0, || {
                format!("clip.quantile = {quantile} is not between 0 and 1")
            });
        }
        ClipSpec::None => {}
    }
}

fn ranges(global: f64, local: f64, found: &mut Problems) {
    for (field, value) in [("clip.global", global), ("clip.local", local)] {
        found.unless(is_positive(value), || {
            format!("{field} = {value} is not above 0")
        });
    }
}

fn segmenter(manifest: &Manifest, found: &mut Problems) {
    let has_file = manifest.file(FileRole::Segmenter).is_some();
    found.unless(has_file == manifest.segmenter.is_some(), || {
        "the [segmenter] table and a file of role segmenter need each other".to_owned()
    });
    if let Some(segmenter) = &manifest.segmenter {
        let (size, threshold) = (segmenter.size_px, segmenter.threshold);
        found.unless(GRID_SIZES_PX.contains(&size) && size % 32 == 0, || {
            format!("segmenter.size_px = {size} is no multiple of 32 between 32 and 8192")
        });
        found.unless(threshold > 0.0 && threshold < 1.0, || {
            format!("segmenter.threshold = {threshold} is not between 0 and 1")
        });
        let share = segmenter.cleaning.min_component_share;
        found.unless((0.0..1.0).contains(&share), || {
            format!("segmenter.cleaning.min_component_share = {share} is not from 0 to below 1")
        });
        let opening = segmenter.cleaning.opening_px;
        found.unless(opening <= MAX_OPENING_PX, || {
            format!("segmenter.cleaning.opening_px = {opening} is more than {MAX_OPENING_PX}")
        });
    }
}

fn uncertainty(band: Option<ErrorBand>, found: &mut Problems) {
    let Some(band) = band else { return };
    for (field, value) in [
        ("seed_factor", band.seed_factor),
        ("taken_share", band.taken_share),
        ("floor", band.floor),
    ] {
        found.unless(value.is_finite() && value >= 0.0, || {
            format!("uncertainty.{field} = {value} is negative or not finite")
        });
    }
    found.unless(band.num_seeds >= 2, || {
        let seeds = band.num_seeds;
        format!("uncertainty.num_seeds = {seeds}, but one seed has no deviation")
    });
}

fn files(manifest: &Manifest, found: &mut Problems) {
    for role in [FileRole::Vqgan, FileRole::Denoiser] {
        found.unless(manifest.file(role).is_some(), || {
            format!("no file has the role {role}")
        });
    }
    for (index, file) in manifest.files.iter().enumerate() {
        let earlier = manifest.files.iter().take(index);
        found.unless(earlier.clone().all(|other| other.role != file.role), || {
            format!("two files have the role {}", file.role)
        });
        found.unless(earlier.clone().all(|other| other.name != file.name), || {
            format!("two roles share the file {:?}", file.name)
        });
        file_entry(file, found);
    }
    if let Some(listed) = &manifest.learned_from {
        found.unless(is_plain_file_name(&listed.name), || {
            format!("file {:?} is not a plain file name", listed.name)
        });
        checksum(&listed.name, &listed.sha256, found);
    }
}

fn file_entry(file: &FileEntry, found: &mut Problems) {
    let FileEntry {
        name,
        sha256,
        bytes,
        ..
    } = file;
    let is_weights = Path::new(name)
        .extension()
        .is_some_and(|e| e == "safetensors");
    found.unless(is_plain_file_name(name) && is_weights, || {
        format!("file {name:?} is not a plain file name that ends in .safetensors")
    });
    checksum(name, sha256, found);
    found.unless(*bytes > 0, || format!("bytes of {name:?} is 0"));
}

fn checksum(name: &str, sha256: &str, found: &mut Problems) {
    let is_hexadecimal = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    found.unless(
        sha256.len() == 64 && sha256.chars().all(is_hexadecimal),
        || format!("sha256 of {name:?} is not 64 lower-case hexadecimal digits"),
    );
}

fn is_positive(value: f64) -> bool {
    value.is_finite() && value > 0.0
}

/// Whether a name stays inside the folder it is joined to, on every system.
fn is_plain_file_name(name: &str) -> bool {
    let mut components = Path::new(name).components();
    let single = matches!(
        (components.next(), components.next()),
        (Some(Component::Normal(_)), None)
    );
    single && !name.contains(['/', '\\', ':', '\0']) && !name.ends_with(['.', ' '])
}
