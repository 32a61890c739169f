//! Walking folders for radiographs.

use super::archive::{self, ArchiveEntry};
use super::raster::read_texts;
use super::search::Search;
use super::sniff::{Content, SNIFF_BYTES, content};
use super::{FormatError, exists, own_output, referenced_files};
use std::cmp::Ordering;
use std::collections::HashSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Files found, in the order a person would list them, and what was passed over.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Found {
    /// Files to read, each once.
    pub files: Vec<PathBuf>,
    /// Files and folders passed over.
    pub skipped: Vec<Skipped>,
    /// The search was stopped before its end.
    pub stopped: bool,
}

/// A file or folder passed over, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The file or folder.
    pub path: PathBuf,
    /// One sentence.
    pub reason: String,
}

impl Skipped {
    /// Whether it is a picture that this program made of a radiograph.
    pub fn is_own_output(&self) -> bool {
        self.reason == OWN_OUTPUT
    }
}

/// Why a picture of this program's own is passed over: it would be taken for another radiograph.
const OWN_OUTPUT: &str =
    "A picture that this program made of a radiograph: open it by its name to see it.";

/// Collects radiographs: a file named is taken as it is (reading it says what is wrong with it), a
/// folder or ZIP archive is walked and its files told apart by content, a DICOMDIR stands for the files it lists.
/// What does not exist is passed over.
/// Pictures that this program made are left out of a folder, and taken where they are named.
/// Hidden files and folders inside folders are not visited; a folder reached twice is walked once. A search that is
/// stopped ends with what it has.
pub fn find_radiographs(paths: &[PathBuf], search: &Search) -> Found {
    let mut walk = Walk {
        found: Found::default(),
        taken: HashSet::new(),
        walked: HashSet::new(),
        named: HashSet::new(),
        search,
    };
    for path in paths {
        if search.is_stopped() {
            break;
        }
        if !exists(path) {
            walk.skip(path.clone(), "There is no such file or folder.".to_owned());
        } else if path.is_dir() {
            walk.folder(path);
        } else if is_device(path) {
            walk.skip(path.clone(), NO_FILE.to_owned());
        } else if is_dicomdir(path) {
            walk.dicomdir(path);
        } else if is_archive(path) {
            walk.named_archive(path);
        } else {
            walk.named.insert(identity(path));
            walk.take(path.clone());
        }
    }
    walk.leave_out_outputs();
    walk.found.stopped = search.is_stopped();
    walk.found
}

struct Walk<'a> {
    found: Found,
    taken: HashSet<PathBuf>,
    walked: HashSet<PathBuf>,
    /// Files that were named themselves.
    named: HashSet<PathBuf>,
    search: &'a Search,
}

