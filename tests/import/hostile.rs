//! Pickles that would run something, and tensors that reach beyond their storage.

use super::refusal_of_bytes;
use super::zip::checkpoint;
use diaphane::model::import::ImportError;
use std::path::Path;

/// Builds the pickle of a state dict with one tensor; only the interesting numbers vary.
struct OneTensor<'a> {
    elements: i64,
    offset: i64,
    shape: &'a [i64],
    strides: &'a [i64],
}

/// Six floats as [2, 3].
const SOUND: OneTensor<'_> = OneTensor {
    elements: 6,
    offset: 0,
    shape: &[2, 3],
    strides: &[3, 1],
};

impl OneTensor<'_> {
    fn pickle(&self) -> Vec<u8> {
        let mut bytes =
            b"\x80\x02}X\x01\x00\x00\x00wctorch._utils\n_rebuild_tensor_v2\n((".to_vec();
        bytes.extend(
            b"X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpu",
        );
        bytes.extend(integer(self.elements));
        bytes.extend(b"tQ");
        bytes.extend(integer(self.offset));
        for list in [self.shape, self.strides] {
            bytes.push(b'(');
            bytes.extend(list.iter().flat_map(|&value| integer(value)));
            bytes.push(b't');
        }
        bytes.extend(b"\x89ccollections\nOrderedDict\n)RtRs.");
        bytes
    }

    fn refusal(&self) -> ImportError {
        refusal_of_bytes(&checkpoint(&self.pickle(), &[("0", &[0; 24])]))
    }
}

/// LONG1 with eight bytes.
fn integer(value: i64) -> Vec<u8> {
    [b"\x8a\x08".as_slice(), &value.to_le_bytes()].concat()
}

#[test]
fn code_in_a_checkpoint_is_named_and_never_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let trace = folder.path().join("it_ran");
    let command = format!("touch {}", trace.display());
    let bare = format!("cposix\nsystem\n(S'{command}'\ntR.").into_bytes();
    for bytes in [checkpoint(&bare, &[]), bare] {
        let err = refusal_of_bytes(&bytes);
        let sentence = err.to_string();
        assert!(sentence.contains("posix.system"), "{sentence}");
        assert!(sentence.contains("nothing was run"), "{sentence}");
        match err {
            ImportError::ForbiddenGlobals { names, .. } => assert_eq!(names, ["posix.system"]),
            other => panic!("{other}"),
        }
    }
    assert!(!trace.exists(), "the command of the pickle has run");
}

#[test]
fn code_beside_a_sound_network_is_found() {
    // The published kind of file, with one call appended to the state of its root module.
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/import/stranger.pth");
    let bytes = std::fs::read(path).expect("a checkpoint");
    let start = bytes
        .windows(2)
        .position(|w| w == [0x80, 2])
        .expect("a pickle");
    let end = bytes.windows(3).position(|w| w == b"ub.").expect("its end") + 2;
    let mut pickle = bytes[start..end].to_vec();
    pickle.extend(b"cbuiltins\nexec\n(X\x04\x00\x00\x00passtR0.");
    match refusal_of_bytes(&checkpoint(&pickle, &[])) {
        ImportError::ForbiddenGlobals { names, .. } => assert_eq!(names, ["builtins.exec"]),
        other => panic!("{other}"),
    }
}

#[test]
fn the_sound_tensor_is_read_and_only_its_network_is_unknown() {
    let err = SOUND.refusal();
    assert!(
        matches!(err, ImportError::Unrecognised { tensors: 1, .. }),
        "{err}"
    );
}

#[test]
fn tensors_beyond_their_storage_are_refused() {
    const MAX: i64 = i64::MAX;
    let cases: [(i64, &[i64], &[i64], &str); 8] = [
        (1, &[2, 3], &[3, 1], "reaches element 6"),
        (-1, &[2, 3], &[3, 1], "size of -1"),
        (MAX, &[2, 3], &[3, 1], "reaches element"),
        (0, &[2, 3], &[4, 1], "reaches element 6"),
        (0, &[2, 3], &[MAX, MAX], "overflow"),
        (0, &[MAX, MAX], &[3, 1], "too many elements"),
        // Expanding six numbers to a terabyte takes no bytes in the file.
        (0, &[1 << 40, 3], &[0, 1], "on a storage of 6"),
        (0, &[2; 9], &[0; 9], "9 dimensions"),
    ];
    for (offset, shape, strides, word) in cases {
        let tensor = OneTensor {
            elements: 6,
            offset,
            shape,
            strides,
        };
        let err = tensor.refusal();
        assert!(err.to_string().contains(word), "{word}: {err}");
    }
}

#[test]
fn modules_that_contain_themselves_are_given_up() {
    // A module whose `_modules` holds the module itself.
    let mut pickle = b"\x80\x02cmodules.unet\nUNetModel\n)\x81q\x00}(".to_vec();
    pickle.extend(b"X\x0b\x00\x00\x00_parameters}X\x08\x00\x00\x00_buffers}");
    pickle.extend(b"X\x08\x00\x00\x00_modules}X\x01\x00\x00\x00ah\x00sub.");
    let err = refusal_of_bytes(&checkpoint(&pickle, &[]));
    assert!(err.to_string().contains("nested without end"), "{err}");
}

#[test]
fn a_storage_of_another_size_than_described_is_refused() {
    let mut pickle = SOUND.pickle();
    // Renamed, so that it is taken for a network: the U-Net's three signs.
    let names = [
        "time_embed.0.weight",
        "input_blocks.0.0.weight",
        "out.2.weight",
    ];
    let entry = pickle.split_off(3);
    let value = &entry[6..entry.len() - 2];
    let mut bytes = b"\x80\x02}(".to_vec();
    for name in names {
        bytes.extend(b"X");
        bytes.extend((name.len() as u32).to_le_bytes());
        bytes.extend(name.as_bytes());
        bytes.extend(value);
    }
    bytes.extend(b"u.");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("short.pth");
    std::fs::write(&file, checkpoint(&bytes, &[("0", &[0; 20])])).expect("a file");
    let err = super::refusal(&[file, super::fixture("vqvae_tiny.pth")]);
    assert!(err.to_string().contains("should have 6 elements"), "{err}");
}
