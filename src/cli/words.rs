//! Words and small forms that options take.

use crate::worker::{DeviceChoice, MOST_SEEDS};
use clap::ValueEnum;

macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$word_meta:meta])* $word:ident),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
        pub enum $name { $($(#[$word_meta])* $word),+ }
    };
}

words!(
    /// `--precision`.
    Precision { /// What is fast and safe on the device.
        Auto, /// 32-bit float.
        F32, /// bfloat16.
        Bf16 }
);
words!(
    /// `--guidance`.
    Guidance { /// Local-Enhanced Guidance (GL-LCM, Eq. 4).
        Leg, /// Classifier-free guidance.
        Cfg, /// The local condition alone.
        Vanilla, /// The form that runs in the authors' released code.
        AuthorsLive, /// The form left as a comment in the authors' released code.
        AuthorsCommented }
);
words!(
    /// `--sampler`.
    Sampler { /// Latent consistency sampler.
        Lcm, /// Deterministic DDIM.
        Ddim, /// Ancestral DDPM.
        Ddpm }
);
words!(
    /// `--clipping`.
    Clipping { /// A range that grows from step to step, while the timestep falls.
        Dynamic, /// From -1 to 1.
        Static, /// Per-image percentile.
        Percentile, /// No clipping.
        None }
);
words!(
    /// `--fusion`.
    Fusion { /// Poisson fusion inside the lungs (GL-LCM, Eq. 5).
        Poisson, /// Weighted mean inside the lungs.
        Alpha, /// The authors' call of OpenCV's `seamlessClone`, in 8 bits.
        Opencv, /// The global picture alone.
        None }
);
words!(
    /// `--ablate`.
    Ablated { /// Forms of the guidance.
        Guidance, /// Weights of the Local-Enhanced Guidance.
        Leg, /// Ways to fuse the global and the local picture.
        Fusion, /// Clippings of the predicted clean latent.
        Clipping, /// Numbers of sampling steps.
        Steps, /// Seeds of the noise, and the mean of their pictures.
        Seeds }
);
words!(
    /// `--output`.
    Grid { /// The radiograph's own grid.
        Native, /// The model's grid.
        Model }
);
words!(
    /// `--noise` of phantoms.
    Noise { /// The same grain in radiograph and soft-tissue image, which then differ by bone alone.
        Shared, /// Grain of its own in each, as in two exposures.
        Independent, /// No grain.
        None }
);
words!(
    /// `--without` of phantoms.
    PhantomGroup { /// Habitus, pose and breath.
        Patient, /// Lung nodules.
        Nodules, /// Consolidation, effusion, pneumothorax, atelectasis, reticulation, bulla, hilar mass.
        Pathology, /// Tubes, lines, pacemakers, drains, clips, wires, electrodes, markers.
        Devices, /// Calcified granulomas, nodes and aortic arch.
        Calcium, /// Tube voltage.
        Beam, /// Tone, band gains, scatter and grain of the display processing.
        Vendor }
);
words!(
    /// `--soft` of projections.
    SoftWord { /// The chest as if its bones were soft tissue.
        Exact, /// What weighting two exposures against each other leaves, as a dual-energy machine does.
        Subtracted }
);
words!(
    /// `--preset` of an import.
    AuthorsPreset { /// GL-LCM.
        GlLcm, /// BS-LDM.
        BsLdm }
);

/// `--format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureFormat {
    /// 16-bit PNG.
    Png,
}

/// Part `index` (from 1) of `count`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// From 1 to `count`.
    pub index: usize,
    /// At least 1.
    pub count: usize,
}

pub(super) fn parse_format(text: &str) -> Result<PictureFormat, String> {
    match text {
        "png" => Ok(PictureFormat::Png),
        "dicom" | "both" => Err("DICOM is not written yet; give png".to_owned()),
        _ => Err("give png".to_owned()),
    }
}

pub(super) fn parse_shard(text: &str) -> Result<Shard, String> {
    let parts = text.split_once('/');
    let numbers = parts.and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
    match numbers {
        Some((index, count)) if (1..=count).contains(&index) => Ok(Shard { index, count }),
        _ => Err("give I/N with 1 <= I <= N, as in 2/4".to_owned()),
    }
}

/// A number of seeds whose mean is one result.
pub(super) fn parse_seeds(text: &str) -> Result<usize, String> {
    let seeds = text.parse().ok();
    let seeds = seeds.filter(|seeds| (1..=MOST_SEEDS).contains(seeds));
    seeds.ok_or_else(|| format!("choose 1 to {MOST_SEEDS}"))
}

pub(super) fn parse_probe(text: &str) -> Result<(usize, usize), String> {
    let parts = text.split_once(',');
    let numbers = parts.and_then(|(row, col)| Some((row.parse().ok()?, col.parse().ok()?)));
    numbers.ok_or_else(|| "give ROW,COL counted from 0, as in 120,300".to_owned())
}

pub(super) fn parse_device(text: &str) -> Result<DeviceChoice, String> {
    match text {
        "auto" => Ok(DeviceChoice::Auto),
        "cpu" => Ok(DeviceChoice::Cpu),
        "cuda" => Ok(DeviceChoice::Cuda(0)),
        _ => text
            .strip_prefix("cuda:")
            .and_then(|index| index.parse().ok())
            .map(DeviceChoice::Cuda)
            .ok_or_else(|| "give auto, cpu, or cuda:N".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_probes_devices_and_formats_are_checked() {
        assert_eq!(parse_shard("2/4"), Ok(Shard { index: 2, count: 4 }));
        for wrong in ["0/4", "5/4", "1", "a/b", "1/0"] {
            assert!(parse_shard(wrong).is_err(), "{wrong}");
        }
        assert_eq!(parse_probe("3,14"), Ok((3, 14)));
        assert!(parse_probe("-1,2").is_err());
        assert_eq!(parse_device("cuda:3"), Ok(DeviceChoice::Cuda(3)));
        assert!(parse_device("gpu").is_err());
        assert_eq!(parse_format("png"), Ok(PictureFormat::Png));
        assert!(parse_format("both").is_err_and(|told| told.contains("not written yet")));
    }
}
