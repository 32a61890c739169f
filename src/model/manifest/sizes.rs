//! Least sizes of weights files, from the sizes of the networks.
//!
//! A network is allocated before its weights are read. A manifest that asks for an absurd one would exhaust the
//! memory, so that it is refused first where its file is too small to hold such a network even in half precision.

use crate::model::{DenoiserConfig, SegmenterConfig, VqganConfig};

/// The smallest number format of a weight.
const HALF_BYTES: u128 = 2;

/// Bytes that a codec of these sizes has at least.
pub(super) fn vqgan_bytes(config: &VqganConfig) -> u128 {
    let channels = wide(&config.channels);
    let [inputs, layers, inner, codebook, latent] = [
        config.in_channels,
        config.residual_layers,
        config.residual_channels,
        config.codebook_size,
        config.latent_channels,
    ]
    .map(natural);
    // Encoder and decoder mirror each other.
    let halving: u128 = neighbours(inputs, &channels).map(|(a, b)| a * b * 16).sum();
    let residual: u128 = channels.iter().map(|c| layers * 2 * c * inner * 9).sum();
    let to_latent = channels.last().map_or(0, |c| c * latent * 9);
    (2 * (halving + residual + to_latent) + 2 * codebook * latent) * HALF_BYTES
}

/// Bytes that a noise estimator of these sizes has at least.
pub(super) fn denoiser_bytes(config: &DenoiserConfig) -> u128 {
    let [inputs, outputs, base, blocks] = [
        config.in_channels,
        config.out_channels,
        config.model_channels,
        config.num_res_blocks,
    ]
    .map(natural);
    let channels: Vec<u128> = wide(&config.channel_mult)
        .iter()
        .map(|m| m * base)
        .collect();
    // Two 3 x 3 convolutions a residual block, down and up; all but the very first see at least the level's channels.
    let residual: u128 = channels
        .iter()
        .map(|c| (4 * blocks).saturating_sub(1) * c * c * 9)
        .sum();
    let widening: u128 = neighbours(base, &channels).map(|(a, b)| a * b * 9).sum();
    (residual + widening + (inputs + outputs) * base * 9) * HALF_BYTES
}

/// Bytes that a segmenter of these sizes has at least.
pub(super) fn segmenter_bytes(config: &SegmenterConfig) -> u128 {
    let [inputs, classes, init, growth, factor, head] = [
        config.in_channels,
        config.num_classes,
        config.init_channels,
        config.growth_channels,
        config.bottleneck_factor,
        config.head_channels,
    ]
    .map(natural);
    // The last layer of a block sees the growth of all layers before it.
    let inner = factor * growth;
    let dense: u128 = wide(&config.block_layers)
        .iter()
        .map(|n| n * inner * growth * 9 + n * (n - 1) / 2 * growth * inner)
        .sum();
    let outs = wide(&config.decoder_channels);
    let merging: u128 = outs.iter().map(|out| out * out * 9).sum();
    let upscaling: u128 = neighbours(init, &outs).map(|(a, b)| a * b * 9).sum();
    let last = outs.first().map_or(0, |out| out * head * 9) + head * classes;
    (inputs * init * 49 + dense + merging + upscaling + last) * HALF_BYTES
}

fn natural(value: i64) -> u128 {
    value.max(0).unsigned_abs().into()
}

fn wide(values: &[i64]) -> Vec<u128> {
    values.iter().map(|&value| natural(value)).collect()
}

/// Pairs of successive widths, the first one with what comes before it.
fn neighbours(before: u128, widths: &[u128]) -> impl Iterator<Item = (u128, u128)> + '_ {
    let earlier = std::iter::once(before).chain(widths.iter().copied());
    earlier.zip(widths.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{LungSegmenter, Preset, Vqgan};
    use tch::Device;
    use tch::nn::VarStore;

    fn real_bytes(vs: &VarStore) -> u128 {
        let mut variables: Vec<u128> = Vec::new();
        variables.extend(vs.variables().values().map(|v| v.numel() as u128));
        variables.iter().sum::<u128>() * HALF_BYTES
    }

    /// A bound must never exceed the real size, and is useless where it is far below it.
    fn assert_bounds(bound: u128, real: u128) {
        assert!(bound <= real && bound * 3 > real, "{bound} for {real}");
    }

    #[test]
    fn bounds_lie_closely_below_the_real_networks() {
        // Numbers of parameters counted in the authors' modules.
        assert_bounds(denoiser_bytes(&Preset::GlLcm.denoiser()), 382_978_184 * 2);
        assert_bounds(vqgan_bytes(&Preset::GlLcm.vqgan()), 38_334_725 * 2);
        assert_bounds(segmenter_bytes(&Preset::GlLcm.segmenter()), 15_544_770 * 2);
        let vs = VarStore::new(Device::Cpu);
        drop(Vqgan::new(&vs.root(), &Preset::Compact.vqgan()));
        assert_bounds(vqgan_bytes(&Preset::Compact.vqgan()), real_bytes(&vs));
        let vs = VarStore::new(Device::Cpu);
        drop(LungSegmenter::new(&vs.root(), &Preset::Compact.segmenter()));
        assert_bounds(
            segmenter_bytes(&Preset::Compact.segmenter()),
            real_bytes(&vs),
        );
    }
}
