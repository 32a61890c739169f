//! One table of everything a person can ask for by name: menus, help, tips, the command palette and
//! the keyboard map all read it.
//!
//! A new row is one line: `act("id", Menu::View, "Label", C::Command).on(Key::X)`. The id names the
//! action in the settings file and must never change; the label is what a person reads everywhere.

use super::command::ShellCommand::{
    Quit, ResetScale, ShowHistogram, StepScale, ToggleFullScreen, ToggleKeyEditor, ToggleLog,
    TogglePalette, TogglePreferences, ToggleReducedMotion, ToggleSecondWindow, ToggleTheme,
};
use super::command::UiCommand::{self as C, Shell as S};
use super::command::{
    AdapterCommand, BrowseCommand, FolderCommand, ListCommand, PriorCommand, Turning, UiCommand,
};
use super::compare::CompareTool;
use super::crosshair::{CrosshairCommand, Direction, ViewKey};
use super::layout::Layout;
use super::look::{Content, Rings};
use super::magnifier::MagnifierCommand;
use super::masking::MaskCommand;
use super::measuring::MeasureCommand::{self, Take};
use super::measuring::Tool;
use super::nodule::NoduleCommand;
use super::own_windows::OwnWindowCommand as Own;
use super::queue::QueueCommand;
use super::state::AppState;
use super::sweep::SweepCommand;
use super::training::TrainingCommand;
use eframe::egui::{Key, KeyboardShortcut, Modifiers};
use std::borrow::Cow;

/// Where an action stands in the menus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Menu {
    /// Files.
    File,
    /// What is shown and how.
    View,
    /// The window itself.
    Tools,
    /// In none: it has a button, or is for keys alone.
    None,
}

/// How an action is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// A press of its key.
    Press,
    /// It lasts while its key is held; menus and palette cannot ask for it.
    Hold,
    /// A press of its key while a view has the focus; menus and palette cannot ask for it.
    InView,
}

/// Something a person can ask for by name.
#[derive(Debug, Clone)]
pub struct Action {
    /// Name in the settings file; never changed.
    pub id: &'static str,
    /// What it does, as a person reads it.
    pub label: &'static str,
    /// Where it stands in the menus.
    pub menu: Menu,
    /// Key it has unless the person chose another.
    pub keys: Option<KeyboardShortcut>,
    /// How it is asked for.
    pub trigger: Trigger,
    /// What it asks for.
    pub command: UiCommand,
}

const fn act(id: &'static str, menu: Menu, label: &'static str, command: UiCommand) -> Action {
    Action {
        id,
        label,
        menu,
        keys: None,
        trigger: Trigger::Press,
        command,
    }
}

const fn ask(id: &'static str, menu: Menu, label: &'static str, key: ViewKey) -> Action {
    act(id, menu, label, C::Crosshair(CrosshairCommand::Ask(key)))
}

impl Action {
    const fn on(self, key: Key) -> Self {
        self.with(Modifiers::NONE, key)
    }

    const fn ctrl(self, key: Key) -> Self {
        self.with(Modifiers::COMMAND, key)
    }

    const fn ctrl_shift(self, key: Key) -> Self {
        self.with(CTRL_SHIFT, key)
    }

    const fn with(mut self, modifiers: Modifiers, key: Key) -> Self {
        self.keys = Some(KeyboardShortcut::new(modifiers, key));
        self
    }

    const fn held(mut self) -> Self {
        self.trigger = Trigger::Hold;
        self
    }

    const fn in_view(mut self) -> Self {
        self.trigger = Trigger::InView;
        self
    }

    /// Whether it is asked for again and again while its key is held.
    pub fn repeats(&self) -> bool {
        matches!(self.command, C::Crosshair(CrosshairCommand::Ask(key)) if key.repeats())
    }

