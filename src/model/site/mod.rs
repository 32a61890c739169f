//! The site's own model: which bundle is in force in place of the shipped one, and how it came to be.
//!
//! ```text
//! SITE/
//!   site-model.toml          every promoted bundle that was not rolled back; the last one is in force
//!   promotions.jsonl         every act, appended and never changed
//!   looks.jsonl              every judging on a locked test part, likewise
//!   bundles/NAME-SHA256/     copies of the promoted bundles; what they were copied from may go
//!   evidence/NAME-SHA256...  why each was promoted
//!   lock                     held while something is changed: two programs never do so at once
//! ```
//!
//! A copy that is no longer what was promoted is refused by name. Nothing else takes its place silently. Evidence shows
//! pictures of patients: this user alone can read it.

mod act;
mod error;
mod in_force;
mod journal;
mod lock;
mod looks;
mod moment;

pub use act::{Act, LoggedAct};
pub use error::SiteError;
pub use in_force::{bundle_in_force, candidate, default_bundle, promoted_at};
pub use journal::Journal;
pub use looks::{Look, Looks};
pub use moment::utc_now;

pub use super::bundle::BundleInfo;

use super::bundle::{Bundle, copy_bundle};
use crate::formats::{write_atomically, write_private};
use in_force::ensure_in_force;
use serde::{Deserialize, Serialize};
use std::env;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The bundle that ships with the program.
pub const SHIPPED_BUNDLE: &str = "compact";
/// Folder that takes the place of the user's own.
const FOLDER_VARIABLE: &str = "DIAPHANE_SITE_DIR";
/// The file that says what is in force.
const FILE: &str = "site-model.toml";
/// Version of that file.
const FORMAT: u32 = 1;
/// Hexadecimal digits of a hash that name a copy.
const SHORT_HASH: usize = 12;

/// A bundle that was promoted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteModel {
    /// Name of the bundle.
    pub name: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of the bundle, hexadecimal.
    pub sha256: String,
    /// Folder of its copy, seen from the site's folder.
    pub folder: PathBuf,
    /// When, in Coordinated Universal Time: `2026-01-31T13:45:00Z`.
    pub promoted_at: String,
    /// File that says why, seen from the site's folder.
    pub evidence: PathBuf,
    /// SHA-256 of the bundle that was in force before.
    pub base_sha256: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SiteFile {
    format: u32,
    #[serde(default)]
    promoted: Vec<SiteModel>,
}

/// What is written down about a promotion.
#[derive(Debug, Clone, Copy)]
pub struct EvidenceFiles<'a> {
    /// Machine-readable, JSON.
    pub json: &'a str,
    /// The page for people, HTML, where there is one.
    pub html: Option<&'a str>,
    /// What somebody stated, where the promotion rests on that too.
    pub statement: Option<&'a str>,
}

/// What a rollback changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rollback {
    /// In force until now.
    pub from: SiteModel,
    /// In force from now on; `None` is the shipped bundle.
    pub to: Option<SiteModel>,
}

/// What going back to the shipped bundle changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shipped {
    /// The promoted bundles that are in force no more, the first one first.
    pub taken_back: Vec<SiteModel>,
    /// Where a record was put that could not be understood.
    pub set_aside: Option<PathBuf>,
}

/// The folder in which a site keeps its model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteFolder(PathBuf);

impl SiteFolder {
    /// In this folder, which need not exist.
    pub fn at(folder: &Path) -> Self {
        Self(folder.to_path_buf())
    }

