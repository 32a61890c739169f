//! File work that makes a registered copy of pairs.

use super::{FileWork, TrainingWork};
use crate::dataset::{DatasetError, RegisterRequest, register_dataset};
use crate::ui::training::CheckProgress;
use std::sync::Arc;

impl FileWork {
    /// Makes a registered copy of pairs.
    pub(in crate::ui) fn register_pairs(
        &mut self,
        request: RegisterRequest,
        progress: &Arc<CheckProgress>,
    ) {
        let folder = request.out.clone();
        let text = format!(
            "the registering of the pairs broke down; a damaged file may have done it; its folder can be removed: {}",
            folder.display()
        );
        let lost = TrainingWork::Registered(Arc::clone(progress), folder, Some(Err(text)));
        let progress = Arc::clone(progress);
        let watch = self.watch(&progress);
        self.train("diaphane-register", lost, move || {
            let made = register_dataset(&request, &watch).transpose();
            let made = made.map(|made| made.map(Box::new).map_err(|err| sentence(&err)));
            TrainingWork::Registered(progress, request.out, made)
        });
    }
}

/// Why there is no copy; what the command line offers besides is not offered here.
fn sentence(err: &DatasetError) -> String {
    match err {
        DatasetError::NotEmpty { path } => format!(
            "the folder is not empty; choose another one for the copy, so that what lies there stays as it is: {}",
            path.display()
        ),
        err => err.to_string(),
    }
}
