//! Everything the window knows, as plain data.

use super::camera::Camera;
use super::window_level::nearest_window;
use crate::radiograph::{ModalityTransform, Polarity, Radiograph, Voi, VoiFunction};
use crate::worker::{
    ClippingChoice, FusionChoice, GuidanceChoice, JobHandle, OutputGrid, Progress, SamplerChoice,
    SuppressionResult, SuppressionSettings,
};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How the views are arranged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Layout {
    /// Original and soft-tissue image.
    #[default]
    SideBySide,
    /// Soft-tissue image alone; the original while Space is held.
    Single,
    /// Original and difference.
    Difference,
    /// Original, soft-tissue image and difference.
    Three,
}

/// What "Suppress" does with the seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SeedMode {
    /// Keeps it: the same picture again.
    #[default]
    Locked,
    /// Draws a new one.
    Drawn,
}

/// How much a message weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Something was done.
    Note,
    /// Something failed.
    Failure,
}

/// A sentence for the reader, shown until dismissed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Weight.
    pub severity: Severity,
    /// What, which file, what to do.
    pub text: String,
}

/// A pixel of the current study.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PixelPosition {
    /// Row from the top, from 0.
    pub row: usize,
    /// Column from the left, from 0.
    pub col: usize,
}

/// A radiograph that is open, and how it is looked at.
#[derive(Debug, Clone)]
pub struct OpenStudy {
    /// The radiograph.
    pub radiograph: Arc<Radiograph>,
    /// Number of this open study; no two have the same.
    pub serial: u64,
    /// Values of interest as set by the reader.
    pub voi: Voi,
    /// Black and white are exchanged on the screen.
    pub inverted: bool,
    /// Zoom and pan, shared by every view.
    pub camera: Camera,
    /// The newest result.
    pub result: Option<Arc<SuppressionResult>>,
    /// Grows with every result.
    pub revision: u64,
    /// Range of the modality values without padding.
    pub modality_range: (f64, f64),
}

impl OpenStudy {
    /// A study as it is first shown.
    pub fn new(radiograph: Arc<Radiograph>) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let modality_range = modality_range(&radiograph);
        Self {
            serial: NEXT.fetch_add(1, Ordering::Relaxed),
            voi: loaded_voi(&radiograph, modality_range),
            radiograph,
            inverted: false,
            camera: Camera::default(),
            result: None,
            revision: 0,
            modality_range,
        }
    }

    /// Everything as it was first shown; the result stays.
    pub fn reset_view(&mut self) {
        self.voi = self.loaded_voi();
        self.inverted = false;
        self.camera = Camera::default();
    }

    /// Values of interest as the file has them.
    pub fn loaded_voi(&self) -> Voi {
        loaded_voi(&self.radiograph, self.modality_range)
    }

    /// Low values are white on the screen now.
    pub fn low_is_white(&self) -> bool {
        (self.radiograph.polarity == Polarity::LowIsWhite) != self.inverted
    }

    /// Difference that takes the end colours of the map: a quarter of the file's own window.
    pub fn default_difference_limit(&self) -> f64 {
        match nearest_window(&self.loaded_voi()) {
            Voi::Window { width, .. } => 0.25 * width,
            Voi::Lut(_) => 1.0,
        }
    }
}

fn loaded_voi(radiograph: &Radiograph, (low, high): (f64, f64)) -> Voi {
    let whole_range = || Voi::Window {
        center: 0.5 * (low + high),
        width: (high - low).max(f64::MIN_POSITIVE),
        function: VoiFunction::LinearExact,
        explanation: String::new(),
    };
    radiograph.vois.first().cloned().unwrap_or_else(whole_range)
}

/// Smallest and largest modality value outside padding.
fn modality_range(radiograph: &Radiograph) -> (f64, f64) {
    let (low, high) = radiograph.padding.unwrap_or((0, -1));
    let anatomy = radiograph
        .stored
        .iter()
        .filter(|v| !(low..=high).contains(v));
    let range = anatomy.fold(None, |range: Option<(i32, i32)>, v| {
        Some(range.map_or((v, v), |(a, b)| (a.min(v), b.max(v))))
    });
    let (low, high) = range.unwrap_or((0, 1));
    match &radiograph.modality {
        ModalityTransform::Rescale { slope, intercept } => {
            let ends = [low, high].map(|v| slope * f64::from(v) + intercept);
            (ends[0].min(ends[1]), ends[0].max(ends[1]))
        }
        ModalityTransform::Lut { entries, .. } => {
            let low = entries.iter().min().copied().unwrap_or(0);
            let high = entries.iter().max().copied().unwrap_or(1);
            (f64::from(low), f64::from(high))
        }
    }
}

