//! File work beside the window: dialogs, reading, finding, writing.
//!
//! Each piece runs on a named thread that keeps one promise. A thread that dies keeps it with a
//! failure: a damaged file must never take the window down with it.

mod dialog;
mod event;
mod evidence;
mod preparing;
mod readers;
mod registering;
mod samples;
mod training;

use super::file_id::FileId;
use super::folder_facts::{FolderFacts, KnownFolders, facts_of};
use super::measuring::MeasureEvent;
use super::preview::Preview;
use super::study::OpenStudy;
use crate::formats::{self, FormatError, Found, Search};
use crate::radiograph::Radiograph;
use dialog::{answer, dialog_future};
use eframe::egui;
use poll_promise::{Promise, Sender};
use readers::Readers;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

pub use dialog::DialogKind;
pub use event::{FileEvent, Saved, SearchProgress};
pub(super) use preparing::{RunFiles, SPLIT_FILE};
pub use training::TrainingWork;

/// A search that is over so soon needs no bar.
const UNNOTICED: Duration = Duration::from_millis(400);
/// How long the end of the program waits for pictures that are being saved.
pub(super) const LAST_PATIENCE: Duration = Duration::from_secs(20);
/// Between two looks at what the end of the program waits for.
const MOMENT: Duration = Duration::from_millis(20);

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

/// File work under way.
pub struct FileWork {
    ctx: egui::Context,
    tasks: Vec<Promise<FileEvent>>,
    /// What must not be cut off by the end of the program.
    writes: Vec<Promise<FileEvent>>,
    /// Pictures that are being saved, wherever the reader chose to: a share that no longer answers may never end one.
    pictures: Vec<Promise<FileEvent>>,
    /// The walk through folders, and when it began.
    search: Option<(Arc<Search>, Instant)>,
    /// How long a walk goes unnoticed.
    pub(super) unnoticed: Duration,
    dialog: Option<Promise<FileEvent>>,
    readers: Readers,
    folders: KnownFolders,
}

impl FileWork {
    /// No work; `ctx` is woken when some ends.
    pub fn new(ctx: egui::Context) -> Self {
        Self {
            ctx,
            tasks: Vec::new(),
            writes: Vec::new(),
            pictures: Vec::new(),
            search: None,
            unnoticed: UNNOTICED,
            dialog: None,
            readers: Readers::default(),
            folders: KnownFolders::default(),
        }
    }

    /// Walks files and folders for radiographs.
    pub fn find(&mut self, paths: Vec<PathBuf>) {
        let lost = FileEvent::Found(Found::default());
        let search = Arc::new(Search::default());
        self.search = Some((Arc::clone(&search), Instant::now()));
        let promise = self.spawn("diaphane-find", lost, move || {
            // One file has one name, however it was typed: the strip tells entries apart by it.
            let absolute = |path: PathBuf| std::path::absolute(&path).unwrap_or(path);
            let paths: Vec<PathBuf> = paths.into_iter().map(absolute).collect();
            FileEvent::Found(formats::find_radiographs(&paths, &search))
        });
        self.tasks.push(promise);
    }

    /// Ends the walk through folders with what it has found.
    pub fn stop_search(&self) {
        if let Some((search, _)) = &self.search {
            search.stop();
        }
    }

    /// How far the walk through folders is, once it takes long enough to be asked about.
    pub fn search_progress(&self) -> Option<SearchProgress> {
        let (search, began) = self.search.as_ref()?;
        (began.elapsed() >= self.unnoticed).then(|| SearchProgress {
            num_seen: search.num_seen(),
            num_found: search.num_found(),
        })
    }

    /// Whether folders are being walked.
    pub fn is_searching(&self) -> bool {
        self.search.is_some()
    }

    /// Waits for what the program itself keeps and is writing: it ends.
    pub fn finish_writes(&mut self) {
        for write in self.writes.drain(..) {
            write.block_until_ready();
        }
    }

    /// Waits for pictures that are being saved, no longer than this: the program ends. One that is cut off leaves no
    /// half of itself under its name.
    pub fn finish_pictures(&mut self, patience: Duration) {
        let began = Instant::now();
        while began.elapsed() < patience
            && self
                .pictures
                .iter()
                .any(|picture| picture.ready().is_none())
        {
            std::thread::sleep(MOMENT);
        }
    }

    /// Reads these files, the first of them first; what waited before and is not among them is not read any more.
    pub fn read(&mut self, wanted: Vec<(FileId, PathBuf)>) {
        self.readers.want(wanted);
        self.start_readers();
    }