    /// That of `DIAPHANE_SITE_DIR`, or else the system's place for the data of this user's programs; `None` where the
    /// system names none.
    pub fn of_user() -> Option<Self> {
        let variable = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
        if let Some(folder) = variable(FOLDER_VARIABLE) {
            return Some(Self(folder.into()));
        }
        let home = || variable("HOME").map(PathBuf::from);
        let base = if cfg!(windows) {
            variable("LOCALAPPDATA").map(PathBuf::from)
        } else if cfg!(target_os = "macos") {
            home().map(|home| home.join("Library/Application Support"))
        } else {
            let stated = variable("XDG_DATA_HOME").map(PathBuf::from);
            stated.or_else(|| home().map(|home| home.join(".local/share")))
        };
        base.map(|base| Self(base.join("diaphane").join("site")))
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Every promoted bundle that was not rolled back, the first one first.
    ///
    /// # Errors
    /// [`SiteError`] where the file is there and cannot be understood.
    pub fn promoted(&self) -> Result<Vec<SiteModel>, SiteError> {
        let path = self.0.join(FILE);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(err) if err.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(err) => return Err(SiteError::io("read", &path, err)),
        };
        let unusable = |reason: String| SiteError::Unusable {
            path: path.clone(),
            reason,
        };
        let file: SiteFile = toml::from_str(&text).map_err(|err| unusable(err.to_string()))?;
        if file.format != FORMAT {
            let found = file.format;
            return Err(unusable(format!(
                "its format is {found}, this program knows {FORMAT}"
            )));
        }
        Ok(file.promoted)
    }

    /// The bundle in force; `None` where none was promoted.
    ///
    /// # Errors
    /// As [`Self::promoted`].
    pub fn in_force(&self) -> Result<Option<SiteModel>, SiteError> {
        Ok(self.promoted()?.pop())
    }

    /// Folder of a promoted bundle's copy.
    ///
    /// # Errors
    /// [`SiteError::Changed`] or [`SiteError::Gone`] where the copy is not what was promoted. The weights themselves
    /// are checked against the manifest whenever they are loaded.
    pub fn folder_of(&self, model: &SiteModel) -> Result<PathBuf, SiteError> {
        let folder = self.0.join(&model.folder);
        let described = || format!("{} (promoted {})", model.name, model.promoted_at);
        if !folder.is_dir() {
            return Err(SiteError::Gone {
                model: described(),
                folder,
            });
        }
        match Bundle::info(&folder) {
            Ok(info) if info.sha256 == model.sha256 => Ok(folder),
            Ok(info) => Err(SiteError::Changed {
                model: described(),
                folder,
                expected: model.sha256.clone(),
                found: info.sha256,
            }),
            Err(err) => Err(SiteError::Model(err)),
        }
    }

    /// Puts a bundle in force: a copy of it, its evidence, a line in the log. Whether it deserves it is the caller's
    /// question; the bundle itself and whatever was in force stay as they are.
    ///
    /// # Errors
    /// [`SiteError`], [`ModelError::Faulty`](crate::model::ModelError::Faulty) where the bundle is no longer the one that was judged,
    /// [`SiteError::Overtaken`] where another one is in force than it was judged against; what was in force stays so.
    pub fn promote(
        &self,
        judged: &BundleInfo,
        base_sha256: &str,
        evidence: EvidenceFiles<'_>,
    ) -> Result<SiteModel, SiteError> {
        let _lock = lock::take(&self.0)?;
        let mut promoted = self.promoted()?;
        ensure_in_force(promoted.last(), base_sha256)?;
        let info = judged.clone();
        let short = info.sha256.get(..SHORT_HASH).unwrap_or(&info.sha256);
        let name = format!("{}-{short}", file_name(&info.manifest.name));
        let folder = PathBuf::from("bundles").join(&name);
        copy_bundle(&info, &self.0.join(&folder))?;
        let promoted_at = utc_now();
        let evidence_file = format!("{name}-{}.json", stamp(&promoted_at));
        let evidence_file = PathBuf::from("evidence").join(evidence_file);
        self.write(&evidence_file, evidence.json)?;
        if let Some(html) = evidence.html {
            self.write(&evidence_file.with_extension("html"), html)?;
        }
        let model = SiteModel {
            name: info.manifest.name,
            version: info.manifest.version,
            sha256: info.sha256,
            folder,
            promoted_at,
            evidence: evidence_file,
            base_sha256: base_sha256.to_owned(),
        };
        promoted.push(model.clone());
        let statement = evidence.statement.map(str::to_owned);
        self.put((Act::Promoted, statement), &model, promoted)?;
        Ok(model)
    }

