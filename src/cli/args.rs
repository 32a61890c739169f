//! The command line as it is typed; what it means is `job`'s.

use super::dataset::args::DatasetCommand;
use super::models::args::ModelsCommand;
use super::probe::args::ProbeArgs;
use super::simulate::args::SimulateArgs;
use super::words::{
    Ablated, AuthorsPreset, Clipping, Fusion, Grid, Guidance, PictureFormat, Precision, Sampler,
    Shard, parse_device, parse_format, parse_probe, parse_seeds, parse_shard,
};
use crate::worker::{DeviceChoice, MOST_ADAPTER_PERCENT};
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

const EXIT_STATUS: &str = "Exit status: 0 done; 1 some inputs failed (the others are done, the failures \
named); 2 usage or environment; 130 stopped by Ctrl-C (finished inputs are kept, no half file is left).";

/// Takes the bones out of chest radiographs. Without a command the workstation opens.
///
/// For research only: a companion image, to be read with the original.
#[derive(Debug, Parser)]
#[command(name = "diaphane", version, args_conflicts_with_subcommands = true, after_help = EXIT_STATUS)]
pub struct Cli {
    /// Files and folders to open in the workstation.
    pub paths: Vec<PathBuf>,
    /// Suppress the first of them as soon as it is open.
    #[arg(long)]
    pub suppress: bool,
    /// What to do without a window.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The headless commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Suppress the bones in every radiograph found.
    Suppress(SuppressArgs),
    /// Write the lung mask of every radiograph found.
    Segment(SegmentArgs),
    /// Score soft-tissue images, or lung masks, against known ones.
    Evaluate(EvaluateArgs),
    /// Train or fine-tune networks as a run file says.
    Train(TrainArgs),
    /// Check and part pairs of radiographs and soft-tissue images before a network learns from them.
    #[command(subcommand)]
    Dataset(DatasetCommand),
    /// Draw phantom chests: paired radiographs whose bones are known exactly.
    Simulate(SimulateArgs),
    /// Make a bundle from the authors' published checkpoints; nothing in them is executed.
    Import(ImportArgs),
    /// List, check and describe bundles of networks.
    #[command(subcommand)]
    Models(ModelsCommand),
    /// Lay synthetic nodules on radiographs and say how much of their contrast the soft-tissue images keep.
    Probe(Box<ProbeArgs>),
    /// Say what a file is and how it will be shown.
    Inspect(InspectArgs),
    /// Write the manual's pages and the shells' completions.
    #[command(hide = true)]
    Manual(ManualArgs),
}

/// Which networks, and where they run.
#[derive(Debug, Clone, Args)]
pub struct NetworkArgs {
    /// Bundle of networks: a name or a folder; not given: the site model, or compact where none was promoted.
    #[arg(long, value_name = "BUNDLE")]
    pub model: Option<String>,
    /// Low-rank changes of the bundle's noise estimator, as `models adapter` writes them.
    #[arg(long, value_name = "FILE")]
    pub adapter: Option<PathBuf>,
    /// How much of the adapter is applied, in percent of what was trained; 0 is the bundle as it is.
    #[arg(long, value_name = "PERCENT", default_value_t = 100, requires = "adapter",
        value_parser = clap::value_parser!(u16).range(0..=i64::from(MOST_ADAPTER_PERCENT)))]
    pub adapter_strength: u16,
    /// Where the networks run: auto, cpu, or cuda:N.
    #[arg(long, default_value = "auto", value_parser = parse_device)]
    pub device: DeviceChoice,
    /// Number format of the noise estimator.
    #[arg(long, value_enum, default_value_t = Precision::Auto)]
    pub precision: Precision,
}

/// Choices of one suppression; what is not given is the bundle's default.
#[derive(Debug, Clone, Args)]
pub struct SettingsArgs {
    /// Sampling steps; not given: the bundle's (`models info`).
    #[arg(long, value_name = "N")]
    pub steps: Option<usize>,
    /// Weight w of the Local-Enhanced Guidance; not given: the bundle's. 1 is no guidance; the paper's networks
    /// take 3, others may take too much with it.
    #[arg(long, value_name = "W", allow_negative_numbers = true)]
    pub leg: Option<f64>,
    /// Form of the guidance.
    #[arg(long, value_enum)]
    pub guidance: Option<Guidance>,
    /// Sampler of the reverse process.
    #[arg(long, value_enum)]
    pub sampler: Option<Sampler>,
    /// Clipping of the predicted clean latent; its ranges are the bundle's.
    #[arg(long, value_enum)]
    pub clipping: Option<Clipping>,
    /// Fusion of the global and the local picture.
    #[arg(long, value_enum)]
    pub fusion: Option<Fusion>,
    /// Seed of the noise.
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
}

