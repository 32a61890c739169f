//! Writing a bundle, complete or not at all.

use super::bundle_sha256;
use super::learned_from::LearnedFrom;
use crate::model::ModelError;
use crate::model::manifest::{FileEntry, FileRole, MANIFEST_FILE, Manifest};
use crate::model::weights::{AtomicFile, WeightPrecision, save_weights};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use tch::nn::VarStore;

/// Collects the parts of a bundle in a temporary folder beside its destination; [`BundleWriter::finish`] renames it.
/// Dropped before that, it leaves nothing behind.
#[derive(Debug)]
pub struct BundleWriter {
    destination: PathBuf,
    temporary: PathBuf,
    manifest: Manifest,
    overwrite: bool,
    finished: bool,
}

/// A bundle that was written.
#[derive(Debug, Clone, PartialEq)]
pub struct WrittenBundle {
    /// Its folder.
    pub folder: PathBuf,
    /// Its manifest, with the files.
    pub manifest: Manifest,
    /// sha256 that names manifest and weights together, lower-case hexadecimal.
    pub sha256: String,
}

impl BundleWriter {
    /// Starts a bundle at `destination` from a manifest; its list of files is written anew. What a killed run left of
    /// a bundle of the same name is removed (on Linux, where it can be told from what is being written).
    ///
    /// # Errors
    /// [`ModelError::AlreadyExists`] where the destination holds anything and may not be replaced;
    /// [`ModelError::Io`] where the disk refuses.
    pub fn create(
        destination: &Path,
        mut manifest: Manifest,
        overwrite: bool,
    ) -> Result<Self, ModelError> {
        refuse_foreign(destination, overwrite)?;
        remove_abandoned(destination);
        manifest.files.clear();
        manifest.learned_from = None;
        let temporary = sibling(destination, "partial");
        if temporary.exists() {
            remove(&temporary)?;
        }
        fs::create_dir_all(&temporary).map_err(|err| ModelError::io("write", &temporary, err))?;
        Ok(Self {
            destination: destination.to_path_buf(),
            temporary,
            manifest,
            overwrite,
            finished: false,
        })
    }

    /// The manifest as far as it is known.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Writes the variables of a network as the weights of a role.
    ///
    /// # Errors
    /// As [`save_weights`].
    pub fn add_store(
        &mut self,
        role: FileRole,
        vs: &VarStore,
        precision: WeightPrecision,
    ) -> Result<(), ModelError> {
        let name = format!("{role}.safetensors");
        let saved = save_weights(vs, &self.temporary.join(&name), precision)?;
        self.add_entry(role, name, saved.sha256, saved.bytes);
        Ok(())
    }

    /// Notes where the weights of a role came from.
    pub fn set_origin(&mut self, role: FileRole, origin: String) {
        if let Some(entry) = self.manifest.files.iter_mut().find(|e| e.role == role) {
            entry.origin = Some(origin);
        }
    }

    /// Writes the model card.
    ///
    /// # Errors
    /// [`ModelError::Io`] where the disk refuses.
    pub fn write_card(&mut self, text: &str) -> Result<(), ModelError> {
        let mut card = AtomicFile::create(&self.temporary.join(&self.manifest.card))?;
        card.write(text.as_bytes())?;
        card.commit()
    }

    /// Writes what the networks learned from.
    ///
    /// # Errors
    /// [`ModelError::Io`] where the disk refuses.
    pub fn write_learned_from(&mut self, learned: &LearnedFrom) -> Result<(), ModelError> {
        self.manifest.learned_from = Some(learned.write(&self.temporary)?);
        Ok(())
    }

    /// Writes the manifest and puts the bundle in its place.
    ///
    /// # Errors
    /// [`ModelError::ManifestInvalid`] where parts are missing or contradict each other, [`ModelError::Io`] where the
    /// disk refuses; an earlier bundle at the destination is then left as it was.
    pub fn finish(mut self) -> Result<WrittenBundle, ModelError> {
        self.manifest.write(&self.temporary)?;
        let (manifest, text) = Manifest::read_with_text(&self.temporary)?;
        refuse_foreign(&self.destination, self.overwrite)?;
        let replaced = sibling(&self.destination, "replaced");
        let replaces = self.destination.exists();
        if replaces {
            fs::rename(&self.destination, &replaced)
                .map_err(|err| ModelError::io("rename", &self.destination, err))?;
        }
        if let Err(err) = fs::rename(&self.temporary, &self.destination) {
            if replaces {
                // Best effort: the first error is the one to report.
                drop(fs::rename(&replaced, &self.destination));
            }
            return Err(ModelError::io("rename", &self.destination, err));
        }
        self.finished = true;
        if replaces {
            remove(&replaced)?;
        }
        Ok(WrittenBundle {
            folder: self.destination.clone(),
            sha256: bundle_sha256(&text, &manifest.files),
            manifest,
        })
    }

