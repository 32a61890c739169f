//! Colours for values that are not grey: differences and uncertainties. The maps can be read with red-green colour
//! blindness and keep their order in greyscale print, that of differences on each side of its centre.

/// Red, green, blue in sRGB, 0 to 255.
pub type Rgb = [u8; 3];

/// Blue - black - orange, for a dark room: the blue arm of ColorBrewer RdBu and the orange arm of
/// PuOr, their inner colours darkened until both arms have the same luminance within 10 of 255.
const DIVERGING_ON_BLACK: [Rgb; 9] = [
    [0x92, 0xC5, 0xDE],
    [0x43, 0x93, 0xC3],
    [0x21, 0x66, 0xAC],
    [0x05, 0x30, 0x61],
    [0x10, 0x10, 0x10],
    [0x4A, 0x22, 0x05],
    [0xB3, 0x58, 0x06],
    [0xE0, 0x82, 0x14],
    [0xFD, 0xB8, 0x63],
];

/// Nine equidistant colours of matplotlib's map "magma" (`_cm_listed.py`, CC0).
const SEQUENTIAL_ON_BLACK: [Rgb; 9] = [
    [0, 0, 4],
    [29, 17, 71],
    [81, 18, 124],
    [131, 38, 129],
    [183, 55, 121],
    [231, 82, 99],
    [252, 137, 97],
    [254, 196, 136],
    [252, 253, 191],
];

/// Colour of a signed value in `[-1, 1]` on a dark ground: negative blue, zero near black, positive
/// orange. A field without differences does not light up the room.
pub fn diverging_on_black(value: f32) -> Rgb {
    interpolated(&DIVERGING_ON_BLACK, f32::midpoint(value, 1.0))
}

/// Colour of a value in `[0, 1]` that has no sign, on a dark ground: more is brighter, in steps of equal lightness, and
/// with red-green or blue-yellow colour blindness too.
pub fn sequential_on_black(value: f32) -> Rgb {
    interpolated(&SEQUENTIAL_ON_BLACK, value)
}

fn interpolated(anchors: &[Rgb], position: f32) -> Rgb {
    let last = anchors.len().saturating_sub(1);
    let at = if position.is_nan() {
        0.0
    } else {
        position.clamp(0.0, 1.0) * last as f32
    };
    let below = (at as usize).min(last);
    let share = at - below as f32;
    let anchor = |index: usize| anchors.get(index.min(last)).copied().unwrap_or_default();
    let (from, to) = (anchor(below), anchor(below + 1));
    std::array::from_fn(|channel| {
        let (a, b) = (f32::from(from[channel]), f32::from(to[channel]));
        (a + (b - a) * share).round() as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance([r, g, b]: Rgb) -> f32 {
        0.2126 * f32::from(r) + 0.7152 * f32::from(g) + 0.0722 * f32::from(b)
    }

    /// CIE 1976 lightness, 0 to 100 (CIE 15:2018, 8.2.1.1), of an sRGB colour.
    fn lightness(rgb: Rgb) -> f32 {
        let linear = rgb.map(|v| {
            let v = f32::from(v) / 255.0;
            if v <= 0.04045 {
                v / 12.92
            } else {
                ((v + 0.055) / 1.055).powf(2.4)
            }
        });
        let y = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
        if y > 216.0 / 24389.0 {
            116.0 * y.cbrt() - 16.0
        } else {
            y * 24389.0 / 27.0
        }
    }

    #[test]
    fn without_a_sign_every_step_is_brighter_by_about_the_same() {
        let steps: Vec<f32> = (0..16)
            .map(|i| {
                let at = |i: i32| lightness(sequential_on_black(i as f32 / 16.0));
                at(i + 1) - at(i)
            })
            .collect();
        let mean = steps.iter().sum::<f32>() / 16.0;
        assert!(mean > 6.0, "{mean}");
        // The nine colours are eight bits each, and the first steps are in the dark.
        let is_even = |step: &f32| (0.5 * mean..1.5 * mean).contains(step);
        assert!(steps.iter().all(is_even), "{steps:?}");
    }

    #[test]
    fn on_black_zero_is_the_darkest_and_both_signs_are_equally_bright() {
        assert_eq!(diverging_on_black(0.0), [0x10, 0x10, 0x10]);
        assert_eq!(diverging_on_black(f32::NAN), diverging_on_black(-1.0));
        for i in 0..20 {
            let (near, far) = (i as f32 / 20.0, (i + 1) as f32 / 20.0);
            for sign in [-1.0, 1.0] {
                let bright = |v: f32| luminance(diverging_on_black(sign * v));
                assert!(bright(near) < bright(far));
            }
            let [minus, plus] = [-far, far].map(|v| luminance(diverging_on_black(v)));
            assert!((minus - plus).abs() < 10.0, "{minus} {plus}");
        }
    }
}
