//! Text chunks of PNG files.

use png::{Decoder, Info};
use std::io::{BufRead, BufReader, Seek};
use std::path::Path;

/// The text chunks before a PNG file's pixels as keyword and text; none where there is none, or no PNG file.
/// Compressed Latin text is left out.
pub fn read_texts(path: &Path) -> Vec<(String, String)> {
    let file = std::fs::File::open(path).map(BufReader::new);
    file.map_or_else(|_| Vec::new(), texts)
}

/// [`read_texts`] of bytes.
pub(super) fn texts(reader: impl BufRead + Seek) -> Vec<(String, String)> {
    let reader = Decoder::new(reader).read_info();
    reader.map_or_else(|_| Vec::new(), |reader| of_info(reader.info()))
}

fn of_info(info: &Info<'_>) -> Vec<(String, String)> {
    let latin = info.uncompressed_latin1_text.iter();
    let latin = latin.map(|chunk| (chunk.keyword.clone(), chunk.text.clone()));
    let unicode = info.utf8_text.iter();
    let unicode = unicode.filter_map(|chunk| Some((chunk.keyword.clone(), chunk.get_text().ok()?)));
    latin.chain(unicode).collect()
}
