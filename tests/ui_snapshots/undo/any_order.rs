//! Whatever is done in whatever order: taken back step by step it leads to the beginning, taken again to the end.

use crate::fake::Window;
use crate::phantom::{SIDE, radiograph, result};
use diaphane::measure::{Grip, Measure, MeasureId, Point, Shape};
use diaphane::radiograph::{BrushEffect, PixelSpacing, Polarity, Voi};
use diaphane::ui::{
    BrowseCommand, Compare, CompareTool, Content, CountScale, DragSpeed, FileId, Layout, Link,
    Links, Look, MaskCommand, MeasureCommand, OpenStudy, ResultScales, Rings, SeedMode, Tool,
    Turning, UiCommand, WindowDrag,
};
use diaphane::worker::{EventKind, SuppressionSettings};
use rand::Rng as _;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use std::sync::Arc;

/// Everything undo answers for, as a reader sees it.
#[derive(Debug, Clone, PartialEq)]
struct Seen {
    layout: Layout,
    compare: Compare,
    links: Links,
    outline: bool,
    rings: Rings,
    counts: CountScale,
    is_absolute: bool,
    seeds: (SeedMode, usize),
    prior: Option<FileId>,
    studies: Vec<SeenStudy>,
}

/// What it answers for of one study.
#[derive(Debug, Clone, PartialEq)]
struct SeenStudy {
    looks: Vec<(Voi, bool, String)>,
    limit: Option<f64>,
    scales: ResultScales,
    polarity: Polarity,
    settings: Option<SuppressionSettings>,
    /// Numbers of the results, and whether each is to be kept.
    runs: Vec<(u64, bool)>,
    shown: Option<u64>,
    rival: Option<u64>,
    mask: Option<u64>,
    measures: Vec<Measure>,
    calibration: Option<PixelSpacing>,
}

fn seen(window: &Window) -> Seen {
    let state = window.state();
    let studies = state.studies.iter().filter_map(|study| study.open());
    Seen {
        layout: state.layout,
        compare: state.compare,
        links: state.links,
        outline: state.outline_visible,
        rings: state.rings,
        counts: state.counts,
        is_absolute: state.difference_is_absolute,
        seeds: (state.seed, state.num_seeds),
        prior: state.prior,
        studies: studies.map(seen_of).collect(),
    }
}

fn seen_of(study: &OpenStudy) -> SeenStudy {
    let of = |content| {
        let Look {
            voi,
            inverted,
            orientation,
            ..
        } = study.looks.of(content).clone();
        (voi, inverted, orientation.text().to_owned())
    };
    let runs = study.runs.all().iter();
    SeenStudy {
        looks: Content::ALL.into_iter().map(of).collect(),
        limit: study.difference_limit,
        scales: study.result_scales,
        polarity: study.radiograph.polarity,
        settings: study.settings.clone(),
        runs: runs.map(|run| (run.number, run.pinned)).collect(),
        shown: study.runs.shown().map(|run| run.number),
        rival: study.runs.rival().map(|run| run.number),
        mask: study.mask.as_ref().map(|mask| mask.number),
        measures: study.measures.to_vec(),
        calibration: study.calibration,
    }
}

/// A model and three studies, each with results at LEG weights 3 and 5.
fn three_studies() -> Window {
    let mut window = Window::new().with_study();
    for name in ["first", "second", "third"] {
        if name != "first" {
            window.apply(UiCommand::ShowRadiograph(Arc::new(radiograph(name))));
        }
        for leg_weight in [3.0, 5.0] {
            window.apply(UiCommand::EditSettings(with_weight(&window, leg_weight)));
            window.apply(UiCommand::Suppress);
            let (job, settings) = window.newest_request();
            window.report(job.id(), EventKind::Suppressed(Arc::new(result(settings))));
        }
    }
    window
}

fn with_weight(window: &Window, leg_weight: f64) -> SuppressionSettings {
    SuppressionSettings {
        leg_weight,
        ..window.state().settings().clone()
    }
}

