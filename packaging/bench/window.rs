//! How much work a frame of the window costs the thread that draws it, and how long a large radiograph takes to its
//! first frame: `cargo bench --bench window` (`--profile dev` for the build that tests use).
//!
//! The real window is driven without a screen over a radiograph of 3000 x 3000 pixels and 16 bits with a result: the
//! window dragged, the bone slider and the wipe moved. What is timed is everything the window does for a frame, up to
//! the triangles it hands over; drawing these is the graphics card's (or a software rasteriser's) work and is not in
//! it. Times are those of the clock, which other programs lengthen. Memory asked for in a frame is counted too: it
//! must not grow with the picture.
#![expect(clippy::unwrap_used, reason = "a step that fails ends the measurement")]
#![expect(
    unsafe_code,
    reason = "counting what is asked for takes an allocator, and that is an unsafe trait"
)]

use diaphane::radiograph::{FloatImage, LungMask, Radiograph, Raster};
use diaphane::ui::{
    Compare, CompareTool, Content, DiaphaneApp, DragSpeed, Engine, EngineError, UiCommand,
    WindowDrag,
};
use diaphane::worker::{
    Changes, EventKind, JobHandle, SuppressionResult, SuppressionSettings, WorkerCommand,
    WorkerEvent,
};
use egui_kittest::Harness;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Side of the radiograph, pixels.
const SIDE: usize = 3000;
/// Frames of each movement.
const NUM_FRAMES: usize = 200;

/// The system's allocator, and how many bytes were asked of it.
struct Counting;

static ASKED: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ASKED.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promises are those of the system's allocator.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the pointer came from the system's allocator.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Stands in for the worker: it keeps the job it was given and reports what it is told.
#[derive(Default)]
struct Desk {
    bundle: Option<JobHandle>,
    job: Option<(JobHandle, SuppressionSettings)>,
    event: Option<WorkerEvent>,
}

struct FakeEngine(Rc<RefCell<Desk>>);

impl Engine for FakeEngine {
    fn send(&mut self, command: WorkerCommand) -> Result<(), EngineError> {
        let mut desk = self.0.borrow_mut();
        match command {
            WorkerCommand::LoadBundle(handle, _) => desk.bundle = Some(handle),
            WorkerCommand::Suppress(handle, request) => desk.job = Some((handle, request.settings)),
            _ => {}
        }
        Ok(())
    }

    fn try_recv(&mut self) -> Option<WorkerEvent> {
        self.0.borrow_mut().event.take()
    }
}

type Window = Harness<'static, DiaphaneApp>;

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let picture = large_picture(folder.path());
    let desk = Rc::new(RefCell::new(Desk::default()));
    let engine = Box::new(FakeEngine(Rc::clone(&desk)));
    let mut window: Window = Harness::builder()
        .with_size([1600.0, 1000.0])
        .with_max_steps(8)
        .build_eframe(|creation| DiaphaneApp::new(creation, engine));
    window.run();
    println!("{SIDE} x {SIDE} pixels of 16 bits, window of 1600 x 1000 points");
    open(&mut window, &picture);
    give_result(&mut window, &desk);
    println!(
        "{:<16} {:>12} {:>12} {:>14}",
        "movement", "median ms", "worst ms", "median KiB"
    );
    for (name, movement) in MOVEMENTS {
        report(name, &frames(&mut window, *movement));
    }
}

/// A command for the frame of this number.
type Movement = fn(usize) -> UiCommand;

const MOVEMENTS: &[(&str, Movement)] = &[
    ("nothing", |_| UiCommand::EndGesture),
    ("window, level", |frame| {
        let wider = if frame % 2 == 0 { 9.0 } else { -7.0 };
        let drag = WindowDrag {
            wider,
            darker: 3.0,
            speed: DragSpeed::of(false, false),
        };
        UiCommand::DragWindow(Content::SoftTissue, drag)
    }),
    ("bone slider", |frame| {
        UiCommand::SetCompare(Compare {
            suppression: share(frame),
            ..Compare::default()
        })
    }),
    ("wipe", |frame| {
        UiCommand::SetCompare(Compare {
            tool: CompareTool::Wipe,
            wipe_position: share(frame),
            ..Compare::default()
        })
    }),
];

fn share(frame: usize) -> f32 {
    frame as f32 / NUM_FRAMES as f32
}

