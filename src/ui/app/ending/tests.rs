use super::*;
use crate::ui::UiCommand;
use crate::ui::engine::{Engine, EngineError};
use crate::ui::session::SessionStore;
use crate::worker::{WorkerCommand, WorkerEvent};
use crossbeam_channel::bounded;
use egui_kittest::Harness;
use std::path::Path;

/// Nobody who would suppress bones.
struct NoEngine;

impl Engine for NoEngine {
    fn send(&mut self, _: WorkerCommand) -> Result<(), EngineError> {
        Ok(())
    }

    fn try_recv(&mut self) -> Option<WorkerEvent> {
        None
    }
}

/// A window that has a picture open and keeps that in `folder`.
fn window(folder: &Path) -> Harness<'static, DiaphaneApp> {
    let picture = folder.join("chest.png");
    // Enough to be listed; it is never looked at.
    std::fs::write(&picture, b"\x89PNG\r\n\x1a\n").unwrap();
    let mut window =
        Harness::builder().build_eframe(|creation| DiaphaneApp::new(creation, Box::new(NoEngine)));
    window.state_mut().keep_session_in(folder);
    window
        .state_mut()
        .apply(UiCommand::OpenPaths(vec![picture]));
    while window.state().state().studies.is_empty() {
        window.step();
    }
    window
}

fn offers(folder: &Path) -> bool {
    SessionStore::open(folder).1.offered
}

#[test]
fn a_lost_device_closes_the_window_and_the_next_start_offers_what_was_open() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = window(folder.path());
    let (device, faults) = bounded(4);
    let (sender, lost) = bounded(4);
    window.state_mut().graphics.faults = Some(faults);
    window.state_mut().report_loss_to(sender);
    device
        .send(GraphicsFault::Lost("driver reset".to_owned()))
        .unwrap();
    window.step();
    assert_eq!(lost.try_recv().as_deref(), Ok("driver reset"));
    window.state_mut().keep_everything();
    assert!(offers(folder.path()));
}

#[test]
fn a_window_that_a_person_closed_offers_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = window(folder.path());
    window.state_mut().keep_everything();
    assert!(!offers(folder.path()));
}

#[test]
fn what_the_device_refuses_in_every_frame_is_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut window = window(folder.path());
    let (device, faults) = bounded(4);
    window.state_mut().graphics.faults = Some(faults);
    for _ in 0..3 {
        device.send(GraphicsFault::OutOfMemory).unwrap();
        window.step();
    }
    let log = &window.state().state().shell.log;
    let told = log
        .newest_first()
        .filter(|line| line.message.text.contains("no memory"));
    assert_eq!(told.count(), 1);
}
