//! How stored values become grey: modality transform, values of interest, polarity.
//!
//! Only the description lives here; the arithmetic is `display`'s.

use std::sync::Arc;

/// Stored value to modality value (PS3.3 C.11.1).
#[derive(Debug, Clone, PartialEq)]
pub enum ModalityTransform {
    /// `modality = slope * stored + intercept`.
    Rescale {
        /// Rescale Slope (0028,1053); may be negative, never zero.
        slope: f64,
        /// Rescale Intercept (0028,1052).
        intercept: f64,
    },
    /// Modality LUT Sequence: entry `i` belongs to stored value `first + i`, ends are held.
    Lut {
        /// First stored value mapped.
        first: i32,
        /// Modality values; shared, because every picture on the screen has them.
        entries: Arc<[u16]>,
    },
}

impl ModalityTransform {
    /// Modality values equal stored values.
    pub const IDENTITY: Self = Self::Rescale {
        slope: 1.0,
        intercept: 0.0,
    };

    /// The modality value of one stored value.
    pub fn apply(&self, stored: i32) -> f64 {
        match self {
            Self::Rescale { slope, intercept } => slope * f64::from(stored) + intercept,
            Self::Lut { first, entries } => {
                let last = entries.len().saturating_sub(1);
                let index = usize::try_from(i64::from(stored) - i64::from(*first)).unwrap_or(0);
                entries
                    .get(index.min(last))
                    .map_or(0.0, |&entry| f64::from(entry))
            }
        }
    }
}

/// VOI LUT Function (0028,1056), PS3.3 C.11.2.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum VoiFunction {
    /// `LINEAR`, C.11.2.1.2.1: edges at `c - 0.5 +- (w - 1) / 2`.
    #[default]
    Linear,
    /// `LINEAR_EXACT`, C.11.2.1.3.2: edges at `c +- w / 2`.
    LinearExact,
    /// `SIGMOID`, C.11.2.1.3.1.
    Sigmoid,
}

/// A VOI LUT Sequence item (PS3.3 C.11.2.1.1).
#[derive(Debug, Clone, PartialEq)]
pub struct VoiLut {
    /// First modality value mapped.
    pub first: i32,
    /// Bits of an entry as the file states them (third value of LUT Descriptor).
    pub bits: u16,
    /// Output values, `0..=2^bits - 1`; shared, because every look and every step of undo has them.
    pub entries: Arc<[u16]>,
    /// LUT Explanation (0028,3003), empty where absent.
    pub explanation: String,
}

impl VoiLut {
    /// Whether the table never turns back: only then does every grey belong to one run of modality values.
    pub fn is_monotone(&self) -> bool {
        self.entries.is_sorted() || self.entries.is_sorted_by(|a, b| a >= b)
    }
}

/// One way to turn modality values into grey.
#[derive(Debug, Clone, PartialEq)]
pub enum Voi {
    /// Window Center and Width with their function.
    Window {
        /// Window Center (0028,1050), modality units.
        center: f64,
        /// Window Width (0028,1051), modality units, > 0 (>= 1 for `LINEAR`).
        width: f64,
        /// Shape of the window.
        function: VoiFunction,
        /// Window Center & Width Explanation (0028,1055), empty where absent.
        explanation: String,
    },
    /// VOI LUT Sequence item.
    Lut(VoiLut),
}

impl Voi {
    /// The `LINEAR_EXACT` window that shows `low` black and `high` white; for an empty range, `low`
    /// is black.
    pub fn covering(low: f64, high: f64) -> Self {
        let width = if high > low { high - low } else { 1.0 };
        Self::Window {
            center: low + width / 2.0,
            width,
            function: VoiFunction::LinearExact,
            explanation: String::new(),
        }
    }
}

/// Which end of the modality values is shown white.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Polarity {
    /// MONOCHROME2: high is white.
    HighIsWhite,
    /// MONOCHROME1: low is white.
    LowIsWhite,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_that_turns_back_is_not_monotone() {
        let table = |entries: &[u16]| VoiLut {
            first: 0,
            bits: 8,
            entries: entries.into(),
            explanation: String::new(),
        };
        for entries in [&[0_u16, 0, 7, 255][..], &[255, 9, 9, 0], &[3], &[]] {
            assert!(table(entries).is_monotone(), "{entries:?}");
        }
        assert!(!table(&[0, 9, 8, 255]).is_monotone());
    }

    #[test]
    fn a_copy_of_a_table_shares_its_entries() {
        let table = Voi::Lut(VoiLut {
            first: 0,
            bits: 8,
            entries: [0_u16, 255].into(),
            explanation: String::new(),
        });
        let (Voi::Lut(one), Voi::Lut(other)) = (&table, &table.clone()) else {
            panic!("a copy is of the same kind");
        };
        assert!(Arc::ptr_eq(&one.entries, &other.entries));
    }
}
