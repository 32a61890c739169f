//! The networks of a bundle on their device, under the bundle's conventions.

use super::conventions::noise_schedule;
use super::segmenter::Segmenter;
use super::{
    AdapterChoice, BundleSummary, ComputeOptions, DeviceChoice, PipelineError, PrecisionChoice,
    SuppressionSettings,
};
use crate::diffusion::{DiffusionError, NoiseSchedule, PredictionKind};
use crate::metrics::ErrorBand;
use crate::model::manifest::Prediction;
use crate::model::{Adapter, AppliedAdapter, Bundle, Manifest};
use crate::nn::{Check, fast_kind, for_convolution, prepare_for_inference};
use std::path::Path;
use tch::{Cuda, Device, Kind, Tensor};

/// A loaded bundle.
pub(super) struct Networks {
    bundle: Bundle,
    schedule: NoiseSchedule,
    device: Device,
    /// Number format of the noise estimator.
    kind: Kind,
}

impl PrecisionChoice {
    /// The word that certificates will hold for this choice on `device` (`cpu`, `cuda:N`): `f32` or `bf16`.
    pub fn word_on(self, device: &str) -> &'static str {
        let device = if device.starts_with("cuda") {
            Device::Cuda(0)
        } else {
            Device::Cpu
        };
        word_of(kind_on(self, device))
    }
}

fn kind_on(choice: PrecisionChoice, device: Device) -> Kind {
    match choice {
        PrecisionChoice::Bf16 => Kind::BFloat16,
        PrecisionChoice::F32 => Kind::Float,
        PrecisionChoice::Auto => fast_kind(device),
    }
}

fn word_of(kind: Kind) -> &'static str {
    match kind {
        Kind::BFloat16 => "bf16",
        _ => "f32",
    }
}

impl Networks {
    pub(super) fn load(
        folder: &Path,
        options: ComputeOptions,
        adapter: Option<&AdapterChoice>,
    ) -> Result<Self, PipelineError> {
        let device = resolve_device(options.device)?;
        let mut bundle = Bundle::load(folder, device)?;
        if let Some(choice) = adapter {
            bundle.apply(&Adapter::read(&choice.path)?, choice.strength_percent)?;
        }
        let kind = kind_on(options.precision, device);
        prepare_for_inference(&bundle.denoiser_store, kind);
        // Its pictures are shown at more than the 8 bits that bf16 keeps.
        prepare_for_inference(&bundle.vqgan_store, Kind::Float);
        let schedule = noise_schedule(&bundle.manifest)?;
        Ok(Self {
            bundle,
            schedule,
            device,
            kind,
        })
    }

    pub(super) fn manifest(&self) -> &Manifest {
        &self.bundle.manifest
    }

    pub(super) fn schedule(&self) -> &NoiseSchedule {
        &self.schedule
    }

    pub(super) fn device(&self) -> Device {
        self.device
    }

    pub(super) fn sha256(&self) -> &str {
        &self.bundle.sha256
    }

    /// Name of the bundle, and what tells the adapter in force from others of its name.
    pub(super) fn name(&self) -> String {
        let bundle = &self.bundle.manifest.name;
        match &self.bundle.adapter {
            None => bundle.clone(),
            Some(AppliedAdapter {
                name,
                sha256,
                strength_percent,
                ..
            }) => {
                let short = sha256.get(..8).unwrap_or(sha256);
                format!("{bundle} with {name} ({short}) at {strength_percent} %")
            }
        }
    }

    /// The bundle's band, where it was measured on the networks as they are now: an adapter makes others of them.
    pub(super) fn error_band(&self) -> Option<ErrorBand> {
        let adapter = self.bundle.adapter.as_ref();
        let is_changed = adapter.is_some_and(|adapter| adapter.strength_percent > 0);
        self.bundle.manifest.uncertainty.filter(|_| !is_changed)
    }

    pub(super) fn device_text(&self) -> String {
        match self.device {
            Device::Cuda(index) => format!("cuda:{index}"),
            _ => "cpu".to_owned(),
        }
    }

