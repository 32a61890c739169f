//! What tests that draw say where there is nothing to draw with.

use crate::support::skipped;

/// Says that a test proves nothing without a graphics adapter.
///
/// # Panics
/// Where `DIAPHANE_REQUIRE_ADAPTER` says that there is one.
pub fn skipped_without_adapter() {
    let is_required = std::env::var_os("DIAPHANE_REQUIRE_ADAPTER").is_some();
    assert!(
        !is_required,
        "no graphics adapter was found, and DIAPHANE_REQUIRE_ADAPTER is set"
    );
    skipped("no graphics adapter");
}
