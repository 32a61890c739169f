//! Tries the Debian package where nothing is installed: it must install, work and leave nothing behind.

use super::root::{BareRoot, apt, files, inside};
use super::stage::APP_ID;
use super::window::{Display, end};
use super::{bytes, deb, folder, megabytes};
use crate::libtorch;
use crate::process::read;
use crate::system;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

/// What the check itself needs on this machine.
const CHECK_PACKAGES: &[&str] = &[
    "appstream",
    "debootstrap",
    "desktop-file-utils",
    "imagemagick",
    "x11-utils",
    "xvfb",
];
/// Where the package lies inside.
const PACKAGE: &str = "/tmp/diaphane.deb";
/// The recommended package without which no window opens on a machine without a graphics card.
const DRIVERS: &str = "mesa-vulkan-drivers";
/// Time for the radiograph, and on a machine at rest its soft-tissue image, to appear in a window that is open.
const UNTIL_SHOWN: Duration = Duration::from_mins(1);
/// Side of the phantom in pixels: small, so that the networks are done in seconds.
const PHANTOM_PX: &str = "512";

/// Checks `package`, or the one made last, or makes one.
pub fn run_on(package: Option<&Path>) -> Result<(), String> {
    if !system::is_root() {
        return Err("the check makes a bare Debian and changes its root folder, which only root may do: run it as root".to_owned());
    }
    system::install(CHECK_PACKAGES)?;
    let package = package.map_or_else(deb::made, |file| Ok(file.to_path_buf()))?;
    check_descriptions()?;
    let root = BareRoot::make()?;
    let inner = root.folder().join(PACKAGE.trim_start_matches('/'));
    std::fs::copy(&package, &inner)
        .map_err(|err| format!("cannot copy {}: {err}", package.display()))?;
    let check = Check {
        root: root.folder(),
    };
    apt(check.root, &["update"])?;
    check.command_line(&package)?;
    check.window()?;
    println!("xtask: the package is sound");
    Ok(())
}

/// Desktop entry and metainfo as the tools of those formats see them.
fn check_descriptions() -> Result<(), String> {
    let linux = libtorch::root().join("packaging/linux");
    read(Command::new("desktop-file-validate").arg(linux.join(format!("{APP_ID}.desktop"))))?;
    read(
        Command::new("appstreamcli")
            .args(["validate", "--no-net"])
            .arg(linux.join(format!("{APP_ID}.metainfo.xml"))),
    )?;
    pass("desktop entry and metainfo are valid");
    Ok(())
}

struct Check<'a> {
    root: &'a Path,
}

