//! One region of the study shown under several settings, side by side: what is asked for, and what is there.

mod axis;
mod cost;
mod picture;

use super::file_id::FileId;
use super::masking::MaskVersion;
use super::running_job::RunningJob;
use super::state::AppState;
use super::study::OpenStudy;
use crate::radiograph::{FloatImage, PixelRect, Radiograph};
use crate::worker::{JobId, SuppressionResult, SuppressionSettings, SweepCell};
use std::sync::Arc;

pub use axis::{AxisError, SweepAxes, SweepParameter, SweepValue};
pub use picture::SweepPicture;

/// Memory that the pictures of one grid may take, bytes. A picture is the region in 32 bits: a region of 1000 x 800
/// pixels takes 3.1 MiB, 25 of them 76 MiB.
const MOST_BYTES: usize = 512 << 20;

/// What a person asked of the grid.
#[derive(Debug, Clone, PartialEq)]
pub enum SweepCommand {
    /// Open the window of the grid, or close it; what is being made stops.
    Toggle,
    /// Vary these two settings.
    SetAxes(SweepAxes),
    /// The values of this setting were written so far.
    Type(SweepParameter, String),
    /// This part of the study is in the view in use.
    See(Option<PixelRect>),
    /// Make the grid.
    Start,
    /// Stop; what is made stays.
    Cancel,
    /// Take over the settings of this cell and show its whole picture.
    Adopt(usize),
}

/// How the region of a grid was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegionOrigin {
    /// By the measure of this name.
    Measure(String),
    /// By what is in the view.
    View,
}

/// The window of the grid.
#[derive(Debug, Clone, Default)]
pub struct Sweep {
    /// The window is open.
    pub is_open: bool,
    /// Which settings are varied.
    pub axes: SweepAxes,
    /// Part of the study in the view in use, while the window is open.
    pub seen: Option<PixelRect>,
    /// The grid that was asked for last.
    pub grid: Option<SweepGrid>,
    /// The job that makes it.
    pub running: Option<RunningJob>,
    /// The job made room for a run that somebody waits for.
    pub is_deferred: bool,
    /// What the reader wrote for each setting; where nothing, values round the study's own are proposed.
    typed: [Option<String>; SweepParameter::ALL.len()],
    num_grids: u64,
}

impl Sweep {
    /// The grid is being made.
    pub fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// Whether this job makes the grid.
    pub(super) fn has(&self, job: JobId) -> bool {
        let running = self.running.as_ref();
        running.is_some_and(|running| running.handle.id() == job)
    }

    /// Takes what was written for a setting.
    pub(super) fn type_values(&mut self, parameter: SweepParameter, text: String) {
        self.typed[parameter as usize] = Some(text);
    }

    /// A new grid is being made by this job.
    pub(super) fn begin(&mut self, grid: SweepGrid, job: RunningJob) {
        self.stop();
        self.num_grids += 1;
        self.grid = Some(SweepGrid {
            number: self.num_grids,
            ..grid
        });
        self.running = Some(job);
    }

    /// Stops the job, where one runs; what is made stays.
    pub(super) fn stop(&mut self) {
        self.is_deferred = false;
        if let Some(job) = self.running.take() {
            job.handle.cancel();
        }
    }
}

/// A grid of pictures, row by row; some may still be missing.
#[derive(Debug, Clone)]
pub struct SweepGrid {
    /// Its number among all grids, from 1.
    pub number: u64,
    /// The study it is of.
    pub study: FileId,
    /// The part of the study it shows.
    pub region: PixelRect,
    /// Values from left to right.
    pub columns: Vec<SweepValue>,
    /// Values from top to bottom.
    pub rows: Vec<SweepValue>,
    /// Everything that is not varied.
    pub settings: SuppressionSettings,
    /// Pictures averaged in each cell.
    pub num_seeds: usize,
    /// The mask the reader drew.
    pub mask: Option<MaskVersion>,
    /// The picture of each cell.
    pub cells: Vec<Option<SweepPicture>>,
    radiograph: Arc<Radiograph>,
    bundle_sha256: String,
}

