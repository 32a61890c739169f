//! The settings file: read at the start, changed where a person changed something, never lost.
//!
//! The file belongs to the person: comments, order and keys unknown to this version stay as they
//! are. A file that cannot be understood is kept under another name and said so.

use super::{Preferences, Written};
use crate::formats::write_atomically;
use directories::ProjectDirs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use toml_edit::{DocumentMut, Item, Table};

/// Folder of the settings file where this is set, for tests and for sites.
const FOLDER_VARIABLE: &str = "DIAPHANE_CONFIG_DIR";
const FILE_NAME: &str = "settings.toml";
/// The file a person begins with: every key with its default, explained.
const TEMPLATE: &str = include_str!("../../../assets/settings.toml");
/// Broken files kept beside the settings file, at most; then the person must look after them.
const MAX_KEPT: usize = 100;

/// Folder of the settings file: that of `DIAPHANE_CONFIG_DIR`, or else the system's place for a
/// user's configuration; `None` where the system names none.
pub fn config_folder() -> Option<PathBuf> {
    match std::env::var_os(FOLDER_VARIABLE) {
        Some(folder) if !folder.is_empty() => Some(PathBuf::from(folder)),
        _ => ProjectDirs::from("", "", "Diaphane").map(|dirs| dirs.config_dir().to_owned()),
    }
}

/// Where preferences are kept.
#[derive(Debug)]
pub struct PreferencesFile {
    /// `None`: nothing is read or written.
    path: Option<PathBuf>,
    /// What this version understands of the file.
    saved: Written,
}

impl PreferencesFile {
    /// Keeps nothing from one run to the next.
    pub fn detached() -> Self {
        Self {
            path: None,
            saved: Written::default(),
        }
    }

    /// Reads the settings file of this folder. Sentences say what of it could not be used; without
    /// the file, or where it cannot be used, the defaults hold.
    pub fn load(folder: &Path) -> (Self, Preferences, Vec<String>) {
        let path = folder.join(FILE_NAME);
        let (written, problem) = match std::fs::read_to_string(&path) {
            Ok(text) => match toml::from_str::<Written>(&text) {
                Ok(written) => (written, None),
                Err(err) => (Written::default(), Some(keep_aside(&path, err.message()))),
            },
            Err(err) if err.kind() == ErrorKind::NotFound => (Written::default(), None),
            Err(err) if err.kind() == ErrorKind::InvalidData => {
                let kept = keep_aside(&path, "it is not text");
                (Written::default(), Some(kept))
            }
            Err(err) => {
                // Unread, it must not be written over either.
                let sentence = unread(&path, &err);
                return (Self::detached(), Preferences::default(), vec![sentence]);
            }
        };
        let (preferences, mut problems) = written.understood();
        problems.extend(problem);
        let file = Self {
            path: Some(path),
            // As understood: what this version cannot use is no difference, and stays.
            saved: Written::from(&preferences),
        };
        (file, preferences, problems)
    }

    /// The settings file; `None` where nothing is kept.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Writes what changed since the file was read or written last: some hundred bytes, when a
    /// person changed a preference.
    ///
    /// # Errors
    /// One sentence; it comes once for each change, and what is on the disk stays as it is.
    pub fn save(&mut self, preferences: &Preferences) -> Result<(), String> {
        let wanted = Written::from(preferences);
        let Some(path) = self.path.as_ref().filter(|_| wanted != self.saved) else {
            return Ok(());
        };
        let before = std::mem::replace(&mut self.saved, wanted.clone());
        write(path, &before, &wanted).map_err(|reason| {
            format!(
                "The preferences could not be written, so they hold until the window is closed: \
                 {reason} ({})",
                path.display()
            )
        })
    }
}

fn unread(path: &Path, err: &std::io::Error) -> String {
    format!(
        "The settings file could not be read, so the defaults hold and nothing is kept: {err} ({})",
        path.display()
    )
}

/// Renames a file that cannot be understood; returns the sentence that says so.
fn keep_aside(path: &Path, reason: &str) -> String {
    let reason = reason.replace('\n', " ");
    let names = (0..MAX_KEPT).map(|number| match number {
        0 => path.with_extension("broken.toml"),
        number => path.with_extension(format!("broken-{number}.toml")),
    });
    let mut free = names.filter(|name| !name.exists());
    let kept = free.next().and_then(|name| {
        let renamed = std::fs::rename(path, &name);
        renamed.ok().map(|()| name)
    });
    match kept {
        Some(name) => format!(
            "The settings file could not be understood, so the defaults hold: {reason}. It was \
             kept as {}",
            name.display()
        ),
        None => format!(
            "The settings file could not be understood, so the defaults hold: {reason}. Repair or \
             move it, or it will not be written again: {}",
            path.display()
        ),
    }
}

