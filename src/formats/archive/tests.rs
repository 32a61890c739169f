use super::super::{FormatError, Search, find_radiographs, read};
use super::*;
use std::io::{Cursor, Write as _};
use zip::write::{SimpleFileOptions, ZipWriter};

/// A greyscale PNG of 3 x 2 pixels.
fn picture() -> Vec<u8> {
    let mut bytes = Vec::new();
    let image = image::GrayImage::from_fn(3, 2, |x, y| image::Luma([(x * 40 + y) as u8]));
    image
        .write_to(&mut Cursor::new(&mut bytes), image::ImageFormat::Png)
        .unwrap();
    bytes
}

fn archive_of(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        writer
            .start_file(*name, SimpleFileOptions::default())
            .unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Replaces every occurrence of `from` by `to` of the same length: what no writer would write.
fn patched(mut bytes: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let places: Vec<usize> = (0..=bytes.len() - from.len())
        .filter(|&at| &bytes[at..at + from.len()] == from)
        .collect();
    assert!(!places.is_empty(), "nothing to patch");
    for at in places {
        bytes[at..at + to.len()].copy_from_slice(to);
    }
    bytes
}

fn written(bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("study.zip");
    std::fs::write(&path, bytes).unwrap();
    (folder, path)
}

/// What reading a path fails with, the files beside it unharmed and none added.
fn failure(folder: &Path, path: &Path) -> FormatError {
    let err = read(path).unwrap_err();
    let left: Vec<_> = std::fs::read_dir(folder).unwrap().collect();
    assert_eq!(left.len(), 1, "nothing is written beside the archive");
    err
}

#[test]
fn an_archive_is_a_folder_of_radiographs() {
    let png = picture();
    let bytes = archive_of(&[
        ("in/im10", &png),
        ("in/im2", &png),
        ("notes.txt", b"hello"),
        ("__MACOSX/in/._im2", b"x"),
    ]);
    let (folder, path) = written(&bytes);
    for named in [path.clone(), folder.path().to_owned()] {
        let found = find_radiographs(&[named], &Search::default());
        assert_eq!(found.files, ["in/im2", "in/im10"].map(|n| path.join(n)));
        assert_eq!(found.skipped.len(), 1);
        assert_eq!(found.skipped[0].path, path.join("notes.txt"));
        assert!(found.skipped[0].reason.contains("text file"));
    }
    let radiograph = read(&path.join("in/im2")).unwrap();
    assert_eq!(radiograph.size(), (3, 2));
    assert_eq!(radiograph.source.path, path.join("in/im2"));
    assert_eq!(containing_file(&radiograph.source.path), path);
    assert!(exists(&path.join("in/im2")) && !exists(&path.join("in/im3")));
    // Named again, once with another spelling: one file each.
    let again = [path.join("in/im2"), path.join("in/./im2"), path.clone()];
    assert_eq!(find_radiographs(&again, &Search::default()).files.len(), 2);
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
}

#[test]
fn an_output_never_replaces_the_archive_its_source_lies_in() {
    let (_folder, path) = written(&archive_of(&[("im", &picture())]));
    let err = super::super::ensure_not_source(&path, &[path.join("im")]).unwrap_err();
    assert_eq!(err.class(), "would-replace-source");
}

#[test]
fn a_name_that_leads_out_closes_the_whole_archive() {
    let sound = archive_of(&[("xx/xx/evil", &picture())]);
    for name in [b"../../evil", b"/x/xx/evil", b"C:/xx/evil", b"..\\..\\evil"] {
        let (folder, path) = written(&patched(sound.clone(), b"xx/xx/evil", name));
        let found = find_radiographs(std::slice::from_ref(&path), &Search::default());
        assert_eq!(found.files, [path.as_path()], "reading it says why");
        let err = failure(folder.path(), &path);
        assert_eq!(err.class(), "unsafe-archive", "{err}");
        assert!(err.to_string().contains("leads out of its folder"), "{err}");
    }
}

#[test]
fn a_bomb_is_refused_before_it_grows() {
    // Zeros deflate about a thousand times.
    let (folder, path) = written(&archive_of(&[("bomb", &vec![0; 8 << 20])]));
    let inner = path.join("bomb");
    assert_eq!(
        find_radiographs(&[path], &Search::default()).files,
        [inner.as_path()]
    );
    let err = failure(folder.path(), &inner);
    assert_eq!(err.class(), "unsafe-archive", "{err}");
    assert!(err.to_string().contains("8388608 bytes"), "{err}");
}

#[test]
fn a_file_that_outgrows_its_stated_size_is_refused() {
    let sound = archive_of(&[("im", &vec![7; 4096])]);
    let lying = patched(sound, &4096_u32.to_le_bytes(), &100_u32.to_le_bytes());
    let (folder, path) = written(&lying);
    let err = failure(folder.path(), &path.join("im"));
    assert!(
        ["unsafe-archive", "corrupt-archive"].contains(&err.class()),
        "{err}"
    );
}

#[test]
fn an_encrypted_entry_says_so() {
    // Bit 0 of the general purpose flag, in the local header and in the directory (APPNOTE 4.4.4).
    let mut bytes = archive_of(&[("im", &picture())]);
    bytes[6] |= 1;
    let directory = bytes.windows(4).rposition(|w| w == b"PK\x01\x02").unwrap();
    bytes[directory + 8] |= 1;
    let (folder, path) = written(&bytes);
    assert_eq!(
        find_radiographs(std::slice::from_ref(&path), &Search::default()).files,
        [path.join("im")]
    );
    let err = failure(folder.path(), &path.join("im"));
    assert_eq!(err.class(), "encrypted");
    assert!(err.to_string().contains("password"), "{err}");
}

#[test]
fn an_archive_inside_an_archive_stays_closed() {
    let inner = archive_of(&[("im", &picture())]);
    let (folder, path) = written(&archive_of(&[("inner.zip", &inner)]));
    let found = find_radiographs(std::slice::from_ref(&path), &Search::default());
    assert!(found.files.is_empty());
    assert!(found.skipped[0].reason.contains("inside an archive"));
    let err = failure(folder.path(), &path.join("inner.zip"));
    assert_eq!(err.class(), "nested-archive");
}

#[test]
fn damage_is_named() {
    let sound = archive_of(&[("im", &picture())]);
    let (folder, path) = written(&sound[..sound.len() - 30]);
    assert_eq!(failure(folder.path(), &path).class(), "corrupt-archive");
    // One byte of the stored picture: its checksum no longer holds.
    let mut flipped = sound;
    flipped[40] ^= 0x55;
    let (folder, path) = written(&flipped);
    let err = failure(folder.path(), &path.join("im"));
    assert_eq!(err.class(), "corrupt-archive", "{err}");
}

#[test]
fn too_many_or_too_large_files_are_refused() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for i in 0..=MAX_ARCHIVE_ENTRIES {
        writer
            .start_file(i.to_string(), SimpleFileOptions::default())
            .unwrap();
    }
    let many = writer.finish().unwrap().into_inner();
    let (folder, path) = written(&many);
    let err = failure(folder.path(), &path);
    assert!(err.to_string().contains("files; the limit"), "{err}");
    // Three entries that each state almost 4 GiB, as overlapping bombs do.
    let sound = archive_of(&[("a", &[7; 4097]), ("b", &[7; 4097]), ("c", &[7; 4097])]);
    let large = patched(
        sound,
        &4097_u32.to_le_bytes(),
        &(u32::MAX - 1).to_le_bytes(),
    );
    let (folder, path) = written(&large);
    let err = failure(folder.path(), &path);
    assert!(err.to_string().contains("would unpack"), "{err}");
}

#[test]
fn a_search_through_an_archive_counts_and_can_be_stopped() {
    let png = picture();
    let (_folder, path) = written(&archive_of(&[
        ("a", &png),
        ("b", &png),
        ("c.txt", b"hello"),
    ]));
    let search = Search::default();
    let found = find_radiographs(std::slice::from_ref(&path), &search);
    assert_eq!((found.files.len(), found.stopped), (2, false));
    assert_eq!((search.num_seen(), search.num_found()), (3, 2));
    search.stop();
    assert_eq!(list(&path, &search, 0).unwrap().0.len(), 0);
    assert_eq!(search.num_seen(), 3);
}
