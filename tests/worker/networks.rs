//! The worker with tiny networks: LEG nodes against true runs, and a device or number format chosen while it runs.

use super::tiny;
use diaphane::formats;
use diaphane::radiograph::Radiograph;
use diaphane::worker::{
    BundleChoice, ComputeOptions, DeviceChoice, EventKind, FusionChoice, JobHandle, LegNodes,
    LegNodesPlan, News, PrecisionChoice, SuppressionRequest, SuppressionResult,
    SuppressionSettings, Worker, WorkerCommand, start_suppressor,
};
use std::path::PathBuf;
use std::sync::Arc;
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
