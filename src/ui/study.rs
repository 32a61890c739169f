//! A file in the window: what became of it, and how its radiograph is looked at.

use super::camera::ImageExtent;
use super::file_doubts::{doubts_of_file, kind_doubts};
use super::file_id::FileId;
use super::folder_facts::FolderFacts;
use super::given_up::GivenUp;
use super::kept_results::KeptRecord;
use super::look::{Content, Look, Looks};
use super::masking::MaskVersion;
use super::measuring::MeasureRecord;
use super::preview::Preview;
use super::result_scales::{ResultScales, automatic_limit};
use super::runs::{Runs, Shown};
use super::session::{BundleSettings, SavedView};
use super::window_level::{is_falling, nearest_window};
use crate::display::Histogram;
use crate::formats::Identity;
use crate::measure::Measure;
use crate::radiograph::{
    FloatImage, PixelSpacing, Polarity, Radiograph, Raster, StudyInfo, Voi, VoiFunction, Warning,
};
use crate::worker::{SuppressionResult, SuppressionSettings};
use std::path::PathBuf;
use std::sync::Arc;

/// Bins of the histograms: as many as points in the panel that shows them.
const NUM_BINS: usize = 256;

/// A radiograph that is open, and how it is looked at.
#[derive(Debug, Clone)]
pub struct OpenStudy {
    /// The radiograph.
    pub radiograph: Arc<Radiograph>,
    /// How far the disk has the result that is shown.
    pub(super) kept: KeptRecord,
    /// What the reader said of its folder, as far as it is in the radiograph.
    pub(super) folder_facts: FolderFacts,
    /// The reader exchanged its black and white, against what file and folder say.
    pub(super) is_turned: bool,
    /// The file on the list that it is of.
    pub file_id: FileId,
    /// How each of its pictures is looked at.
    pub looks: Looks,
    /// Difference in the end colours of the map, modality units; `None` is the study's default.
    pub difference_limit: Option<f64>,
    /// Ends of the scales of what belongs to results.
    pub result_scales: ResultScales,
    /// What was made of it, and which of these is shown.
    pub runs: Runs,
    /// Range of the modality values without padding.
    pub modality_range: (f64, f64),
    /// How often each modality value occurs.
    pub histogram: Arc<Histogram>,
    /// Settings of this study once one was moved or it was suppressed; until then those last used.
    pub settings: Option<SuppressionSettings>,
    /// What the file makes one doubt, cautions first.
    pub doubts: Vec<Warning>,
    /// Why the networks may not be made for this radiograph; empty where they are.
    pub kind_doubts: Vec<Warning>,
    /// The reader was asked about `kind_doubts` and said yes.
    pub suppress_anyway: bool,
    /// The lung mask the reader drew, which the next run is given.
    pub mask: Option<MaskVersion>,
    /// The lung mask that was found to begin drawing with.
    pub segmented: Option<MaskVersion>,
    /// What the reader drew.
    pub measures: Arc<Vec<Measure>>,
    /// The reader marked it as a key image.
    pub is_key_image: bool,
    /// Size of a pixel by a length that the reader stated
    pub calibration: Option<PixelSpacing>,
    /// What is known about the measures beside themselves.
    pub measure_record: MeasureRecord,
}

impl OpenStudy {
    /// A study as it is first shown.
    pub fn new(radiograph: Arc<Radiograph>) -> Self {
        let modality_range = radiograph.modality_range();
        Self {
            kept: KeptRecord::default(),
            folder_facts: FolderFacts::default(),
            is_turned: false,
            file_id: FileId::fresh(),
            looks: Looks::new(&Look::new(loaded_voi(&radiograph, modality_range))),
            difference_limit: None,
            result_scales: ResultScales::default(),
            doubts: doubts_of_file(&radiograph),
            kind_doubts: kind_doubts(&radiograph),
            histogram: Arc::new(Histogram::of_radiograph(
                &radiograph,
                modality_range,
                NUM_BINS,
            )),
            radiograph,
            runs: Runs::default(),
            modality_range,
            settings: None,
            suppress_anyway: false,
            mask: None,
            segmented: None,
            measures: Arc::default(),
            is_key_image: false,
            calibration: None,
            measure_record: MeasureRecord::default(),
        }
    }

    /// The result on the screen.
    pub fn result(&self) -> Option<&Arc<SuppressionResult>> {
        self.runs.shown().map(|run| &run.result)
    }

