//! How much work a frame of the window costs the thread that draws it, and how long a large radiograph takes to its
//! first pixels: `cargo bench --bench window` (`--profile dev` for the build that tests use).
//!
//! The real window is driven without a screen over a radiograph of 3000 x 3000 pixels and 16 bits with a result, among
//! others in its browser: a hand drags the window, the bone slider, the wipe and handles, and wanders over the views.
//! What is timed is everything the window does for a frame, up to the triangles it hands over; drawing these is the
//! graphics card's (or a software rasteriser's) work and is not in it. First pixels are read back from a graphics
//! adapter, where there is one. Memory asked for in a frame is counted too: it must not grow with the picture.
//!
//! It ends with status 1 and one sentence where something is over its bound (`bounds`).
#![expect(clippy::unwrap_used, reason = "a step that fails ends the measurement")]
#![expect(
    unsafe_code,
    reason = "counting what is asked for takes an allocator, and that is an unsafe trait"
)]

mod allocations;
mod bounds;
mod fake_worker;
mod movements;
mod opening;
mod picture;
mod thread_time;

use allocations::{Asked, counted};
use bounds::Bounds;
use diaphane::ui::{DiaphaneApp, Layout, UiCommand};
use egui_kittest::Harness;
use fake_worker::{Desk, FakeEngine, give_result};
use movements::{MOVEMENTS, Movement, Way, moved};
use picture::SIDE;
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Duration;

/// Size of the window, points and pixels.
const SIZE: [f32; 2] = [1600.0, 1000.0];
/// Frames of each movement.
const NUM_FRAMES: usize = 200;
/// Smaller radiographs that stand in the browser with the large ones.
const NUM_SMALL: usize = 10;

type Window = Harness<'static, DiaphaneApp>;

fn main() -> ExitCode {
    let folder = tempfile::tempdir().unwrap();
    let files = radiographs(folder.path());
    println!(
        "{SIDE} x {SIDE} pixels of 16 bits, window of {} x {} points; {}",
        SIZE[0],
        SIZE[1],
        thread_time::NAME
    );
    let mut bounds = Bounds::default();
    opening::measure(&files[0], &mut bounds);
    let mut window = workplace(files);
    println!(
        "{:<18} {:>10} {:>10} {:>10} {:>16} {:>16}",
        "movement", "median ms", "95 % ms", "worst ms", "most KiB a frame", "KiB at once"
    );
    for movement in MOVEMENTS {
        report(movement.name, &frames(&mut window, movement), &mut bounds);
    }
    match bounds.sentence() {
        None => ExitCode::SUCCESS,
        Some(sentence) => {
            eprintln!("{sentence}");
            ExitCode::FAILURE
        }
    }
}

/// Two large radiographs and some small ones.
fn radiographs(folder: &Path) -> Vec<PathBuf> {
    let large = ["a.png", "b.png"].map(|name| picture::write(folder, name, SIDE));
    let small = (0..NUM_SMALL).map(|i| picture::write(folder, &format!("small{i}.png"), 200));
    large.into_iter().chain(small).collect()
}

/// A window with all of them in its browser, the first shown with a result.
fn workplace(files: Vec<PathBuf>) -> Window {
    let desk = Rc::new(RefCell::new(Desk::default()));
    let engine = Box::new(FakeEngine(Rc::clone(&desk)));
    let mut window: Window = Harness::builder()
        .with_size(SIZE)
        .with_max_steps(8)
        .build_eframe(|creation| DiaphaneApp::new(creation, engine));
    opening::open(&mut window, files);
    give_result(&mut window, &desk);
    let has_all = |window: &Window| {
        let state = window.state().state();
        let seen = state.studies.iter().filter(|s| s.thumbnail.is_some());
        state.studies[1].open().is_some() && seen.count() == state.studies.len()
    };
    while !has_all(&window) {
        window.step();
        std::thread::sleep(Duration::from_millis(5));
    }
    let side_by_side = UiCommand::SetLayout(Layout::SideBySide);
    window.state_mut().apply(side_by_side);
    window
}

/// Work and memory of one frame.
struct Frame {
    ms: f64,
    asked: Asked,
}

fn frames(window: &mut Window, movement: &Movement) -> Vec<Frame> {
    let way = movement.begin(window);
    let (before, mut has_moved) = (moved(window), false);
    let mut all = Vec::with_capacity(NUM_FRAMES + 1);
    for number in 0..=NUM_FRAMES {
        all.push(frame(window, &way, number));
        has_moved |= moved(window) != before;
    }
    assert_eq!(has_moved, way.has_pointer(), "{}", movement.name);
    movement.end(&way, window);
    // The first one lays out what the movement takes up.
    all.split_off(1)
}

fn frame(window: &mut Window, way: &Way, number: usize) -> Frame {
    let at = way.at(number);
    let start = thread_time::seconds();
    let ((), laid_out) = counted(|| {
        if let Some(at) = at {
            window.hover_at(at);
        }
        window.step();
    });
    let to_layout = thread_time::seconds() - start;
    // The copy is the measurement's own.
    let output = window.output();
    let (shapes, scale) = (output.shapes.clone(), output.pixels_per_point);
    let start = thread_time::seconds();
    let (triangles, tessellated) = counted(|| window.ctx.tessellate(shapes, scale));
    let to_triangles = thread_time::seconds() - start;
    assert!(!triangles.is_empty());
    Frame {
        ms: (to_layout + to_triangles) * 1e3,
        asked: Asked {
            sum: laid_out.sum + tessellated.sum,
            largest: laid_out.largest.max(tessellated.largest),
        },
    }
}

fn report(name: &str, frames: &[Frame], bounds: &mut Bounds) {
    let mut ms: Vec<f64> = frames.iter().map(|frame| frame.ms).collect();
    ms.sort_by(f64::total_cmp);
    let most = |of: fn(&Asked) -> usize| {
        let all = frames.iter().map(|frame| of(&frame.asked));
        all.max().unwrap_or_default() as f64 / 1024.0
    };
    let (sum, largest) = (most(|asked| asked.sum), most(|asked| asked.largest));
    let last = ms.len() - 1;
    let [median, high, worst] = [last / 2, 95 * last / 100, last].map(|i| ms[i]);
    println!("{name:<18} {median:>10.2} {high:>10.2} {worst:>10.2} {sum:>16.0} {largest:>16.0}");
    bounds.frame_ms(name, median);
    bounds.memory_kib(name, largest, sum);
}
