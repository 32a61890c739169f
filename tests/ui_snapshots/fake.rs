//! The window with a fake engine: it records commands and reports what a test says.

use crate::adapter::skipped_without_adapter;
use crate::phantom::{defaults, radiograph, result};
use diaphane::ui::{
    AppState, Content, DiaphaneApp, Engine, EngineError, Layout, Look, Study, StudyContent,
    UiCommand,
};
use diaphane::worker::{
    BundleChoice, DeviceChoice, DeviceInfo, EventKind, JobHandle, JobId, JudgePlan, LegNodesPlan,
    NodulePlan, PromotionPlan, SuppressionRequest, SuppressionSettings, SweepPlan, TrainingPlan,
    WorkerCommand, WorkerEvent,
};
use eframe::egui::{Key, Modifiers, Pos2, Rect, Vec2};
use egui_kittest::kittest::Queryable as _;
use egui_kittest::{Harness, SnapshotOptions};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;

pub const SIZE: [f32; 2] = [1280.0, 720.0];

/// What the fake engine was asked and what it will report.
#[derive(Default)]
pub struct Desk {
    pub bundles: Vec<(JobHandle, BundleChoice)>,
    pub requests: Vec<(JobHandle, SuppressionRequest)>,
    pub nodes: Vec<(JobHandle, LegNodesPlan)>,
    pub sweeps: Vec<(JobHandle, SweepPlan)>,
    pub nodules: Vec<(JobHandle, NodulePlan)>,
    pub segmentations: Vec<JobHandle>,
    pub trainings: Vec<(JobHandle, TrainingPlan)>,
    pub preflights: Vec<(JobHandle, TrainingPlan)>,
    pub contests: Vec<(JobHandle, JudgePlan)>,
    pub promotions: Vec<(JobHandle, PromotionPlan)>,
    /// What training was told to do, in its order: wait, or go on.
    pub holds: Vec<bool>,
    pub events: VecDeque<WorkerEvent>,
    pub busy: bool,
}

impl Desk {
    pub fn report(&mut self, job: JobId, kind: EventKind) {
        self.events.push_back(WorkerEvent { job, kind });
    }
}

pub struct FakeEngine(Rc<RefCell<Desk>>);

impl Engine for FakeEngine {
    fn send(&mut self, command: WorkerCommand) -> Result<(), EngineError> {
        let mut desk = self.0.borrow_mut();
        if desk.busy {
            return Err(EngineError("the worker is busy".to_owned()));
        }
        match command {
            WorkerCommand::LoadBundle(handle, bundle) => desk.bundles.push((handle, bundle)),
            WorkerCommand::Suppress(handle, request) => desk.requests.push((handle, *request)),
            WorkerCommand::LegNodes(handle, plan) => desk.nodes.push((handle, *plan)),
            WorkerCommand::Sweep(handle, plan) => desk.sweeps.push((handle, *plan)),
            WorkerCommand::TryNodules(handle, plan) => desk.nodules.push((handle, *plan)),
            WorkerCommand::Segment(handle, _) => desk.segmentations.push(handle),
            WorkerCommand::Train(handle, plan) => desk.trainings.push((handle, *plan)),
            WorkerCommand::Preflight(handle, plan) => desk.preflights.push((handle, *plan)),
            WorkerCommand::Judge(handle, plan) => desk.contests.push((handle, *plan)),
            WorkerCommand::Promote(handle, plan) => desk.promotions.push((handle, *plan)),
            WorkerCommand::HoldTraining(is_held) => desk.holds.push(is_held),
            _ => {}
        }
        Ok(())
    }

    fn try_recv(&mut self) -> Option<WorkerEvent> {
        self.0.borrow_mut().events.pop_front()
    }
}

pub struct Window {
    pub harness: Harness<'static, DiaphaneApp>,
    pub desk: Rc<RefCell<Desk>>,
}

impl Window {
    /// The window without a graphics card: enough for everything but pictures.
    pub fn new() -> Self {
        Self::built(Harness::builder())
    }

    /// The window with pictures; `None` without a graphics adapter.
    pub fn with_pictures() -> Option<Self> {
        has_adapter().then(|| Self::built(Harness::builder().wgpu()))
    }

    pub fn built(builder: egui_kittest::HarnessBuilder<DiaphaneApp>) -> Self {
        let desk = Rc::new(RefCell::new(Desk::default()));
        let engine = Box::new(FakeEngine(Rc::clone(&desk)));
        let harness = builder
            .with_size(SIZE)
            .with_max_steps(30)
            .build_eframe(|creation| DiaphaneApp::new(creation, engine));
        Self { harness, desk }
    }

    /// A study is open and a bundle loaded.
    pub fn with_study(mut self) -> Self {
        self.apply(UiCommand::ShowRadiograph(Arc::new(radiograph("first"))));
        self.apply(UiCommand::SetLayout(Layout::SideBySide));
        self.apply(UiCommand::LoadBundle("bundle".into()));
        self.model_loaded("compact", defaults());
        self
    }

    /// The model asked for last is loaded; each has a hash of its own.
    pub fn model_loaded(&mut self, name: &str, defaults: SuppressionSettings) {
        let job = self.newest_bundle();
        let number = self.desk.borrow().bundles.len() - 1;
        let loaded = EventKind::BundleLoaded {
            name: name.to_owned(),
            sha256: number.to_string().repeat(64),
            defaults,
            device: "CPU".to_owned(),
            precision: "f32".to_owned(),
            devices: devices(),
        };
        self.report(job, loaded);
    }

