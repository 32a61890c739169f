//! The system's file dialogs.

use super::{FileEvent, TrainingWork};
use crate::ui::runs::ResultId;
use crate::ui::training::PathField;
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

/// What a dialog is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DialogKind {
    /// Radiographs to open.
    OpenFiles,
    /// A bundle's folder.
    OpenBundle,
    /// An adapter's file.
    OpenAdapter,
    /// The soft-tissue image is to be written.
    SaveSoftTissue {
        /// Proposed file name.
        name: String,
        /// Which one.
        result: ResultId,
    },
    /// A folder for training.
    TrainingFolder(PathField),
}

/// A dialog that is open; `Vec` of what was chosen.
pub(super) type DialogFuture = Pin<Box<dyn Future<Output = Vec<PathBuf>> + Send>>;

/// Wakes the thread that waits for a dialog.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits for the dialog on this thread, and says what the reader chose.
pub(super) fn answer(kind: DialogKind, dialog: DialogFuture) -> FileEvent {
    let opened = Instant::now();
    let paths = wait_for(dialog);
    let unseen = opened.elapsed().as_secs_f64() < SHORTEST_DIALOG_SECS;
    if paths.is_empty() && (unseen || !dialogs_possible()) {
        return FileEvent::DialogMissing(kind);
    }
    chosen(&kind, paths)
}

/// What the reader chose, as an event.
fn chosen(kind: &DialogKind, mut paths: Vec<PathBuf>) -> FileEvent {
    match kind {
        _ if paths.is_empty() => FileEvent::ChoseNothing,
        DialogKind::OpenFiles => FileEvent::ChoseFiles(paths),
        DialogKind::OpenBundle => FileEvent::ChoseBundle(paths.swap_remove(0)),
        DialogKind::OpenAdapter => FileEvent::ChoseAdapter(paths.swap_remove(0)),
        DialogKind::SaveSoftTissue { result, .. } => {
            FileEvent::ChoseOutput(paths.swap_remove(0), *result)
        }
        DialogKind::TrainingFolder(field) => {
            FileEvent::Training(TrainingWork::Chose(*field, paths.swap_remove(0)))
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

/// Opens a dialog.
pub(super) fn dialog_future(kind: &DialogKind) -> DialogFuture {
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
        DialogKind::OpenAdapter => {
            let chosen = dialog
                .set_title("Open an adapter")
                .add_filter("Adapters", &["safetensors"])
                .pick_file();
            Box::pin(async move { paths(chosen.await) })
        }
        DialogKind::TrainingFolder(field) => {
            let title = match field {
                PathField::Pairs => "Folder of the pairs",
                PathField::Soft => "Folder of the soft-tissue images",
                PathField::Mixed => "Folder of the pairs to mix in",
                PathField::Run => "Folder for the run",
                PathField::Copy => "Folder for the registered copy",
                PathField::Earlier => "Folder of a run",
            };
            let chosen = dialog.set_title(title).pick_folder();
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
