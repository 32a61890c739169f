//! Icons of all packages, drawn from one drawing: `assets/icon.svg`.
//!
//! The PNG files are checked in, so that only who changes the drawing needs a program that draws it.

use crate::libtorch::root;
use crate::process::run;
use crate::system;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Sides of the PNG icons in pixels.
pub const SIZES_PX: [u32; 7] = [16, 32, 48, 64, 128, 256, 512];
/// Entries of Apple's icon file that hold PNG, with the side in pixels of each.
const ICNS_TYPES: [(&[u8; 4], u32); 6] = [
    (b"icp4", 16),
    (b"icp5", 32),
    (b"ic12", 64),
    (b"ic07", 128),
    (b"ic08", 256),
    (b"ic09", 512),
];
/// Largest side of an icon in Windows' icon file, in pixels.
const ICO_LARGEST_PX: u32 = 256;

/// Draws every size and writes the icon files of Windows and macOS.
pub fn draw() -> Result<(), String> {
    system::install(&["librsvg2-bin"])?;
    let size_option = |size: u32| format!("--width={size}");
    for size in SIZES_PX {
        run(Command::new("rsvg-convert")
            .args([size_option(size), format!("--height={size}")])
            .arg("--output")
            .arg(path(size))
            .arg(root().join("assets/icon.svg")))?;
    }
    write("diaphane.ico", &ico(&read_all()?))?;
    write("diaphane.icns", &icns(&read_all()?))
}

/// The PNG icon of one size.
pub fn path(size_px: u32) -> PathBuf {
    folder().join(format!("{size_px}.png"))
}

fn folder() -> PathBuf {
    root().join("packaging").join("icons")
}

fn write(name: &str, contents: &[u8]) -> Result<(), String> {
    let path = folder().join(name);
    fs::write(&path, contents).map_err(|err| format!("cannot write {}: {err}", path.display()))
}

fn read_all() -> Result<Vec<(u32, Vec<u8>)>, String> {
    let read = |size: u32| {
        let path: &Path = &path(size);
        let png = fs::read(path).map_err(|err| format!("cannot read {}: {err}", path.display()))?;
        Ok((size, png))
    };
    SIZES_PX.into_iter().map(read).collect()
}

/// Windows' icon file: a header of 6 bytes, 16 bytes about each picture, then the pictures as PNG.
fn ico(pngs: &[(u32, Vec<u8>)]) -> Vec<u8> {
    let pngs: Vec<_> = pngs
        .iter()
        .filter(|(size, _)| *size <= ICO_LARGEST_PX)
        .collect();
    let mut file = Vec::new();
    for number in [0, 1, pngs.len() as u16] {
        file.extend(number.to_le_bytes());
    }
    let mut offset = 6 + 16 * pngs.len() as u32;
    for (size, png) in &pngs {
        // 0 stands for 256.
        let side = (size % ICO_LARGEST_PX) as u8;
        file.extend([side, side, 0, 0]);
        // One plane of 32 bits a pixel.
        file.extend([1, 0, 32, 0]);
        file.extend((png.len() as u32).to_le_bytes());
        file.extend(offset.to_le_bytes());
        offset += png.len() as u32;
    }
    for (_, png) in pngs {
        file.extend(png);
    }
    file
}

/// Apple's icon file: `icns` and the length, then type, length and PNG of each picture; a length counts its own 8 bytes.
fn icns(pngs: &[(u32, Vec<u8>)]) -> Vec<u8> {
    let mut entries = Vec::new();
    for (kind, size) in ICNS_TYPES {
        for (_, png) in pngs.iter().filter(|(own, _)| *own == size) {
            entries.extend(kind);
            entries.extend((png.len() as u32 + 8).to_be_bytes());
            entries.extend(png);
        }
    }
    let mut file = b"icns".to_vec();
    file.extend((entries.len() as u32 + 8).to_be_bytes());
    file.extend(entries);
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Side in pixels as the header of a PNG file states it.
    fn side_px(png: &[u8]) -> u32 {
        u32::from_be_bytes(png[16..20].try_into().expect("four bytes"))
    }

    #[test]
    fn icon_files_hold_the_icons_that_lie_beside_them() {
        let pngs = read_all().expect("the icons are checked in");
        for (size, png) in &pngs {
            assert_eq!(side_px(png), *size);
        }
        let checked_in = |name: &str| fs::read(folder().join(name)).expect("it is checked in");
        assert_eq!(checked_in("diaphane.ico"), ico(&pngs));
        assert_eq!(checked_in("diaphane.icns"), icns(&pngs));
    }
}
