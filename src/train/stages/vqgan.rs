//! VQGAN: reconstruction of radiographs and soft-tissue images.

use super::adversary::Adversary;
use super::judge::{WholeImage, mean_terms, psnr, whole_images};
use super::{RunContext, Stage, StepInput, Validation, backward, is_finite, values};
use crate::model::manifest::FileRole;
use crate::model::weights::sha256_of_file;
use crate::model::{Lpips, LpipsRange, Vqgan, ms_ssim};
use crate::nn::for_convolution;
use crate::train::base::load_base;
use crate::train::losses::{gradient_l1, l1, mse};
use crate::train::observer::Turns;
use crate::train::random::normal;
use crate::train::{Batch, PixelDistance, Terms, TrainError, TrainedNetwork, VqganLoss};
use rand::Rng as _;
use rand_chacha::ChaCha8Rng;
use std::path::PathBuf;
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};

/// Stage `vqgan`.
pub(super) struct VqganStage {
    network: TrainedNetwork,
    adversary: Option<Adversary>,
    /// Latents of the parts of this iteration, and the codebook rows that they chose.
    chosen: Vec<(Tensor, Tensor)>,
    vqgan: Vqgan,
    perceptual: Option<Lpips>,
    loss: VqganLoss,
    device: Device,
    compute: Kind,
    validation: Vec<WholeImage>,
}

/// The weights of the perceptual term; `None` where the loss has none, or none are installed.
fn perceptual_weights(loss: &VqganLoss) -> Option<PathBuf> {
    if loss.perceptual > 0.0 {
        loss.perceptual_weights.clone().or_else(Lpips::installed)
    } else {
        None
    }
}

/// What a person should know before a run of these losses.
pub(super) fn notice(loss: &VqganLoss) -> Option<String> {
    let missing = loss.perceptual > 0.0 && perceptual_weights(loss).is_none();
    missing.then(|| {
        "no LPIPS weights are installed: the perceptual term is left out; name a file as \
         `loss.vqgan.perceptual_weights`, or set `loss.vqgan.perceptual` to 0"
            .to_owned()
    })
}

/// What the decoder was given for the images of one iteration.
struct Coded {
    /// Continuous latents.
    latent: Tensor,
    /// Latents to decode: noisy continuous ones, quantised ones for some items.
    decoded_from: Tensor,
    /// The quantised items: their latents, chosen codebook rows and commitment loss.
    quantized: Option<(Tensor, Tensor, Tensor)>,
}

impl VqganStage {
    pub fn new(context: RunContext<'_>) -> Result<Self, TrainError> {
        let RunContext {
            config,
            device,
            dataset,
            folder,
        } = context;
        let vs = VarStore::new(device);
        let architecture = config.model.vqgan()?;
        let vqgan = Vqgan::new(&vs.root(), &architecture);
        load_base(config, FileRole::Vqgan, &vs, folder)?;
        let loss = config.loss.vqgan.clone();
        let weights = perceptual_weights(&loss);
        if loss.perceptual > 0.0 {
            let sha256 = weights.as_deref().map(sha256_of_file).transpose()?;
            let sha256 = sha256.map_or_else(|| "none".to_owned(), |(sha256, _)| sha256);
            folder.hold_to("weights of the perceptual loss", &sha256)?;
        }
        let perceptual = weights.map(|file| Lpips::load(&file, device)).transpose()?;
        Ok(Self {
            network: TrainedNetwork::new("", vs, &config.optimizer),
            adversary: Adversary::new(config, device),
            chosen: Vec::new(),
            vqgan,
            perceptual,
            loss,
            device,
            compute: config.precision.kind(device),
            validation: whole_images(dataset, architecture.downsampling()),
        })
    }

    /// Radiograph or soft-tissue image, by the toss of a coin per item.
    fn images(&self, batch: &Batch, rng: &mut ChaCha8Rng) -> Tensor {
        let soft: Vec<f32> = batch
            .has_soft_tissue
            .iter()
            .map(|&known| f32::from(u8::from(rng.random_bool(0.5) && known)))
            .collect();
        let soft = Tensor::from_slice(&soft)
            .reshape([-1, 1, 1, 1])
            .to_device(self.device);
        let radiographs = &batch.radiograph * (1.0 - &soft);
        radiographs + &batch.soft_tissue * soft
    }