/// How radiographs are taken.
#[derive(Debug, Clone, Copy, Args)]
pub struct ReadingArgs {
    /// The files state their polarity wrongly: exchange black and white.
    #[arg(long)]
    pub inverted: bool,
    /// Take also what is no frontal chest radiograph; what comes of it means nothing.
    #[arg(long)]
    pub anyway: bool,
}

/// Where outputs go.
#[derive(Debug, Clone, Args)]
pub struct OutputArgs {
    /// Folder of the outputs; made where it does not exist.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Replace outputs that exist.
    #[arg(long)]
    pub overwrite: bool,
    /// Write one JSON object a line to standard output.
    #[arg(long)]
    pub json: bool,
}

/// `diaphane suppress`.
#[derive(Debug, Args)]
pub struct SuppressArgs {
    /// Radiographs, or folders and ZIP archives to walk.
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Which networks.
    #[command(flatten)]
    pub network: NetworkArgs,
    /// How they sample.
    #[command(flatten)]
    pub settings: SettingsArgs,
    /// Where outputs go.
    #[command(flatten)]
    pub output: OutputArgs,
    /// native: the bone layer taken off the radiograph's own pixels; model: the decoded picture at
    /// the model's grid.
    #[arg(long = "output", value_enum, default_value_t = Grid::Native)]
    pub grid: Grid,
    /// Run N seeds: the soft-tissue image is their mean, with an uncertainty: the half-width of the 95 % band that was
    /// measured for the bundle, else the standard deviation, which shows what the noise changes and is far smaller than
    /// the error.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = parse_seeds)]
    pub seeds: usize,
    /// Lung mask to use (white: lung); for a single radiograph.
    #[arg(long, value_name = "PNG")]
    pub mask: Option<PathBuf>,
    /// Format of the pictures: png (DICOM is not written yet).
    #[arg(long, default_value = "png", value_parser = parse_format)]
    pub format: PictureFormat,
    /// Take only part I of N of the inputs (1 <= I <= N).
    #[arg(long, value_name = "I/N", value_parser = parse_shard)]
    pub shard: Option<Shard>,
    /// How the files are taken.
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// Leave out inputs whose certificate of the same settings exists.
    #[arg(long)]
    pub resume: bool,
}

/// `diaphane segment`.
#[derive(Debug, Args)]
pub struct SegmentArgs {
    /// Radiographs, or folders and ZIP archives to walk.
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Which networks.
    #[command(flatten)]
    pub network: NetworkArgs,
    /// Where outputs go.
    #[command(flatten)]
    pub output: OutputArgs,
    /// How the files are taken.
    #[command(flatten)]
    pub reading: ReadingArgs,
}

