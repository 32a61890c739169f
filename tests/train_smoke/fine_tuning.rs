//! Runs that go on from a bundle: whole, by low-rank adapters, and by distillation.

use super::{Recorder, alone, assert_same_checkpoint, bench, config, tensors, vqgan_line};
use diaphane::formats::hexadecimal;
use diaphane::model::manifest::FileRole;
use diaphane::model::{Adapter, Bundle, LearnedFrom};
use diaphane::train::{
    EndReason, ExportConfig, Observer, RunConfig, RunFolder, RunSummary, Split, Start, TrainError,
    TrainEvent, Unobserved, Which, export, export_adapter, learned_from_run_files, pack_checkpoint,
    run,
};
use sha2::{Digest as _, Sha256};
use std::path::{Path, PathBuf};
use tch::{Device, Tensor};

/// A bundle of the smallest networks, trained for two iterations each.
pub(super) fn tiny_bundle(root: &Path, data: &Path) -> PathBuf {
    for (stage, extra) in [
        ("segmenter", String::new()),
        ("vqgan", String::new()),
        ("denoiser", vqgan_line(root)),
    ] {
        let config = config(stage, root, data, &format!("iterations = 2\n{extra}"));
        run(&config, Start::Fresh, &mut Unobserved).unwrap();
    }
    pack(root, "base", "denoiser", "segmenter = \"segmenter\"")
}

/// Packs a run of `root` as a bundle.
pub(super) fn pack(root: &Path, name: &str, run: &str, extra: &str) -> PathBuf {
    let path = root.join(format!("{name}.export.toml"));
    let text = format!(
        "out = \"{name}\"\nname = \"{name}\"\nversion = \"0\"\nlicence = \"MIT\"\n\
         training_data = \"stripes\"\ndenoiser = \"{run}\"\nnewest = true\n{extra}\n"
    );
    std::fs::write(&path, text).unwrap();
    export(&ExportConfig::read(&path).unwrap()).unwrap().folder
}

/// A run that goes on from the bundle `base` of `root`; its run file knows nothing of networks.
pub(super) fn tuned(stage: &str, name: &str, root: &Path, data: &Path, extra: &str) -> RunConfig {
    let text = format!(
        r#"
        stage = "{stage}"
        out = '{name}'
        base = "base"
        seed = 11
        device = "cpu"
        threads = 1
        batch = 2
        patch_px = 64
        report_every = 2
        checkpoint_every = 3
        validate_every = 3
        {extra}
        [data]
        validation = ["c"]
        [[data.source]]
        kind = "pairs"
        folder = '{data}'
        grid_px = 64
        "#,
        data = data.display(),
    );
    let path = root.join(format!("{name}.toml"));
    std::fs::write(&path, text).unwrap();
    RunConfig::read(&path).unwrap()
}

pub(super) const ADAPTER: &str = "iterations = 8\n[adapter]\nrank = 2\nleast_side = 4\n[optimizer]\nlearning_rate = 2e-2\nwarm_up = 0";

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

