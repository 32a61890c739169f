//! Whole runs with networks of a few channels on pictures of a few pixels: losses fall, checkpoints are
//! complete, a resumed run equals one that was never stopped, and what must be refused is refused.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot prepare its files shall fail"
)]

#[path = "train_smoke/bench.rs"]
mod bench;
#[path = "train_smoke/branch.rs"]
mod branch;
#[path = "train_smoke/bundle.rs"]
mod bundle;
#[path = "train_smoke/fine_tuning.rs"]
mod fine_tuning;
#[path = "train_smoke/kills.rs"]
mod kills;
#[path = "train_smoke/lungs.rs"]
mod lungs;
#[path = "train_smoke/ranks.rs"]
mod ranks;
#[path = "train_smoke/resume.rs"]
mod resume;

use bench::{
    OPPONENT, Recorder, alone, assert_same_checkpoint, bench, config, config_against, parts,
    tensors, vqgan_line,
};
use diaphane::model::Bundle;
use diaphane::model::manifest::{Prediction, ScheduleSpec};
use diaphane::train::{
    ChannelWeights, EndReason, ExportConfig, RunFolder, Start, TrainError, Unobserved, Which,
    export, run,
};
use std::collections::BTreeMap;
use std::path::Path;
use tch::{Device, Tensor};

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
    bundle::pack(root, "base", "denoiser", "segmenter = \"segmenter\"");
    let mut config = bundle::tuned("distill", "student", root, &data, "iterations = 100");
    config.optimizer.learning_rate = 2e-3;
    config.report_every = 25;
    config.validate_every = 50;
    let mut recorder = Recorder::default();
    run(&config, Start::Fresh, &mut recorder).unwrap();
    let (first, last) = (recorder.losses[0], recorder.losses[3]);
    assert!(last < 0.9 * first, "distill: {:?}", recorder.losses);
    assert_eq!(recorder.validations.len(), 3, "the teacher's first");
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

/// A decoder that is blind to one channel: what the network gets wrong there costs nothing, and the others the more.
#[test]
fn a_channel_that_changes_no_pixel_counts_for_nothing() {
    let _alone = alone();
    let (temp, data) = bench();
    let root = temp.path();
    let codec = config("vqgan", root, &data, "iterations = 1");
    run(&codec, Start::Fresh, &mut Unobserved).unwrap();
    let trained = RunFolder::open(&codec.out).unwrap();
    let trained = trained.checkpoint(Which::Last).unwrap().unwrap();
    let mut weights = Tensor::read_safetensors(trained.join("ema.safetensors")).unwrap();
    for (name, weight) in &mut weights {
        if name == "decoder.blocks.0.conv.weight" {
            *weight = weight.index_fill(1, &Tensor::from_slice(&[0_i64]), 0.0);
        }
    }
    let blind = root.join("blind.safetensors");
    Tensor::write_safetensors(&weights, &blind).unwrap();
    let losses = |weights: ChannelWeights| {
        let extra = format!("iterations = 2\nvqgan = '{}'", blind.display());
        let mut config = config("denoiser", root, &data, &extra);
        config.out = root.join(format!("{weights:?}"));
        config.loss.denoiser.channel_weights = weights;
        config.loss.denoiser.pixel = 0.0;
        let mut recorder = Recorder::default();
        run(&config, Start::Fresh, &mut recorder).unwrap();
        (recorder.losses, config.out.join("channels.toml"))
    };
    let (equal, file) = losses(ChannelWeights::Equal);
    assert!(!file.exists());
    let (weighted, file) = losses(ChannelWeights::Pixels);
    assert!(
        (equal[0] - weighted[0]).abs() > 1e-4,
        "{equal:?} {weighted:?}"
    );
    let kept: toml::Table = std::fs::read_to_string(file).unwrap().parse().unwrap();
    let effects: Vec<f64> = (kept["effect"].as_array().unwrap().iter())
        .map(|effect| effect.as_float().unwrap())
        .collect();
    assert!(effects[0].abs() < 1e-12, "{effects:?}");
    assert!(
        effects[1..].iter().all(|&effect| effect > 1e-6),
        "{effects:?}"
    );
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
