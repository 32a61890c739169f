use super::*;

/// Places of a run file that nobody reads as a run.
fn somewhere() -> Places<'static> {
    Places {
        bundle: Path::new("b"),
        pairs: Path::new("p"),
        soft: None,
        mixed: None,
        split: Path::new("s"),
        out: Path::new("o"),
    }
}

#[test]
fn a_run_file_is_one_that_training_reads() {
    let root = tempfile::tempdir().unwrap();
    // Spaces, quotation marks and letters of other scripts.
    let root = root.path().join("Träume \"1\" 'a' 肺");
    std::fs::create_dir_all(&root).unwrap();
    let bundle = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/compact");
    let places = Places {
        bundle: &bundle,
        pairs: &root.join("pairs"),
        soft: None,
        mixed: None,
        split: &root.join("split.json"),
        out: &root.join("run"),
    };
    let file = root.join("plan.toml");
    let whole = RunPlan::default();
    let small = RunPlan {
        method: FineTuning::Adapter,
        patience: 0,
        saves_memory: true,
        ..RunPlan::default()
    };
    let texts = [whole, small].map(|plan| plan.run_file(places).unwrap());
    for text in &texts {
        std::fs::write(&file, text).unwrap();
        assert_eq!(crate::worker::check_run_file(&file), Ok(()), "{text}");
    }
    assert!(texts[0].contains("validate_every = 24") && texts[0].contains("[patience]"));
    assert!(texts[1].contains("rank = 8") && texts[1].contains("accumulate = 6"));
    let slow = RunPlan {
        learning_rate: 5e-6,
        ..RunPlan::default()
    };
    std::fs::write(&file, slow.run_file(places).unwrap()).unwrap();
    assert_eq!(crate::worker::check_run_file(&file), Ok(()));
    assert!(!texts[1].contains("[patience]") && !texts[0].contains("soft_folder"));
    let apart = Places {
        soft: Some(&root.join("soft")),
        ..places
    };
    let text = RunPlan::default().run_file(apart).unwrap();
    std::fs::write(&file, &text).unwrap();
    assert_eq!(crate::worker::check_run_file(&file), Ok(()), "{text}");
    assert!(text.contains("soft_folder = "), "{text}");
}

#[test]
fn intervals_follow_the_iterations_until_somebody_chooses_them() {
    let plan = RunPlan {
        iterations: 2000,
        ..RunPlan::default()
    };
    let text = plan.run_file(somewhere()).unwrap();
    assert!(text.contains("validate_every = 200\n"), "{text}");
    assert!(text.contains("checkpoint_every = 200\n"), "{text}");
    let chosen = RunPlan {
        validate_every: Some(50),
        checkpoint_every: Some(2000),
        ..plan.clone()
    };
    let text = chosen.run_file(somewhere()).unwrap();
    assert!(text.contains("validate_every = 50\n"), "{text}");
    assert!(text.contains("checkpoint_every = 2000\n"), "{text}");
    let sentence = |validate_every, checkpoint_every| {
        let plan = RunPlan {
            validate_every,
            checkpoint_every,
            ..plan.clone()
        };
        plan.run_file(somewhere()).unwrap_err().to_string()
    };
    assert_eq!(
        sentence(Some(2001), None),
        "With 2001 iterations between two validations the run ends before the first one: choose at most its 2000 \
         iterations."
    );
    assert!(sentence(None, Some(9000)).contains("between two checkpoints"));
    assert_eq!(
        sentence(Some(0), None),
        "Choose at least 1 iteration between two validations."
    );
}

#[test]
fn pairs_that_are_mixed_in_are_drawn_as_often_as_was_asked() {
    let root = tempfile::tempdir().unwrap();
    let bundle = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/compact");
    let places = Places {
        bundle: &bundle,
        pairs: &root.path().join("pairs"),
        soft: Some(&root.path().join("soft")),
        mixed: Some(&root.path().join("phantoms")),
        split: &root.path().join("split.json"),
        out: &root.path().join("run"),
    };
    let weights = |mixed_percent| {
        let plan = RunPlan {
            mixed_percent,
            ..RunPlan::default()
        };
        let text = plan.run_file(places).unwrap();
        let file = root.path().join("plan.toml");
        std::fs::write(&file, &text).unwrap();
        assert_eq!(crate::worker::check_run_file(&file), Ok(()), "{text}");
        let run: Table = text.parse().unwrap();
        let sources = run["data"]["source"].as_array().unwrap().clone();
        let [own, mixed] = sources.try_into().unwrap();
        assert!(own["folder"].as_str().unwrap().ends_with("pairs"));
        assert!(mixed["folder"].as_str().unwrap().ends_with("phantoms"));
        assert!(mixed.get("soft_folder").is_none() && own.get("soft_folder").is_some());
        [own, mixed].map(|source| source["weight"].to_string())
    };
    // A quarter where nobody chooses.
    assert_eq!(weights(RunPlan::default().mixed_percent), ["75.0", "25.0"]);
    assert_eq!(weights(40), ["60.0", "40.0"]);
    // A weight of nothing would be refused.
    assert_eq!(weights(0), ["99.0", "1.0"]);
    assert_eq!(weights(100), ["10.0", "90.0"]);
    let alone = Places {
        mixed: None,
        ..places
    };
    let text = RunPlan::default().run_file(alone).unwrap();
    assert!(!text.contains("weight") && text.matches("[[data.source]]").count() == 1);
}

/// The window proposes what the README's table was made with.
#[test]
fn a_plan_is_the_recipe_beside_the_model() {
    let recipes = [
        ("fine_tune.toml", FineTuning::Whole),
        ("fine_tune_adapter.toml", FineTuning::Adapter),
    ];
    for (name, method) in recipes {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/compact/recipe");
        let recipe = std::fs::read_to_string(folder.join(name)).unwrap();
        let recipe: Table = recipe.parse().unwrap();
        let plan = RunPlan {
            method,
            learning_rate: method.learning_rate(),
            ..RunPlan::default()
        };
        let run: Table = plan.run_file(somewhere()).unwrap().parse().unwrap();
        for setting in ["stage", "iterations", "batch", "patch_px", "seed"] {
            assert_eq!(run[setting], recipe[setting], "{setting} of {name}");
        }
        for setting in ["learning_rate", "warm_up", "ema_decay"] {
            let both = [&run, &recipe].map(|file| &file["optimizer"][setting]);
            assert_eq!(both[0], both[1], "{setting} of {name}");
        }
        assert_eq!(run.get("adapter"), recipe.get("adapter"), "{name}");
    }
}
