//! A sweep: cell after cell, each what a true run gives; cancelled within a step, and gone on with after making room.

use super::fake::{radiograph, settings};
use super::networks::Bench as Networks;
use super::{Bench, suppress_with};
use diaphane::radiograph::PixelRect;
use diaphane::worker::{
    EventKind, FusionChoice, JobHandle, News, Progress, Stage, SuppressionRequest,
    SuppressionSettings, SweepCell, SweepPlan, WorkerCommand,
};
use std::sync::{Arc, Mutex};

/// A sweep of the fake's eight pixels over seeds; the study's own is the second.
fn sweep_of_seeds(handle: &JobHandle, region: PixelRect) -> WorkerCommand {
    let request = SuppressionRequest::new(radiograph(), settings(2));
    let cells = [1, 2, 3].map(settings).into();
    let plan = SweepPlan::new(request, cells, region);
    WorkerCommand::Sweep(handle.clone(), Box::new(plan))
}

const REGION: PixelRect = PixelRect {
    row: 1,
    col: 1,
    width: 3,
    height: 1,
};

/// A sweep that has taken four steps and waits before the fifth.
fn after_four_steps() -> (Bench, JobHandle) {
    let bench = Bench::new();
    let handle = JobHandle::background();
    bench.worker.send(sweep_of_seeds(&handle, REGION)).unwrap();
    bench.open_gate(4);
    for _ in 0..4 {
        bench.wait_for_step();
    }
    (bench, handle)
}

#[test]
fn cancelling_stops_within_one_step_and_leaves_nothing_behind() {
    let (bench, handle) = after_four_steps();
    handle.cancel();
    bench.open_gate(2);
    let story = bench.until_end(handle.id());
    let [
        EventKind::Started,
        EventKind::SweepCellMade(cell),
        EventKind::Stopped(_),
    ] = &story[..]
    else {
        panic!("{story:?}");
    };
    assert_eq!((cell.index, cell.soft_tissue.size()), (1, (3, 1)));
    assert!(bench.steps.try_iter().count() <= 1);
    let next = JobHandle::new();
    bench.worker.send(suppress_with(&next, 7)).unwrap();
    bench.open_gate(3);
    let end = bench.until_end(next.id()).pop();
    assert!(matches!(end, Some(EventKind::Suppressed(_))));
    assert!(bench.worker.queued().is_empty());
}

#[test]
fn a_sweep_makes_room_and_goes_on_after_the_cells_it_has_made() {
    let (bench, handle) = after_four_steps();
    let urgent = JobHandle::new();
    bench.worker.send(suppress_with(&urgent, 9)).unwrap();
    bench.open_gate(30);
    let (mut made, mut was_deferred) = (Vec::new(), false);
    loop {
        let event = bench.next();
        match event.kind {
            EventKind::SweepCellMade(cell) => made.push(cell.index),
            EventKind::Deferred => was_deferred = true,
            EventKind::SweepFinished => break,
            EventKind::Failed(sentence) => panic!("{sentence}"),
            _ => {}
        }
    }
    assert!(was_deferred);
    assert_eq!(made, [1, 0, 2], "each once, the study's own first");
    let steps: Vec<u64> = bench.steps.try_iter().collect();
    let begun = steps.iter().position(|&seed| seed == 9).unwrap();
    assert!(begun <= 1, "{steps:?}");
    assert_eq!(steps[begun..], [9, 9, 9, 1, 1, 1, 3, 3, 3]);
    assert!((handle.progress().unwrap().fraction - 1.0).abs() < 1e-6);
}

#[test]
fn a_region_that_sticks_out_is_refused_in_a_sentence() {
    let bench = Bench::new();
    let handle = JobHandle::background();
    let region = PixelRect { width: 4, ..REGION };
    bench.worker.send(sweep_of_seeds(&handle, region)).unwrap();
    let end = bench.until_end(handle.id()).pop();
    assert!(matches!(end, Some(EventKind::Failed(failure)) if failure.text.contains("region")));
}

/// Every progress that a job told of, by the call that wakes the window.
#[derive(Clone, Default)]
struct Log {
    job: Arc<Mutex<Option<JobHandle>>>,
    told: Arc<Mutex<Vec<Progress>>>,
}

impl Log {
    fn note(&self, news: News) {
        if news != News::Progress {
            return;
        }
        let job = self.job.lock().unwrap();
        let progress = job.as_ref().and_then(JobHandle::progress);
        self.told.lock().unwrap().extend(progress);
    }

    /// Finished steps of a path.
    fn num_steps(&self, stage: Stage) -> usize {
        let told = self.told.lock().unwrap();
        let steps = told.iter().filter(|p| p.stage == stage && p.done > 0);
        steps.count()
    }
}

#[test]
fn a_cell_is_what_a_true_run_gives_and_a_global_path_is_walked_once() {
    let log = Log::default();
    let noting = log.clone();
    let bench = Networks::woken_by(move |news| noting.note(news));
    let mut own = bench.load(bench.bundle().into()).unwrap();
    // Poisson fusion leaves the border of the mask alone, which is all there is at 64 px.
    own.fusion = FusionChoice::Alpha;
    let cell = |leg_weight, steps| SuppressionSettings {
        leg_weight,
        steps,
        ..own.clone()
    };
    let cells = vec![cell(1.0, 2), cell(3.0, 2), cell(1.0, 3), cell(3.0, 3)];
    // The border of the left lung: there the pictures differ.
    let region = PixelRect {
        row: 10,
        col: 30,
        width: 50,
        height: 35,
    };
    let plan = SweepPlan::new(bench.request(&own), cells.clone(), region);
    let handle = JobHandle::background();
    *log.job.lock().unwrap() = Some(handle.clone());
    let made = bench.sweep(&handle, plan);
    assert_eq!(made.len(), 4);
    // Two steps and three: the global paths once each, a local path for every cell.
    assert_eq!(
        (log.num_steps(Stage::Global), log.num_steps(Stage::Local)),
        (5, 10)
    );
    let fresh = Networks::new();
    fresh.load(fresh.bundle().into()).unwrap();
    for cell in &made {
        let settings = &cells[cell.index];
        let whole = fresh.suppress(settings).soft_tissue.clone();
        assert!(
            cell.soft_tissue == whole.crop(10, 30, 50, 35),
            "{settings:?}"
        );
    }
    let of = |index: usize| {
        &made
            .iter()
            .find(|cell| cell.index == index)
            .unwrap()
            .soft_tissue
    };
    assert!(
        of(0) != of(1) && of(0) != of(2),
        "the settings change nothing"
    );
    // What is taken over finds its paths where the sweep left them.
    let whole = bench.suppress(&cells[3]);
    let mut times = whole.stage_times.iter();
    assert!(times.all(|time| time.cached || !matches!(time.stage, Stage::Global | Stage::Local)));
}

impl Networks {
    /// Runs a sweep to its end.
    fn sweep(&self, handle: &JobHandle, plan: SweepPlan) -> Vec<Arc<SweepCell>> {
        let command = WorkerCommand::Sweep(handle.clone(), Box::new(plan));
        self.worker.send(command).unwrap();
        let mut made = Vec::new();
        loop {
            let event = self.worker.recv_timeout(super::PATIENCE).unwrap();
            match event.expect("an event in time").kind {
                EventKind::SweepCellMade(cell) => made.push(cell),
                EventKind::SweepFinished => return made,
                kind if kind.is_final() => panic!("{kind:?}"),
                _ => {}
            }
        }
    }
}