/// Anything that changes what is seen.
fn looks(random: &mut ChaCha8Rng) -> UiCommand {
    let layouts = [Layout::Single, Layout::Stacked, Layout::Four];
    let tools = [CompareTool::Wipe, CompareTool::Lens];
    let turns = [
        Turning::Left,
        Turning::Right,
        Turning::Across,
        Turning::Down,
    ];
    let scales = [CountScale::Root, CountScale::Logarithm];
    let drag = WindowDrag {
        wider: random.random_range(-30.0..30.0),
        darker: random.random_range(-30.0..30.0),
        speed: DragSpeed::of(random.random(), random.random()),
    };
    match random.random_range(0..16) {
        0 => UiCommand::SetLayout(layouts[random.random_range(0..3)]),
        1 => UiCommand::ToggleCompareTool(tools[random.random_range(0..2)]),
        2 => UiCommand::MoveSuppression(-0.1),
        3 | 4 => UiCommand::SetLink(Link::ALL[random.random_range(0..4)].0, random.random()),
        5 => UiCommand::ToggleOutline,
        6 => UiCommand::SetDifferenceLimit(f64::from(random.random_range(1..50))),
        7 => UiCommand::Turn(turns[random.random_range(0..4)]),
        8 => UiCommand::ToggleInvert,
        9 => UiCommand::ResetView,
        10 => UiCommand::ToggleMarks,
        11 => UiCommand::SetCountScale(scales[random.random_range(0..2)]),
        12 => UiCommand::SetDifferenceAbsolute(random.random()),
        13 => UiCommand::SetWindowNumber(random.random_range(0..4)),
        14 => UiCommand::SetVoi(Voi::covering(0.0, f64::from(random.random_range(9..99)))),
        _ => UiCommand::DragWindow(Content::ALL[random.random_range(0..5)], drag),
    }
}

/// Anything that changes what is made, and which of it is shown.
fn runs(random: &mut ChaCha8Rng, window: &Window) -> UiCommand {
    let number = random.random_range(1..=2);
    let weight = f64::from(random.random_range(2..9));
    match random.random_range(0..13) {
        0 | 1 => UiCommand::EditSettings(with_weight(window, weight)),
        2 => UiCommand::ReleaseSettings,
        3 => UiCommand::ResetSettings,
        4 => UiCommand::DrawSeed,
        5 => UiCommand::SetSeedMode([SeedMode::Locked, SeedMode::Drawn][random.random_range(0..2)]),
        6 => UiCommand::SetNumSeeds(random.random_range(1..4)),
        7 | 8 => UiCommand::ShowRun(number),
        9 => UiCommand::CompareWithRun(random.random::<bool>().then_some(number)),
        10 => UiCommand::PinRun(number, random.random()),
        11 if random.random_bool(0.3) => UiCommand::ForgetRun(number),
        _ => UiCommand::TurnPolarity,
    }
}

fn point(random: &mut ChaCha8Rng) -> Point {
    let side = 0.0..SIDE as f64;
    Point::new(random.random_range(side.clone()), random.random_range(side))
}

fn draw(tool: Tool, random: &mut ChaCha8Rng, window: &Window) -> Vec<MeasureCommand> {
    let take = (window.state().measuring.tool != Some(tool)).then_some(MeasureCommand::Take(tool));
    let num_points = tool.num_points().unwrap_or(3);
    let points = (0..num_points).map(|_| MeasureCommand::Place(point(random)));
    take.into_iter().chain(points).collect()
}

