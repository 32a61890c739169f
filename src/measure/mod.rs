//! Measures on a radiograph: what a reader drew, and the numbers it stands for.
//!
//! Owns plain data and arithmetic: shapes in image coordinates (pixel centres at +0.5), lengths with the
//! kind of their millimetres, statistics of regions, profiles, the cardiothoracic ratio, and the document
//! in which measures are kept. Must not know windows, files on disk or networks.
//!
//! ```
//! use diaphane::measure::{Point, Scale};
//! use diaphane::radiograph::{PixelSpacing, SpacingKind};
//!
//! let scale = Scale::of(Some(PixelSpacing { row_mm: 0.2, col_mm: 0.1, kind: SpacingKind::AtDetector }));
//! let length = scale.length(Point::new(10.0, 10.0), Point::new(40.0, 30.0));
//! assert_eq!(length.to_string(), "5.0 mm (at detector)");
//! ```

mod angle;
mod bidirectional;
mod calibration;
mod document;
mod grip;
mod linear;
mod pictures;
mod point;
mod profile;
mod region;
mod rib;
mod scale;
mod shape;
mod statistics;
mod thorax;

pub use angle::{angle_degrees, cobb_degrees};
pub use bidirectional::short_axis;
pub use calibration::Calibration;
pub use document::{Document, DocumentError};
pub use grip::Grip;
pub use pictures::{Layer, Pictures};
pub use point::Point;
pub use profile::{LineProfile, line_profile};
pub use region::Region;
pub use rib::{RibError, RibProfile, RibSample, rib_profile};
pub use scale::{Area, CalibrationError, Length, LengthUnit, Scale};
pub use shape::{LineOrigin, Measure, MeasureId, Shape};
pub use statistics::{LayerStatistics, Statistics, contrast_to_noise, region_statistics};
pub use thorax::{Thorax, ThoraxError, cardiothoracic_ratio, suggest_thorax};

#[cfg(test)]
mod tests;
