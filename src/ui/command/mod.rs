//! What a person asked for, and the only code that changes [`AppState`].

mod adapters;
mod browse;
mod bundles;
mod cancelling;
mod crosshair;
mod folders;
mod jobs;
mod keeping_results;
mod leg_nodes;
mod listing;
mod masking;
mod measure_work;
mod measuring;
mod nodule;
mod own_windows;
mod polarity;
mod prior;
mod queue;
mod reading;
mod remedies;
mod results;
mod saving;
mod session;
mod shell;
mod studies;
mod sweep;
mod training;
mod ui_command;
mod undo;
mod view;

use super::engine::Engine;
use super::files::{DialogKind, FileWork};
use super::message::{Message, Severity};
use super::question::{PathPurpose, Question};
use super::session::SessionStore;
use super::state::AppState;
use super::undo::{Moment, Way};
use crate::worker::SuppressionSettings;
use crate::worker::site::SiteFolder;
use std::path::PathBuf;

pub use adapters::AdapterCommand;
pub use browse::BrowseCommand;
pub use folders::FolderCommand;
pub(super) use jobs::{apply_event, copy_progress, suppress_when_ready};
pub(super) use keeping_results::{keep_results, refresh_results};
pub use listing::ListCommand;
pub(super) use measure_work::{keep_measures, refresh_measures};
pub use prior::PriorCommand;
pub use session::SessionCommand;
pub(super) use session::keep_session;
pub use shell::ShellCommand;
pub(super) use studies::apply_file_event;
pub(super) use training::model_words;
pub use ui_command::{Turning, UiCommand};

/// What commands reach beside the state.
pub(super) struct Services {
    pub engine: Box<dyn Engine>,
    pub files: FileWork,
    pub session: Option<SessionStore>,
    /// Where the site keeps its model; `None` neither promotes nor takes back.
    pub site: Option<SiteFolder>,
    /// Where measures are kept between two runs; `None` keeps them in the window alone.
    pub measures_folder: Option<PathBuf>,
    /// Where results are kept between two runs; `None` keeps none.
    pub results_folder: Option<PathBuf>,
}

/// Does what was asked for, and notes how to take it back.
pub(super) fn apply(command: UiCommand, state: &mut AppState, services: &mut Services) {
    if let Some(session) = &mut services.session {
        session.touched = true;
    }
    match command {
        UiCommand::Undo => undo::walk(Way::Back, state),
        UiCommand::Redo => undo::walk(Way::Forward, state),
        UiCommand::EndGesture if state.crosshair.is_in_series => {}
        UiCommand::EndGesture => state.undo.end_gesture(),
        command if command.only_looks() => view::apply(command, state),
        command => {
            crosshair::follow_series(&command, state);
            as_steps(command, state, services);
        }
    }
}

/// Where a command shows another study, what it changed of the one left is the step: words, for instance.
fn as_steps(command: UiCommand, state: &mut AppState, services: &mut Services) {
    let file_id = |state: &AppState| state.study().map(|study| study.file_id);
    let reaches_all = matches!(command, UiCommand::SetLink(..));
    let left = file_id(state);
    let moment = |state: &AppState| {
        if reaches_all {
            Moment::of_all(state)
        } else {
            Moment::of(state, left)
        }
    };
    let before = moment(state);
    change(command, state, services);
    let after = moment(state);
    state.undo.record(before, after);
    if file_id(state) != left {
        state.undo.end_gesture();
    }
}

/// The work beside the window that follows what is open and set.
pub(super) fn follow(state: &mut AppState, services: &mut Services) {
    undo::go_on(state);
    adapters::follow(state, services);
    listing::follow(state, services);
    browse::follow(state, services);
    sweep::follow(state);
    nodule::follow(state);
    leg_nodes::follow(state, services);
    training::follow(state, services);
}

