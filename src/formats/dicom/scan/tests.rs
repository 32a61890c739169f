use super::*;

/// Explicit VR Little Endian element with a 32-bit length.
fn long(tag: Tag, vr: [u8; 2], length: u32, value: &[u8]) -> Vec<u8> {
    let mut bytes = [tag.0.to_le_bytes(), tag.1.to_le_bytes(), vr, [0, 0]].concat();
    bytes.extend(length.to_le_bytes());
    bytes.extend(value);
    bytes
}

fn item(length: u32, value: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0xFE, 0xFF, 0x00, 0xE0];
    bytes.extend(length.to_le_bytes());
    bytes.extend(value);
    bytes
}

fn rows() -> Vec<u8> {
    vec![0x28, 0, 0x10, 0, b'U', b'S', 2, 0, 7, 0]
}

fn class(bytes: &[u8]) -> &'static str {
    scan(bytes, Encoding::EXPLICIT_LE).map_or_else(|problem| problem.class(), |_| "sound")
}

fn nested(depth: usize, is_defined: bool) -> Vec<u8> {
    (0..depth).fold(Vec::new(), |inner, _| {
        let length = |bytes: &[u8]| {
            if is_defined {
                bytes.len() as u32
            } else {
                u32::MAX
            }
        };
        let mut content = inner;
        if !is_defined {
            content.extend([0xFE, 0xFF, 0x0D, 0xE0, 0, 0, 0, 0]);
        }
        let mut content = item(length(&content), &content);
        if !is_defined {
            content.extend([0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0]);
        }
        long(
            tags::REFERENCED_IMAGE_SEQUENCE,
            *b"SQ",
            length(&content),
            &content,
        )
    })
}

#[test]
fn nesting_is_bounded_under_both_kinds_of_length() {
    for is_defined in [true, false] {
        assert_eq!(class(&nested(MAX_SEQUENCE_DEPTH, is_defined)), "sound");
        assert_eq!(
            class(&nested(MAX_SEQUENCE_DEPTH + 1, is_defined)),
            "too-deep"
        );
    }
}

#[test]
fn lengths_stay_inside_file_and_container() {
    assert_eq!(
        class(&long(tags::PIXEL_DATA, *b"OW", 0x7FFF_FFFF, &[0; 8])),
        "truncated"
    );
    assert_eq!(
        class(&long(tags::PIXEL_PADDING_VALUE, *b"OW", u32::MAX, &[0; 8])),
        "bad-length"
    );
    let leaking = long(
        tags::REFERENCED_IMAGE_SEQUENCE,
        *b"SQ",
        18,
        &item(10, &rows()),
    );
    assert_eq!(class(&leaking), "sound");
    let leaking = long(
        tags::REFERENCED_IMAGE_SEQUENCE,
        *b"SQ",
        18,
        &item(9, &rows()),
    );
    assert_eq!(class(&leaking), "corrupt-dataset");
    let unclosed = long(
        tags::REFERENCED_IMAGE_SEQUENCE,
        *b"SQ",
        u32::MAX,
        &item(10, &rows()),
    );
    assert_eq!(class(&unclosed), "truncated");
}

#[test]
fn a_second_header_or_picture_is_refused_and_junk_behind_it_is_not() {
    let pixels = long(tags::PIXEL_DATA, *b"OW", 2, &[1, 2]);
    assert_eq!(class(&[rows(), rows()].concat()), "inconsistent-header");
    assert_eq!(
        class(&[pixels.clone(), pixels.clone()].concat()),
        "inconsistent-header"
    );
    let scanned = scan(&[pixels, b"junk".to_vec()].concat(), Encoding::EXPLICIT_LE).unwrap();
    assert_eq!(scanned.warnings.len(), 1);
    assert_eq!(
        scanned.pixel_data,
        Some(PixelDataPlace::Native {
            value: 12..14,
            words: true
        })
    );
}

#[test]
fn fragments_are_found_and_the_parser_gets_only_what_was_asked() {
    let mut fragments = [item(0, &[]), item(4, &[1, 2, 3, 4]), item(2, &[5, 6])].concat();
    fragments.extend([0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0]);
    let icon = long(Tag(0x0088, 0x0200), *b"SQ", 18, &item(10, &rows()));
    let bytes = [
        rows(),
        icon,
        long(tags::PIXEL_DATA, *b"OB", u32::MAX, &fragments),
    ]
    .concat();
    let scanned = scan(&bytes, Encoding::EXPLICIT_LE).unwrap();
    let Some(PixelDataPlace::Encapsulated {
        offset_table,
        fragments,
    }) = &scanned.pixel_data
    else {
        panic!("{:?}", scanned.pixel_data);
    };
    assert!(offset_table.is_empty());
    let contents: Vec<&[u8]> = fragments
        .iter()
        .map(|range| &bytes[range.clone()])
        .collect();
    assert_eq!(contents, [&[1, 2, 3, 4][..], &[5, 6]]);
    assert_eq!(scanned.subset(&bytes, &[tags::ROWS]), rows());
}
