//! Runs that go on from a bundle: whole, by low-rank adapters, and by distillation.

use super::bundle::{ADAPTER, pack, tiny_bundle, tuned};
use super::{Recorder, alone, assert_same_checkpoint, bench, tensors};
use diaphane::model::manifest::FileRole;
use diaphane::model::{Adapter, Bundle, LearnedFrom};
use diaphane::train::{
    EndReason, RunConfig, RunFolder, RunSummary, Split, Start, Unobserved, Which, export_adapter,
    run,
};
use std::path::Path;
use tch::{Device, Tensor};

fn denoiser(bundle: &Path) -> Vec<(String, Tensor)> {
    let bundle = Bundle::load(bundle, Device::Cpu).unwrap();
    let mut weights: Vec<_> = bundle.denoiser_store.variables().into_iter().collect();
    weights.sort_by(|a, b| a.0.cmp(&b.0));
    weights
}

/// Largest difference of two networks' weights.
fn farthest(a: &[(String, Tensor)], b: &[(String, Tensor)]) -> f64 {
    assert!(!a.is_empty() && a.len() == b.len());
    let pairs = a.iter().zip(b);
    pairs
        .map(|((name, a), (other, b))| {
            assert_eq!(name, other);
            (a - b).abs().max().double_value(&[])
        })
        .fold(0.0, f64::max)
}

/// Runs without a stop, and again stopped at the first checkpoint after that of the base's weights, and resumed.
fn assert_resumes(first: &RunConfig, root: &Path) -> RunSummary {
    let undisturbed = run(first, Start::Fresh, &mut Unobserved).unwrap();
    let mut again = first.clone();
    again.out = root.join(format!("{}-again", first.out.display()));
    let mut recorder = Recorder {
        stop_after: Some(2),
        ..Recorder::default()
    };
    let stopped = run(&again, Start::Fresh, &mut recorder).unwrap();
    assert_eq!(
        (stopped.reason, stopped.iterations),
        (EndReason::Cancelled, 3)
    );
    let resumed = run(&again, Start::Resumed, &mut Unobserved).unwrap();
    assert_same_checkpoint(&undisturbed.last_checkpoint, &resumed.last_checkpoint);
    undisturbed
}

/// A bundle knows every file of its run's data listing again, and those that its base knew; nobody is named.
fn assert_learned(root: &Path, packed: &Path, data: &Path) {
    let read = |folder: &Path| LearnedFrom::read(&Bundle::info(folder).unwrap()).unwrap();
    let (base, learned) = (read(&root.join("base")).unwrap(), read(packed).unwrap());
    let listing = RunFolder::open(&root.join("moving")).unwrap().listing();
    let listing = listing.unwrap().unwrap();
    let of = |split| {
        let entries = listing.iter().filter(move |entry| entry.split == split);
        entries.flat_map(|entry| entry.sha256.values())
    };
    assert!(of(Split::Training).count() > 0 && of(Split::Validation).count() > 0);
    assert!(of(Split::Training).all(|sha256| learned.training.contains(sha256)));
    assert!(of(Split::Validation).all(|sha256| learned.validation.contains(sha256)));
    assert!(base.training.is_subset(&learned.training) && learned.unknown.is_empty());
    // The picture is known again in another file.
    let radiograph = diaphane::formats::read(&data.join("a_cxr.png")).unwrap();
    let key = diaphane::formats::stored_fingerprint(&radiograph.stored);
    assert!(learned.has_key(&key) && !learned.has_key("a"));
    assert!(Bundle::verify(packed).unwrap().is_sound());
    std::fs::write(packed.join("learned-from.json"), "{}").unwrap();
    assert!(!Bundle::verify(packed).unwrap().is_sound());
}

