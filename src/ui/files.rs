//! File work beside the window: dialogs, reading, finding, writing.
//!
//! Each piece runs on a named thread that keeps one promise. A thread that dies keeps it with a
//! failure: a damaged file must never take the window down with it.

mod readers;

use super::measuring::MeasureEvent;
use super::study::OpenStudy;
use super::study::Preview;
use crate::formats::{self, Found, TagTree};
use crate::radiograph::Radiograph;
use eframe::egui;
use poll_promise::{Promise, Sender};
use readers::Readers;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::Instant;

/// A dialog that closed faster than this was never seen by anyone.
const SHORTEST_DIALOG_SECS: f64 = 0.3;
/// Extensions offered first by the open dialog; files without one are offered by "All files".
const EXTENSIONS: [&str; 9] = [
    "dcm", "dicom", "dic", "png", "tif", "tiff", "jpg", "jpeg", "zip",
];

/// What became of file work.
pub enum FileEvent {
    /// Radiographs found in files and folders, and what was passed over.
    Found(Found),
    /// A file was read, or one sentence says why not.
    Read(PathBuf, Result<Box<OpenStudy>, String>),
    /// What the browser shows of a file was made, or one sentence says why not.
    Previewed(PathBuf, Result<Box<Preview>, String>),
    /// The DICOM tags of a file, or one sentence says why there are none.
    Tags(PathBuf, Result<Arc<TagTree>, String>),
    /// What is open was written down for the next start, or one sentence says why not.
    SessionKept(Result<(), String>),
    /// A picture was written with its certificate, or one sentence says why neither was.
    Saved(Result<Saved, String>),
    /// Work on measures ended.
    Measures(MeasureEvent),
    /// The reader closed a dialog without choosing.
    ChoseNothing,
    /// The reader chose files to open.
    ChoseFiles(Vec<PathBuf>),
    /// The reader chose a bundle.
    ChoseBundle(PathBuf),
    /// The reader chose where to write the soft-tissue image of the study with this number.
    ChoseOutput(PathBuf, u64),
    /// The dialog for this could not be opened.
    DialogMissing(DialogKind),
}

/// Where a picture and its certificate were written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// The soft-tissue image.
    pub picture: PathBuf,
    /// Its certificate.
    pub certificate: PathBuf,
}

/// What a dialog is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DialogKind {
    /// Radiographs to open.
    OpenFiles,
    /// A bundle's folder.
    OpenBundle,
    /// The soft-tissue image is to be written.
    SaveSoftTissue {
        /// Proposed file name.
        name: String,
        /// Number of the study it is of.
        study: u64,
    },
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

type DialogFuture = Pin<Box<dyn Future<Output = Vec<PathBuf>> + Send>>;

/// Wakes the thread that waits for a dialog.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// File work under way.
pub struct FileWork {
    ctx: egui::Context,
    tasks: Vec<Promise<FileEvent>>,
    dialog: Option<Promise<FileEvent>>,
    readers: Readers,
}

impl FileWork {
    /// No work; `ctx` is woken when some ends.
    pub fn new(ctx: egui::Context) -> Self {
        Self {
            ctx,
            tasks: Vec::new(),
            dialog: None,
            readers: Readers::default(),
        }
    }

    /// Walks files and folders for radiographs.
    pub fn find(&mut self, paths: Vec<PathBuf>) {
        let lost = FileEvent::Found(Found::default());
        let promise = self.spawn("diaphane-find", lost, move || {
            // One file has one name, however it was typed: the strip tells entries apart by it.
            let absolute = |path: PathBuf| std::path::absolute(&path).unwrap_or(path);
            let paths: Vec<PathBuf> = paths.into_iter().map(absolute).collect();
            FileEvent::Found(formats::find_radiographs(&paths))
        });
        self.tasks.push(promise);
    }

    /// Reads these files, the first of them first; what waited before and is not among them is not read any more.
    pub fn read(&mut self, wanted: Vec<PathBuf>) {
        self.readers.want(wanted);
        self.start_readers();
    }

    fn start_readers(&mut self) {
        while let Some(path) = self.readers.start_next() {
            let sentence = format!(
                "this file broke its decoder; it is damaged, ask for it to be sent again: {}",
                path.display()
            );
            let lost = FileEvent::Read(path.clone(), Err(sentence));
            let promise = self.spawn("diaphane-read", lost, move || {
                let read = formats::read(&path);
                let open = read.map(|radiograph| Box::new(OpenStudy::new(Arc::new(radiograph))));
                FileEvent::Read(path, open.map_err(|err| format!("{err:#}")))
            });
            self.tasks.push(promise);
        }
    }

    /// Makes what the browser shows of a radiograph: of the one given, else of the file's.
    pub fn preview(&mut self, path: PathBuf, open: Option<Arc<Radiograph>>) {
        let sentence = format!("this file broke its decoder: {}", path.display());
        let lost = FileEvent::Previewed(path.clone(), Err(sentence));
        let promise = self.spawn("diaphane-preview", lost, move || {
            let radiograph = match open {
                Some(radiograph) => Ok(radiograph),
                None => formats::read(&path).map(Arc::new),
            };
            let preview = radiograph.map(|radiograph| Box::new(Preview::of(&radiograph)));
            FileEvent::Previewed(path, preview.map_err(|err| format!("{err:#}")))
        });
        self.tasks.push(promise);
    }

