//! How well a few typed letters name a label.

/// What the letters of a typed word count for where they are the beginning of a word.
const BEGINNING: i32 = 300;
/// What more where that word is the first of the label.
const FIRST_WORD: i32 = 40;
/// What more where it is the whole word.
const WHOLE_WORD: i32 = 20;
/// What they count for where they are the first letters of words that follow each other.
const INITIALS: i32 = 200;
/// What they count for in a row within a word.
const WITHIN: i32 = 100;
/// What scattered letters lose at most by the letters between them.
const MOST_GAPS: i32 = 50;

/// How well `query` names `label`, larger is better; `None` where it does not. Each word of the
/// query must be found, its letters in order; case does not matter. The beginning of a word comes
/// before initials, these before letters in a row, and scattered letters come last.
pub fn score(query: &str, label: &str) -> Option<i32> {
    let label = label.to_lowercase();
    let words: Vec<&str> = label
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let initials: String = words
        .iter()
        .filter_map(|word| word.chars().next())
        .collect();
    let query = query.to_lowercase();
    let scores: Option<Vec<i32>> = query
        .split_whitespace()
        .map(|typed| {
            beginning(typed, &words)
                .or_else(|| initials.contains(typed).then_some(INITIALS))
                .or_else(|| label.contains(typed).then_some(WITHIN))
                .or_else(|| scattered(typed, &label))
        })
        .collect();
    Some(scores?.iter().sum())
}

/// The score of what begins a word.
fn beginning(typed: &str, words: &[&str]) -> Option<i32> {
    let begun = words.iter().enumerate();
    let begun = begun.filter(|(_, word)| word.starts_with(typed));
    let scores = begun.map(|(place, word)| {
        let first = if place == 0 { FIRST_WORD } else { 0 };
        let whole = if *word == typed { WHOLE_WORD } else { 0 };
        BEGINNING + first + whole
    });
    scores.max()
}

/// The score of letters that stand anywhere in this order: the nearer to each other the better.
fn scattered(typed: &str, label: &str) -> Option<i32> {
    let label: Vec<char> = label.chars().collect();
    let starts = 0..label.len();
    let fewest = starts.filter_map(|start| letters_between(typed, label.get(start..)?));
    Some(MOST_GAPS - fewest.min()?.min(MOST_GAPS))
}

/// Letters of `label`, which must begin with the first typed one, that stand between the typed ones.
fn letters_between(typed: &str, label: &[char]) -> Option<i32> {
    let (mut between, mut rest) = (0, label);
    for (index, letter) in typed.chars().enumerate() {
        let at = rest.iter().position(|c| *c == letter)?;
        if index == 0 && at > 0 {
            return None;
        }
        between += i32::try_from(at).unwrap_or(i32::MAX);
        rest = rest.get(at + 1..)?;
    }
    Some(between)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best<'a>(query: &str, labels: &[&'a str]) -> Option<&'a str> {
        let scored = labels
            .iter()
            .filter_map(|label| Some((score(query, label)?, *label)));
        scored
            .max_by_key(|(score, _)| *score)
            .map(|(_, label)| label)
    }

    #[test]
    fn letters_in_order_find_the_label_and_others_do_not() {
        assert!(score("spb", "Suppress bones").is_some());
        assert!(score("BONES sup", "Suppress bones").is_some());
        assert_eq!(score("bsp", "Suppress bones"), None);
        assert_eq!(score("bones q", "Suppress bones"), None);
        assert_eq!(score("", "anything"), Some(0));
    }

    #[test]
    fn beginnings_of_words_and_letters_in_a_row_count_more() {
        let labels = [
            "Open files...",
            "Outline of the lung field",
            "Original and soft tissue",
        ];
        assert_eq!(best("of", &labels), Some("Outline of the lung field"));
        assert_eq!(best("open", &labels), Some("Open files..."));
        assert_eq!(best("st", &labels), Some("Original and soft tissue"));
    }

    #[test]
    fn the_beginning_of_a_word_comes_before_letters_that_are_strewn_about() {
        let labels = [
            "Hide names, dates and file names",
            "This list",
            "Show the histogram of the picture in use",
        ];
        assert_eq!(best("hist", &labels), Some(labels[2]));
        let tiers = [
            "Histogram",
            "Hide it so that",
            "A whist",
            "Hide some things",
        ];
        let scores = tiers.map(|label| score("hist", label).expect(label));
        assert!(scores.is_sorted_by(|a, b| a > b), "{scores:?}");
    }
}
