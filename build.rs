//! Gives every binary of this package a run-time path to the libtorch it was linked with, so that
//! no `LD_LIBRARY_PATH` has to be set. A dependency's link arguments do not reach its dependents,
//! therefore this is done here and not in `torch-sys`.
//!
//! `DIAPHANE_RPATH` names another path instead, for a package that brings its libraries along
//! (`$ORIGIN/../lib/diaphane`): nothing in it may name the machine it was built on.

use std::path::Path;

fn main() {
    println!("cargo:rerun-if-env-changed=DEP_TCH_LIBTORCH_LIB");
    println!("cargo:rerun-if-env-changed=DIAPHANE_RPATH");
    let Ok(lib) = std::env::var("DEP_TCH_LIBTORCH_LIB") else {
        return;
    };
    let lib = Path::new(&lib)
        .canonicalize()
        .unwrap_or_else(|_| lib.clone().into());
    let os = std::env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    if os == "linux" || os == "macos" {
        let rpath = std::env::var("DIAPHANE_RPATH")
            .ok()
            .filter(|path| !path.is_empty());
        let rpath = rpath.unwrap_or_else(|| lib.display().to_string());
        println!("cargo:rustc-link-arg=-Wl,-rpath,{rpath}");
    }
    // Nothing refers to a symbol of the CUDA half: it registers itself when it is loaded. A linker that
    // keeps only what is needed would leave it out, and libtorch would then see no GPU.
    if os == "linux" && has_cuda(&lib) {
        println!("cargo:rustc-link-search=native={}", lib.display());
        println!("cargo:rustc-link-arg=-Wl,--push-state,--no-as-needed,-ltorch_cuda,--pop-state");
    }
}

/// Whether libtorch can be loaded with its CUDA half. The wheels always hold that half, and only the full set
/// holds the libraries it needs: in folders of their own beside `torch`, or, in the archives, in `lib` itself.
fn has_cuda(lib: &Path) -> bool {
    let beside = lib.join("../../nvidia");
    let packages = std::fs::read_dir(beside).into_iter().flatten().flatten();
    let mut folders = packages.map(|package| package.path().join("lib"));
    let needed = |folder: &Path| {
        let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
        files
            .map(|file| file.file_name())
            .any(|name| name.to_string_lossy().starts_with("libcusparse.so"))
    };
    lib.join("libtorch_cuda.so").exists() && (needed(lib) || folders.any(|folder| needed(&folder)))
}
