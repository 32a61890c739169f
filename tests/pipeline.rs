//! The stages on tiny networks: what is reused, what is left alone, what is refused.

#![expect(clippy::unwrap_used, reason = "a step that fails is a test that fails")]

#[path = "pipeline/cancel.rs"]
mod cancel;
#[path = "pipeline/memory.rs"]
mod memory;
#[path = "pipeline/previews.rs"]
mod previews;
#[path = "pipeline/seeds.rs"]
mod seeds;
mod tiny;

use diaphane::formats;
use diaphane::pipeline::{
    ComputeOptions, DeviceChoice, FusionChoice, GuidanceChoice, Observer, OutputGrid,
    PrecisionChoice, Preview, Progress, Stage, SuppressionRequest, SuppressionResult,
    SuppressionSettings, Suppressor,
};
use diaphane::radiograph::{LungMask, Radiograph, Raster, Warning};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

const CPU: ComputeOptions = ComputeOptions {
    device: DeviceChoice::Cpu,
    precision: PrecisionChoice::F32,
};

const ALL_STAGES: [Stage; 8] = [
    Stage::Prepare,
    Stage::Segment,
    Stage::Encode,
    Stage::Global,
    Stage::Local,
    Stage::Decode,
    Stage::Fuse,
    Stage::Restore,
];

/// Remembers progress and warnings, and stops at a stage's step where told to.
#[derive(Default)]
struct Watcher {
    seen: Vec<Progress>,
    warnings: Vec<String>,
    previews: Vec<Preview>,
    stop_at: Option<(Stage, usize)>,
    stopped: bool,
    after_stop: usize,
}

impl Observer for Watcher {
    fn progressed(&mut self, progress: Progress) {
        self.after_stop += usize::from(self.stopped);
        self.stopped |= self.stop_at == Some((progress.stage, progress.done));
        self.seen.push(progress);
    }

    fn previewed(&mut self, preview: Preview) {
        self.previews.push(preview);
    }

    fn warned(&mut self, warning: &Warning) {
        self.warnings.push(warning.text.clone());
    }

    fn is_cancelled(&self) -> bool {
        self.stopped
    }
}

struct Bench {
    folder: TempDir,
    suppressor: Suppressor,
    defaults: SuppressionSettings,
    radiograph: Arc<Radiograph>,
    mask: Arc<LungMask>,
}

impl Bench {
    fn new(with_segmenter: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let bundle = folder.path().join("tiny");
        tiny::write_bundle(&bundle, with_segmenter);
        tiny::write_chest(folder.path(), "chest", 150, 120);
        let radiograph = formats::read(&folder.path().join("chest.png")).unwrap();
        let mut suppressor = Suppressor::new(CPU);
        let summary = suppressor.load_bundle(&bundle).unwrap();
        assert_eq!(summary.segments_lungs, with_segmenter);
        Self {
            folder,
            suppressor,
            defaults: summary.defaults,
            radiograph: Arc::new(radiograph),
            mask: Arc::new(tiny::lungs(150, 120)),
        }
    }

    fn request(&self, settings: SuppressionSettings) -> SuppressionRequest {
        SuppressionRequest {
            mask: Some(Arc::clone(&self.mask)),
            ..SuppressionRequest::new(Arc::clone(&self.radiograph), settings)
        }
    }

    fn run(&mut self, settings: SuppressionSettings) -> SuppressionResult {
        let request = self.request(settings);
        let mut watcher = Watcher::default();
        let _guard = tch::no_grad_guard();
        let result = self.suppressor.suppress(&request, &mut watcher).unwrap();
        assert_progress(&watcher.seen);
        result
    }
}

/// The fraction never falls and ends at 1, and no stage has more steps done than it has.
fn assert_rising(seen: &[Progress]) {
    assert!(
        seen.windows(2)
            .all(|pair| pair[0].fraction <= pair[1].fraction)
    );
    assert!(seen.iter().all(|p| p.done <= p.total && p.total > 0));
    assert!((seen.last().unwrap().fraction - 1.0).abs() < 1e-6);
}

/// [`assert_rising`], and every stage is gone through once, to its end.
fn assert_progress(seen: &[Progress]) {
    assert_rising(seen);
    let changes = seen
        .windows(2)
        .filter(|pair| pair[0].stage != pair[1].stage);
    for pair in changes {
        assert_eq!(
            pair[0].done, pair[0].total,
            "{} was left early",
            pair[0].stage
        );
        let begun = seen
            .iter()
            .filter(|p| p.stage == pair[1].stage && p.done == 0);
        assert!(begun.count() <= 1, "{} began twice", pair[1].stage);
    }
}

fn ran(result: &SuppressionResult) -> Vec<Stage> {
    let times = result.stage_times.iter();
    times.filter(|t| !t.cached).map(|t| t.stage).collect()
}

