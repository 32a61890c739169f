//! The application: one frame after another.

mod ending;
mod keeping;

use super::command::{
    self, Services, UiCommand, apply_event, apply_file_event, copy_progress, keep_session,
    refresh_measures, refresh_results, suppress_when_ready,
};
use super::doubts::doubts;
use super::engine::Engine;
use super::files::FileWork;
use super::message::Severity;
use super::panels::{
    browser::browser_ui,
    doubts::doubts_ui,
    first_run::first_run_ui,
    folder_bar::{folder_bar_ui, is_asked},
    guide::{GuideCache, guide_ui},
    key_editor::key_editor_ui,
    message_log::message_log_ui,
    messages::{self, messages_ui},
    nodule::nodule_ui,
    own_windows::own_windows_ui,
    palette::palette_ui,
    path_box::path_box_ui,
    preferences::preferences_ui,
    prior::prior_ui,
    question::question_ui,
    restore_bar::restore_bar_ui,
    results::results_panel_ui,
    search_bar::search_bar_ui,
    second_window::{self, second_window_ui},
    settings::settings_ui,
    status_bar::status_bar_ui,
    sweep::sweep_ui,
    tags::tags_ui,
    toasts::toasts_ui,
    top_bar::top_bar_ui,
    training::training_ui,
    views::views_ui,
};
use super::preferences::{Preferences, PreferencesFile};
use super::running_job::WhenReady;
use super::state::AppState;
use super::system_fonts::{NO_FONT, SystemFonts};
use super::thumbnails::ThumbnailTextures;
use super::window_fit::ScreenFit;
use super::window_places::{Beside, WindowPlaces};
use super::{shortcuts, theme, window_places};
use eframe::egui::{self, CentralPanel, Context, Frame, Margin, Panel, Ui, UiBuilder, Vec2};
use ending::Graphics;
use std::time::Duration;

/// Name of the program in the title.
pub(super) const PROGRAM: &str = "Diaphane";
/// Between two looks at how far a search is.
const SEARCH_PACE: Duration = Duration::from_millis(500);

/// The workstation as eframe drives it.
pub struct DiaphaneApp {
    state: AppState,
    services: Services,
    thumbnails: ThumbnailTextures,
    preferences_file: PreferencesFile,
    places: WindowPlaces,
    fonts: SystemFonts,
    guide: GuideCache,
    /// What the context was told of the preferences; `None` before the first frame.
    shown_preferences: Option<Preferences>,
    /// Title the window has now.
    title: String,
    screen_fit: ScreenFit,
    graphics: Graphics,
}

impl DiaphaneApp {
    /// Applies the theme and puts the renderer on the graphics card, where there is one. Nothing is
    /// kept from one run to the next until there is a settings file, and no note waits for an answer.
    pub fn new(creation: &eframe::CreationContext<'_>, engine: Box<dyn Engine>) -> Self {
        theme::install(&creation.egui_ctx);
        let mut graphics = Graphics::default();
        let mut state = AppState::default();
        state.shell.preferences.first_run_note_seen = true;
        if let Some(render_state) = &creation.wgpu_render_state {
            graphics.take_up(render_state, &creation.egui_ctx);
            let limits = render_state.device.limits();
            state.texture_limit = Some(limits.max_texture_dimension_2d);
        }
        let files = FileWork::new(creation.egui_ctx.clone());
        let services = Services {
            engine,
            files,
            session: None,
            site: None,
            measures_folder: None,
            results_folder: None,
        };
        let title = PROGRAM.to_owned();
        Self {
            state,
            services,
            thumbnails: ThumbnailTextures::default(),
            preferences_file: PreferencesFile::detached(),
            places: WindowPlaces::default(),
            fonts: SystemFonts::default(),
            guide: GuideCache::new(&creation.egui_ctx),
            shown_preferences: None,
            title,
            screen_fit: ScreenFit::default(),
            graphics,
        }
    }

    /// Shows what a person reads once, where nothing remembers that it was read.
    pub(super) fn show_first_run_note(&mut self) {
        self.state.shell.preferences.first_run_note_seen = false;
    }

    /// Tells what could not be done before the window opened.
    pub(super) fn report(&mut self, sentence: String) {
        command::fail(&mut self.state, sentence);
    }

    /// Suppresses the first study as soon as it and a bundle are there.
    pub(super) fn suppress_first_study(&mut self) {
        self.state.when_ready = WhenReady::SuppressFirst;
    }

    /// Draws signs that the built-in fonts lack with the system's fonts.
    pub fn use_system_fonts(&self, ctx: &Context) {
        self.fonts.install(ctx);
    }

    /// What the window knows.
    pub fn state(&self) -> &AppState {
        &self.state
    }

