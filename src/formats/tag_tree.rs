//! A DICOM object as rows a person can read, search and compare.
//!
//! Plain data: the rows are a tree walked top-down, each with its depth. Where they come from is
//! the business of [`super::read_tags`].

use std::collections::BTreeMap;

/// One element or sequence item.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TagRow {
    /// Nesting: 0 at the top level, one more inside a sequence, one more inside an item.
    pub depth: usize,
    /// `(gggg,eeee)` in upper-case hexadecimal, or `Item n`.
    pub tag: String,
    /// Keyword of the dictionary (PS3.6); `Private` where there is none; empty for items.
    pub keyword: String,
    /// Value representation, two letters; empty for items.
    pub vr: String,
    /// The value as text, components joined by `\`; numbers of bytes for binary values. Cut after
    /// [`MAX_VALUE_CHARS`].
    pub value: String,
    /// Where in the tree it stands: unique, and equal for the same place of another object.
    pub place: String,
}

/// Longest value kept, characters.
pub const MAX_VALUE_CHARS: usize = 4096;

/// A DICOM object without its pixels.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TagTree {
    /// Top-down, elements ascending.
    pub rows: Vec<TagRow>,
}

/// What became of an element from one object to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TagChange {
    /// Only the second has it.
    Added,
    /// Only the first has it.
    Removed,
    /// Both have it with other values.
    Changed,
}

/// One difference between two objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagDifference {
    /// Kind.
    pub change: TagChange,
    /// The row of the first object, or of the second where only that has it.
    pub row: TagRow,
    /// Value in the first object; empty where it has none.
    pub before: String,
    /// Value in the second object; empty where it has none.
    pub after: String,
}

impl TagTree {
    /// Indices of the rows where keyword, tag or value contain `query`, in any case and with any
    /// spelling of a tag (`0010,0020`, `(0010,0020)`, `00100020`), and of the rows they lie in. All
    /// where `query` is empty.
    pub fn matching(&self, query: &str) -> Vec<usize> {
        let query = query.trim().to_lowercase();
        let digits = bare_tag(&query);
        let is_hit = |row: &TagRow| {
            let texts = [&row.keyword, &row.value, &row.tag];
            texts
                .iter()
                .any(|text| text.to_lowercase().contains(&query))
                || (digits.len() >= 4 && bare_tag(&row.tag).contains(&digits))
        };
        let mut hits = Vec::new();
        // Rows the current one lies in, with whether they are taken already.
        let mut around: Vec<(usize, bool)> = Vec::new();
        for (index, row) in self.rows.iter().enumerate() {
            around.truncate(row.depth);
            let hit = is_hit(row);
            if hit {
                for (outer, taken) in &mut around {
                    if !std::mem::replace(taken, true) {
                        hits.push(*outer);
                    }
                }
                hits.push(index);
            }
            around.push((index, hit));
        }
        hits
    }

    /// What is other in `second`, in the order of the elements; what is equal is left out.
    pub fn differences(&self, second: &Self) -> Vec<TagDifference> {
        let by_place = |tree: &Self| -> BTreeMap<String, TagRow> {
            let rows = tree.rows.iter();
            rows.map(|row| (row.place.clone(), row.clone())).collect()
        };
        let (first, mut rest) = (by_place(self), by_place(second));
        let mut found = BTreeMap::new();
        for (place, row) in first {
            let (change, before, after) = match rest.remove(&place) {
                None => (TagChange::Removed, row.value.clone(), String::new()),
                Some(other) if other.value != row.value || other.vr != row.vr => {
                    (TagChange::Changed, row.value.clone(), other.value)
                }
                Some(_) => continue,
            };
            let difference = TagDifference {
                change,
                row,
                before,
                after,
            };
            found.insert(place, difference);
        }
        for (place, row) in rest {
            let difference = TagDifference {
                change: TagChange::Added,
                before: String::new(),
                after: row.value.clone(),
                row,
            };
            found.insert(place, difference);
        }
        found.into_values().collect()
    }
}

/// Hexadecimal digits of a tag, where `text` is made of nothing but a tag's characters.
fn bare_tag(text: &str) -> String {
    let is_tag = |c: char| c.is_ascii_hexdigit() || matches!(c, '(' | ')' | ',' | ' ');
    if !text.chars().all(is_tag) {
        return String::new();
    }
    text.chars()
        .filter(char::is_ascii_hexdigit)
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(depth: usize, tag: &str, keyword: &str, value: &str) -> TagRow {
        TagRow {
            depth,
            tag: tag.to_owned(),
            keyword: keyword.to_owned(),
            vr: "LO".to_owned(),
            value: value.to_owned(),
            place: format!("{depth}{tag}"),
        }
    }

    fn tree() -> TagTree {
        TagTree {
            rows: vec![
                row(0, "(0010,0020)", "PatientID", "P-7"),
                row(0, "(0028,3010)", "VOILUTSequence", "1 item"),
                row(1, "Item 1", "", ""),
                row(2, "(0028,3003)", "LUTExplanation", "SOFT"),
                row(0, "(0040,A730)", "ContentSequence", "0 items"),
            ],
        }
    }

    #[test]
    fn a_search_finds_keywords_tags_and_values_with_what_they_lie_in() {
        let tree = tree();
        assert_eq!(tree.matching("patientid"), [0]);
        assert_eq!(tree.matching("p-7"), [0]);
        for spelling in ["0010,0020", "(0010,0020)", "00100020", "0010 0020"] {
            assert_eq!(tree.matching(spelling), [0], "{spelling}");
        }
        assert_eq!(tree.matching("a730"), [4]);
        assert_eq!(tree.matching("soft"), [1, 2, 3]);
        assert_eq!(tree.matching("nothing"), [0_usize; 0]);
        assert_eq!(tree.matching(" "), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn differences_are_added_removed_and_changed() {
        let (first, mut second) = (tree(), tree());
        assert!(first.differences(&second).is_empty());
        second.rows[3].value = "HARD".to_owned();
        second.rows.remove(4);
        second.rows.push(row(0, "(0050,0010)", "X", "new"));
        let found = first.differences(&second);
        let told: Vec<_> = found
            .iter()
            .map(|d| {
                (
                    d.change,
                    d.row.tag.as_str(),
                    d.before.as_str(),
                    d.after.as_str(),
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                (TagChange::Removed, "(0040,A730)", "0 items", ""),
                (TagChange::Added, "(0050,0010)", "", "new"),
                (TagChange::Changed, "(0028,3003)", "SOFT", "HARD"),
            ]
        );
    }
}
