//! Run files: what is read, filled in and refused.

use super::*;

const MINIMAL: &str = r#"
    stage = "segmenter"
    out = "run"
    iterations = 10
    [[data.source]]
    kind = "masks"
    folder = "masks"
"#;

fn parse(text: &str) -> Result<RunConfig, String> {
    let config: RunConfig = toml::from_str(text).map_err(|err| err.to_string())?;
    config
        .validate()
        .map(|()| config)
        .map_err(|err| err.to_string())
}

#[test]
fn a_minimal_run_file_is_enough_and_survives_a_round_trip() {
    let config = parse(MINIMAL).unwrap();
    let again = toml::to_string(&config).unwrap();
    assert_eq!(parse(&again).unwrap(), config);
}

#[test]
fn unknown_fields_are_refused_by_name() {
    let err = parse(&format!("learning_rat = 1.0\n{MINIMAL}")).unwrap_err();
    assert!(err.contains("learning_rat"), "{err}");
    let err = parse(&format!("{MINIMAL}\n[augmentation]\nrotate = 3")).unwrap_err();
    assert!(err.contains("rotate"), "{err}");
}

#[test]
fn contradictions_are_named() {
    for (from, to, names) in [
        ("iterations = 10", "", "iterations"),
        ("iterations = 10", "minutes = -1.0", "minutes"),
        (
            "iterations = 10",
            "iterations = 10\npatch_px = 100",
            "patch_px",
        ),
        (
            "iterations = 10",
            "iterations = 10\nvqgan = \"x\"",
            "`vqgan`",
        ),
        ("\"segmenter\"", "\"denoiser\"\npatch_px = 320", "`vqgan`"),
        (
            "iterations = 10",
            "iterations = 10\ndevice = \"tpu\"",
            "device",
        ),
    ] {
        let err = parse(&MINIMAL.replace(from, to)).unwrap_err();
        assert!(err.contains(names), "{err}");
    }
}

#[test]
fn patches_fit_the_halvings_of_the_networks_that_are_built() {
    let with = |stage: &str, lines: &str| {
        let text = MINIMAL.replace("\"segmenter\"", stage);
        parse(&format!(
            "{}\n{lines}",
            text.replace("iterations = 10", "iterations = 10\npatch_px = 36")
        ))
    };
    // Two levels of the codec halve twice, three of them three times.
    with("\"vqgan\"", "[model.vqgan]\nchannels = [4, 8]").unwrap();
    let err = with("\"vqgan\"", "").unwrap_err();
    assert!(err.contains("multiple of 8"), "{err}");
    // What the codec adds to a denoiser's halvings is known when the run begins.
    let denoiser = "\"denoiser\"\nvqgan = \"codec\"";
    with(denoiser, "[model.denoiser]\nchannel_mult = [1, 2]").unwrap();
    let err = with(denoiser, "").unwrap_err();
    assert!(err.contains("multiple of 8"), "{err}");
    assert!(
        with("\"segmenter\"", "")
            .unwrap_err()
            .contains("multiple of 32")
    );
}

#[test]
fn patches_larger_than_a_picture_are_refused() {
    let with = |stage: &str, patch_px: usize| {
        let text = MINIMAL.replace("\"segmenter\"", stage);
        let text = text.replace("= 10", &format!("= 10\npatch_px = {patch_px}"));
        parse(&format!(
            "{text}\n[[data.source]]\nkind = \"masks\"\nfolder = \"small\"\ngrid_px = 512"
        ))
    };
    // The smallest of the sources decides.
    with("\"vqgan\"", 512).unwrap();
    for stage in ["\"vqgan\"", "\"denoiser\"\nvqgan = \"codec\""] {
        let err = with(stage, 576).unwrap_err();
        assert_eq!(
            err,
            "`patch_px` must be at most 512, the grid that a whole picture spans (`data.source.grid_px`); \
             correct it in the run file"
        );
    }
    // A segmenter sees whole pictures, at a size of its own.
    with("\"segmenter\"", 576).unwrap();
}

#[test]
fn schedules_and_predictions_that_cannot_be_trained_are_named() {
    let with = |lines: &str| {
        let text = MINIMAL.replace("\"segmenter\"", "\"denoiser\"\nvqgan = \"codec\"");
        parse(&format!("{text}\n{lines}"))
    };
    let schedule = |line: &str| with(&format!("[conventions.schedule]\n{line}"));
    schedule("kind = \"cosine\"\nnum_timesteps = 500").unwrap();
    let err = schedule("kind = \"cosine\"\nnum_timesteps = 1").unwrap_err();
    assert!(err.contains("num_timesteps"), "{err}");
    let line = "kind = \"scaled_linear\"\nnum_timesteps = 500\nbeta_start = 0.5\nbeta_end = 0.1";
    let err = schedule(line).unwrap_err();
    assert!(err.contains("beta_start"), "{err}");

    let epsilon = "[conventions]\nprediction = \"epsilon\"\n[loss.denoiser]";
    with(epsilon).unwrap();
    let err = with(&format!("{epsilon}\npixel = 0.5")).unwrap_err();
    assert!(err.contains("loss.denoiser.pixel"), "{err}");
}

#[test]
fn relative_paths_start_at_the_run_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("RUN.toml");
    std::fs::write(&path, MINIMAL).unwrap();
    let config = RunConfig::read(&path).unwrap();
    assert_eq!(config.out, folder.path().join("run"));
    assert_eq!(config.data.source[0].folder, folder.path().join("masks"));
}
