//! File work beside the window: dialogs, reading, finding, writing.
//!
//! Each piece runs on a named thread that keeps one promise. A thread that dies keeps it with a
//! failure: a damaged file must never take the window down with it.

use crate::formats::{self, Found};
use crate::radiograph::{FloatImage, Radiograph};
use eframe::egui;
use poll_promise::{Promise, Sender};
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Instant;

/// A dialog that closed faster than this was never seen by anyone.
const SHORTEST_DIALOG_SECS: f64 = 0.3;
/// Extensions offered first by the open dialog; files without one are offered by "All files".
const EXTENSIONS: [&str; 8] = ["dcm", "dicom", "dic", "png", "tif", "tiff", "jpg", "jpeg"];

/// What became of file work.
pub enum FileEvent {
    /// Radiographs found in files and folders, and what was passed over.
    Found(Found),
    /// A file was read, or one sentence says why not.
    Read(PathBuf, Result<Arc<Radiograph>, String>),
    /// A picture was written, or one sentence says why not.
    Saved(Result<PathBuf, String>),
    /// The reader chose files to open.
    ChoseFiles(Vec<PathBuf>),
    /// The reader chose a bundle.
    ChoseBundle(PathBuf),
    /// The reader chose where to write the soft-tissue image.
    ChoseOutput(PathBuf),
    /// No dialog could be opened.
    DialogMissing,
}

/// What a dialog is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DialogKind {
    /// Radiographs to open.
    OpenFiles,
    /// A bundle's folder.
    OpenBundle,
    /// A file to be written, with a proposed name.
    SaveSoftTissue(String),
}

/// Keeps the promise when it is dropped, also by a panic: with the work's event, or else with the
/// one that says it was lost. A promise whose sender is dropped silent would panic in the window.
struct Delivery {
    sender: Option<Sender<FileEvent>>,
    event: Option<FileEvent>,
    ctx: egui::Context,
}

impl Delivery {
    fn keep(mut self, event: FileEvent) {
        self.event = Some(event);
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        if let (Some(sender), Some(event)) = (self.sender.take(), self.event.take()) {
            sender.send(event);
        }
        self.ctx.request_repaint();
    }
}

struct Dialog {
    kind: DialogKind,
    future: Pin<Box<dyn Future<Output = Vec<PathBuf>>>>,
    opened: Instant,
}

struct RepaintWaker(egui::Context);

impl Wake for RepaintWaker {
    fn wake(self: Arc<Self>) {
        self.0.request_repaint();
    }
}

/// File work under way.
pub struct FileWork {
    ctx: egui::Context,
    tasks: Vec<Promise<FileEvent>>,
    dialog: Option<Dialog>,
}

impl FileWork {
    /// No work; `ctx` is woken when some ends.
    pub fn new(ctx: egui::Context) -> Self {
        Self {
            ctx,
            tasks: Vec::new(),
            dialog: None,
        }
    }

    /// Walks files and folders for radiographs.
    pub fn find(&mut self, paths: Vec<PathBuf>) {
        let lost = FileEvent::Found(Found::default());
        self.spawn("diaphane-find", lost, move || {
            FileEvent::Found(formats::find_radiographs(&paths))
        });
    }

    /// Reads one file.
    pub fn read(&mut self, path: PathBuf) {
        let sentence = format!(
            "this file broke its decoder; it is damaged, ask for it to be sent again: {}",
            path.display()
        );
        let lost = FileEvent::Read(path.clone(), Err(sentence));
        self.spawn("diaphane-read", lost, move || {
            let read = formats::read(&path).map(Arc::new);
            FileEvent::Read(path, read.map_err(|err| format!("{err:#}")))
        });
    }

