//! One checkpoint file, whatever its container: a `torch.save` archive or safetensors.

use super::ImportError;
use super::archive::Archive;
use super::modules::named_tensors;
use super::pickle::{PickleError, read_pickle};
use super::tensor::StridedTensor;
use crate::model::weights::{SafetensorsFile, TensorEntry, TensorSource, tensor_from_bytes};
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use tch::Tensor;

/// Largest pickle accepted; that of the largest published checkpoint has under 2 MB, as tensors lie beside it.
const MAX_PICKLE_BYTES: u64 = 32 << 20;
/// First bytes of a file written by `torch.save` before torch 1.6: protocol 2, then the magic number
/// 0x1950a86a20f9469cfc6c as a pickled integer.
const LEGACY_MAGIC: [u8; 15] = [
    0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e,
];

/// An open checkpoint.
pub(super) struct Checkpoint {
    path: PathBuf,
    entries: Vec<TensorEntry>,
    content: Content,
    /// Classes outside of the known packages; nothing was done with them.
    pub(super) unknown_classes: Vec<String>,
}

enum Content {
    Archive {
        archive: Archive,
        prefix: String,
        tensors: Vec<StridedTensor>,
    },
    Safetensors(SafetensorsFile),
}

impl Checkpoint {
    /// Opens a checkpoint and reads its description; tensors are read later, one by one.
    pub(super) fn open(path: &Path) -> Result<Self, ImportError> {
        let mut head = Vec::new();
        File::open(path)
            .and_then(|file| file.take(64).read_to_end(&mut head))
            .map_err(|err| ImportError::io("read", path, err))?;
        if head.starts_with(b"PK") {
            return Self::open_archive(path);
        }
        if head.get(8) == Some(&b'{') {
            return Self::open_safetensors(path);
        }
        if head.starts_with(&LEGACY_MAGIC) {
            let reason = "it was written by torch before 1.6; load it in the Python it came from and save it again with torch.save(model.state_dict(), file)";
            return Err(ImportError::unsupported(path, reason));
        }
        Err(bare_pickle_error(path)?)
    }

    fn open_safetensors(path: &Path) -> Result<Self, ImportError> {
        let file = SafetensorsFile::open(path)?;
        Ok(Self {
            path: path.to_path_buf(),
            entries: file.entries().to_vec(),
            content: Content::Safetensors(file),
            unknown_classes: Vec::new(),
        })
    }

    fn open_archive(path: &Path) -> Result<Self, ImportError> {
        let limits = [("data.pkl", MAX_PICKLE_BYTES), ("byteorder", 16)];
        let mut archive = Archive::open(path, &limits)?;
        let prefix = archive_prefix(&archive, path)?;
        let order = format!("{prefix}byteorder");
        if archive.size(&order).is_some() && archive.read(&order)? != b"little" {
            let reason = "it was written on a big-endian machine; save it again on a common one";
            return Err(ImportError::unsupported(path, reason));
        }
        let bytes = archive.read(&format!("{prefix}data.pkl"))?;
        let pickle = read_pickle(&bytes).map_err(|err| pickle_error(path, err))?;
        if pickle.length != bytes.len() {
            return Err(ImportError::damaged(
                path,
                "bytes follow the end of its pickle",
            ));
        }
        let named =
            named_tensors(&pickle).map_err(|reason| ImportError::unsupported(path, reason))?;
        let (entries, tensors) = named
            .into_iter()
            .map(|(name, tensor)| {
                let shape = tensor.shape.iter().map(|&side| side as i64).collect();
                let kind = tensor.kind.clone();
                (TensorEntry { name, shape, kind }, tensor)
            })
            .unzip();
        Ok(Self {
            path: path.to_path_buf(),
            entries,
            content: Content::Archive {
                archive,
                prefix,
                tensors,
            },
            unknown_classes: pickle.unknown,
        })
    }
}

impl TensorSource for Checkpoint {
    type Error = ImportError;

    fn path(&self) -> &Path {
        &self.path
    }

    fn entries(&self) -> &[TensorEntry] {
        &self.entries
    }

    fn read(&mut self, index: usize) -> Result<Option<Tensor>, ImportError> {
        match &mut self.content {
            Content::Safetensors(file) => Ok(file.read(index)?),
            Content::Archive {
                archive,
                prefix,
                tensors,
            } => match (self.entries.get(index), tensors.get(index)) {
                (Some(entry), Some(tensor)) if tensor.element_bytes > 0 => {
                    let bytes = read_elements(archive, prefix, tensor, &self.path)?;
                    Ok(tensor_from_bytes(entry, &bytes)?)
                }
                _ => Ok(None),
            },
        }
    }
}

/// Bytes of a tensor's elements, in the order of the tensor.
fn read_elements(
    archive: &mut Archive,
    prefix: &str,
    tensor: &StridedTensor,
    path: &Path,
) -> Result<Vec<u8>, ImportError> {
    let name = format!("{prefix}data/{}", tensor.storage);
    let size = tensor.element_bytes as u64;
    let described = tensor.storage_elements.checked_mul(size);
    let present = archive.size(&name);
    if described != present {
        let reason = format!(
            "the storage {name:?} should have {} elements",
            tensor.storage_elements
        );
        return Err(ImportError::damaged(path, reason));
    }
    let length = (tensor.span() * size) as usize;
    let span = archive.read_range(&name, tensor.offset * size, length)?;
    if tensor.is_contiguous() {
        return Ok(span);
    }
    let gathered = tensor.gather(&span);
    gathered.ok_or_else(|| ImportError::damaged(path, format!("{name:?} is too short")))
}

