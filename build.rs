//! Gives every binary of this package a run-time path to the libtorch it was linked with, so that
//! no `LD_LIBRARY_PATH` has to be set. A dependency's link arguments do not reach its dependents,
//! therefore this is done here and not in `torch-sys`.

use std::path::Path;

fn main() {
    println!("cargo:rerun-if-env-changed=DEP_TCH_LIBTORCH_LIB");
    let Ok(lib) = std::env::var("DEP_TCH_LIBTORCH_LIB") else {
        return;
    };
    let lib = Path::new(&lib)
        .canonicalize()
        .unwrap_or_else(|_| lib.clone().into());
    let os = std::env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    if os == "linux" || os == "macos" {
        println!("cargo:rustc-link-arg=-Wl,-rpath,{}", lib.display());
    }
    // Nothing refers to a symbol of the CUDA half: it registers itself when it is loaded. A linker that
    // keeps only what is needed would leave it out, and libtorch would then see no GPU.
    if os == "linux" && lib.join("libtorch_cuda.so").exists() {
        println!("cargo:rustc-link-search=native={}", lib.display());
        println!("cargo:rustc-link-arg=-Wl,--push-state,--no-as-needed,-ltorch_cuda,--pop-state");
    }
}
