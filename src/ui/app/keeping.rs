//! Where the window keeps what the next start is to know.

use super::DiaphaneApp;
use crate::ui::command;
use crate::ui::folder_facts::FolderNotes;
use crate::ui::preferences::PreferencesFile;
use crate::ui::session::SessionStore;
use crate::ui::window_places::WindowPlaces;
use crate::worker::site::SiteFolder;
use std::path::{Path, PathBuf};

impl DiaphaneApp {
    /// Keeps what is open in this folder, and offers what was open when the last run broke off.
    pub fn keep_session_in(&mut self, folder: &Path) {
        let (store, kept) = SessionStore::open(folder);
        self.services.results_folder = Some(folder.join("results"));
        self.state.session = kept;
        self.services.session = Some(store);
        self.state.folders = FolderNotes::open(folder);
        let known = self.state.folders.known.clone();
        self.services.files.set_folders(known);
    }

    /// Keeps where the windows stand in this folder, and opens the second one where it stood.
    pub fn keep_places_in(&mut self, folder: &Path) {
        self.places = WindowPlaces::load(folder);
    }

    /// Takes the preferences of the settings file in this folder, and keeps what is changed of them.
    pub fn keep_preferences_in(&mut self, folder: &Path) {
        let (file, preferences, problems) = PreferencesFile::load(folder);
        self.preferences_file = file;
        self.state.shell.preferences = preferences;
        for problem in problems {
            command::fail(&mut self.state, problem);
        }
    }

    /// Promotes models into this site's folder, and takes them back.
    pub fn use_site(&mut self, site: SiteFolder) {
        self.services.site = Some(site);
    }

    /// Keeps measures in this folder from now on; without one they end with the window.
    pub fn keep_measures_in(&mut self, folder: PathBuf) {
        self.services.measures_folder = Some(folder);
    }
}