    fn add_entry(&mut self, role: FileRole, name: String, sha256: String, bytes: u64) {
        self.manifest.files.retain(|entry| entry.role != role);
        self.manifest.files.push(FileEntry {
            role,
            name,
            sha256,
            bytes,
            origin: None,
        });
        self.manifest.files.sort_by_key(|entry| entry.role);
    }
}

impl Drop for BundleWriter {
    fn drop(&mut self) {
        if !self.finished {
            drop(fs::remove_dir_all(&self.temporary));
        }
    }
}

/// Refuses a destination that exists, unless it is empty, or a bundle that may be replaced. A folder that holds
/// anything else is never replaced: overwriting is about bundles, not about a mistyped home folder.
fn refuse_foreign(destination: &Path, overwrite: bool) -> Result<(), ModelError> {
    let empty = fs::read_dir(destination).is_ok_and(|mut entries| entries.next().is_none());
    let bundle = destination.join(MANIFEST_FILE).is_file();
    if !destination.exists() || empty || (overwrite && bundle) {
        return Ok(());
    }
    let path = destination.to_path_buf();
    Err(ModelError::AlreadyExists { path })
}

fn sibling(destination: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(destination.file_name().unwrap_or_default());
    name.push(format!(".{}.{suffix}", std::process::id()));
    destination.with_file_name(name)
}

fn remove(folder: &Path) -> Result<(), ModelError> {
    fs::remove_dir_all(folder).map_err(|err| ModelError::io("remove", folder, err))
}

/// Removes the partial folders of `destination` whose process is gone: each may hold gigabytes, and nothing else would
/// ever remove them. Where that fails they only take room, which is no reason to fail too.
fn remove_abandoned(destination: &Path) {
    let Some(name) = destination.file_name().and_then(OsStr::to_str) else {
        return;
    };
    let parent = destination
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    let Ok(entries) = fs::read_dir(parent.unwrap_or(Path::new("."))) else {
        return;
    };
    for entry in entries.flatten() {
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let process = entry
            .file_name()
            .to_str()
            .and_then(|file| process_of(file, name));
        if is_folder && process.is_some_and(is_gone) {
            drop(fs::remove_dir_all(entry.path()));
        }
    }
}

/// The process that made the partial folder `file` for the bundle `name`; `None` where the folder is something else.
fn process_of(file: &str, name: &str) -> Option<u32> {
    let behind_name = file
        .strip_prefix('.')?
        .strip_prefix(name)?
        .strip_prefix('.')?;
    behind_name.strip_suffix(".partial")?.parse().ok()
}

/// Whether no process has this number; never where the system does not list its processes.
fn is_gone(process: u32) -> bool {
    let processes = Path::new("/proc");
    cfg!(target_os = "linux")
        && processes.join("self").exists()
        && !processes.join(process.to_string()).exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partial_folder_names_its_bundle_and_its_process() {
        assert_eq!(process_of(".small.123.partial", "small"), Some(123));
        for other in [
            ".small.v2.123.partial",
            ".small.123.replaced",
            ".small.123.partial.txt",
            ".other.123.partial",
            ".small..partial",
            "small.123.partial",
            "small",
        ] {
            assert_eq!(process_of(other, "small"), None, "{other}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_a_killed_run_left_is_removed_and_nothing_else() {
        use crate::model::Preset;

        let root = tempfile::tempdir().expect("a folder");
        let make = |name: String| {
            let folder = root.path().join(name);
            fs::create_dir(&folder).expect("a folder");
            fs::write(folder.join("denoiser.safetensors"), "half").expect("a file");
            folder
        };
        // No Linux gives a process this number.
        let gone = u32::MAX;
        let alive = std::process::id();
        let abandoned = make(format!(".small.{gone}.partial"));
        let kept = [
            make(format!(".small.{alive}.partial")),
            make(format!(".small.{gone}.replaced")),
            make(format!(".other.{gone}.partial")),
            make("smaller".to_owned()),
        ];
        let destination = root.path().join("small");
        remove_abandoned(&destination);
        assert!(!abandoned.exists());
        for folder in kept {
            assert!(folder.exists(), "{}", folder.display());
        }
        let abandoned = make(format!(".small.{gone}.partial"));
        let manifest = Manifest::for_preset(Preset::Compact);
        drop(BundleWriter::create(&destination, manifest, false).expect("a writer"));
        assert!(!abandoned.exists(), "a new writer makes room first");
    }
}
