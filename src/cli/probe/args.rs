//! What is typed after `diaphane probe`.

use crate::cli::args::{NetworkArgs, ReadingArgs, SettingsArgs};
use crate::cli::words::parse_probe;
use clap::Args;
use std::path::PathBuf;

/// `diaphane probe`.
#[derive(Debug, Args)]
pub struct ProbeArgs {
    /// Radiographs, or folders and ZIP archives to walk.
    #[arg(
        value_name = "PATH",
        required_unless_present = "pairs",
        conflicts_with = "pairs"
    )]
    pub paths: Vec<PathBuf>,
    /// Folder of pairs in place of paths: what lies under a rib is then told from the known soft-tissue image, not from
    /// the bone layer that the networks take off.
    #[arg(long, value_name = "DIR")]
    pub pairs: Option<PathBuf>,
    /// One nodule with its middle at this pixel, counted from 0, in place of nodules all over the lungs.
    #[arg(long, value_name = "ROW,COL", value_parser = parse_probe)]
    pub at: Option<(usize, usize)>,
    /// Diameter of that nodule.
    #[arg(long, value_name = "MM", requires = "at", default_value_t = 10.0)]
    pub diameter_mm: f64,
    /// Contrast of that nodule, grey levels of the 255 between black and white.
    #[arg(long, value_name = "GREY", requires = "at", default_value_t = 20.0)]
    pub contrast: f64,
    /// Nodules in each radiograph, as far as the lungs have room: half of them under ribs, half between.
    #[arg(long, value_name = "N", default_value_t = 6, conflicts_with = "at",
        value_parser = clap::value_parser!(u16).range(1..=60))]
    pub nodules: u16,
    /// Seed of the places.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub places: u64,
    /// Which networks.
    #[command(flatten)]
    pub network: NetworkArgs,
    /// How they sample.
    #[command(flatten)]
    pub settings: SettingsArgs,
    /// How the files are taken.
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// Write a row a nodule to this file.
    #[arg(long, value_name = "FILE")]
    pub csv: Option<PathBuf>,
    /// Write a plot of what is kept to this file.
    #[arg(long, value_name = "FILE.svg")]
    pub plot: Option<PathBuf>,
    /// Replace the files of --csv and --plot where they exist.
    #[arg(long)]
    pub overwrite: bool,
    /// Write one JSON document to standard output.
    #[arg(long)]
    pub json: bool,
}
