//! What a drag does to the window, and which window comes nearest to a table.

use crate::radiograph::{Voi, VoiFunction, VoiLut};

/// Points of drag that multiply the width by e, or move the centre by one width.
const POINTS_PER_WIDTH: f64 = 320.0;
/// How much slower a drag with Shift is.
const FINE: f64 = 0.2;
/// How much faster a drag with Ctrl is.
const COARSE: f64 = 4.0;

/// How far a drag of some points goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DragSpeed {
    /// A fifth, with Shift.
    Fine,
    /// As it is.
    #[default]
    Normal,
    /// Fourfold, with Ctrl.
    Coarse,
}

impl DragSpeed {
    /// From the keys that are held; Shift is the stronger.
    pub fn of(shift: bool, ctrl: bool) -> Self {
        match (shift, ctrl) {
            (true, _) => Self::Fine,
            (false, true) => Self::Coarse,
            (false, false) => Self::Normal,
        }
    }

    fn factor(self) -> f64 {
        match self {
            Self::Fine => FINE,
            Self::Normal => 1.0,
            Self::Coarse => COARSE,
        }
    }
}

/// A drag over a picture, points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WindowDrag {
    /// How much wider.
    pub wider: f32,
    /// How much darker.
    pub darker: f32,
    /// How far it goes.
    pub speed: DragSpeed,
}

/// The window after a drag.
///
/// Steps are shares of the current width, so that an 8-bit picture and a 16-bit one feel alike; the
/// centre stays inside `range` (the radiograph's modality values) and the width below four times it. `low_is_white`
/// says which end is white on the screen, inverted or not: what goes down on it gets darker.
#[must_use]
pub fn dragged(voi: &Voi, drag: WindowDrag, low_is_white: bool, range: (f64, f64)) -> Voi {
    let Voi::Window {
        center,
        width,
        function,
        ..
    } = nearest_window(voi)
    else {
        return voi.clone();
    };
    let speed = drag.speed.factor() / POINTS_PER_WIDTH;
    let darker = if low_is_white { -1.0 } else { 1.0 };
    let extent = (range.1 - range.0).max(f64::MIN_POSITIVE);
    let narrowest = match function {
        VoiFunction::Linear => 1.0,
        VoiFunction::LinearExact | VoiFunction::Sigmoid => extent * 1e-4,
    };
    let moved = center + darker * f64::from(drag.darker) * speed * width;
    let widened = width * (f64::from(drag.wider) * speed).exp();
    Voi::Window {
        center: moved.clamp(range.0, range.1.max(range.0)),
        width: widened.clamp(narrowest, (4.0 * extent).max(narrowest)),
        function,
        explanation: String::new(),
    }
}

/// The range of a layer that has no window of its own, after a drag: wider or darker, more of it stays below white.
/// `low_is_white` as for [`dragged`].
#[must_use]
pub fn dragged_limit(limit: f64, drag: WindowDrag, low_is_white: bool) -> f64 {
    let speed = drag.speed.factor() / POINTS_PER_WIDTH;
    let darker = if low_is_white { -1.0 } else { 1.0 };
    limit * ((f64::from(drag.wider) + darker * f64::from(drag.darker)) * speed).exp()
}

/// A table whose values fall from its first entry to its last: it exchanges black and white.
pub fn is_falling(voi: &Voi) -> bool {
    match voi {
        Voi::Lut(lut) => lut.entries.first() > lut.entries.last(),
        Voi::Window { .. } => false,
    }
}

/// The setting itself where it is a window; for a table, the window over the part that is neither
/// black nor white, so that the first drag goes on from what is on the screen.
#[must_use]
pub fn nearest_window(voi: &Voi) -> Voi {
    match voi {
        Voi::Window { .. } => voi.clone(),
        Voi::Lut(lut) => window_of_table(lut),
    }
}