    /// Reads the DICOM tags of a file.
    pub fn read_tags(&mut self, path: PathBuf) {
        let lost = FileEvent::Tags(path.clone(), Err("the tags could not be read".to_owned()));
        let promise = self.spawn("diaphane-tags", lost, move || {
            let tree = formats::read_tags(&path).map(Arc::new);
            FileEvent::Tags(path, tree.map_err(|err| err.problem.to_string()))
        });
        self.tasks.push(promise);
    }

    /// Writes down what is open, as `write` does it.
    pub fn keep_session(&mut self, write: impl FnOnce() -> Result<(), String> + Send + 'static) {
        let lost = FileEvent::SessionKept(Err("the session could not be written".to_owned()));
        let work = move || FileEvent::SessionKept(write());
        let promise = self.spawn("diaphane-session", lost, work);
        self.tasks.push(promise);
    }

    /// Makes and writes a picture for `path` as `write` does it.
    pub fn save(
        &mut self,
        path: &Path,
        write: impl FnOnce() -> Result<Saved, String> + Send + 'static,
    ) {
        let sentence = format!("the picture could not be made: {}", path.display());
        let lost = FileEvent::Saved(Err(sentence));
        let promise = self.spawn("diaphane-save", lost, move || FileEvent::Saved(write()));
        self.tasks.push(promise);
    }

    /// Works on measures; `lost` says so where the work breaks down.
    pub fn measure(
        &mut self,
        lost: MeasureEvent,
        work: impl FnOnce() -> MeasureEvent + Send + 'static,
    ) {
        let lost = FileEvent::Measures(lost);
        let promise = self.spawn(
            "diaphane-measure",
            lost,
            move || FileEvent::Measures(work()),
        );
        self.tasks.push(promise);
    }

    /// Opens a dialog; one at a time.
    pub fn open_dialog(&mut self, kind: DialogKind) {
        if self.dialog.is_some() {
            return;
        }
        // Created here because some systems want it on the window's own thread; waited for on
        // another, whose clock a slow redraw cannot stop.
        let future = dialog_future(&kind);
        let lost = FileEvent::DialogMissing(kind.clone());
        let promise = self.spawn("diaphane-dialog", lost, move || {
            let opened = Instant::now();
            let paths = wait_for(future);
            let unseen = opened.elapsed().as_secs_f64() < SHORTEST_DIALOG_SECS;
            if paths.is_empty() && (unseen || !dialogs_possible()) {
                return FileEvent::DialogMissing(kind);
            }
            chosen(&kind, paths)
        });
        self.dialog = Some(promise);
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
        for event in &events {
            if let FileEvent::Read(path, _) = event {
                self.readers.ended(path);
            }
        }
        self.start_readers();
        if let Some(dialog) = self.dialog.take() {
            match dialog.try_take() {
                Ok(event) => events.push(event),
                Err(dialog) => self.dialog = Some(dialog),
            }
        }
        events
    }

    fn spawn(
        &self,
        name: &str,
        lost: FileEvent,
        work: impl FnOnce() -> FileEvent + Send + 'static,
    ) -> Promise<FileEvent> {
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
        self.ctx.request_repaint();
        promise
    }
}

/// What the reader chose, as an event.
fn chosen(kind: &DialogKind, mut paths: Vec<PathBuf>) -> FileEvent {
    match kind {
        _ if paths.is_empty() => FileEvent::ChoseNothing,
        DialogKind::OpenFiles => FileEvent::ChoseFiles(paths),
        DialogKind::OpenBundle => FileEvent::ChoseBundle(paths.swap_remove(0)),
        DialogKind::SaveSoftTissue { study, .. } => {
            FileEvent::ChoseOutput(paths.swap_remove(0), *study)
        }
    }
}

/// Waits on this thread for a future to end.
fn wait_for<T>(future: impl Future<Output = T>) -> T {
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(value) => return value,
            Poll::Pending => std::thread::park(),
        }
    }
}

/// Whether this system has what file dialogs need: a session bus, behind which a desktop portal may
/// be, or zenity. Without either the answer "nothing chosen" is no answer of a person.
#[cfg(all(unix, not(target_os = "macos")))]
fn dialogs_possible() -> bool {
    use std::env::{split_paths, var_os};
    let bus_in_runtime_folder =
        || var_os("XDG_RUNTIME_DIR").is_some_and(|folder| Path::new(&folder).join("bus").exists());
    let zenity = || {
        var_os("PATH")
            .is_some_and(|path| split_paths(&path).any(|folder| folder.join("zenity").exists()))
    };
    var_os("DBUS_SESSION_BUS_ADDRESS").is_some() || bus_in_runtime_folder() || zenity()
}

/// These systems have dialogs of their own.
#[cfg(not(all(unix, not(target_os = "macos"))))]
fn dialogs_possible() -> bool {
    true
}

fn dialog_future(kind: &DialogKind) -> DialogFuture {
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
        DialogKind::SaveSoftTissue { name, .. } => {
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