    /// The job of the bundle asked for last.
    pub fn newest_bundle(&self) -> JobId {
        let desk = self.desk.borrow();
        desk.bundles.last().expect("a bundle").0.id()
    }

    /// The study has a soft-tissue image.
    pub fn with_result(mut self) -> Self {
        self.apply(UiCommand::Suppress);
        let (job, settings) = self.newest_request();
        self.report(job.id(), EventKind::Suppressed(Arc::new(result(settings))));
        self
    }

    pub fn apply(&mut self, command: UiCommand) {
        self.harness.state_mut().apply(command);
        self.harness.run();
    }

    pub fn report(&mut self, job: JobId, kind: EventKind) {
        self.desk.borrow_mut().report(job, kind);
        self.harness.run();
    }

    /// Lets file work on other threads come to its end; `true` once `done` says so.
    pub fn wait_until(&mut self, done: impl Fn(&Self) -> bool) -> bool {
        for _ in 0..1200 {
            if done(self) {
                return true;
            }
            std::thread::sleep(std::time::Duration::from_millis(25));
            // A frame at a time: threads that finish meanwhile ask for one more each.
            self.harness.step();
        }
        false
    }

    pub fn state(&self) -> &AppState {
        self.harness.state().state()
    }

    /// How this picture of the study shown is looked at.
    pub fn look(&self, content: Content) -> &Look {
        self.state().study().expect("open").looks.of(content)
    }

    pub fn num_requests(&self) -> usize {
        self.desk.borrow().requests.len()
    }

    pub fn newest_request(&self) -> (JobHandle, SuppressionSettings) {
        let desk = self.desk.borrow();
        let (handle, request) = desk.requests.last().expect("a request");
        (handle.clone(), request.settings.clone())
    }

    pub fn has(&self, label: &str) -> bool {
        self.harness.query_all_by_label(label).next().is_some()
    }

    pub fn has_text(&self, part: &str) -> bool {
        self.harness
            .query_all_by_label_contains(part)
            .next()
            .is_some()
    }

    pub fn click(&mut self, label: &str) {
        self.harness.get_by_label(label).click();
        self.harness.run();
    }

    /// Clicks the widget of this label in a list that is longer than its window.
    pub fn click_in_list(&mut self, label: &str) {
        self.harness.get_by_label(label).scroll_to_me();
        self.harness.run();
        self.click(label);
    }

    /// Drags the widget of this label by so many points, in two moves.
    pub fn drag(&mut self, label: &str, by: [f32; 2]) {
        let from = self.harness.get_by_label(label).rect().center();
        self.drag_from(from, Vec2::from(by));
    }

    /// Drags from a place on the screen by so many points, in two moves.
    pub fn drag_from(&mut self, from: Pos2, by: Vec2) {
        self.harness.drag_at(from);
        self.harness.run();
        for share in [0.5, 1.0] {
            self.harness.hover_at(from + share * by);
            self.harness.run();
        }
        self.harness.drop_at(from + by);
        self.harness.run();
    }

    pub fn press_with(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.harness.run();
    }

    pub fn press(&mut self, key: Key) {
        self.harness.key_press(key);
        self.harness.run();
    }

    /// Waits for what is made beside the frames and drawn in them: the small pictures of the browser.
    pub fn settle(&mut self) {
        let is_settled = |window: &Self| {
            let state = window.state();
            let is_made = |study: &Study| {
                study.thumbnail.is_some() || matches!(study.content, StudyContent::Failed(_))
            };
            !state.is_browser_visible() || state.studies.iter().all(is_made)
        };
        // A frame more would take away what covers a part of the picture.
        if !is_settled(self) {
            assert!(self.wait_until(is_settled), "small pictures come");
            self.harness.run();
        }
    }

    pub fn snapshot(&mut self, name: &str) {
        self.settle();
        self.harness.snapshot_options(name, &snapshot_options());
    }

    /// A snapshot of this part of the window, points; a point is a pixel.
    pub fn snapshot_of(&mut self, part: Rect, name: &str) {
        self.settle();
        let picture = self.harness.render().expect("a picture");
        let part = part.intersect(self.harness.ctx.content_rect());
        let [left, top] = [part.left(), part.top()].map(|v| v.floor() as u32);
        let [right, bottom] = [part.right(), part.bottom()].map(|v| v.ceil() as u32);
        let part = image::imageops::crop_imm(&picture, left, top, right - left, bottom - top);
        egui_kittest::image_snapshot_options(&part.to_image(), name, &snapshot_options());
    }
}

/// Snapshots have one tolerance, stated here: text may differ by a few antialiased pixels.
fn snapshot_options() -> SnapshotOptions {
    SnapshotOptions::new()
        .output_path(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/snapshots"))
        .threshold(1.0)
        .max_failed_pixels(40_usize)
}

/// What the fake worker finds: a processor and one card.
pub fn devices() -> Vec<DeviceInfo> {
    let named = [
        (DeviceChoice::Cpu, "CPU, 2 threads"),
        (DeviceChoice::Cuda(0), "CUDA:0"),
    ];
    let named = named.into_iter();
    named
        .map(|(choice, name)| DeviceInfo {
            choice,
            name: name.to_owned(),
            memory_bytes: (choice == DeviceChoice::Cpu).then_some(24 << 30),
        })
        .collect()
}

pub fn has_adapter() -> bool {
    let found = std::panic::catch_unwind(egui_kittest::wgpu::WgpuTestRenderer::new).is_ok();
    if !found {
        skipped_without_adapter();
    }
    found
}
