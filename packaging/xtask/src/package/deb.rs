//! The Debian package.

use super::{bytes, folder, megabytes, stage};
use crate::libtorch::{cache_dir, root};
use crate::process::{cargo, run};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Version of cargo-deb that makes it.
const CARGO_DEB_VERSION: &str = "3.8.0";

/// Lays out the files and packs them; says what is how large.
pub fn make() -> Result<PathBuf, String> {
    let tree = stage::lay_out()?;
    let packer = cargo_deb()?;
    let unfinished = folder().join("unfinished.deb");
    println!(
        "xtask: packing {}, which takes minutes",
        megabytes(bytes(&tree))
    );
    run(Command::new(packer)
        .current_dir(root())
        .args(["--package", "diaphane", "--no-build", "--no-strip"])
        .arg("--output")
        .arg(&unfinished))?;
    let file = folder().join("diaphane.deb");
    fs::rename(&unfinished, &file)
        .map_err(|err| format!("cannot name {}: {err}", file.display()))?;
    println!("xtask: {} {}", file.display(), megabytes(bytes(&file)));
    print_sizes(&tree);
    Ok(file)
}

/// The package made last, or a new one.
pub fn made() -> Result<PathBuf, String> {
    let file = folder().join("diaphane.deb");
    if file.is_file() { Ok(file) } else { make() }
}

fn print_sizes(tree: &Path) {
    println!("xtask: installed {}", megabytes(bytes(tree)));
    for place in ["usr/bin", "usr/lib/diaphane", "usr/share/diaphane/models"] {
        for entry in fs::read_dir(tree.join(place))
            .into_iter()
            .flatten()
            .flatten()
        {
            let (path, size) = (entry.path(), megabytes(bytes(&entry.path())));
            let name = path.strip_prefix(tree).unwrap_or(&path);
            println!("xtask:   {size:>9}  {}", name.display());
        }
    }
}

/// cargo-deb in the cache folder, built there on first use.
fn cargo_deb() -> Result<PathBuf, String> {
    let home = cache_dir()?.join(format!("cargo-deb-{CARGO_DEB_VERSION}"));
    let program = home.join("bin").join("cargo-deb");
    if !program.is_file() {
        let version = format!("={CARGO_DEB_VERSION}");
        run(
            cargo(&["install", "cargo-deb", "--locked", "--version", &version])
                .arg("--root")
                .arg(&home),
        )?;
    }
    Ok(program)
}
