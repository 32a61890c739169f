//! Packages: made here, and tried where nothing is installed.

mod check;
mod deb;
mod icons;
mod libraries;
mod notices;
mod root;
mod stage;
mod window;

use std::path::{Path, PathBuf};

const USAGE: &str = "cargo xtask package deb|check [FILE.deb]|icons";

/// One of the commands behind `cargo xtask package`.
pub fn run(args: &[String]) -> Result<(), String> {
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        ["deb"] => deb::make().map(drop),
        ["check"] => check::run_on(None),
        ["check", file] => check::run_on(Some(Path::new(file))),
        ["icons"] => icons::draw(),
        _ => Err(format!("a package command is one of: {USAGE}")),
    }
}

/// `target/package`, where packages are made.
fn folder() -> PathBuf {
    crate::libtorch::root().join("target").join("package")
}

/// Bytes of a file or of all files in a folder.
fn bytes(path: &Path) -> u64 {
    let Ok(metadata) = path.symlink_metadata() else {
        return 0;
    };
    if !metadata.is_dir() {
        return metadata.len();
    }
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    entries.map(|entry| bytes(&entry.path())).sum()
}

/// A size as people read it, in MB of 10^6 bytes.
fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::stage::APP_ID;
    use crate::libtorch::root;

    fn text(path: &str) -> String {
        std::fs::read_to_string(root().join(path)).expect("it is checked in")
    }

    /// The value of `key` in the first line that begins with it.
    fn value(text: &str, key: &str) -> String {
        let line = text.lines().find_map(|line| line.strip_prefix(key));
        let value = line.unwrap_or_else(|| panic!("there is no {key}"));
        value.trim_matches([' ', '=', '"']).to_owned()
    }

    #[test]
    fn packages_state_the_programs_version() {
        let program = value(&text("Cargo.toml"), "version");
        assert_eq!(value(&text("packaging/Packager.toml"), "version"), program);
    }

    #[test]
    fn desktops_know_the_window_by_one_name() {
        let window = text("src/ui/launch.rs");
        assert!(window.contains(&format!("const APP_ID: &str = \"{APP_ID}\";")));
        let entry = text(&format!("packaging/linux/{APP_ID}.desktop"));
        assert_eq!(value(&entry, "StartupWMClass"), APP_ID);
        assert_eq!(value(&entry, "Icon"), APP_ID);
        let metainfo = text(&format!("packaging/linux/{APP_ID}.metainfo.xml"));
        assert!(metainfo.contains(&format!("<id>{APP_ID}</id>")));
        assert_eq!(
            value(&text("packaging/Packager.toml"), "identifier"),
            APP_ID
        );
    }
}