fn window_of_table(lut: &VoiLut) -> Voi {
    let full = f64::from((1_u32 << lut.bits.clamp(1, 16)) - 1);
    let share = |entry: u16| f64::from(entry) / full;
    let inside = |&(_, &entry): &(usize, &u16)| (0.02..=0.98).contains(&share(entry));
    let mut inner = lut.entries.iter().enumerate().filter(inside);
    let first = inner.next().map_or(0, |(i, _)| i);
    let last = inner.next_back().map_or(lut.entries.len(), |(i, _)| i);
    let (low, high) = (first as f64, last.max(first + 1) as f64);
    Voi::Window {
        center: f64::from(lut.first) + 0.5 * (low + high),
        width: (high - low).max(1.0),
        function: VoiFunction::LinearExact,
        explanation: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(center: f64, width: f64) -> Voi {
        Voi::Window {
            center,
            width,
            function: VoiFunction::Linear,
            explanation: "as in file".to_owned(),
        }
    }

    fn center_and_width(voi: &Voi) -> (f64, f64) {
        match voi {
            Voi::Window { center, width, .. } => (*center, *width),
            Voi::Lut(_) => panic!("a drag ends in a window"),
        }
    }

    fn drag(wider: f32, darker: f32) -> WindowDrag {
        WindowDrag {
            wider,
            darker,
            speed: DragSpeed::Normal,
        }
    }

    #[test]
    fn shift_is_fine_and_ctrl_is_coarse() {
        let moved = |shift, ctrl| {
            let drag = WindowDrag {
                speed: DragSpeed::of(shift, ctrl),
                ..drag(0.0, 32.0)
            };
            let window = window(500.0, 400.0);
            let moved = dragged(&window, drag, false, (0.0, 1000.0));
            center_and_width(&moved).0 - 500.0
        };
        assert!((moved(false, false) - 40.0).abs() < 1e-9);
        assert!((moved(true, false) - 8.0).abs() < 1e-9);
        assert!((moved(false, true) - 160.0).abs() < 1e-9);
        assert!((moved(true, true) - 8.0).abs() < 1e-9);
    }

    #[test]
    fn the_same_drag_moves_8_and_16_bit_by_the_same_share() {
        let small = dragged(&window(128.0, 200.0), drag(40.0, 32.0), false, (0.0, 255.0));
        let large = dragged(
            &window(32_768.0, 51_200.0),
            drag(40.0, 32.0),
            false,
            (0.0, 65_535.0),
        );
        let (small, large) = (center_and_width(&small), center_and_width(&large));
        assert!((small.0 * 256.0 - large.0).abs() < 1e-6);
        assert!((small.1 * 256.0 - large.1).abs() < 1e-6);
        // 32 points of 320 are a tenth of the width of 200.
        assert!((small.0 - 148.0).abs() < 1e-9);
    }

    #[test]
    fn dragging_down_darkens_either_polarity() {
        let up = |low_is_white| {
            let moved = dragged(
                &window(500.0, 400.0),
                drag(0.0, 50.0),
                low_is_white,
                (0.0, 1000.0),
            );
            center_and_width(&moved).0
        };
        assert!(up(false) > 500.0);
        assert!(up(true) < 500.0);
    }

    #[test]
    fn no_drag_leaves_the_data() {
        let wild = dragged(&window(500.0, 400.0), drag(1e6, -1e6), false, (0.0, 1000.0));
        assert_eq!(center_and_width(&wild), (0.0, 4000.0));
        let narrow = dragged(&window(500.0, 2.0), drag(-1e6, 0.0), false, (0.0, 1000.0));
        assert!((center_and_width(&narrow).1 - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_table_becomes_the_window_over_its_slope() {
        let mut entries = vec![0_u16; 100];
        entries.extend((0..=200).map(|i| i * 5));
        entries.extend([1023; 100]);
        let table = Voi::Lut(VoiLut {
            first: 50,
            bits: 10,
            entries: entries.into(),
            explanation: String::new(),
        });
        let (center, width) = center_and_width(&nearest_window(&table));
        // 2 % to 98 % of 1023 are the entries 25 to 1000: modality values 155 to 350.
        assert_eq!((center, width), (252.5, 195.0));
    }
}
