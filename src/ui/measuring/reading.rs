//! What pixels under measures say, read on another thread.

use super::MeasureEvent;
use crate::measure::{
    LayerStatistics, LineProfile, MeasureId, Pictures, RibError, RibProfile, Scale, Shape,
    line_profile, region_statistics, rib_profile,
};
use crate::radiograph::Radiograph;
use crate::ui::file_id::FileId;
use crate::worker::SuppressionResult;
use std::sync::Arc;

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

/// Shapes to be read, and what they are read from.
pub(in crate::ui) struct ReadingTask {
    pub study: FileId,
    pub shapes: Vec<(MeasureId, Shape)>,
    pub radiograph: Arc<Radiograph>,
    pub result: Option<Arc<SuppressionResult>>,
    pub revision: u64,
    pub scale: Scale,
}

impl ReadingTask {
    /// The event of a task whose thread died: the same shapes are not tried again.
    pub(in crate::ui) fn lost(&self) -> MeasureEvent {
        self.event(|_| PixelReading::Lost)
    }

    /// Reads every shape.
    pub(in crate::ui) fn run(&self) -> MeasureEvent {
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
pub(in crate::ui) fn needs_pixels(shape: &Shape) -> bool {
    let is_profile = matches!(shape, Shape::Profile { .. } | Shape::RibProfile { .. });
    is_profile || shape.region().is_some()
}