    /// Mean over both kinds of images, as the codec is used: from codebook entries where it only learned those.
    fn score(&self, terms: &Terms) -> Option<f64> {
        let ending = if self.loss.quantized_share >= 1.0 {
            "_quantized"
        } else {
            ""
        };
        let planes = ["radiograph", "soft_tissue"];
        let found = planes.map(|name| terms.get(&format!("psnr_{name}{ending}")).copied());
        let known: Vec<f64> = found.into_iter().flatten().collect();
        (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64)
    }

    fn encode_fast(&self, images: &Tensor) -> Tensor {
        let images = for_convolution(images, self.compute);
        self.vqgan.encode(&images).to_kind(Kind::Float)
    }

    fn decode_fast(&self, latent: &Tensor) -> Tensor {
        let latent = for_convolution(latent, self.compute);
        self.vqgan.decode(&latent).to_kind(Kind::Float)
    }

    /// The latent of a whole image; gives a turn before every block.
    fn judged_latent(&self, image: &Tensor, turns: &mut Turns<'_>) -> Result<Tensor, TrainError> {
        let image = for_convolution(image, self.compute);
        let latent = self.vqgan.encode_checked(&image, &turns.between_blocks())?;
        Ok(latent.to_kind(Kind::Float))
    }

    /// PSNR of what a latent is decoded to; gives a turn before every block.
    fn judged_psnr(
        &self,
        latent: &Tensor,
        image: &Tensor,
        turns: &mut Turns<'_>,
    ) -> Result<f64, TrainError> {
        let latent = for_convolution(latent, self.compute);
        let found = self
            .vqgan
            .decode_checked(&latent, &turns.between_blocks())?;
        let found = found.to_kind(Kind::Float).clamp(-1.0, 1.0);
        Ok(psnr(&found, image, None).0)
    }

    fn encode(&self, images: &Tensor, rng: &mut ChaCha8Rng) -> Coded {
        let latent = self.encode_fast(images);
        let noise = normal(rng, &latent.size(), self.device);
        let spread = latent.detach().std(true) * self.loss.latent_noise;
        let noisy = &latent + noise * spread;
        let items = latent.size().first().copied().unwrap_or(0);
        let chosen: Vec<i64> = (0..items)
            .filter(|_| rng.random_bool(self.loss.quantized_share))
            .collect();
        if chosen.is_empty() {
            return Coded {
                latent,
                decoded_from: noisy,
                quantized: None,
            };
        }
        let index = Tensor::from_slice(&chosen).to_device(self.device);
        let part = latent.index_select(0, &index);
        let quantized = self.vqgan.quantize(&part);
        Coded {
            decoded_from: noisy.index_copy(0, &index, &quantized.latent),
            quantized: Some((part.detach(), quantized.indices, quantized.loss)),
            latent,
        }
    }

    /// All loss terms of the generator, already weighted.
    fn generator_terms(
        &self,
        coded: &Coded,
        found: &Tensor,
        images: &Tensor,
    ) -> Result<Vec<(&'static str, Tensor)>, TrainError> {
        let weights = &self.loss;
        let distance = match weights.distance {
            PixelDistance::L1 => l1(found, images, None),
            PixelDistance::Mse => mse(found, images, None),
        };
        let magnitude = coded.latent.square().mean(Kind::Float) * weights.latent_magnitude;
        let mut terms = vec![("distance", distance), ("latent_magnitude", magnitude)];
        if weights.gradient > 0.0 {
            let gradient = gradient_l1(found, images, None);
            terms.push(("gradient", gradient * weights.gradient));
        }
        if let Some((_, _, commitment)) = &coded.quantized {
            terms.push(("quantization", commitment * weights.quantization));
        }
        if weights.ms_ssim > 0.0 {
            let unlikeness: Tensor = 1.0 - ms_ssim(found, images);
            terms.push(("ms_ssim", unlikeness * weights.ms_ssim));
        }
        if let Some(lpips) = &self.perceptual {
            let grey = |image: &Tensor| (image + 1.0) * 0.5;
            let distance = lpips.distance(&grey(found), &grey(images), LpipsRange::Symmetric)?;
            terms.push((
                "perceptual",
                distance.mean(Kind::Float) * weights.perceptual,
            ));
        }
        if let Some(adversary) = &self.adversary {
            terms.push(("adversarial", adversary.generator_loss(found)));
        }
        Ok(terms)
    }
}

