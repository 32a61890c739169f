//! Writing files so that a reader, a crash or a full disk never sees half of one.

use super::{FormatError, Problem, containing_file};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

static NUM_WRITTEN: AtomicU64 = AtomicU64::new(0);

/// Writes `bytes` to a temporary name in the same folder, flushes it to the disk, and gives it its
/// name in one step.
///
/// # Errors
/// [`Problem::Exists`] where `path` exists and `overwrite` is false; [`Problem::Io`] otherwise. No
/// temporary file is left behind.
pub fn write_atomically(path: &Path, bytes: &[u8], overwrite: bool) -> Result<(), FormatError> {
    write_for(Readers::AsUsual, path, bytes, overwrite)
}

/// Copies a file to a temporary name beside `to`, flushes it to the disk, and gives it its name in one step, in place of
/// what was there.
///
/// # Errors
/// [`Problem::Io`]. No temporary file is left behind.
pub fn copy_atomically(from: &Path, to: &Path) -> Result<(), FormatError> {
    let temporary = temporary_name(to);
    let copy = || -> Result<(), Problem> {
        let mut source = File::open(from)?;
        let mut options = OpenOptions::new();
        let mut file = options.write(true).create_new(true).open(&temporary)?;
        std::io::copy(&mut source, &mut file)?;
        file.sync_all()?;
        give_name(&temporary, to, true)
    };
    copy().map_err(|problem| {
        // Absent where creating it was what failed.
        drop(std::fs::remove_file(&temporary));
        FormatError::new(from, problem)
    })
}

/// Writes what this user alone may read, in place of what was there: the folders that are missing are made so that
/// nobody else can look into them, and the file so that nobody else can read it, whoever made its folder.
///
/// # Errors
/// [`Problem::Io`].
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<(), FormatError> {
    if let Some(folder) = path.parent() {
        make_private_folder(folder).map_err(|err| FormatError::new(folder, Problem::Io(err)))?;
    }
    write_for(Readers::ThisUser, path, bytes, true)
}

/// Opens a file that only grows, to be read and to be written at its end. The folders that are missing are made so that nobody
/// else can look into them, and the file, where it is made now, so that nobody else can read it.
///
/// # Errors
/// What the system answers.
pub fn open_private_to_append(path: &Path) -> std::io::Result<File> {
    if let Some(folder) = path.parent() {
        make_private_folder(folder)?;
    }
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Readers {
    /// Whom the system lets read new files.
    AsUsual,
    /// Nobody but this user.
    ThisUser,
}

fn write_for(
    readers: Readers,
    path: &Path,
    bytes: &[u8],
    overwrite: bool,
) -> Result<(), FormatError> {
    let write = || -> Result<(), Problem> {
        if !overwrite && path.try_exists()? {
            return Err(Problem::Exists);
        }
        let temporary = temporary_name(path);
        let outcome = write_flushed(&temporary, bytes, readers)
            .and_then(|()| give_name(&temporary, path, overwrite));
        if outcome.is_err() {
            // Absent where creating it was what failed.
            drop(std::fs::remove_file(&temporary));
        }
        outcome
    };
    write().map_err(|problem| FormatError::new(path, problem))
}

/// Refuses an output that exists, unless it may be replaced, or that cannot be written where it is to lie: before minutes
/// are spent on it.
///
/// # Errors
/// [`Problem::Exists`], [`Problem::Unwritable`].
pub fn ensure_writable(path: &Path, overwrite: bool) -> Result<(), FormatError> {
    let is_there = path.exists();
    if is_there && !overwrite {
        return Err(FormatError::new(path, Problem::Exists));
    }
    let is_folder = || std::io::Error::from(ErrorKind::IsADirectory);
    let temporary = temporary_name(path);
    let tried = if path.is_dir() {
        Err(is_folder())
    } else {
        File::create_new(&temporary).and_then(|_file| std::fs::remove_file(&temporary))
    };
    tried.map_err(|err| FormatError::new(path, Problem::Unwritable(err)))
}

/// Refuses an output that is one of the inputs, or the archive one lies in, whatever way either path is written.
///
/// # Errors
/// [`Problem::WouldReplaceSource`] where it is.
pub fn ensure_not_source(output: &Path, sources: &[PathBuf]) -> Result<(), FormatError> {
    let Ok(output_file) = output.canonicalize() else {
        return Ok(());
    };
    let is_source = sources.iter().any(|source| {
        containing_file(source)
            .canonicalize()
            .is_ok_and(|source| source == output_file)
    });
    if is_source {
        return Err(FormatError::new(output, Problem::WouldReplaceSource));
    }
    Ok(())
}

fn temporary_name(path: &Path) -> PathBuf {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let number = NUM_WRITTEN.fetch_add(1, Ordering::Relaxed);
    path.with_file_name(format!(".{name}.{}-{number}.part", std::process::id()))
}

fn write_flushed(temporary: &Path, bytes: &[u8], readers: Readers) -> Result<(), Problem> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if readers == Readers::ThisUser {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    Ok(())
}

fn give_name(temporary: &Path, path: &Path, overwrite: bool) -> Result<(), Problem> {
    if overwrite {
        std::fs::rename(temporary, path)?;
    } else {
        // A hard link fails where the name was taken in the meantime; a rename would replace it.
        match std::fs::hard_link(temporary, path) {
            Ok(()) => std::fs::remove_file(temporary)?,
            Err(err) if err.kind() == ErrorKind::AlreadyExists => return Err(Problem::Exists),
            Err(_) => std::fs::rename(temporary, path)?,
        }
    }
    flush_name(path);
    Ok(())
}

/// Makes a name that a file or folder was given durable. Not every system can flush the folder it stands in, and the
/// file itself is safe.
pub fn flush_name(path: &Path) {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    drop(File::open(folder).and_then(|folder| folder.sync_all()));
}

/// Makes a folder, and those above it, that nobody but this user can look into; one that is there stays as it is.
///
/// # Errors
/// What the system answers.
#[cfg(unix)]
pub fn make_private_folder(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true).mode(0o700).create(folder)
}

