//! The one table of colours: every colour of the dark and of the light window stands here.
//!
//! Both keep what lies round a picture dark: an eye that adapts to a bright surround sees less in
//! the dark parts of a radiograph. State is never told by red against green.

use eframe::egui::Color32;

/// Background behind the pictures: black, so that nothing outside the radiograph glows.
pub const VIEW_BACKGROUND: Color32 = Color32::BLACK;
/// Text over a picture.
pub const OVERLAY: Color32 = Color32::from_rgb(196, 204, 190);
/// A measure over a picture.
pub const MEASURE: Color32 = Color32::from_rgb(120, 214, 200);
/// The measure that is chosen, drawn or moved.
pub const MEASURE_CHOSEN: Color32 = Color32::from_rgb(244, 240, 168);
/// What the brush makes lung, over a picture.
pub const BRUSH_PAINTS: Color32 = Color32::from_rgba_premultiplied(50, 94, 88, 110);
/// What the brush takes off the lungs, over a picture.
pub const BRUSH_ERASES: Color32 = Color32::from_rgba_premultiplied(104, 44, 36, 110);
/// Background of text over a picture.
pub const SHADE: Color32 = Color32::from_rgba_premultiplied(0, 0, 0, 150);
/// Background of numbers over colours.
pub const SHADE_STRONG: Color32 = Color32::from_rgba_premultiplied(0, 0, 0, 215);

/// Colours of the chrome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens {
    /// Panels and bars.
    pub panel: Color32,
    /// Menus, windows and pop-ups.
    pub raised: Color32,
    /// Fields to type into, and the rails of scroll bars.
    pub sunken: Color32,
    /// Buttons at rest.
    pub button: Color32,
    /// Buttons under the pointer.
    pub button_hovered: Color32,
    /// Buttons held down.
    pub button_pressed: Color32,
    /// Lines between panels and round views.
    pub line: Color32,
    /// Text.
    pub text: Color32,
    /// Text that may be overlooked.
    pub text_weak: Color32,
    /// Chosen, running, done.
    pub accent: Color32,
    /// Text on the accent colour.
    pub text_on_accent: Color32,
    /// Selected background.
    pub selected: Color32,
    /// Look here: research-use banner, stale badge, warnings.
    pub caution: Color32,
    /// Background of cautions.
    pub caution_fill: Color32,
    /// Something failed.
    pub failure: Color32,
    /// Background of failures.
    pub failure_fill: Color32,
}

/// Dark, because a reading room is: chrome darker than the middle grey of a radiograph.
pub const DARK: Tokens = Tokens {
    panel: Color32::from_rgb(24, 26, 29),
    raised: Color32::from_rgb(34, 37, 41),
    sunken: Color32::from_rgb(14, 15, 17),
    button: Color32::from_rgb(44, 48, 53),
    button_hovered: Color32::from_rgb(58, 63, 70),
    button_pressed: Color32::from_rgb(70, 76, 84),
    line: Color32::from_rgb(52, 56, 61),
    text: Color32::from_rgb(214, 217, 221),
    text_weak: Color32::from_rgb(150, 155, 162),
    accent: Color32::from_rgb(72, 150, 196),
    text_on_accent: Color32::from_rgb(8, 14, 18),
    selected: Color32::from_rgb(32, 72, 98),
    caution: Color32::from_rgb(228, 176, 84),
    caution_fill: Color32::from_rgb(58, 46, 22),
    failure: Color32::from_rgb(240, 140, 120),
    failure_fill: Color32::from_rgb(64, 32, 28),
};

/// Light, for a bright office; no surface of it is white.
pub const LIGHT: Tokens = Tokens {
    panel: Color32::from_rgb(221, 223, 226),
    raised: Color32::from_rgb(232, 234, 236),
    sunken: Color32::from_rgb(240, 241, 243),
    button: Color32::from_rgb(203, 207, 212),
    button_hovered: Color32::from_rgb(190, 195, 202),
    button_pressed: Color32::from_rgb(176, 182, 190),
    line: Color32::from_rgb(176, 181, 187),
    text: Color32::from_rgb(28, 31, 35),
    text_weak: Color32::from_rgb(76, 82, 89),
    accent: Color32::from_rgb(18, 92, 138),
    text_on_accent: Color32::from_rgb(240, 244, 247),
    selected: Color32::from_rgb(160, 200, 224),
    caution: Color32::from_rgb(104, 64, 0),
    caution_fill: Color32::from_rgb(244, 226, 184),
    failure: Color32::from_rgb(138, 28, 16),
    failure_fill: Color32::from_rgb(243, 211, 204),
};

#[cfg(test)]
mod tests {
    use super::*;

    /// Contrast ratio of two opaque sRGB colours (WCAG 2.1, "contrast ratio" and "relative luminance").
    fn contrast(a: Color32, b: Color32) -> f64 {
        let (a, b) = (relative_luminance(a), relative_luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    fn relative_luminance(colour: Color32) -> f64 {
        let linear = |byte: u8| {
            let share = f64::from(byte) / 255.0;
            if share <= 0.03928 {
                share / 12.92
            } else {
                ((share + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * linear(colour.r()) + 0.7152 * linear(colour.g()) + 0.0722 * linear(colour.b())
    }

    #[test]
    fn the_measure_of_contrast_is_that_of_the_standard() {
        // Black on white is 21:1 by definition; #777777 on white is the well-known 4.48:1.
        assert!((contrast(Color32::BLACK, Color32::WHITE) - 21.0).abs() < 1e-9);
        let grey = Color32::from_gray(0x77);
        assert!((contrast(grey, Color32::WHITE) - 4.48).abs() < 0.005);
    }

    #[test]
    fn every_text_can_be_read_on_what_lies_under_it() {
        for tokens in [DARK, LIGHT] {
            let pairs = [
                ("text on panel", tokens.text, tokens.panel),
                ("text on raised", tokens.text, tokens.raised),
                ("text on sunken", tokens.text, tokens.sunken),
                ("text on button", tokens.text, tokens.button),
                ("text on hovered", tokens.text, tokens.button_hovered),
                ("text on pressed", tokens.text, tokens.button_pressed),
                ("text on selected", tokens.text, tokens.selected),
                ("weak text on panel", tokens.text_weak, tokens.panel),
                ("weak text on raised", tokens.text_weak, tokens.raised),
                ("text on accent", tokens.text_on_accent, tokens.accent),
                ("caution", tokens.caution, tokens.caution_fill),
                ("caution on panel", tokens.caution, tokens.panel),
                ("caution on raised", tokens.caution, tokens.raised),
                ("failure", tokens.failure, tokens.failure_fill),
                ("failure on raised", tokens.failure, tokens.raised),
                ("link on raised", tokens.accent, tokens.raised),
            ];
            for (name, text, ground) in pairs {
                let ratio = contrast(text, ground);
                assert!(ratio >= 4.5, "{name}: {ratio:.2}");
            }
        }
        assert!(contrast(OVERLAY, VIEW_BACKGROUND) >= 4.5);
    }

    #[test]
    fn dark_chrome_is_darker_than_a_middle_grey_and_nothing_is_white() {
        let middle = relative_luminance(Color32::from_gray(128));
        for surface in [DARK.panel, DARK.raised, DARK.button, DARK.button_hovered] {
            assert!(relative_luminance(surface) < 0.5 * middle);
        }
        let light = [LIGHT.panel, LIGHT.raised, LIGHT.sunken, LIGHT.caution_fill];
        for surface in light {
            assert!(relative_luminance(surface) < 0.92, "{surface:?}");
        }
    }
}