#[test]
fn a_result_lies_on_the_radiographs_grid_and_says_how_it_was_made() {
    let mut bench = Bench::new(false);
    let result = bench.run(bench.defaults.clone());
    assert_eq!(result.soft_tissue.size(), (150, 120));
    assert_eq!(result.bone.size(), (150, 120));
    assert_eq!(result.lung_mask, *bench.mask);
    assert_eq!(result.model_soft_tissue.size(), (tiny::GRID_PX, 51));
    assert_eq!(
        (result.bundle_name.as_str(), result.device.as_str()),
        ("tiny", "cpu")
    );
    assert_eq!(result.bundle_sha256.len(), 64);
    for stage in ALL_STAGES {
        assert!(ran(&result).contains(&stage), "{stage}");
    }
}

#[test]
fn pixels_without_bone_keep_their_value_and_the_others_lose_their_bone() {
    let mut bench = Bench::new(false);
    let result = bench.run(bench.defaults.clone());
    let stored = bench.radiograph.stored.iter();
    let pixels = result.soft_tissue.values().iter().zip(result.bone.values());
    let mut changed = 0;
    for (stored, (&soft, &bone)) in stored.zip(pixels) {
        if bone == 0.0 {
            assert_eq!(soft.to_bits(), (stored as f32).to_bits());
        } else {
            changed += 1;
            // A 16-bit PNG is shown over 0 to 65,535: bone of 1 is the whole range.
            let expected = f64::from(stored) - f64::from(bone) * 65_535.0;
            assert!(
                (f64::from(soft) - expected).abs() < 0.05,
                "{soft} {expected}"
            );
        }
    }
    assert!(changed > 100, "the networks changed nothing");
}

#[test]
fn another_leg_weight_reruns_the_local_path_and_gives_what_a_fresh_run_gives() {
    let mut bench = Bench::new(false);
    bench.run(bench.defaults.clone());
    let other = SuppressionSettings {
        leg_weight: 3.5,
        ..bench.defaults.clone()
    };
    let moved = bench.run(other.clone());
    assert_eq!(
        ran(&moved),
        [Stage::Local, Stage::Decode, Stage::Fuse, Stage::Restore]
    );
    let fresh = Bench::new(false).run(other);
    assert_eq!(moved.soft_tissue, fresh.soft_tissue);
    assert_eq!(moved.bone, fresh.bone);
}

#[test]
fn fusion_reruns_the_fusion_and_going_back_runs_nothing_twice() {
    let mut bench = Bench::new(false);
    let first = bench.run(bench.defaults.clone());
    let alpha = SuppressionSettings {
        fusion: FusionChoice::Alpha,
        ..bench.defaults.clone()
    };
    let fused = bench.run(alpha);
    assert_eq!(ran(&fused), [Stage::Fuse, Stage::Restore]);
    assert_ne!(fused.model_soft_tissue, first.model_soft_tissue);
    let back = bench.run(bench.defaults.clone());
    assert_eq!(ran(&back), [Stage::Restore]);
    assert_eq!(back.soft_tissue, first.soft_tissue);
}

#[test]
fn another_mask_reruns_the_local_path_only_and_another_seed_both() {
    let mut bench = Bench::new(false);
    // Poisson fusion leaves the border of the mask alone, which is all there is at 64 px.
    let settings = SuppressionSettings {
        fusion: FusionChoice::Alpha,
        ..bench.defaults.clone()
    };
    let first = bench.run(settings.clone());
    let shifted: Vec<u8> = (0..120)
        .flat_map(|_| (0..150).map(|x| u8::from(x < 75)))
        .collect();
    bench.mask = Arc::new(LungMask::from_nonzero(
        &Raster::new(150, 120, shifted).unwrap(),
    ));
    let masked = bench.run(settings.clone());
    assert!(!ran(&masked).contains(&Stage::Global));
    assert!(ran(&masked).contains(&Stage::Local));
    assert_ne!(masked.model_soft_tissue, first.model_soft_tissue);
    let seeded = bench.run(SuppressionSettings {
        seed: 9,
        ..settings
    });
    assert!(ran(&seeded).contains(&Stage::Global));
    assert!(!ran(&seeded).contains(&Stage::Encode));
    assert_ne!(seeded.model_soft_tissue, masked.model_soft_tissue);
}

#[test]
fn every_choice_runs() {
    let mut bench = Bench::new(false);
    for guidance in [
        GuidanceChoice::Vanilla,
        GuidanceChoice::AuthorsLive,
        GuidanceChoice::AuthorsCommented,
    ] {
        bench.run(SuppressionSettings {
            guidance,
            ..bench.defaults.clone()
        });
    }
    for fusion in [FusionChoice::Alpha, FusionChoice::OpenCv] {
        bench.run(SuppressionSettings {
            fusion,
            ..bench.defaults.clone()
        });
    }
    let global_alone = bench.run(SuppressionSettings {
        fusion: FusionChoice::None,
        output: OutputGrid::Model,
        ..bench.defaults.clone()
    });
    assert!(
        !global_alone
            .stage_times
            .iter()
            .any(|t| t.stage == Stage::Local)
    );
}

