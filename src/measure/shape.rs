//! What a reader can draw, and how it is taken apart into points.

use super::{Point, Region, Scale, angle_degrees, cardiothoracic_ratio, cobb_degrees};
use serde::{Deserialize, Serialize};

/// Number of a measure within its study.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MeasureId(pub u32);

/// Who placed the lines of a cardiothoracic ratio.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineOrigin {
    /// The reader, or the reader after a suggestion.
    Reader,
    /// Suggested from the lung mask and not corrected since.
    LungMask,
}

/// A shape in image coordinates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Shape {
    /// Distance of two points.
    Length {
        /// Its ends.
        ends: [Point; 2],
    },
    /// The longest diameter of something, and the one across it.
    Bidirectional {
        /// Ends of the long axis.
        long: [Point; 2],
        /// Ends of the short axis, perpendicular to it.
        short: [Point; 2],
    },
    /// Angle at the middle one of three points.
    Angle {
        /// End, vertex, other end.
        arms: [Point; 3],
    },
    /// Angle between two lines.
    Cobb {
        /// Both lines.
        lines: [[Point; 2]; 2],
    },
    /// Upright rectangle.
    Rectangle {
        /// Two opposite corners.
        corners: [Point; 2],
    },
    /// Upright ellipse.
    Ellipse {
        /// Two opposite corners of the rectangle round it.
        corners: [Point; 2],
    },
    /// Closed polygon.
    Polygon {
        /// Its corners in order.
        corners: Vec<Point>,
    },
    /// Values along a line.
    Profile {
        /// Its ends.
        ends: [Point; 2],
    },
    /// Width of the heart over width of the thorax.
    CardiothoracicRatio {
        /// From the heart's border at one side to that at the other.
        heart: [Point; 2],
        /// From the inner chest wall at one side to that at the other.
        thorax: [Point; 2],
        /// Who placed them.
        origin: LineOrigin,
    },
    /// The measure's label at a place.
    Text {
        /// Where it begins.
        at: Point,
    },
    /// An arrow.
    Arrow {
        /// Tail and tip.
        ends: [Point; 2],
    },
    /// Averaged profile across the rib at a place.
    RibProfile {
        /// A point on the rib.
        at: Point,
    },
}

