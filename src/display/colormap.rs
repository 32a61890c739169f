//! Colours for values that are not grey: differences. The map can be read with red-green colour
//! blindness and keeps its order in greyscale print on each side of the centre.

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

/// Colour of a signed value in `[-1, 1]` on a dark ground: negative blue, zero near black, positive
/// orange. A field without differences does not light up the room.
pub fn diverging_on_black(value: f32) -> Rgb {
    interpolated(&DIVERGING_ON_BLACK, f32::midpoint(value, 1.0))
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
