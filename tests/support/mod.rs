//! What tests of several programs share.

use std::io::Write as _;

/// Says that a test proves nothing here, and why: past the capture of test output, which would hide it.
pub fn skipped(why: &str) {
    // A closed stderr leaves nobody to be told.
    writeln!(std::io::stderr(), "skipped: {why}").unwrap_or(());
}
