//! Numbers of things in a sentence: the one place that knows a plural.

use std::fmt::Display;

/// A number of things, named by one of them: `1 pair`, `2 pairs`, `0 studies`.
pub fn counted<N: Copy + Display + PartialEq + From<u8>>(count: N, noun: &str) -> String {
    if count == N::from(1) {
        return format!("{count} {noun}");
    }
    let is_vowel = |letter: char| "aeiou".contains(letter);
    match noun.strip_suffix('y') {
        Some(stem) if !stem.ends_with(is_vowel) => format!("{count} {stem}ies"),
        _ => format!("{count} {noun}s"),
    }
}

/// The word that goes with a number of things: `1 pair is`, `2 pairs are`.
pub fn agreeing<'a, N: Copy + PartialEq + From<u8>>(
    count: N,
    one: &'a str,
    several: &'a str,
) -> &'a str {
    if count == N::from(1) { one } else { several }
}

/// The first `most` of some names, and how many more there are: `a, b and 3 more`.
pub fn first_of<T: AsRef<str>>(names: &[T], most: usize) -> String {
    let first: Vec<&str> = names.iter().take(most).map(AsRef::as_ref).collect();
    let first = first.join(", ");
    match names.len().saturating_sub(most) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thing_has_no_plural() {
        let found = [0_usize, 1, 2].map(|count| counted(count, "test pair"));
        assert_eq!(found, ["0 test pairs", "1 test pair", "2 test pairs"]);
        assert_eq!(
            [
                counted(2_u64, "study"),
                counted(1_u64, "study"),
                counted(2_u64, "way")
            ],
            ["2 studies", "1 study", "2 ways"]
        );
        let words = [0_usize, 1, 2].map(|count| agreeing(count, "is", "are"));
        assert_eq!(words, ["are", "is", "are"]);
    }

    #[test]
    fn names_that_do_not_fit_are_counted() {
        let names = ["a", "b", "c", "d"];
        assert_eq!(first_of(&names, 4), "a, b, c, d");
        assert_eq!(first_of(&names, 3), "a, b, c and 1 more");
        assert_eq!(first_of(&names, 1), "a and 3 more");
        assert_eq!(first_of::<&str>(&[], 3), "");
    }
}
