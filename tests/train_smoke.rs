//! Whole runs with networks of a few channels on pictures of a few pixels: losses fall, checkpoints are
//! complete, a resumed run equals one that was never stopped, and what must be refused is refused.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot prepare its files shall fail"
)]

#[path = "train_smoke/branch.rs"]
mod branch;
#[path = "train_smoke/fine_tuning.rs"]
mod fine_tuning;
#[path = "train_smoke/kills.rs"]
mod kills;
#[path = "train_smoke/lungs.rs"]
mod lungs;
#[path = "train_smoke/resume.rs"]
mod resume;

use diaphane::model::Bundle;
use diaphane::model::manifest::{Prediction, ScheduleSpec};
use diaphane::train::{
    EndReason, ExportConfig, Observer, RunConfig, RunFolder, Start, Terms, TrainError, TrainEvent,
    Unobserved, Which, export, run,
};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tch::{Device, Tensor};

const SIDE: u32 = 64;

/// One run at a time, as the worker has it: libtorch draws initial weights from a generator that the
/// whole process shares, and a second run would take numbers out of the first one's sequence.
fn alone() -> MutexGuard<'static, ()> {
    static TORCH: Mutex<()> = Mutex::new(());
    TORCH.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Pairs with bones as bright stripes, a tone offset, and a round lung field.
