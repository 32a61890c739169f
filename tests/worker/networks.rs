//! The worker with tiny networks: LEG nodes against true runs, and a device or number format chosen while it runs.

use super::tiny;
use diaphane::formats;
use diaphane::model::manifest::FileRole;
use diaphane::model::{Adapter, Bundle};
use diaphane::radiograph::Radiograph;
use diaphane::worker::{
    AdapterChoice, BundleChoice, ComputeOptions, DeviceChoice, EventKind, FusionChoice, JobHandle,
    LegNodes, LegNodesPlan, News, PrecisionChoice, SuppressionRequest, SuppressionResult,
    SuppressionSettings, Worker, WorkerCommand, start_suppressor,
};
use std::path::PathBuf;
use std::sync::Arc;
use tch::{Device, Kind, Tensor};
use tempfile::TempDir;

const F32: ComputeOptions = ComputeOptions {
    device: DeviceChoice::Cpu,
    precision: PrecisionChoice::F32,
};

pub struct Bench {
    folder: TempDir,
    pub worker: Worker,
    radiograph: Arc<Radiograph>,
}

impl Bench {
    pub fn new() -> Self {
        Self::woken_by(|_| {})
    }

    /// A worker that calls this after every event and every progress.
    pub fn woken_by(wake: impl Fn(News) + Send + Sync + 'static) -> Self {
        let folder = tempfile::tempdir().unwrap();
        tiny::write_bundle(&folder.path().join("tiny"), false);
        tiny::write_chest(folder.path(), "chest", 150, 120);
        let radiograph = formats::read(&folder.path().join("chest.png")).unwrap();
        Self {
            folder,
            worker: start_suppressor(F32, Arc::new(wake)).unwrap(),
            radiograph: Arc::new(radiograph),
        }
    }

    pub fn bundle(&self) -> PathBuf {
        self.folder.path().join("tiny")
    }

    fn end(&self, command: WorkerCommand) -> EventKind {
        let job = command.handle().unwrap().id();
        self.worker.send(command).unwrap();
        loop {
            let event = self.worker.recv_timeout(super::PATIENCE).unwrap();
            let event = event.expect("an event in time");
            if event.job == job && event.kind.is_final() {
                return event.kind;
            }
        }
    }

    /// Writes an adapter of one weight for the bundle whose noise estimator has this checksum.
    fn write_adapter(&self, base_sha256: &str) -> PathBuf {
        let bundle = Bundle::load(&self.bundle(), Device::Cpu).unwrap();
        let variables = bundle.denoiser_store.variables();
        let weights = variables.iter().filter(|(_, weight)| weight.dim() == 4);
        let (name, weight) = weights.min_by_key(|(name, _)| (*name).clone()).unwrap();
        let num_out = weight.size()[0];
        let [down, up] = Adapter::factor_names(name);
        let factor = |size: [i64; 2]| Tensor::full(size, 0.5, (Kind::Float, Device::Cpu));
        let factors = vec![
            (down, factor([1, weight.numel() as i64 / num_out])),
            (up, factor([num_out, 1])),
        ];
        let file = self.folder.path().join("ours.safetensors");
        Adapter::write(&file, factors, base_sha256, 1.0).unwrap();
        file
    }

    pub fn load(&self, bundle: BundleChoice) -> Result<SuppressionSettings, String> {
        match self.end(WorkerCommand::LoadBundle(JobHandle::new(), bundle)) {
            EventKind::BundleLoaded { defaults, .. } => Ok(defaults),
            EventKind::Failed(failure) => Err(failure.text),
            other => panic!("{other:?}"),
        }
    }

    pub fn request(&self, settings: &SuppressionSettings) -> SuppressionRequest {
        SuppressionRequest {
            mask: Some(Arc::new(tiny::lungs(150, 120))),
            ..SuppressionRequest::new(Arc::clone(&self.radiograph), settings.clone())
        }
    }

    pub fn suppress(&self, settings: &SuppressionSettings) -> Arc<SuppressionResult> {
        let request = Box::new(self.request(settings));
        match self.end(WorkerCommand::Suppress(JobHandle::new(), request)) {
            EventKind::Suppressed(result) => result,
            other => panic!("{other:?}"),
        }
    }