#[test]
fn a_run_goes_on_from_a_bundle_and_leaves_it_alone() {
    let _alone = alone();
    let (temp, data) = bench();
    let root = temp.path();
    let base = tiny_bundle(root, &data);
    let before = Bundle::info(&base).unwrap();
    let files = Bundle::verify(&base).unwrap();

    // A learning rate at which a step is lost in the weights' rounding.
    let still = "iterations = 1\n[optimizer]\nlearning_rate = 1e-12\nfloor = 0.0";
    let still = tuned("denoiser", "still", root, &data, still);
    run(&still, Start::Fresh, &mut Unobserved).unwrap();
    let packed = pack(root, "packed", "still", "");
    assert!(farthest(&denoiser(&base), &denoiser(&packed)) < 1e-9);

    // What the run did not train is the base's: codec, scale of the latents, segmenter, defaults.
    let (a, b) = (&before.manifest, Bundle::info(&packed).unwrap().manifest);
    assert_eq!((&a.latent, &a.defaults), (&b.latent, &b.defaults));
    for role in [FileRole::Vqgan, FileRole::Segmenter] {
        let sha256 =
            |manifest: &diaphane::model::Manifest| manifest.file(role).unwrap().sha256.clone();
        assert_eq!(sha256(a), sha256(&b), "{role}");
    }

    let moving = tuned("denoiser", "moving", root, &data, "iterations = 8");
    assert_resumes(&moving, root);
    // What the network makes of the validation image, at every validation and the end, each time better or worse.
    let sample =
        |step| std::fs::read(moving.out.join(format!("samples/{step}/c_soft.png"))).unwrap();
    assert!(sample("step-00000003") != sample("step-00000008"));
    let packed = pack(root, "moved", "moving", "");
    assert_learned(root, &packed, &data);
    assert!(farthest(&denoiser(&base), &denoiser(&packed)) > 1e-4);
    assert_eq!(Bundle::info(&base).unwrap(), before);
    assert_eq!(Bundle::verify(&base).unwrap(), files);
}

#[test]
fn an_adapter_at_full_strength_is_the_merged_bundle_and_at_none_the_base() {
    let _alone = alone();
    let (temp, data) = bench();
    let root = temp.path();
    let base = tiny_bundle(root, &data);
    let config = tuned("denoiser", "low", root, &data, ADAPTER);
    let summary = assert_resumes(&config, root);
    // The checkpoint holds the factors, not the weights.
    let factors = tensors(&summary.last_checkpoint, "weights");
    let last = |name: &String| name.rsplit('.').next().unwrap_or_default().to_owned();
    assert!(
        factors
            .keys()
            .all(|name| ["down", "up"].contains(&last(name).as_str()))
    );

    let file = root.join("site.safetensors");
    export_adapter(&config.out, &file, true).unwrap();
    let adapter = Adapter::read(&file).unwrap();
    let with = |strength| {
        let mut bundle = Bundle::load(&base, Device::Cpu).unwrap();
        bundle.apply(&adapter, strength).unwrap();
        let mut weights: Vec<_> = bundle.denoiser_store.variables().into_iter().collect();
        weights.sort_by(|a, b| a.0.cmp(&b.0));
        (bundle.sha256, weights)
    };
    let merged = denoiser(&pack(root, "merged", "low", ""));
    let change = farthest(&denoiser(&base), &merged);
    assert!(change > 1e-3, "{change}");
    // Factors are stored in half precision: 2^-11 of each, two factors and a sum over rank 2.
    assert!(farthest(&with(100).1, &merged) < 4e-3 * change.max(1.0));
    assert!(farthest(&with(0).1, &denoiser(&base)) < 1e-12);
    let half = farthest(&with(50).1, &denoiser(&base));
    assert!(
        (half - 0.5 * change).abs() < 0.02 * change,
        "{half} {change}"
    );
    assert_ne!(with(50).0, with(100).0);

    let mut other = Bundle::load(&root.join("merged"), Device::Cpu).unwrap();
    let refused = other.apply(&adapter, 100).unwrap_err().to_string();
    assert!(refused.contains("other weights"), "{refused}");
    let whole = tuned("denoiser", "whole", root, &data, "iterations = 1");
    run(&whole, Start::Fresh, &mut Unobserved).unwrap();
    let refused = export_adapter(&whole.out, &file, true).unwrap_err();
    assert!(refused.to_string().contains("no adapters"), "{refused}");
}

#[test]
fn a_bundle_is_distilled_and_proposes_fewer_steps() {
    let _alone = alone();
    let (temp, data) = bench();
    let root = temp.path();
    let base = tiny_bundle(root, &data);
    let config = tuned("distill", "student", root, &data, "iterations = 8");
    assert_resumes(&config, root);
    let packed = pack(root, "packed", "student", "");
    assert!(farthest(&denoiser(&base), &denoiser(&packed)) > 1e-6);
    assert!(Bundle::info(&packed).unwrap().manifest.defaults.steps <= 4);
}

