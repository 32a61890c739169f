//! `evaluate` of several models and of every choice of a setting.

use crate::bench::{Bench, document, status, stderr};
use serde_json::Value;
use std::fs;

/// `evaluate --pairs pairs --given-masks` on the CPU, with more arguments.
fn evaluate(bench: &Bench, more: &[&str]) -> std::process::Output {
    let arguments = [
        "evaluate",
        "--pairs",
        "pairs",
        "--given-masks",
        "--device",
        "cpu",
    ];
    bench.diaphane(&[&arguments[..], more].concat())
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value}"))
}

#[test]
fn two_models_are_compared_pair_by_pair() {
    let bench = Bench::new();
    bench.write_variant("other", 1);
    bench.write_pairs_of("other");
    let models = ["--model", "tiny", "--against", "other"];
    let output = evaluate(
        &bench,
        &[&models[..], &["--json", "--html", "page.html"]].concat(),
    );
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let scores = document(&output);
    assert_eq!(scores["model"], "tiny");
    let other = &scores["against"][0];
    assert_eq!(other["model"], "other");
    assert_ne!(other["bundle_sha256"], scores["bundle_sha256"]);
    let comparison = &scores["differences"][0];
    assert_eq!(
        (&comparison["of"], &comparison["than"]),
        (&"tiny".into(), &"other".into())
    );
    let differences = comparison["differences"].as_array().unwrap();
    let found = differences
        .iter()
        .find(|found| found["column"] == "PSNR")
        .unwrap();
    assert_eq!(found["units"], 3);
    for name in ["a", "b", "c"] {
        let psnr = |table: &Value| number(&table["images"][name]["PSNR"]);
        let cases = found["cases"].as_array().unwrap();
        let case = cases.iter().find(|case| case[0] == name).unwrap();
        let expected = psnr(&scores) - psnr(other);
        assert!((number(&case[1]) - expected).abs() < 1e-9, "{name}");
        assert!(
            expected < 0.0,
            "its own pictures are the truth of the other"
        );
    }
    let mean = |table: &Value| number(&table["mean"]["PSNR"]);
    assert!((number(&found["mean"]) - (mean(&scores) - mean(other))).abs() < 1e-9);
    // What does not say which model is better is not compared.
    assert!(
        differences
            .iter()
            .all(|found| found["column"] != "identity_PSNR")
    );
    let page = fs::read_to_string(bench.path("page.html")).unwrap();
    for told in [
        "tiny",
        "other",
        "data:image/png;base64,",
        "<svg",
        "untouched radiograph",
    ] {
        assert!(page.contains(told), "{told}");
    }
    let again = evaluate(&bench, &["--model", "tiny", "--html", "page.html"]);
    assert_eq!(status(&again), 2, "an existing page is refused");
}

#[test]
fn the_worst_pair_comes_first_in_every_table() {
    let bench = Bench::new();
    bench.write_variant("other", 1);
    bench.write_pairs_of("other");
    let arguments = [
        "--model",
        "tiny",
        "--against",
        "other",
        "--sort",
        "MSE",
        "--csv",
        "scores.csv",
    ];
    let output = evaluate(&bench, &arguments);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("tiny against other"), "{text}");
    let csv = fs::read_to_string(bench.path("scores.csv")).unwrap();
    let mut lines = csv.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let head = lines.next().unwrap();
    assert_eq!(head[..4], ["model", "image", "BSR", "MSE"]);
    let rows: Vec<(&str, &str, f64)> = lines
        .map(|cells| (cells[0], cells[1], cells[3].parse().unwrap()))
        .collect();
    let of = |model: &'static str| rows.iter().filter(move |row| row.0 == model);
    let errors: Vec<f64> = of("tiny").map(|row| row.2).collect();
    assert_eq!(errors.len(), 3, "{csv}");
    assert!(errors.is_sorted_by(|a, b| a >= b), "{csv}");
    let order = |model| of(model).map(|row| row.1).collect::<Vec<_>>();
    assert_eq!(order("tiny"), order("other"), "{csv}");
    assert_eq!(order("tiny"), order("identity"), "{csv}");
    let unknown = evaluate(&bench, &["--model", "tiny", "--sort", "beauty"]);
    assert_eq!(status(&unknown), 2);
    assert!(stderr(&unknown).contains("PSNRaff"), "{}", stderr(&unknown));
}

#[test]
fn every_choice_of_a_setting_has_a_row_and_the_default_is_what_evaluate_finds() {
    let bench = Bench::new();
    bench.write_pairs_of("tiny");
    let plain = document(&evaluate(
        &bench,
        &["--model", "tiny", "--leg", "1.5", "--json"],
    ));
    let ablate = [
        "--model",
        "tiny",
        "--leg",
        "1.5",
        "--ablate",
        "guidance,clipping,seeds",
    ];
    let output = evaluate(
        &bench,
        &[&ablate[..], &["--json", "--csv", "all.csv"]].concat(),
    );
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let document = document(&output);
    let ablations = document["ablations"].as_array().unwrap();
    let settings: Vec<&Value> = ablations.iter().map(|found| &found["setting"]).collect();
    assert_eq!(settings, ["guidance", "clipping", "seeds"]);
    for ablation in ablations {
        let rows = ablation["rows"].as_array().unwrap();
        let defaults: Vec<&Value> = rows.iter().filter(|row| row["default"] == true).collect();
        assert_eq!(defaults.len(), 1, "{ablation}");
        for name in ["a", "b", "c"] {
            assert_eq!(
                defaults[0]["images"][name], plain["images"][name],
                "{ablation}"
            );
        }
        for row in rows
            .iter()
            .filter(|row| row["default"] == false && row["error"].is_null())
        {
            assert_eq!(row["over_default"]["units"], 3, "{row}");
        }
    }
    // Networks that say what to take off have nothing to say without a radiograph.
    let guidance = ablations[0]["rows"].as_array().unwrap();
    let cfg = guidance.iter().find(|row| row["choice"] == "cfg").unwrap();
    assert!(cfg["error"].as_str().unwrap().contains("cfg"), "{cfg}");
    assert_eq!(document["identity"]["images"], plain["identity"]["images"]);
    let csv = fs::read_to_string(bench.path("all.csv")).unwrap();
    assert!(csv.starts_with("setting,choice,image,BSR,"), "{csv}");
    assert!(csv.contains("\nclipping,static,b,"), "{csv}");
    assert!(csv.contains("\nidentity,,c,"), "{csv}");
}