/// Runs without a stop, and again stopped at the first checkpoint and resumed.
fn assert_resumes(first: &RunConfig, root: &Path) -> RunSummary {
    let undisturbed = run(first, Start::Fresh, &mut Unobserved).unwrap();
    let mut again = first.clone();
    again.out = root.join(format!("{}-again", first.out.display()));
    let mut recorder = Recorder {
        stop_after: Some(1),
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

/// Run files alone tell the same as the run folders did, if all of them are given.
fn assert_noted_afterwards(root: &Path, bundle: &Path) {
    let runs = ["segmenter", "vqgan", "denoiser"].map(|run| root.join(run).join("run.toml"));
    let learned = learned_from_run_files(&runs, &mut Unobserved).unwrap();
    let info = Bundle::info(bundle).unwrap();
    assert_eq!(LearnedFrom::read(&info).unwrap().as_ref(), Some(&learned));
    let missing = learned_from_run_files(&runs[2..], &mut Unobserved).unwrap_err();
    assert!(
        missing.to_string().contains("give that of every run"),
        "{missing}"
    );

    let silent = root.join("silent");
    std::fs::create_dir(&silent).unwrap();
    let text = std::fs::read_to_string(bundle.join("manifest.toml")).unwrap();
    let (before, rest) = text.split_once("[learned_from]").unwrap();
    let (_, files) = rest.split_once("[[files]]").unwrap();
    let text = format!("{before}[[files]]{files}");
    std::fs::write(silent.join("manifest.toml"), text).unwrap();
    let before = Bundle::info(&silent).unwrap();
    assert_eq!(LearnedFrom::read(&before).unwrap(), None);
    let noted = learned.note_in(&before).unwrap();
    assert_eq!(LearnedFrom::read(&noted).unwrap(), Some(learned));
    assert_eq!(noted.manifest.files, before.manifest.files);
    assert_ne!(noted.sha256, before.sha256);
    std::fs::remove_dir_all(&silent).unwrap();
}

#[test]
fn a_bundle_tells_of_the_runs_it_came_by_or_tells_nothing() {
    let _alone = alone();
    let (temp, data) = bench();
    let root = temp.path();
    let base = tiny_bundle(root, &data);
    let read = |folder: &Path| LearnedFrom::read(&Bundle::info(folder).unwrap()).unwrap();
    let picture = |name: &str| {
        let bytes = std::fs::read(data.join(name)).unwrap();
        hexadecimal(&Sha256::digest(&bytes))
    };
    assert_noted_afterwards(root, &base);
    // A run that never saw `b` itself, and starts from one that did.
    let mut second = config(
        "denoiser",
        root,
        &data,
        &format!("iterations = 1\n{}", vqgan_line(root)),
    );
    second.out = root.join("second");
    second.data.exclude = vec!["b".to_owned()];
    second.start_from = Some(root.join("denoiser"));
    run(&second, Start::Fresh, &mut Unobserved).unwrap();
    let learned = read(&pack(root, "packed", "second", "")).unwrap();
    assert!(learned.has_file(&picture("b_cxr.png")) && learned.unknown.is_empty());

    // Where the first run no longer says what it saw, nothing is said.
    std::fs::remove_file(root.join("denoiser/data.json")).unwrap();
    assert_eq!(read(&pack(root, "silent", "second", "")), None);

    // What the base said stands in the copy that its run keeps.
    let tuned = tuned("denoiser", "tuned", root, &data, "iterations = 1");
    run(&tuned, Start::Fresh, &mut Unobserved).unwrap();
    std::fs::rename(&base, root.join("elsewhere")).unwrap();
    let learned = read(&pack(root, "kept", "tuned", "")).unwrap();
    let before = read(&root.join("elsewhere")).unwrap();
    assert!(before.training.is_subset(&learned.training));
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

/// A bundle of checkpoints is made in turns: whoever waits is let in before every file that is read and every network, and
/// whoever asks for an end leaves what was there before.
#[test]
fn a_checkpoint_is_packed_in_turns() {
    let _alone = alone();
    let (temp, data) = bench();
    let root = temp.path();
    tiny_bundle(root, &data);
    let config = tuned("denoiser", "tuned", root, &data, "iterations = 3");
    run(&config, Start::Fresh, &mut Unobserved).unwrap();
    let to = root.join("site/best");
    let pack = |stop_at| {
        let mut turns = PackingTurns {
            to: to.clone(),
            seen: Vec::new(),
            stop_at,
        };
        let packed = pack_checkpoint(&config.out, Which::Best, &to, &mut turns);
        (packed, turns.seen)
    };
    // Four files of the checkpoint are summed up twice; three networks are read, and written.
    for stop_at in [1, 9, 11, 14] {
        let (packed, _) = pack(Some(stop_at));
        assert!(matches!(packed, Err(TrainError::Cancelled)), "{stop_at}");
        let left = std::fs::read_dir(root.join("site")).map_or(0, Iterator::count);
        assert_eq!(left, 0, "{stop_at}");
    }
    let (packed, seen) = pack(None);
    assert_eq!(seen, [false; 14]);
    assert_eq!(packed.unwrap().manifest.version, "3");
}

/// Looks at every turn whether the bundle is there, and asks for an end at one of them.
struct PackingTurns {
    to: PathBuf,
    seen: Vec<bool>,
    stop_at: Option<usize>,
}

impl Observer for PackingTurns {
    fn event(&mut self, _event: &TrainEvent) {}

    fn between_steps(&mut self) {
        self.seen.push(self.to.exists());
    }

    fn is_cancelled(&self) -> bool {
        self.stop_at
            .is_some_and(|stop_at| self.seen.len() >= stop_at)
    }
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
    // Validations after 3, 6 and 9 iterations: the first is the best, two more are no better.
    assert_eq!(
        (summary.reason, summary.iterations, summary.best_iteration),
        (EndReason::Settled, 9, Some(3))
    );
    let best = RunFolder::open(&config.out)
        .unwrap()
        .checkpoint(Which::Best);
    assert!(best.unwrap().unwrap().ends_with("step-00000003"));
}

#[test]
fn what_contradicts_the_base_is_refused() {
    let _alone = alone();
    let (temp, data) = bench();
    let root = temp.path();
    tiny_bundle(root, &data);
    let refusal = |stage: &str, change: (&str, &str)| -> String {
        drop(tuned("denoiser", "told", root, &data, "iterations = 1"));
        let path = root.join("told.toml");
        let text = std::fs::read_to_string(&path).unwrap();
        let text = text.replacen("\"denoiser\"", &format!("\"{stage}\""), 1);
        std::fs::write(&path, text.replacen(change.0, change.1, 1)).unwrap();
        RunConfig::read(&path).unwrap_err().to_string()
    };
    for (stage, change, words) in [
        (
            "denoiser",
            ("base = \"base\"", "base = \"none\""),
            "\"none\"",
        ),
        (
            "denoiser",
            ("[data]", "[model]\npreset = \"gl-lcm\"\n[data]"),
            "`model`",
        ),
        (
            "denoiser",
            ("[data]", "[conventions]\nprediction = \"epsilon\"\n[data]"),
            "`conventions`",
        ),
        ("denoiser", ("grid_px = 64", "grid_px = 512"), "must be 64"),
        ("denoiser", ("seed", "vqgan = \"vqgan\"\nseed"), "`vqgan`"),
        (
            "denoiser",
            ("batch = 2", "batch = 2\naccumulate = 3"),
            "`accumulate`",
        ),
        (
            "segmenter",
            ("patch_px = 64", "patch_px = 96"),
            "must be 32",
        ),
        ("vqgan", ("[data]", "[adapter]\n[data]"), "`adapter`"),
        (
            "vqgan",
            ("seed", "prepared_views = 2\nseed"),
            "`prepared_views`",
        ),
        ("distill", ("base = \"base\"", ""), "`base`"),
        (
            "denoiser",
            ("[data]", "[patience]\nvalidations = 0\n[data]"),
            "`patience.validations`",
        ),
    ] {
        let found = refusal(stage, change);
        assert!(found.contains(words), "{change:?}: {found}");
    }
}
