//! Long names cut in the middle: file names differ at their ends as often as at their beginnings.

use eframe::egui::{Color32, FontId, Painter};

/// `text`, or its beginning and its end with an ellipsis between them where it is wider than
/// `width` points in `font`.
pub fn fitted(painter: &Painter, text: &str, font: &FontId, width: f32) -> String {
    let fits = |text: &str| {
        let galley = painter.layout_no_wrap(text.to_owned(), font.clone(), Color32::PLACEHOLDER);
        galley.size().x <= width
    };
    shortened(text, fits)
}

/// The longest form of `text` that `fits`; four characters and the ellipsis where none does.
fn shortened(text: &str, fits: impl Fn(&str) -> bool) -> String {
    if fits(text) {
        return text.to_owned();
    }
    let chars: Vec<char> = text.chars().collect();
    let with = |num_kept: usize| -> String {
        let num_head = num_kept / 2;
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
    fn both_ends_of_a_long_name_stay() {
        let at_most = |limit: usize| move |text: &str| text.chars().count() <= limit;
        assert_eq!(shortened("chest.dcm", at_most(9)), "chest.dcm");
        assert_eq!(
            shortened("patient_0001_cxr.png", at_most(9)),
            "pati\u{2026}.png"
        );
        assert_eq!(
            shortened("patient_0001_cxr.png", at_most(2)),
            "pa\u{2026}ng"
        );
    }

    #[test]
    fn letters_of_any_script_are_kept_whole() {
        let cut = shortened("胸部正面像検査結果二〇二六年", |text| {
            text.chars().count() <= 7
        });
        assert_eq!(cut, "胸部正\u{2026}二六年");
    }
}