impl Walk<'_> {
    fn take(&mut self, path: PathBuf) {
        if self.taken.insert(identity(&path)) {
            self.found.files.push(path);
        }
    }

    /// Passes over what only its name and its neighbours show to be an output, and takes back what was named after
    /// its folder.
    fn leave_out_outputs(&mut self) {
        let files = std::mem::take(&mut self.found.files);
        let stems: HashSet<PathBuf> = files.iter().map(|path| path.with_extension("")).collect();
        let is_own = |path: &PathBuf| {
            own_output::is_named_like_one(path, &stems) && !self.named.contains(&identity(path))
        };
        let (own, files): (Vec<_>, Vec<_>) = files.into_iter().partition(is_own);
        self.found.files = files;
        let named = &self.named;
        let is_left =
            |other: &Skipped| !other.is_own_output() || !named.contains(&identity(&other.path));
        self.found.skipped.retain(is_left);
        for path in own {
            self.skip(path, OWN_OUTPUT.to_owned());
        }
    }

    fn skip(&mut self, path: PathBuf, reason: String) {
        self.found.skipped.push(Skipped { path, reason });
    }

    fn folder(&mut self, folder: &Path) {
        // Folders still to visit, the next one last.
        let mut pending = vec![folder.to_owned()];
        while let Some(folder) = pending.pop() {
            let identity = folder.canonicalize().unwrap_or_else(|_| folder.clone());
            if !self.walked.insert(identity) {
                continue;
            }
            match sorted_entries(&folder) {
                Err(err) => self.skip(folder, format!("The folder cannot be read: {err}.")),
                Ok(entries) => {
                    let (folders, files): (Vec<_>, Vec<_>) =
                        entries.into_iter().partition(|path| path.is_dir());
                    for file in files {
                        if self.search.is_stopped() {
                            return;
                        }
                        self.file_in_folder(file);
                        self.search.saw(self.found.files.len());
                    }
                    pending.extend(folders.into_iter().rev());
                }
            }
        }
    }

    fn dicomdir(&mut self, path: &Path) {
        let files = match referenced_files(path) {
            Ok(files) => files,
            Err(FormatError { path, problem }) => return self.skip(path, problem.to_string()),
        };
        for file in files {
            if self.search.is_stopped() {
                return;
            }
            self.take(file);
            self.search.saw(self.found.files.len());
        }
    }

    /// An archive that cannot be opened is taken itself: reading it says why.
    fn named_archive(&mut self, path: &Path) {
        match archive::list(path, self.search, self.found.files.len()) {
            Ok((files, skipped)) => self.entries(files, skipped),
            Err(_) => self.take(path.to_owned()),
        }
    }

    /// Many programs store their own files as archives: one without a radiograph is one thing passed over.
    fn archive_in_folder(&mut self, path: PathBuf) {
        match archive::list(&path, self.search, self.found.files.len()) {
            Ok((files, skipped)) if !files.is_empty() => self.entries(files, skipped),
            Ok(_) => self.skip(path, "A ZIP archive without a radiograph.".to_owned()),
            Err(problem) => self.skip(path, problem.to_string()),
        }
    }

    fn entries(&mut self, mut files: Vec<PathBuf>, skipped: Vec<Skipped>) {
        let text = |path: &PathBuf| path.to_string_lossy().into_owned();
        files.sort_by(|a, b| natural_order(&text(a), &text(b)));
        for file in files {
            self.take(file);
        }
        self.found.skipped.extend(skipped);
    }

    fn file_in_folder(&mut self, path: PathBuf) {
        if is_dicomdir(&path) {
            return self.skip(
                path,
                "A DICOMDIR is an index; its folder was walked instead.".to_owned(),
            );
        }
        if is_device(&path) {
            return self.skip(path, NO_FILE.to_owned());
        }
        match sniffed(&path) {
            Ok(Ok(Content::Zip)) => self.archive_in_folder(path),
            Ok(Ok(Content::Png)) if own_output::derived(&read_texts(&path)).is_some() => {
                self.skip(path, OWN_OUTPUT.to_owned());
            }
            Ok(Ok(_)) => self.take(path),
            Ok(Err(looks_like)) => self.skip(path, format!("Not a radiograph: {looks_like}.")),
            Err(err) => self.skip(path, format!("The file cannot be read: {err}.")),
        }
    }
}

/// The one way to write a path, for telling files apart.
fn identity(path: &Path) -> PathBuf {
    ArchiveEntry::of(path).map_or_else(
        || path.canonicalize().unwrap_or_else(|_| path.to_owned()),
        |entry| entry.canonical(),
    )
}

/// Why pipes, sockets and devices are passed over.
const NO_FILE: &str = "Neither a file nor a folder.";

/// Whether reading a path could wait for ever: a pipe, a socket, a device.
pub(super) fn is_device(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}

/// Whether a file is a ZIP archive by its content.
fn is_archive(path: &Path) -> bool {
    matches!(sniffed(path), Ok(Ok(Content::Zip)))
}

fn is_dicomdir(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| name.eq_ignore_ascii_case("DICOMDIR"))
}

pub(super) fn sniffed(path: &Path) -> std::io::Result<Result<Content, String>> {
    let mut head = Vec::with_capacity(SNIFF_BYTES);
    std::fs::File::open(path)?
        .take(SNIFF_BYTES as u64)
        .read_to_end(&mut head)?;
    Ok(content(&head))
}

