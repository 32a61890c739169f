//! Long names cut in the middle, where both ends tell something.

use eframe::egui::{Color32, FontId, Painter};

/// Half of what is kept is from the beginning.
const EVEN: usize = 2;
/// A fifth of what is kept is from the beginning.
const MOSTLY_TAIL: usize = 5;

/// `text`, or its beginning and its end with an ellipsis between them where it is wider than
/// `width` points in `font`.
pub fn fitted(painter: &Painter, text: &str, font: &FontId, width: f32) -> String {
    fitted_with(painter, (text, EVEN), font, width)
}

/// The same of a file name, most of it from the end: files of one folder begin alike, and their numbers stand before
/// the ending.
pub fn fitted_file_name(painter: &Painter, text: &str, font: &FontId, width: f32) -> String {
    fitted_with(painter, (text, MOSTLY_TAIL), font, width)
}

fn fitted_with(
    painter: &Painter,
    (text, head_of): (&str, usize),
    font: &FontId,
    width: f32,
) -> String {
    let fits = |text: &str| {
        let galley = painter.layout_no_wrap(text.to_owned(), font.clone(), Color32::PLACEHOLDER);
        galley.size().x <= width
    };
    shortened((text, head_of), fits)
}

/// The longest form of `text` that `fits`, one in `head_of` of its characters from the beginning; four characters and
/// the ellipsis where none does.
fn shortened((text, head_of): (&str, usize), fits: impl Fn(&str) -> bool) -> String {
    if fits(text) {
        return text.to_owned();
    }
    let chars: Vec<char> = text.chars().collect();
    let with = |num_kept: usize| -> String {
        let num_head = num_kept / head_of;
        let num_tail = num_kept - num_head;
        let head = chars.iter().take(num_head);
        let tail = chars.iter().skip(chars.len() - num_tail);
        head.chain(&['\u{2026}']).chain(tail).collect()
    };
    let (mut fitting, mut too_long) = (4.min(chars.len()), chars.len());
    while fitting + 1 < too_long {
        let middle = usize::midpoint(fitting, too_long);
        if fits(&with(middle)) {
            fitting = middle;
        } else {
            too_long = middle;
        }
    }
    with(fitting)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_begin_alike_and_end_alike_are_told_apart() {
        let at_most = |limit: usize| move |text: &str| text.chars().count() <= limit;
        let names = ["phantom_11_0000_bone.png", "phantom_11_0001_bone.png"];
        let shown = names.map(|name| shortened((name, MOSTLY_TAIL), at_most(19)));
        assert_eq!(
            shown,
            ["pha\u{2026}1_0000_bone.png", "pha\u{2026}1_0001_bone.png"]
        );
        let [even, other] = names.map(|name| shortened((name, EVEN), at_most(19)));
        assert_eq!(even, other, "cut in the very middle they are not");
    }

    #[test]
    fn both_ends_of_a_long_name_stay() {
        let at_most = |limit: usize| move |text: &str| text.chars().count() <= limit;
        assert_eq!(shortened(("chest.dcm", EVEN), at_most(9)), "chest.dcm");
        assert_eq!(
            shortened(("patient_0001_cxr.png", EVEN), at_most(9)),
            "pati\u{2026}.png"
        );
        assert_eq!(
            shortened(("patient_0001_cxr.png", EVEN), at_most(2)),
            "pa\u{2026}ng"
        );
    }

    #[test]
    fn letters_of_any_script_are_kept_whole() {
        let cut = shortened(
            ("胸部正面像検査結果二〇二六年", EVEN),
            |text| text.chars().count() <= 7,
        );
        assert_eq!(cut, "胸部正\u{2026}二六年");
    }
}