fn write_data(folder: &Path) {
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
fn bench() -> (tempfile::TempDir, PathBuf) {
    let temp = tempfile::tempdir().unwrap();
    let data = temp.path().join("data");
    std::fs::create_dir(&data).unwrap();
    write_data(&data);
    (temp, data)
}

/// A run on the pairs of `data`, written by the name of its stage into `root`.
fn config(stage: &str, root: &Path, data: &Path, extra: &str) -> RunConfig {
    config_against(0.0, stage, root, data, extra)
}

/// The same, where a VQGAN plays against an opponent whose loss has this weight; there is none where it is 0.
fn config_against(
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

fn vqgan_line(root: &Path) -> String {
    format!("vqgan = '{}'", root.join("vqgan").display())
}

/// Keeps every report and stops the run after a number of checkpoints.
#[derive(Default)]
struct Recorder {
    losses: Vec<f64>,
    validations: Vec<Terms>,
    warnings: Vec<String>,
    num_checkpoints: usize,
    stop_after: Option<usize>,
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

fn tensors(checkpoint: &Path, part: &str) -> BTreeMap<String, Tensor> {
    Tensor::read_safetensors(checkpoint.join(format!("{part}.safetensors")))
        .unwrap()
        .into_iter()
        .collect()
}

/// Weight of the loss against an opponent, where a VQGAN has one.
const OPPONENT: f64 = 0.01;

/// Names of the files of a checkpoint that hold numbers: those of the network, and of its opponent where it has one.
fn parts(checkpoint: &Path) -> Vec<String> {
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

fn assert_same_checkpoint(a: &Path, b: &Path) {
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

/// Runs a stage without a stop, and again stopped at its first checkpoint and resumed.
fn resume_equals_an_undisturbed_run(stage: &str, extra: &str, root: &Path, data: &Path) {
    let undisturbed = run(
        &config_against(
            OPPONENT,
            stage,
            root,
            data,
            &format!("iterations = 8\n{extra}"),
        ),
        Start::Fresh,
        &mut Unobserved,
    )
    .unwrap();
    assert_eq!(undisturbed.iterations, 8);

    let again = root.join("again");
    std::fs::create_dir_all(&again).unwrap();
    let config = config_against(
        OPPONENT,
        stage,
        &again,
        data,
        &format!("iterations = 8\n{extra}"),
    );
    let mut recorder = Recorder {
        stop_after: Some(1),
        ..Recorder::default()
    };
    let stopped = run(&config, Start::Fresh, &mut recorder).unwrap();
    assert_eq!(stopped.reason, EndReason::Cancelled);
    assert_eq!(stopped.iterations, 3);
    let resumed = run(&config, Start::Resumed, &mut Unobserved).unwrap();
    assert_eq!(resumed.reason, EndReason::Finished);
    assert_eq!(resumed.best_iteration, undisturbed.best_iteration);
    assert_same_checkpoint(&undisturbed.last_checkpoint, &resumed.last_checkpoint);
}

#[test]
fn every_stage_resumes_bit_for_bit() {
    let _alone = alone();
    let (temp, data) = bench();
    let root = temp.path();
    resume_equals_an_undisturbed_run("segmenter", "", root, &data);
    resume_equals_an_undisturbed_run("vqgan", "", root, &data);
    let in_parts = root.join("in-parts");
    std::fs::create_dir(&in_parts).unwrap();
    resume_equals_an_undisturbed_run("vqgan", "accumulate = 2", &in_parts, &data);
    let codec_in_parts = format!("accumulate = 2\n{}", vqgan_line(root));
    resume_equals_an_undisturbed_run("denoiser", &codec_in_parts, &in_parts, &data);
    resume_equals_an_undisturbed_run("denoiser", &vqgan_line(root), root, &data);
}

#[test]
fn training_lowers_the_loss_of_every_stage() {
    let _alone = alone();
    let (temp, data) = bench();
    let root = temp.path();
    for (stage, extra) in [
        ("segmenter", String::new()),
        ("vqgan", String::new()),
        ("denoiser", vqgan_line(root)),
    ] {
        let mut config = config(stage, root, &data, &format!("iterations = 100\n{extra}"));
        config.optimizer.learning_rate = 1e-2;
        config.loss.vqgan.quantized_share = 0.0;
        config.report_every = 25;
        config.checkpoint_every = 100;
        config.validate_every = 50;
        let mut recorder = Recorder::default();
        run(&config, Start::Fresh, &mut recorder).unwrap();
        let (first, last) = (recorder.losses[0], recorder.losses[3]);
        assert!(last < 0.9 * first, "{stage}: {:?}", recorder.losses);
        assert_eq!(recorder.validations.len(), 2);
    }
    // The teacher has learned something that its student can.
    fine_tuning::pack(root, "base", "denoiser", "segmenter = \"segmenter\"");
    let mut config = fine_tuning::tuned("distill", "student", root, &data, "iterations = 100");
    config.optimizer.learning_rate = 2e-3;
    config.report_every = 25;
    config.validate_every = 50;
    let mut recorder = Recorder::default();
    run(&config, Start::Fresh, &mut recorder).unwrap();
    let (first, last) = (recorder.losses[0], recorder.losses[3]);
    assert!(last < 0.9 * first, "distill: {:?}", recorder.losses);
    assert_eq!(recorder.validations.len(), 2);
}

#[test]
fn rollouts_need_a_prediction_of_the_clean_latent_and_change_the_training() {
    let _alone = alone();
    let (temp, data) = bench();
    let root = temp.path();
    let codec = config("vqgan", root, &data, "iterations = 1");
    run(&codec, Start::Fresh, &mut Unobserved).unwrap();
    // The first output of a network is zero whatever it sees; some steps on, its input tells.
    let loss = |share: f64| {
        let extra = format!("iterations = 20\n{}", vqgan_line(root));
        let mut config = config("denoiser", root, &data, &extra);
        config.out = root.join(format!("rollout-{share}"));
        config.loss.denoiser.rollout_share = share;
        config.optimizer.learning_rate = 1e-2;
        let mut recorder = Recorder::default();
        run(&config, Start::Fresh, &mut recorder).unwrap();
        recorder.losses[9]
    };
    // Same seed, same images, same noise: only the latents the noise is added to differ.
    assert!((loss(0.0) - loss(1.0)).abs() > 1e-4);

    let extra = format!("iterations = 2\n{}", vqgan_line(root));
    let mut config = config("denoiser", root, &data, &extra);
    config.conventions.prediction = Prediction::Epsilon;
    config.loss.denoiser.pixel = 0.0;
    let err = run(&config, Start::Fresh, &mut Unobserved).unwrap_err();
    assert!(err.to_string().contains("rollout_share"), "{err}");
}

#[test]
fn another_codec_and_another_schedule_are_followed() {
    let _alone = alone();
    let (temp, data) = bench();
    let root = temp.path();
    let mut codec = config("vqgan", root, &data, "iterations = 1");
    let two_halvings = toml::Value::from(vec![4_i64, 8]);
    codec
        .model
        .vqgan
        .insert("channels".to_owned(), two_halvings);
    run(&codec, Start::Fresh, &mut Unobserved).unwrap();

    // The architecture of the codec is that of its own run, not what this run file says of one.
    let extra = format!("iterations = 3\n{}", vqgan_line(root));
    let mut config = config("denoiser", root, &data, &extra);
    config.patch_px = 32;
    config.conventions.schedule = ScheduleSpec::Cosine { num_timesteps: 500 };
    let mut recorder = Recorder::default();
    run(&config, Start::Fresh, &mut recorder).unwrap();
    let terms = &recorder.validations[0];
    for term in ["latent_loss_499", "latent_loss_249", "latent_loss_69"] {
        assert!(terms[term].is_finite(), "{term}");
    }

    config.out = root.join("refused");
    config.patch_px = 36;
    let err = run(&config, Start::Fresh, &mut Unobserved).unwrap_err();
    assert!(err.to_string().contains("multiple of 8"), "{err}");
    assert!(!config.out.exists());
}

#[test]
fn a_run_folder_says_what_was_done() {
    let _alone = alone();
    let (temp, data) = bench();
    let root = temp.path();
    let config = config("segmenter", root, &data, "iterations = 4");
    let summary = run(&config, Start::Fresh, &mut Unobserved).unwrap();
    let folder = RunFolder::open(&config.out).unwrap();
    assert_eq!(folder.settings().unwrap(), config);
    assert_eq!(
        folder.checkpoint(Which::Last).unwrap().unwrap(),
        summary.last_checkpoint
    );
    let listing = std::fs::read_to_string(config.out.join("data.json")).unwrap();
    let listing: serde_json::Value = serde_json::from_str(&listing).unwrap();
    let splits: Vec<&str> = listing
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["split"].as_str().unwrap())
        .collect();
    assert_eq!(splits, ["training", "training", "validation"]);
    let log = std::fs::read_to_string(config.out.join("log.csv")).unwrap();
    assert!(log.contains(",training,dice,") && log.contains(",validation,dice,"));
    assert_eq!(summary.best_score.is_some(), log.contains("validation"));

    let err = run(&config, Start::Fresh, &mut Unobserved).unwrap_err();
    assert!(matches!(err, TrainError::RunExists { .. }), "{err}");
}

#[test]
fn weights_of_another_architecture_are_refused() {
    let _alone = alone();
    let (temp, data) = bench();
    let root = temp.path();
    let first = config("vqgan", root, &data, "iterations = 1");
    run(&first, Start::Fresh, &mut Unobserved).unwrap();
    let mut second = first.clone();
    second.out = root.join("second");
    second.start_from = Some(first.out.clone());
    run(&second, Start::Fresh, &mut Unobserved).unwrap();

    second.out = root.join("third");
    let wider = toml::Value::Integer(6);
    second
        .model
        .vqgan
        .insert("residual_channels".to_owned(), wider);
    let err = run(&second, Start::Fresh, &mut Unobserved).unwrap_err();
    assert!(err.to_string().contains("has shape"), "{err}");
}

#[test]
fn three_runs_become_a_bundle_with_their_averaged_weights() {
    let _alone = alone();
    let (temp, data) = bench();
    let root = temp.path();
    let mut last = BTreeMap::new();
    for (stage, extra) in [
        ("segmenter", String::new()),
        ("vqgan", String::new()),
        ("denoiser", vqgan_line(root)),
    ] {
        let config = config(stage, root, &data, &format!("iterations = 2\n{extra}"));
        let summary = run(&config, Start::Fresh, &mut Unobserved).unwrap();
        last.insert(stage, summary.last_checkpoint);
    }
    // The VQGAN may go: the denoiser's run keeps its own copy.
    let codec = tensors(&last["vqgan"], "ema");
    std::fs::remove_dir_all(root.join("vqgan")).unwrap();
    let path = root.join("export.toml");
    let text = "out = \"bundle\"\nname = \"tiny\"\nversion = \"0\"\nlicence = \"MIT\"\n\
                training_data = \"stripes\"\ndenoiser = \"denoiser\"\nsegmenter = \"segmenter\"\n\
                newest = true\ncard = \"card.md\"\n";
    std::fs::write(&path, text).unwrap();
    std::fs::write(root.join("card.md"), "# Tiny\n").unwrap();
    let written = export(&ExportConfig::read(&path).unwrap()).unwrap();

    let bundle = Bundle::load(&written.folder, Device::Cpu).unwrap();
    let stores = [
        (bundle.vqgan_store.variables(), codec),
        (
            bundle.denoiser_store.variables(),
            tensors(&last["denoiser"], "ema"),
        ),
        (
            bundle.segmenter_store.unwrap().variables(),
            tensors(&last["segmenter"], "ema"),
        ),
    ];
    for (loaded, trained) in stores {
        assert_eq!(loaded.len(), trained.len());
        for (name, value) in trained {
            assert!(value.equal(&loaded[&name]), "{name}");
        }
    }
    assert_eq!(bundle.manifest.grid.size_px, 64);
    assert_eq!(bundle.manifest.segmenter.unwrap().size_px, 32);
    assert!(bundle.manifest.latent.std.iter().all(|&std| std > 0.0));
}
