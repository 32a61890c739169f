//! A site's adapter: applied to the model beside the device, made stronger or weaker, taken off, taken back.

use crate::fake::Window;
use crate::phantom::{defaults, result};
use diaphane::ui::{AdapterCommand, UiCommand};
use diaphane::worker::{
    AdapterChoice, BundleChoice, ComputeOptions, DeviceChoice, EventKind, PrecisionChoice,
    SuppressionResult, SuppressionSettings,
};
use eframe::egui::{Key, Modifiers, Role, Vec2};
use egui_kittest::kittest::Queryable as _;
use std::path::PathBuf;
use std::sync::Arc;

const FILE: &str = "folder/ours.safetensors";
const APPLIED: &str = "compact with ours (1a2b3c4d) at 100 %";

fn adapter(strength_percent: u16) -> AdapterChoice {
    AdapterChoice {
        path: FILE.into(),
        strength_percent,
    }
}

impl Window {
    fn adapt(&mut self, command: AdapterCommand) {
        self.apply(UiCommand::Adapter(command));
    }

    fn num_bundles(&self) -> usize {
        self.desk.borrow().bundles.len()
    }

    fn asked_bundle(&self) -> BundleChoice {
        let desk = self.desk.borrow();
        desk.bundles.last().expect("a bundle").1.clone()
    }

    /// The run asked for last ends with a picture of the networks in force.
    fn adapted(&mut self) {
        let (job, settings) = self.newest_request();
        let bundle = self.state().bundle.clone().expect("a bundle");
        let made = SuppressionResult {
            bundle_name: bundle.name,
            bundle_sha256: bundle.sha256,
            ..result(settings)
        };
        self.report(job.id(), EventKind::Suppressed(Arc::new(made)));
    }

    /// A picture of the model, and then one of the model with an adapter.
    fn with_adapter(mut self) -> Self {
        self = self.with_study().with_result();
        self.adapt(AdapterCommand::Apply(PathBuf::from(FILE)));
        self.model_loaded(APPLIED, defaults());
        self.adapted();
        self
    }
}

#[test]
fn an_adapter_loads_the_model_again_and_the_picture_is_made_again_with_it() {
    let mut window = Window::new().with_study().with_result();
    let settings = SuppressionSettings {
        leg_weight: 2.5,
        ..defaults()
    };
    window.apply(UiCommand::EditSettings(settings.clone()));
    let before = window.num_requests();
    window.adapt(AdapterCommand::Apply(PathBuf::from(FILE)));
    let expected = BundleChoice {
        path: "bundle".into(),
        compute: Some(ComputeOptions::default()),
        adapter: Some(adapter(100)),
    };
    assert_eq!(window.asked_bundle(), expected);
    assert!(window.has("Stale: the adapter was changed"));
    assert_eq!(
        window.num_requests(),
        before,
        "nothing runs before it is there"
    );
    window.model_loaded(APPLIED, defaults());
    assert!(window.has("compact with ours (1a2b3c4d) at 100 % on CPU, f32"));
    assert_eq!(*window.state().settings(), settings, "it is the same model");
    assert_eq!(window.num_requests(), before + 1);
    assert!(window.has("Stale: a new picture is being made"));
    window.adapted();
    assert!(!window.has_text("Stale"));
    // Another device keeps it, another model has none.
    window.apply(UiCommand::SetCompute(ComputeOptions {
        device: DeviceChoice::Cpu,
        precision: PrecisionChoice::F32,
    }));
    assert_eq!(window.asked_bundle().adapter, Some(adapter(100)));
    window.apply(UiCommand::LoadBundle("other".into()));
    assert_eq!(window.asked_bundle().adapter, None);
    window.model_loaded("other", defaults());
    assert!(window.has("Stale: made by another model"));
    let undone = window.state().undo.undo_name();
    assert_ne!(undone, Some("adapter"), "it fits no other model");
}

