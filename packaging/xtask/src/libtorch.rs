//! Finds libtorch, or fetches it once into a cache folder that all checkouts share.

use crate::platform::{self, LIBTORCH_VERSION, Platform, Variant};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder with `include` and `lib` of libtorch, linked as `.cargo/libtorch` so that plain cargo commands find it.
///
/// `LIBTORCH` is honoured where it is set.
pub fn ensure(variant: Variant) -> Result<PathBuf, String> {
    let dir = locate(variant)?;
    link(&dir)?;
    Ok(dir)
}

/// As [`ensure`], but the link stays as it is: the checkout goes on with the libtorch it has.
pub fn locate(variant: Variant) -> Result<PathBuf, String> {
    match std::env::var_os("LIBTORCH").map(PathBuf::from) {
        Some(own) if is_own(&own) => checked(own),
        _ => fetched(variant),
    }
}

/// Cargo hands its own `[env]` to this program too: the link itself is not a choice of the user's.
fn is_own(dir: &Path) -> bool {
    !dir.as_os_str().is_empty() && dir != link_path()
}

fn checked(dir: PathBuf) -> Result<PathBuf, String> {
    if dir.join("lib").is_dir() && dir.join("include").is_dir() {
        return Ok(dir);
    }
    Err(format!(
        "LIBTORCH is set to {} but there is no libtorch (no `lib` and `include`); correct it or unset it to have one fetched",
        dir.display()
    ))
}

fn fetched(variant: Variant) -> Result<PathBuf, String> {
    let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
    let row = platform::find(os, arch).ok_or_else(|| {
        format!("there is no libtorch {LIBTORCH_VERSION} for {os} on {arch}; set LIBTORCH to one of your own")
    })?;
    let cache = cache_dir()?;
    let target = cache.join(row.folder(variant));
    if !target.join("torch").is_dir() {
        download(row, variant, &cache, &target)?;
    }
    Ok(target.join("torch"))
}

fn download(row: &Platform, variant: Variant, cache: &Path, target: &Path) -> Result<(), String> {
    let megabytes = if variant == Variant::Cuda {
        row.download_mb.1
    } else {
        row.download_mb.0
    };
    eprintln!(
        "xtask: fetching libtorch {LIBTORCH_VERSION}: about {megabytes} MB to download, three times that on disk, in {} (once for all checkouts)",
        cache.display()
    );
    // A folder of its own: two checkouts may fetch at once, the first rename wins.
    let work = cache.join(format!("fetching-{}", std::process::id()));
    let (wheels, unpacked) = (work.join("wheels"), work.join("unpacked"));
    std::fs::create_dir_all(&wheels)
        .map_err(|err| format!("cannot create {}: {err}", wheels.display()))?;
    let outcome = pip_download(row, variant, &wheels)
        .and_then(|()| unpack(&wheels, &unpacked))
        .and_then(|()| move_into_place(&unpacked, target));
    if let Err(err) = std::fs::remove_dir_all(&work) {
        eprintln!("xtask: could not remove {}: {err}", work.display());
    }
    outcome
}

/// pip compares every file with the SHA-256 in the table and shows the progress.
fn pip_download(row: &Platform, variant: Variant, wheels: &Path) -> Result<(), String> {
    let requirements = wheels.with_file_name("requirements.txt");
    let lines: Vec<String> = row
        .wheels(variant)
        .map(|wheel| {
            format!(
                "{}=={} --hash=sha256:{}",
                wheel.name, wheel.version, wheel.sha256
            )
        })
        .collect();
    std::fs::write(&requirements, lines.join("\n"))
        .map_err(|err| format!("cannot write {}: {err}", requirements.display()))?;
    let mut pip = Command::new(python());
    pip.args([
        "-m",
        "pip",
        "download",
        "--no-deps",
        "--require-hashes",
        "--only-binary=:all:",
    ]);
    pip.args([
        "--disable-pip-version-check",
        "--implementation",
        "cp",
        "--python-version",
        "3.11",
    ]);
    pip.args(["--abi", "cp311", "--abi", "abi3", "--abi", "none"]);
    for tag in row.tags {
        pip.args(["--platform", tag]);
    }
    pip.arg("--dest")
        .arg(wheels)
        .arg("--requirement")
        .arg(&requirements);
    let status = pip.status().map_err(|err| {
        format!(
            "cannot start {}: {err}; Python 3 with pip is needed to fetch libtorch",
            python()
        )
    })?;
    if status.success() {
        return Ok(());
    }
    Err("pip could not fetch libtorch (its message stands above); check the network and try again, or set LIBTORCH".to_owned())
}

/// All wheels side by side: the libraries find each other by relative paths.
fn unpack(wheels: &Path, unpacked: &Path) -> Result<(), String> {
    let entries = std::fs::read_dir(wheels)
        .map_err(|err| format!("cannot read {}: {err}", wheels.display()))?;
    for entry in entries.flatten() {
        eprintln!("xtask: unpacking {}", entry.file_name().to_string_lossy());
        let status = Command::new(python())
            .args(["-m", "zipfile", "-e"])
            .args([entry.path(), unpacked.to_path_buf()])
            .status();
        if !status.is_ok_and(|status| status.success()) {
            return Err(format!(
                "cannot unpack {}; is the disk full?",
                entry.path().display()
            ));
        }
    }
    Ok(())
}

fn move_into_place(unpacked: &Path, target: &Path) -> Result<(), String> {
    match std::fs::rename(unpacked, target) {
        Err(_) if target.join("torch").is_dir() => Ok(()),
        other => {
            other.map_err(|err| format!("cannot move libtorch to {}: {err}", target.display()))
        }
    }
}

/// The folder for what is fetched once for all checkouts.
pub fn cache_dir() -> Result<PathBuf, String> {
    let variable = |name: &str| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    variable("DIAPHANE_CACHE_DIR")
        .or_else(|| variable("XDG_CACHE_HOME").map(|dir| dir.join("diaphane")))
        .or_else(|| variable("LOCALAPPDATA").map(|dir| dir.join("diaphane")))
        .or_else(|| variable("HOME").map(|dir| dir.join(".cache").join("diaphane")))
        .ok_or_else(|| {
            "no home folder is known; set DIAPHANE_CACHE_DIR to a folder for what is fetched"
                .to_owned()
        })
}

/// The repository's root: two folders above this package.
pub fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().nth(2).unwrap_or(package).to_path_buf()
}

fn link_path() -> PathBuf {
    root().join(".cargo").join("libtorch")
}

fn link(dir: &Path) -> Result<(), String> {
    let link = link_path();
    if std::fs::read_link(&link).is_ok_and(|current| current == dir) {
        return Ok(());
    }
    if link.symlink_metadata().is_ok() {
        std::fs::remove_file(&link)
            .or_else(|_| std::fs::remove_dir(&link))
            .map_err(|err| format!("cannot replace {}: {err}", link.display()))?;
    }
    symlink(dir, &link)
        .map_err(|err| format!("cannot link {} to {}: {err}", link.display(), dir.display()))
}

#[cfg(unix)]
fn symlink(dir: &Path, link: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(dir, link)
}

/// A junction needs no privilege, a symbolic link does.
#[cfg(windows)]
fn symlink(dir: &Path, link: &Path) -> std::io::Result<()> {
    let status = Command::new("cmd")
        .args(["/C", "mklink", "/J"])
        .arg(link)
        .arg(dir)
        .status()?;
    if status.success() {
        Ok(())
    } else {
        Err(std::io::Error::other("mklink /J failed"))
    }
}

fn python() -> &'static str {
    if cfg!(windows) { "python" } else { "python3" }
}