#[test]
fn without_a_segmenter_a_mask_is_asked_for() {
    let mut bench = Bench::new(false);
    let request = SuppressionRequest {
        mask: None,
        ..bench.request(bench.defaults.clone())
    };
    let err = bench
        .suppressor
        .suppress(&request, &mut Watcher::default())
        .unwrap_err();
    assert!(err.to_string().contains("--mask"), "{err}");
    let misfit = SuppressionRequest {
        mask: Some(Arc::new(tiny::lungs(15, 12))),
        ..request
    };
    let err = bench
        .suppressor
        .suppress(&misfit, &mut Watcher::default())
        .unwrap_err();
    assert!(err.to_string().contains("15 x 12"), "{err}");
}

#[test]
fn a_segmenter_finds_a_mask_on_the_radiographs_grid() {
    let mut bench = Bench::new(true);
    let _guard = tch::no_grad_guard();
    let mut watcher = Watcher::default();
    let mask = bench
        .suppressor
        .segment(&bench.radiograph, &mut watcher)
        .unwrap();
    assert_eq!(mask.raster().size(), (150, 120));
}

/// A copy of the shipped bundle in `folder` whose segmenter is shown this in place of display values.
fn shipped_with_input(folder: &Path, input: &str) -> PathBuf {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/compact");
    let bundle = folder.join(input);
    std::fs::create_dir(&bundle).unwrap();
    for entry in std::fs::read_dir(shipped).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            std::fs::copy(&path, bundle.join(path.file_name().unwrap())).unwrap();
        }
    }
    let path = bundle.join("manifest.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, segmenter) = text.split_once("[segmenter]").unwrap();
    let (_, after) = segmenter.split_once("input = ").unwrap();
    let (_, after) = after.split_once('\n').unwrap();
    let (kept, _) = segmenter.split_once("input = ").unwrap();
    let changed = format!("{before}[segmenter]{kept}input = \"{input}\"\n{after}");
    std::fs::write(&path, changed).unwrap();
    bundle
}

/// A fourth root of the grey values, which keeps their order, is far from what any segmenter has seen.
#[test]
fn a_segmenter_of_ranks_sees_no_window() {
    let folder = tempfile::tempdir().unwrap();
    tiny::write_chest(folder.path(), "chest", 256, 256);
    let path = folder.path().join("chest.png");
    let mut chest = image::open(&path).unwrap().to_luma16();
    let plain = Arc::new(formats::read(&path).unwrap());
    for pixel in chest.pixels_mut() {
        let share = f64::from(pixel.0[0]) / 65_535.0;
        pixel.0[0] = (share.powf(0.25) * 65_535.0).round() as u16;
    }
    chest.save(&path).unwrap();
    let brighter = Arc::new(formats::read(&path).unwrap());
    let mut suppressor = Suppressor::new(CPU);
    let _guard = tch::no_grad_guard();
    let [displayed, equalized] = ["displayed", "equalized"].map(|input| {
        let bundle = shipped_with_input(folder.path(), input);
        suppressor.load_bundle(&bundle).unwrap();
        let [a, b] = [&plain, &brighter].map(|radiograph| {
            let mut watcher = Watcher::default();
            suppressor.segment(radiograph, &mut watcher).unwrap()
        });
        assert!(a.num_inside() > 500, "{input}: {}", a.num_inside());
        a.dice(&b).unwrap()
    });
    // At the size of the grid nothing is averaged before the ranks are taken; what is left are greys that became one.
    assert!(equalized > 0.98, "{equalized}");
    assert!(displayed < 0.96, "{displayed}");
}

#[test]
fn half_precision_runs_and_stays_near() {
    let mut bench = Bench::new(false);
    let exact = bench.run(bench.defaults.clone());
    let options = ComputeOptions {
        precision: PrecisionChoice::Bf16,
        ..CPU
    };
    let bundle = bench.folder.path().join("tiny");
    bench.suppressor = Suppressor::new(options);
    bench.suppressor.load_bundle(&bundle).unwrap();
    let half = bench.run(bench.defaults.clone());
    assert_eq!(
        (exact.precision.as_str(), half.precision.as_str()),
        ("f32", "bf16")
    );
    let difference = exact
        .model_soft_tissue
        .zip_map(&half.model_soft_tissue, |a, b| (a - b).abs());
    let largest = difference
        .unwrap()
        .values()
        .iter()
        .copied()
        .fold(0.0, f32::max);
    // bfloat16 keeps 8 bits; three steps of a network with arbitrary weights may lose some of them.
    assert!(largest > 0.0 && largest < 0.1, "{largest}");
}

#[test]
fn settings_out_of_range_are_named() {
    let mut bench = Bench::new(false);
    let no_steps = SuppressionSettings {
        steps: 0,
        ..bench.defaults.clone()
    };
    let too_many = SuppressionSettings {
        steps: 51,
        ..bench.defaults.clone()
    };
    // The tiny bundle predicts what to take off its condition: without one it can say nothing.
    let no_condition = SuppressionSettings {
        guidance: GuidanceChoice::Cfg,
        ..bench.defaults.clone()
    };
    for (settings, word) in [
        (no_steps, "steps"),
        (too_many, "50"),
        (no_condition, "guidance"),
    ] {
        let request = bench.request(settings);
        let err = bench
            .suppressor
            .suppress(&request, &mut Watcher::default())
            .unwrap_err();
        assert!(err.to_string().contains(word), "{err}");
    }
}
