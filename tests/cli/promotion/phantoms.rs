//! Phantoms: those of the reference set, and those among the test pairs.

use super::{bench, promote};
use crate::bench::{document, status, stderr};
use serde_json::Value;
use std::fs;

/// What each phantom of a table of the reference set has in a column.
fn column<'a>(evidence: &'a Value, model: &str, column: &str) -> Vec<(&'a str, Option<f64>)> {
    let images = evidence["reference"][model]["images"].as_object().unwrap();
    let images = images.iter();
    images
        .map(|(name, row)| (name.as_str(), row[column].as_f64()))
        .collect()
}

#[test]
fn nodules_of_the_reference_set_are_watched() {
    let bench = bench("candidate");
    let output = promote(&bench, &["--dry-run", "--json", "--html", "page.html"]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let evidence = document(&output);
    let untouched = column(&evidence, "identity", "finding_gain");
    assert_eq!(untouched.len(), 8);
    let known: Vec<&str> = untouched
        .iter()
        .filter_map(|(name, gain)| gain.map(|gain| (name, gain)))
        .map(|(name, gain)| {
            assert!((gain - 1.0).abs() < 1e-3, "{name}: {gain}");
            *name
        })
        .collect();
    for number in 1..=4 {
        let name = format!("varied phantom {number}");
        assert!(known.contains(&name.as_str()), "{known:?}");
    }
    for model in ["candidate", "base"] {
        let found = column(&evidence, model, "finding_gain");
        let found: Vec<&str> = found
            .iter()
            .filter(|(_, gain)| gain.is_some())
            .map(|(n, _)| *n)
            .collect();
        assert_eq!(found, known, "{model}");
    }
    let checks = evidence["checks"].as_array().unwrap();
    let told: Vec<&str> = checks
        .iter()
        .map(|check| check["told"].as_str().unwrap())
        .collect();
    let on_reference = |column: &str| {
        let start = format!("reference set: {column} ");
        *told.iter().find(|told| told.starts_with(&start)).unwrap()
    };
    let nodules = format!(
        "on average of {} phantoms, 95 % interval of the advantage",
        known.len()
    );
    assert!(on_reference("finding_gain").contains(&nodules), "{told:?}");
    for column in ["PSNRaff", "RBF", "detail_corr"] {
        let told = on_reference(column);
        assert!(
            told.contains("on average of 8 phantoms, 95 %") && told.contains(", least "),
            "{told}"
        );
    }
    // No score of a test pair's nodules: nobody knows where they are.
    assert!(
        evidence["test"]["base"]["images"]["a"]
            .get("finding_gain")
            .is_none()
    );
    let page = fs::read_to_string(bench.path("page.html")).unwrap();
    assert!(
        page.contains("<td>finding_gain</td>") && !page.contains("Caution"),
        "{page}"
    );
    assert!(evidence["caution"].is_null());
}

/// Phantoms as the test part are judged, and everybody is told.
#[test]
fn a_test_part_of_phantoms_alone_says_so() {
    let bench = bench("candidate");
    let mark = |name: &str| {
        let document = "{\"format\": 1, \"made_by\": \"diaphane simulate\"}";
        fs::write(bench.path(&format!("pairs/{name}_contents.json")), document).unwrap();
    };
    mark("a");
    let some = document(&promote(&bench, &["--dry-run", "--json"]));
    let caution = some["caution"].as_str().unwrap();
    assert!(
        caution.contains("phantoms in part") && caution.contains("1 of 2 pairs"),
        "{caution}"
    );
    mark("b");
    let output = promote(&bench, &["--dry-run", "--html", "page.html"]);
    assert_eq!(status(&output), 0, "{}", stderr(&output));
    let sentence = "The test part is phantoms only, drawn or projected by this program: nothing here was measured on real \
                    radiographs.";
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains(&format!("CAUTION  {sentence}")), "{text}");
    let page = fs::read_to_string(bench.path("page.html")).unwrap();
    assert!(
        page.contains(&format!("<b>Caution.</b> {sentence}")),
        "{page}"
    );
}