impl SweepGrid {
    /// Settings of a cell; `None` where there is no such cell.
    pub fn settings_of(&self, index: usize) -> Option<SuppressionSettings> {
        let (row, column) = self.values_of(index)?;
        let mut settings = self.settings.clone();
        row.apply(&mut settings);
        column.apply(&mut settings);
        Some(settings)
    }

    /// What tells a cell from the others, in words.
    pub fn name_of(&self, index: usize) -> Option<String> {
        let (row, column) = self.values_of(index)?;
        Some(format!("{}, {}", column.name(), row.name()))
    }

    /// Values of a cell's row and column.
    fn values_of(&self, index: usize) -> Option<(SweepValue, SweepValue)> {
        let num_columns = self.columns.len().max(1);
        let row = self.rows.get(index / num_columns)?;
        let column = self.columns.get(index % num_columns)?;
        Some((*row, *column))
    }

    /// Settings of every cell.
    pub(super) fn all_settings(&self) -> Vec<SuppressionSettings> {
        let all = 0..self.cells.len();
        all.filter_map(|index| self.settings_of(index)).collect()
    }

    /// Takes a picture in.
    pub(super) fn keep(&mut self, cell: Arc<SweepCell>) {
        if let Some(slot) = self.cells.get_mut(cell.index) {
            *slot = Some(SweepPicture::new(cell, self.region, &self.radiograph));
        }
    }

    /// Mean absolute difference of a cell from a soft-tissue image of the study, modality values; `None` where the
    /// cell is not there.
    pub fn difference_from(&self, index: usize, soft_tissue: &FloatImage) -> Option<f64> {
        let cell = self.cells.get(index)?.as_ref()?.soft_tissue();
        let PixelRect {
            row, col, width, ..
        } = self.region;
        let mut sum = 0.0;
        for (below, ours) in cell.values().chunks(width.max(1)).enumerate() {
            let theirs = soft_tissue.row(row + below)?.get(col..col + width)?;
            let pairs = ours.iter().zip(theirs);
            sum += pairs.map(|(a, b)| f64::from((a - b).abs())).sum::<f64>();
        }
        Some(sum / self.region.num_pixels().max(1) as f64)
    }

    /// Memory of all its pictures, bytes.
    fn num_bytes(&self) -> usize {
        self.cells.len() * self.region.num_pixels() * size_of::<f32>()
    }

    /// The study still shows what the grid was made of, and the model is the one that made it.
    pub(super) fn fits(&self, study: &OpenStudy, bundle_sha256: Option<&str>) -> bool {
        study.file_id == self.study
            && Arc::ptr_eq(&study.radiograph, &self.radiograph)
            && bundle_sha256 == Some(&self.bundle_sha256)
    }
}

impl AppState {
    /// The grid of the study shown.
    pub fn sweep_grid(&self) -> Option<&SweepGrid> {
        let file_id = self.study()?.file_id;
        let grid = self.sweep.grid.as_ref();
        grid.filter(|grid| grid.study == file_id)
    }

    /// Values of a setting as they are written, or as they are proposed.
    pub fn sweep_text(&self, parameter: SweepParameter) -> String {
        let typed = self.sweep.typed[parameter as usize].clone();
        typed.unwrap_or_else(|| parameter.proposed(self.settings(), self.num_seeds))
    }