    /// Whether asking for it would do anything now.
    pub fn is_available(&self, state: &AppState) -> bool {
        let study = state.study();
        match self.command {
            C::ChooseOutput => study.is_some_and(|study| study.result().is_some()),
            C::Suppress
            | C::Fit
            | C::OneToOne
            | C::TwoToOne
            | C::ToggleInvert
            | C::ResetView
            | C::TurnPolarity
            | C::Measure(_)
            | C::Mask(_)
            | C::Crosshair(_)
            | C::Sweep(_)
            | C::Nodule(_)
            | C::Turn(_)
            | S(ShowHistogram)
            | C::Queue(QueueCommand::ClearAndRun)
            | C::SetWindowNumber(_) => study.is_some(),
            C::Magnify(MagnifierCommand::Step(_)) => state.magnifier.is_on,
            C::Folder(FolderCommand::AskAgain) => study.is_some_and(|study| {
                let folder = state.folders.answered_folder(&study.radiograph);
                folder.is_some()
            }),
            C::Prior(_) => state.prior_entry().is_some(),
            C::TrueSize => state.true_size().is_ok(),
            C::OwnWindow(Own::Show(number)) => {
                let own = state.shell.preferences.own_windows.get(number);
                study.is_some_and(|study| own.is_some_and(|own| own.is_possible(study)))
            }
            C::Queue(QueueCommand::AddAll) | C::List(ListCommand::TakeOffShown) => {
                !state.studies.is_empty()
            }
            C::List(_) => !state.studies.is_empty() || !state.browser.skipped.is_empty(),
            C::Browse(BrowseCommand::ToggleTags) => !state.studies.is_empty() || state.tags.visible,
            C::Queue(QueueCommand::CancelAll) => {
                state.queue.running.is_some() || !state.queue.waiting.is_empty()
            }
            C::Browse(BrowseCommand::SetPrior(None)) => state.prior.is_some(),
            C::Adapter(AdapterCommand::Remove) => state.compute.adapter().is_some(),
            C::DrawSeed | C::ResetSettings | C::Adapter(_) => state.bundle.is_some(),
            C::NextStudy => has_neighbour(state, 1),
            C::PreviousStudy => has_neighbour(state, -1),
            C::Undo => state.undo.undo_name().is_some(),
            C::Redo => state.undo.redo_name().is_some(),
            C::CancelJob => state.job.is_some(),
            _ => true,
        }
    }

    /// Why it cannot be asked for now, where there is more to say than that nothing is open.
    pub fn obstacle(&self, state: &AppState) -> Option<String> {
        match self.command {
            C::TrueSize => state.true_size().err().map(|obstacle| obstacle.to_string()),
            _ => None,
        }
    }

    /// What it does, with the name of the reader's own window where it shows one.
    pub fn label_in(&self, state: &AppState) -> Cow<'static, str> {
        let windows = &state.shell.preferences.own_windows;
        match self.command {
            C::OwnWindow(Own::Show(number)) => windows
                .get(number)
                .map_or(Cow::Borrowed(self.label), |own| {
                    Cow::Owned(format!("{}: {}", self.label, own.name))
                }),
            _ => Cow::Borrowed(self.label),
        }
    }

    /// Whether it is switched on now; `None` where it is no switch.
    pub fn is_on(&self, state: &AppState) -> Option<bool> {
        let preferences = &state.shell.preferences;
        match &self.command {
            C::SetLayout(layout) => Some(state.layout == *layout),
            C::ToggleCompareTool(tool) => Some(state.compare.tool == *tool),
            C::Magnify(MagnifierCommand::Toggle) => Some(state.magnifier.is_on),
            C::Prior(PriorCommand::ToggleLink) => Some(state.prior_is_linked()),
            C::ToggleInvert => {
                let look = state
                    .study()
                    .map(|study| study.looks.of(state.active_content()));
                Some(look.is_some_and(|look| look.inverted))
            }
            C::Measure(MeasureCommand::ToggleKeyImage) => Some(study_has_star(state)),
            C::Mask(MaskCommand::Toggle) => Some(state.masking.is_on),
            C::Queue(QueueCommand::ToggleList) => Some(state.queue.is_visible),
            C::Nodule(_) => Some(state.nodule.is_open),
            C::Sweep(SweepCommand::Toggle) => Some(state.sweep.is_open),
            C::ToggleOutline => Some(state.outline_visible),
            C::ToggleMarks => Some(state.rings == Rings::Shown),
            C::TogglePatient => Some(state.is_patient_hidden()),
            S(ToggleTheme) => Some(preferences.theme.is_light()),
            S(ToggleReducedMotion) => Some(preferences.reduced_motion),
            S(ToggleLog) => Some(state.shell.log_visible),
            S(ToggleSecondWindow) => Some(state.shell.second_window),
            S(ToggleFullScreen) => Some(state.shell.is_full_screen),
            _ => None,
        }
    }
}

fn study_has_star(state: &AppState) -> bool {
    state.study().is_some_and(|study| study.is_key_image)
}

const CTRL_SHIFT: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);

