//! How long a large radiograph takes to its first pixels.

use crate::bounds::Bounds;
use crate::fake_worker::{Desk, FakeEngine};
use crate::{SIZE, Window};
use diaphane::ui::{DiaphaneApp, UiCommand};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use egui_kittest::wgpu::WgpuTestRenderer;
use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// Windows that open it, one after the other; the one in the middle counts.
const NUM_OPENINGS: usize = 3;

/// Opens the picture in windows of their own, on a graphics adapter (a software rasteriser is preferred) where
/// there is one.
pub fn measure(picture: &Path, bounds: &mut Bounds) {
    let mut all: Vec<_> = (0..NUM_OPENINGS).map(|_| opening(picture)).collect();
    all.sort_by(|a, b| a.all().total_cmp(&b.all()));
    let Opening {
        to_layout,
        to_pixels,
        adapter,
    } = &all[NUM_OPENINGS / 2];
    println!("read and laid out in {to_layout:.2} s");
    if let (Some(adapter), Some(secs)) = (adapter, to_pixels) {
        println!("first pixels in {secs:.2} s, with upload and reduction ({adapter})");
        bounds.first_pixels(*secs);
    } else {
        println!("no adapter: upload not timed");
        bounds.first_pixels(*to_layout);
    }
}

struct Opening {
    /// From asking to the frame that lays it out, seconds.
    to_layout: f64,
    /// From asking to a frame read back from the adapter, seconds.
    to_pixels: Option<f64>,
    adapter: Option<String>,
}

impl Opening {
    fn all(&self) -> f64 {
        self.to_pixels.unwrap_or(self.to_layout)
    }
}

fn opening(picture: &Path) -> Opening {
    let renderer = renderer();
    let has_adapter = renderer.is_some();
    let mut builder = Harness::builder().with_size(SIZE).with_max_steps(8);
    if let Some(renderer) = renderer {
        builder = builder.renderer(renderer);
    }
    let mut adapter = None;
    let engine = Box::new(FakeEngine(Rc::new(RefCell::new(Desk::default()))));
    let mut window: Window = builder.build_eframe(|creation| {
        let render_state = creation.wgpu_render_state.as_ref();
        adapter = render_state.map(|state| state.adapter.get_info().name);
        DiaphaneApp::new(creation, engine)
    });
    window.run();
    if has_adapter {
        // A window has drawn itself before anything is opened in it.
        window.render().unwrap();
    }
    let start = Instant::now();
    open(&mut window, vec![picture.to_path_buf()]);
    let to_layout = start.elapsed().as_secs_f64();
    let to_pixels = has_adapter.then(|| {
        let shown = window.render().unwrap();
        let secs = start.elapsed().as_secs_f64();
        assert_structure(&window, &shown);
        secs
    });
    Opening {
        to_layout,
        to_pixels,
        adapter,
    }
}

/// A renderer on an adapter; `None` without one, which the test renderer tells by a panic.
fn renderer() -> Option<WgpuTestRenderer> {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let made = std::panic::catch_unwind(WgpuTestRenderer::new).ok();
    std::panic::set_hook(hook);
    made
}

/// Asks for the files and draws frames until the first is laid out.
pub fn open(window: &mut Window, files: Vec<std::path::PathBuf>) {
    window.state_mut().apply(UiCommand::OpenPaths(files));
    while window.state().state().study().is_none() {
        window.step();
        std::thread::sleep(Duration::from_millis(1));
    }
    window.step();
}

/// The view must show the picture: its waves are seen as light and dark.
fn assert_structure(window: &Window, shown: &image::RgbaImage) {
    let view = window.get_by_label("Original view").rect();
    let column = view.center().x as u32;
    let rows = view.top() as u32 + 40..view.bottom() as u32 - 40;
    let grey = rows.map(|row| shown.get_pixel(column, row).0[0]);
    let (low, high) = grey.fold((u8::MAX, 0), |(low, high), v| (low.min(v), high.max(v)));
    assert!(high - low > 60, "grey levels {low} to {high}");
}
