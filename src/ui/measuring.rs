//! Measuring in the window: the tool in hand, what is being drawn or moved, and what pixels said.

use super::study::OpenStudy;
use crate::measure::{
    Grip, LayerStatistics, LineOrigin, LineProfile, Measure, MeasureId, Pictures, Point, RibError,
    RibProfile, Scale, Shape, Thorax, ThoraxError, line_profile, region_statistics, rib_profile,
};
use crate::radiograph::Radiograph;
use crate::worker::SuppressionResult;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A tool that draws measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// Distance of two points.
    Length,
    /// Angle at the second of three points.
    Angle,
    /// Angle between two lines.
    Cobb,
    /// Statistics in an ellipse.
    Ellipse,
    /// Statistics in a rectangle.
    Rectangle,
    /// Statistics in a polygon.
    Polygon,
    /// Values along a line.
    Profile,
    /// Heart's and thorax's width.
    CardiothoracicRatio,
    /// Profile across a rib.
    RibProfile,
    /// Words at a place.
    Text,
    /// An arrow.
    Arrow,
}

impl Tool {
    /// Every tool, as the menu lists them.
    pub const ALL: [Self; 11] = [
        Self::Length,
        Self::Angle,
        Self::Cobb,
        Self::CardiothoracicRatio,
        Self::Ellipse,
        Self::Rectangle,
        Self::Polygon,
        Self::Profile,
        Self::RibProfile,
        Self::Text,
        Self::Arrow,
    ];

    /// What the menu calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Length => "Length",
            Self::Angle => "Angle",
            Self::Cobb => "Cobb angle",
            Self::Ellipse => "Ellipse",
            Self::Rectangle => "Rectangle",
            Self::Polygon => "Polygon",
            Self::Profile => "Line profile",
            Self::CardiothoracicRatio => "Cardiothoracic ratio",
            Self::RibProfile => "Rib profile",
            Self::Text => "Text",
            Self::Arrow => "Arrow",
        }
    }

    /// How it is used.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Length | Self::Profile => "Drag from end to end",
            Self::Angle => "Click an end, the vertex, the other end",
            Self::Cobb => "Drag along one endplate, then along the other",
            Self::Ellipse | Self::Rectangle => "Drag from corner to corner",
            Self::Polygon => "Click the corners; double click the last one",
            Self::CardiothoracicRatio => "Drag across the heart, then across the thorax",
            Self::RibProfile => "Click a rib",
            Self::Text => "Click a place, then write beside the list",
            Self::Arrow => "Drag from tail to tip",
        }
    }

    /// Points that make its shape; `None` where any number from three does.
    pub fn num_points(self) -> Option<usize> {
        match self {
            Self::Length | Self::Ellipse | Self::Rectangle | Self::Profile | Self::Arrow => Some(2),
            Self::Angle => Some(3),
            Self::Cobb | Self::CardiothoracicRatio => Some(4),
            Self::RibProfile | Self::Text => Some(1),
            Self::Polygon => None,
        }
    }

    /// The shape that these points make; `None` while some are missing.
    pub fn shape(self, points: &[Point]) -> Option<Shape> {
        match (self, points) {
            (Self::Polygon, [_, _, _, ..]) => Some(Shape::Polygon {
                corners: points.to_vec(),
            }),
            (Self::Length, &[a, b]) => Some(Shape::Length { ends: [a, b] }),
            (Self::Profile, &[a, b]) => Some(Shape::Profile { ends: [a, b] }),
            (Self::Arrow, &[a, b]) => Some(Shape::Arrow { ends: [a, b] }),
            (Self::Rectangle, &[a, b]) => Some(Shape::Rectangle { corners: [a, b] }),
            (Self::Ellipse, &[a, b]) => Some(Shape::Ellipse { corners: [a, b] }),
            (Self::Angle, &[a, b, c]) => Some(Shape::Angle { arms: [a, b, c] }),
            (Self::Cobb, &[a, b, c, d]) => Some(Shape::Cobb {
                lines: [[a, b], [c, d]],
            }),
            (Self::CardiothoracicRatio, &[a, b, c, d]) => Some(Shape::CardiothoracicRatio {
                heart: [a, b],
                thorax: [c, d],
                origin: LineOrigin::Reader,
            }),
            (Self::RibProfile, &[at]) => Some(Shape::RibProfile { at }),
            (Self::Text, &[at]) => Some(Shape::Text { at }),
            _ => None,
        }
    }
}

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

/// What the pixels under a measure say.
#[derive(Debug, Clone, PartialEq)]
pub enum PixelReading {
    /// Statistics of every layer.
    Region(Vec<LayerStatistics>),
    /// Values of every layer along a line.
    Profile(Vec<LineProfile>),
    /// Profile across a rib.
    Rib(Result<RibProfile, RibError>),
    /// Reading broke down.
    Lost,
}

