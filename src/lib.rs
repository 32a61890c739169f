//! Diaphane takes the bones out of chest radiographs.
//!
//! The page is completed as the house grows.

pub mod cli;
pub mod diffusion;
pub mod display;
pub mod formats;
pub mod fusion;
pub mod metrics;
pub mod model;
pub mod nn;
pub mod pipeline;
pub mod radiograph;
#[cfg(feature = "gui")]
pub mod render;
pub mod simulate;
pub mod train;
#[cfg(feature = "gui")]
pub mod ui;
pub mod worker;