    /// Takes in a new result and the mask it was given, and shows it.
    pub(super) fn keep(&mut self, result: Arc<SuppressionResult>, mask: Option<MaskVersion>) {
        let range = self.modality_range;
        let values = &result.soft_tissue;
        let shown = Shown {
            histogram: Histogram::of_values(values, &self.radiograph, range, NUM_BINS),
            difference_limit: self.difference_limit_of(values),
        };
        self.runs.push(result, mask, shown);
    }

    /// Where the scale of the difference between the original and `soft_tissue` ends by itself, modality units.
    fn difference_limit_of(&self, soft_tissue: &FloatImage) -> Option<f64> {
        let (width, height) = soft_tissue.size();
        let difference = |index: usize| {
            let (row, col) = (index / width.max(1), index % width.max(1));
            let stored = self.radiograph.stored.get(row, col)?;
            let soft = soft_tissue.get(row, col)?;
            Some(soft - self.radiograph.modality.apply(stored) as f32)
        };
        automatic_limit(width * height, |i| difference(i).unwrap_or_default().abs())
    }

    /// Its pixels as this picture of it is turned; pixels of a shape no detector has count as square.
    pub fn extent(&self, content: Content) -> ImageExtent {
        let (width, height) = self.radiograph.size();
        let aspect = self.radiograph.pixel_aspect();
        let is_usable = (0.1..=10.0).contains(&aspect);
        ImageExtent {
            size: [width as f32, height as f32],
            pixel_aspect: if is_usable { aspect as f32 } else { 1.0 },
            orientation: self.looks.of(content).orientation,
        }
    }

    /// Everything as it was first shown; the results stay.
    pub fn reset_view(&mut self) {
        self.looks = Looks::new(&Look::new(self.loaded_voi()));
        self.difference_limit = None;
        self.result_scales = ResultScales::default();
    }

    /// Exchanges black and white of the picture itself; what was made of it waits until it is turned back.
    pub(super) fn turn_polarity(&mut self) {
        self.radiograph = Arc::new(self.radiograph.with_polarity_turned());
        self.is_turned = !self.is_turned;
        self.doubts = doubts_of_file(&self.radiograph);
        self.runs.turn();
        self.segmented = None;
    }

    /// Values of interest as the file has them.
    pub fn loaded_voi(&self) -> Voi {
        loaded_voi(&self.radiograph, self.modality_range)
    }

    /// Low values are white on the screen now, in this picture.
    pub fn low_is_white(&self, content: Content) -> bool {
        (self.radiograph.polarity == Polarity::LowIsWhite) != self.looks.of(content).inverted
    }

    /// Lower modality values are the brighter ones in the file itself: by its polarity, or by a VOI LUT that falls.
    pub fn low_is_bright(&self) -> bool {
        let falls = self.radiograph.vois.first().is_some_and(is_falling);
        (self.radiograph.polarity == Polarity::LowIsWhite) != falls
    }

    /// Difference that takes the end colours of the map: nearly all of that of the result shown, or without one a quarter
    /// of the file's own window.
    pub fn default_difference_limit(&self) -> f64 {
        if let Some(limit) = self.runs.shown().and_then(|run| run.difference_limit) {
            return limit;
        }
        match nearest_window(&self.loaded_voi()) {
            Voi::Window { width, .. } => 0.25 * width,
            Voi::Lut(_) => 1.0,
        }
    }
}

