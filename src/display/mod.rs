//! From stored values to grey on a screen: the one place this arithmetic lives, for the window,
//! for exports and for what a network sees.
//!
//! ```text
//! stored -> modality (rescale or Modality LUT) -> values of interest (window or VOI LUT)
//!        -> polarity, last -> display in [0, 1], 1 is white
//! ```
//!
//! Inverting before the values of interest would invert the window as well, so polarity is last.
//! The shaders follow this module; it knows neither them nor files.

mod colormap;
mod grey_scale;
mod histogram;
mod picture;
mod thumbnail;
mod window;

pub use colormap::{Rgb, diverging_on_black, sequential_on_black};
pub use grey_scale::GreyScale;
pub use histogram::Histogram;
pub use picture::{display_image, displayed_modality, modality_image};
pub use thumbnail::thumbnail;
pub use window::{min_max_window, percentile_window};
