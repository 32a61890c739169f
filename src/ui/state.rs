//! Everything the window knows, as plain data.

use super::browser::{Browser, PriorMoves};
use super::compare::Compare;
use super::compute::{BundleInfo, Compute};
use super::crosshair::Crosshair;
use super::file_id::FileId;
use super::files::SearchProgress;
use super::folder_facts::FolderNotes;
use super::layout::Layout;
use super::leaving::Leaving;
use super::leg_scrub::LegScrub;
use super::look::{Content, Links, Rings};
use super::magnifier::Magnifier;
use super::masking::Masking;
use super::measuring::Measuring;
use super::message::Message;
use super::nodule::NoduleProbe;
use super::panels::histogram::CountScale;
use super::privacy::{HIDDEN, Privacy};
use super::question::{PathBox, Question};
use super::queue::JobQueue;
use super::running_job::{RunningJob, WhenReady};
use super::runs::ResultId;
use super::session::Session;
use super::shell::Shell;
use super::step_cost::StepCosts;
use super::study::{OpenStudy, Study};
use super::sweep::Sweep;
use super::tag_window::TagWindow;
use super::training::Training;
use super::undo::UndoStack;
use crate::worker::{
    ClippingChoice, FusionChoice, GuidanceChoice, OutputGrid, SamplerChoice, SuppressionSettings,
};
use std::path::Path;

/// What "Suppress" does with the seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SeedMode {
    /// Keeps it: the same picture again.
    #[default]
    Locked,
    /// Draws a new one.
    Drawn,
}

/// A pixel of the current study.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PixelPosition {
    /// Row from the top, from 0.
    pub row: usize,
    /// Column from the left, from 0.
    pub col: usize,
}

/// Which doubts about a study are on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DoubtsListed {
    /// How many there are, and the gravest.
    #[default]
    Gravest,
    /// Every one.
    All,
}

impl DoubtsListed {
    /// The other one.
    #[must_use]
    pub fn toggled(self) -> Self {
        match self {
            Self::Gravest => Self::All,
            Self::All => Self::Gravest,
        }
    }
}

