//! Results of the test pairs as files, so that they are looked at without being made again.

use super::{Case, ContestError};
use crate::formats::write_private;
use crate::pipeline::{KeptResult, SuppressionResult};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Room on the disk that the results of a contest may take, bytes.
const MOST_BYTES: u64 = 2 << 30;

/// Where a contestant's results are kept, as many as there is room for.
pub(super) struct Keeper<'a> {
    folder: Option<&'a Path>,
    label: &'a str,
    bytes_left: u64,
}

impl<'a> Keeper<'a> {
    /// Every contestant has the same room, so that all of them keep the same cases.
    pub(super) fn new(folder: Option<&'a Path>, label: &'a str, num_contestants: usize) -> Self {
        Self {
            folder,
            label,
            bytes_left: MOST_BYTES / num_contestants.max(1) as u64,
        }
    }

    /// Writes a result; the file, or `None` where nothing is kept.
    pub(super) fn keep(
        &mut self,
        number: usize,
        case: &Case,
        result: SuppressionResult,
        is_mask_given: bool,
    ) -> Result<Option<PathBuf>, ContestError> {
        let Some(folder) = self.folder.filter(|_| self.bytes_left > 0) else {
            return Ok(None);
        };
        let kept = KeptResult {
            result: Arc::new(result),
            is_mask_given,
        };
        // A picture without pixels is kept nowhere, and looked at by nobody.
        let Ok(bytes) = kept.to_bytes(&case.radiograph) else {
            return Ok(None);
        };
        self.bytes_left = self.bytes_left.saturating_sub(bytes.len() as u64);
        let path = folder.join(format!("{number:04}-{}.safetensors", self.label));
        write_private(&path, &bytes)?;
        Ok(Some(path))
    }
}