fn sorted_entries(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut entries = std::fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<std::io::Result<Vec<PathBuf>>>()?;
    entries.retain(|path| !name(path).starts_with('.'));
    entries.sort_by(|a, b| natural_order(&name(a), &name(b)));
    Ok(entries)
}

fn name(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

/// Runs of digits compare as numbers: `image2` before `image10`. Equal in that sense, by characters.
fn natural_order(a: &str, b: &str) -> Ordering {
    let (mut rest_a, mut rest_b) = (a, b);
    loop {
        let (number_a, after_a) = split_digits(rest_a);
        let (number_b, after_b) = split_digits(rest_b);
        let order = if number_a.is_empty() || number_b.is_empty() {
            let (char_a, char_b) = (rest_a.chars().next(), rest_b.chars().next());
            (rest_a, rest_b) = (tail(rest_a), tail(rest_b));
            let lower = |c: Option<char>| c.map(|c| c.to_ascii_lowercase());
            lower(char_a).cmp(&lower(char_b))
        } else {
            (rest_a, rest_b) = (after_a, after_b);
            let (short_a, short_b) = (
                number_a.trim_start_matches('0'),
                number_b.trim_start_matches('0'),
            );
            short_a
                .len()
                .cmp(&short_b.len())
                .then_with(|| short_a.cmp(short_b))
        };
        if order.is_ne() {
            return order;
        }
        if rest_a.is_empty() && rest_b.is_empty() {
            return a.cmp(b);
        }
    }
}

fn split_digits(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    text.split_at(end)
}

fn tail(text: &str) -> &str {
    let mut chars = text.chars();
    chars.next();
    chars.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_names_sort_as_numbers() {
        let mut names = vec!["b1", "a10", "a2", "a02", "A1", "a", "a2b", "a10b"];
        names.sort_by(|a, b| natural_order(a, b));
        assert_eq!(names, ["a", "A1", "a02", "a2", "a2b", "a10", "a10b", "b1"]);
    }

    #[test]
    fn folders_are_walked_and_other_files_named() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::create_dir(root.join("sub")).unwrap();
        std::fs::write(root.join("im10.png"), b"\x89PNG\r\n\x1a\n").unwrap();
        std::fs::write(root.join("im9.dat"), [0xFF, 0xD8, 0xFF, 0xE0]).unwrap();
        std::fs::write(root.join("notes.txt"), b"hello").unwrap();
        std::fs::write(root.join(".hidden.png"), b"\x89PNG\r\n\x1a\n").unwrap();
        std::fs::write(root.join("sub/x.tif"), b"II*\0").unwrap();
        let named = [
            root.to_owned(),
            root.join("im10.png"),
            root.join("gone.dcm"),
        ];
        let search = Search::default();
        let found = find_radiographs(&named, &search);
        assert_eq!((search.num_seen(), search.num_found()), (4, 3));
        let expected = ["im9.dat", "im10.png", "sub/x.tif"].map(|name| root.join(name));
        assert_eq!(found.files, expected);
        let reasons: Vec<_> = found.skipped.iter().map(|s| s.reason.as_str()).collect();
        assert_eq!(reasons.len(), 2, "{reasons:?}");
        assert!(reasons[0].contains("text file") && reasons[1].contains("no such file"));
    }

    #[test]
    fn a_search_that_is_stopped_looks_at_nothing_more() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.png"), b"\x89PNG\r\n\x1a\n").unwrap();
        let search = Search::default();
        search.stop();
        let found = find_radiographs(&[folder.path().to_owned()], &search);
        assert!(found.stopped && found.files.is_empty() && found.skipped.is_empty());
        assert_eq!(search.num_seen(), 0);
    }
    #[cfg(unix)]
    #[test]
    fn a_pipe_is_passed_over_and_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("socket.dcm");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        let search = Search::default();
        for path in [folder.path(), &socket] {
            let found = find_radiographs(&[path.to_owned()], &search);
            assert!(found.files.is_empty());
            assert_eq!(found.skipped[0].reason, NO_FILE);
        }
    }
}