impl Shape {
    /// What it is called.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Length { .. } => "Length",
            Self::Bidirectional { .. } => "Bidirectional",
            Self::Angle { .. } => "Angle",
            Self::Cobb { .. } => "Cobb angle",
            Self::Rectangle { .. } => "Rectangle",
            Self::Ellipse { .. } => "Ellipse",
            Self::Polygon { .. } => "Polygon",
            Self::Profile { .. } => "Line profile",
            Self::CardiothoracicRatio { .. } => "Cardiothoracic ratio",
            Self::Text { .. } => "Text",
            Self::Arrow { .. } => "Arrow",
            Self::RibProfile { .. } => "Rib profile",
        }
    }

    /// Points it is made of, in a fixed order.
    pub fn points(&self) -> Vec<Point> {
        match self {
            Self::Length { ends } | Self::Profile { ends } | Self::Arrow { ends } => ends.to_vec(),
            Self::Rectangle { corners } | Self::Ellipse { corners } => corners.to_vec(),
            Self::Angle { arms } => arms.to_vec(),
            Self::Bidirectional { long, short } => [*long, *short].concat(),
            Self::Cobb { lines } => lines.concat(),
            Self::CardiothoracicRatio { heart, thorax, .. } => [*heart, *thorax].concat(),
            Self::Polygon { corners } => corners.clone(),
            Self::Text { at } | Self::RibProfile { at } => vec![*at],
        }
    }

    /// Its points, to be moved.
    pub(super) fn points_mut(&mut self) -> Vec<&mut Point> {
        match self {
            Self::Length { ends } | Self::Profile { ends } | Self::Arrow { ends } => {
                ends.iter_mut().collect()
            }
            Self::Rectangle { corners } | Self::Ellipse { corners } => corners.iter_mut().collect(),
            Self::Angle { arms } => arms.iter_mut().collect(),
            Self::Bidirectional { long, short } => long.iter_mut().chain(short).collect(),
            Self::Cobb { lines } => lines.iter_mut().flatten().collect(),
            Self::CardiothoracicRatio { heart, thorax, .. } => {
                heart.iter_mut().chain(thorax).collect()
            }
            Self::Polygon { corners } => corners.iter_mut().collect(),
            Self::Text { at } | Self::RibProfile { at } => vec![at],
        }
    }

    /// The pixels it encloses, where it encloses any.
    pub fn region(&self) -> Option<Region> {
        match self {
            Self::Rectangle { corners } => Some(Region::Rectangle(*corners)),
            Self::Ellipse { corners } => Some(Region::Ellipse(*corners)),
            Self::Polygon { corners } => Some(Region::Polygon(corners.clone())),
            _ => None,
        }
    }

    /// What it says without looking at pixels, with unit and kind; empty where its text or a profile says it.
    pub fn value_text(&self, scale: &Scale) -> String {
        let degrees = |angle: Option<f64>| {
            angle.map_or_else(|| "no angle".to_owned(), |angle| format!("{angle:.1}°"))
        };
        match self {
            Self::Length { ends } | Self::Profile { ends } => {
                scale.length(ends[0], ends[1]).to_string()
            }
            Self::Bidirectional { long, short } => {
                let [a, b] = [long, short].map(|axis| scale.length(axis[0], axis[1]).value);
                // The longest diameter stands first, whichever of the two has become that.
                format!("{:.1} x {}", a.max(b), scale.length_of(a.min(b)))
            }
            Self::Angle { arms } => degrees(angle_degrees(*arms, scale)),
            Self::Cobb { lines } => format!("Cobb {}", degrees(cobb_degrees(*lines, scale))),
            Self::Rectangle { .. } | Self::Ellipse { .. } | Self::Polygon { .. } => {
                let area = self.region().and_then(|region| region.area_px());
                area.map_or_else(
                    || "crosses itself: no area".to_owned(),
                    |area| scale.area(area).to_string(),
                )
            }
            Self::CardiothoracicRatio {
                heart,
                thorax,
                origin,
            } => {
                let Some((ratio, widths)) = cardiothoracic_ratio(*heart, *thorax, scale) else {
                    return "no ratio: the thorax has no width".to_owned();
                };
                let suggested = match origin {
                    LineOrigin::LungMask => "; suggested from the lung mask: correct both lines",
                    LineOrigin::Reader => "",
                };
                let [heart, thorax] = widths;
                format!("CTR {ratio:.2}: heart {heart}, thorax {thorax}{suggested}")
            }
            Self::Text { .. } | Self::Arrow { .. } | Self::RibProfile { .. } => String::new(),
        }
    }

    /// The value as it stands on the picture, which must be seen round it: the ratio without the widths it is of.
    pub fn brief_text(&self, scale: &Scale) -> String {
        let Self::CardiothoracicRatio {
            heart,
            thorax,
            origin,
        } = self
        else {
            return self.value_text(scale);
        };
        let suggested = match origin {
            LineOrigin::LungMask => " (suggested)",
            LineOrigin::Reader => "",
        };
        cardiothoracic_ratio(*heart, *thorax, scale).map_or_else(
            || self.value_text(scale),
            |(ratio, _)| format!("CTR {ratio:.2}{suggested}"),
        )
    }

    /// Its value depends on how long a pixel is.
    pub fn has_length(&self) -> bool {
        !matches!(
            self,
            Self::Angle { .. } | Self::Cobb { .. } | Self::Text { .. } | Self::Arrow { .. }
        )
    }
}

/// A shape with its number and what the reader calls it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measure {
    /// Its number, unique in its study.
    pub id: MeasureId,
    /// What the reader wrote to it; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// What was drawn.
    #[serde(flatten)]
    pub shape: Shape,
}

impl Measure {
    /// A name that tells it from the other measures of its study.
    pub fn name(&self) -> String {
        format!("{} {}", self.shape.name(), self.id.0)
    }

    /// A number that no measure in `measures` has.
    pub fn free_id(measures: &[Self]) -> MeasureId {
        let largest = measures.iter().map(|measure| measure.id.0).max();
        MeasureId(largest.unwrap_or(0).saturating_add(1))
    }
}