impl VqganStage {
    /// Moves the codebook once an iteration, by what all of its parts chose: its decay is one of iterations.
    fn move_codebook(&mut self) {
        let (latents, indices): (Vec<Tensor>, Vec<Tensor>) = self.chosen.drain(..).unzip();
        if !latents.is_empty() {
            let [latents, indices] = [latents, indices].map(|parts| Tensor::cat(&parts, 0));
            self.vqgan.update_codebook(&latents, &indices);
        }
    }
}

impl Stage for VqganStage {
    fn networks(&mut self) -> Vec<&mut TrainedNetwork> {
        let opponent = self.adversary.as_mut().map(|a| &mut a.network);
        std::iter::once(&mut self.network).chain(opponent).collect()
    }

    fn step(&mut self, input: StepInput) -> Result<Terms, TrainError> {
        let StepInput {
            learning_rate,
            batch,
            mut rng,
            part,
            ..
        } = input;
        let rng = &mut rng;
        if part.is_first() {
            self.chosen.clear();
        }
        let images = self.images(&batch, rng);
        let coded = self.encode(&images, rng);
        let found = self.decode_fast(&coded.decoded_from);
        let terms = self.generator_terms(&coded, &found, &images)?;
        let loss = terms
            .iter()
            .fold(Tensor::zeros_like(&terms[0].1), |sum, (_, term)| sum + term);
        let norm = backward(&mut self.network, &loss, part, || Ok(()))?;
        let mut report = values([("loss", &loss)])?;
        report.insert("gradient_norm".to_owned(), norm);
        for (name, term) in &terms {
            report.insert((*name).to_owned(), term.f_double_value(&[])?);
        }
        // Both sides are ready before either moves: an iteration that one of them cannot take is skipped whole.
        if let (Some(adversary), true) = (&mut self.adversary, norm.is_finite()) {
            let loss = adversary.prepare(&found, &images, part)?;
            report.insert("discriminator".to_owned(), loss);
        }
        if !is_finite(&report) {
            return Ok(report);
        }
        if part.is_last() {
            self.network.step(learning_rate)?;
        }
        if let Some((latent, indices, _)) = coded.quantized {
            report.insert("perplexity".to_owned(), self.vqgan.perplexity(&indices));
            self.chosen.push((latent, indices));
        }
        if part.is_last() {
            self.move_codebook();
        }
        if let (Some(adversary), true) = (&mut self.adversary, part.is_last()) {
            adversary.step()?;
        }
        Ok(report)
    }

    fn validate(&mut self, turns: &mut Turns<'_>) -> Result<Option<Validation>, TrainError> {
        let mut each = Vec::new();
        for image in &self.validation {
            let mut terms = Terms::new();
            let planes = [
                ("radiograph", Some(&image.radiograph)),
                ("soft_tissue", image.soft_tissue.as_ref()),
            ];
            for (name, plane) in planes {
                let Some(plane) = plane else { continue };
                let plane = plane.to_device(self.device);
                let latent = self.judged_latent(&plane, turns)?;
                let score = self.judged_psnr(&latent, &plane, turns)?;
                terms.insert(format!("psnr_{name}"), score);
                if self.loss.quantized_share > 0.0 {
                    let nearest = self.vqgan.quantize(&latent).latent;
                    let score = self.judged_psnr(&nearest, &plane, turns)?;
                    terms.insert(format!("psnr_{name}_quantized"), score);
                }
            }
            each.push(terms);
        }
        let terms = mean_terms(&each);
        let score = self.score(&terms);
        Ok(score.map(|score| Validation { terms, score }))
    }
}
