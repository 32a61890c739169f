//! Pairs without a lung mask: the shipped segmenter finds their lungs, and a run learns from them as from masks that lie
//! beside the pairs.

use super::{Recorder, alone, assert_same_checkpoint, bench, config, vqgan_line};
use diaphane::formats::raster::read_mask;
use diaphane::simulate::{PhantomConfig, StudyFolder, write_studies};
use diaphane::train::{
    FOUND_LUNGS, RunConfig, RunSummary, Start, Unobserved, preview_augmentations, run,
};
use diaphane::worker::{BranchPlan, BranchSettings, RunRecord, branch_run};
use std::fs;
use std::path::{Path, PathBuf};

const STUDIES: [&str; 3] = ["phantom_3_0000", "phantom_3_0001", "phantom_3_0002"];

/// Three phantoms, of which the first keeps its mask; where the others' were.
fn pairs(root: &Path) -> (PathBuf, PathBuf) {
    let [data, masks] = ["data", "masks"].map(|name| root.join(name));
    fs::create_dir(&masks).unwrap();
    let folder = StudyFolder {
        dir: &data,
        overwrite: false,
    };
    let phantom = PhantomConfig {
        size_px: 384,
        ..PhantomConfig::default()
    };
    write_studies(Some(folder), (STUDIES.len(), 3), &phantom, &mut |_, _| {}).unwrap();
    for name in &STUDIES[1..] {
        let file = format!("{name}_lungmask.png");
        fs::rename(data.join(&file), masks.join(&file)).unwrap();
    }
    (data, masks)
}

/// An adapter of the shipped bundle, trained on the local path alone.
fn tuned(name: &str, root: &Path, data: &Path) -> RunConfig {
    let text = format!(
        r#"
        stage = "denoiser"
        out = '{name}'
        base = '{base}'
        seed = 2
        device = "cpu"
        threads = 1
        iterations = 2
        batch = 2
        patch_px = 64
        checkpoint_every = 1
        keep_checkpoints = 9
        validate_every = 0
        [adapter]
        rank = 1
        [loss.denoiser]
        local_share = 1.0
        [[data.source]]
        kind = "pairs"
        folder = '{data}'
        "#,
        base = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("models/compact")
            .display(),
        data = data.display(),
    );
    let path = root.join(format!("{name}.toml"));
    fs::write(&path, text).unwrap();
    RunConfig::read(&path).unwrap()
}

fn trained(config: &RunConfig, start: Start) -> (RunSummary, Vec<String>) {
    let mut recorder = Recorder::default();
    let summary = run(config, start, &mut recorder).unwrap();
    (summary, recorder.warnings)
}

fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = fs::read_dir(folder).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let bytes = |file: PathBuf| (file.clone(), fs::read(file).unwrap());
    files.into_iter().map(bytes).collect()
}

/// Lays each mask that was found beside the study whose exact mask it is like; it is like one of them.
fn lay_beside(found: &[(PathBuf, Vec<u8>)], data: &Path, masks: &Path) {
    for name in &STUDIES[1..] {
        let file = format!("{name}_lungmask.png");
        let exact = read_mask(&masks.join(&file)).unwrap();
        let dice = |path: &Path| read_mask(path).unwrap().dice(&exact).unwrap();
        let nearest = found
            .iter()
            .max_by(|a, b| dice(&a.0).total_cmp(&dice(&b.0)));
        let (nearest, bytes) = nearest.unwrap();
        // What the shipped segmenter is held to on phantoms.
        assert!(dice(nearest) > 0.9, "{name}: {}", dice(nearest));
        fs::write(data.join(file), bytes).unwrap();
    }
}

