//! Bundles that runs go on from and end in: what is packed, what it tells, and what is refused.

use super::{alone, bench, config, vqgan_line};
use diaphane::formats::hexadecimal;
use diaphane::model::{Bundle, LearnedFrom};
use diaphane::train::{
    ExportConfig, Observer, RunConfig, Start, TrainError, TrainEvent, Unobserved, Which, export,
    learned_from_run_files, pack_checkpoint, run,
};
use sha2::{Digest as _, Sha256};
use std::path::{Path, PathBuf};

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
fn a_base_is_not_overwritten_and_a_damaged_codec_is_not_packed() {
    let _alone = alone();
    let (temp, data) = bench();
    let root = temp.path();
    let base = tiny_bundle(root, &data);
    let before = Bundle::info(&base).unwrap().sha256;
    run(
        &tuned("denoiser", "ours", root, &data, "iterations = 2"),
        Start::Fresh,
        &mut Unobserved,
    )
    .unwrap();
    let refusal = |out: &str, run: &str, extra: &str| {
        let path = root.join("refused.export.toml");
        let text = format!(
            "out = \"{out}\"\nname = \"ours\"\nversion = \"0\"\nlicence = \"MIT\"\ntraining_data = \"stripes\"\n\
             denoiser = \"{run}\"\nnewest = true\noverwrite = true\n{extra}\n"
        );
        std::fs::write(&path, text).unwrap();
        let refused = export(&ExportConfig::read(&path).unwrap()).unwrap_err();
        refused.to_string()
    };
    let refused = refusal("base", "ours", "");
    assert!(refused.contains("never overwritten"), "{refused}");
    // Nor what another folder is called that holds the same.
    let refused = refusal("ours/base", "ours", "");
    assert!(refused.contains("never overwritten"), "{refused}");
    assert_eq!(Bundle::info(&base).unwrap().sha256, before);

    let codec = root.join("denoiser/vqgan.safetensors");
    let mut bytes = std::fs::read(&codec).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&codec, bytes).unwrap();
    let refused = refusal("damaged", "denoiser", "segmenter = \"segmenter\"");
    assert!(refused.contains("missing or damaged"), "{refused}");
    assert!(refused.contains("vqgan.safetensors") && !root.join("damaged").exists());
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
