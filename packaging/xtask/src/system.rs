//! The machine underneath: drivers, display, Debian packages.

use std::path::Path;
use std::process::Command;

/// What building needs (C++ parts of libtorch's binding and of the JPEG-LS decoder) and what a window
/// needs (software Vulkan where no card is, X11 keyboard libraries).
///
/// The C linker `cc` cannot be among what is fetched here: cargo needs it to link this very program.
const DEBIAN_PACKAGES: &[&str] = &[
    "g++",
    "cmake",
    "make",
    "pkg-config",
    "libvulkan1",
    "mesa-vulkan-drivers",
    "libx11-6",
    "libx11-xcb1",
    "libxcursor1",
    "libxi6",
    "libxrandr2",
    "libxkbcommon0",
    "libxkbcommon-x11-0",
    "fontconfig",
];

/// Whether an NVIDIA kernel driver is loaded.
pub fn has_nvidia_driver() -> bool {
    Path::new("/proc/driver/nvidia/version").exists()
        || Path::new("C:\\Windows\\System32\\nvcuda.dll").exists()
}

/// Whether this program runs as root.
pub fn is_root() -> bool {
    Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// Whether a window can be opened.
pub fn has_display() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY")
}

/// Installs what building and the window need; systems other than Debian are left alone.
pub fn install_packages() -> Result<(), String> {
    install(DEBIAN_PACKAGES)
}

/// Installs those of the Debian packages that are missing; other systems are left alone.
pub fn install(packages: &[&'static str]) -> Result<(), String> {
    if !Path::new("/etc/debian_version").exists() {
        return Ok(());
    }
    let missing: Vec<&str> = packages
        .iter()
        .copied()
        .filter(|name| !is_installed(name))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    eprintln!("xtask: installing {}", missing.join(" "));
    // The package lists of a bare machine may be absent or old; a failed update shows in the install.
    let updated = apt(&["update", "-qq"]);
    let mut install = vec!["install", "-y", "-qq", "--no-install-recommends"];
    install.extend(&missing);
    apt(&install)
        .or(updated.and_then(|()| apt(&install)))
        .map_err(|err| {
            format!(
                "could not install {} ({err}); install them by hand and run this again",
                missing.join(" ")
            )
        })
}

fn is_installed(name: &str) -> bool {
    let output = Command::new("dpkg-query")
        .args(["--show", "--showformat=${db:Status-Status}", name])
        .output();
    output.is_ok_and(|output| output.stdout == b"installed")
}

fn apt(args: &[&str]) -> Result<(), String> {
    let is_root = is_root();
    let mut command = Command::new(if is_root { "apt-get" } else { "sudo" });
    if !is_root {
        command.arg("apt-get");
    }
    let status = command
        .args(args)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!(
            "apt-get {} ended with {status}",
            args.first().unwrap_or(&"")
        )),
        Err(err) => Err(format!("apt-get cannot be started: {err}")),
    }
}
