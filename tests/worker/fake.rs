//! A pipeline without networks: it waits for a gate before each step and tells of each step done.

use crossbeam_channel::{Receiver, Sender};
use diaphane::radiograph::{
    BitDepth, FileKind, FloatImage, LungMask, ModalityTransform, Polarity, Radiograph, Raster,
    SourceFile, StoredValues, StudyId, StudyInfo, Voi, VoiFunction, Warning,
};
use diaphane::worker::{
    BundleChoice, BundleSummary, Changes, ClippingChoice, ContestObserver, ContestOutcome,
    FusionChoice, GuidanceChoice, JobError, JudgePlan, MemoryOffer, MemorySaving, Observer,
    OutputGrid, Pipeline, Preflight, Progress, SamplerChoice, Stage, StageSteps,
    SuppressionRequest, SuppressionResult, SuppressionSettings, TrainEvent, Trainer,
    TrainingObserver, TrainingPlan,
};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Seed that makes the fake panic.
pub const PANIC_SEED: u64 = 666;
/// Seed that makes the fake run out of memory.
pub const MEMORY_SEED: u64 = 137;
/// Seed that makes the fake fail.
pub const FAIL_SEED: u64 = 404;

/// What the fake offers after it ran out of memory.
pub fn offer() -> MemoryOffer {
    MemoryOffer {
        savings: vec![MemorySaving::Cpu],
        needed_mib: 384,
    }
}

/// The fake.
pub struct FakePipeline {
    /// One message lets one step pass; a closed gate lets all pass.
    pub gate: Receiver<()>,
    /// Told of every step that was done, with the request's seed.
    pub steps: Sender<u64>,
    /// The bundle that was loaded last.
    pub loaded: Option<BundleChoice>,
}

impl Pipeline for FakePipeline {
    fn load_bundle(&mut self, bundle: &BundleChoice) -> Result<BundleSummary, JobError> {
        self.loaded = Some(bundle.clone());
        Ok(BundleSummary {
            name: "fake".to_owned(),
            sha256: "00".to_owned(),
            defaults: settings(0),
            device: "none".to_owned(),
            precision: "f32".to_owned(),
            segments_lungs: true,
        })
    }

    fn memory_offers(&self, _request: &SuppressionRequest) -> Vec<MemoryOffer> {
        vec![offer()]
    }

    fn suppress(
        &mut self,
        request: &SuppressionRequest,
        observer: &mut dyn Observer,
    ) -> Result<SuppressionResult, JobError> {
        let seed = request.settings.seed;
        assert!(seed != PANIC_SEED, "index out of range\nstack trace");
        assert!(
            seed != MEMORY_SEED,
            "CUDA out of memory. Tried to allocate 20.00 MiB\nstack trace"
        );
        if seed == FAIL_SEED {
            return Err(JobError::Failed("no such thing".into()));
        }
        for done in 0..request.settings.steps {
            if observer.is_cancelled() {
                return Err(JobError::Cancelled);
            }
            // A closed gate is an open door.
            self.gate.recv().ok();
            self.steps.send(seed).unwrap();
            observer.progressed(Progress {
                stage: Stage::Global,
                done: done + 1,
                total: request.settings.steps,
                fraction: (done + 1) as f32 / request.settings.steps as f32,
                eta_secs: None,
                stages: StageSteps::default(),
            });
        }
        observer.warned(&Warning::file("made by a fake"));
        Ok(self.result(request))
    }

    fn segment(&mut self, r: &Arc<Radiograph>, _: &mut dyn Observer) -> Result<LungMask, JobError> {
        let (width, height) = r.size();
        Ok(LungMask::from_nonzero(&Raster::filled(width, height, 1)))
    }
}

/// Iterations of a fake run.
pub const STEPS: u64 = 4;
/// Run file that makes the fake trainer panic after its first step.
pub const PANIC_RUN: &str = "panic.toml";

/// A trainer without networks: it waits for the gate before each step and tells of each.
pub struct FakeTrainer {
    /// One message lets one step pass; a closed gate lets all pass.
    pub gate: Receiver<()>,
    /// Told of every step that was done, [`TRAINING_STEP`].
    pub steps: Sender<u64>,
}

/// What a step of training is told as.
pub const TRAINING_STEP: u64 = 1_000_000;

