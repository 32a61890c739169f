//! Archives that lie about themselves.

use super::refusal_of_bytes;
use super::zip::{Entry, archive, checkpoint};
use diaphane::model::import::ImportError;

/// A state dict with no entries: a sound pickle that holds no network.
const EMPTY: &[u8] = b"\x80\x02}q\x00.";

#[test]
fn a_sound_archive_reaches_its_pickle() {
    let err = refusal_of_bytes(&checkpoint(EMPTY, &[]));
    assert!(err.to_string().contains("no tensors"), "{err}");
}

#[test]
fn compressed_and_encrypted_entries_are_refused() {
    for (method, flags) in [(8, 0), (0, 1)] {
        let entry = Entry {
            method,
            flags,
            ..Entry::stored("a/data.pkl", EMPTY)
        };
        let err = refusal_of_bytes(&archive(&[entry], |_| {}));
        assert!(matches!(err, ImportError::Unsupported { .. }), "{err}");
        assert!(err.to_string().contains("compressed or encrypted"), "{err}");
    }
}

#[test]
fn a_claimed_size_beyond_the_limit_is_refused_before_any_reading() {
    let entry = Entry {
        claimed: 1 << 28,
        method: 8,
        ..Entry::stored("a/data.pkl", EMPTY)
    };
    let err = refusal_of_bytes(&archive(&[entry], |_| {}));
    assert!(matches!(err, ImportError::TooLarge { .. }), "{err}");
}

#[test]
fn a_wrong_checksum_is_refused() {
    let entry = Entry {
        crc32: 7,
        ..Entry::stored("a/data.pkl", EMPTY)
    };
    let err = refusal_of_bytes(&archive(&[entry], |_| {}));
    assert!(err.to_string().contains("checksum"), "{err}");
}

#[test]
fn overlapping_and_repeated_entries_are_refused() {
    let two = [
        Entry::stored("a/data.pkl", EMPTY),
        Entry::stored("a/data/00", EMPTY),
    ];
    // Both entries claim the first local header.
    let err = refusal_of_bytes(&archive(&two, |offsets| offsets[1] = offsets[0]));
    assert!(matches!(err, ImportError::Damaged { .. }), "{err}");
    let twice = [
        Entry::stored("a/data.pkl", EMPTY),
        Entry::stored("a/data.pkl", b"\x80\x02N."),
    ];
    let err = refusal_of_bytes(&archive(&twice, |_| {}));
    assert!(err.to_string().contains("two entries"), "{err}");
}

#[test]
fn an_entry_outside_of_the_file_is_refused() {
    let one = [Entry::stored("a/data.pkl", EMPTY)];
    let err = refusal_of_bytes(&archive(&one, |offsets| offsets[0] = 0x7fff_ffff));
    assert!(matches!(err, ImportError::Damaged { .. }), "{err}");
    // The largest offset there is announces a zip64 field, which is missing.
    let err = refusal_of_bytes(&archive(&one, |offsets| offsets[0] = u32::MAX));
    assert!(matches!(err, ImportError::Damaged { .. }), "{err}");
}

#[test]
fn every_shortened_archive_is_refused() {
    let whole = checkpoint(EMPTY, &[("0", &[0; 16])]);
    for length in 2..whole.len() {
        let err = refusal_of_bytes(&whole[..length]);
        assert!(
            matches!(
                err,
                ImportError::Damaged { .. } | ImportError::Unsupported { .. }
            ),
            "{length}: {err}"
        );
    }
}

#[test]
fn archives_of_other_programs_are_named() {
    let other = [Entry::stored("readme.txt", b"hello")];
    let err = refusal_of_bytes(&archive(&other, |_| {}));
    assert!(
        err.to_string().contains("without the one data.pkl"),
        "{err}"
    );
    let script = [
        Entry::stored("a/constants.pkl", EMPTY),
        Entry::stored("a/data.pkl", EMPTY),
    ];
    let err = refusal_of_bytes(&archive(&script, |_| {}));
    assert!(err.to_string().contains("TorchScript"), "{err}");
    let big = [
        Entry::stored("a/byteorder", b"big"),
        Entry::stored("a/data.pkl", EMPTY),
    ];
    let err = refusal_of_bytes(&archive(&big, |_| {}));
    assert!(err.to_string().contains("big-endian"), "{err}");
    let err = refusal_of_bytes(b"<html>404 not found</html>");
    assert!(
        err.to_string().contains("neither a torch.save archive"),
        "{err}"
    );
}
