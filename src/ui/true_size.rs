//! True size: a millimetre of the patient is a millimetre on the screen.
//!
//! Two facts are needed, and neither is guessed: what a pixel of the radiograph measures, and how many pixels of the
//! screen lie on a millimetre of it. Window systems tell the second one wrongly or not at all, so the reader measures
//! each screen once, by a bank card (ISO/IEC 7810 ID-1: 85.60 mm wide) or by a ruler.

use super::state::AppState;
use crate::radiograph::SpacingKind;
use eframe::egui::{Context, ViewportInfo};
use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;

/// Width of a bank card, ISO/IEC 7810 ID-1, mm.
pub const CARD_WIDTH_MM: f64 = 85.60;
/// Screen pixels per millimetre that a screen can have: beyond lie errors of typing (25 to 1270 dpi).
pub const SCREEN_DENSITIES: RangeInclusive<f64> = 1.0..=50.0;
/// Deviation of a zoom from the true one that no ruler tells, as a share.
const TOLERANCE: f32 = 1e-3;
/// Length of the ruler's bar at first: a card on a screen of 96 dpi, screen pixels.
const FIRST_BAR_PX: f64 = 324.0;

/// A screen, as far as window systems tell screens apart: by its pixels and by the scale they are used with. Two
/// screens alike in both count as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Screen {
    /// Width and height in pixels; `None` where the window system does not tell.
    size_px: Option<[u32; 2]>,
    /// Pixels per point of the window system, percent.
    scale_percent: u32,
}

impl Screen {
    /// The screen that the window of this context stands on.
    pub fn of(ctx: &Context) -> Self {
        let pixels_per_point = ctx.pixels_per_point();
        ctx.input(|input| Self::of_viewport(input.viewport(), pixels_per_point))
    }

    fn of_viewport(info: &ViewportInfo, pixels_per_point: f32) -> Self {
        let size_px = info.monitor_size.map(|points| {
            let side = |points: f32| (points * pixels_per_point).round().max(0.0) as u32;
            [side(points.x), side(points.y)]
        });
        let scale = info.native_pixels_per_point.unwrap_or(1.0);
        Self {
            size_px,
            scale_percent: (100.0 * scale).round().max(0.0) as u32,
        }
    }
}

impl Screen {
    /// The screen that [`Display`](fmt::Display) wrote this way; `None` where the text names none.
    fn parse(text: &str) -> Option<Self> {
        let (size, scale) = text.split_once(" at ")?;
        let size_px = if size == "unknown" {
            None
        } else {
            let (width, height) = size.split_once('x')?;
            Some([width.parse().ok()?, height.parse().ok()?])
        };
        Some(Self {
            size_px,
            scale_percent: scale.strip_suffix('%')?.trim().parse().ok()?,
        })
    }
}

impl fmt::Display for Screen {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.size_px {
            Some([width, height]) => write!(out, "{width}x{height} at {} %", self.scale_percent),
            None => write!(out, "unknown at {} %", self.scale_percent),
        }
    }
}

/// The screens that were measured, each with its pixels per millimetre.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Screens(BTreeMap<Screen, f64>);

impl Screens {
    /// Screen pixels per millimetre; `None` where the screen was not measured.
    pub fn pixels_per_mm(&self, screen: Screen) -> Option<f64> {
        self.0.get(&screen).copied()
    }

    /// Takes in what was measured; what no screen has, or `None`, makes it unmeasured.
    pub(super) fn set(&mut self, screen: Screen, pixels_per_mm: Option<f64>) {
        match pixels_per_mm.filter(|density| SCREEN_DENSITIES.contains(density)) {
            Some(density) => self.0.insert(screen, density),
            None => self.0.remove(&screen),
        };
    }

    /// Screens from the settings file, and a sentence for each entry that cannot be used.
    pub(super) fn from_written(entries: &BTreeMap<String, f64>) -> (Self, Vec<String>) {
        let (mut screens, mut problems) = (Self::default(), Vec::new());
        for (name, density) in entries {
            match Screen::parse(name) {
                Some(screen) if SCREEN_DENSITIES.contains(density) => {
                    screens.set(screen, Some(*density));
                }
                _ => problems.push(format!(
                    "the settings file holds a screen that cannot be used, {name} = {density}"
                )),
            }
        }
        (screens, problems)
    }

    /// The screens as the settings file holds them.
    pub(super) fn written(&self) -> BTreeMap<String, f64> {
        let screens = self.0.iter();
        screens
            .map(|(screen, &density)| (screen.to_string(), density))
            .collect()
    }
}

/// Why nothing can be shown in true size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TrueSizeObstacle {
    /// There is no radiograph.
    #[error("Open a radiograph first")]
    NoStudy,
    /// The file does not say what a pixel measures.
    #[error(
        "The file does not say how large a pixel is; draw a length of known size and calibrate with it"
    )]
    SpacingUnknown,
    /// Rows and columns are shown in another proportion than they have.
    #[error("Its pixels are not shown in their proportions, so no zoom is true in both directions")]
    Proportions,
    /// The screen was not measured.
    #[error("This screen was not measured yet; Tools > Preferences > Measure this screen")]
    ScreenUnmeasured,
}

