//! How an image is turned and mirrored on the screen. The pixels themselves stay as they are stored.

use crate::radiograph::Raster;
use serde::{Deserialize, Serialize};

/// One of the eight ways a rectangle can lie: mirrored from left to right first, then turned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Orientation {
    /// Quarter turns to the right, 0 to 3.
    quarter_turns: u8,
    mirrored: bool,
}

impl Orientation {
    /// First row at the top, first column at the left.
    pub const AS_STORED: Self = Self {
        quarter_turns: 0,
        mirrored: false,
    };

    /// This way where it is one; as stored where it was read from a damaged file.
    #[must_use]
    pub(super) fn valid(self) -> Self {
        Self::all().find(|way| *way == self).unwrap_or_default()
    }

    /// Every way.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..8).map(|i| Self {
            quarter_turns: i % 4,
            mirrored: i >= 4,
        })
    }

    /// A quarter turn to the right.
    #[must_use]
    pub fn turned_right(self) -> Self {
        self.turned(1)
    }

    /// A quarter turn to the left.
    #[must_use]
    pub fn turned_left(self) -> Self {
        self.turned(3)
    }

    fn turned(self, by: u8) -> Self {
        Self {
            quarter_turns: (self.quarter_turns + by) % 4,
            ..self
        }
    }

    /// Left and right of the screen exchanged.
    #[must_use]
    pub fn mirrored_across(self) -> Self {
        // A mirror after a turn is a turn the other way after the mirror.
        Self {
            quarter_turns: (4 - self.quarter_turns) % 4,
            mirrored: !self.mirrored,
        }
    }

    /// Top and bottom of the screen exchanged.
    #[must_use]
    pub fn mirrored_down(self) -> Self {
        self.mirrored_across().turned(2)
    }

    /// Screen directions of the image's rows (column 0) and columns (column 1): entries of 0, 1 and -1.
    pub fn screen_from_image(self) -> [[f32; 2]; 2] {
        let across = if self.mirrored { -1.0 } else { 1.0 };
        match self.quarter_turns {
            0 => [[across, 0.0], [0.0, 1.0]],
            1 => [[0.0, -1.0], [across, 0.0]],
            2 => [[-across, 0.0], [0.0, -1.0]],
            _ => [[0.0, 1.0], [-across, 0.0]],
        }
    }

    /// A picture as it lies on the screen.
    pub fn turned_picture(self, image: &Raster<u8>) -> Raster<u8> {
        let [[across_by_col, across_by_row], [down_by_col, down_by_row]] = self.screen_from_image();
        let swaps = across_by_col == 0.0;
        let (width, height) = image.size();
        let along = |direction: f32, at: usize, count: usize| {
            if direction < 0.0 { count - 1 - at } else { at }
        };
        let (columns, rows) = if swaps {
            (height, width)
        } else {
            (width, height)
        };
        let mut turned = Raster::filled(columns, rows, 0);
        for (i, value) in turned.values_mut().iter_mut().enumerate() {
            let (x, y) = (i % columns, i / columns);
            let (row, col) = if swaps {
                (
                    along(across_by_row, x, height),
                    along(down_by_col, y, width),
                )
            } else {
                (
                    along(down_by_row, y, height),
                    along(across_by_col, x, width),
                )
            };
            *value = image.get(row, col).unwrap_or_default();
        }
        turned
    }

    /// What differs from the stored image, in words; empty where nothing does.
    pub fn text(self) -> &'static str {
        match (self.mirrored, self.quarter_turns) {
            (false, 0) => "",
            (false, 1) => "Turned 90\u{b0} right",
            (false, 2) => "Turned 180\u{b0}",
            (false, _) => "Turned 90\u{b0} left",
            (true, 0) => "Mirrored left-right",
            (true, 1) => "Mirrored, turned 90\u{b0} right",
            (true, 2) => "Mirrored top-bottom",
            (true, _) => "Mirrored, turned 90\u{b0} left",
        }
    }

    /// Letters at the left, right, top and bottom border of the screen, where `row` and `column` are the directions
    /// of the patient that the image's rows and columns run to (PS3.3 C.7.6.1.1.1), such as `L` and `F`; empty for
    /// a `column` that is not stated, `None` for such a `row`.
    pub fn border_letters(self, row: &str, column: &str) -> Option<[String; 4]> {
        let away_and_towards = |letters: &str| Some([opposite(letters)?, letters.to_owned()]);
        let rows = away_and_towards(row)?;
        let columns = away_and_towards(column).unwrap_or_default();
        let ends = |[along_row, along_column]: [f32; 2]| {
            let (mut ends, sign) = if along_column == 0.0 {
                (rows.clone(), along_row)
            } else {
                (columns.clone(), along_column)
            };
            if sign < 0.0 {
                ends.reverse();
            }
            ends
        };
        let [across, down] = self.screen_from_image();
        let ([left, right], [top, bottom]) = (ends(across), ends(down));
        Some([left, right, top, bottom])
    }
}

