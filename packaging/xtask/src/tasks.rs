//! The commands themselves.

use crate::libtorch;
use crate::platform::Variant;
use crate::process::{cargo, program, run};
use crate::system;
use std::path::Path;
use std::process::Command;

/// Everything a build needs.
pub fn setup(variant: Variant) -> Result<(), String> {
    system::install_packages()?;
    let dir = libtorch::ensure(variant)?;
    println!("xtask: libtorch is in {}", dir.display());
    Ok(())
}

/// What the test server runs, in the order that fails soonest.
pub fn test(variant: Variant) -> Result<(), String> {
    setup(variant)?;
    run(&mut cargo(&["fmt", "--all", "--check"]))?;
    run(&mut cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--quiet",
        "--",
        "-D",
        "warnings",
    ]))?;
    run(&mut cargo(&["build", "--no-default-features"]))?;
    // Setting up has brought a driver along that draws without a card: a test that finds none has found a fault.
    run(cargo(&["test", "--workspace"]).env("DIAPHANE_REQUIRE_ADAPTER", "1"))
}

/// The main job on the demo study or on the user's own images.
pub fn demo(variant: Variant, files: &[String]) -> Result<(), String> {
    setup(variant)?;
    run(&mut cargo(&["build", "--release", "--package", "diaphane"]))?;
    let program = program();
    let studies = if files.is_empty() {
        vec![demo_study(&program)?]
    } else {
        files.to_vec()
    };
    if system::has_display() {
        println!("xtask: opening the workstation; close its window to end");
        let mut open = diaphane(&program);
        return run(open.arg("--suppress").args(&studies));
    }
    let out = libtorch::root().join("target").join("demo").join("out");
    let mut suppress = diaphane(&program);
    run(suppress
        .arg("suppress")
        .args(&studies)
        .arg("--out")
        .arg(&out)
        .arg("--overwrite"))?;
    println!(
        "xtask: there is no display; the pictures are in {}",
        out.display()
    );
    Ok(())
}

/// A phantom with a fixed seed, so that everybody sees the same study.
fn demo_study(program: &Path) -> Result<String, String> {
    let dir = libtorch::root().join("target").join("demo").join("study");
    let mut simulate = diaphane(program);
    simulate.arg("simulate").arg("--out").arg(&dir).args([
        "--count",
        "1",
        "--seed",
        "7",
        "--overwrite",
    ]);
    run(&mut simulate)?;
    let entries =
        std::fs::read_dir(&dir).map_err(|err| format!("cannot read {}: {err}", dir.display()))?;
    entries
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.to_string_lossy().ends_with("_cxr.png"))
        .map(|path| path.to_string_lossy().into_owned())
        .ok_or_else(|| format!("the phantom left no radiograph in {}", dir.display()))
}

/// The built program. A release looks for its models around its own place; where `CARGO_TARGET_DIR` lies outside of the
/// checkout it has to be told.
fn diaphane(program: &Path) -> Command {
    let mut command = Command::new(program);
    if std::env::var_os("DIAPHANE_MODELS").is_none_or(|own| own.is_empty()) {
        command.env("DIAPHANE_MODELS", libtorch::root().join("models"));
    }
    command
}
