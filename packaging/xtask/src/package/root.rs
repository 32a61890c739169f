//! A bare Debian in a folder of its own.

use crate::process::{read, run};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The oldest Debian that the package is for.
const SUITE: &str = "bookworm";
/// What apt and dpkg write about themselves, what is made at run time, and where the check keeps its own files.
const BOOKS: [&str; 7] = [
    "/var/lib/dpkg",
    "/var/lib/apt",
    "/var/cache",
    "/var/log",
    "/tmp",
    "/run",
    "/proc",
];

/// The folder that a program sees as `/`; removed when it is dropped.
pub struct BareRoot {
    folder: PathBuf,
}

impl BareRoot {
    /// Debian's smallest base system, as debootstrap makes it.
    pub fn make() -> Result<Self, String> {
        let name = format!("diaphane-bare-root-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        let root = Self { folder };
        println!(
            "xtask: a bare Debian ({SUITE}, minbase) in {}",
            root.folder.display()
        );
        read(
            Command::new("debootstrap")
                .args(["--variant=minbase", SUITE])
                .arg(&root.folder),
        )?;
        // No package may start a service here: there is nothing to start it in.
        let policy = root.folder.join("usr/sbin/policy-rc.d");
        run(Command::new("install")
            .args(["-m", "755", "/dev/null"])
            .arg(&policy))?;
        fs::write(&policy, "#!/bin/sh\nexit 101\n")
            .map_err(|err| format!("cannot write {}: {err}", policy.display()))?;
        Ok(root)
    }

    /// Its place in the machine's own folders.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for BareRoot {
    fn drop(&mut self) {
        let removed = Command::new("rm")
            .args(["-rf", "--one-file-system"])
            .arg(&self.folder)
            .status();
        if !removed.is_ok_and(|status| status.success()) {
            eprintln!("xtask: could not remove {}", self.folder.display());
        }
    }
}

/// A program that will see `root` as `/`, with an environment of its own; the network's settings alone are kept.
///
/// `/proc`, and the display's socket where there is one, are mounted for this program alone and are gone with it.
pub fn inside(root: &Path, program: &str) -> Command {
    const ENTER: &str = "\
        if [ -d /tmp/.X11-unix ]; then \
            mkdir -p \"$0/tmp/.X11-unix\" && mount --bind /tmp/.X11-unix \"$0/tmp/.X11-unix\" || exit; \
        fi; \
        exec chroot \"$0\" env --chdir=/tmp \"$@\"";
    let mut command = Command::new("unshare");
    command
        .arg("--mount")
        .arg(format!("--mount-proc={}", root.join("proc").display()))
        .args(["sh", "-c", ENTER])
        .arg(root)
        .arg(program);
    command.env_clear();
    for (name, value) in std::env::vars_os() {
        if name.to_string_lossy().to_lowercase().ends_with("_proxy") {
            command.env(name, value);
        }
    }
    command
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .env("HOME", "/tmp")
        .env("XDG_RUNTIME_DIR", "/tmp")
        // Mesa goes by the user's entry, not by HOME.
        .env("MESA_SHADER_CACHE_DIR", "/tmp")
        .env("LC_ALL", "C.UTF-8")
        .env("DEBIAN_FRONTEND", "noninteractive");
    command
}

/// apt-get inside, with everything beyond dependencies left out.
pub fn apt(root: &Path, args: &[&str]) -> Result<String, String> {
    read(
        inside(root, "apt-get")
            .args(["-y", "-q", "--no-install-recommends"])
            .args(args),
    )
}

/// Paths of everything installed, without the package managers' own books.
pub fn files(root: &Path) -> Result<BTreeSet<String>, String> {
    let found = read(Command::new("find").arg(root).args([
        "-xdev",
        "-mindepth",
        "1",
        "-printf",
        "/%P\\n",
    ]))?;
    let is_book = |path: &str| {
        BOOKS.iter().any(|book| {
            path.strip_prefix(book)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    };
    let paths = found.lines().filter(|path| !is_book(path));
    Ok(paths.map(str::to_owned).collect())
}

// The options of `find` are GNU's.
#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn books_are_no_files_of_a_package() {
        let root = std::env::temp_dir().join(format!("diaphane-files-{}", std::process::id()));
        for path in ["usr/bin", "var/lib/dpkg/info", "var/cachet"] {
            fs::create_dir_all(root.join(path)).expect("a folder");
        }
        fs::write(root.join("usr/bin/diaphane"), "").expect("a file");
        let found = files(&root).expect("a list");
        fs::remove_dir_all(&root).expect("it is ours");
        assert!(found.contains("/usr/bin/diaphane") && found.contains("/var/cachet"));
        assert!(!found.iter().any(|path| path.contains("dpkg")), "{found:?}");
    }
}
