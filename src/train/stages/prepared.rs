//! Views of the training images that are encoded once and kept: the VQGAN is frozen, so that the same view always has
//! the same latents.
//!
//! ```text
//! OUT/latents/view-00000012.safetensors   condition, clean, weight and, where pixels are compared, target, pixel_weight
//! OUT/latents/view-00000012.sha256        its checksum, as `sha256sum` writes it
//! ```
//!
//! A view that is missing, damaged, or made under other settings is made again.

use super::RunContext;
use super::latent::LatentSpace;
use super::latent_task::{LatentTask, TargetPixels};
use crate::model::weights::{
    SafetensorsFile, TensorSource as _, WeightPrecision, save_tensors, sha256_of_file,
};
use crate::train::random::{Purpose, generator};
use crate::train::{Batch, DenoiserLoss, TrainError, TrainStage};
use rand::Rng as _;
use rand_chacha::ChaCha8Rng;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use tch::{Device, Tensor};

/// Note in a view's header: what it was made of.
const KEY: &str = "diaphane.view";

/// Views in memory and on disk.
pub(super) struct PreparedViews {
    folder: PathBuf,
    key: String,
    count: u64,
    with_pixels: bool,
    seed: u64,
    stage: TrainStage,
    known: HashMap<u64, LatentTask>,
    /// Those of the part that is being computed.
    chosen: Vec<u64>,
    /// Those of them that have to be made.
    lacking: Vec<u64>,
}

impl PreparedViews {
    /// The views of a run; `None` where its run file wants fresh ones each time.
    pub fn open(context: RunContext<'_>, vqgan: &Path) -> Result<Option<Self>, TrainError> {
        let RunContext {
            config,
            dataset,
            folder,
            ..
        } = context;
        if config.prepared_views == 0 {
            return Ok(None);
        }
        let place = folder.root().join("latents");
        crate::formats::make_private_folder(&place)
            .map_err(TrainError::file("making the folder", &place))?;
        let images: Vec<_> = dataset
            .entries()
            .iter()
            .map(|entry| entry.sha256.values().collect::<Vec<_>>())
            .collect();
        let made_of = json!({
            "vqgan": sha256_of_file(vqgan)?.0,
            "images": images,
            "lungs": dataset.lungs.digest,
            "sources": config.data.source.iter().map(|s| (s.weight, s.grid_px)).collect::<Vec<_>>(),
            "augmentation": config.augmentation,
            "seed": config.seed,
            "patch_px": config.patch_px,
            "local_share": config.loss.denoiser.local_share,
            "lung_weight": config.loss.denoiser.lung_weight,
            "quantized": config.conventions.quantize_latents,
            "precision": format!("{:?}", config.precision.kind(context.device)),
        });
        let key = crate::formats::hexadecimal(&Sha256::digest(made_of.to_string().as_bytes()));
        Ok(Some(Self {
            folder: place,
            key,
            count: config.prepared_views,
            with_pixels: config.loss.denoiser.pixel > 0.0,
            seed: config.seed,
            stage: config.stage,
            known: HashMap::new(),
            chosen: Vec::new(),
            lacking: Vec::new(),
        }))
    }

    /// Chooses the views of a part; the numbers of those whose images are needed, in order.
    pub fn choose(&mut self, items: usize, rng: &mut ChaCha8Rng) -> Vec<u64> {
        self.chosen = (0..items)
            .map(|_| rng.random_range(0..self.count))
            .collect();
        let mut lacking = Vec::new();
        for &view in &self.chosen.clone() {
            if self.known.contains_key(&view) || lacking.contains(&view) {
                continue;
            }
            match self.read(view) {
                Some(task) => drop(self.known.insert(view, task)),
                None => lacking.push(view),
            }
        }
        self.lacking.clone_from(&lacking);
        lacking
    }

    /// The views that were chosen; `batch` holds the images of those that were lacking.
    pub fn task(
        &mut self,
        space: &LatentSpace,
        loss: &DenoiserLoss,
        batch: &Batch,
    ) -> Result<LatentTask, TrainError> {
        let lacking = std::mem::take(&mut self.lacking);
        for (index, view) in lacking.into_iter().enumerate() {
            // One by one and from numbers of its own: a view does not depend on when it was first wanted.
            let mut rng = generator(self.seed, self.stage, view, Purpose::Views);
            rng.set_stream(1);
            let local = [rng.random_bool(loss.local_share)];
            let task = LatentTask::new(space, loss, &batch.item(index), &local);
            self.keep(view, &task)?;
        }
        self.chosen(batch.radiograph.device())
    }

    /// Keeps a view that was lacking.
    fn keep(&mut self, view: u64, task: &LatentTask) -> Result<(), TrainError> {
        let mut task = task.to_device(Device::Cpu);
        if !self.with_pixels {
            task.pixels = None;
        }
        let mut tensors = vec![
            ("condition".to_owned(), task.condition.shallow_clone()),
            ("clean".to_owned(), task.clean.shallow_clone()),
            ("weight".to_owned(), task.weight.shallow_clone()),
        ];
        if let Some(pixels) = &task.pixels {
            tensors.push(("target".to_owned(), pixels.target.shallow_clone()));
            tensors.push(("pixel_weight".to_owned(), pixels.weight.shallow_clone()));
        }
        let file = self.file(view);
        let note = (KEY, self.key.as_str());
        let saved = save_tensors(tensors, note, &file, WeightPrecision::F32)?;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let line = format!("{}  {name}\n", saved.sha256);
        crate::formats::write_atomically(&file.with_extension("sha256"), line.as_bytes(), true)?;
        self.known.insert(view, task);
        Ok(())
    }

    /// The chosen views as one task on a device.
    fn chosen(&self, device: Device) -> Result<LatentTask, TrainError> {
        let tasks: Vec<&LatentTask> = self
            .chosen
            .iter()
            .filter_map(|view| self.known.get(view))
            .collect();
        Ok(LatentTask::stacked(&tasks)?.to_device(device))
    }

    fn file(&self, view: u64) -> PathBuf {
        self.folder.join(format!("view-{view:08}.safetensors"))
    }

    /// A view on disk; `None` where it has to be made.
    fn read(&self, view: u64) -> Option<LatentTask> {
        let file = self.file(view);
        let wanted = std::fs::read_to_string(file.with_extension("sha256")).ok()?;
        let mut source = SafetensorsFile::open(&file).ok()?;
        if source.note(KEY) != Some(self.key.as_str()) {
            return None;
        }
        let mut tensors = BTreeMap::new();
        for index in 0..source.entries().len() {
            let tensor = source.read(index).ok()??;
            tensors.insert(source.entries().get(index)?.name.clone(), tensor);
        }
        if !wanted.starts_with(&source.sha256()) {
            return None;
        }
        let mut take = |name: &str| -> Option<Tensor> { tensors.remove(name) };
        let pixels = match (take("target"), take("pixel_weight")) {
            (Some(target), Some(weight)) => Some(TargetPixels { target, weight }),
            _ => None,
        };
        if self.with_pixels && pixels.is_none() {
            return None;
        }
        Some(LatentTask {
            condition: take("condition")?,
            clean: take("clean")?,
            weight: take("weight")?,
            pixels,
        })
    }
}
