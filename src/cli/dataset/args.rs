//! `diaphane dataset` as it is typed.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// What to do with a dataset.
#[derive(Debug, Subcommand)]
pub enum DatasetCommand {
    /// Say what is wrong, or odd, in pairs of radiographs and soft-tissue images; errors end with status 1.
    Check(CheckArgs),
    /// Write a copy of the pairs in which soft-tissue images that lie off are laid on their radiographs.
    Register(RegisterArgs),
    /// Part the pairs by patients into training, validation and test.
    Split(SplitArgs),
}

/// Where the pairs are.
#[derive(Debug, Args)]
pub struct PairsArgs {
    /// Folder of pairs: NAME_cxr.* and NAME_soft.*, or CXR/ and BS/ side by side (SZCH-X-Rays, and JSRT/ and
    /// BSE_JSRT/ alike), or DICOM studies with one radiograph and one soft-tissue image each.
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Folder of the soft-tissue images, under the names of their radiographs; DICOM files by their studies, or by patient
    /// and time of acquisition.
    #[arg(long, value_name = "DIR")]
    pub soft: Option<PathBuf>,
    /// Write JSON to standard output.
    #[arg(long)]
    pub json: bool,
}

/// `diaphane dataset check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Where the pairs are.
    #[command(flatten)]
    pub pairs: PairsArgs,
    /// Lines of `pair,patient` that are looked at too; not given: `patients.csv` in DIR.
    #[arg(long, value_name = "FILE.csv")]
    pub patients: Option<PathBuf>,
    /// A split to be checked too: nobody in two parts, no file changed, no pair added since.
    #[arg(long, value_name = "FILE")]
    pub split: Option<PathBuf>,
    /// Write the report as one page with small pictures of every pair, for a browser or for print.
    #[arg(long, value_name = "FILE.html")]
    pub html: Option<PathBuf>,
    /// Replace a page that exists.
    #[arg(long, requires = "html")]
    pub overwrite: bool,
}

/// `diaphane dataset register`.
#[derive(Debug, Args)]
pub struct RegisterArgs {
    /// Where the pairs are; they are never touched.
    #[command(flatten)]
    pub pairs: PairsArgs,
    /// Folder of the copy: NAME_cxr.png with NAME_soft_registered.png, or with NAME_soft.png where nothing had to be
    /// done; masks; `patients.csv` where patients are known.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Write over an earlier copy: its files are replaced, and those of pairs that are left out now are taken away.
    /// Whatever else the folder holds is never touched; pictures that no copy wrote are refused.
    #[arg(long)]
    pub overwrite: bool,
    /// Lines of `pair,patient` to be copied; not given: `patients.csv` in DIR.
    #[arg(long, value_name = "FILE.csv")]
    pub patients: Option<PathBuf>,
    /// The pictures show bones black, as JSRT's first publication does; the copy shows them white.
    #[arg(long)]
    pub inverted: bool,
}

/// `diaphane dataset split`.
#[derive(Debug, Args)]
pub struct SplitArgs {
    /// Where the pairs are.
    #[command(flatten)]
    pub pairs: PairsArgs,
    /// The split's file, to be named in run files: `split = "FILE"` under `[data]`.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Replace a split that exists. Figures of different splits cannot be compared.
    #[arg(long)]
    pub overwrite: bool,
    /// Decides who comes into which part.
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,
    /// Share of the patients kept for validation.
    #[arg(long, value_name = "SHARE", default_value_t = 0.1)]
    pub validation: f64,
    /// Share of the patients kept for the test.
    #[arg(long, value_name = "SHARE", default_value_t = 0.1)]
    pub test: f64,
    /// Lines of `pair,patient` where the files name no patient; not given: `patients.csv` in DIR, or beside
    /// the soft-tissue images. A pair that neither
    /// file nor list names a patient for counts as a patient of its own.
    #[arg(long, value_name = "FILE.csv")]
    pub patients: Option<PathBuf>,
}
