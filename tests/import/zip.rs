//! A zip writer just able to make sound and broken archives.

/// One entry of an archive to be written.
pub struct Entry<'a> {
    pub name: &'a str,
    pub data: &'a [u8],
    pub method: u16,
    pub flags: u16,
    pub crc32: u32,
    /// Size that the headers claim.
    pub claimed: u32,
}

impl<'a> Entry<'a> {
    /// A sound entry.
    pub fn stored(name: &'a str, data: &'a [u8]) -> Self {
        Self {
            name,
            data,
            method: 0,
            flags: 0,
            crc32: crc32fast::hash(data),
            claimed: data.len() as u32,
        }
    }
}

/// Writes entries, then the central directory, after `edit` has changed the offsets of the local headers.
pub fn archive(entries: &[Entry<'_>], edit: impl FnOnce(&mut Vec<u32>)) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut offsets = Vec::new();
    for entry in entries {
        offsets.push(bytes.len() as u32);
        bytes.extend(b"PK\x03\x04\x0a\x00");
        bytes.extend(common(entry));
        bytes.extend(entry.name.as_bytes());
        bytes.extend(entry.data);
    }
    edit(&mut offsets);
    let start = bytes.len() as u32;
    for (entry, offset) in entries.iter().zip(&offsets) {
        bytes.extend(b"PK\x01\x02\x0a\x00\x0a\x00");
        bytes.extend(common(entry));
        bytes.extend([0; 10]);
        bytes.extend(offset.to_le_bytes());
        bytes.extend(entry.name.as_bytes());
    }
    let size = bytes.len() as u32 - start;
    let count = entries.len() as u16;
    bytes.extend(b"PK\x05\x06\x00\x00\x00\x00");
    bytes.extend(count.to_le_bytes());
    bytes.extend(count.to_le_bytes());
    bytes.extend(size.to_le_bytes());
    bytes.extend(start.to_le_bytes());
    bytes.extend([0; 2]);
    bytes
}

/// A sound archive of a pickle and storages.
pub fn checkpoint(pickle: &[u8], storages: &[(&str, &[u8])]) -> Vec<u8> {
    let names: Vec<String> = storages
        .iter()
        .map(|(key, _)| format!("a/data/{key}"))
        .collect();
    let mut entries = vec![Entry::stored("a/data.pkl", pickle)];
    for (name, (_, data)) in names.iter().zip(storages) {
        entries.push(Entry::stored(name, data));
    }
    archive(&entries, |_| {})
}

/// The fields that local and central headers share, from the flags to the length of the extra field.
fn common(entry: &Entry<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend(entry.flags.to_le_bytes());
    bytes.extend(entry.method.to_le_bytes());
    bytes.extend([0; 4]);
    bytes.extend(entry.crc32.to_le_bytes());
    bytes.extend((entry.data.len() as u32).to_le_bytes());
    bytes.extend(entry.claimed.to_le_bytes());
    bytes.extend((entry.name.len() as u16).to_le_bytes());
    bytes.extend([0; 2]);
    bytes
}