/// Puts the differences of `before` and `wanted` into the file as it is now.
fn write(path: &Path, before: &Written, wanted: &Written) -> Result<(), String> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(err) if err.kind() == ErrorKind::NotFound => TEMPLATE.to_owned(),
        Err(err) => return Err(err.to_string()),
    };
    let mut document: DocumentMut = text
        .parse()
        .map_err(|err: toml_edit::TomlError| err.message().replace('\n', " "))?;
    let (before, wanted) = (table_of(before)?, table_of(wanted)?);
    merge(document.as_table_mut(), &before, &wanted);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|err| err.to_string())?;
    }
    write_atomically(path, document.to_string().as_bytes(), true).map_err(|err| err.to_string())
}

fn table_of(written: &Written) -> Result<toml::Table, String> {
    toml::Table::try_from(written).map_err(|err| err.to_string())
}

/// Sets what differs, key by key; the comments round a key stay.
fn merge(document: &mut Table, before: &toml::Table, wanted: &toml::Table) {
    let gone = before.keys().filter(|key| !wanted.contains_key(*key));
    for key in gone {
        document.remove(key);
    }
    let none = toml::Table::new();
    let changed = wanted
        .iter()
        .filter(|(key, value)| before.get(*key) != Some(*value));
    for (key, value) in changed {
        if let toml::Value::Table(wanted) = value {
            let before = before.get(key).and_then(toml::Value::as_table);
            let item = document.entry(key).or_insert(Item::Table(Table::new()));
            if let Some(table) = item.as_table_mut() {
                merge(table, before.unwrap_or(&none), wanted);
            }
        } else {
            set(document, key, value);
        }
    }
}

