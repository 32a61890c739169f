//! `diaphane simulate` as it is typed.

use crate::cli::words::{Noise, PhantomGroup, SoftWord};
use clap::Args;
use std::path::PathBuf;

/// `diaphane simulate`.
#[derive(Debug, Args)]
pub struct SimulateArgs {
    /// Where outputs go.
    #[command(flatten)]
    pub output: SimulateOutput,
    /// Number of studies.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub count: usize,
    /// Seed of the series; the same seed gives the same studies at every size.
    #[arg(long, value_name = "S", default_value_t = 0)]
    pub seed: u64,
    /// Side of the square pictures in pixels.
    #[arg(long, value_name = "PX", default_value_t = 1024)]
    pub size: usize,
    /// Grain of radiograph and soft-tissue image.
    #[arg(long, value_enum, default_value_t = Noise::Shared)]
    pub noise: Noise,
    /// Darken each soft-tissue image by 9 to 22 grey of 255, drawn by chance, as real dual-energy pairs have it; the
    /// bone image stays free of it.
    #[arg(long)]
    pub tone_offset: bool,
    /// Print the intensity figures of the studies beside those of six public SZCH pairs; without --out no files.
    #[arg(long)]
    pub figures: bool,
    /// Variety of phantoms.
    #[command(flatten)]
    pub varied: VariedArgs,
    /// Projection of CT series.
    #[command(flatten)]
    pub projection: ProjectionArgs,
}

/// Where studies go; without a folder they are only measured.
#[derive(Debug, Clone, Args)]
pub struct SimulateOutput {
    /// Folder of the outputs; made where it does not exist.
    #[arg(long, value_name = "DIR", required_unless_present = "figures")]
    pub out: Option<PathBuf>,
    /// Replace outputs that exist.
    #[arg(long)]
    pub overwrite: bool,
    /// Write one JSON object a line to standard output.
    #[arg(long)]
    pub json: bool,
}

/// How phantoms vary.
#[derive(Debug, Clone, Args)]
pub struct VariedArgs {
    /// Draw patients, findings, devices and processing that vary as a network must meet them in training.
    #[arg(long, conflicts_with = "ct")]
    pub varied: bool,
    /// Leave groups out of varied phantoms.
    #[arg(
        long,
        value_enum,
        value_delimiter = ',',
        requires = "varied",
        value_name = "GROUP,..."
    )]
    pub without: Vec<PhantomGroup>,
    /// Keep calcium that is no bone in the soft-tissue image; not given, it goes with the bones.
    #[arg(long, requires = "varied")]
    pub keep_calcium: bool,
    /// Let heart and diaphragm move between the two exposures: bands along them in the soft-tissue image.
    #[arg(long, requires = "varied")]
    pub motion: bool,
}

/// How a CT series is projected.
#[derive(Debug, Clone, Args)]
pub struct ProjectionArgs {
    /// Project a chest CT instead: the folder of one series, or its files.
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub ct: Vec<PathBuf>,
    /// Tube voltages, kV: of the soft exposure and of the hard one, which is the radiograph.
    #[arg(long, value_name = "LOW,HIGH", value_delimiter = ',', num_args = 2, default_values_t = [60.0, 120.0], requires = "ct")]
    pub kvp: Vec<f64>,
    /// What the soft-tissue image is.
    #[arg(long, value_enum, default_value_t = SoftWord::Exact, requires = "ct")]
    pub soft: SoftWord,
    /// Turn about the body's long axis, degrees; with --count each study after the first adds up to 5.
    #[arg(
        long,
        value_name = "DEG",
        default_value_t = 0.0,
        allow_negative_numbers = true,
        requires = "ct"
    )]
    pub yaw: f64,
    /// Forward lean, degrees; each study after the first adds up to 5.
    #[arg(
        long,
        value_name = "DEG",
        default_value_t = 0.0,
        allow_negative_numbers = true,
        requires = "ct"
    )]
    pub pitch: f64,
    /// Turn in the picture plane, degrees; each study after the first adds up to 3.
    #[arg(
        long,
        value_name = "DEG",
        default_value_t = 0.0,
        allow_negative_numbers = true,
        requires = "ct"
    )]
    pub roll: f64,
}