impl Trainer for FakeTrainer {
    fn train(
        &mut self,
        plan: &TrainingPlan,
        observer: &mut dyn TrainingObserver,
    ) -> Result<String, JobError> {
        for step in 0..STEPS {
            observer.between_steps();
            if observer.is_cancelled() {
                return Err(JobError::Cancelled);
            }
            // Training needs gradients: the guard of inference jobs must not be in force here.
            let x = tch::Tensor::from(2.0_f32).set_requires_grad(true);
            assert!((&x * &x).requires_grad());
            self.gate.recv().ok();
            self.steps.send(TRAINING_STEP).unwrap();
            observer.event(&TrainEvent::Warned {
                message: format!("step {step}"),
            });
            assert!(plan.config != Path::new(PANIC_RUN), "shape mismatch");
        }
        Ok(plan.config.display().to_string())
    }

    fn preflight(
        &mut self,
        plan: &TrainingPlan,
        observer: &mut dyn TrainingObserver,
    ) -> Result<Preflight, JobError> {
        self.train(plan, observer)?;
        Err(JobError::Failed("no pairs".into()))
    }

    fn preview_augmentations(
        &mut self,
        config: &Path,
        _observer: &mut dyn TrainingObserver,
    ) -> Result<FloatImage, JobError> {
        Err(JobError::Failed(config.display().to_string().into()))
    }

    fn judge(
        &mut self,
        _plan: &JudgePlan,
        _observer: &mut dyn ContestObserver,
    ) -> Result<ContestOutcome, JobError> {
        Err(JobError::Failed("no networks".into()))
    }
}

impl FakePipeline {
    fn result(&self, request: &SuppressionRequest) -> SuppressionResult {
        let (width, height) = request.radiograph.size();
        let x = tch::Tensor::from(2.0_f32).set_requires_grad(true);
        let tracked = (&x * &x).requires_grad();
        SuppressionResult {
            study: request.radiograph.id.clone(),
            soft_tissue: FloatImage::filled(width, height, 0.0),
            bone: FloatImage::filled(width, height, 0.0),
            model_soft_tissue: FloatImage::filled(width, height, 0.0),
            lung_mask: LungMask::from_nonzero(&Raster::filled(width, height, 1)),
            changes: Changes::of(
                &FloatImage::filled(1, 1, 0.0),
                None,
                &LungMask::from_nonzero(&Raster::filled(1, 1, 1)),
            ),
            settings: request.settings.clone(),
            bundle_name: self
                .loaded
                .as_ref()
                .map_or_else(String::new, |bundle| bundle.path.display().to_string()),
            bundle_sha256: String::new(),
            device: format!("gradients {tracked}"),
            precision: "f32".to_owned(),
            uncertainty: None,
            uncertainty_band: None,
            marks: Vec::new(),
            seeds: request.seeds(),
            stage_times: Vec::new(),
            warnings: Vec::new(),
        }
    }
}

/// Three steps under `seed`.
pub fn settings(seed: u64) -> SuppressionSettings {
    SuppressionSettings {
        steps: 3,
        leg_weight: 3.0,
        guidance: GuidanceChoice::Leg,
        sampler: SamplerChoice::Lcm,
        clipping: ClippingChoice::Dynamic,
        fusion: FusionChoice::Poisson,
        output: OutputGrid::Native,
        seed,
    }
}

/// Eight pixels.
pub fn radiograph() -> Arc<Radiograph> {
    Arc::new(Radiograph {
        id: StudyId("fake".to_owned()),
        source: SourceFile {
            path: PathBuf::from("fake.png"),
            kind: FileKind::Png,
        },
        stored: StoredValues::U16(Raster::filled(4, 2, 7)),
        bits: BitDepth {
            allocated: 16,
            stored: 16,
            high_bit: 15,
            signed: false,
        },
        modality: ModalityTransform::IDENTITY,
        vois: vec![Voi::Window {
            center: 8.0,
            width: 16.0,
            function: VoiFunction::LinearExact,
            explanation: String::new(),
        }],
        vois_from_file: false,
        polarity: Polarity::HighIsWhite,
        padding: None,
        spacing: None,
        info: StudyInfo::default(),
        warnings: Vec::new(),
    })
}
