//! Where predictions come from.

use super::named_files;
use crate::cli::session::Session;
use crate::cli::suppress::suppress_one;
use crate::contest::{Case, soft_tissue};
use crate::evidence::Row;
use crate::radiograph::FloatImage;
use crate::worker::{SuppressionRequest, SuppressionSettings};
use std::path::PathBuf;

/// Files, or networks run now.
pub(super) enum Source {
    /// Files of a folder.
    Folder(PathBuf),
    /// Networks.
    Networks(Networks, Asked),
}

/// A session whose bundle is loaded.
pub(super) struct Networks {
    pub(super) session: Session,
    /// The pairs' own lung masks are used in place of the segmenter's.
    pub(super) given_masks: bool,
}

/// What is asked of networks for one case.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Asked {
    pub(super) settings: SuppressionSettings,
    pub(super) num_seeds: usize,
}

impl Asked {
    /// One seed.
    pub(super) fn once(settings: SuppressionSettings) -> Self {
        Self {
            settings,
            num_seeds: 1,
        }
    }
}

/// What is scored of one case.
pub(super) struct Predicted {
    /// The soft-tissue image in `[0, 1]` on the known one's grid.
    pub(super) picture: FloatImage,
    /// How well its uncertainty holds; empty for one seed and for files.
    pub(super) band: Row,
}

impl Source {
    /// What is scored of a case; `None` on Ctrl-C.
    pub(super) fn predict(&self, case: &Case) -> anyhow::Result<Option<Predicted>> {
        match self {
            Self::Folder(folder) => {
                let path = named_files::prediction(folder, &case.name)?;
                let picture = soft_tissue(&path, &case.radiograph)?;
                Ok(Some(Predicted {
                    picture: case.fitted(picture),
                    band: Row::new(),
                }))
            }
            Self::Networks(networks, asked) => networks.predict(case, asked.clone()),
        }
    }
}

impl Networks {
    /// What is scored of a case; `None` on Ctrl-C.
    pub(super) fn predict(&self, case: &Case, asked: Asked) -> anyhow::Result<Option<Predicted>> {
        let request = SuppressionRequest {
            num_seeds: asked.num_seeds,
            ..case.request(asked.settings, self.given_masks)?
        };
        let Some(result) = suppress_one(&self.session, request, &case.name)? else {
            return Ok(None);
        };
        let picture = case.predicted(&result)?;
        Ok(Some(Predicted {
            band: case.band_columns(&result, &picture),
            picture,
        }))
    }
}