/// Anything that changes measures.
fn measures(random: &mut ChaCha8Rng, window: &Window) -> Vec<UiCommand> {
    use MeasureCommand as M;
    let measures = window.state().study().map(|study| study.measures.to_vec());
    let measures = measures.unwrap_or_default();
    let any: Option<MeasureId> = measures
        .get(random.random_range(0..measures.len().max(1)))
        .map(|measure| measure.id);
    let is_length = |measure: &&Measure| matches!(measure.shape, Shape::Length { .. });
    let length = measures.iter().find(is_length).map(|measure| measure.id);
    let words = format!("words {}", random.random_range(0..9));
    let commands = match (random.random_range(0..9), any) {
        (0, Some(id)) => vec![M::Select(Some(id)), M::Delete],
        (1, Some(id)) => vec![
            M::Grab {
                id,
                grip: Grip::Whole,
                from: point(random),
            },
            M::Drag(point(random)),
            M::Release,
        ],
        (2, Some(id)) => vec![M::Type(id, words), M::EndTyping],
        (3, Some(id)) => {
            // Left unended: another study is chosen.
            let further = random.random_range(1..3);
            let other = UiCommand::SelectStudy((window.state().current + further) % 3);
            return vec![UiCommand::Measure(M::Type(id, words)), other];
        }
        (4, _) if length.is_some() => vec![
            M::Select(length),
            M::SetTrueLength(f64::from(random.random_range(5..90))),
            M::Calibrate,
        ],
        (5, _) => vec![M::ForgetCalibration],
        (6, _) => draw(Tool::Polygon, random, window)
            .into_iter()
            .chain([M::Finish])
            .collect(),
        (7, _) => draw(Tool::Angle, random, window),
        _ => draw(Tool::Length, random, window),
    };
    let mut commands: Vec<UiCommand> = commands.into_iter().map(UiCommand::Measure).collect();
    if window.state().measuring.typing.is_some() {
        commands.insert(0, UiCommand::Measure(M::EndTyping));
    }
    commands
}

/// A stroke over the mask, or the mask that was found.
fn mask(random: &mut ChaCha8Rng, window: &Window) -> Vec<UiCommand> {
    if random.random_bool(0.2) {
        return vec![UiCommand::Mask(MaskCommand::Forget)];
    }
    let effects = [BrushEffect::Paint, BrushEffect::Erase];
    let effect = effects[random.random_range(0..2)];
    let take_up = (!window.state().masking.is_on).then_some(MaskCommand::Toggle);
    let stroke = [
        MaskCommand::SetRadius(random.random_range(2.0..9.0)),
        MaskCommand::Begin(effect, point(random)),
        MaskCommand::Extend(point(random)),
        MaskCommand::End,
        MaskCommand::Toggle,
    ];
    let all = take_up.into_iter().chain(stroke);
    all.map(UiCommand::Mask).collect()
}

fn anything(random: &mut ChaCha8Rng, window: &Window) -> Vec<UiCommand> {
    let index = random.random_range(0..3);
    match random.random_range(0..12) {
        0..=3 => vec![looks(random)],
        4 | 5 => vec![runs(random, window)],
        6..=8 => measures(random, window),
        9 => mask(random, window),
        10 => vec![UiCommand::SelectStudy(index)],
        _ => {
            let prior = random.random::<bool>().then_some(index);
            vec![UiCommand::Browse(BrowseCommand::SetPrior(prior))]
        }
    }
}

/// Without a frame between: thousands of them would take minutes.
fn ask(window: &mut Window, command: UiCommand) {
    let app = window.harness.state_mut();
    app.apply(command);
    app.apply(UiCommand::EndGesture);
}

#[test]
fn any_sequence_is_taken_back_step_by_step_and_taken_again() {
    for seed in 0..6 {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut window = three_studies();
        let mut trace = vec![seen(&window)];
        while trace.len() < 120 {
            for command in anything(&mut random, &window) {
                ask(&mut window, command);
                let now = seen(&window);
                if trace.last() != Some(&now) {
                    trace.push(now);
                }
            }
            if random.random_bool(0.1) && trace.len() > 1 {
                ask(&mut window, UiCommand::Undo);
                trace.pop();
                assert_eq!(trace.last(), Some(&seen(&window)), "seed {seed}");
            }
        }
        window.harness.run();
        for expected in trace.iter().rev().skip(1) {
            let name = window.state().undo.undo_name();
            ask(&mut window, UiCommand::Undo);
            assert_eq!(seen(&window), *expected, "seed {seed}, {name:?} back");
        }
        for expected in &trace[1..] {
            let name = window.state().undo.redo_name();
            ask(&mut window, UiCommand::Redo);
            assert_eq!(seen(&window), *expected, "seed {seed}, {name:?} again");
        }
        assert_eq!(window.state().undo.redo_name(), None, "seed {seed}");
        window.harness.run();
    }
}
