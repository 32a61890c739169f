//! Which files are read now, and which wait: a reader who leafs through a folder starts no thread per page.

use std::path::PathBuf;

/// Files read at the same time: the one on the screen, and one that is wanted next.
const MOST_AT_ONCE: usize = 2;

/// The files wanted, most wanted first, and those being read.
#[derive(Debug, Default)]
pub(super) struct Readers {
    waiting: Vec<PathBuf>,
    running: Vec<PathBuf>,
}

impl Readers {
    /// These alone are wanted from now on; what is being read is read to its end.
    pub(super) fn want(&mut self, paths: Vec<PathBuf>) {
        self.waiting = paths;
        self.waiting.retain(|path| !self.running.contains(path));
    }

    /// A file that is to be read now.
    pub(super) fn start_next(&mut self) -> Option<PathBuf> {
        if self.waiting.is_empty() || self.running.len() >= MOST_AT_ONCE {
            return None;
        }
        let path = self.waiting.remove(0);
        self.running.push(path.clone());
        Some(path)
    }

    /// A file was read.
    pub(super) fn ended(&mut self, path: &PathBuf) {
        self.running.retain(|running| running != path);
    }
}

#[cfg(test)]
mod tests {
    use super::Readers;
    use std::path::PathBuf;

    fn paths(numbers: impl IntoIterator<Item = usize>) -> Vec<PathBuf> {
        let named = |number: usize| PathBuf::from(format!("{number}.dcm"));
        numbers.into_iter().map(named).collect()
    }

    #[test]
    fn leafing_through_a_folder_reads_what_is_wanted_last() {
        let mut readers = Readers::default();
        let mut started = Vec::new();
        for shown in 0..300 {
            readers.want(paths([shown, shown + 1]));
            started.extend(std::iter::from_fn(|| readers.start_next()));
        }
        assert_eq!(started, paths([0, 1]), "two at once, whatever is passed by");
        readers.ended(&PathBuf::from("1.dcm"));
        assert_eq!(readers.start_next(), Some(PathBuf::from("299.dcm")));
        readers.ended(&PathBuf::from("0.dcm"));
        assert_eq!(readers.start_next(), Some(PathBuf::from("300.dcm")));
        assert_eq!(readers.start_next(), None);
    }

    #[test]
    fn a_file_under_way_is_not_read_twice() {
        let mut readers = Readers::default();
        readers.want(paths([5]));
        assert!(readers.start_next().is_some());
        readers.want(paths([5, 6]));
        assert_eq!(readers.start_next(), Some(PathBuf::from("6.dcm")));
        assert_eq!(readers.start_next(), None);
    }
}
