//! The network sizes that exist by name.

use serde::{Deserialize, Serialize};

use super::{DenoiserConfig, SegmenterConfig, VqganConfig};
use crate::nn::AttentionOrder;

/// A published or shipped choice of network sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// GL-LCM as published: 421,307,789 parameters and a segmenter of 15,544,770.
    GlLcm,
    /// BS-LDM as published: GL-LCM's networks with the legacy attention order and a codebook of
    /// 256 rows.
    BsLdm,
    /// Of the same family, small enough to train and run on two CPU cores: the networks of the shipped
    /// bundle, 10,219,049 numbers in codec and denoiser and 519,012 in the segmenter.
    Compact,
}

impl Preset {
    /// All presets, the default one last.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 3] = [Self::GlLcm, Self::BsLdm, Self::Compact];

    /// The name in manifests and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::GlLcm => "gl-lcm",
            Self::BsLdm => "bs-ldm",
            Self::Compact => "compact",
        }
    }

    /// Sizes of the autoencoder.
    pub fn vqgan(self) -> VqganConfig {
        match self {
            Self::GlLcm | Self::BsLdm => VqganConfig {
                in_channels: 1,
                channels: vec![128, 256, 512],
                residual_layers: 2,
                residual_channels: 512,
                codebook_size: if self == Self::BsLdm { 256 } else { 1024 },
                latent_channels: 4,
            },
            Self::Compact => VqganConfig {
                in_channels: 1,
                channels: vec![32, 64, 128],
                residual_layers: 1,
                residual_channels: 64,
                codebook_size: 1024,
                latent_channels: 4,
            },
        }
    }

    /// Sizes of the denoiser.
    ///
    /// The published networks predict eight channels, of which the first four are used.
    pub fn denoiser(self) -> DenoiserConfig {
        match self {
            Self::GlLcm | Self::BsLdm => DenoiserConfig {
                in_channels: 8,
                out_channels: 8,
                model_channels: 128,
                channel_mult: vec![1, 1, 2, 2, 4, 4],
                num_res_blocks: 8,
                // 64 is listed by the authors and never reached.
                attention_resolutions: vec![8, 16, 32],
                num_heads: 8,
                attention_order: if self == Self::BsLdm {
                    AttentionOrder::Legacy
                } else {
                    AttentionOrder::New
                },
                norm_groups: 32,
            },
            Self::Compact => DenoiserConfig {
                in_channels: 8,
                out_channels: 4,
                model_channels: 48,
                channel_mult: vec![1, 2, 3, 4],
                num_res_blocks: 1,
                attention_resolutions: Vec::new(),
                num_heads: 4,
                attention_order: AttentionOrder::New,
                norm_groups: 8,
            },
        }
    }

    /// Sizes of the lung segmenter.
    pub fn segmenter(self) -> SegmenterConfig {
        match self {
            Self::GlLcm | Self::BsLdm => SegmenterConfig {
                in_channels: 3,
                num_classes: 2,
                init_channels: 64,
                growth_channels: 32,
                bottleneck_factor: 4,
                block_layers: vec![6, 12, 24, 16],
                decoder_channels: vec![64, 128, 256, 256],
                head_channels: 64,
            },
            Self::Compact => SegmenterConfig {
                in_channels: 1,
                num_classes: 1,
                init_channels: 24,
                growth_channels: 12,
                bottleneck_factor: 4,
                block_layers: vec![4, 4, 6, 6],
                decoder_channels: vec![24, 32, 48, 64],
                head_channels: 16,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use tch::{Device, nn::VarStore};

    use super::*;
    use crate::model::{Denoiser, LungSegmenter, Manifest, Vqgan};
    use std::path::Path;

    fn count(vs: &VarStore) -> i64 {
        vs.trainable_variables()
            .iter()
            .map(|variable| variable.numel() as i64)
            .sum()
    }

    /// Of everything a weights file holds.
    fn all(vs: &VarStore) -> i64 {
        let variables = vs.variables();
        variables.values().map(|v| v.numel() as i64).sum()
    }

    // The numbers are those of the authors' own modules.
    #[test]
    fn published_vqgan_and_segmenter_have_the_published_sizes() {
        let vs = VarStore::new(Device::Cpu);
        let _vqgan = Vqgan::new(&vs.root(), &Preset::GlLcm.vqgan());
        // The codebook's 4,096 numbers are counted by the authors but follow moving averages.
        assert_eq!(count(&vs) + 4_096, 38_329_605);

        let vs = VarStore::new(Device::Cpu);
        let _segmenter = LungSegmenter::new(&vs.root(), &Preset::GlLcm.segmenter());
        assert_eq!(count(&vs), 15_544_770);
    }

    #[test]
    fn compact_networks_are_small_and_keep_non_square_sizes() {
        tch::manual_seed(3);
        let _guard = tch::no_grad_guard();
        let options = (tch::Kind::Float, Device::Cpu);
        let vs = VarStore::new(Device::Cpu);
        let preset = Preset::Compact;
        let vqgan = Vqgan::new(&(vs.root() / "vqgan"), &preset.vqgan());
        let latent = vqgan.encode(&tch::Tensor::rand([2, 1, 64, 128], options));
        assert_eq!(latent.size(), [2, 4, 8, 16]);
        assert_eq!(vqgan.decode(&latent).size(), [2, 1, 64, 128]);

        let denoiser = Denoiser::new(&(vs.root() / "denoiser"), &preset.denoiser());
        let both = tch::Tensor::cat(&[&latent, &latent], 1);
        let timesteps = tch::Tensor::from_slice(&[999_i64, 19]);
        assert_eq!(denoiser.forward(&both, &timesteps).size(), [2, 4, 8, 16]);

        let segmenter_vs = VarStore::new(Device::Cpu);
        let segmenter = LungSegmenter::new(&segmenter_vs.root(), &preset.segmenter());
        let image = tch::Tensor::rand([1, 1, 64, 96], options);
        assert_eq!(segmenter.forward(&image).size(), [1, 1, 64, 96]);
        // Parameters, codebooks and running statistics together, as in the shipped weights' files.
        assert_eq!(all(&vs), 864_517 + 9_354_532);
        assert_eq!(all(&segmenter_vs), 519_012);
    }

    /// Fine-tuning starts from the shipped weights, which fit no other sizes.
    #[test]
    fn the_compact_preset_is_the_shipped_bundle() {
        let bundle = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/compact");
        let shipped = Manifest::read(&bundle).unwrap();
        assert_eq!(shipped.preset, Preset::Compact);
        assert_eq!(shipped.vqgan.config, Preset::Compact.vqgan());
        assert_eq!(shipped.denoiser.config, Preset::Compact.denoiser());
        let segmenter = shipped.segmenter.unwrap().config;
        assert_eq!(segmenter, Preset::Compact.segmenter());
    }

    #[test]
    fn every_preset_can_be_built() {
        for preset in Preset::ALL {
            preset.vqgan().check().unwrap();
            preset.denoiser().check().unwrap();
            preset.segmenter().check().unwrap();
        }
    }

    #[test]
    fn impossible_sizes_are_refused_with_the_field_named() {
        let mut denoiser = Preset::Compact.denoiser();
        denoiser.norm_groups = 7;
        let message = denoiser.check().unwrap_err().to_string();
        assert!(message.contains("normalisation groups"), "{message}");
        let mut vqgan = Preset::Compact.vqgan();
        vqgan.channels = vec![];
        let message = vqgan.check().unwrap_err().to_string();
        assert!(message.contains("`channels`"), "{message}");
    }
}
