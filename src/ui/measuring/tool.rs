//! Tools that draw measures, and the shapes their points make.

use crate::measure::{LineOrigin, Point, Shape, short_axis};

/// A tool that draws measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// Distance of two points.
    Length,
    /// Longest diameter and the one across it.
    Bidirectional,
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
    pub const ALL: [Self; 12] = [
        Self::Length,
        Self::Bidirectional,
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
            Self::Bidirectional => "Bidirectional",
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
            Self::Bidirectional => "Drag along the longest diameter, then across it",
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
            Self::Bidirectional | Self::Cobb | Self::CardiothoracicRatio => Some(4),
            Self::RibProfile | Self::Text => Some(1),
            Self::Polygon => None,
        }
    }

    /// The shape that these points make; `None` while some are missing. `aspect` is the height of a pixel in widths.
    pub fn shape(self, points: &[Point], aspect: f64) -> Option<Shape> {
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
            (Self::Bidirectional, &[a, b, c, d]) => Some(Shape::Bidirectional {
                long: [a, b],
                short: short_axis([a, b], [c, d], aspect),
            }),
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
