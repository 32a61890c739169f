//! Stands in for the worker: it keeps the job it was given and reports what it is told.

use crate::Window;
use crate::picture::SIDE;
use diaphane::radiograph::{FloatImage, LungMask, Radiograph, Raster};
use diaphane::ui::{Engine, EngineError, UiCommand};
use diaphane::worker::{
    Changes, EventKind, JobHandle, SuppressionResult, SuppressionSettings, WorkerCommand,
    WorkerEvent,
};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

/// What was asked, and what will be reported.
#[derive(Default)]
pub struct Desk {
    bundle: Option<JobHandle>,
    job: Option<(JobHandle, SuppressionSettings)>,
    event: Option<WorkerEvent>,
}

/// The worker's end of a [`Desk`].
pub struct FakeEngine(pub Rc<RefCell<Desk>>);

impl Engine for FakeEngine {
    fn send(&mut self, command: WorkerCommand) -> Result<(), EngineError> {
        let mut desk = self.0.borrow_mut();
        match command {
            WorkerCommand::LoadBundle(handle, _) => desk.bundle = Some(handle),
            WorkerCommand::Suppress(handle, request) => desk.job = Some((handle, request.settings)),
            _ => {}
        }
        Ok(())
    }

    fn try_recv(&mut self) -> Option<WorkerEvent> {
        self.0.borrow_mut().event.take()
    }
}

/// Suppresses the study shown.
pub fn give_result(window: &mut Window, desk: &Rc<RefCell<Desk>>) {
    window
        .state_mut()
        .apply(UiCommand::LoadBundle("bundle".into()));
    let bundle = desk.borrow_mut().bundle.take().unwrap();
    let defaults = window.state().state().settings().clone();
    let loaded = EventKind::BundleLoaded {
        name: "compact".to_owned(),
        sha256: "0".repeat(64),
        defaults,
        device: "CPU".to_owned(),
        precision: "f32".to_owned(),
        devices: Vec::new(),
    };
    tell(window, desk, &bundle, loaded);
    window.state_mut().apply(UiCommand::Suppress);
    let (job, settings) = desk.borrow_mut().job.take().unwrap();
    let radiograph = Arc::clone(&window.state().state().study().unwrap().radiograph);
    let result = result(&radiograph, settings);
    tell(window, desk, &job, EventKind::Suppressed(Arc::new(result)));
    assert!(window.state().state().study().unwrap().result().is_some());
}

fn tell(window: &mut Window, desk: &Rc<RefCell<Desk>>, job: &JobHandle, kind: EventKind) {
    desk.borrow_mut().event = Some(WorkerEvent {
        job: job.id(),
        kind,
    });
    window.step();
    window.step();
}

fn result(radiograph: &Radiograph, settings: SuppressionSettings) -> SuppressionResult {
    let bone = FloatImage::filled(SIDE, SIDE, 0.1);
    let lung_mask = LungMask::from_nonzero(&Raster::filled(SIDE, SIDE, 1_u8));
    SuppressionResult {
        changes: Changes::of(&bone, None, &lung_mask),
        study: radiograph.id.clone(),
        soft_tissue: FloatImage::filled(SIDE, SIDE, 20_000.0),
        bone,
        model_soft_tissue: FloatImage::filled(64, 64, 0.5),
        lung_mask,
        uncertainty: None,
        uncertainty_band: None,
        marks: Vec::new(),
        seeds: vec![settings.seed],
        settings,
        bundle_name: "compact".to_owned(),
        bundle_sha256: "0".repeat(64),
        device: "CPU".to_owned(),
        precision: "f32".to_owned(),
        stage_times: Vec::new(),
        warnings: Vec::new(),
    }
}
