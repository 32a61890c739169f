//! From grey back to the modality value that a VOI LUT shows so.

use crate::radiograph::VoiLut;

/// A VOI LUT turned round, for rising and for falling tables alike.
///
/// A table that turns back on itself shows one grey at several modality values. It is inverted along
/// its envelope: the running maximum of a table that ends lighter than it starts, the running minimum
/// of another. Every grey then belongs to the first value that reaches it.
#[derive(Debug, Clone)]
pub(super) struct LutInverse {
    first: f64,
    /// The grey 1 in units of an entry.
    full: f64,
    rising: bool,
    /// Never falls where `rising`, never rises otherwise.
    envelope: Vec<u16>,
}

impl LutInverse {
    pub(super) fn new(lut: &VoiLut, full: f64) -> Self {
        let rising = lut.entries.last() >= lut.entries.first();
        let mut reached = lut.entries.first().copied().unwrap_or(0);
        let envelope = lut.entries.iter().map(|&entry| {
            reached = if rising {
                reached.max(entry)
            } else {
                reached.min(entry)
            };
            reached
        });
        Self {
            first: f64::from(lut.first),
            full,
            rising,
            envelope: envelope.collect(),
        }
    }

    /// The modality value shown as `grey`, between entries linearly; the table's ends beyond what it shows.
    pub(super) fn modality(&self, grey: f64) -> f64 {
        let wanted = self.snapped(grey * self.full);
        let index = self.envelope.partition_point(|&entry| {
            if self.rising {
                f64::from(entry) < wanted
            } else {
                f64::from(entry) > wanted
            }
        });
        let Some(&reached) = self.envelope.get(index) else {
            return self.first + self.envelope.len().saturating_sub(1) as f64;
        };
        let before = index.checked_sub(1).and_then(|i| self.envelope.get(i));
        let Some(&before) = before else {
            return self.first;
        };
        let (reached, before) = (f64::from(reached), f64::from(before));
        // The search stops where the envelope moves, so the two differ.
        self.first + index as f64 - (reached - wanted) / (reached - before)
    }

    /// A grey that left as an entry and came back through `f32` is that entry again; a hair beside it
    /// would lie on the far side of a plateau.
    fn snapped(&self, wanted: f64) -> f64 {
        let entry = wanted.round();
        if (wanted - entry).abs() <= self.full * f64::from(f32::EPSILON) {
            entry
        } else {
            wanted
        }
    }
}