#[test]
fn activations_computed_twice_train_the_same_network() {
    let _alone = alone();
    let (temp, data) = bench();
    let root = temp.path();
    tiny_bundle(root, &data);
    let losses = |name: &str, extra: &str| {
        let extra = format!("iterations = 6\nprecision = \"f32\"\n{extra}");
        let config = tuned("denoiser", name, root, &data, &extra);
        let mut recorder = Recorder::default();
        run(&config, Start::Fresh, &mut recorder).unwrap();
        recorder.losses
    };
    let kept = losses("kept", "");
    let twice = losses("twice", "recompute_activations = true");
    // Every second of six iterations is reported.
    assert_eq!((kept.len(), twice.len()), (3, 3));
    for (a, b) in kept.iter().zip(&twice) {
        // Gradients agree to f32's rounding; six steps of AdamW carry that on.
        assert!((a - b).abs() < 1e-3 * a.abs(), "{kept:?} {twice:?}");
    }
}

#[test]
fn prepared_views_are_kept_and_made_again_where_they_are_damaged() {
    let _alone = alone();
    let (temp, data) = bench();
    let root = temp.path();
    tiny_bundle(root, &data);
    let extra = "iterations = 8\nprepared_views = 3\n[loss.denoiser]\npixel = 0.2\npixel_crop_latents = 8\nlocal_share = 0.5";
    let config = tuned("denoiser", "prepared", root, &data, extra);
    // Sixteen items of three views: every later one is a view that is known.
    let undisturbed = assert_resumes(&config, root);
    let views = config.out.join("latents");
    let files = || std::fs::read_dir(&views).unwrap().count();
    assert_eq!(files(), 6, "three views with their checksums");

    // A run that finds one of them damaged, and one gone, ends with the same weights.
    let first = views.join("view-00000000.safetensors");
    let good = std::fs::read(&first).unwrap();
    let mut damaged = good.clone();
    *damaged.last_mut().unwrap() ^= 1;
    std::fs::write(&first, &damaged).unwrap();
    std::fs::remove_file(views.join("view-00000001.safetensors")).unwrap();
    let kept = root.join("kept");
    std::fs::rename(config.out.join("checkpoints"), &kept).unwrap();
    std::fs::create_dir(config.out.join("checkpoints")).unwrap();
    for name in ["last", "best"] {
        drop(std::fs::remove_file(config.out.join(name)));
    }
    let again = run(&config, Start::Resumed, &mut Unobserved).unwrap();
    let name = undisturbed.last_checkpoint.file_name().unwrap();
    assert_same_checkpoint(&kept.join(name), &again.last_checkpoint);
    assert!(std::fs::read(&first).unwrap() == good);
    assert_eq!(files(), 6);
}

#[test]
fn a_run_that_gets_no_better_ends_and_its_best_stays() {
    let _alone = alone();
    let (temp, data) = bench();
    let root = temp.path();
    tiny_bundle(root, &data);
    let extra = "iterations = 50\n[patience]\nvalidations = 2\nmin_delta = 1000.0";
    let config = tuned("denoiser", "settled", root, &data, extra);
    let summary = run(&config, Start::Fresh, &mut Unobserved).unwrap();
    // The base's weights are judged, and those after 3 and 6 iterations: no gain of 1000 dB.
    assert_eq!(
        (summary.reason, summary.iterations),
        (EndReason::Settled, 6)
    );
    let best = RunFolder::open(&config.out)
        .unwrap()
        .checkpoint(Which::Best);
    let name = format!("step-{:08}", summary.best_iteration.unwrap());
    assert!(best.unwrap().unwrap().ends_with(name));
}

#[test]
fn a_run_that_makes_nothing_better_keeps_what_it_began_with_as_its_best() {
    let _alone = alone();
    let (temp, data) = bench();
    let root = temp.path();
    let base = tiny_bundle(root, &data);
    // No weight in single precision moves so little.
    let extra = "iterations = 6\n[optimizer]\nlearning_rate = 1e-30\nfloor = 0.0\nwarm_up = 0";
    let config = tuned("denoiser", "ruined", root, &data, extra);
    let mut recorder = Recorder::default();
    let summary = run(&config, Start::Fresh, &mut recorder).unwrap();
    assert_eq!(summary.best_iteration, Some(0));
    assert_eq!(recorder.validations.len(), 3, "after 0, 3 and 6 iterations");
    let best = RunFolder::open(&config.out)
        .unwrap()
        .checkpoint(Which::Best);
    let kept = tensors(&best.unwrap().unwrap(), "ema");
    for (name, weights) in denoiser(&base) {
        assert!(weights.equal(&kept[&name]), "{name}");
    }
}