    fn start_readers(&mut self) {
        while let Some((file_id, path)) = self.readers.start_next() {
            let sentence = format!(
                "this file broke its decoder; it is damaged, ask for it to be sent again: {}",
                path.display()
            );
            let lost = FileEvent::Read(file_id, Err(sentence));
            let folders = Arc::clone(&self.folders);
            let promise = self.spawn("diaphane-read", lost, move || {
                let read = read_as_known(&path, &folders);
                let open = read.map(|(radiograph, folder_facts)| {
                    let open = OpenStudy::new(Arc::new(radiograph));
                    Box::new(OpenStudy {
                        folder_facts,
                        ..open
                    })
                });
                FileEvent::Read(file_id, open.map_err(|err| format!("{err:#}")))
            });
            self.tasks.push(promise);
        }
    }

    /// Makes what the browser shows of a radiograph: of the one given, else of the file's. Measures are kept in
    /// `measures_folder`, where they are kept.
    pub fn preview(
        &mut self,
        path: PathBuf,
        open: Option<Arc<Radiograph>>,
        measures_folder: Option<PathBuf>,
    ) {
        let sentence = format!("this file broke its decoder: {}", path.display());
        let lost = FileEvent::Previewed(path.clone(), Err(sentence));
        let folders = Arc::clone(&self.folders);
        let promise = self.spawn("diaphane-preview", lost, move || {
            let radiograph = match open {
                Some(radiograph) => Ok(radiograph),
                None => read_as_known(&path, &folders).map(|(radiograph, _)| Arc::new(radiograph)),
            };
            let folder = measures_folder.as_deref();
            let preview = radiograph.map(|radiograph| Box::new(Preview::of(&radiograph, folder)));
            FileEvent::Previewed(path, preview.map_err(|err| format!("{err:#}")))
        });
        self.tasks.push(promise);
    }

    /// Files of these folders are read as the reader said they are.
    pub(super) fn set_folders(&mut self, folders: KnownFolders) {
        self.folders = folders;
    }

    /// Writes down what the reader said of folders, as `write` does it.
    pub fn keep_folders(&mut self, write: impl FnOnce() -> Result<(), String> + Send + 'static) {
        let lost = FileEvent::FoldersKept(Err("the file could not be written".to_owned()));
        self.finish("diaphane-folders", lost, move || {
            FileEvent::FoldersKept(write())
        });
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
        self.finish("diaphane-session", lost, move || {
            FileEvent::SessionKept(write())
        });
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
        self.pictures.push(promise);
    }

    /// Works on measures; `lost` says so where the work breaks down.
    pub fn measure(
        &mut self,
        lost: MeasureEvent,
        work: impl FnOnce() -> MeasureEvent + Send + 'static,
    ) {
        let lost = FileEvent::Measures(lost);
        self.finish(
            "diaphane-measure",
            lost,
            move || FileEvent::Measures(work()),
        );
    }

    /// Does work that the end of the program waits for; `lost` says so where it breaks down.
    pub fn finish(
        &mut self,
        name: &str,
        lost: FileEvent,
        work: impl FnOnce() -> FileEvent + Send + 'static,
    ) {
        let promise = self.spawn(name, lost, work);
        self.writes.push(promise);
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
        let promise = self.spawn("diaphane-dialog", lost, move || answer(kind, future));
        self.dialog = Some(promise);
    }

    /// What has ended since the last call; never waits.
    pub fn poll(&mut self) -> Vec<FileEvent> {
        let mut events = Vec::new();
        for tasks in [&mut self.tasks, &mut self.writes, &mut self.pictures] {
            let mut waiting = Vec::new();
            for task in tasks.drain(..) {
                match task.try_take() {
                    Ok(event) => events.push(event),
                    Err(task) => waiting.push(task),
                }
            }
            *tasks = waiting;
        }
        for event in &events {
            match event {
                FileEvent::Read(file_id, _) => self.readers.ended(*file_id),
                FileEvent::Found(_) => self.search = None,
                _ => {}
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

/// A radiograph with what the reader said of its folder, as far as that says anything of it.
fn read_as_known(
    path: &Path,
    folders: &KnownFolders,
) -> Result<(Radiograph, FolderFacts), FormatError> {
    let radiograph = formats::read(path)?;
    let facts = facts_of(&radiograph, folders);
    Ok((facts.applied(radiograph), facts))
}

#[cfg(test)]
mod tests;
