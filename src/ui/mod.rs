//! The workstation's window.
//!
//! Owns what a person sees and asks for. [`AppState`] is plain data; panels are functions
//! `xxx_ui(ui, &AppState, &mut Vec<UiCommand>)` that read and ask; [`command`] alone changes state.
//! Long work happens elsewhere: suppression behind [`Engine`], files on threads of their own in
//! [`files`]. Nothing here waits, holds a lock or names a tensor.

mod actions;
mod app;
mod browser;
mod camera;
mod command;
mod compare;
mod compute;
mod crosshair;
mod current_reading;
mod display_order;
mod doubts;
mod engine;
mod file_doubts;
mod file_id;
mod files;
mod folder_facts;
mod fuzzy;
mod given_up;
mod guide;
mod kept_results;
mod keymap;
mod launch;
mod layers;
mod layout;
mod leaving;
mod leg_scrub;
mod look;
mod magnifier;
mod masking;
mod measuring;
mod message;
mod message_log;
mod nodule;
mod orientation;
mod own_windows;
mod panels;
mod patient_text;
mod preferences;
mod presets;
mod preview;
mod privacy;
mod question;
mod queue;
mod result_scales;
mod running_job;
mod runs;
mod scale_text;
mod session;
mod shell;
mod shortcuts;
mod sidecar;
mod state;
mod step_cost;
mod study;
mod sweep;
mod system_fonts;
mod tag_window;
mod theme;
mod thumbnails;
mod training;
mod true_size;
mod undo;
mod widgets;
mod window_fit;
mod window_level;
mod window_places;

pub use actions::{ACTIONS, Action, Menu, Trigger};
pub use app::DiaphaneApp;
pub use browser::{
    Browser, BrowserRow, ImageStatus, Level, PriorMoves, RowKind, Visibility, prior_warning,
};
pub use camera::{Camera, ImageExtent, Placement, ViewRect, Zoom};
pub use command::{
    AdapterCommand, BrowseCommand, FolderCommand, ListCommand, PriorCommand, SessionCommand,
    ShellCommand, Turning, UiCommand,
};
pub use compare::{Compare, CompareTool};
pub use compute::{BundleInfo, Compute};
pub use crosshair::{Crosshair, CrosshairCommand, Direction, ViewKey};
pub use engine::{Engine, EngineError};
pub use file_id::FileId;
pub use files::{FileEvent, FileWork};
pub use folder_facts::{FolderFacts, FolderNotes};
pub use keymap::Keymap;
pub use launch::{RunError, Startup, run};
pub use layout::Layout;
pub use leaving::{Leaving, Loss};
pub use leg_scrub::{LEG_RANGE, LegScrub};
pub use look::{Content, Link, Links, Look, Looks, Rings};
pub use magnifier::{MAGNIFIER_FACTORS, Magnifier, MagnifierCommand};
pub use masking::{BRUSH_RADII, MaskCommand, MaskVersion, Masking};
pub use measuring::{
    Annotations, Grabbed, MeasureCommand, MeasureEvent, MeasureRecord, Measuring, PixelReading,
    Reading, Tool,
};
pub use message::{Message, Remedies, Severity};
pub use message_log::{LogEntry, MessageLog};
pub use nodule::{NoduleCommand, NodulePicture, NodulePlace, NoduleProbe, TriedNodule};
pub use orientation::Orientation;
pub use own_windows::{
    OWN_WINDOW_NUMBERS, OwnWindow, OwnWindowCommand, OwnWindows, OwnWindowsEditor, WindowMeasure,
};
pub use panels::histogram::CountScale;
pub use panels::overlay::OverlayLevel;
pub use preferences::{DragButton, DragPreferences, Preferences, PreferencesFile, config_folder};
pub use presets::WindowPreset;
pub use preview::Preview;
pub use privacy::Privacy;
pub use question::{AskedRun, PathBox, PathPurpose, Question};
pub use queue::{JobQueue, QueueCommand, QueuedRun};
pub use result_scales::ResultScales;
pub use running_job::{RunningJob, WhenReady};
pub use runs::{ResultId, Run, Runs};
pub use session::{SavedDesk, Session};
pub use shell::{Clash, KeyEditor, Palette, Shell};
pub use state::{AppState, DoubtsListed, PixelPosition, SeedMode};
pub use study::{OpenStudy, Study, StudyContent};
pub use sweep::{
    AxisError, RegionOrigin, Sweep, SweepAxes, SweepCommand, SweepGrid, SweepParameter,
    SweepPicture, SweepValue,
};
pub use system_fonts::SystemFonts;
pub use tag_window::{TagWindow, Tags};
pub use theme::ThemeChoice;
pub use training::{
    Attempt, Branch, CaseOpening, CaseOrder, CaseSet, CheckProgress, Curves, Evidence,
    EvidenceCommand, FineTuning, LatestStep, PathField, PlanError, Points, Prepared, Registering,
    RunPlan, RunStatus, SampleBase, SampleLook, SampleMates, SamplePicture, SampleRequest,
    SampleScrub, SiteModels, SplitMade, Training, TrainingCommand, TrainingPage, TrainingRun,
    Wizard, WizardStep,
};
pub use true_size::{CARD_WIDTH_MM, Screen, ScreenRuler, Screens, TrueSizeObstacle};
pub use undo::UndoStack;
pub use window_level::{DragSpeed, WindowDrag};
pub use window_places::{Opening, WindowPlace};
