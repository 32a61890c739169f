//! Measuring in the window: the tool in hand, what is being drawn or moved, and what pixels said.

mod keeping;
mod reading;
mod tool;

pub(super) use keeping::Keeping;
pub use keeping::{Annotations, MeasureEvent, MeasureRecord};
pub use reading::{PixelReading, Reading};
pub(super) use reading::{ReadingTask, needs_pixels};
pub use tool::Tool;

use crate::measure::{Grip, Measure, MeasureId, Point, Shape};

/// What a person asked of the measures.
#[derive(Debug, Clone, PartialEq)]
pub enum MeasureCommand {
    /// Take up a tool, or lay it down.
    Take(Tool),
    /// The next point of what is being drawn.
    Place(Point),
    /// What is being drawn is complete.
    Finish,
    /// Take hold of a measure at a place.
    Grab {
        /// The measure.
        id: MeasureId,
        /// What of it.
        grip: Grip,
        /// Where.
        from: Point,
    },
    /// Move what is held here.
    Drag(Point),
    /// Let go of what is held: one change, however long the way was.
    Release,
    /// Mark the study shown as a key image, or take the mark away.
    ToggleKeyImage,
    /// Choose a measure, or none.
    Select(Option<MeasureId>),
    /// Take the chosen measure away.
    Delete,
    /// The words written to a measure so far.
    Type(MeasureId, String),
    /// The words are written.
    EndTyping,
    /// True length that the reader is about to state, mm.
    SetTrueLength(f64),
    /// The chosen length has the true length stated.
    Calibrate,
    /// Back to the pixel size of the file.
    ForgetCalibration,
}

/// A measure that is being moved.
#[derive(Debug, Clone, PartialEq)]
pub struct Grabbed {
    /// As it is shown.
    pub measure: Measure,
    /// As it was.
    pub before: Shape,
    /// What of it is held.
    pub grip: Grip,
    /// Where it was taken.
    pub from: Point,
    /// Where it is now.
    pub to: Point,
}

/// What goes on between two changes of the measures.
#[derive(Debug, Clone, PartialEq)]
pub struct Measuring {
    /// The tool in hand.
    pub tool: Option<Tool>,
    /// Points placed so far.
    pub draft: Vec<Point>,
    /// The measure chosen.
    pub selected: Option<MeasureId>,
    /// The measure that is being moved.
    pub grabbed: Option<Grabbed>,
    /// The measure that is being written to, and the words so far.
    pub typing: Option<(MeasureId, String)>,
    /// True length that the reader is about to state, mm.
    pub true_length_mm: f64,
    /// Pixels are being read on another thread.
    pub(super) is_reading: bool,
}

impl Default for Measuring {
    fn default() -> Self {
        Self {
            tool: None,
            draft: Vec::new(),
            selected: None,
            grabbed: None,
            typing: None,
            true_length_mm: 100.0,
            is_reading: false,
        }
    }
}

impl Measuring {
    /// Another study comes: the tool stays in hand, nothing else.
    pub(super) fn leave_study(&mut self) {
        *self = Self {
            tool: self.tool,
            true_length_mm: self.true_length_mm,
            is_reading: self.is_reading,
            ..Self::default()
        };
    }

    /// Measures as they are shown: the one that is being moved where it is now.
    pub fn shown<'a>(&'a self, measures: &'a [Measure]) -> impl Iterator<Item = &'a Measure> {
        measures.iter().map(|measure| {
            let grabbed = self.grabbed.as_ref().map(|grabbed| &grabbed.measure);
            grabbed
                .filter(|grabbed| grabbed.id == measure.id)
                .unwrap_or(measure)
        })
    }
}
