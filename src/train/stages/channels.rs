//! What each latent channel changes in the decoded picture.

use super::RunContext;
use super::judge::LEAST_MULTIPLE_PX;
use super::latent::LatentSpace;
use crate::radiograph::FloatImage;
use crate::train::config::ChannelWeights;
use crate::train::data::on_grid;
use crate::train::observer::Turns;
use crate::train::random::{Purpose, generator, normal};
use crate::train::{RunFolder, TrainError};
use serde::{Deserialize, Serialize};
use tch::{Kind, Tensor};

/// File of a run folder that holds the effects.
const FILE: &str = "channels.toml";
/// Soft-tissue images that they are measured on.
const IMAGES: usize = 8;
/// Side of their crops, pixels.
const CROP_PX: i64 = 256;
/// Deviation of the noise, in those of the channel: small, so that the decoder is nearly linear in it.
const NOISE: f64 = 0.1;

/// Root mean square change of the pixels, in units of the range from black to white, for noise of one deviation in
/// each channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChannelEffects {
    effect: Vec<f64>,
}

/// By how much differences of each channel are scaled before they are compared, `[1, C, 1, 1]`; `None` where all count
/// alike. The mean of the squares is 1. Kept in the run folder: a run that goes on weighs as it began.
pub(super) fn channel_scales(
    context: RunContext<'_>,
    space: &LatentSpace,
    turns: &mut Turns<'_>,
) -> Result<Option<Tensor>, TrainError> {
    if context.config.loss.denoiser.channel_weights == ChannelWeights::Equal {
        return Ok(None);
    }
    let folder: &RunFolder = context.folder;
    let effects = if let Some(kept) = folder.read_toml(FILE)? {
        kept
    } else {
        let measured = measure(context, space, turns)?;
        folder.write_toml(FILE, &measured)?;
        measured
    };
    let ChannelEffects { effect } = effects;
    let squares = effect.iter().map(|effect| effect * effect);
    let mean = (squares.sum::<f64>() / effect.len().max(1) as f64).sqrt();
    if mean <= 0.0 {
        return Ok(None);
    }
    let scales: Vec<f32> = effect.iter().map(|effect| (effect / mean) as f32).collect();
    let scales = Tensor::from_slice(&scales).reshape([1, -1, 1, 1]);
    Ok(Some(scales.to_device(space.device())))
}

fn measure(
    context: RunContext<'_>,
    space: &LatentSpace,
    turns: &mut Turns<'_>,
) -> Result<ChannelEffects, TrainError> {
    let _guard = tch::no_grad_guard();
    let RunContext {
        config, dataset, ..
    } = context;
    let multiple_px = LEAST_MULTIPLE_PX.max(space.latent_px() as usize);
    let mut rng = generator(config.seed, config.stage, 0, Purpose::Channels);
    let (mut squares, mut count) = (Vec::new(), 0.0);
    for (soft, grid_px) in dataset.soft_tissue_spread(IMAGES) {
        let image = centre(&on_grid(soft, grid_px, multiple_px), space);
        let latent = space.encode_in_turns(&image, turns)?;
        let clean = space.decode_precisely(&latent, turns)?;
        let channels = latent.size().get(1).copied().unwrap_or(0);
        squares.resize(channels as usize, 0.0);
        for (channel, sum) in squares.iter_mut().enumerate() {
            let plane = latent.f_narrow(1, channel as i64, 1)?;
            let noise = normal(&mut rng, &plane.size(), space.device()) * NOISE;
            let index = Tensor::from_slice(&[channel as i64]).to_device(space.device());
            let changed = latent.f_index_add(1, &index, &noise)?;
            // Pictures reach from -1 to 1.
            let change = (space.decode_precisely(&changed, turns)? - &clean) * (0.5 / NOISE);
            *sum += change.square().mean(Kind::Double).f_double_value(&[])?;
        }
        count += 1.0;
    }
    let effect = squares.iter().map(|sum: &f64| (sum / count).sqrt());
    Ok(ChannelEffects {
        effect: effect.collect(),
    })
}

/// The middle of an image, `[1, 1, H, W]` in `[-1, 1]`.
fn centre(image: &FloatImage, space: &LatentSpace) -> Tensor {
    let (width, height) = image.size();
    let whole = Tensor::from_slice(image.values()).reshape([1, 1, height as i64, width as i64]);
    let cut =
        [(2, height as i64), (3, width as i64)]
            .into_iter()
            .fold(whole, |image, (dim, side)| {
                let kept = CROP_PX.min(side);
                let start = (side - kept) / 2;
                image.narrow(dim, start, kept)
            });
    (cut * 2.0 - 1.0).to_device(space.device())
}
