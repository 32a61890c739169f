//! Colours for values that are not grey: differences and magnitudes. Both maps can be read with
//! red-green colour blindness and keep their order in greyscale print on each side of the centre.

/// Red, green, blue in sRGB, 0 to 255.
pub type Rgb = [u8; 3];

/// Blue - white - orange: the blue arm of ColorBrewer RdBu and the orange arm of PuOr, which share
/// their centre (#F7F7F7).
const DIVERGING: [Rgb; 11] = [
    [0x05, 0x30, 0x61],
    [0x21, 0x66, 0xAC],
    [0x43, 0x93, 0xC3],
    [0x92, 0xC5, 0xDE],
    [0xD1, 0xE5, 0xF0],
    [0xF7, 0xF7, 0xF7],
    [0xFE, 0xE0, 0xB6],
    [0xFD, 0xB8, 0x63],
    [0xE0, 0x82, 0x14],
    [0xB3, 0x58, 0x06],
    [0x7F, 0x3B, 0x08],
];

/// The same two hues with a dark centre, for a dark room: outer colours from [`DIVERGING`], the
/// inner ones darkened until both arms have the same luminance within 10 of 255.
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

/// Ten equidistant samples of viridis.
const SEQUENTIAL: [Rgb; 10] = [
    [0x44, 0x01, 0x54],
    [0x48, 0x28, 0x78],
    [0x3E, 0x49, 0x89],
    [0x31, 0x68, 0x8E],
    [0x26, 0x82, 0x8E],
    [0x1F, 0x9E, 0x89],
    [0x35, 0xB7, 0x79],
    [0x6E, 0xCE, 0x58],
    [0xB5, 0xDE, 0x2B],
    [0xFD, 0xE7, 0x25],
];

/// Colour of a signed value in `[-1, 1]`: negative blue, zero white, positive orange.
pub fn diverging(value: f32) -> Rgb {
    interpolated(&DIVERGING, 0.5 + value / 2.0)
}

/// Colour of a signed value in `[-1, 1]` on a dark ground: negative blue, zero near black, positive
/// orange. A field without differences does not light up the room.
pub fn diverging_on_black(value: f32) -> Rgb {
    interpolated(&DIVERGING_ON_BLACK, f32::midpoint(value, 1.0))
}

/// Colour of a magnitude in `[0, 1]`, dark to bright.
pub fn sequential(value: f32) -> Rgb {
    interpolated(&SEQUENTIAL, value)
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

    #[test]
    fn zero_difference_is_the_brightest_and_neutral() {
        assert_eq!(diverging(0.0), [0xF7, 0xF7, 0xF7]);
        let arm = |sign: f32| (0..=20).map(move |i| luminance(diverging(sign * i as f32 / 20.0)));
        for sign in [-1.0, 1.0] {
            assert!(arm(sign).is_sorted_by(|a, b| a >= b));
        }
        assert_eq!(diverging(f32::NAN), diverging(-1.0));
    }

    #[test]
    fn on_black_zero_is_the_darkest_and_both_signs_are_equally_bright() {
        assert_eq!(diverging_on_black(0.0), [0x10, 0x10, 0x10]);
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

    #[test]
    fn magnitude_grows_brighter() {
        assert!(
            (0..=50)
                .map(|i| luminance(sequential(i as f32 / 50.0)))
                .is_sorted()
        );
        assert_eq!(
            (sequential(-3.0), sequential(9.0)),
            (SEQUENTIAL[0], SEQUENTIAL[9])
        );
    }
}
