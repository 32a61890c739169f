//! Names written from right to left, put into the order in which they stand on the screen.
//!
//! egui shapes a span of right-to-left letters itself, joined and from right to left, but sets the
//! spans of a line one after another from left to right. So the spans are put into their visual order
//! here (Unicode Standard Annex 9) and the letters of each stay in the order of reading.

use std::borrow::Cow;
use unicode_bidi::{BidiInfo, Level};

/// `text`, one line, with its spans in visual order; text without right-to-left letters as it is.
pub fn in_display_order(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_right_to_left) {
        return Cow::Borrowed(text);
    }
    // A line of the window runs from left to right, whatever script it begins with.
    let bidi = BidiInfo::new(text, Some(Level::ltr()));
    let Some(paragraph) = bidi.paragraphs.first() else {
        return Cow::Borrowed(text);
    };
    let (levels, runs) = bidi.visual_runs(paragraph, paragraph.range.clone());
    let mut shown = String::with_capacity(text.len());
    for run in runs {
        let is_reversed = levels.get(run.start).is_some_and(Level::is_rtl);
        let part = text.get(run).unwrap_or_default();
        if is_reversed {
            let spans = spans(part);
            shown.extend(spans.into_iter().rev().map(span_text));
        } else {
            shown.push_str(part);
        }
    }
    Cow::Owned(shown)
}

/// Letters that egui's shaper turns round within a span of their own: the blocks of Hebrew, Arabic
/// and their kin, with the forms of presentation.
fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFE}')
}

/// A part of the text that is all letters of such a script, or one sign between them.
fn spans(text: &str) -> Vec<&str> {
    let mut spans: Vec<&str> = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = if is_right_to_left(first) {
            rest.find(|c| !is_right_to_left(c)).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (span, after) = rest.split_at(end);
        spans.push(span);
        rest = after;
    }
    spans
}

/// A bracket among right-to-left letters opens the other way.
fn span_text(span: &str) -> &str {
    match span {
        "(" => ")",
        ")" => "(",
        "[" => "]",
        "]" => "[",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_scripts_stay_as_they_are() {
        for text in ["DOE JANE", "山田 太郎", "Ωμέγα"] {
            assert!(matches!(in_display_order(text), Cow::Borrowed(same) if same == text));
        }
    }

    /// The name of the Hebrew example of PS3.5 annex H.3 has two words; read from the right, the first
    /// one stands at the right.
    #[test]
    fn words_run_from_the_right_and_keep_their_letters() {
        assert_eq!(in_display_order("שרון דבורה"), "דבורה שרון");
        assert_eq!(in_display_order("قباني لنزار"), "لنزار قباني");
    }

    #[test]
    fn what_is_written_from_the_left_stays_where_it_is() {
        assert_eq!(in_display_order("ID 12 שרון דבורה"), "ID 12 דבורה שרון");
        assert_eq!(in_display_order("שרון דבורה, PA"), "דבורה שרון, PA");
        // A number among the words runs from the left (UAX 9, rules W2 and I2).
        assert_eq!(in_display_order("שרון 1984 דבורה"), "דבורה 1984 שרון");
    }

    #[test]
    fn brackets_enclose_what_they_enclosed() {
        assert_eq!(in_display_order("שרון (דבורה) לוי"), "לוי (דבורה) שרון");
    }
}
