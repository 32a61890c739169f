//! The shared libraries a package brings along: those of libtorch that the program cannot be loaded without.

use crate::process::{read, run};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Libraries that libtorch has a copy of and Debian a package for; Debian's is used.
const FROM_DEBIAN: [&str; 1] = ["libgomp.so.1"];

/// Copies every library of libtorch that `program` needs, itself or through another one, into `to`, without the
/// symbol names that only a debugger reads.
///
/// A library that neither libtorch nor [`FROM_DEBIAN`] has is the system's: the package's dependencies bring it, and
/// the check in a bare Debian shows whether they do.
pub fn copy_needed(program: &Path, libtorch: &Path, to: &Path) -> Result<Vec<PathBuf>, String> {
    let folders = folders_of(libtorch);
    let mut seen = BTreeSet::new();
    let mut copied = Vec::new();
    let mut open = needed(program)?;
    while let Some(name) = open.pop() {
        if !seen.insert(name.clone()) || FROM_DEBIAN.contains(&name.as_str()) {
            continue;
        }
        let found = folders.iter().map(|folder| folder.join(&name));
        let Some(source) = found.into_iter().find(|file| file.is_file()) else {
            continue;
        };
        if name.contains("torch_cuda") {
            return Err(format!(
                "the program is linked to {name}; packages are made with libtorch for the processor: unset LIBTORCH"
            ));
        }
        open.extend(needed(&source)?);
        let copy = to.join(&name);
        std::fs::copy(&source, &copy).map_err(|err| {
            format!(
                "cannot copy {} to {}: {err}",
                source.display(),
                to.display()
            )
        })?;
        run(Command::new("strip").arg("--strip-unneeded").arg(&copy))?;
        copied.push(copy);
    }
    copied.sort();
    Ok(copied)
}

/// Where a program looks for its libraries, as it is written in the program.
pub fn run_path(program: &Path) -> Result<String, String> {
    let dynamic = dynamic_section(program)?;
    Ok(values(&dynamic, "(RUNPATH)").pop().unwrap_or_default())
}

/// libtorch's own folder, and those of the wheels beside it.
fn folders_of(libtorch: &Path) -> Vec<PathBuf> {
    let mut folders = vec![libtorch.join("lib")];
    // The path may be a link; the wheels lie beside what it points to.
    let unpacked = libtorch
        .canonicalize()
        .unwrap_or_else(|_| libtorch.to_path_buf());
    let beside = unpacked.with_file_name("nvidia");
    let wheels = std::fs::read_dir(beside).into_iter().flatten().flatten();
    folders.extend(wheels.map(|wheel| wheel.path().join("lib")));
    folders
}

fn needed(file: &Path) -> Result<Vec<String>, String> {
    Ok(values(&dynamic_section(file)?, "(NEEDED)"))
}

fn dynamic_section(file: &Path) -> Result<String, String> {
    read(
        Command::new("readelf")
            .env("LC_ALL", "C")
            .args(["--dynamic", "--wide"])
            .arg(file),
    )
}

/// What stands in brackets in the lines of one tag.
fn values(dynamic: &str, tag: &str) -> Vec<String> {
    let lines = dynamic.lines().filter(|line| line.contains(tag));
    lines
        .filter_map(|line| line.split_once('[')?.1.split_once(']'))
        .map(|(value, _)| value.to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As GNU readelf 2.40 writes it.
    const DYNAMIC: &str = "
Dynamic section at offset 0x2f9d10 contains 30 entries:
  Tag        Type                         Name/Value
 0x000000000000001d (RUNPATH)            Library runpath: [$ORIGIN/../lib/diaphane]
 0x0000000000000001 (NEEDED)             Shared library: [libtorch_cpu.so]
 0x0000000000000001 (NEEDED)             Shared library: [libc.so.6]
 0x000000000000000c (INIT)               0x2000
";

    #[test]
    fn names_stand_in_brackets_behind_their_tag() {
        assert_eq!(
            values(DYNAMIC, "(NEEDED)"),
            ["libtorch_cpu.so", "libc.so.6"]
        );
        assert_eq!(values(DYNAMIC, "(RUNPATH)"), ["$ORIGIN/../lib/diaphane"]);
        assert!(values(DYNAMIC, "(RPATH)").is_empty());
    }
}
