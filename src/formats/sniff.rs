//! What kind of file the first bytes say it is; the name is never trusted.

/// Number of leading bytes that decide: preamble, prefix and the first element header.
pub(super) const SNIFF_BYTES: usize = 140;

/// Kinds of file told apart by content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// DICOM Part 10 file, or a bare data set.
    Dicom,
    /// Portable Network Graphics.
    Png,
    /// Tagged Image File Format.
    Tiff,
    /// JPEG.
    Jpeg,
    /// ZIP archive.
    Zip,
}

/// Decides by content, `Err` with what the file looks like otherwise.
///
/// `DICM` at 128 goes before everything else: the preamble may hold a TIFF header (PS3.10 7.1).
pub(super) fn content(head: &[u8]) -> Result<Content, String> {
    if head.get(128..132) == Some(b"DICM") {
        return Ok(Content::Dicom);
    }
    if head.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Ok(Content::Png);
    }
    if [b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"]
        .iter()
        .any(|magic| head.starts_with(*magic))
    {
        return Ok(Content::Tiff);
    }
    if head.starts_with(&[0xFF, 0xD8, 0xFF]) {
        return Ok(Content::Jpeg);
    }
    // A local file header, or the end record of an archive without files (APPNOTE 4.3).
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Ok(Content::Zip);
    }
    if looks_like_bare_dataset(head) {
        return Ok(Content::Dicom);
    }
    Err(describe(head))
}

/// A data set without preamble starts with group 2 or 8, and its first element has a plausible length.
fn looks_like_bare_dataset(head: &[u8]) -> bool {
    let &[group, 0, element, element_high, c, d, e, f, ..] = head else {
        return false;
    };
    let first_of_group = matches!(group, 2 | 8) && element_high == 0 && element <= 0x20;
    let explicit = c.is_ascii_uppercase() && d.is_ascii_uppercase();
    let implicit_len = u32::from_le_bytes([c, d, e, f]);
    first_of_group && (explicit || implicit_len <= 256)
}

fn describe(head: &[u8]) -> String {
    let lower: Vec<u8> = head.iter().map(u8::to_ascii_lowercase).collect();
    let text_like = head.iter().all(|&b| b >= 0x20 || b.is_ascii_whitespace());
    let looks_like = if head.starts_with(b"%PDF") {
        "it is a PDF document"
    } else if lower.windows(5).any(|w| w == b"<html" || w == b"<!doc") {
        "it is a web page, perhaps a log-in page saved under an image's name"
    } else if head.starts_with(&[0xFF, 0xFE]) || head.starts_with(&[0xFE, 0xFF]) || text_like {
        "it is a text file"
    } else {
        "its first bytes match no known image format"
    };
    looks_like.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tiff_header_in_the_preamble_does_not_hide_dicom() {
        let mut head = vec![0_u8; SNIFF_BYTES];
        head[..4].copy_from_slice(b"II*\0");
        assert_eq!(content(&head), Ok(Content::Tiff));
        head[128..132].copy_from_slice(b"DICM");
        assert_eq!(content(&head), Ok(Content::Dicom));
    }

    #[test]
    fn other_files_are_named() {
        assert!(
            content(b"<!DOCTYPE html><html>")
                .unwrap_err()
                .contains("web page")
        );
        assert!(content(b"%PDF-1.7").unwrap_err().contains("PDF"));
        assert!(content(b"").is_err());
    }
}