    fn nodes(&self, settings: &SuppressionSettings, weights: Vec<f64>) -> Arc<LegNodes> {
        let plan = Box::new(LegNodesPlan {
            request: self.request(settings),
            weights,
        });
        match self.end(WorkerCommand::LegNodes(JobHandle::background(), plan)) {
            EventKind::LegNodesMade(nodes) => nodes,
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_node_is_what_a_true_run_at_its_weight_gives() {
    let bench = Bench::new();
    let mut settings = bench.load(bench.bundle().into()).unwrap();
    // Poisson fusion leaves the border of the mask alone, which is all there is at 64 px.
    settings.fusion = FusionChoice::Alpha;
    let nodes = bench.nodes(&settings, vec![3.0, 1.0, 2.0]);
    let fresh = Bench::new();
    fresh.load(fresh.bundle().into()).unwrap();
    for weight in [1.0, 2.0, 3.0] {
        settings.leg_weight = weight;
        let result = fresh.suppress(&settings);
        assert!(nodes.at(weight).unwrap() == result.soft_tissue, "{weight}");
    }
    assert!(
        nodes.soft_tissues[0] != nodes.soft_tissues[2],
        "the weight changes nothing"
    );
    assert!(nodes.at(1.5).unwrap() != *nodes.soft_tissues[0]);
}

/// What a result names is what its certificate names.
#[test]
fn an_adapter_is_named_with_its_strength_and_a_foreign_one_leaves_everything_as_it_is() {
    let bench = Bench::new();
    let settings = bench.load(bench.bundle().into()).unwrap();
    let plain = bench.suppress(&settings);
    let with = |path: PathBuf, strength_percent| BundleChoice {
        adapter: Some(AdapterChoice {
            path,
            strength_percent,
        }),
        ..bench.bundle().into()
    };
    let manifest = Bundle::load(&bench.bundle(), Device::Cpu).unwrap().manifest;
    let denoiser = manifest
        .files
        .iter()
        .find(|file| file.role == FileRole::Denoiser);
    let file = bench.write_adapter(&denoiser.unwrap().sha256);
    bench.load(with(file.clone(), 150)).unwrap();
    let adapted = bench.suppress(&settings);
    assert!(
        adapted.bundle_name.starts_with("tiny with ours (")
            && adapted.bundle_name.ends_with(") at 150 %"),
        "{}",
        adapted.bundle_name
    );
    assert_ne!(adapted.bundle_sha256, plain.bundle_sha256);
    assert_ne!(adapted.soft_tissue, plain.soft_tissue);
    bench.load(with(file, 0)).unwrap();
    let none = bench.suppress(&settings);
    assert_eq!(
        none.soft_tissue, plain.soft_tissue,
        "nothing of it is applied"
    );
    let foreign = bench.write_adapter(&"0".repeat(64));
    let refused = bench.load(with(foreign, 100)).unwrap_err();
    assert!(
        refused.contains("made for other weights than those of the bundle tiny"),
        "{refused}"
    );
    assert_eq!(bench.suppress(&settings).bundle_name, none.bundle_name);
    bench.load(bench.bundle().into()).unwrap();
    assert_eq!(bench.suppress(&settings).bundle_sha256, plain.bundle_sha256);
}

#[test]
fn device_and_number_format_are_chosen_while_the_worker_runs() {
    let bench = Bench::new();
    let settings = bench.load(bench.bundle().into()).unwrap();
    assert_eq!(bench.suppress(&settings).precision, "f32");
    let on = |device, precision| BundleChoice {
        adapter: None,
        path: bench.bundle(),
        compute: Some(ComputeOptions { device, precision }),
    };
    bench
        .load(on(DeviceChoice::Cpu, PrecisionChoice::Bf16))
        .unwrap();
    assert_eq!(bench.suppress(&settings).precision, "bf16");
    // What is not there is named, and what ran goes on.
    let refused = bench.load(on(DeviceChoice::Cuda(99), PrecisionChoice::F32));
    assert!(refused.unwrap_err().contains("CUDA device 99"));
    assert_eq!(bench.suppress(&settings).precision, "bf16");
    bench.load(bench.bundle().into()).unwrap();
    assert_eq!(bench.suppress(&settings).precision, "bf16");
}