/// Makes a folder, and those above it, that nobody but this user can look into; one that is there stays as it is.
///
/// # Errors
/// What the system answers.
#[cfg(not(unix))]
pub fn make_private_folder(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_output_that_cannot_be_is_refused_before_it_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        ensure_writable(&path, false).unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        std::fs::write(&path, "mine").unwrap();
        let class = |path: &Path, overwrite| {
            let refused = ensure_writable(path, overwrite);
            refused.map_err(|err| err.class())
        };
        assert_eq!(class(&path, false), Err("exists"));
        assert_eq!(class(&path, true), Ok(()));
        assert_eq!(
            class(&folder.path().join("none/a.json"), true),
            Err("unwritable")
        );
        assert_eq!(class(folder.path(), true), Err("unwritable"));
        assert_eq!(std::fs::read(&path).unwrap(), b"mine");
    }

    #[test]
    fn an_existing_file_is_kept_unless_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.png");
        write_atomically(&path, b"one", false).unwrap();
        let err = write_atomically(&path, b"two", false).unwrap_err();
        assert_eq!(err.class(), "exists");
        assert_eq!(std::fs::read(&path).unwrap(), b"one");
        write_atomically(&path, b"two", true).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn nothing_is_left_where_writing_fails() {
        let folder = tempfile::tempdir().unwrap();
        assert!(write_atomically(&folder.path().join("absent/a.png"), b"one", false).is_err());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[cfg(unix)]
    #[test]
    fn what_is_private_can_be_read_by_nobody_else_whoever_made_the_folder() {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let folder = tempfile::tempdir().unwrap();
        let made = folder.path().join("state/measures/a.json");
        write_private(&made, b"one").unwrap();
        assert_eq!([0o600, 0o700], [mode(&made), mode(made.parent().unwrap())]);
        let wide = folder.path().join("wide");
        std::fs::create_dir(&wide).unwrap();
        std::fs::write(wide.join("a.json"), b"one").unwrap();
        std::fs::set_permissions(wide.join("a.json"), std::fs::Permissions::from_mode(0o644))
            .unwrap();
        write_private(&wide.join("a.json"), b"two").unwrap();
        assert_eq!(mode(&wide.join("a.json")), 0o600);
        assert_eq!(std::fs::read(wide.join("a.json")).unwrap(), b"two");
    }

    #[test]
    fn a_source_is_recognised_by_file_not_by_spelling() {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("a.png");
        std::fs::write(&source, b"one").unwrap();
        let other_spelling = folder.path().join(".").join("a.png");
        assert!(ensure_not_source(&other_spelling, std::slice::from_ref(&source)).is_err());
        assert!(ensure_not_source(&folder.path().join("b.png"), &[source]).is_ok());
    }
}
