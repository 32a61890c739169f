//! Pairs of a few pixels, runs on them, and what the tests of runs compare.

use diaphane::train::{Observer, RunConfig, Terms, TrainEvent};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tch::Tensor;

pub const SIDE: u32 = 64;

/// One run at a time, as the worker has it: libtorch draws initial weights from a generator that the
/// whole process shares, and a second run would take numbers out of the first one's sequence.
pub fn alone() -> MutexGuard<'static, ()> {
    static TORCH: Mutex<()> = Mutex::new(());
    TORCH.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Pairs with bones as bright stripes, a tone offset, and a round lung field.
pub fn write_data(folder: &Path) {
    for (index, name) in ["a", "b", "c"].iter().enumerate() {
        let index = index as f32;
        let soft = |x: u32, y: u32| {
            90.0 + 50.0 * ((x as f32 * 0.09 + index).sin() + (y as f32 * 0.07 - index).cos())
        };
        let bone = |y: u32| if y % 16 < 5 { 30.0 } else { 0.0 };
        let inside = |x: u32, y: u32| {
            let (x, y) = (x as f32 - 32.0, y as f32 - 32.0);
            x * x + y * y < 500.0
        };
        let save = |ending: &str, value: &dyn Fn(u32, u32) -> f32| {
            image::GrayImage::from_fn(SIDE, SIDE, |x, y| image::Luma([value(x, y) as u8]))
                .save(folder.join(format!("{name}_{ending}.png")))
                .unwrap();
        };
        save("cxr", &|x, y| soft(x, y) + bone(y) + 10.0);
        save("soft", &soft);
        save("lungmask", &|x, y| if inside(x, y) { 255.0 } else { 0.0 });
    }
}

/// A folder for runs, and the pairs in it.
pub fn bench() -> (tempfile::TempDir, PathBuf) {
    let temp = tempfile::tempdir().unwrap();
    let data = temp.path().join("data");
    std::fs::create_dir(&data).unwrap();
    write_data(&data);
    (temp, data)
}

/// A run on the pairs of `data`, written by the name of its stage into `root`.
pub fn config(stage: &str, root: &Path, data: &Path, extra: &str) -> RunConfig {
    config_against(0.0, stage, root, data, extra)
}

/// The same, where a VQGAN plays against an opponent whose loss has this weight; there is none where it is 0.
pub fn config_against(
    adversarial: f64,
    stage: &str,
    root: &Path,
    data: &Path,
    extra: &str,
) -> RunConfig {
    let (kind, patch_px) = match stage {
        "segmenter" => ("masks", 32),
        "vqgan" => ("pairs", 32),
        _ => ("pairs", 64),
    };
    let text = format!(
        r#"
        stage = "{stage}"
        out = '{out}'
        seed = 11
        device = "cpu"
        threads = 1
        batch = 2
        patch_px = {patch_px}
        report_every = 2
        checkpoint_every = 3
        validate_every = 3
        {extra}
        [optimizer]
        learning_rate = 2e-3
        warm_up = 2
        [data]
        validation = ["c"]
        [[data.source]]
        kind = "{kind}"
        folder = '{data}'
        grid_px = 64
        [augmentation]
        noise = 0.01
        [model.segmenter]
        init_channels = 4
        growth_channels = 4
        block_layers = [1, 1, 1, 1]
        decoder_channels = [4, 4, 4, 4]
        head_channels = 4
        [model.vqgan]
        channels = [4, 4, 8]
        residual_channels = 4
        codebook_size = 16
        [model.denoiser]
        model_channels = 8
        channel_mult = [1, 2]
        norm_groups = 4
        [loss.vqgan]
        adversarial = {adversarial}
        quantized_share = 0.5
        quantization = 1.0
        [loss.denoiser]
        pixel = 0.2
        pixel_every = 2
        pixel_crop_latents = 8
        local_share = 0.5
        rollout_share = 0.5
        "#,
        out = root.join(stage).display(),
        data = data.display(),
    );
    let path = root.join(format!("{stage}.toml"));
    std::fs::write(&path, text).unwrap();
    RunConfig::read(&path).unwrap()
}

pub fn vqgan_line(root: &Path) -> String {
    format!("vqgan = '{}'", root.join("vqgan").display())
}

/// Keeps every report and stops the run after a number of checkpoints.
#[derive(Default)]
pub struct Recorder {
    pub losses: Vec<f64>,
    pub validations: Vec<Terms>,
    pub warnings: Vec<String>,
    pub num_checkpoints: usize,
    pub stop_after: Option<usize>,
}

impl Observer for Recorder {
    fn event(&mut self, event: &TrainEvent) {
        match event {
            TrainEvent::Progressed { terms, .. } => self.losses.push(terms["loss"]),
            TrainEvent::Validated { terms, .. } => self.validations.push(terms.clone()),
            TrainEvent::Warned { message } => self.warnings.push(message.clone()),
            TrainEvent::Checkpointed { .. } => self.num_checkpoints += 1,
            _ => {}
        }
    }

    fn is_cancelled(&self) -> bool {
        self.stop_after
            .is_some_and(|stop_after| self.num_checkpoints >= stop_after)
    }
}

pub fn tensors(checkpoint: &Path, part: &str) -> BTreeMap<String, Tensor> {
    Tensor::read_safetensors(checkpoint.join(format!("{part}.safetensors")))
        .unwrap()
        .into_iter()
        .collect()
}

/// Weight of the loss against an opponent, where a VQGAN has one.
pub const OPPONENT: f64 = 0.01;

/// Names of the files of a checkpoint that hold numbers: those of the network, and of its opponent where it has one.
pub fn parts(checkpoint: &Path) -> Vec<String> {
    let files = std::fs::read_dir(checkpoint).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut parts: Vec<String> = names
        .filter_map(|name| name.strip_suffix(".safetensors").map(str::to_owned))
        .collect();
    parts.sort();
    for part in ["weights", "ema", "optimizer"] {
        assert!(parts.iter().any(|name| name == part), "{parts:?}");
    }
    parts
}

pub fn assert_same_checkpoint(a: &Path, b: &Path) {
    assert_eq!(parts(a), parts(b));
    for part in &parts(a) {
        let (a, b) = (tensors(a, part), tensors(b, part));
        assert!(!a.is_empty());
        assert!(a.keys().eq(b.keys()));
        for (name, value) in &a {
            // Bit for bit: the same operations on the same numbers in the same order.
            assert!(value.equal(&b[name]), "{part} {name} differs");
        }
    }
}