impl Check<'_> {
    /// With the dependencies and nothing else: every command, and a sentence in place of a window.
    fn command_line(&self, package: &Path) -> Result<(), String> {
        let field = |name: &str| read(Command::new("dpkg-deb").arg("-f").arg(package).arg(name));
        let depends = field("Depends")?;
        apt(self.root, &["satisfy", depends.trim()])?;
        let before = files(self.root)?;
        self.install()?;
        let size = field("Installed-Size")?.trim().parse::<u64>();
        pass(&format!(
            "installs: {} to fetch, {} on disk",
            megabytes(bytes(package)),
            megabytes(size.unwrap_or_default() * 1024)
        ));
        self.check_libraries()?;
        let version = self.says("diaphane", &["--version"])?;
        pass(&format!("diaphane --version: {}", version.trim()));
        self.check_models()?;
        self.check_suppression()?;
        self.check_pages()?;
        self.check_sentence_without_driver()?;
        self.purge()?;
        self.check_nothing_left(&before)
    }

    /// With a driver that draws on the processor: the window, with a radiograph in it.
    fn window(&self) -> Result<(), String> {
        apt(self.root, &["install", DRIVERS])?;
        let before = files(self.root)?;
        self.install()?;
        let display = Display::start()?;
        let mut program = inside(self.root, "diaphane")
            .args(["--suppress", &self.radiograph()?])
            .env("DISPLAY", display.name())
            .spawn()
            .map_err(|err| format!("cannot start the program: {err}"))?;
        let picture = folder().join("window.png");
        let outcome = display
            .wait_for(" - Diaphane", APP_ID, &mut program)
            .and_then(|()| {
                sleep(UNTIL_SHOWN);
                display.photograph(&picture)
            });
        end(&mut program);
        outcome?;
        pass(&format!("the window opens: {}", picture.display()));
        self.purge()?;
        self.check_nothing_left(&before)
    }

    fn install(&self) -> Result<(), String> {
        let told = apt(self.root, &["install", PACKAGE])?;
        if told.contains("0 upgraded, 1 newly installed") {
            return Ok(());
        }
        Err(format!(
            "the package brought others along that are no dependencies: {told}"
        ))
    }

    fn purge(&self) -> Result<(), String> {
        apt(self.root, &["remove", "--purge", "diaphane"]).map(drop)
    }

    fn check_nothing_left(
        &self,
        before: &std::collections::BTreeSet<String>,
    ) -> Result<(), String> {
        let after = files(self.root)?;
        let changed: Vec<&str> = before
            .symmetric_difference(&after)
            .map(String::as_str)
            .collect();
        if changed.is_empty() {
            pass("apt remove --purge leaves what was there before, and nothing else");
            return Ok(());
        }
        Err(format!("left behind or taken along: {}", changed.join(" ")))
    }

    fn says(&self, program: &str, args: &[&str]) -> Result<String, String> {
        read(inside(self.root, program).args(args))
    }

    fn check_libraries(&self) -> Result<(), String> {
        let told = self.says("ldd", &["/usr/bin/diaphane"])?;
        let missing = told.lines().filter(|line| line.contains("not found"));
        let missing: Vec<&str> = missing.map(str::trim).collect();
        if !missing.is_empty() {
            return Err(format!("libraries are missing: {}", missing.join(", ")));
        }
        let own = told.lines().filter(|line| line.contains("/lib/diaphane/"));
        pass(&format!(
            "every library is found, {} of them its own",
            own.count()
        ));
        Ok(())
    }

    fn check_models(&self) -> Result<(), String> {
        let list = self.says("diaphane", &["models", "list"])?;
        if !list.contains("/share/diaphane/models/compact") {
            return Err(format!("the default model is not found: {list}"));
        }
        self.says("diaphane", &["models", "verify", "compact"])?;
        pass("diaphane models list, verify: the default model is there and whole");
        Ok(())
    }

    /// Draws a phantom, takes its bones out, and scores that with every measure, LPIPS and its weights among them.
    fn check_suppression(&self) -> Result<(), String> {
        self.says(
            "diaphane",
            &[
                "simulate", "--out", "phantom", "--seed", "1", "--size", PHANTOM_PX,
            ],
        )?;
        let radiograph = self.radiograph()?;
        self.says("diaphane", &["suppress", &radiograph, "--out", "out"])?;
        let out = self.root.join("tmp/out");
        let written = std::fs::read_dir(&out)
            .map_err(|err| format!("there is no folder {}: {err}", out.display()))?;
        let pictures = written
            .flatten()
            .filter(|entry| entry.path().extension().is_some_and(|end| end == "png"));
        let count = pictures.count();
        if count == 0 {
            return Err("diaphane suppress wrote no picture".to_owned());
        }
        pass(&format!("diaphane simulate, suppress: {count} pictures"));
        let scores = self.says("diaphane", &["evaluate", "--pairs", "phantom", "--json"])?;
        if !scores.to_lowercase().contains("lpips") {
            return Err(format!(
                "diaphane evaluate found no weights for LPIPS: {scores}"
            ));
        }
        pass("diaphane evaluate: with LPIPS");
        Ok(())
    }

    /// The phantom's radiograph, as the program inside names it.
    fn radiograph(&self) -> Result<String, String> {
        let entries = std::fs::read_dir(self.root.join("tmp/phantom"));
        let mut names = entries
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned());
        names
            .find(|name| name.ends_with("_cxr.png"))
            .map(|name| format!("/tmp/phantom/{name}"))
            .ok_or_else(|| "diaphane simulate drew no radiograph".to_owned())
    }

    /// dpkg of a minimal system may be told to leave documentation out; this one is not.
    fn check_pages(&self) -> Result<(), String> {
        for page in ["diaphane", "diaphane-suppress", "diaphane-models-list"] {
            let path = format!("usr/share/man/man1/{page}.1.gz");
            if !self.root.join(&path).is_file() {
                return Err(format!("there is no /{path}"));
            }
        }
        let script = "/usr/share/bash-completion/completions/diaphane";
        self.says(
            "bash",
            &["-c", &format!("source {script} && complete -p diaphane")],
        )?;
        pass("manual pages are there, bash takes the completions");
        Ok(())
    }

    fn check_sentence_without_driver(&self) -> Result<(), String> {
        let display = Display::start()?;
        let output = inside(self.root, "timeout")
            .args(["60", "diaphane"])
            .env("DISPLAY", display.name())
            .stdin(Stdio::null())
            .output()
            .map_err(|err| format!("cannot start the program: {err}"))?;
        let told = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        if output.status.code() == Some(2) && told.contains(DRIVERS) {
            pass(&format!("without a driver a sentence: {told}"));
            return Ok(());
        }
        Err(format!(
            "without a driver the program ended with {}: {told}",
            output.status
        ))
    }
}

fn pass(what: &str) {
    println!("PASS {what}");
}
