//! The tree of files that a package installs, laid out as it will lie below `/`.

use super::{folder, libraries, notices};
use crate::libtorch::{self, root};
use crate::platform::Variant;
use crate::process::{cargo, program, run};
use crate::system;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the installed program looks for its libraries: a path from itself, so that the tree may lie anywhere.
const RUN_PATH: &str = "$ORIGIN/../lib/diaphane";
/// Name of desktop entry, metainfo and icons.
pub const APP_ID: &str = "org.diaphane.Diaphane";

/// Builds the program and lays out everything that belongs to it, in `target/package/tree`.
pub fn lay_out() -> Result<PathBuf, String> {
    system::install_packages()?;
    let libtorch = libtorch::locate(Variant::Cpu)?;
    let tree = folder().join("tree");
    if tree.exists() {
        fs::remove_dir_all(&tree)
            .map_err(|err| format!("cannot empty {}: {err}", tree.display()))?;
    }
    let installed = install_program(&libtorch, &tree)?;
    install_pages(&installed, &tree)?;
    install_data(&tree)?;
    install_licences(&libtorch, &tree)?;
    Ok(tree)
}

fn install_program(libtorch: &Path, tree: &Path) -> Result<PathBuf, String> {
    run(
        cargo(&["build", "--release", "--package", "diaphane", "--locked"])
            .env("LIBTORCH", libtorch)
            .env("DIAPHANE_RPATH", RUN_PATH),
    )?;
    let installed = tree.join("usr/bin/diaphane");
    copy(&program(), &installed)?;
    let run_path = libraries::run_path(&installed)?;
    if run_path != RUN_PATH {
        return Err(format!(
            "{} looks for its libraries in `{run_path}`, not in `{RUN_PATH}`",
            program().display()
        ));
    }
    let libraries = made(tree.join("usr/lib/diaphane"))?;
    libraries::copy_needed(&installed, libtorch, &libraries)?;
    Ok(installed)
}

/// The laid out program writes its own manual, which also shows that it finds its libraries.
fn install_pages(installed: &Path, tree: &Path) -> Result<(), String> {
    let pages = folder().join("pages");
    run(Command::new(installed)
        .args(["manual", "--overwrite", "--out"])
        .arg(&pages))?;
    let share = tree.join("usr/share");
    copy_folder(&pages.join("man1"), &share.join("man/man1"))?;
    let completions = pages.join("completions");
    for (name, place) in [
        ("diaphane", "bash-completion/completions"),
        ("_diaphane", "zsh/vendor-completions"),
        ("diaphane.fish", "fish/vendor_completions.d"),
    ] {
        copy(&completions.join(name), &share.join(place).join(name))?;
    }
    Ok(())
}

/// Models, desktop entry, metainfo and icons.
fn install_data(tree: &Path) -> Result<(), String> {
    let share = tree.join("usr/share");
    for bundle in ["compact", "lpips"] {
        let from = root().join("models").join(bundle);
        copy_folder(&from, &share.join("diaphane/models").join(bundle))?;
    }
    let linux = root().join("packaging/linux");
    for (name, place) in [
        (format!("{APP_ID}.desktop"), "applications"),
        (format!("{APP_ID}.metainfo.xml"), "metainfo"),
    ] {
        copy(&linux.join(&name), &share.join(place).join(&name))?;
    }
    let icons = share.join("icons/hicolor");
    for size in super::icons::SIZES_PX {
        let name = format!("{size}x{size}/apps/{APP_ID}.png");
        copy(&super::icons::path(size), &icons.join(name))?;
    }
    let drawing = format!("scalable/apps/{APP_ID}.svg");
    copy(&root().join("assets/icon.svg"), &icons.join(drawing))
}

/// The licences of libtorch and of the crates in the program; the package's own is the packer's to place.
fn install_licences(libtorch: &Path, tree: &Path) -> Result<(), String> {
    let doc = made(tree.join("usr/share/doc/diaphane"))?;
    copy(&root().join("CHANGELOG.md"), &doc.join("changelog"))?;
    let crates = doc.join("third-party-crates");
    fs::write(&crates, notices::of_crates()?)
        .map_err(|err| format!("cannot write {}: {err}", crates.display()))?;
    let mut long = vec![crates];
    for (wheel, file, name) in [
        ("torch-", "LICENSE", "libtorch-LICENSE"),
        ("torch-", "NOTICE", "libtorch-NOTICE"),
        ("nvidia_cuda_runtime-", "License.txt", "cuda-LICENSE"),
    ] {
        let text = doc.join(name);
        copy(&notices::of_wheel(libtorch, wheel, file)?, &text)?;
        long.push(text);
    }
    run(Command::new("gzip").args(["-9", "-n", "-f"]).args(&long))
}

fn copy_folder(from: &Path, to: &Path) -> Result<(), String> {
    let entries =
        fs::read_dir(from).map_err(|err| format!("cannot read {}: {err}", from.display()))?;
    for entry in entries.flatten() {
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            copy_folder(&source, &target)?;
        } else {
            copy(&source, &target)?;
        }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    made(to.parent().unwrap_or(to).to_path_buf())?;
    fs::copy(from, to)
        .map(drop)
        .map_err(|err| format!("cannot copy {} to {}: {err}", from.display(), to.display()))
}

fn made(folder: PathBuf) -> Result<PathBuf, String> {
    fs::create_dir_all(&folder)
        .map_err(|err| format!("cannot create {}: {err}", folder.display()))?;
    Ok(folder)
}