/// What became of a file.
#[derive(Debug, Clone)]
pub enum StudyContent {
    /// Not read yet, or given up to save memory.
    Unread,
    /// Being read.
    Reading,
    /// Open.
    Open(Box<OpenStudy>),
    /// Cannot be shown; one sentence.
    Failed(String),
}

/// One entry of the study strip.
#[derive(Debug, Clone)]
pub struct Study {
    /// The file.
    pub path: PathBuf,
    /// Its content.
    pub content: StudyContent,
}

/// What the loaded bundle says about itself.
#[derive(Debug, Clone, PartialEq)]
pub struct BundleInfo {
    /// Name.
    pub name: String,
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// Device the networks run on.
    pub device: String,
}

/// A job the worker has and the window waits for.
#[derive(Debug, Clone)]
pub struct RunningJob {
    /// Cancel flag and progress slot.
    pub handle: JobHandle,
    /// Number of the study it is about; `None` for a bundle.
    pub study: Option<u64>,
    /// Newest progress, copied once a frame.
    pub progress: Option<Progress>,
}

/// What happens once, as soon as a study and a bundle are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WhenReady {
    /// Nothing: the reader presses Suppress.
    #[default]
    Wait,
    /// The study shown is suppressed.
    Suppress,
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
    /// Space is held: the original is shown in every view.
    pub peeking: bool,
    /// The lung field's outline is drawn.
    pub outline_visible: bool,
    /// Difference in the end colours of the map, modality units; `None` is the study's default.
    pub difference_limit: Option<f64>,
    /// Settings as the panel shows them.
    pub settings: SuppressionSettings,
    /// Settings the bundle proposes.
    pub defaults: SuppressionSettings,
    /// What "Suppress" does with the seed.
    pub seed: SeedMode,
    /// The loaded bundle.
    pub bundle: Option<BundleInfo>,
    /// The bundle that is being loaded.
    pub loading: Option<RunningJob>,
    /// The suppression that runs.
    pub job: Option<RunningJob>,
    /// What happens once, as soon as a study and a bundle are there.
    pub when_ready: WhenReady,
    /// Sentences not yet dismissed.
    pub messages: Vec<Message>,
    /// The help window is open.
    pub help_visible: bool,
    /// Text of the path box, where it is open.
    pub path_box: Option<String>,
    /// Pixel under the pointer.
    pub probe: Option<PixelPosition>,
    /// Zoom on the screen now, screen pixels per image pixel.
    pub zoom: f32,
    /// Largest side of a texture; `None` without a graphics adapter.
    pub texture_limit: Option<u32>,
}

impl Default for AppState {
    fn default() -> Self {
        let settings = published_settings();
        Self {
            studies: Vec::new(),
            current: 0,
            layout: Layout::default(),
            peeking: false,
            outline_visible: false,
            difference_limit: None,
            defaults: settings.clone(),
            settings,
            when_ready: WhenReady::default(),
            seed: SeedMode::default(),
            bundle: None,
            loading: None,
            job: None,
            messages: Vec::new(),
            help_visible: false,
            path_box: None,
            probe: None,
            zoom: 1.0,
            texture_limit: None,
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
        match &self.studies.get(self.current)?.content {
            StudyContent::Open(study) => Some(study),
            _ => None,
        }
    }

    /// The study shown, to be changed by commands.
    pub(super) fn study_mut(&mut self) -> Option<&mut OpenStudy> {
        match &mut self.studies.get_mut(self.current)?.content {
            StudyContent::Open(study) => Some(study),
            _ => None,
        }
    }

    /// The result on the screen was made with other settings, or is being made anew.
    pub fn is_stale(&self) -> bool {
        let Some(study) = self.study() else {
            return false;
        };
        let result = study.result.as_ref();
        result.is_some_and(|result| self.is_running(study) || result.settings != self.settings)
    }

    /// A suppression of this study runs.
    pub fn is_running(&self, study: &OpenStudy) -> bool {
        let job = self.job.as_ref();
        job.is_some_and(|job| job.study == Some(study.serial))
    }

    /// Difference in the end colours of the map for the study shown, modality units.
    pub fn shown_difference_limit(&self) -> f64 {
        let default = self
            .study()
            .map_or(1.0, OpenStudy::default_difference_limit);
        self.difference_limit.unwrap_or(default)
    }
}
