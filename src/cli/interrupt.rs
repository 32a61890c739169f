//! Ctrl-C: the first asks for an orderly end, the second ends the program at once.

use anyhow::Context as _;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// Exit status of the second Ctrl-C: 128 + SIGINT.
const AT_ONCE: i32 = 130;

/// Whether Ctrl-C was pressed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Interrupt(&'static AtomicBool);

impl Interrupt {
    /// Takes Ctrl-C over for the rest of the program's life.
    pub(super) fn install() -> anyhow::Result<Self> {
        static PRESSED: AtomicBool = AtomicBool::new(false);
        static INSTALLED: OnceLock<()> = OnceLock::new();
        if INSTALLED.set(()).is_ok() {
            ctrlc::set_handler(|| {
                if PRESSED.swap(true, Ordering::SeqCst) {
                    std::process::exit(AT_ONCE);
                }
                eprintln!("stopping after this step; press Ctrl-C again to end at once");
            })
            .context("cannot take over Ctrl-C")?;
        }
        Ok(Self(&PRESSED))
    }

    pub(super) fn is_set(self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}