/// Every action of the window.
// A row a line, whatever its length: a table is read by its rows.
#[rustfmt::skip]
pub const ACTIONS: &[Action] = &[
    act("open-files", Menu::File, "Open files...", C::ChooseFiles).ctrl(Key::O),
    act("open-path", Menu::File, "Open path...", C::ShowPathBox(true)).ctrl(Key::L),
    act("open-bundle", Menu::File, "Open model bundle...", C::ChooseBundle),
    act("open-adapter", Menu::File, "Open adapter...", C::Adapter(AdapterCommand::Choose)),
    act("remove-adapter", Menu::None, "Take the adapter off the model", C::Adapter(AdapterCommand::Remove)),
    act("save-soft-tissue", Menu::File, "Save soft tissue as 16-bit PNG...", C::ChooseOutput).ctrl(Key::S),
    act("suppress-all", Menu::File, "Suppress all that are not run", C::Queue(QueueCommand::AddAll)),
    act("folder-again", Menu::File, "Ask about this folder again", C::Folder(FolderCommand::AskAgain)),
    act("suppress", Menu::None, "Suppress bones", C::Suppress).on(Key::S),
    act("cancel", Menu::None, "Stop the run", C::CancelJob),
    act("escape", Menu::None, "Close what is open, lay the tool down, else stop the run", C::Escape).on(Key::Escape),
    act("undo", Menu::None, "Undo", C::Undo).ctrl(Key::Z),
    act("redo", Menu::None, "Redo", C::Redo).ctrl_shift(Key::Z),
    act("redo-too", Menu::None, "Redo, by a second key", C::Redo).ctrl(Key::Y),
    act("peek", Menu::None, "Original in every view, while held", C::Hold(Some(Content::Original))).on(Key::Space).held(),
    act("peek-bone", Menu::None, "Bone layer in every view, while held", C::Hold(Some(Content::Bone))).on(Key::B).held(),
    act("peek-uncertainty", Menu::None, "Uncertainty in every view, while held", C::Hold(Some(Content::Uncertainty))).on(Key::U).held(),
    act("layout-single", Menu::View, "In place", C::SetLayout(Layout::Single)).on(Key::F6),
    act("layout-side-by-side", Menu::View, "Original | soft tissue", C::SetLayout(Layout::SideBySide)).on(Key::F5),
    act("layout-stacked", Menu::View, "Original above soft tissue", C::SetLayout(Layout::Stacked)),
    act("layout-difference", Menu::View, "Original | difference", C::SetLayout(Layout::Difference)).on(Key::F7),
    act("layout-three", Menu::View, "Original | soft tissue | difference", C::SetLayout(Layout::Three)).on(Key::F8),
    act("layout-four", Menu::View, "Original, soft tissue, bone and difference", C::SetLayout(Layout::Four)).on(Key::F9),
    act("full-screen", Menu::View, "Full screen", S(ToggleFullScreen)).on(Key::F11),
    act("second-window", Menu::View, "Pictures in a second window", S(ToggleSecondWindow)).with(Modifiers::SHIFT, Key::F11),
    act("turn-left", Menu::View, "Turn left", C::Turn(Turning::Left)).on(Key::Comma),
    act("turn-right", Menu::View, "Turn right", C::Turn(Turning::Right)).on(Key::Period),
    act("mirror-across", Menu::View, "Mirror left and right", C::Turn(Turning::Across)).with(Modifiers::SHIFT, Key::H),
    act("mirror-down", Menu::View, "Mirror top and bottom", C::Turn(Turning::Down)).with(Modifiers::SHIFT, Key::V),
    act("fit", Menu::View, "Fit to the view", C::Fit).on(Key::F),
    act("one-to-one", Menu::View, "One screen pixel per image pixel", C::OneToOne).on(Key::Z),
    act("two-to-one", Menu::View, "Two screen pixels per image pixel", C::TwoToOne).with(Modifiers::ALT, Key::Z),
    act("true-size", Menu::View, "True physical size", C::TrueSize).with(Modifiers::SHIFT, Key::Z),
    act("invert", Menu::View, "Invert black and white", C::ToggleInvert).on(Key::I),
    act("outline", Menu::View, "Outline of the lung field", C::ToggleOutline).on(Key::L),
    act("marks", Menu::View, "Rings round places to look at twice", C::ToggleMarks).on(Key::M),
    act("overlay", Menu::View, "Less text over the pictures, or all of it", C::NextOverlay).on(Key::O),
    act("histogram", Menu::View, "Show the histogram", S(ShowHistogram)),
    act("reset-view", Menu::View, "Reset: exactly as loaded", C::ResetView).on(Key::R),
    act("magnifier", Menu::View, "Magnifier at the pointer", C::Magnify(MagnifierCommand::Toggle)).with(Modifiers::SHIFT, Key::G),
    act("magnifier-stronger", Menu::None, "Stronger magnifier", C::Magnify(MagnifierCommand::Step(1))).on(Key::Plus),
    act("magnifier-weaker", Menu::None, "Weaker magnifier", C::Magnify(MagnifierCommand::Step(-1))).on(Key::Minus),
    ask("zoom-in", Menu::View, "Larger about the crosshair", ViewKey::ZoomIn).with(Modifiers::SHIFT, Key::PageUp),
    ask("zoom-out", Menu::View, "Smaller about the crosshair", ViewKey::ZoomOut).with(Modifiers::SHIFT, Key::PageDown),
    ask("look-left", Menu::None, "Look further left", ViewKey::Look(Direction::Left)).ctrl(Key::ArrowLeft),
    ask("look-right", Menu::None, "Look further right", ViewKey::Look(Direction::Right)).ctrl(Key::ArrowRight),
    ask("look-up", Menu::None, "Look further up", ViewKey::Look(Direction::Up)).ctrl(Key::ArrowUp),
    ask("look-down", Menu::None, "Look further down", ViewKey::Look(Direction::Down)).ctrl(Key::ArrowDown),
    ask("window-wider", Menu::None, "Wider window: less contrast", ViewKey::Wider).with(Modifiers::ALT, Key::ArrowRight),
    ask("window-narrower", Menu::None, "Narrower window: more contrast", ViewKey::Narrower).with(Modifiers::ALT, Key::ArrowLeft),
    ask("window-brighter", Menu::None, "Brighter picture", ViewKey::Brighter).with(Modifiers::ALT, Key::ArrowUp),
    ask("window-darker", Menu::None, "Darker picture", ViewKey::Darker).with(Modifiers::ALT, Key::ArrowDown),
    ask("crosshair", Menu::View, "Crosshair: the pointer by key", ViewKey::Show).on(Key::F3),
    ask("crosshair-left", Menu::None, "Crosshair left", ViewKey::Step(Direction::Left)).on(Key::ArrowLeft).in_view(),
    ask("crosshair-right", Menu::None, "Crosshair right", ViewKey::Step(Direction::Right)).on(Key::ArrowRight).in_view(),
    ask("crosshair-up", Menu::None, "Crosshair up", ViewKey::Step(Direction::Up)).on(Key::ArrowUp).in_view(),
    ask("crosshair-down", Menu::None, "Crosshair down", ViewKey::Step(Direction::Down)).on(Key::ArrowDown).in_view(),
    ask("crosshair-far-left", Menu::None, "Crosshair far left", ViewKey::Stride(Direction::Left)).with(Modifiers::SHIFT, Key::ArrowLeft).in_view(),
    ask("crosshair-far-right", Menu::None, "Crosshair far right", ViewKey::Stride(Direction::Right)).with(Modifiers::SHIFT, Key::ArrowRight).in_view(),
    ask("crosshair-far-up", Menu::None, "Crosshair far up", ViewKey::Stride(Direction::Up)).with(Modifiers::SHIFT, Key::ArrowUp).in_view(),
    ask("crosshair-far-down", Menu::None, "Crosshair far down", ViewKey::Stride(Direction::Down)).with(Modifiers::SHIFT, Key::ArrowDown).in_view(),
    ask("crosshair-click", Menu::None, "Click at the crosshair: place, take hold, let go, paint", ViewKey::Click).on(Key::Enter).in_view(),
    ask("crosshair-erase", Menu::None, "Erase with the brush at the crosshair", ViewKey::Erase).with(Modifiers::SHIFT, Key::Enter).in_view(),
    ask("crosshair-next-grip", Menu::None, "Crosshair to the next handle of a measure", ViewKey::NextGrip).on(Key::Home).in_view(),
    ask("crosshair-previous-grip", Menu::None, "Crosshair to the handle before", ViewKey::PreviousGrip).on(Key::End).in_view(),
    act("prior-link", Menu::View, "Prior moves with the current study", C::Prior(PriorCommand::ToggleLink)),
    act("swap", Menu::None, "In place: original or soft tissue", C::Swap).on(Key::T),
    act("wipe", Menu::None, "Wipe between original and soft tissue", C::ToggleCompareTool(CompareTool::Wipe)).on(Key::W),
    act("lens", Menu::None, "Lens on the soft tissue", C::ToggleCompareTool(CompareTool::Lens)).on(Key::G),
    act("flicker", Menu::None, "Flicker between original and soft tissue", C::ToggleCompareTool(CompareTool::Flicker)).on(Key::K),
    act("length", Menu::None, "Measure a length", C::Measure(Take(Tool::Length))).on(Key::D),
    act("bidirectional", Menu::None, "Measure two axes (bidirectional)", C::Measure(Take(Tool::Bidirectional))).with(Modifiers::SHIFT, Key::D),
    act("angle", Menu::None, "Measure an angle", C::Measure(Take(Tool::Angle))).on(Key::A),
    act("cobb", Menu::None, "Measure a Cobb angle", C::Measure(Take(Tool::Cobb))).on(Key::C),
    act("cardiothoracic-ratio", Menu::None, "Cardiothoracic ratio (heart)", C::Measure(Take(Tool::CardiothoracicRatio))).on(Key::H),
    act("ellipse", Menu::None, "Statistics in an ellipse", C::Measure(Take(Tool::Ellipse))).on(Key::E),
    act("rectangle", Menu::None, "Statistics in a rectangle", C::Measure(Take(Tool::Rectangle))).on(Key::J),
    act("polygon", Menu::None, "Statistics in a polygon", C::Measure(Take(Tool::Polygon))).on(Key::Y),
    act("profile", Menu::None, "Values along a line", C::Measure(Take(Tool::Profile))).on(Key::V),
    act("rib-profile", Menu::None, "Profile across a rib", C::Measure(Take(Tool::RibProfile))).on(Key::Q),
    act("text", Menu::None, "Write on the picture", C::Measure(Take(Tool::Text))).on(Key::X),
    act("arrow", Menu::None, "Draw an arrow", C::Measure(Take(Tool::Arrow))),
    act("delete-measure", Menu::None, "Take the chosen measure away", C::Measure(MeasureCommand::Delete)).on(Key::Delete),
    act("less-suppression", Menu::None, "Take less of the bone off", C::MoveSuppression(-0.1)).on(Key::OpenBracket),
    act("more-suppression", Menu::None, "Take more of the bone off", C::MoveSuppression(0.1)).on(Key::CloseBracket),
    act("next-study", Menu::None, "Next study", C::NextStudy).on(Key::PageDown),
    act("previous-study", Menu::None, "Previous study", C::PreviousStudy).on(Key::PageUp),
    act("window-1", Menu::None, "First window of the menu Window", C::SetWindowNumber(0)).on(Key::Num1),
    act("window-2", Menu::None, "Second window of the menu Window", C::SetWindowNumber(1)).on(Key::Num2),
    act("window-3", Menu::None, "Third window of the menu Window", C::SetWindowNumber(2)).on(Key::Num3),
    act("window-4", Menu::None, "Fourth window of the menu Window", C::SetWindowNumber(3)).on(Key::Num4),
    act("window-5", Menu::None, "Fifth window of the menu Window", C::SetWindowNumber(4)).on(Key::Num5),
    act("window-6", Menu::None, "Sixth window of the menu Window", C::SetWindowNumber(5)).on(Key::Num6),
    act("window-7", Menu::None, "Seventh window of the menu Window", C::SetWindowNumber(6)).on(Key::Num7),
    act("window-8", Menu::None, "Eighth window of the menu Window", C::SetWindowNumber(7)).on(Key::Num8),
    act("window-9", Menu::None, "Ninth window of the menu Window", C::SetWindowNumber(8)).on(Key::Num9),
    act("own-window-1", Menu::None, "First window of your own", C::OwnWindow(Own::Show(1))).with(Modifiers::ALT, Key::Num1),
    act("own-window-2", Menu::None, "Second window of your own", C::OwnWindow(Own::Show(2))).with(Modifiers::ALT, Key::Num2),
    act("own-window-3", Menu::None, "Third window of your own", C::OwnWindow(Own::Show(3))).with(Modifiers::ALT, Key::Num3),
    act("own-window-4", Menu::None, "Fourth window of your own", C::OwnWindow(Own::Show(4))).with(Modifiers::ALT, Key::Num4),
    act("own-window-5", Menu::None, "Fifth window of your own", C::OwnWindow(Own::Show(5))).with(Modifiers::ALT, Key::Num5),
    act("own-window-6", Menu::None, "Sixth window of your own", C::OwnWindow(Own::Show(6))).with(Modifiers::ALT, Key::Num6),
    act("own-window-7", Menu::None, "Seventh window of your own", C::OwnWindow(Own::Show(7))).with(Modifiers::ALT, Key::Num7),
    act("own-window-8", Menu::None, "Eighth window of your own", C::OwnWindow(Own::Show(8))).with(Modifiers::ALT, Key::Num8),
    act("own-window-9", Menu::None, "Ninth window of your own", C::OwnWindow(Own::Show(9))).with(Modifiers::ALT, Key::Num9),
    act("keep-window", Menu::None, "Keep this window as...", C::OwnWindow(Own::ToggleEditor)),
    act("layout-uncertainty", Menu::View, "Soft tissue | uncertainty", C::SetLayout(Layout::Uncertainty)),
    act("turn-polarity", Menu::None, "Wrong polarity: exchange black and white", C::TurnPolarity),
    act("browser", Menu::Tools, "Study browser", C::Browse(BrowseCommand::TogglePanel)).on(Key::N),
    act("key-image", Menu::Tools, "Key image (star)", C::Measure(MeasureCommand::ToggleKeyImage)).with(Modifiers::SHIFT, Key::K),
    act("tags", Menu::Tools, "DICOM tags", C::Browse(BrowseCommand::ToggleTags)).ctrl(Key::T),
    act("lung-mask", Menu::Tools, "Edit the lung mask", C::Mask(MaskCommand::Toggle)).with(Modifiers::SHIFT, Key::M),
    act("parameter-grid", Menu::Tools, "Parameter grid...", C::Sweep(SweepCommand::Toggle)).ctrl(Key::G),
    act("nodule", Menu::Tools, "Try a synthetic nodule here", C::Nodule(NoduleCommand::Here)).ctrl_shift(Key::N),
    act("training", Menu::Tools, "Training...", C::Training(TrainingCommand::Toggle)).ctrl_shift(Key::T),
    act("queue", Menu::Tools, "Queue", C::Queue(QueueCommand::ToggleList)),
    act("queue-cancel", Menu::None, "Cancel everything in the queue", C::Queue(QueueCommand::CancelAll)),
    act("queue-clear-and-run", Menu::None, "Empty the queue and suppress the study shown", C::Queue(QueueCommand::ClearAndRun)),
    act("find-study", Menu::Tools, "Find a study", C::Browse(BrowseCommand::Find(true))).ctrl(Key::F),
    act("no-prior", Menu::None, "Take the prior away", C::Browse(BrowseCommand::SetPrior(None))),
    act("take-off-list", Menu::File, "Close study: take it off the list", C::List(ListCommand::TakeOffShown)).ctrl(Key::W),
    act("clear-list", Menu::File, "Close all: clear the list", C::List(ListCommand::Clear)),
    act("random-seed", Menu::None, "Another random seed", C::DrawSeed),
    act("model-defaults", Menu::None, "Settings as the model proposes them", C::ResetSettings),
    act("palette", Menu::Tools, "Find a command...", S(TogglePalette)).ctrl(Key::K),
    act("messages", Menu::Tools, "Messages", S(ToggleLog)).on(Key::F4),
    act("hide-patient", Menu::Tools, "Hide names, dates and file names", C::TogglePatient).on(Key::P),
    act("light-theme", Menu::Tools, "Light theme", S(ToggleTheme)).ctrl_shift(Key::L),
    act("larger", Menu::Tools, "Larger text and buttons", S(StepScale(1))).ctrl(Key::Plus),
    act("smaller", Menu::Tools, "Smaller text and buttons", S(StepScale(-1))).ctrl(Key::Minus),
    act("normal-size", Menu::Tools, "Text and buttons as they were", S(ResetScale)).ctrl(Key::Num0),
    act("reduced-motion", Menu::Tools, "Reduced motion", S(ToggleReducedMotion)),
    act("preferences", Menu::Tools, "Preferences...", S(TogglePreferences)).ctrl(Key::Comma),
    act("keyboard", Menu::Tools, "Keyboard...", S(ToggleKeyEditor)),
    act("help", Menu::None, "Help", C::ToggleHelp).on(Key::F1),
    act("quit", Menu::None, "Quit", S(Quit)).ctrl(Key::Q),
];

/// Whether a study stands so many rows further in the browser.
fn has_neighbour(state: &AppState, steps: isize) -> bool {
    let neighbour = state.browser.neighbour(state.current, steps);
    neighbour.is_some_and(|index| index != state.current)
}

/// The action with this id.
pub fn find(id: &str) -> Option<&'static Action> {
    ACTIONS.iter().find(|action| action.id == id)
}

#[cfg(test)]
mod tests;