fn set(document: &mut Table, key: &str, value: &toml::Value) {
    let mut value: toml_edit::Value = match value {
        toml::Value::Boolean(value) => (*value).into(),
        toml::Value::Float(value) => (*value).into(),
        toml::Value::Integer(value) => (*value).into(),
        other => other.as_str().unwrap_or_default().into(),
    };
    match document.get_mut(key) {
        // In its place: a key put in anew would come without the comment above it.
        Some(item) => {
            if let Some(old) = item.as_value() {
                *value.decor_mut() = old.decor().clone();
            }
            *item = Item::Value(value);
        }
        None => {
            document.insert(key, Item::Value(value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::radiograph::VoiFunction;
    use crate::ui::actions::find;
    use crate::ui::own_windows::{OwnWindow, WindowMeasure};
    use crate::ui::theme::ThemeChoice;
    use crate::ui::true_size::Screen;

    fn changed() -> Preferences {
        let mut preferences = Preferences {
            theme: ThemeChoice::Light,
            ui_scale: 1.25,
            first_run_note_seen: true,
            ..Preferences::default()
        };
        preferences.window_drag.swap_axes = true;
        preferences.keymap.set(find("fit").unwrap(), None);
        preferences.screens.set(Screen::default(), Some(3.78));
        let own = OwnWindow {
            name: "\"Hila\" = 1".to_owned(),
            measure: WindowMeasure::Lungs,
            center: -0.25,
            width: 0.5,
            function: VoiFunction::Sigmoid,
        };
        preferences.own_windows.keep(3, own);
        preferences
    }

    #[test]
    fn the_file_a_person_begins_with_holds_every_default() {
        let parsed: Written = toml::from_str(TEMPLATE).unwrap();
        assert_eq!(parsed, Written::default());
        let template: toml::Table = TEMPLATE.parse().unwrap();
        let defaults = table_of(&Written::default()).unwrap();
        let guide = include_str!("../../../assets/guide/settings-file.md");
        for (key, value) in &defaults {
            assert!(template.contains_key(key), "{key} is not in the file");
            assert!(
                guide.contains(&format!("`{key}`")),
                "{key} is not in the guide"
            );
            for inner in value.as_table().into_iter().flat_map(toml::Table::keys) {
                let table = template[key].as_table().unwrap();
                assert!(table.contains_key(inner), "{inner} is not in the file");
                assert!(
                    guide.contains(&format!("`{inner}`")),
                    "{inner} is not in the guide"
                );
            }
        }
    }

    #[test]
    fn what_was_changed_is_there_again_and_the_comments_too() {
        let folder = tempfile::tempdir().unwrap();
        let (mut file, preferences, problems) = PreferencesFile::load(folder.path());
        assert_eq!((preferences, problems.len()), (Preferences::default(), 0));
        assert!(
            !folder.path().join(FILE_NAME).exists(),
            "nothing was changed yet"
        );
        file.save(&changed()).unwrap();
        let (_, again, problems) = PreferencesFile::load(folder.path());
        assert_eq!((again, problems.len()), (changed(), 0));
        let text = std::fs::read_to_string(folder.path().join(FILE_NAME)).unwrap();
        let comments = |text: &str| text.lines().filter(|line| line.starts_with('#')).count();
        assert_eq!(comments(&text), comments(TEMPLATE));
    }

    /// As the first version wrote it: without screens and windows of the person's own.
    #[test]
    fn a_file_of_an_earlier_version_is_read_and_gets_what_is_new() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        std::fs::write(&path, "theme = \"light\"\n\n[keys]\nfit = \"\"\n").unwrap();
        let (mut file, mut preferences, problems) = PreferencesFile::load(folder.path());
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(preferences.theme, ThemeChoice::Light);
        preferences.own_windows = changed().own_windows;
        preferences.screens = changed().screens;
        file.save(&preferences).unwrap();
        let (mut file, again, problems) = PreferencesFile::load(folder.path());
        assert_eq!((&again, problems.len()), (&preferences, 0));
        preferences.own_windows.delete(3);
        file.save(&preferences).unwrap();
        let (_, again, problems) = PreferencesFile::load(folder.path());
        assert_eq!(
            (again, problems.len()),
            (preferences, 0),
            "what was deleted is gone"
        );
    }

    #[test]
    fn keys_of_another_version_and_edits_by_hand_stay() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        let text =
            "# mine\nui-scale = 1.5 # for the wall\nfuture = [1, 2]\n\n[keys]\nfly = \"Q\"\n";
        std::fs::write(&path, text).unwrap();
        let (mut file, mut preferences, problems) = PreferencesFile::load(folder.path());
        assert_eq!((preferences.ui_scale, problems.len()), (1.5, 1));
        // Meanwhile the person edits the file by hand.
        std::fs::write(&path, text.replace("[1, 2]", "[3]")).unwrap();
        preferences.theme = ThemeChoice::Light;
        file.save(&preferences).unwrap();
        let kept = std::fs::read_to_string(&path).unwrap();
        for part in [
            "# mine\nui-scale = 1.5 # for the wall",
            "future = [3]",
            "fly = \"Q\"",
            "theme = \"light\"",
        ] {
            assert!(kept.contains(part), "{part} is not in\n{kept}");
        }
    }

    #[test]
    fn a_file_that_cannot_be_understood_is_kept_aside() {
        for broken in ["theme = \"pink\"\n", "theme = \n", "ui-scale = \"big\"\n"] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join(FILE_NAME);
            std::fs::write(&path, broken).unwrap();
            let (mut file, preferences, problems) = PreferencesFile::load(folder.path());
            assert_eq!((preferences, problems.len()), (Preferences::default(), 1));
            assert!(problems[0].contains("settings.broken.toml"), "{problems:?}");
            file.save(&changed()).unwrap();
            let kept = std::fs::read_to_string(folder.path().join("settings.broken.toml")).unwrap();
            assert_eq!(kept, broken);
            // A second broken file does not take the place of the first.
            std::fs::write(&path, broken).unwrap();
            PreferencesFile::load(folder.path());
            assert!(folder.path().join("settings.broken-1.toml").exists());
        }
    }

    #[test]
    fn a_file_broken_while_the_window_is_open_is_not_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let (mut file, _, _) = PreferencesFile::load(folder.path());
        let path = folder.path().join(FILE_NAME);
        std::fs::write(&path, "theme = ").unwrap();
        let sentence = file.save(&changed()).unwrap_err();
        assert!(sentence.contains(FILE_NAME), "{sentence}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "theme = ");
    }
}