    pub(super) fn precision_text(&self) -> &'static str {
        word_of(self.kind)
    }

    /// Bytes that the weights of the noise estimator would free in bf16; 0 where they are in it.
    pub(super) fn freed_by_half(&self) -> u64 {
        if self.kind != Kind::Float {
            return 0;
        }
        let weights = self.bundle.denoiser_store.variables();
        let count: usize = weights.values().map(Tensor::numel).sum();
        2 * count as u64
    }

    pub(super) fn summary(&self) -> BundleSummary {
        BundleSummary {
            name: self.name(),
            sha256: self.sha256().to_owned(),
            defaults: SuppressionSettings::of_bundle(self.manifest()),
            device: self.device_text(),
            precision: self.precision_text().to_owned(),
            segments_lungs: self.bundle.segmenter.is_some(),
        }
    }

    /// The normalised latent of a picture.
    ///
    /// # Shapes
    /// `image`: `[1, 1, H, W]` in `[-1, 1]`; the result `[1, C, H/8, W/8]`.
    ///
    /// # Errors
    /// That of `check`, which may end it.
    pub(super) fn encode<E>(&self, image: &Tensor, check: Check<'_, E>) -> Result<Tensor, E> {
        let latent = self.bundle.vqgan.encode_checked(image, check)?;
        let unscaled = if self.manifest().vqgan.quantize_latents {
            self.bundle.vqgan.quantize(&latent).latent
        } else {
            latent
        };
        let latent = &self.manifest().latent;
        Ok((unscaled - self.channels(&latent.mean)) / self.channels(&latent.std))
    }

    /// The picture of a normalised latent.
    ///
    /// # Shapes
    /// `latent`: `[1, C, h, w]`; the result `[1, 1, 8h, 8w]`, unbounded.
    ///
    /// # Errors
    /// That of `check`, which may end it.
    pub(super) fn decode<E>(&self, latent: &Tensor, check: Check<'_, E>) -> Result<Tensor, E> {
        let latent = latent * self.channels(&self.manifest().latent.std)
            + self.channels(&self.manifest().latent.mean);
        self.bundle.vqgan.decode_checked(&latent, check)
    }

    fn channels(&self, values: &[f64]) -> Tensor {
        Tensor::from_slice(values)
            .to_kind(Kind::Float)
            .to_device(self.device)
            .reshape([1, -1, 1, 1])
    }

    /// The noise predicted in `noisy` (`[B, C, h, w]`) at timestep `t` under a condition of the same size.
    ///
    /// # Errors
    /// That of `check`, which may end it; [`DiffusionError`] where the bundle's network predicts another shape.
    ///
    /// # Panics
    /// Where libtorch refuses, for want of memory above all; the worker catches it.
    pub(super) fn epsilon(
        &self,
        noisy: &Tensor,
        t: i64,
        condition: &Tensor,
        check: Check<'_, DiffusionError>,
    ) -> Result<Tensor, DiffusionError> {
        let shape = noisy.size();
        let (batch, channels) = (shape[0], shape[1]);
        let input = for_convolution(&Tensor::cat(&[noisy, condition], 1), self.kind);
        let timesteps = Tensor::full([batch], t, (Kind::Int64, self.device));
        let denoiser = &self.bundle.denoiser;
        let output = denoiser.forward_checked(&input, &timesteps, check)?;
        let output = output.to_kind(Kind::Float);
        let clean = match self.manifest().denoiser.prediction {
            Prediction::Epsilon => return Ok(output),
            Prediction::Sample => output.narrow(1, 0, channels),
            Prediction::ConditionResidual => condition - output.narrow(1, 0, channels),
        };
        PredictionKind::Sample.epsilon(&self.schedule, &clean, noisy, &[t])
    }

    /// The segmenter with its conventions.
    ///
    /// # Errors
    /// [`PipelineError::NoSegmenter`] where the bundle has none.
    pub(super) fn segmenter(&self) -> Result<Segmenter<'_>, PipelineError> {
        let manifest = self.manifest();
        match (&self.bundle.segmenter, &manifest.segmenter) {
            (Some(network), Some(spec)) => Ok(Segmenter {
                network,
                spec,
                device: self.device,
            }),
            _ => Err(PipelineError::NoSegmenter {
                bundle: manifest.name.clone(),
            }),
        }
    }
}

fn resolve_device(choice: DeviceChoice) -> Result<Device, PipelineError> {
    match choice {
        DeviceChoice::Auto => Ok(Device::cuda_if_available()),
        DeviceChoice::Cpu => Ok(Device::Cpu),
        DeviceChoice::Cuda(index) => {
            let available = Cuda::device_count().max(0) as usize;
            if index < available {
                Ok(Device::Cuda(index))
            } else {
                Err(PipelineError::NoDevice { index, available })
            }
        }
    }
}
