//! Which files are read now, and which wait: a reader who leafs through a folder starts no thread per page.

use crate::ui::file_id::FileId;
use std::path::PathBuf;

/// Files read at the same time: the one on the screen, and one that is wanted next.
const MOST_AT_ONCE: usize = 2;

/// The files wanted, most wanted first, and those being read.
#[derive(Debug, Default)]
pub(super) struct Readers {
    waiting: Vec<(FileId, PathBuf)>,
    running: Vec<FileId>,
}

impl Readers {
    /// These alone are wanted from now on; what is being read is read to its end.
    pub(super) fn want(&mut self, files: Vec<(FileId, PathBuf)>) {
        self.waiting = files;
        self.waiting
            .retain(|(file_id, _)| !self.running.contains(file_id));
    }

    /// A file that is to be read now.
    pub(super) fn start_next(&mut self) -> Option<(FileId, PathBuf)> {
        if self.waiting.is_empty() || self.running.len() >= MOST_AT_ONCE {
            return None;
        }
        let (file_id, path) = self.waiting.remove(0);
        self.running.push(file_id);
        Some((file_id, path))
    }

    /// A file was read.
    pub(super) fn ended(&mut self, file_id: FileId) {
        self.running.retain(|running| *running != file_id);
    }
}

#[cfg(test)]
mod tests {
    use super::{FileId, Readers};
    use std::path::PathBuf;

    fn files(num_files: usize) -> Vec<(FileId, PathBuf)> {
        let named = |number: usize| (FileId::fresh(), PathBuf::from(format!("{number}.dcm")));
        (0..num_files).map(named).collect()
    }

    #[test]
    fn leafing_through_a_folder_reads_what_is_wanted_last() {
        let files = files(301);
        let mut readers = Readers::default();
        let mut started = Vec::new();
        for shown in files.windows(2) {
            readers.want(shown.to_vec());
            started.extend(std::iter::from_fn(|| readers.start_next()));
        }
        assert_eq!(started, files[..2], "two at once, whatever is passed by");
        readers.ended(files[1].0);
        assert_eq!(readers.start_next().as_ref(), Some(&files[299]));
        readers.ended(files[0].0);
        assert_eq!(readers.start_next().as_ref(), Some(&files[300]));
        assert_eq!(readers.start_next(), None);
    }

    #[test]
    fn a_file_under_way_is_not_read_twice() {
        let files = files(2);
        let mut readers = Readers::default();
        readers.want(files[..1].to_vec());
        assert!(readers.start_next().is_some());
        readers.want(files.clone());
        assert_eq!(readers.start_next().as_ref(), Some(&files[1]));
        assert_eq!(readers.start_next(), None);
    }
}
