//! `diaphane models` as it is typed.

use crate::cli::args::{NetworkArgs, SettingsArgs};
use crate::cli::words::{parse_device, parse_seeds};
use crate::worker::DeviceChoice;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// What to do with bundles.
#[derive(Debug, Subcommand)]
pub enum ModelsCommand {
    /// Name the bundles that are found.
    List {
        /// Write one JSON document to standard output.
        #[arg(long)]
        json: bool,
    },
    /// Check every file of a bundle against its manifest.
    Verify {
        /// Name or folder of the bundle.
        bundle: String,
        /// Write one JSON document to standard output.
        #[arg(long)]
        json: bool,
    },
    /// Put a bundle in force in place of the one that is, where it is better: on the locked test pairs, and not worse on
    /// a built-in reference set of phantoms. The bundles themselves stay as they are.
    Promote(PromoteArgs),
    /// Put back in force what was before the last promotion.
    Rollback {
        /// Go back to the shipped model, whatever the record says and whatever became of the models in it.
        #[arg(long)]
        shipped: bool,
        /// Write one JSON document to standard output.
        #[arg(long)]
        json: bool,
    },
    /// Make a bundle from the run folders of trained networks: of the checkpoint that scored best in validation, or of the last
    /// one where none was judged; it says which.
    Pack {
        /// Export file (TOML): out, name, version, licence, training_data, denoiser, segmenter, card; newest = true takes the
        /// last checkpoint all the same, overwrite = true replaces an earlier bundle.
        file: PathBuf,
    },
    /// Note in a bundle what its networks learned from, by checksums, where the run folders that it was packed from are gone: the
    /// images that its run files name are found and read again. The bundle's own hash becomes another one.
    LearnedFrom {
        /// Name or folder of the bundle.
        bundle: String,
        /// Run files (TOML) of all its networks, and of those that they went on from.
        #[arg(required = true, value_name = "RUN.toml")]
        runs: Vec<PathBuf>,
        /// Replace what the bundle says already.
        #[arg(long)]
        overwrite: bool,
    },
    /// Write what a run with `[adapter]` has learned as a file of a few megabytes.
    Adapter {
        /// Run folder.
        run: PathBuf,
        /// The file to write, `NAME.safetensors`.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Take the newest averages even where an earlier checkpoint scored better.
        #[arg(long)]
        newest: bool,
        /// Replace a file that exists.
        #[arg(long)]
        overwrite: bool,
    },
    /// Measure how far the truth lies from the mean of several seeds, on pairs that the bundle never learned from, and print the
    /// table `[uncertainty]` for its export file.
    Calibrate(CalibrateArgs),
    /// Describe a bundle: architecture, hash, card.
    Info {
        /// Name or folder of the bundle.
        bundle: String,
        /// Write one JSON document to standard output.
        #[arg(long)]
        json: bool,
    },
}

/// `diaphane models calibrate`.
#[derive(Debug, Args)]
pub struct CalibrateArgs {
    /// Folder of pairs with lung masks, as for `evaluate`; may be repeated. All pairs count alike.
    #[arg(long, value_name = "DIR", required = true)]
    pub pairs: Vec<PathBuf>,
    /// Number of seeds, at least 2.
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = parse_seeds)]
    pub seeds: usize,
    /// Give the networks the pairs' own lung masks instead of segmenting.
    #[arg(long)]
    pub given_masks: bool,
    /// Which networks.
    #[command(flatten)]
    pub network: NetworkArgs,
    /// How they sample.
    #[command(flatten)]
    pub settings: SettingsArgs,
    /// Write one JSON document to standard output.
    #[arg(long)]
    pub json: bool,
}

/// `diaphane models promote`.
#[expect(
    clippy::struct_excessive_bools,
    reason = "switches of a command line are independent of each other"
)]
#[derive(Debug, Args)]
pub struct PromoteArgs {
    /// Name or folder of the bundle.
    pub bundle: String,
    /// Folder of pairs that it never learned from, as for `evaluate`.
    #[arg(long, value_name = "DIR")]
    pub pairs: PathBuf,
    /// Folder of the soft-tissue images, under the names of their radiographs, where it is another one.
    #[arg(long, value_name = "DIR")]
    pub soft: Option<PathBuf>,
    /// Split that it was trained with (`dataset split`): of the pairs its test part counts, and no other; patients count
    /// once. Only --dry-run goes without.
    #[arg(long, value_name = "FILE")]
    pub split: Option<PathBuf>,
    /// State that the test pairs are not among what earlier weights of the bundle learned from, where these do not say what
    /// that was. The statement is written into the record and the report.
    #[arg(long)]
    pub base_never_saw_test: bool,
    /// Print the evidence and promote nothing; that the test part was looked at is noted all the same.
    #[arg(long)]
    pub dry_run: bool,
    /// Give the networks the pairs' own lung masks instead of segmenting.
    #[arg(long)]
    pub given_masks: bool,
    /// Where the networks run: auto, cpu, or cuda:N.
    #[arg(long, default_value = "auto", value_parser = parse_device)]
    pub device: DeviceChoice,
    /// Write the evidence as a page to this file too.
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Replace the file of --html where it exists.
    #[arg(long)]
    pub overwrite: bool,
    /// Write one JSON document to standard output.
    #[arg(long)]
    pub json: bool,
}