    /// The part of the study that a grid would show, and how it was chosen: by the closed measure that is selected, or
    /// by what is in the view.
    pub fn sweep_region(&self) -> Option<(PixelRect, RegionOrigin)> {
        let study = self.study()?;
        let size = study.radiograph.size();
        let selected = self.measuring.selected;
        let mut measures = study.measures.iter();
        let chosen = measures.find(|measure| Some(measure.id) == selected);
        if let Some(measure) = chosen.filter(|measure| measure.shape.region().is_some()) {
            let points = measure.shape.points();
            let corners = points.iter().fold(None, |corners, point| {
                let [low, high] = corners.unwrap_or([[point.x, point.y]; 2]);
                Some([
                    [low[0].min(point.x), low[1].min(point.y)],
                    [high[0].max(point.x), high[1].max(point.y)],
                ])
            });
            if let Some(rect) = PixelRect::touched(corners?, size) {
                return Some((rect, RegionOrigin::Measure(measure.name())));
            }
        }
        let seen = self.sweep.seen.filter(|seen| seen.is_within(size))?;
        Some((seen, RegionOrigin::View))
    }

    /// The grid that is asked for, still without pictures.
    ///
    /// # Errors
    /// A sentence where it cannot be made as it is asked for.
    pub(super) fn asked_sweep(&self) -> Result<SweepGrid, String> {
        let study = self.study().ok_or("Open a chest radiograph first.")?;
        let bundle = self.bundle.as_ref().filter(|_| self.loading.is_none());
        let bundle =
            bundle.ok_or("No model is loaded; open a bundle with File > Open model bundle.")?;
        let (region, _) = self
            .sweep_region()
            .ok_or("Nothing of the picture is in view; draw a rectangle, or press F.")?;
        let values = |parameter: SweepParameter| {
            let parsed = parameter.parse(&self.sweep_text(parameter), self.settings());
            parsed.map_err(|err| format!("{}: {err}.", parameter.name()))
        };
        let columns = values(self.sweep.axes.columns())?;
        let rows = values(self.sweep.axes.rows())?;
        let grid = SweepGrid {
            number: 0,
            study: study.file_id,
            region,
            cells: vec![None; columns.len() * rows.len()],
            columns,
            rows,
            settings: self.settings().clone(),
            num_seeds: self.num_seeds,
            mask: study.mask.clone(),
            radiograph: Arc::clone(&study.radiograph),
            bundle_sha256: bundle.sha256.clone(),
        };
        if grid.num_bytes() > MOST_BYTES {
            return Err(format!(
                "These pictures would take {}, the most is {}; draw a smaller rectangle or write fewer values.",
                memory_text(grid.num_bytes()),
                memory_text(MOST_BYTES)
            ));
        }
        Ok(grid)
    }

    /// What a grid would take: pictures, time where a run was measured, memory.
    pub(super) fn sweep_cost(&self, grid: &SweepGrid) -> SweepCost {
        let measured = self.study().into_iter().chain(self.other_studies());
        let runs = measured.flat_map(|study| study.runs.all().iter().rev());
        let results: Vec<&SuppressionResult> = runs.map(|run| run.result.as_ref()).collect();
        let like = cost::Likeness {
            settings: &grid.settings,
            bundle: self.bundle.as_ref(),
        };
        let times = cost::RunTimes::measured(&results, like);
        SweepCost {
            num_pictures: grid.cells.len(),
            secs: times.map(|times| times.sweep_secs(&grid.all_settings(), grid.num_seeds)),
            memory: memory_text(grid.num_bytes()),
        }
    }

    fn other_studies(&self) -> impl Iterator<Item = &OpenStudy> {
        let shown = self.study().map(|study| study.file_id);
        let open = self.studies.iter().filter_map(super::study::Study::open);
        open.filter(move |study| Some(study.file_id) != shown)
    }
}

/// What a grid takes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SweepCost {
    pub num_pictures: usize,
    /// About; `None` before a run was measured.
    pub secs: Option<f64>,
    /// Memory in words.
    pub memory: String,
}

fn memory_text(num_bytes: usize) -> String {
    let mib = num_bytes as f64 / f64::from(1 << 20);
    if mib < 1.0 {
        format!("{} KiB", num_bytes.div_ceil(1 << 10))
    } else if mib < 10.0 {
        format!("{mib:.1} MiB")
    } else {
        format!("{mib:.0} MiB")
    }
}
