//! Opening the window, and what it opens with.

use super::app::{DiaphaneApp, PROGRAM};
use super::command::UiCommand;
use super::window_places::WindowPlaces;
use super::{preferences, theme};
use crate::render;
use crate::worker::site::SiteFolder;
use eframe::egui;
use std::path::PathBuf;
use std::time::Duration;

/// How window systems know the program: name of its desktop entry, and `StartupWMClass` in it.
const APP_ID: &str = "org.diaphane.Diaphane";
/// Between two frames that show how far a run is.
const PROGRESS_PACE: Duration = Duration::from_millis(100);
/// The same where the processor draws: a frame takes it about a second from the networks.
const SOFTWARE_PROGRESS_PACE: Duration = Duration::from_secs(3);
const ICON: &[u8] = include_bytes!("../../assets/icon.png");

/// The window could not be opened or broke down.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// No display, or no graphics adapter.
    #[error("the window cannot be opened: {0}; use the command line (diaphane suppress) instead")]
    Window(String),
    /// The graphics device went away while the window was open.
    #[error(
        "the window was closed because the graphics card is gone ({0}); measures are kept, and the next start offers \
         what was open"
    )]
    GraphicsLost(String),
}

/// What the window opens with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Startup {
    /// Files and folders to open.
    pub paths: Vec<PathBuf>,
    /// Bundle to load; without one the reader opens one.
    pub bundle: Option<PathBuf>,
    /// Why the bundle that is in force cannot be used.
    pub problem: Option<String>,
    /// Suppress the first study as soon as it is open.
    pub suppress: bool,
}

/// Opens the window and runs until it is closed.
///
/// # Errors
/// [`RunError`] without a display or a graphics adapter, and where that went away.
pub fn run(startup: Startup) -> Result<(), RunError> {
    let mut viewport = egui::ViewportBuilder::default()
        .with_title(PROGRAM)
        .with_app_id(APP_ID)
        .with_inner_size(theme::WINDOW_SIZE)
        .with_min_inner_size(theme::MIN_WINDOW_SIZE)
        .with_drag_and_drop(true);
    let state_folder = super::session::state_folder();
    let places = state_folder.as_deref().map(WindowPlaces::load);
    if let Some(opening) = places.and_then(|places| places.main_opening()) {
        viewport = opening.build(viewport);
    }
    // A broken icon is no reason not to open.
    if let Ok(icon) = eframe::icon_data::from_png_bytes(ICON) {
        viewport = viewport.with_icon(icon);
    }
    let options = eframe::NativeOptions {
        viewport,
        // Dithering is for gradients of a user interface; a radiograph keeps its own grey values.
        dithering: false,
        // The window has its own, which says where a sign is in none of them.
        system_font_fallback: false,
        ..Default::default()
    };
    let (lost_sender, lost) = crossbeam_channel::bounded(1);
    let creator: eframe::AppCreator<'_> = Box::new(move |creation| {
        let engine = super::engine::start(&creation.egui_ctx, progress_pace(creation));
        let mut app = DiaphaneApp::new(creation, engine);
        app.report_loss_to(lost_sender);
        if let Some(folder) = state_folder {
            app.keep_session_in(&folder);
            app.keep_places_in(&folder);
            app.keep_measures_in(folder.join("measures"));
        }
        if let Some(site) = SiteFolder::of_user() {
            app.use_site(site);
        }
        app.use_system_fonts(&creation.egui_ctx);
        match preferences::config_folder() {
            Some(folder) => app.keep_preferences_in(&folder),
            None => app.show_first_run_note(),
        }
        if let Some(bundle) = startup.bundle {
            app.apply(UiCommand::LoadBundle(bundle));
        }
        if let Some(problem) = startup.problem {
            app.report(problem);
        }
        if startup.suppress {
            app.suppress_first_study();
        }
        app.apply(UiCommand::OpenPaths(startup.paths));
        Ok(Box::new(app))
    });
    eframe::run_native("diaphane", options, creator)
        .map_err(|err| RunError::Window(err.to_string()))?;
    match lost.try_recv() {
        Ok(reason) => Err(RunError::GraphicsLost(reason)),
        Err(_) => Ok(()),
    }
}

/// How long the window waits between two frames that show nothing but progress.
fn progress_pace(creation: &eframe::CreationContext<'_>) -> Duration {
    match &creation.wgpu_render_state {
        Some(render_state) if render::draws_on_processor(render_state) => SOFTWARE_PROGRESS_PACE,
        _ => PROGRESS_PACE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::engine::AbsentEngine;
    use crate::ui::{Engine, EngineError};
    use egui_kittest::wgpu::WgpuTestRenderer;
    use egui_kittest::{Harness, HarnessBuilder};

    /// The pace in a window made so, and whether the processor draws it.
    fn pace_in(builder: HarnessBuilder<DiaphaneApp>) -> (Duration, bool) {
        let mut found = (Duration::ZERO, false);
        let engine: Box<dyn Engine> = Box::new(AbsentEngine(EngineError("none".to_owned())));
        drop(builder.build_eframe(|creation| {
            let state = creation.wgpu_render_state.as_ref();
            let is_software = state.is_some_and(render::draws_on_processor);
            found = (progress_pace(creation), is_software);
            DiaphaneApp::new(creation, engine)
        }));
        found
    }

    #[test]
    fn where_the_processor_draws_progress_comes_every_three_seconds() {
        let tenth = Duration::from_millis(100);
        assert_eq!(pace_in(Harness::builder()), (tenth, false));
        let Ok(renderer) = std::panic::catch_unwind(WgpuTestRenderer::new) else {
            println!("skipped: no graphics adapter");
            return;
        };
        let (pace, is_software) = pace_in(Harness::builder().renderer(renderer));
        let expected = if is_software {
            Duration::from_secs(3)
        } else {
            tenth
        };
        assert_eq!(pace, expected);
    }
}
