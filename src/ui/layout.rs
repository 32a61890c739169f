//! How the views are arranged.

use super::look::Content;
use serde::{Deserialize, Serialize};

/// How the views are arranged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Layout {
    /// One view: the soft-tissue image in the original's place, and the original while Space is held.
    #[default]
    Single,
    /// Original and soft-tissue image.
    SideBySide,
    /// Original above soft-tissue image, for an upright screen.
    Stacked,
    /// Original and difference.
    Difference,
    /// Original, soft-tissue image and difference.
    Three,
    /// Original, soft-tissue image, bone layer and difference, two by two.
    Four,
    /// Soft-tissue image and its uncertainty.
    Uncertainty,
}

impl Layout {
    /// Its pictures, row by row.
    pub fn contents(self) -> &'static [Content] {
        match self {
            Self::Single => &[Content::SoftTissue],
            Self::SideBySide | Self::Stacked => &[Content::Original, Content::SoftTissue],
            Self::Difference => &[Content::Original, Content::Difference],
            Self::Three => &[Content::Original, Content::SoftTissue, Content::Difference],
            Self::Uncertainty => &[Content::SoftTissue, Content::Uncertainty],
            Self::Four => &[
                Content::Original,
                Content::SoftTissue,
                Content::Bone,
                Content::Difference,
            ],
        }
    }

    /// Rows of the grid its pictures stand in.
    pub fn num_rows(self) -> usize {
        match self {
            Self::Stacked | Self::Four => 2,
            _ => 1,
        }
    }

    /// Columns of that grid.
    pub fn num_columns(self) -> usize {
        self.contents().len().div_ceil(self.num_rows())
    }
}