/// The folder inside the archive that holds `data.pkl`, with its slash.
fn archive_prefix(archive: &Archive, path: &Path) -> Result<String, ImportError> {
    let mut pickles = archive
        .names()
        .filter(|name| *name == "data.pkl" || name.ends_with("/data.pkl"));
    let (Some(pickle), None) = (pickles.next(), pickles.next()) else {
        let reason = "it is a zip archive without the one data.pkl that torch.save writes";
        return Err(ImportError::unsupported(path, reason));
    };
    let prefix = pickle.trim_end_matches("data.pkl").to_owned();
    if archive.size(&format!("{prefix}constants.pkl")).is_some() {
        let reason = "it is a TorchScript program; export a checkpoint with torch.save(model.state_dict(), file)";
        return Err(ImportError::unsupported(path, reason));
    }
    Ok(prefix)
}

fn pickle_error(path: &Path, error: PickleError) -> ImportError {
    match error {
        PickleError::Forbidden(names) => ImportError::ForbiddenGlobals {
            path: path.to_path_buf(),
            names,
        },
        PickleError::Malformed(reason) => ImportError::damaged(path, reason),
        PickleError::TooLong => ImportError::too_large(path, "its pickle has too many operations"),
    }
}

/// The error for a file that is no container; a hostile pickle among them is named as such.
fn bare_pickle_error(path: &Path) -> Result<ImportError, ImportError> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_PICKLE_BYTES).read_to_end(&mut bytes))
        .map_err(|err| ImportError::io("read", path, err))?;
    Ok(match read_pickle(&bytes) {
        Err(PickleError::Forbidden(names)) => ImportError::ForbiddenGlobals {
            path: path.to_path_buf(),
            names,
        },
        _ => ImportError::unsupported(
            path,
            "it is neither a torch.save archive nor a safetensors file",
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::weights::WeightKind;
    use tch::Kind;

    fn fixture(name: &str) -> PathBuf {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/import");
        folder.join(name)
    }

    /// The rule of `make_fixtures.py`.
    fn expected(name: &str, count: i64) -> Vec<f64> {
        let seed = i64::from(crc32fast::hash(name.as_bytes()));
        let value = |i: i64| ((seed + 7 * i) % 255 - 127) as f64 / 64.0;
        (0..count).map(value).collect()
    }

    fn values(checkpoint: &mut Checkpoint, name: &str) -> (Vec<i64>, Vec<f64>) {
        let index = checkpoint.entries().iter().position(|e| e.name == name);
        let index = index.expect("a tensor of this name");
        let tensor = checkpoint.read(index).expect("readable").expect("a weight");
        let flat = tensor.to_kind(Kind::Double).flatten(0, -1);
        let flat = Vec::<f64>::try_from(flat).expect("numbers");
        (tensor.size(), flat)
    }

    #[test]
    fn windows_onto_shared_storages_are_cut_out_as_torch_shows_them() {
        let mut views = Checkpoint::open(&fixture("views.pth")).expect("a checkpoint");
        let base = expected("base", 24);
        let mut read = |name: &str| values(&mut views, name);
        assert_eq!(read("base"), (vec![4, 6], base.clone()));
        let transposed = (0..24).map(|i| base[i % 4 * 6 + i / 4]).collect();
        assert_eq!(read("transposed"), (vec![6, 4], transposed));
        let window = vec![base[8], base[9], base[10], base[14], base[15], base[16]];
        assert_eq!(read("window"), (vec![2, 3], window));
        assert_eq!(read("row"), (vec![6], base[12..18].to_vec()));
        assert_eq!(read("scalar"), (vec![], vec![base[23]]));
        assert_eq!(read("half"), (vec![5], expected("half", 5)));
        assert_eq!(read("brain"), (vec![5], expected("brain", 5)));
        assert_eq!(
            read("channels_last"),
            (vec![1, 2, 3, 2], expected("image", 12))
        );
        assert_eq!(read("empty"), (vec![0, 3], vec![]));
    }

    #[test]
    fn counters_are_read_as_integers() {
        let mut views = Checkpoint::open(&fixture("views.pth")).expect("a checkpoint");
        let last = views.entries().len() - 1;
        assert_eq!(views.entries()[last].kind, WeightKind::I64);
        let counted = values(&mut views, "bn.num_batches_tracked");
        assert_eq!(counted, (vec![], vec![12.0]));
    }

    #[test]
    fn a_stranger_is_read_and_reported() {
        let mut stranger = Checkpoint::open(&fixture("stranger.pth")).expect("a checkpoint");
        assert_eq!(stranger.unknown_classes, ["elsewhere.networks.Stranger"]);
        assert_eq!(
            values(&mut stranger, "fc.weight"),
            (vec![2, 2], expected("fc.weight", 4))
        );
    }

    #[test]
    fn a_flipped_bit_anywhere_is_an_error_or_harmless_but_no_panic() {
        let whole = std::fs::read(fixture("views.pth")).expect("a checkpoint");
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("flipped.pth");
        for at in 0..whole.len() {
            let mut flipped = whole.clone();
            flipped[at] ^= 1 << (at % 8);
            std::fs::write(&file, flipped).expect("a file");
            if let Ok(mut checkpoint) = Checkpoint::open(&file) {
                for index in 0..checkpoint.entries().len() {
                    drop(checkpoint.read(index));
                }
            }
        }
    }

    #[test]
    fn the_old_format_is_refused_with_a_way_out() {
        let refused = Checkpoint::open(&fixture("legacy.pth"))
            .err()
            .expect("a refusal");
        let sentence = refused.to_string();
        assert!(sentence.contains("before 1.6"), "{sentence}");
        assert!(sentence.contains("torch.save"), "{sentence}");
    }
}