/// Screen pixels per image pixel at which a length in the picture has its own length on the screen.
pub fn true_zoom(pixel_mm: f64, screen_pixels_per_mm: f64) -> f32 {
    (pixel_mm * screen_pixels_per_mm) as f32
}

impl AppState {
    /// The zoom at which the study shown has its true size on the screen of the pictures, screen pixels per image pixel
    /// along its rows, and what that size was measured on.
    ///
    /// # Errors
    /// [`TrueSizeObstacle`] where one of both lengths is not known.
    pub fn true_size(&self) -> Result<(f32, SpacingKind), TrueSizeObstacle> {
        let study = self.study().ok_or(TrueSizeObstacle::NoStudy)?;
        let spacing = study.spacing().ok_or(TrueSizeObstacle::SpacingUnknown)?;
        let shown_aspect = study.radiograph.pixel_aspect();
        let aspect = spacing.row_mm / spacing.col_mm;
        let is_shown = (0.1..=10.0).contains(&shown_aspect);
        if !is_shown || (aspect / shown_aspect - 1.0).abs() > f64::from(TOLERANCE) {
            return Err(TrueSizeObstacle::Proportions);
        }
        let screens = &self.shell.preferences.screens;
        let density = screens.pixels_per_mm(self.shell.screen);
        let density = density.ok_or(TrueSizeObstacle::ScreenUnmeasured)?;
        Ok((true_zoom(spacing.col_mm, density), spacing.kind))
    }

    /// What the zoom of a picture of the study shown is called while it is the true one, with what the size of a pixel
    /// was measured on.
    pub fn true_size_text(&self, zoom: f32) -> Option<String> {
        let (wanted, kind) = self.true_size().ok()?;
        let is_true = (zoom / wanted - 1.0).abs() <= TOLERANCE;
        is_true.then(|| format!("true size ({})", kind.words()))
    }
}

/// The bar that the reader makes as wide as something whose width is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScreenRuler {
    /// Its length, screen pixels, whole.
    pub bar_px: f64,
    /// What a ruler laid on it says, mm.
    pub measured_mm: f64,
}

impl Default for ScreenRuler {
    fn default() -> Self {
        Self {
            bar_px: FIRST_BAR_PX,
            measured_mm: CARD_WIDTH_MM,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use eframe::egui::Vec2;

    #[test]
    fn an_object_of_100_mm_is_100_mm_wide_on_the_screen() {
        // 0.2 mm a pixel: 500 image pixels. 96 dpi are 3.78 pixels per mm: 378 screen pixels.
        let zoom = true_zoom(0.2, 3.78);
        assert!((zoom * 500.0 - 378.0).abs() < 1e-3, "{zoom}");
        // At the detector's 0.143 mm on a screen of 5 Mpx (0.165 mm a pixel): 0.143 / 0.165.
        let zoom = true_zoom(0.143, 1.0 / 0.165);
        assert!((zoom - 0.866_67).abs() < 1e-4, "{zoom}");
    }

    #[test]
    fn a_screen_is_told_by_its_pixels_and_its_scale() {
        let info = |points: Option<Vec2>, scale| ViewportInfo {
            monitor_size: points,
            native_pixels_per_point: Some(scale),
            ..ViewportInfo::default()
        };
        // Points hold the zoom of the window's text too: 2560 pixels are 1638.4 points at 1.25 times 1.25.
        let points = Vec2::new(2560.0, 1440.0) / 1.5625;
        let screen = Screen::of_viewport(&info(Some(points), 1.25), 1.5625);
        assert_eq!(screen.to_string(), "2560x1440 at 125 %");
        assert_eq!(Screen::parse(&screen.to_string()), Some(screen));
        let unknown = Screen::of_viewport(&info(None, 2.0), 2.0);
        assert_eq!(unknown.to_string(), "unknown at 200 %");
        assert_eq!(Screen::parse(&unknown.to_string()), Some(unknown));
        for text in ["", "2560x1440", "2560 at 125 %", "axb at 1 %", "1x1 at 1"] {
            assert_eq!(Screen::parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_no_screen_has_is_not_kept() {
        let (mut screens, screen) = (Screens::default(), Screen::default());
        screens.set(screen, Some(3.78));
        assert_eq!(screens.pixels_per_mm(screen), Some(3.78));
        let (again, problems) = Screens::from_written(&screens.written());
        assert_eq!((again, problems.len()), (screens.clone(), 0));
        for wrong in [f64::NAN, 0.0, -3.0, 51.0] {
            screens.set(screen, Some(wrong));
            assert_eq!(screens.pixels_per_mm(screen), None);
            let entries = [(screen.to_string(), wrong)].into();
            assert_eq!(Screens::from_written(&entries).1.len(), 1);
        }
    }
}
