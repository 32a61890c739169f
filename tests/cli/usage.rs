//! Wrong usage and what is said about it: one sentence, once, with a status that scripts can act on.

use crate::bench::{Bench, status, stderr};
use std::fs;

#[test]
fn a_mistyped_command_opens_no_window() {
    let bench = Bench::new();
    for arguments in [
        vec!["supress", "chest.png"],
        vec!["supress", "chest.png", "--out", "out"],
    ] {
        let output = bench.diaphane(&arguments);
        assert_eq!(status(&output), 2, "{arguments:?}");
        assert_eq!(
            stderr(&output),
            "error: no such file or command `supress`; did you mean `suppress`?\n"
        );
    }
}

#[cfg(all(feature = "gui", target_os = "linux"))]
#[test]
fn without_a_display_the_commands_are_named() {
    let bench = Bench::new();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_diaphane"))
        .arg("chest.png")
        .current_dir(bench.folder.path())
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("WAYLAND_SOCKET")
        .output()
        .unwrap();
    assert_eq!(status(&output), 2);
    let told = stderr(&output);
    assert!(
        told.contains("no display") && told.contains("diaphane suppress"),
        "{told}"
    );
    assert!(!told.contains(".rs"), "{told}");
}

#[test]
fn a_format_that_is_not_written_yet_is_2_and_names_the_one_that_is() {
    let bench = Bench::new();
    for format in ["dicom", "both"] {
        let output = bench.suppress(&["--format", format]);
        assert_eq!(status(&output), 2, "{format}");
        let told = stderr(&output);
        assert!(
            told.contains("DICOM is not written yet; give png"),
            "{told}"
        );
    }
    assert!(!bench.path("out").exists());
}

#[test]
fn an_empty_folder_is_2_and_named() {
    let bench = Bench::new();
    fs::create_dir(bench.path("empty")).unwrap();
    for arguments in [
        vec!["suppress", "empty", "--model", "tiny", "--out", "out"],
        vec!["segment", "empty", "--model", "tiny", "--out", "out"],
        vec!["inspect", "empty"],
    ] {
        let output = bench.diaphane(&arguments);
        assert_eq!(status(&output), 2, "{arguments:?}");
        let told = stderr(&output);
        assert!(told.contains("no radiograph in empty"), "{told}");
    }
    assert!(!bench.path("out").exists(), "nothing to write, no folder");
}

#[test]
fn a_failure_is_told_once() {
    let bench = Bench::new();
    fs::write(bench.path("notes.txt"), "no picture").unwrap();
    let output = bench.diaphane(&["suppress", "notes.txt", "--model", "tiny", "--out", "out"]);
    assert_eq!(status(&output), 1);
    let told = stderr(&output);
    assert_eq!(told.matches("not a radiograph").count(), 1, "{told}");
    assert!(told.contains("notes.txt"), "{told}");
}

#[test]
fn impossible_steps_are_refused_before_the_networks_are_loaded() {
    let bench = Bench::new();
    let output = bench.suppress(&["--steps", "5000"]);
    assert_eq!(status(&output), 2);
    let told = stderr(&output);
    assert!(told.contains("1 to 50") && told.contains("5000"), "{told}");
    assert!(!told.contains("tiny on"), "{told}");
    assert!(!bench.path("out").exists());
}

#[test]
fn a_probe_outside_the_picture_is_1_and_named() {
    let bench = Bench::new();
    let output = bench.diaphane(&["inspect", "chest.png", "--probe", "999,0"]);
    assert_eq!(status(&output), 1);
    let told = stderr(&output);
    assert!(
        told.contains("999,0") && told.contains("120 rows") && told.contains("chest.png"),
        "{told}"
    );
    assert_eq!(
        status(&bench.diaphane(&["inspect", "chest.png", "--probe", "119,149"])),
        0
    );
}
