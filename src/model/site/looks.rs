//! How often a test part was looked at: whoever looks often, and keeps what scored best, has learned from the test.

use super::{SiteError, SiteFolder, journal, lock};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The record of it.
const FILE: &str = "looks.jsonl";

/// A judging on a locked test part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// When, in Coordinated Universal Time.
    pub at: String,
    /// SHA-256 of the split's file.
    pub split_sha256: String,
    /// SHA-256 that names the test pairs, whatever split they come from.
    pub test_sha256: String,
    /// SHA-256 of the bundles that were judged.
    pub candidates: Vec<String>,
}

/// What is known of the looks at one test part.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Looks {
    /// Number of judgings.
    pub judgings: usize,
    /// Number of different bundles that were judged.
    pub candidates: usize,
    /// Lines of the record that cannot be understood; each may be one more look.
    pub damaged: usize,
}

impl Looks {
    /// For people, with what it means.
    pub fn sentence(self) -> String {
        let Self {
            judgings,
            candidates,
            damaged,
        } = self;
        let times = match judgings {
            1 => "once".to_owned(),
            judgings => format!("{judgings} times"),
        };
        let of = match candidates {
            1 => "1 candidate".to_owned(),
            candidates => format!("{candidates} candidates"),
        };
        let damaged = match damaged {
            0 => String::new(),
            1 => "; 1 line of the record cannot be read and may be one look more".to_owned(),
            damaged => {
                format!("; {damaged} lines of the record cannot be read and may be as many more")
            }
        };
        format!(
            "This test part has been looked at {times}, with {of}{damaged}. With every look after which something is chosen \
             or changed, the pairs become part of the training, and their figures too good."
        )
    }
}

impl SiteFolder {
    /// The looks at the test part of this hash; refuses where another one could not be noted.
    ///
    /// # Errors
    /// [`SiteError`] where the record can be neither read nor written.
    pub fn looks(&self, test_sha256: &str) -> Result<Looks, SiteError> {
        let path = self.path().join(FILE);
        journal::ensure_writable(&path)?;
        let found = journal::read::<Look>(&path)?;
        let looks = found.entries.iter();
        let looks: Vec<&Look> = looks
            .filter(|look| look.test_sha256 == test_sha256)
            .collect();
        let candidates: BTreeSet<&String> =
            looks.iter().flat_map(|look| &look.candidates).collect();
        Ok(Looks {
            judgings: looks.len(),
            candidates: candidates.len(),
            damaged: found.num_damaged,
        })
    }

    /// Notes a look; the looks at that part with this one.
    ///
    /// # Errors
    /// [`SiteError`] where it cannot be written.
    pub fn note_look(&self, look: &Look) -> Result<Looks, SiteError> {
        let _lock = lock::take(self.path())?;
        journal::append(&self.path().join(FILE), look)?;
        self.looks(&look.test_sha256)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn look(test: &str, candidates: &[&str]) -> Look {
        Look {
            at: "2026-01-31T13:45:00Z".to_owned(),
            split_sha256: "5".repeat(64),
            test_sha256: test.to_owned(),
            candidates: candidates.iter().map(|&name| name.to_owned()).collect(),
        }
    }

    #[test]
    fn looks_are_counted_by_test_part() {
        let folder = tempfile::tempdir().unwrap();
        let site = SiteFolder::at(&folder.path().join("site"));
        assert_eq!(site.looks("a").unwrap(), Looks::default());
        let first = site.note_look(&look("a", &["x", "y"])).unwrap();
        assert!(
            first
                .sentence()
                .contains("looked at once, with 2 candidates. ")
        );
        site.note_look(&look("b", &["z"])).unwrap();
        let second = site.note_look(&look("a", &["x"])).unwrap();
        assert_eq!((second.judgings, second.candidates), (2, 2));
        let path = site.path().join(FILE);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, &text[..text.len() - 20]).unwrap();
        let torn = site.looks("a").unwrap();
        assert_eq!((torn.judgings, torn.damaged), (1, 1));
        assert!(
            torn.sentence()
                .contains("1 line of the record cannot be read")
        );
    }
}