#[test]
fn found_lungs_teach_as_masks_beside_the_pairs_do() {
    let _alone = alone();
    let temp = tempfile::tempdir().unwrap();
    let root = temp.path();
    let (data, masks) = pairs(root);
    let without = tuned("without", root, &data);
    let shown = preview_augmentations(&without, &mut Unobserved).unwrap();
    assert!(!without.out.exists(), "a preview writes nothing");
    let (found_run, warnings) = trained(&without, Start::Fresh);
    let told = "2 of 3 pairs have no lung mask: their lungs were found";
    assert!(
        warnings.iter().any(|line| line.contains(told)),
        "{warnings:?}"
    );
    let folder = without.out.join(FOUND_LUNGS);
    let found = files(&folder);
    assert_eq!(found.len(), 2);

    // A branch learns from the very same masks, and a run that goes on makes a damaged one again.
    let record = RunRecord::read(&without.out).unwrap();
    let settings = BranchSettings {
        iterations: 2,
        learning_rate: without.optimizer.learning_rate,
        patience: 0,
        validate_every: 0,
    };
    let to = root.join("branch");
    let from = without.out.clone();
    let plan = BranchPlan { from, to, settings };
    branch_run(&plan, &record.checkpoints[0], None).unwrap();
    let copied = files(&plan.to.join(FOUND_LUNGS));
    let bytes = |files: &[(PathBuf, Vec<u8>)]| -> Vec<Vec<u8>> {
        files.iter().map(|(_, bytes)| bytes.clone()).collect()
    };
    assert_eq!(bytes(&copied), bytes(&found));
    fs::write(&copied[0].0, b"damaged").unwrap();
    let branch = RunConfig {
        out: plan.to.clone(),
        ..without.clone()
    };
    let (branched, _) = trained(&branch, Start::Resumed);
    assert_same_checkpoint(&branched.last_checkpoint, &found_run.last_checkpoint);
    assert_eq!(bytes(&files(&plan.to.join(FOUND_LUNGS))), bytes(&found));

    // What nobody drew is not changed between two parts of one run.
    let everywhere = image::GrayImage::from_pixel(384, 384, image::Luma([255]));
    everywhere.save(&copied[0].0).unwrap();
    let refused = run(&branch, Start::Resumed, &mut Unobserved).unwrap_err();
    let told = "the lung masks of the run are not those it was begun with";
    assert!(refused.to_string().contains(told), "{refused}");

    lay_beside(&found, &data, &masks);
    let beside = tuned("beside", root, &data);
    assert_eq!(
        preview_augmentations(&beside, &mut Unobserved).unwrap(),
        shown
    );
    let (masked_run, warnings) = trained(&beside, Start::Fresh);
    assert!(
        !warnings.iter().any(|line| line.contains("lung mask")),
        "{warnings:?}"
    );
    assert!(!beside.out.join(FOUND_LUNGS).exists());
    assert_same_checkpoint(&found_run.last_checkpoint, &masked_run.last_checkpoint);
}

#[test]
fn a_picture_without_two_lungs_and_a_run_without_a_segmenter_are_told() {
    let _alone = alone();
    let temp = tempfile::tempdir().unwrap();
    let root = temp.path();
    let (data, _) = pairs(root);
    // Upper halves show no two lungs of the right size.
    for name in &STUDIES[1..] {
        for ending in ["cxr", "soft"] {
            let file = data.join(format!("{name}_{ending}.png"));
            let picture = image::open(&file).unwrap();
            picture.crop_imm(0, 0, 384, 80).save(&file).unwrap();
        }
    }
    let (_, warnings) = trained(&tuned("heads", root, &data), Start::Fresh);
    let told = "2 of 3 pairs have no lung mask, and two lungs were not found in them";
    assert!(
        warnings.iter().any(|line| line.contains(told)),
        "{warnings:?}"
    );

    let (temp, data) = bench();
    let root = temp.path();
    run(
        &config("vqgan", root, &data, "iterations = 1"),
        Start::Fresh,
        &mut Unobserved,
    )
    .unwrap();
    fs::remove_file(data.join("a_lungmask.png")).unwrap();
    let extra = format!("iterations = 1\n{}", vqgan_line(root));
    let (_, warnings) = trained(&config("denoiser", root, &data, &extra), Start::Fresh);
    let told = "1 of 2 pairs have no lung mask, and the run has no base";
    assert!(
        warnings.iter().any(|line| line.contains(told)),
        "{warnings:?}"
    );
}
