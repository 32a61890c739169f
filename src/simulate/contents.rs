//! What a phantom holds beside a healthy chest, so that a reader of results can look for it.

use super::config::Group;
use super::frame::{Frame, Point};
use super::patient::PICTURE_CM;
use serde::Serialize;

/// In which of the two layers something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layer {
    /// In radiograph and soft-tissue image alike: suppression must keep it.
    SoftTissue,
    /// In the bone image: suppression takes it.
    Bone,
}

/// One finding or device.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Content {
    /// What it is, in words: `solid nodule`, `pacemaker`.
    pub kind: &'static str,
    /// The group it is left out with.
    pub group: Group,
    /// Where it stands.
    pub layer: Layer,
    /// Row of its middle, pixels from the top edge of the picture (pixel centres at 0.5).
    pub row_px: f32,
    /// Column of its middle, pixels from the left edge.
    pub col_px: f32,
    /// Its longest extent in the patient, mm.
    pub size_mm: f32,
}

/// Collects what is drawn.
pub(super) struct Record<'a> {
    frame: &'a Frame,
    contents: Vec<Content>,
}

impl<'a> Record<'a> {
    pub(super) fn new(frame: &'a Frame) -> Self {
        Self {
            frame,
            contents: Vec::new(),
        }
    }

    /// Notes something around `at`, `size` picture heights long.
    pub(super) fn note(&mut self, kind: &'static str, group: Group, at: Point, size: f32) {
        self.note_in(Layer::SoftTissue, kind, group, at, size);
    }

    /// The same, in a layer.
    pub(super) fn note_in(
        &mut self,
        layer: Layer,
        kind: &'static str,
        group: Group,
        at: Point,
        size: f32,
    ) {
        let middle = self.frame.image_from_chest(at);
        self.contents.push(Content {
            kind,
            group,
            layer,
            row_px: middle.y,
            col_px: middle.x,
            size_mm: 10.0 * PICTURE_CM * size,
        });
    }

    pub(super) fn into_contents(self) -> Vec<Content> {
        self.contents
    }
}
