//! Least sizes of weights files, from the sizes of the networks.
//!
//! A network is allocated before its weights are read. A manifest that asks for an absurd one would exhaust the
//! memory, so that it is refused first where its file is too small to hold such a network even in half precision.

use crate::model::{DenoiserConfig, SegmenterConfig, VqganConfig};

/// The smallest number format of a weight.
const HALF_BYTES: f64 = 2.0;

/// Bytes that a codec of these sizes has at least.
pub(super) fn vqgan_bytes(config: &VqganConfig) -> f64 {
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
    let halving: f64 = neighbours(inputs, &channels)
        .map(|(a, b)| a * b * 16.0)
        .sum();
    let residual: f64 = channels
        .iter()
        .map(|c| layers * 2.0 * c * inner * 9.0)
        .sum();
    let to_latent = channels.last().map_or(0.0, |c| c * latent * 9.0);
    (2.0 * (halving + residual + to_latent) + 2.0 * codebook * latent) * HALF_BYTES
}

/// Bytes that a noise estimator of these sizes has at least.
pub(super) fn denoiser_bytes(config: &DenoiserConfig) -> f64 {
    let [inputs, outputs, base, blocks] = [
        config.in_channels,
        config.out_channels,
        config.model_channels,
        config.num_res_blocks,
    ]
    .map(natural);
    let channels: Vec<f64> = wide(&config.channel_mult)
        .iter()
        .map(|m| m * base)
        .collect();
    // Two 3 x 3 convolutions a residual block, down and up; all but the very first see at least the level's channels.
    let residual: f64 = channels
        .iter()
        .map(|c| (4.0 * blocks - 1.0).max(0.0) * c * c * 9.0)
        .sum();
    let widening: f64 = neighbours(base, &channels).map(|(a, b)| a * b * 9.0).sum();
    (residual + widening + (inputs + outputs) * base * 9.0) * HALF_BYTES
}

/// Bytes that a segmenter of these sizes has at least.
pub(super) fn segmenter_bytes(config: &SegmenterConfig) -> f64 {
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
    let dense: f64 = wide(&config.block_layers)
        .iter()
        .map(|n| n * inner * growth * 9.0 + n * (n - 1.0) / 2.0 * growth * inner)
        .sum();
    let outs = wide(&config.decoder_channels);
    let merging: f64 = outs.iter().map(|out| out * out * 9.0).sum();
    let upscaling: f64 = neighbours(init, &outs).map(|(a, b)| a * b * 9.0).sum();
    let last = outs.first().map_or(0.0, |out| out * head * 9.0) + head * classes;
    (inputs * init * 49.0 + dense + merging + upscaling + last) * HALF_BYTES
}

/// As a float: products of what a hostile manifest asks for overflow every integer.
fn natural(value: i64) -> f64 {
    value.max(0) as f64
}

fn wide(values: &[i64]) -> Vec<f64> {
    values.iter().map(|&value| natural(value)).collect()
}

/// Pairs of successive widths, the first one with what comes before it.
fn neighbours(before: f64, widths: &[f64]) -> impl Iterator<Item = (f64, f64)> + '_ {
    let earlier = std::iter::once(before).chain(widths.iter().copied());
    earlier.zip(widths.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{LungSegmenter, Preset, Vqgan};
    use tch::Device;
    use tch::nn::VarStore;

    fn real_bytes(vs: &VarStore) -> f64 {
        let mut variables: Vec<f64> = Vec::new();
        variables.extend(vs.variables().values().map(|v| v.numel() as f64));
        variables.iter().sum::<f64>() * HALF_BYTES
    }

    /// A bound must never exceed the real size, and is useless where it is far below it.
    fn assert_bounds(bound: f64, real: f64) {
        assert!(bound <= real && bound * 3.0 > real, "{bound} for {real}");
    }

    #[test]
    fn bounds_lie_closely_below_the_real_networks() {
        // Numbers of parameters counted in the authors' modules.
        assert_bounds(
            denoiser_bytes(&Preset::GlLcm.denoiser()),
            382_978_184.0 * 2.0,
        );
        assert_bounds(vqgan_bytes(&Preset::GlLcm.vqgan()), 38_334_725.0 * 2.0);
        assert_bounds(
            segmenter_bytes(&Preset::GlLcm.segmenter()),
            15_544_770.0 * 2.0,
        );
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
