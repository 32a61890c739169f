//! Fonts of the system for signs that the built-in ones lack: ideographs, kana, hangul, Hebrew,
//! Arabic in the names of patients and files.
//!
//! egui asks for a font when such a sign is first on the screen, and gets the one the system would
//! use for it, mapped rather than read. Without such a sign none is touched.

use eframe::egui::{self, FallbackRequest, FontInsert, FontProvider};
use egui_system_font_provider::SystemFontProvider;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What the reader is told where no font has a sign.
pub const NO_FONT: &str = "This computer has no font for some signs on the screen, so boxes stand \
                           for them; install a font for that script, such as Noto Sans CJK.";

/// The system's fonts, asked on demand.
#[derive(Clone, Default)]
pub struct SystemFonts {
    lacked: Arc<AtomicBool>,
}

/// The provider egui asks.
struct Provider {
    fonts: SystemFontProvider,
    lacked: Arc<AtomicBool>,
}

impl FontProvider for Provider {
    fn font_for(&self, request: &FallbackRequest<'_>) -> Option<FontInsert> {
        let found = self.fonts.font_for(request);
        if found.is_none() {
            self.lacked.store(true, Ordering::Relaxed);
        }
        found
    }
}

impl SystemFonts {
    /// Lets a context ask the system for fonts. A thread begins to list them now, so that the first
    /// name that needs one need not wait for the list.
    pub fn install(&self, ctx: &egui::Context) {
        let provider = Provider {
            fonts: SystemFontProvider::new(),
            lacked: Arc::clone(&self.lacked),
        };
        ctx.add_font_provider(Arc::new(provider));
    }

    /// Whether a sign was asked for since the last call that no font has.
    pub fn lacked_one(&self) -> bool {
        self.lacked.swap(false, Ordering::Relaxed)
    }
}