/// `diaphane evaluate`.
#[derive(Debug, Args)]
pub struct EvaluateArgs {
    /// Folder of pairs, laid out in any of the ways that `dataset check` knows: NAME_cxr.* with NAME_soft.* or
    /// NAME_soft_registered.*, and NAME_lungmask*.png; CXR/ and BS/ side by side; DICOM studies.
    #[arg(long, value_name = "DIR", required_unless_present_any = ["cxr", "masks"], conflicts_with_all = ["cxr", "masks"])]
    pub pairs: Option<PathBuf>,
    /// Folder of radiographs; with --soft, files of equal names are pairs.
    #[arg(long, value_name = "DIR", requires = "soft", conflicts_with = "masks")]
    pub cxr: Option<PathBuf>,
    /// Folder of soft-tissue images.
    #[arg(long, value_name = "DIR", requires = "cxr")]
    pub soft: Option<PathBuf>,
    /// Score the lung masks instead: folder of NAME_cxr.png with NAME_labels.png (bits 0 to 3: 1 right lung, 2 left lung).
    #[arg(long, value_name = "DIR", conflicts_with = "pred")]
    pub masks: Option<PathBuf>,
    /// Score these pictures (NAME.png, NAME_soft.png, NAME_cxr.png or NAME_cxr_soft.png) instead of running networks.
    #[arg(long, value_name = "DIR")]
    pub pred: Option<PathBuf>,
    /// Give the networks the pairs' own lung masks instead of segmenting.
    #[arg(long, conflicts_with_all = ["pred", "masks"])]
    pub given_masks: bool,
    /// Score this model too, and say how much better --model is, case by case, with 95 % intervals; may be repeated.
    #[arg(long, value_name = "BUNDLE", conflicts_with_all = ["pred", "masks", "ablate"])]
    pub against: Vec<String>,
    /// Try every choice of these settings, everything else as it is: the papers' tables for this bundle.
    #[arg(long, value_name = "SETTING,...", value_enum, value_delimiter = ',', conflicts_with_all = ["pred", "masks"])]
    pub ablate: Vec<Ablated>,
    /// Put the worst case of this column first.
    #[arg(long, value_name = "COLUMN", conflicts_with = "ablate")]
    pub sort: Option<String>,
    /// Which networks.
    #[command(flatten)]
    pub network: NetworkArgs,
    /// How they sample.
    #[command(flatten)]
    pub settings: SettingsArgs,
    /// Score the mean of N seeds, and whether its uncertainty holds what it says.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = parse_seeds, conflicts_with_all = ["pred", "masks", "ablate"])]
    pub seeds: usize,
    /// Score the decoded picture at the model's grid instead of the native result.
    #[arg(long = "output", value_enum, default_value_t = Grid::Native)]
    pub grid: Grid,
    /// Write the table to this file too.
    #[arg(long, value_name = "FILE")]
    pub csv: Option<PathBuf>,
    /// Write a page with tables, figures and the worst cases to this file; everything is in the one file.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["masks", "ablate"])]
    pub html: Option<PathBuf>,
    /// Replace the files of --csv and --html where they exist.
    #[arg(long)]
    pub overwrite: bool,
    /// Write one JSON document to standard output.
    #[arg(long)]
    pub json: bool,
}

/// `diaphane train`.
#[derive(Debug, Args)]
pub struct TrainArgs {
    /// What to train, on what, and how long.
    #[arg(value_name = "RUN.toml")]
    pub run: PathBuf,
    /// Go on with the newest checkpoint of this run folder; settings and images must be those it was begun with (budget,
    /// device, threads and what is kept may differ).
    #[arg(long, value_name = "RUN_DIR")]
    pub resume: Option<PathBuf>,
    /// Train nothing: write a picture of three times three images as the network will see them, each above what it shall
    /// make of it. They are the first ones of the run.
    #[arg(long, value_name = "PNG", conflicts_with_all = ["resume", "out", "json"])]
    pub preview_augmentations: Option<PathBuf>,
    /// Train into this folder, whatever the run file says: with the run.toml of a run folder the run is made again, from the
    /// bundle that the folder keeps.
    #[arg(long, value_name = "RUN_DIR", conflicts_with = "resume")]
    pub out: Option<PathBuf>,
    /// Write one JSON object a line to standard output.
    #[arg(long)]
    pub json: bool,
}

/// `diaphane import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// Checkpoints of the noise estimator, the VQGAN and, where there is one, the segmenter.
    #[arg(required = true, value_name = "FILE.pth")]
    pub files: Vec<PathBuf>,
    /// Folder of the new bundle.
    #[arg(long, value_name = "BUNDLE")]
    pub out: PathBuf,
    /// Whose networks they are; the files cannot tell (both have the same names and shapes).
    #[arg(long, value_enum)]
    pub preset: AuthorsPreset,
    /// Replace a bundle that exists.
    #[arg(long)]
    pub overwrite: bool,
}

/// `diaphane inspect`.
#[derive(Debug, Args)]
pub struct InspectArgs {
    /// Files, or folders and ZIP archives to walk.
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Show the stored and the displayed value at this pixel, counted from 0.
    #[arg(long, value_name = "ROW,COL", value_parser = parse_probe)]
    pub probe: Vec<(usize, usize)>,
    /// Write one JSON document to standard output.
    #[arg(long)]
    pub json: bool,
}

/// `diaphane manual`.
#[derive(Debug, Args)]
pub struct ManualArgs {
    /// Folder of the pages; made where it does not exist.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Replace pages that exist.
    #[arg(long)]
    pub overwrite: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_declaration_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn paths_alone_open_the_workstation() {
        let cli = Cli::try_parse_from(["diaphane", "a.dcm", "b.png"]).unwrap();
        assert!(cli.command.is_none());
        assert_eq!(cli.paths.len(), 2);
    }
}
