//! How a bundle is fine-tuned by whoever states nothing else: as the one that the README's table was made with.

use super::TrainError;
use super::base::Base;
use crate::model::manifest::Prediction;
use std::path::Path;
use toml::Table;

/// The run file of that table.
const FINE_TUNE: &str = include_str!("../../models/compact/recipe/fine_tune.toml");
/// What of it is taken: what is done to the images, and what is asked of the network.
const SECTIONS: [&str; 2] = ["augmentation", "loss"];

/// Adds the recipe's augmentation and losses to a run file that states neither and goes on from a network that predicts
/// clean latents; any other stays as it is. Returns the text.
///
/// # Errors
/// [`TrainError::RunFile`] where the text, for `path`, is no run file; [`TrainError::Model`] where its base cannot be read.
pub fn with_recipe(run_file: &str, path: &Path) -> Result<String, TrainError> {
    let no_run_file = |err: toml::de::Error| TrainError::RunFile {
        reason: err.to_string().trim_end().to_owned(),
        path: path.to_owned(),
    };
    let mut run: Table = toml::from_str(run_file).map_err(no_run_file)?;
    let stated = SECTIONS.iter().any(|section| run.contains_key(*section));
    let base = run.get("base").and_then(toml::Value::as_str);
    let (Some(base), false) = (base, stated) else {
        return Ok(run_file.to_owned());
    };
    if Base::open(Path::new(base))?.manifest().denoiser.prediction == Prediction::Epsilon {
        return Ok(run_file.to_owned());
    }
    let recipe: Table = toml::from_str(FINE_TUNE).map_err(no_run_file)?;
    let taken = recipe
        .into_iter()
        .filter(|(name, _)| SECTIONS.contains(&name.as_str()));
    run.extend(taken);
    Ok(run.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_stated_is_taken_from_the_recipe() {
        let compact = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/compact");
        let plain = format!("stage = 'denoiser'\nbase = '{}'\n", compact.display());
        let path = Path::new("plan.toml");
        let run: Table = with_recipe(&plain, path).unwrap().parse().unwrap();
        assert_eq!(
            run["loss"]["denoiser"]["rollout_share"].as_float(),
            Some(0.6)
        );
        assert_eq!(run["augmentation"]["blur_px"].as_float(), Some(2.2));
        assert!(!run.contains_key("iterations") && !run.contains_key("data"));
        let stated = format!("{plain}[augmentation]\nnoise = 0.0\n");
        assert_eq!(with_recipe(&stated, path).unwrap(), stated);
        let fresh = "stage = 'denoiser'\n";
        assert_eq!(with_recipe(fresh, path).unwrap(), fresh);
    }
}