fn change(command: UiCommand, state: &mut AppState, services: &mut Services) {
    use UiCommand as C;
    match command {
        C::ChooseFiles => services.files.open_dialog(DialogKind::OpenFiles),
        C::ChooseBundle => services.files.open_dialog(DialogKind::OpenBundle),
        C::ChooseOutput => saving::choose_output(state, services),
        C::EnterPath(path) => enter_path(path, state, services),
        C::OpenPaths(paths) => studies::open_paths(paths, state, services),
        C::ShowRadiograph(radiograph) => studies::show(radiograph, state),
        C::SelectStudy(index) => studies::select(index, state),
        C::NextStudy => studies::turn(1, state),
        C::PreviousStudy => studies::turn(-1, state),
        C::SaveSoftTissue(path, result) => saving::save(path, result, state, services),
        C::LoadBundle(path) => bundles::load(path, state, services),
        C::Adapter(command) => adapters::apply(command, state, services),
        C::SetCompute(options) => bundles::set_compute(options, state, services),
        C::Suppress => jobs::suppress(state, services),
        C::TurnPolarity => polarity::turn(state, services),
        C::Measure(command) => measuring::apply(command, state, services),
        C::Mask(command) => masking::apply(command, state, services),
        C::MoveSuppression(share) if state.masking.is_on => {
            masking::step_radius(f64::from(share.signum()), state);
        }
        C::OwnWindow(command) => own_windows::apply(command, state),
        C::List(command) => listing::apply(command, state, services),
        C::Queue(command) => queue::apply(command, state, services),
        C::Sweep(command) => sweep::apply(command, state, services),
        C::Nodule(command) => nodule::apply(command, state, services),
        C::Training(command) => training::apply(command, state, services),
        C::CancelJob => cancelling::cancel_and_say(state),
        C::TakeOffer(number, index) => remedies::take(number, index, state, services),
        C::StopSearch => services.files.stop_search(),
        C::Escape if state.search.is_some() => services.files.stop_search(),
        C::Escape => escape(state),
        C::Answer(yes) => answer(yes, state, services),
        C::EditSettings(settings) => state.set_settings(settings),
        C::ReleaseSettings => jobs::rerun(state, services),
        C::ResetSettings => {
            let seed = state.settings().seed;
            let proposed = state.defaults.clone();
            state.set_settings(SuppressionSettings { seed, ..proposed });
            jobs::rerun(state, services);
        }
        C::Folder(command) => folders::apply(command, state, services),
        C::Browse(command) => browse::apply(command, state, services),
        C::Session(command) => session::apply(command, state, services),
        C::SetSeedMode(mode) => state.seed = mode,
        C::SetNumSeeds(num_seeds) => state.num_seeds = num_seeds,
        C::DrawSeed => {
            jobs::draw_seed(state);
            jobs::rerun(state, services);
        }
        C::ShowRun(number) => results::show(number, state),
        C::CompareWithRun(number) => results::compare_with(number, state),
        C::PinRun(number, pinned) => results::pin(number, pinned, state),
        C::ForgetRun(number) => results::forget(number, state),
        other => view::apply(other, state),
    }
}

/// Closes the uppermost of what is open over the pictures, or else stops the run.
fn escape(state: &mut AppState) {
    if state.question.take().is_some() || shell::close_one(state) {
        return;
    }
    if state.help_visible {
        state.help_visible = false;
    } else if state.tags.visible {
        state.tags.close();
    } else if state.path_box.take().is_none()
        && !sweep::close(state)
        && !nodule::close(state)
        && !measuring::escape(state)
        && !masking::escape(state)
        && !crosshair::escape(state)
    {
        cancelling::cancel_at_second_call(state);
    }
}

fn answer(yes: bool, state: &mut AppState, services: &mut Services) {
    match state.question.take() {
        Some(Question::SuppressAnyway { study, run }) if yes => {
            jobs::suppress_anyway(study, run, state, services);
        }
        Some(Question::Quit) if yes => {
            state.shell.may_lose_results = true;
            state.shell.is_quitting = true;
        }
        Some(Question::TakeOff { files }) if yes => {
            listing::take_off(&files, true, state, services);
        }
        Some(Question::Replace {
            picture, result, ..
        }) if yes => {
            saving::replace(picture, result, state, services);
        }
        _ => {}
    }
}

fn enter_path(path: PathBuf, state: &mut AppState, services: &mut Services) {
    let purpose = state.path_box.take().map(|path_box| path_box.purpose);
    match purpose.unwrap_or(PathPurpose::Open) {
        PathPurpose::Open => studies::open_paths(vec![path], state, services),
        PathPurpose::Bundle => bundles::load(path, state, services),
        PathPurpose::Adapter => adapters::apply(AdapterCommand::Apply(path), state, services),
        PathPurpose::Save(result) => saving::save(path, result, state, services),
    }
}

/// Adds a failure; on the screen once, in the log each time.
pub(super) fn fail(state: &mut AppState, text: String) {
    tell(state, Severity::Failure, text);
}

pub(super) fn tell(state: &mut AppState, severity: Severity, text: String) {
    let message = state.shell.log.keep(severity, text);
    let is_same =
        |shown: &Message| shown.severity == message.severity && shown.text == message.text;
    if !state.messages.iter().any(is_same) {
        state.messages.push(message);
    }
}