pub(super) fn loaded_voi(radiograph: &Radiograph, (low, high): (f64, f64)) -> Voi {
    let whole_range = || Voi::Window {
        center: 0.5 * (low + high),
        width: (high - low).max(f64::MIN_POSITIVE),
        function: VoiFunction::LinearExact,
        explanation: String::new(),
    };
    radiograph.vois.first().cloned().unwrap_or_else(whole_range)
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

/// One entry of the study browser.
#[derive(Debug, Clone)]
pub struct Study {
    /// By which it is known, wherever on the list it stands.
    pub(super) file_id: FileId,
    /// The file.
    pub path: PathBuf,
    /// Its content.
    pub content: StudyContent,
    /// Whose picture it is, once it was read: kept when the content is given up.
    pub(super) identity: Option<Identity>,
    /// Cautions that its file gives; kept like `identity`.
    pub(super) num_cautions: usize,
    /// Patient and acquisition, once the file was read; kept like `identity`.
    pub info: Option<StudyInfo>,
    /// The picture in small, once it was made; kept like `identity`.
    pub thumbnail: Option<Arc<Raster<u8>>>,
    /// It was marked as a key image when its file was last looked at.
    was_key_image: bool,
    /// How it was looked at before the program ended, until it is open again.
    pub(super) restored: Option<SavedView>,
    /// The disk is to be asked for the result it had before the program ended, once it is open again.
    pub(super) wants_result: bool,
    /// Settings it had with a bundle that is not loaded, or not yet.
    pub(super) waiting_settings: Option<BundleSettings>,
    /// What else the reader set, where it was given up to save memory, until it is open again.
    pub(super) given_up: Option<Box<GivenUp>>,
}

impl Study {
    /// A file that was not read yet.
    pub(super) fn unread(path: PathBuf) -> Self {
        Self {
            file_id: FileId::fresh(),
            path,
            content: StudyContent::Unread,
            identity: None,
            num_cautions: 0,
            info: None,
            thumbnail: None,
            was_key_image: false,
            restored: None,
            wants_result: false,
            waiting_settings: None,
            given_up: None,
        }
    }

    /// By which it is known, wherever on the list it stands.
    pub fn file_id(&self) -> FileId {
        self.file_id
    }

    /// Gives its pixels up to save memory; how it was looked at, and what else the reader set, stays.
    pub(super) fn give_up(&mut self, view: Option<SavedView>) {
        let given_up = self.open().map(GivenUp::of);
        self.given_up = given_up.map(Box::new);
        self.was_key_image = self.is_key_image();
        self.restored = view;
        self.waiting_settings = None;
        self.content = StudyContent::Unread;
    }

    /// What was read of its file; one the graphics adapter cannot hold is refused here. A file that holds another
    /// radiograph than before is another file from now on.
    pub(super) fn fill(&mut self, mut open: Box<OpenStudy>, texture_limit: Option<u32>) {
        open.file_id = self.file_id;
        let radiograph = &open.radiograph;
        self.identity = Some(Identity::of(radiograph, &radiograph.id.0));
        self.info = Some(radiograph.info.clone());
        let (width, height) = radiograph.size();
        self.content = match texture_limit {
            Some(limit) if width.max(height) > limit as usize => StudyContent::Failed(format!(
                "{width} x {height} pixels are more than this graphics adapter can show \
                 ({limit} on a side); use the command line for this file: {}",
                radiograph.source.path.display()
            )),
            _ => StudyContent::Open(open),
        };
        let wants_result = std::mem::take(&mut self.wants_result);
        if let Some(study) = self.open_mut() {
            study.kept.is_wanted = wants_result;
        }
        if let Some(saved) = self.restored.take()
            && let Some(study) = self.open_mut()
        {
            saved.apply(study);
            self.waiting_settings = saved.of_bundle;
        }
        if let Some(given_up) = self.given_up.take()
            && let Some(study) = self.open_mut()
        {
            self.file_id = given_up.apply(study);
        }
        self.count_cautions();
    }

    /// Takes what was made beside the window; what is open knows its own file better.
    pub(super) fn take_preview(&mut self, preview: Preview) {
        let Preview {
            info,
            identity,
            num_cautions,
            thumbnail,
            is_key_image,
        } = preview;
        self.was_key_image = is_key_image;
        self.thumbnail = Some(thumbnail);
        if self.info.is_none() {
            self.info = Some(info);
            self.identity = Some(identity);
            self.num_cautions = num_cautions;
        }
    }

    /// Exchanges black and white of the picture itself, not only on the screen.
    pub(super) fn turn_polarity(&mut self) {
        if let Some(study) = self.open_mut() {
            study.turn_polarity();
        }
        // Of the picture as it was.
        self.thumbnail = None;
        self.count_cautions();
    }

    fn count_cautions(&mut self) {
        let doubts = self.open().map(|study| study.doubts.iter());
        self.num_cautions = doubts.map_or(0, |doubts| doubts.filter(|d| d.is_caution()).count());
    }

    /// A reader marked it as a key image.
    pub fn is_key_image(&self) -> bool {
        match self.open() {
            Some(open) if open.measure_record.is_loaded() => open.is_key_image,
            Some(open) => open.is_key_image || self.was_key_image,
            None => self.was_key_image,
        }
    }

    /// File name without its folder.
    pub fn name(&self) -> String {
        self.path.file_name().map_or_else(
            || self.path.display().to_string(),
            |name| name.to_string_lossy().into_owned(),
        )
    }

    /// The study, where it is open.
    pub fn open(&self) -> Option<&OpenStudy> {
        match &self.content {
            StudyContent::Open(study) => Some(study),
            _ => None,
        }
    }

    /// The study, to be changed by commands.
    pub(super) fn open_mut(&mut self) -> Option<&mut OpenStudy> {
        match &mut self.content {
            StudyContent::Open(study) => Some(study),
            _ => None,
        }
    }
}