    /// Writes a picture in `[0, 1]` as 16-bit PNG; never over an existing file.
    pub fn save(&mut self, path: PathBuf, picture: impl FnOnce() -> FloatImage + Send + 'static) {
        let sentence = format!("the picture could not be made: {}", path.display());
        self.spawn(
            "diaphane-save",
            FileEvent::Saved(Err(sentence)),
            move || {
                let written = formats::raster::write_grey16(&path, &picture(), false);
                FileEvent::Saved(written.map(|()| path).map_err(|err| format!("{err:#}")))
            },
        );
    }

    /// Opens a dialog; one at a time.
    pub fn open_dialog(&mut self, kind: DialogKind) {
        if self.dialog.is_none() {
            let future = dialog_future(&kind);
            let opened = Instant::now();
            self.dialog = Some(Dialog {
                kind,
                future,
                opened,
            });
        }
    }

    /// What has ended since the last call; never waits.
    pub fn poll(&mut self) -> Vec<FileEvent> {
        let mut events = Vec::new();
        let mut waiting = Vec::new();
        for task in self.tasks.drain(..) {
            match task.try_take() {
                Ok(event) => events.push(event),
                Err(task) => waiting.push(task),
            }
        }
        self.tasks = waiting;
        events.extend(self.poll_dialog());
        events
    }

    fn poll_dialog(&mut self) -> Vec<FileEvent> {
        let Some(dialog) = &mut self.dialog else {
            return Vec::new();
        };
        let waker = Waker::from(Arc::new(RepaintWaker(self.ctx.clone())));
        let Poll::Ready(paths) = dialog
            .future
            .as_mut()
            .poll(&mut Context::from_waker(&waker))
        else {
            return Vec::new();
        };
        let unseen = dialog.opened.elapsed().as_secs_f64() < SHORTEST_DIALOG_SECS;
        let kind = dialog.kind.clone();
        self.dialog = None;
        if paths.is_empty() && unseen {
            return vec![FileEvent::DialogMissing];
        }
        match kind {
            _ if paths.is_empty() => Vec::new(),
            DialogKind::OpenFiles => vec![FileEvent::ChoseFiles(paths)],
            DialogKind::OpenBundle => paths.into_iter().map(FileEvent::ChoseBundle).collect(),
            DialogKind::SaveSoftTissue(_) => {
                paths.into_iter().map(FileEvent::ChoseOutput).collect()
            }
        }
    }

    fn spawn(
        &mut self,
        name: &str,
        lost: FileEvent,
        work: impl FnOnce() -> FileEvent + Send + 'static,
    ) {
        let (sender, promise) = Promise::new();
        let delivery = Delivery {
            sender: Some(sender),
            event: Some(lost),
            ctx: self.ctx.clone(),
        };
        let spawned = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                let delivery = delivery;
                let event = work();
                delivery.keep(event);
            });
        // Without a thread the delivery is dropped already, and the work is reported as lost.
        drop(spawned);
        self.tasks.push(promise);
        self.ctx.request_repaint();
    }
}

fn dialog_future(kind: &DialogKind) -> Pin<Box<dyn Future<Output = Vec<PathBuf>>>> {
    let dialog = rfd::AsyncFileDialog::new();
    match kind {
        DialogKind::OpenFiles => {
            let dialog = dialog
                .set_title("Open radiographs")
                .add_filter("Radiographs", &EXTENSIONS)
                .add_filter("All files", &["*"]);
            let chosen = dialog.pick_files();
            Box::pin(async move { paths(chosen.await.unwrap_or_default()) })
        }
        DialogKind::OpenBundle => {
            let chosen = dialog.set_title("Open a model bundle").pick_folder();
            Box::pin(async move { paths(chosen.await) })
        }
        DialogKind::SaveSoftTissue(name) => {
            let dialog = dialog
                .set_title("Save the soft-tissue image")
                .add_filter("16-bit PNG", &["png"])
                .set_file_name(name);
            let chosen = dialog.save_file();
            Box::pin(async move { paths(chosen.await) })
        }
    }
}

fn paths(handles: impl IntoIterator<Item = rfd::FileHandle>) -> Vec<PathBuf> {
    handles.into_iter().map(PathBuf::from).collect()
}
