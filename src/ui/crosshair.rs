//! The crosshair: a place in the picture in use that keys move, and that stands in for the pointer.
//!
//! What follows the pointer (pixel values, lens, magnifier, brush, what is being drawn) follows the crosshair while
//! there is one, and a key does there what a click does. The mouse puts it away as soon as it stirs over a picture.
//! What a key means in image pixels depends on where the picture lies on the screen, so keys are noted here and the
//! view in use answers them.

use super::file_id::FileId;
use super::look::Content;
use super::state::AppState;
use super::window_level::WindowDrag;
use crate::measure::Point;

/// A direction on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To the left border.
    Left,
    /// To the right border.
    Right,
    /// To the upper border.
    Up,
    /// To the lower border.
    Down,
}

impl Direction {
    /// It as a step of 1, right and down.
    pub(super) fn unit(self) -> [f32; 2] {
        match self {
            Self::Left => [-1.0, 0.0],
            Self::Right => [1.0, 0.0],
            Self::Up => [0.0, -1.0],
            Self::Down => [0.0, 1.0],
        }
    }
}

/// What a key asks of the view in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ViewKey {
    /// Show the crosshair in what is seen of the picture.
    Show,
    /// Move the crosshair by a pixel.
    Step(Direction),
    /// Move it by ten pixels, or by ten points of the screen where those are more.
    Stride(Direction),
    /// Do at the crosshair what a click does; what a click and a drag would move is held until the next one.
    Click,
    /// Erase with the brush at the crosshair.
    Erase,
    /// Go to the next place at which a measure can be taken hold of.
    NextGrip,
    /// Go to the one before.
    PreviousGrip,
    /// Enlarge about the crosshair.
    ZoomIn,
    /// Make smaller about the crosshair.
    ZoomOut,
    /// Show what lies further this way.
    Look(Direction),
    /// Widen the window.
    Wider,
    /// Narrow the window.
    Narrower,
    /// Make the picture brighter.
    Brighter,
    /// Make the picture darker.
    Darker,
}

impl ViewKey {
    /// Whether these all move, enlarge or window a picture, which needs no crosshair.
    pub(super) fn all_move_picture(keys: &[Self]) -> bool {
        let moves = |key: &Self| {
            matches!(
                key,
                Self::ZoomIn
                    | Self::ZoomOut
                    | Self::Look(_)
                    | Self::Wider
                    | Self::Narrower
                    | Self::Brighter
                    | Self::Darker
            )
        };
        keys.iter().all(moves)
    }

    /// Whether it goes on while its key is held.
    pub(super) fn repeats(self) -> bool {
        !matches!(
            self,
            Self::Show | Self::Click | Self::Erase | Self::NextGrip | Self::PreviousGrip
        )
    }
}

/// What is asked of the crosshair and of the view in use.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum CrosshairCommand {
    /// A key was pressed.
    Ask(ViewKey),
    /// The view in use did what keys asked for.
    Answered,
    /// Put the crosshair at this place of the picture.
    MoveTo(Point),
    /// Put it away.
    PutAway,
    /// Another window for this picture: a series of these is one step.
    Window(Content, WindowDrag),
}

/// The crosshair, and what keys asked of the view in use.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Crosshair {
    /// The file in whose radiograph it stands, and where.
    pub(super) place: Option<(FileId, Point)>,
    /// What the view in use has not answered yet.
    pub(super) asked: Vec<ViewKey>,
    /// The newest step is a series of window keys that may go on.
    pub(super) is_in_series: bool,
}

impl AppState {
    /// Where the crosshair stands in the picture in use; `None` while the mouse is in hand.
    pub fn crosshair_at(&self) -> Option<Point> {
        let (study, at) = self.crosshair.place?;
        let shown = self.study().map(|study| study.file_id);
        (shown == Some(study)).then_some(at)
    }
}
