//! Golden tests: what this program computes beside what the authors' code computed.
//!
//! The fixtures are numbers made by running the authors' code; they are found by
//! `DIAPHANE_PARITY_DIR` (default `../shared/parity`). Where they are absent a test says so and
//! passes.

mod fixtures;
mod fullsize;
mod fusion;
mod lpips;
mod metrics;
mod nets;
mod restore;
mod sampling;
mod schedules;
#[path = "../support/mod.rs"]
mod support;
