//! The networks, their published sizes and the weights that fill them.
//!
//! Owns architecture (which blocks, in which order, under which names) and everything about weight
//! files. Must not know noise schedules, samplers, radiographs or training loops: a network here
//! maps tensors to tensors.
//!
//! | part | maps | names as in |
//! |---|---|---|
//! | [`Vqgan`] | image to latent and back | the reference autoencoder |
//! | [`Denoiser`] | noisy latent, condition and timestep to a prediction | the reference U-Net |
//! | [`LungSegmenter`] | image to lung logits | `lungs-segmentation` 1.1.1 |
//! | [`PatchDiscriminator`] | image to logits per patch | the reference discriminator |
//! | [`Lpips`] | two images to a perceptual distance | `lpips` 0.1, AlexNet |

mod adapter;
pub mod bundle;
mod config;
mod denoiser;
mod discriminator;
mod error;
pub mod import;
mod lpips;
pub mod manifest;
mod ms_ssim;
mod presets;
mod segmenter;
pub mod site;
mod vqgan;
pub mod weights;

pub use adapter::{Adapter, LowRankChange};
pub use bundle::{
    AppliedAdapter, Bundle, BundleInfo, BundleWriter, LearnedFrom, find_bundle, list_bundles,
    search_folders,
};
pub use config::ConfigError;
pub use denoiser::{Denoiser, DenoiserConfig, Recomputed};
pub use discriminator::{
    DiscriminatorConfig, Judgement, PatchDiscriminator, Verdict, adversarial_loss,
};
pub use error::{ModelError, WeightProblem};
pub use import::{ImportOptions, import_checkpoints};
pub use lpips::{Lpips, LpipsError, LpipsRange};
pub use manifest::{
    ClipSpec, ConditionScaling, Fit, FusionName, GuidanceName, Manifest, Prediction, SamplerName,
    ScheduleSpec, SegmenterSpec,
};
pub use ms_ssim::{MsSsimScores, ms_ssim, ms_ssim_scores};
pub use presets::Preset;
pub use segmenter::{LungSegmenter, SegmenterConfig};
pub use site::{SiteError, SiteFolder, SiteModel, default_bundle};
pub use vqgan::{Vqgan, VqganConfig};
