//! Widgets that more than one panel may use.

pub mod colour_bar;
pub mod release_slider;