/// Everything the window knows.
#[derive(Debug, Clone)]
pub struct AppState {
    /// Files that were opened, in order.
    pub studies: Vec<Study>,
    /// Index of the study shown.
    pub current: usize,
    /// Arrangement of the views.
    pub layout: Layout,
    /// A key is held: every view shows this.
    pub held: Option<Content>,
    /// The picture that keys speak of: the one last under the pointer.
    pub active: Content,
    /// What moves together in all views.
    pub links: Links,
    /// How original and soft-tissue image are compared within a view.
    pub compare: Compare,
    /// How the picture under the pointer is enlarged.
    pub magnifier: Magnifier,
    /// The place in the picture in use that keys move.
    pub crosshair: Crosshair,
    /// What goes on between two changes of the measures.
    pub measuring: Measuring,
    /// What goes on while the lung mask is edited.
    pub masking: Masking,
    /// The lung field's outline is drawn.
    pub outline_visible: bool,
    /// Whether places to look at twice have rings.
    pub rings: Rings,
    /// The difference is shown by its size, without its sign.
    pub difference_is_absolute: bool,
    /// Settings last used; a study without settings of its own has these.
    pub last_settings: SuppressionSettings,
    /// Settings the bundle proposes.
    pub defaults: SuppressionSettings,
    /// What "Suppress" does with the seed.
    pub seed: SeedMode,
    /// Pictures of different noise whose mean is the result; from 2 on it has an uncertainty.
    pub num_seeds: usize,
    /// The loaded bundle.
    pub bundle: Option<BundleInfo>,
    /// Where networks run and could run.
    pub compute: Compute,
    /// What sampling steps took so far.
    pub step_costs: StepCosts,
    /// Images at several LEG weights, for the slider.
    pub leg_scrub: LegScrub,
    /// One region under several settings.
    pub sweep: Sweep,
    /// The probe with a synthetic nodule.
    pub nodule: NoduleProbe,
    /// The run of training that is prepared or watched.
    pub training: Training,
    /// The bundle that is being loaded.
    pub loading: Option<RunningJob>,
    /// The suppression that runs.
    pub job: Option<RunningJob>,
    /// What is suppressed while nobody waits for it.
    pub queue: JobQueue,
    /// What happens once, as soon as a study and a bundle are there.
    pub when_ready: WhenReady,
    /// Whether the screen tells whose pictures these are.
    pub privacy: Privacy,
    /// What can be taken back, and taken again.
    pub undo: UndoStack,
    /// Preferences, messages of the past, and what is open over the pictures.
    pub shell: Shell,
    /// Sentences not yet dismissed.
    pub messages: Vec<Message>,
    /// The guide is open.
    pub help_visible: bool,
    /// The path box, where it is open.
    pub path_box: Option<PathBox>,
    /// What the reader must decide, where there is something.
    pub question: Option<Question>,
    /// Files that leave the list as soon as their measures are on the disk.
    pub leaving: Vec<Leaving>,
    /// How the histogram draws its counts.
    pub counts: CountScale,
    /// Which doubts about the study shown are listed.
    pub doubts_listed: DoubtsListed,
    /// Pixel under the pointer.
    pub probe: Option<PixelPosition>,
    /// Largest side of a texture; `None` without a graphics adapter.
    pub texture_limit: Option<u32>,
    /// How far the walk through folders is, once it takes long.
    pub search: Option<SearchProgress>,
    /// What the reader said of folders.
    pub folders: FolderNotes,
    /// The study browser.
    pub browser: Browser,
    /// The radiograph chosen as prior.
    pub prior: Option<FileId>,
    /// The radiograph beside which the prior was chosen.
    pub prior_beside: Option<FileId>,
    /// Where zoom and pan of the prior come from.
    pub prior_moves: PriorMoves,
    /// The window of DICOM tags.
    pub tags: TagWindow,
    /// What was opened lately, and what was open at the end of the last run.
    pub session: Session,
}

impl Default for AppState {
    fn default() -> Self {
        let settings = published_settings();
        Self {
            studies: Vec::new(),
            current: 0,
            layout: Layout::default(),
            held: None,
            active: Content::default(),
            links: Links::default(),
            compare: Compare::default(),
            magnifier: Magnifier::default(),
            crosshair: Crosshair::default(),
            measuring: Measuring::default(),
            masking: Masking::default(),
            outline_visible: false,
            rings: Rings::default(),
            difference_is_absolute: false,
            defaults: settings.clone(),
            last_settings: settings,
            when_ready: WhenReady::default(),
            seed: SeedMode::default(),
            num_seeds: 1,
            bundle: None,
            compute: Compute::default(),
            step_costs: StepCosts::default(),
            leg_scrub: LegScrub::default(),
            sweep: Sweep::default(),
            nodule: NoduleProbe::default(),
            training: Training::default(),
            loading: None,
            job: None,
            queue: JobQueue::default(),
            privacy: Privacy::default(),
            undo: UndoStack::default(),
            shell: Shell::default(),
            messages: Vec::new(),
            help_visible: false,
            path_box: None,
            question: None,
            leaving: Vec::new(),
            counts: CountScale::default(),
            doubts_listed: DoubtsListed::default(),
            probe: None,
            texture_limit: None,
            search: None,
            folders: FolderNotes::default(),
            browser: Browser::default(),
            prior: None,
            prior_beside: None,
            prior_moves: PriorMoves::default(),
            tags: TagWindow::default(),
            session: Session::default(),
        }
    }
}

/// Settings of the GL-LCM paper, until a bundle proposes its own.
fn published_settings() -> SuppressionSettings {
    SuppressionSettings {
        steps: 50,
        leg_weight: 3.0,
        guidance: GuidanceChoice::Leg,
        sampler: SamplerChoice::Lcm,
        clipping: ClippingChoice::Dynamic,
        fusion: FusionChoice::Poisson,
        output: OutputGrid::Native,
        seed: 0,
    }
}

