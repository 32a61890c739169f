//! Where predictions come from.

use super::case::Case;
use super::{pairs, pictures};
use crate::cli::job::fit_mask;
use crate::cli::outputs::displayed;
use crate::cli::session::Session;
use crate::cli::suppress::suppress_one;
use crate::radiograph::FloatImage;
use crate::worker::{OutputGrid, SuppressionRequest, SuppressionSettings};
use anyhow::Context as _;
use std::path::PathBuf;

/// Files, or networks run now.
pub(super) enum Source {
    /// Files of a folder.
    Folder(PathBuf),
    /// Networks.
    Networks(Networks, SuppressionSettings),
}

/// A session whose bundle is loaded.
pub(in crate::cli) struct Networks {
    pub(in crate::cli) session: Session,
    /// The pairs' own lung masks are used in place of the segmenter's.
    pub(in crate::cli) given_masks: bool,
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

impl Source {
    /// The predicted soft-tissue image in `[0, 1]` on the known one's grid; `None` on Ctrl-C.
    pub(super) fn predict(&self, case: &Case) -> anyhow::Result<Option<FloatImage>> {
        match self {
            Self::Folder(folder) => {
                let path = pairs::prediction(folder, &case.name)?;
                let picture = pictures::soft_tissue(&path, &case.radiograph)?;
                Ok(Some(case.fitted(picture)))
            }
            Self::Networks(networks, settings) => {
                networks.predict(case, Asked::once(settings.clone()))
            }
        }
    }
}

impl Networks {
    /// The predicted soft-tissue image in `[0, 1]` on the known one's grid; `None` on Ctrl-C.
    pub(super) fn predict(&self, case: &Case, asked: Asked) -> anyhow::Result<Option<FloatImage>> {
        let mask = if self.given_masks {
            let mask = case.given_mask.as_ref().with_context(|| {
                format!("{} has no lung mask; leave --given-masks out", case.name)
            })?;
            Some(fit_mask(mask, case.radiograph.size())?)
        } else {
            None
        };
        let request = SuppressionRequest {
            mask,
            num_seeds: asked.num_seeds,
            ..SuppressionRequest::new(case.radiograph.clone(), asked.settings)
        };
        let Some(result) = suppress_one(&self.session, request, &case.name)? else {
            return Ok(None);
        };
        let picture = match result.settings.output {
            OutputGrid::Native => displayed(&case.radiograph, &result.soft_tissue)?,
            OutputGrid::Model => result.model_soft_tissue.clone(),
        };
        Ok(Some(case.fitted(picture)))
    }
}
