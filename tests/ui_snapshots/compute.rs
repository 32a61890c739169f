//! Device and number format of the networks, chosen in the window.

use crate::fake::{Window, devices};
use crate::phantom::defaults;
use diaphane::ui::UiCommand;
use diaphane::worker::{
    ComputeOptions, DeviceChoice, EventKind, PrecisionChoice, SuppressionSettings,
};
use eframe::egui::{Role, Vec2};
use egui_kittest::kittest::Queryable as _;

/// The bundle asked for last.
fn asked(window: &Window) -> (std::path::PathBuf, ComputeOptions) {
    let desk = window.desk.borrow();
    let (_, choice) = desk.bundles.last().expect("a bundle");
    (choice.path.clone(), choice.compute.expect("stated"))
}

/// The worker loaded the same model again, on the card.
fn loaded_on_card(window: &mut Window) {
    let job = window.newest_bundle();
    let loaded = EventKind::BundleLoaded {
        name: "compact".to_owned(),
        sha256: "0".repeat(64),
        defaults: defaults(),
        device: "cuda:0".to_owned(),
        precision: "bf16".to_owned(),
        devices: devices(),
    };
    window.report(job, loaded);
}

/// Opens the box of this name and takes this choice.
pub fn choose(window: &mut Window, name: &str, choice: &str) {
    let combo = window.harness.get_by_role_and_label(Role::ComboBox, name);
    combo.click();
    window.harness.run();
    window.click(choice);
}

#[test]
fn another_device_loads_the_same_bundle_and_keeps_the_settings() {
    let mut window = Window::new().with_study().with_result();
    assert!(window.has("compact on CPU, f32"));
    let settings = SuppressionSettings {
        leg_weight: 4.0,
        ..defaults()
    };
    window.apply(UiCommand::EditSettings(settings.clone()));
    // Tall enough for every setting: a box below the border opens nothing.
    window.harness.set_size(Vec2::new(1280.0, 1400.0));
    window.click("More settings");
    choose(&mut window, "Device", "CPU, 2 threads");
    assert!(window.has("Memory: 24.0 GiB"));
    loaded_on_card(&mut window);
    choose(&mut window, "Device", "CUDA:0");
    assert!(window.has("Memory: not told by the device"));
    let expected = ComputeOptions {
        device: DeviceChoice::Cuda(0),
        precision: PrecisionChoice::Auto,
    };
    assert_eq!(asked(&window), ("bundle".into(), expected));
    loaded_on_card(&mut window);
    assert!(window.has("compact on cuda:0, bf16"));
    assert_eq!(*window.state().settings(), settings);
    let study = window.state().study().expect("open");
    assert!(study.result().is_some(), "results stay");
    choose(&mut window, "Precision", "32-bit float (f32)");
    let expected = ComputeOptions {
        precision: PrecisionChoice::F32,
        ..expected
    };
    assert_eq!(asked(&window), ("bundle".into(), expected));
}

#[test]
fn a_device_that_fails_is_not_asked_for_again() {
    let mut window = Window::new().with_study();
    let on_card = ComputeOptions {
        device: DeviceChoice::Cuda(0),
        precision: PrecisionChoice::Auto,
    };
    window.apply(UiCommand::SetCompute(on_card));
    let job = window.newest_bundle();
    let sentence = "CUDA device 0 has no memory left; choose the CPU.";
    window.report(job, EventKind::Failed(sentence.into()));
    assert!(window.has(sentence) && window.has("compact on CPU, f32"));
    window.apply(UiCommand::LoadBundle("other".into()));
    assert_eq!(asked(&window), ("other".into(), ComputeOptions::default()));
}