impl AppState {
    /// The study shown, where it is open.
    pub fn study(&self) -> Option<&OpenStudy> {
        self.studies.get(self.current)?.open()
    }

    /// The study shown, to be changed by commands.
    pub(super) fn study_mut(&mut self) -> Option<&mut OpenStudy> {
        self.studies.get_mut(self.current)?.open_mut()
    }

    /// The open study of this file, shown or not.
    pub fn study_with(&self, file_id: FileId) -> Option<&OpenStudy> {
        let mut open = self.studies.iter().filter_map(Study::open);
        open.find(|study| study.file_id == file_id)
    }

    /// Place on the list of this file, where it is on the list.
    pub fn index_of(&self, file_id: FileId) -> Option<usize> {
        let mut files = self.studies.iter();
        files.position(|study| study.file_id == file_id)
    }

    /// The result on the screen.
    pub fn shown_result(&self) -> Option<ResultId> {
        let study = self.study()?;
        Some(ResultId {
            study: study.file_id,
            run: study.runs.shown()?.number,
        })
    }

    /// The entry of this file, where it is on the list.
    pub fn listed(&self, file_id: FileId) -> Option<&Study> {
        self.studies.get(self.index_of(file_id)?)
    }

    /// The file shown.
    pub fn current_file(&self) -> Option<FileId> {
        Some(self.studies.get(self.current)?.file_id)
    }

    /// The open study of this file, to be changed by events.
    pub(super) fn study_with_mut(&mut self, file_id: FileId) -> Option<&mut OpenStudy> {
        let mut open = self.studies.iter_mut().filter_map(Study::open_mut);
        open.find(|study| study.file_id == file_id)
    }

    /// Nothing that tells whose pictures these are may be on the screen.
    pub fn is_patient_hidden(&self) -> bool {
        self.privacy == Privacy::Hidden
    }

    /// How a study is called on the screen: its file, or its number where file names are hidden.
    pub fn study_name(&self, index: usize) -> String {
        match self.studies.get(index) {
            Some(study) if !self.is_patient_hidden() => study.name(),
            _ => format!("Image {}", index + 1),
        }
    }

    /// How the study of this file is called on the screen; empty where it is not on the list.
    pub fn name_of(&self, file_id: FileId) -> String {
        let index = self.index_of(file_id);
        index.map_or_else(String::new, |index| self.study_name(index))
    }

    /// A path as it may be shown.
    pub fn shown_path(&self, path: &Path) -> String {
        if self.is_patient_hidden() {
            HIDDEN.to_owned()
        } else {
            path.display().to_string()
        }
    }

    /// Settings of the study shown, as the panel shows them.
    pub fn settings(&self) -> &SuppressionSettings {
        let own = self.study().and_then(|study| study.settings.as_ref());
        own.unwrap_or(&self.last_settings)
    }

    /// Gives the study shown settings of its own; studies that have none yet follow them.
    pub(super) fn set_settings(&mut self, settings: SuppressionSettings) {
        if let Some(study) = self.study_mut() {
            study.settings = Some(settings.clone());
        }
        self.last_settings = settings;
    }

    /// Why the result on the screen is not what its study is set to; `None` where it is.
    pub fn stale_text(&self) -> Option<&'static str> {
        self.stale_text_of(self.study()?)
    }

    /// The picture that keys speak of: the one last under the pointer, where it is on the screen.
    pub fn active_content(&self) -> Content {
        let shown = self.layout.contents();
        let is_shown = shown.contains(&self.active);
        let first = shown.first().copied().unwrap_or_default();
        if is_shown { self.active } else { first }
    }

    /// The picture whose window is shown and set: the one that keys speak of where it has a window, else the first on
    /// the screen that has.
    pub fn windowed_content(&self) -> Content {
        let active = [self.active_content()].into_iter();
        let mut candidates = active.chain(self.layout.contents().iter().copied());
        let windowed = candidates.find(|content| content.has_window());
        windowed.unwrap_or(Content::Original)
    }
}
