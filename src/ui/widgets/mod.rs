//! Widgets that more than one panel may use.

pub mod check_box;
pub mod colour_bar;
pub mod handle;
pub mod look_texture;
pub mod middle_ellipsis;
pub mod release_slider;
pub mod status_sign;