    /// Shows how far a search through folders is from its first moment on.
    pub fn show_searches_at_once(&mut self) {
        self.services.files.unnoticed = Duration::ZERO;
    }

    /// Does what a person would ask for.
    pub fn apply(&mut self, command: UiCommand) {
        command::apply(command, &mut self.state, &mut self.services);
        command::follow(&mut self.state, &mut self.services);
    }

    fn apply_all(&mut self, commands: Vec<UiCommand>) {
        for command in commands {
            self.apply(command);
        }
    }

    /// Names the file shown in the window's title: without a strip it stands nowhere else.
    fn update_title(&mut self, ctx: &Context) {
        let current = self.state.current;
        let title = if current < self.state.studies.len() {
            format!("{} - {PROGRAM}", self.state.study_name(current))
        } else {
            PROGRAM.to_owned()
        };
        if title != self.title {
            ctx.send_viewport_cmd(egui::ViewportCommand::Title(title.clone()));
            self.title = title;
        }
    }

    /// Shows the window as the person prefers it, and keeps what changed.
    fn follow_preferences(&mut self, ctx: &Context) {
        let preferences = &self.state.shell.preferences;
        if self.shown_preferences.as_ref() != Some(preferences) {
            theme::prefer(ctx, preferences);
            preferences.keymap.install(ctx);
            self.shown_preferences = Some(preferences.clone());
        }
        // A value that is still being dragged is not yet what the person wants.
        if !ctx.input(|input| input.pointer.any_down())
            && let Err(sentence) = self.preferences_file.save(preferences)
        {
            command::fail(&mut self.state, sentence);
        }
    }

    /// Notes where the windows stand, and says how those beside the first one are opened.
    fn follow_places(&mut self, ctx: &Context, frame: &eframe::Frame) {
        let is_open = Beside {
            pictures: self.state.shell.second_window,
            training: self.state.training.is_open,
        };
        let screens = || window_places::screens_of(frame);
        let openings = self.places.follow(ctx, is_open, screens);
        let shell = &mut self.state.shell;
        if openings.pictures.is_some() || !is_open.pictures {
            shell.second_window_opening = openings.pictures;
        }
        if openings.training.is_some() || !is_open.training {
            shell.training_opening = openings.training;
        }
        match self.places.keep(ctx.input(|input| input.time)) {
            Ok(Some(wait)) => ctx.request_repaint_after(wait),
            Ok(None) => {}
            Err(sentence) => command::tell(&mut self.state, Severity::Note, sentence),
        }
    }

    /// What keys and dropped files ask for in this frame.
    fn asked_by_hand(&self, ctx: &Context) -> Vec<UiCommand> {
        if self.state.shell.is_capturing_key() {
            return Vec::new();
        }
        let mut commands = shortcuts::pressed(ctx);
        // What stands behind a question is not changed by a key that was meant for it.
        commands.retain(|c| self.state.question.is_none() || matches!(c, UiCommand::Escape));
        let held = shortcuts::held(ctx).or_else(|| second_window::held(ctx, &self.state));
        if held != self.state.held {
            commands.push(UiCommand::Hold(held));
        }
        let dropped = shortcuts::dropped_files(ctx);
        if !dropped.is_empty() {
            commands.push(UiCommand::OpenPaths(dropped));
        }
        commands
    }

    /// What lies over the panels.
    fn windows_ui(&mut self, ctx: &Context, commands: &mut Vec<UiCommand>) {
        let state = &self.state;
        tags_ui(ctx, state, commands);
        sweep_ui(ctx, state, commands);
        nodule_ui(ctx, state, commands);
        training_ui(ctx, state, commands);
        guide_ui(ctx, state, &mut self.guide, commands);
        message_log_ui(ctx, state, commands);
        preferences_ui(ctx, state, commands);
        own_windows_ui(ctx, state, commands);
        key_editor_ui(ctx, state, commands);
        palette_ui(ctx, state, commands);
        toasts_ui(ctx, state, commands);
        question_ui(ctx, state, commands);
        first_run_ui(ctx, state, commands);
    }