/// A reading and what it was read of.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The shape.
    pub shape: Shape,
    /// Number of the study's result.
    pub revision: u64,
    /// Size of a pixel.
    pub scale: Scale,
    /// What was found.
    pub value: PixelReading,
}

/// What is known about a study's measures beside themselves.
#[derive(Debug, Clone, Default)]
pub struct MeasureRecord {
    /// What the pixels under them say, where they were read.
    pub readings: BTreeMap<MeasureId, Reading>,
    /// The reader was told what the millimetres of this study are.
    pub(super) is_unit_told: bool,
    /// How the measures are kept.
    pub(super) keeping: Keeping,
}

/// How far measures on the disk and in the window agree.
#[derive(Debug, Clone, Default)]
pub(super) enum Keeping {
    /// The disk was not asked yet.
    #[default]
    NotLoaded,
    /// The disk is being asked.
    Loading,
    /// These are on the disk.
    Kept(Arc<Vec<Measure>>),
    /// The disk has others that cannot be read; they are set aside before any are written.
    Unreadable,
    /// The newest are being written.
    Writing {
        /// What is on the disk cannot be read and must be set aside.
        unreadable: bool,
    },
    /// These could not be written; it is tried again with the next change.
    Failed {
        /// What was to be written.
        measures: Arc<Vec<Measure>>,
        /// What is on the disk cannot be read and must be set aside.
        unreadable: bool,
    },
}

/// What became of work on measures on another thread, with the number of its study.
#[derive(Debug)]
pub enum MeasureEvent {
    /// Measures kept earlier, or one sentence says why they are not read.
    Loaded(u64, Result<Vec<Measure>, String>),
    /// These were written, or one sentence says why not.
    Saved(u64, Arc<Vec<Measure>>, Result<(), String>),
    /// What pixels said.
    Read(u64, Vec<(MeasureId, Reading)>),
    /// Lines of a cardiothoracic ratio.
    Suggested(u64, Result<Thorax, ThoraxError>),
}

impl OpenStudy {
    /// Size of a pixel: as the reader calibrated it, or as the file states it.
    pub fn spacing(&self) -> Option<crate::radiograph::PixelSpacing> {
        self.calibration.or(self.radiograph.spacing)
    }

    /// Size of a pixel for every length of this study.
    pub fn scale(&self) -> Scale {
        Scale::of(self.spacing())
    }

    /// Number of the result shown; 0 where there is none.
    pub(super) fn shown_run(&self) -> u64 {
        self.runs.shown().map_or(0, |run| run.number)
    }

    /// The measure with this number.
    pub fn measure(&self, id: MeasureId) -> Option<&Measure> {
        self.measures.iter().find(|measure| measure.id == id)
    }

    /// Something was drawn or calibrated that giving the study up would lose.
    pub(super) fn has_measures(&self) -> bool {
        !self.measures.is_empty() || self.calibration.is_some()
    }
}

/// Shapes to be read, and what they are read from.
pub(super) struct ReadingTask {
    pub study: u64,
    pub shapes: Vec<(MeasureId, Shape)>,
    pub radiograph: Arc<Radiograph>,
    pub result: Option<Arc<SuppressionResult>>,
    pub revision: u64,
    pub scale: Scale,
}

impl ReadingTask {
    /// The event of a task whose thread died: the same shapes are not tried again.
    pub(super) fn lost(&self) -> MeasureEvent {
        self.event(|_| PixelReading::Lost)
    }

    /// Reads every shape.
    pub(super) fn run(&self) -> MeasureEvent {
        let pictures = Pictures {
            radiograph: &self.radiograph,
            soft_tissue: self.result.as_ref().map(|result| &result.soft_tissue),
            bone: self.result.as_ref().map(|result| &result.bone),
            uncertainty: (self.result.as_ref()).and_then(|result| result.uncertainty.as_ref()),
        };
        self.event(|shape| match shape {
            Shape::Profile { ends } => PixelReading::Profile(line_profile(*ends, &pictures)),
            Shape::RibProfile { at } => PixelReading::Rib(rib_profile(*at, &pictures, &self.scale)),
            _ => PixelReading::Region(
                shape
                    .region()
                    .map(|region| region_statistics(&region, &pictures))
                    .unwrap_or_default(),
            ),
        })
    }

    fn event(&self, read: impl Fn(&Shape) -> PixelReading) -> MeasureEvent {
        let reading = |(id, shape): &(MeasureId, Shape)| {
            let reading = Reading {
                shape: shape.clone(),
                revision: self.revision,
                scale: self.scale,
                value: read(shape),
            };
            (*id, reading)
        };
        MeasureEvent::Read(self.study, self.shapes.iter().map(reading).collect())
    }
}

/// Its value comes from pixels.
pub(super) fn needs_pixels(shape: &Shape) -> bool {
    let is_profile = matches!(shape, Shape::Profile { .. } | Shape::RibProfile { .. });
    is_profile || shape.region().is_some()
}