/// The other direction of each letter; `None` where one is none of the standard's.
fn opposite(letters: &str) -> Option<String> {
    let opposite = |letter| match letter {
        'L' => Some('R'),
        'R' => Some('L'),
        'A' => Some('P'),
        'P' => Some('A'),
        'H' => Some('F'),
        'F' => Some('H'),
        _ => None,
    };
    let all: Option<String> = letters.chars().map(opposite).collect();
    all.filter(|all| !all.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters(orientation: Orientation) -> String {
        // As a PA radiograph is shown: rows run to the patient's left, columns to the feet.
        orientation.border_letters("L", "F").unwrap().concat()
    }

    #[test]
    fn letters_follow_every_turn_and_mirror() {
        let stored = Orientation::AS_STORED;
        assert_eq!(letters(stored), "RLHF");
        // Turned to the right: what was at the left (R) is at the top.
        assert_eq!(letters(stored.turned_right()), "FHRL");
        assert_eq!(letters(stored.turned_left()), "HFLR");
        assert_eq!(letters(stored.mirrored_across()), "LRHF");
        assert_eq!(letters(stored.mirrored_down()), "RLFH");
        assert_eq!(letters(stored.turned_right().mirrored_across()), "HFRL");
        assert_eq!(letters(stored.mirrored_across().turned_right()), "FHLR");
        assert!(stored.border_letters("x", "F").is_none());
        assert_eq!(stored.border_letters("L", "").unwrap(), ["R", "L", "", ""]);
    }

    #[test]
    fn four_turns_and_two_mirrors_are_none() {
        for start in Orientation::all() {
            let turned = (0..4).fold(start, |o, _| o.turned_right());
            assert_eq!(turned, start);
            assert_eq!(start.turned_right().turned_left(), start);
            assert_eq!(start.mirrored_across().mirrored_across(), start);
            assert_eq!(start.mirrored_down().mirrored_down(), start);
        }
        assert_eq!(
            Orientation::all().filter(|o| o.text().is_empty()).count(),
            1
        );
    }

    #[test]
    fn a_turn_is_that_of_the_screen() {
        // To the right: the image's rows, which ran to the right, run down.
        let turned = Orientation::AS_STORED.turned_right().screen_from_image();
        let whole = turned.map(|row| row.map(|entry| entry as i32));
        assert_eq!(whole, [[0, -1], [1, 0]]);
    }

    /// `numpy.rot90(a, -1)`, `numpy.fliplr(a)`, `numpy.flipud(a)` and `numpy.rot90(a)` of `[[1, 2, 3], [4, 5, 6]]`.
    #[test]
    fn pictures_are_turned_as_numpy_turns_them() {
        let image = Raster::new(3, 2, vec![1, 2, 3, 4, 5, 6]).unwrap();
        let way = Orientation::AS_STORED;
        for (way, size, values) in [
            (way, (3, 2), [1, 2, 3, 4, 5, 6]),
            (way.turned_right(), (2, 3), [4, 1, 5, 2, 6, 3]),
            (way.mirrored_across(), (3, 2), [3, 2, 1, 6, 5, 4]),
            (way.mirrored_down(), (3, 2), [4, 5, 6, 1, 2, 3]),
            (way.turned_left(), (2, 3), [3, 6, 2, 5, 1, 4]),
        ] {
            let turned = way.turned_picture(&image);
            assert_eq!(
                (turned.size(), turned.values()),
                (size, &values[..]),
                "{way:?}"
            );
        }
    }
}