/// A picture with structure at every scale, as a 16-bit PNG.
fn large_picture(folder: &Path) -> PathBuf {
    let path = folder.join("large.png");
    let file = std::io::BufWriter::new(std::fs::File::create(&path).unwrap());
    let mut encoder = png::Encoder::new(file, SIDE as u32, SIDE as u32);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Sixteen);
    let mut writer = encoder.write_header().unwrap();
    let pixels = (0..SIDE * SIDE).flat_map(|i| {
        {
            let (x, y) = ((i % SIDE) as f32, (i / SIDE) as f32);
            let wave = (0.004 * x).sin() + (0.11 * y).cos() + 0.2 * (0.9 * (x + y)).sin();
            ((wave + 2.2) * 14_000.0) as u16
        }
        .to_be_bytes()
    });
    writer
        .write_image_data(&pixels.collect::<Vec<u8>>())
        .unwrap();
    path
}

/// Asks for the file and draws frames until it is on the screen.
fn open(window: &mut Window, picture: &Path) {
    let start = Instant::now();
    window
        .state_mut()
        .apply(UiCommand::OpenPaths(vec![picture.to_path_buf()]));
    while window.state().state().study().is_none() {
        window.step();
        std::thread::sleep(Duration::from_millis(1));
    }
    window.step();
    let secs = start.elapsed().as_secs_f64();
    println!(
        "opened and laid out for the first frame in {secs:.2} s (without its upload to the graphics card)"
    );
}

fn give_result(window: &mut Window, desk: &Rc<RefCell<Desk>>) {
    window
        .state_mut()
        .apply(UiCommand::LoadBundle("bundle".into()));
    let bundle = desk.borrow_mut().bundle.take().unwrap();
    let defaults = window.state().state().settings().clone();
    tell(
        window,
        desk,
        &bundle,
        EventKind::BundleLoaded {
            name: "compact".to_owned(),
            sha256: "0".repeat(64),
            defaults,
            device: "CPU".to_owned(),
            precision: "f32".to_owned(),
            devices: Vec::new(),
        },
    );
    window.state_mut().apply(UiCommand::Suppress);
    let (job, settings) = desk.borrow_mut().job.take().unwrap();
    let radiograph = Arc::clone(&window.state().state().study().unwrap().radiograph);
    let result = result(&radiograph, settings);
    tell(window, desk, &job, EventKind::Suppressed(Arc::new(result)));
    assert!(window.state().state().study().unwrap().result().is_some());
}

fn tell(window: &mut Window, desk: &Rc<RefCell<Desk>>, job: &JobHandle, kind: EventKind) {
    desk.borrow_mut().event = Some(WorkerEvent {
        job: job.id(),
        kind,
    });
    window.step();
    window.step();
}

fn result(radiograph: &Radiograph, settings: SuppressionSettings) -> SuppressionResult {
    let bone = FloatImage::filled(SIDE, SIDE, 0.1);
    let lung_mask = LungMask::from_nonzero(&Raster::filled(SIDE, SIDE, 1_u8));
    SuppressionResult {
        changes: Changes::of(&bone, None, &lung_mask),
        study: radiograph.id.clone(),
        soft_tissue: FloatImage::filled(SIDE, SIDE, 20_000.0),
        bone,
        model_soft_tissue: FloatImage::filled(64, 64, 0.5),
        lung_mask,
        uncertainty: None,
        marks: Vec::new(),
        seeds: vec![settings.seed],
        settings,
        bundle_name: "compact".to_owned(),
        bundle_sha256: "0".repeat(64),
        device: "CPU".to_owned(),
        precision: "f32".to_owned(),
        stage_times: Vec::new(),
        warnings: Vec::new(),
    }
}

/// Work and memory of one frame.
struct Frame {
    ms: f64,
    kib: f64,
}

fn frames(window: &mut Window, movement: Movement) -> Vec<Frame> {
    let frame = |number| {
        let (asked, start) = (ASKED.load(Ordering::Relaxed), Instant::now());
        window.state_mut().apply(movement(number));
        window.step();
        let output = window.output();
        let triangles = window
            .ctx
            .tessellate(output.shapes.clone(), output.pixels_per_point);
        assert!(!triangles.is_empty());
        Frame {
            ms: start.elapsed().as_secs_f64() * 1e3,
            kib: (ASKED.load(Ordering::Relaxed) - asked) as f64 / 1024.0,
        }
    };
    (0..NUM_FRAMES).map(frame).collect()
}

fn report(name: &str, frames: &[Frame]) {
    let sorted = |of: fn(&Frame) -> f64| {
        let mut all: Vec<f64> = frames.iter().map(of).collect();
        all.sort_by(f64::total_cmp);
        all
    };
    let (ms, kib) = (sorted(|frame| frame.ms), sorted(|frame| frame.kib));
    let middle = frames.len() / 2;
    println!(
        "{name:<16} {:>12.2} {:>12.2} {:>14.0}",
        ms[middle],
        ms[ms.len() - 1],
        kib[middle]
    );
}