    fn panels_ui(&mut self, ui: &mut Ui) -> Vec<UiCommand> {
        let mut commands = Vec::new();
        let (state, thumbnails) = (&self.state, &mut self.thumbnails);
        let bar = Frame::new()
            .fill(theme::of(ui).panel)
            .inner_margin(Margin::symmetric(8, 5));
        bars_ui(ui, state, bar, &mut commands);
        let status_rect = Panel::bottom("status_bar")
            .frame(bar)
            .show(ui, |ui| {
                let height = ui.spacing().interact_size.y;
                ui.allocate_space(Vec2::new(ui.available_width(), height)).1
            })
            .inner;
        if state.is_browser_visible() {
            Panel::left("study_browser")
                .frame(bar)
                .default_size(theme::BROWSER_WIDTH)
                .size_range(theme::BROWSER_WIDTHS)
                .show(ui, |ui| browser_ui(ui, state, thumbnails, &mut commands));
        }
        Panel::right("settings")
            .frame(bar)
            .exact_size(theme::SETTINGS_WIDTH)
            .resizable(false)
            .show(ui, |ui| settings_ui(ui, state, &mut commands));
        results_panel_ui(ui, state, bar, &mut commands);
        let doubts = doubts(state);
        if !doubts.is_empty() {
            Panel::top("doubts")
                .frame(Frame::new())
                .show(ui, |ui| doubts_ui(ui, state, &doubts, &mut commands));
        }
        if state.prior_entry().is_some() {
            // As wide as each of the pictures beside it, whatever their arrangement.
            let num_columns = state.layout.num_columns();
            Panel::right(egui::Id::unique(("prior", num_columns)))
                .frame(Frame::new())
                .default_size(ui.available_width() / (num_columns + 1) as f32)
                .show(ui, |ui| prior_ui(ui, state, &mut commands));
        }
        let views_ui = if state.shell.second_window {
            second_window_ui
        } else {
            views_ui
        };
        let views = CentralPanel::no_frame().show(ui, |ui| views_ui(ui, state, &mut commands));
        // Last, because it reads what the views of this frame show; earlier it would lag behind them.
        let mut status = ui.new_child(UiBuilder::new().max_rect(status_rect));
        status_bar_ui(&mut status, state, views.inner);
        commands
    }
}

/// Everything above the pictures from border to border.
fn bars_ui(ui: &mut Ui, state: &AppState, bar: Frame, commands: &mut Vec<UiCommand>) {
    Panel::top("top_bar")
        .frame(bar)
        .show(ui, |ui| top_bar_ui(ui, state, commands));
    if state.path_box.is_some() {
        Panel::top("path_box")
            .frame(bar)
            .show(ui, |ui| path_box_ui(ui, state, commands));
    }
    if state.search.is_some() {
        Panel::top("search_bar")
            .frame(bar)
            .show(ui, |ui| search_bar_ui(ui, state, commands));
    }
    if is_asked(state) {
        Panel::top("folder_bar")
            .frame(Frame::new())
            .show(ui, |ui| folder_bar_ui(ui, state, commands));
    }
    if state.session.offered {
        Panel::top("restore_bar")
            .frame(Frame::new())
            .show(ui, |ui| restore_bar_ui(ui, state, commands));
    }
    if messages::standing(state).next().is_some() {
        Panel::top("messages")
            .frame(Frame::new())
            .show(ui, |ui| messages_ui(ui, state, commands));
    }
}

impl eframe::App for DiaphaneApp {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        self.follow_graphics(ctx);
        let mut happened = false;
        while let Some(event) = self.services.engine.try_recv() {
            happened = true;
            apply_event(event, &mut self.state);
        }
        for event in self.services.files.poll() {
            happened = true;
            apply_file_event(event, &mut self.state, &mut self.services);
        }
        suppress_when_ready(&mut self.state, &mut self.services);
        copy_progress(&mut self.state);
        self.state.search = self.services.files.search_progress();
        if self.services.files.is_searching() {
            ctx.request_repaint_after(SEARCH_PACE);
        }
        refresh_measures(&mut self.state, &mut self.services);
        if let Some(wait) = refresh_results(&mut self.state, &mut self.services) {
            ctx.request_repaint_after(wait);
        }
        if happened {
            command::follow(&mut self.state, &mut self.services);
        }
        let seconds = ctx.input(|input| input.time);
        if let Some(wait) = keep_session(seconds, &self.state, &mut self.services) {
            ctx.request_repaint_after(wait);
        }
        if self.fonts.lacked_one() {
            command::tell(&mut self.state, Severity::Advice, NO_FONT.to_owned());
        }
    }

    fn ui(&mut self, ui: &mut Ui, frame: &mut eframe::Frame) {
        let ctx = ui.ctx().clone();
        // Keys count in the very frame that draws: the original is there at once.
        let commands = self.asked_by_hand(&ctx);
        self.apply_all(commands);
        self.follow_preferences(&ctx);
        self.follow_places(&ctx, frame);
        let mut commands = self.panels_ui(ui);
        self.windows_ui(&ctx, &mut commands);
        if !commands.is_empty() {
            ctx.request_repaint();
        }
        self.apply_all(commands);
        if !ctx.input(|input| input.pointer.any_down()) {
            self.apply(UiCommand::EndGesture);
        }
        self.update_title(&ctx);
        self.screen_fit
            .follow(&ctx, self.state.shell.is_full_screen);
        self.follow_close(&ctx);
    }

    fn on_exit(&mut self) {
        self.keep_everything();
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.panel_fill.to_normalized_gamma_f32()
    }
}
