//! Everything a person can ask for.

use super::{
    AdapterCommand, BrowseCommand, FolderCommand, ListCommand, PriorCommand, SessionCommand,
    ShellCommand,
};
use crate::radiograph::{Radiograph, Voi};
use crate::ui::camera::Camera;
use crate::ui::compare::{Compare, CompareTool};
use crate::ui::crosshair::CrosshairCommand;
use crate::ui::layout::Layout;
use crate::ui::look::{Content, Link};
use crate::ui::magnifier::MagnifierCommand;
use crate::ui::masking::MaskCommand;
use crate::ui::measuring::MeasureCommand;
use crate::ui::nodule::NoduleCommand;
use crate::ui::own_windows::OwnWindowCommand;
use crate::ui::panels::histogram::CountScale;
use crate::ui::presets::WindowPreset;
use crate::ui::queue::QueueCommand;
use crate::ui::runs::ResultId;
use crate::ui::state::{PixelPosition, SeedMode};
use crate::ui::sweep::SweepCommand;
use crate::ui::training::TrainingCommand;
use crate::ui::window_level::WindowDrag;
use crate::worker::{ComputeOptions, SuppressionSettings};
use std::path::PathBuf;
use std::sync::Arc;

/// A turn or a mirror of a picture on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turning {
    /// A quarter turn to the right.
    Right,
    /// A quarter turn to the left.
    Left,
    /// Left and right exchanged.
    Across,
    /// Top and bottom exchanged.
    Down,
}