#[test]
fn an_ablation_prints_the_default_the_best_and_the_papers_figures() {
    let bench = Bench::new();
    bench.write_pairs_of("tiny");
    let output = evaluate(&bench, &["--model", "tiny", "--ablate", "fusion,steps"]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let default = text.lines().find(|line| line.starts_with("3 (default)"));
    // The pairs are what the default makes of them: nothing is better.
    assert!(default.is_some_and(|line| line.contains('*')), "{text}");
    assert!(text.contains("31.36 / 0.091"), "{text}");
    // A row that no bundle can repeat stands there with what the paper found, and why it is empty.
    let autoencoder = text.lines().find(|line| line.starts_with("autoencoder  "));
    assert!(
        autoencoder.is_some_and(|line| line.ends_with("30.85 / 0.141")),
        "{text}"
    );
    assert!(text.contains("autoencoder: no bundle holds"), "{text}");
    let unnamed = "3 comparisons with the default, patients: 3 (3 of them pairs of which nobody named the patient)";
    assert!(text.contains(unnamed), "{text}");
    assert!(
        text.lines().any(|line| line.starts_with("identity")),
        "{text}"
    );
}

/// Two of three pairs are of one patient: two pieces of evidence, in every comparison.
#[test]
fn pairs_of_one_patient_count_once_where_a_list_names_them() {
    let bench = Bench::new();
    bench.write_variant("other", 1);
    bench.write_pairs_of("other");
    let list = "pair,patient\na,one\nb,one\nc,two\n";
    fs::write(bench.path("pairs/patients.csv"), list).unwrap();
    let psnr = |comparison: &Value| {
        let differences = comparison["differences"].as_array().unwrap().iter();
        let mut found = differences.filter(|found| found["column"] == "PSNRaff");
        found.next().unwrap().clone()
    };
    let compared = evaluate(&bench, &["--model", "tiny", "--against", "other", "--json"]);
    assert_eq!(status(&compared), 0, "{}", stderr(&compared));
    let found = psnr(&document(&compared)["differences"][0]);
    assert_eq!((&found["units"], &found["unnamed"]), (&2.into(), &0.into()));
    let of = |name: &str| {
        let cases = found["cases"].as_array().unwrap().iter();
        let mut cases = cases.filter(|case| case[0] == name);
        number(&cases.next().unwrap()[1])
    };
    let expected = f64::midpoint(f64::midpoint(of("a"), of("b")), of("c"));
    assert!((number(&found["mean"]) - expected).abs() < 1e-9);

    let ablated = evaluate(
        &bench,
        &["--model", "tiny", "--ablate", "clipping", "--json"],
    );
    assert_eq!(status(&ablated), 0, "{}", stderr(&ablated));
    let clipping = &document(&ablated)["ablations"][0];
    assert_eq!(clipping["comparisons"], 3);
    let rows = clipping["rows"].as_array().unwrap();
    let others = rows
        .iter()
        .filter(|row| row["default"] == false && row["error"].is_null());
    for row in others {
        let (found, p) = (&row["over_default"], &row["over_default"]["p_holm"]);
        assert_eq!(found["units"], 2, "{row}");
        assert!((0.0..=1.0).contains(&number(p)), "{row}");
    }
    let noise: Vec<&Value> = rows
        .iter()
        .filter(|row| row["choice"].as_str().unwrap().ends_with("no offset noise"))
        .collect();
    assert_eq!(noise.len(), 4);
    assert!(noise.iter().all(|row| {
        row["error"]
            .as_str()
            .unwrap()
            .contains("choice of training")
    }));
    assert!((number(&noise[3]["published"]["psnr"]) - 31.557).abs() < 1e-9);
}

#[test]
fn scores_of_phantoms_alone_say_so() {
    let bench = Bench::new();
    bench.write_pairs_of("tiny");
    for name in ["a", "b", "c"] {
        let document = "{\"made_by\": \"diaphane simulate --ct\"}";
        fs::write(bench.path(&format!("pairs/{name}_contents.json")), document).unwrap();
    }
    let output = evaluate(&bench, &["--model", "tiny", "--html", "page.html"]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let sentence = "The set of pairs is phantoms only";
    assert!(stderr(&output).contains(&format!("caution: {sentence}")));
    let page = fs::read_to_string(bench.path("page.html")).unwrap();
    assert!(
        page.contains(&format!("<b>Caution.</b> {sentence}")),
        "{page}"
    );
}
