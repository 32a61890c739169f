//! How well a few typed letters name a label.

/// What a letter at the beginning of a word counts beside a letter within one.
const WORD_START: i32 = 8;
/// What a letter right after the one before counts more.
const IN_A_ROW: i32 = 4;

/// How well `query` names `label`, larger is better; `None` where it does not. Each word of the
/// query must be found, its letters in order; case does not matter.
pub fn score(query: &str, label: &str) -> Option<i32> {
    let label: Vec<char> = label.to_lowercase().chars().collect();
    let words = query.split_whitespace();
    let scores: Option<Vec<i32>> = words.map(|word| word_score(word, &label)).collect();
    Some(scores?.iter().sum())
}

/// The best score of a word over every place where it can begin.
fn word_score(word: &str, label: &[char]) -> Option<i32> {
    let word: Vec<char> = word.to_lowercase().chars().collect();
    let starts = 0..label.len();
    starts
        .filter_map(|start| score_from(&word, label, start))
        .max()
}

fn score_from(word: &[char], label: &[char], start: usize) -> Option<i32> {
    let (first, rest) = word.split_first()?;
    if label.get(start) != Some(first) {
        return None;
    }
    let is_word_start =
        |at: usize| at == 0 || label.get(at - 1).is_some_and(|c| !c.is_alphanumeric());
    let weight = |at: usize| if is_word_start(at) { WORD_START } else { 0 };
    let (mut total, mut last) = (weight(start), start);
    for letter in rest {
        let gap = label.iter().skip(last + 1).position(|c| c == letter)?;
        let at = last + 1 + gap;
        let in_a_row = if gap == 0 { IN_A_ROW } else { 0 };
        total += in_a_row + weight(at) - i32::try_from(gap).unwrap_or(i32::MAX).min(IN_A_ROW);
        last = at;
    }
    Some(total)
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
}