#[test]
fn the_strength_loads_once_when_it_is_let_go_and_a_picture_made_before_is_shown_again() {
    let mut window = Window::new().with_adapter();
    window.harness.set_size(Vec2::new(1280.0, 1500.0));
    window.click("More settings");
    assert!(window.has("ours"));
    let rail = window
        .harness
        .get_by_role_and_label(Role::Slider, "Adapter strength, %")
        .rect();
    let before = window.num_bundles();
    let start = rail.center();
    window.harness.drag_at(start);
    for step in 1..=4 {
        let to = start + Vec2::new(6.0 * step as f32, 0.0);
        window.harness.hover_at(to);
        window.harness.run();
    }
    assert_eq!(
        window.num_bundles(),
        before,
        "nothing is loaded while it moves"
    );
    assert!(window.has("Stale: the adapter was changed"));
    window.harness.drop_at(start + Vec2::new(24.0, 0.0));
    window.harness.run();
    assert_eq!(window.num_bundles(), before + 1);
    let strength = window
        .asked_bundle()
        .adapter
        .expect("an adapter")
        .strength_percent;
    assert!((101..200).contains(&strength), "{strength}");
    window.model_loaded("compact with ours (1a2b3c4d) at 130 %", defaults());
    window.adapted();
    let requests = window.num_requests();
    window.click("Remove");
    assert_eq!(window.asked_bundle().adapter, None);
    // The worker finds the networks that it had first.
    let job = window.newest_bundle();
    let loaded = EventKind::BundleLoaded {
        name: "compact".to_owned(),
        sha256: "00".repeat(32),
        defaults: defaults(),
        device: "CPU".to_owned(),
        precision: "f32".to_owned(),
        devices: crate::fake::devices(),
    };
    window.report(job, loaded);
    assert_eq!(window.num_requests(), requests, "its picture is there");
    let shown = window.state().study().expect("open").runs.shown();
    assert_eq!(shown.expect("a result").number, 1);
    assert!(!window.has_text("Stale") && window.has("Open adapter..."));
}

#[test]
fn an_adapter_with_its_strength() {
    let mut window = Window::new().with_adapter();
    window.harness.set_size(Vec2::new(1280.0, 1500.0));
    window.click("More settings");
    window.snapshot_round(&["Adapter", "100 is what was trained"], "adapter");
}

#[test]
fn one_that_belongs_elsewhere_is_refused_and_the_picture_stays() {
    let mut window = Window::new().with_study().with_result();
    window.adapt(AdapterCommand::Apply(PathBuf::from(FILE)));
    let job = window.newest_bundle();
    let sentence = "the adapter was made for other weights than those of the bundle compact; choose the bundle it was \
                    trained on: folder/ours.safetensors";
    window.report(job, EventKind::Failed(sentence.into()));
    assert!(window.has(sentence) && window.has("compact on CPU, f32"));
    assert!(!window.has_text("Stale"));
    assert_eq!(window.state().compute.adapter(), None);
    let (bundles, requests) = (window.num_bundles(), window.num_requests());
    window.harness.run();
    assert_eq!(
        (window.num_bundles(), window.num_requests()),
        (bundles, requests)
    );
}

#[test]
fn undo_takes_it_off_and_redo_applies_it_again() {
    let mut window = Window::new().with_study().with_result();
    window.adapt(AdapterCommand::Apply(PathBuf::from(FILE)));
    window.model_loaded(APPLIED, defaults());
    window.adapted();
    assert_eq!(window.state().undo.undo_name(), Some("adapter"));
    window.press_with(Modifiers::COMMAND, Key::Z);
    assert_eq!(window.asked_bundle().adapter, None);
    window.model_loaded("compact", defaults());
    window.adapted();
    window.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    assert_eq!(window.asked_bundle().adapter, Some(adapter(100)));
}

#[test]
fn what_an_adapter_needs_and_where_it_belongs_is_said() {
    let mut window = Window::new();
    window.adapt(AdapterCommand::Apply(PathBuf::from(FILE)));
    assert!(window.has_text("No model is loaded that an adapter could be applied to"));
    assert_eq!(window.num_bundles(), 0);
    window.apply(UiCommand::OpenPaths(vec![PathBuf::from(FILE)]));
    assert!(window.has_text("an adapter is applied with File > Open adapter"));
    assert!(!window.has_text("No radiograph was found"));
}

#[test]
fn a_run_of_training_starts_from_the_model_without_it() {
    let mut window = Window::new().with_adapter();
    window.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::T);
    assert!(window.has_text("Trains the noise estimator of compact further"));
    assert!(window.has_text("The adapter in force is left out"));
}