/// What a person asked for.
#[derive(Debug, Clone, PartialEq)]
pub enum UiCommand {
    /// Open the dialog for radiographs.
    ChooseFiles,
    /// Say what holds for the pictures of a folder.
    Folder(FolderCommand),
    /// End the walk through folders with what it has found.
    StopSearch,
    /// Open the dialog for a bundle.
    ChooseBundle,
    /// Open the dialog that saves the soft-tissue image.
    ChooseOutput,
    /// Show the path box for radiographs, or hide it whatever it is for.
    ShowPathBox(bool),
    /// The text of the path box changed.
    EditPath(String),
    /// Do with this path what the path box is for.
    EnterPath(PathBuf),
    /// Open files and folders.
    OpenPaths(Vec<PathBuf>),
    /// Show a radiograph that is in memory already.
    ShowRadiograph(Arc<Radiograph>),
    /// Show this study of the strip.
    SelectStudy(usize),
    /// Take files off the list.
    List(ListCommand),
    /// Show the study after this one.
    NextStudy,
    /// Show the study before this one.
    PreviousStudy,
    /// Load the bundle in this folder.
    LoadBundle(PathBuf),
    /// Apply an adapter to the model, or do something with the one in force.
    Adapter(AdapterCommand),
    /// Run the networks on this device and in this number format.
    SetCompute(ComputeOptions),
    /// Suppress the bones of the study shown.
    Suppress,
    /// Stop the suppression that runs.
    CancelJob,
    /// Close what is open over the pictures; where nothing is, stop the suppression that runs.
    Escape,
    /// Yes or no to the question asked.
    Answer(bool),
    /// A setting moved; nothing runs yet.
    EditSettings(SuppressionSettings),
    /// A setting was let go: run again if there is a result to be replaced.
    ReleaseSettings,
    /// Back to what the bundle proposes.
    ResetSettings,
    /// Keep the seed at the next run, or draw a new one.
    SetSeedMode(SeedMode),
    /// Make the result the mean of so many pictures; nothing runs yet.
    SetNumSeeds(usize),
    /// Draw a new seed now.
    DrawSeed,
    /// Write the soft-tissue image of this open study here, and its certificate.
    SaveSoftTissue(PathBuf, ResultId),
    /// Arrange the views.
    SetLayout(Layout),
    /// A key that shows this in every view is held, or let go.
    Hold(Option<Content>),
    /// The pointer came to this picture: keys speak of it.
    ActivateView(Content),
    /// Make or cut a link between the views.
    SetLink(Link, bool),
    /// Compare original and soft-tissue image this way.
    SetCompare(Compare),
    /// Take up a tool of comparison, or lay it down.
    ToggleCompareTool(CompareTool),
    /// Take the magnifier up, lay it down, or make it stronger or weaker.
    Magnify(MagnifierCommand),
    /// Exchange original and soft-tissue image in the single view.
    Swap,
    /// Take this much more of the bone off, as a share; less where negative.
    MoveSuppression(f32),
    /// Drag over this picture.
    DragWindow(Content, WindowDrag),
    /// Give the picture in use these values of interest.
    SetVoi(Voi),
    /// Show the picture with this window.
    SetWindow(WindowPreset),
    /// Show the picture with the window of this number, counted from 0 as the menu lists them.
    SetWindowNumber(usize),
    /// Show the picture with a window of the reader's own, or keep, change or forget one.
    OwnWindow(OwnWindowCommand),
    /// Exchange black and white.
    ToggleInvert,
    /// The file states its polarity wrongly: exchange black and white for the networks and the outputs too.
    TurnPolarity,
    /// Draw, move or take away a measure.
    Measure(MeasureCommand),
    /// Move the crosshair, or do something to the picture in use by key.
    Crosshair(CrosshairCommand),
    /// Draw the lung mask, or make a picture with it.
    Mask(MaskCommand),
    /// Fill, reorder or empty the queue of background runs.
    Queue(QueueCommand),
    /// Ask for the grid of settings, or do something with it.
    Sweep(SweepCommand),
    /// Try a synthetic nodule, or do something with that window.
    Nodule(NoduleCommand),
    /// Prepare, begin or watch training.
    Training(TrainingCommand),
    /// Look elsewhere in this picture.
    SetCamera(Content, Camera),
    /// Turn or mirror the picture in use on the screen.
    Turn(Turning),
    /// Show the whole image.
    Fit,
    /// One screen pixel per image pixel.
    OneToOne,
    /// Two screen pixels per image pixel.
    TwoToOne,
    /// A millimetre on the screen per millimetre of the patient.
    TrueSize,
    /// Everything as it was loaded.
    ResetView,
    /// Show this result of the study, with the settings that made it.
    ShowRun(u64),
    /// Compare with this result; with the original where there is none.
    CompareWithRun(Option<u64>),
    /// Keep this result whatever comes, or let it go when room is needed.
    PinRun(u64, bool),
    /// Forget this result.
    ForgetRun(u64),
    /// Take the newest step back.
    Undo,
    /// Take the step again that was taken back last.
    Redo,
    /// The pointer was let go: what comes next is another step.
    EndGesture,
    /// Draw the outline of the lung field, or not.
    ToggleOutline,
    /// Draw rings round the places to look at twice, or not.
    ToggleMarks,
    /// Draw the counts of the histogram this way.
    SetCountScale(CountScale),
    /// Less text over the pictures: full, minimal, none, and full again.
    NextOverlay,
    /// Difference in the end colours of the map, modality units.
    SetDifferenceLimit(f64),
    /// Standard deviation in the end colour of the map, modality units.
    SetUncertaintyLimit(f64),
    /// Show the size of the difference alone, or its sign too.
    SetDifferenceAbsolute(bool),
    /// The pointer stands on this pixel.
    Probe(Option<PixelPosition>),
    /// Hide everything that tells whose pictures these are, or show it again.
    TogglePatient,
    /// List every doubt about a study, or the gravest alone.
    ToggleDoubts,
    /// Take a message away.
    DismissMessage(usize),
    /// Do what the message with this number offers, by the index of the offer, and run again.
    TakeOffer(u64, usize),
    /// Show or hide help.
    ToggleHelp,
    /// Do this with the study browser, the prior or the tags.
    Browse(BrowseCommand),
    /// Look at the prior in this way.
    Prior(PriorCommand),
    /// Do this with what was open before.
    Session(SessionCommand),
    /// Something about the window itself.
    Shell(ShellCommand),
}

impl UiCommand {
    /// Whether this changes nothing that a person would want to take back; such commands come with every frame.
    pub(super) fn only_looks(&self) -> bool {
        if let Self::Crosshair(command) = self {
            return !matches!(command, CrosshairCommand::Window(..));
        }
        matches!(
            self,
            Self::Probe(_)
                | Self::Hold(_)
                | Self::ActivateView(_)
                | Self::SetCamera(..)
                | Self::Fit
                | Self::OneToOne
                | Self::TwoToOne
                | Self::Magnify(_)
                | Self::Prior(_)
                | Self::TrueSize
        )
    }
}