    /// Puts back in force what was before the last promotion. The bundle that it takes away stays where it is.
    ///
    /// # Errors
    /// [`SiteError::NothingPromoted`]; [`SiteError::Gone`] or [`SiteError::Changed`] where the one before is not what
    /// was promoted then; [`Self::use_shipped`] goes back in any case.
    pub fn roll_back(&self) -> Result<Rollback, SiteError> {
        let _lock = lock::take(&self.0)?;
        let mut promoted = self.promoted()?;
        let from = promoted.pop().ok_or(SiteError::NothingPromoted)?;
        let to = promoted.last().cloned();
        if let Some(before) = &to {
            self.folder_of(before)?;
        }
        self.put((Act::RolledBack, None), &from, promoted)?;
        Ok(Rollback { from, to })
    }

    /// Puts the shipped bundle back in force, whatever was promoted and whatever became of it. A record that cannot be
    /// understood is moved aside.
    ///
    /// # Errors
    /// [`SiteError`] where the disk refuses.
    pub fn use_shipped(&self) -> Result<Shipped, SiteError> {
        let _lock = lock::take(&self.0)?;
        let record = self.promoted();
        let set_aside = match &record {
            Ok(_) => None,
            Err(_) => Some(self.set_aside()?),
        };
        let promoted = record.unwrap_or_default();
        if let Some(last) = promoted.last() {
            self.put((Act::RolledBack, None), last, Vec::new())?;
        }
        Ok(Shipped {
            taken_back: promoted,
            set_aside,
        })
    }

    /// Gives the record another name; the new one.
    fn set_aside(&self) -> Result<PathBuf, SiteError> {
        let path = self.0.join(FILE);
        let aside = self.0.join(format!("{FILE}.{}", stamp(&utc_now())));
        fs::rename(&path, &aside).map_err(|err| SiteError::io("rename", &path, err))?;
        Ok(aside)
    }

    /// Every act, the oldest first.
    ///
    /// # Errors
    /// [`SiteError`] where the record is there and cannot be read.
    pub fn log(&self) -> Result<Journal<LoggedAct>, SiteError> {
        journal::read(&self.0.join(act::FILE))
    }

    /// An act, with what it rests on, is in the record before it has an effect.
    fn put(
        &self,
        (act, statement): (Act, Option<String>),
        model: &SiteModel,
        promoted: Vec<SiteModel>,
    ) -> Result<(), SiteError> {
        let sha256 = model.sha256.clone();
        let in_force_sha256 = promoted.last().map(|model| model.sha256.clone());
        journal::append(
            &self.0.join(act::FILE),
            &LoggedAct {
                at: utc_now(),
                act,
                name: model.name.clone(),
                sha256,
                in_force_sha256,
                evidence: model.evidence.clone(),
                statement,
            },
        )?;
        let path = self.0.join(FILE);
        let file = SiteFile {
            format: FORMAT,
            promoted,
        };
        let text = toml::to_string(&file).map_err(|err| SiteError::Unusable {
            path: path.clone(),
            reason: err.to_string(),
        })?;
        Ok(write_atomically(&path, text.as_bytes(), true)?)
    }

    fn write(&self, file: &Path, text: &str) -> Result<(), SiteError> {
        Ok(write_private(&self.0.join(file), text.as_bytes())?)
    }
}

/// A moment as part of a file's name.
fn stamp(moment: &str) -> String {
    moment.chars().filter(char::is_ascii_alphanumeric).collect()
}

/// A bundle's name as part of a file's name.
fn file_name(name: &str) -> String {
    let harmless = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    name.chars()
        .map(|c| if harmless(c) { c } else { '_' })
        .collect()
}
