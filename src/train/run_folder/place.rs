//! Where a run may not write: among the images it learns from, and over a split that no run wrote.

use super::{RunFolder, SETTINGS};
use crate::train::{RunConfig, TrainError};
use std::fs;
use std::path::{Path, PathBuf};

impl RunFolder {
    /// Refuses a folder inside one of `sources`: rendered validation images are named like soft-tissue images, and a
    /// folder of images is walked with all that lies below it.
    ///
    /// # Errors
    /// [`TrainError::OutInside`].
    pub fn refuse_inside<'a>(
        out: &Path,
        sources: impl IntoIterator<Item = &'a Path>,
    ) -> Result<(), TrainError> {
        let place = real(out);
        if sources
            .into_iter()
            .any(|source| place.starts_with(real(source)))
        {
            let path = out.to_owned();
            return Err(TrainError::OutInside { path });
        }
        Ok(())
    }

    /// Refuses a run whose folder lies among the images of its own sources.
    ///
    /// # Errors
    /// [`TrainError::OutInside`].
    pub fn refuse_among_images(config: &RunConfig) -> Result<(), TrainError> {
        let sources = config.data.source.iter();
        let folders =
            sources.flat_map(|source| [Some(&source.folder), source.soft_folder.as_ref()]);
        Self::refuse_inside(&config.out, folders.flatten().map(PathBuf::as_path))
    }

    /// Refuses what a new run would lay its files among or over, before anything is read.
    ///
    /// # Errors
    /// [`TrainError::RunExists`], [`TrainError::OutInside`], [`TrainError::OtherSplit`].
    pub(in crate::train) fn refuse_place(config: &RunConfig) -> Result<(), TrainError> {
        if config.out.join(SETTINGS).exists() {
            let path = config.out.clone();
            return Err(TrainError::RunExists { path });
        }
        Self::refuse_among_images(config)?;
        let kept = config.out.join(super::split::FILE);
        let Ok(there) = fs::read(&kept) else {
            return Ok(());
        };
        let ours = config.data.split.as_ref();
        if ours.is_some_and(|ours| fs::read(ours).is_ok_and(|bytes| bytes == there)) {
            return Ok(());
        }
        Err(TrainError::OtherSplit { path: kept })
    }
}

/// The path without links, also where its last parts do not exist yet.
fn real(path: &Path) -> PathBuf {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut missing = Vec::new();
    for ancestor in whole.ancestors() {
        if let Ok(found) = ancestor.canonicalize() {
            return missing
                .iter()
                .rev()
                .fold(found, |path, name| path.join(name));
        }
        missing.extend(ancestor.file_name());
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::{Start, Unobserved, run};

    #[test]
    fn a_run_does_not_write_among_its_images() {
        let temp = tempfile::tempdir().unwrap();
        let pairs = temp.path().join("pairs");
        fs::create_dir(&pairs).unwrap();
        let asked = |out: PathBuf| RunFolder::refuse_inside(&out, [pairs.as_path()]);
        for inside in ["", "run", "a/b/run", "../pairs/run"] {
            let err = asked(pairs.join(inside)).unwrap_err().to_string();
            assert!(err.contains("among the images"), "{err}");
        }
        // Beside it, with a name that begins alike.
        for outside in ["pairs2", "run", "pairs/../run"] {
            asked(temp.path().join(outside)).unwrap();
        }
        #[cfg(unix)]
        {
            let link = temp.path().join("link");
            std::os::unix::fs::symlink(&pairs, &link).unwrap();
            assert!(asked(link.join("run")).is_err());
        }
    }

    #[test]
    fn a_split_that_lies_there_is_never_replaced_by_another() {
        let temp = tempfile::tempdir().unwrap();
        let (out, split) = (temp.path().join("run"), temp.path().join("mine.json"));
        fs::create_dir(&out).unwrap();
        fs::write(&split, "{}").unwrap();
        let text = format!(
            "stage = 'segmenter'\nout = '{}'\niterations = 1\n[data]\nsplit = '{}'\n[[data.source]]\nkind = 'masks'\nfolder = '{}'\n",
            out.display(),
            split.display(),
            temp.path().join("masks").display()
        );
        let file = temp.path().join("run.toml");
        fs::write(&file, text).unwrap();
        let config = RunConfig::read(&file).unwrap();
        RunFolder::refuse_place(&config).unwrap();
        fs::write(out.join("split.json"), "{}").unwrap();
        RunFolder::refuse_place(&config).unwrap();
        fs::write(out.join("split.json"), "[]").unwrap();
        // Before any image is looked for: there is none.
        let err = run(&config, Start::Fresh, &mut Unobserved).unwrap_err();
        assert!(err.to_string().contains("another split lies"), "{err}");
        assert_eq!(fs::read_to_string(out.join("split.json")).unwrap(), "[]");
        assert!(!out.join("run.toml").exists());
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_looks_into_a_run_folder() {
        use std::os::unix::fs::PermissionsExt as _;
        let temp = tempfile::tempdir().unwrap();
        let out = temp.path().join("runs/mine");
        let text = format!(
            "stage = 'segmenter'\nout = '{}'\niterations = 1\n[[data.source]]\nkind = 'masks'\nfolder = 'masks'\n",
            out.display()
        );
        let file = temp.path().join("run.toml");
        fs::write(&file, text).unwrap();
        RunFolder::create(&RunConfig::read(&file).unwrap()).unwrap();
        let mode = fs::metadata(&out).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }
}
