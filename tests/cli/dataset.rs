//! `diaphane dataset` from outside.

use super::bench::{Bench, document, status, stderr};

/// Four phantom pairs in a folder of the bench.
fn pairs(bench: &Bench) {
    let made = bench.diaphane(&[
        "simulate", "--varied", "--count", "4", "--size", "512", "--out", "pairs",
    ]);
    assert_eq!(status(&made), 0, "{}", stderr(&made));
}

#[test]
fn phantom_pairs_are_fit_and_are_parted_and_a_spoilt_one_is_refused() {
    let bench = Bench::new();
    pairs(&bench);
    let check = bench.diaphane(&["dataset", "check", "pairs", "--json"]);
    assert_eq!(status(&check), 0, "{}", stderr(&check));
    let report = document(&check);
    assert_eq!(report["pairs"].as_array().unwrap().len(), 4);
    let errors = |report: &serde_json::Value| -> Vec<String> {
        let findings = report["findings"].as_array().unwrap().iter();
        let errors = findings.filter(|found| found["severity"] == "error");
        errors.map(|found| found["kind"].to_string()).collect()
    };
    assert_eq!(errors(&report), Vec::<String>::new());
    let split = ["dataset", "split", "pairs", "--out", "split.json"];
    let parted = bench.diaphane(&split);
    assert_eq!(status(&parted), 0, "{}", stderr(&parted));
    let told = stderr(&parted);
    assert!(told.contains("2 training, 1 validation, 1 test"), "{told}");
    assert!(
        told.contains("leak check PASSED: no patient and no picture"),
        "{told}"
    );
    let kept = std::fs::read_to_string(bench.path("split.json")).unwrap();
    let kept: serde_json::Value = serde_json::from_str(&kept).unwrap();
    assert_eq!(kept["leak_check"]["leaks"], 0);
    let again = bench.diaphane(&split);
    assert_eq!(status(&again), 2, "a split is not replaced unasked");
    let told = stderr(&again);
    assert!(
        told.contains("split.json exists; give --overwrite"),
        "{told}"
    );
    assert!(!told.contains("PASSED"), "refused first: {told}");

    let folder = bench.path("pairs");
    let soft = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let soft = soft.filter(|path| path.to_string_lossy().ends_with("_soft.png"));
    let soft: Vec<_> = soft.collect();
    std::fs::copy(&soft[0], &soft[1]).unwrap();
    let spoilt = [
        "dataset",
        "check",
        "pairs",
        "--split",
        "split.json",
        "--json",
    ];
    let spoilt = bench.diaphane(&spoilt);
    assert_eq!(status(&spoilt), 1);
    let found = errors(&document(&spoilt));
    assert_eq!(found, ["\"no_pair\"", "\"changed\""]);
    assert!(
        stderr(&spoilt).contains("put each with its own mate"),
        "{}",
        stderr(&spoilt)
    );
    let refused = bench.diaphane(&["dataset", "split", "pairs", "--out", "other.json"]);
    assert_eq!(status(&refused), 2);
    assert!(!bench.path("other.json").exists());
}

#[test]
fn a_folder_that_is_not_there_is_one_sentence() {
    let bench = Bench::new();
    let nothing = bench.diaphane(&["dataset", "check", "nowhere"]);
    assert_eq!(status(&nothing), 2);
    let told = stderr(&nothing);
    assert_eq!(
        told.trim(),
        "error: there is no such folder; check the path: nowhere"
    );
}

#[test]
fn what_cannot_be_written_is_refused_first_and_tables_say_their_units() {
    let bench = Bench::new();
    pairs(&bench);
    for arguments in [
        ["dataset", "split", "pairs", "--out", "none/split.json"],
        ["dataset", "check", "pairs", "--html", "none/page.html"],
    ] {
        let refused = bench.diaphane(&arguments);
        assert_eq!(status(&refused), 2);
        let told = stderr(&refused);
        assert_eq!(told.trim().lines().count(), 1, "{told}");
        assert!(
            told.contains("This cannot be written") && told.contains("none"),
            "{told}"
        );
    }
    let check = bench.diaphane(&["dataset", "check", "pairs"]);
    let table = String::from_utf8(check.stdout.clone()).unwrap();
    let heading = table.lines().next().unwrap();
    for column in ["right px", "down px", "larger %", "corner px", "local px"] {
        assert!(heading.contains(column), "{heading}");
    }
    let told = stderr(&check);
    assert!(told.contains("grey levels of 255"), "{told}");
    assert!(told.contains("phantoms only"), "{told}");
    assert!(told.contains("4 pairs, 0 errors, "), "{told}");
    // A file that is no split is named once, before minutes are spent.
    let wrong = ["dataset", "check", "pairs", "--split", "pairs/patients.csv"];
    let told = stderr(&bench.diaphane(&wrong));
    assert_eq!(told.matches("patients.csv").count(), 1, "{told}");
    assert!(told.contains("it is no split of a dataset"), "{told}");
}

/// The layout of the public SZCH-X-Rays: equal names in `CXR` and `BS`; the second mate lies four pixels off.
fn szch(bench: &Bench) {
    pairs(bench);
    let mut names: Vec<_> = std::fs::read_dir(bench.path("pairs"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().ends_with("_cxr.png"))
        .collect();
    names.sort();
    for folder in ["CXR", "BS"] {
        std::fs::create_dir_all(bench.path("SZCH-X-Rays-741").join(folder)).unwrap();
    }
    for (number, cxr) in names.iter().enumerate() {
        let file = |folder: &str| {
            let folder = bench.path("SZCH-X-Rays-741").join(folder);
            folder.join(format!("{number}.png"))
        };
        std::fs::copy(cxr, file("CXR")).unwrap();
        let soft = cxr.to_string_lossy().replace("_cxr.png", "_soft.png");
        if number == 1 {
            let picture = image::open(&soft).unwrap().into_luma16();
            let (width, height) = picture.dimensions();
            let moved = image::ImageBuffer::from_fn(width, height, |x, y| {
                *picture.get_pixel(x.saturating_sub(4), y)
            });
            moved.save(file("BS")).unwrap();
        } else {
            std::fs::copy(&soft, file("BS")).unwrap();
        }
    }
}

/// Two iterations of a small codec on the training part.
const RUN: &str = r#"
stage = "vqgan"
out = "run"
device = "cpu"
threads = 1
iterations = 2
batch = 1
patch_px = 32
validate_every = 0
checkpoint_every = 2
[data]
split = "split.json"
[[data.source]]
kind = "pairs"
folder = "registered"
grid_px = 64
[model.vqgan]
channels = [4, 4, 8]
residual_channels = 4
codebook_size = 16
"#;

/// The copy's second pair lies where the source's lay four pixels off.
fn registers(bench: &Bench, dataset: &str) {
    let mut arguments = vec!["dataset", "register", dataset];
    arguments.extend(["--out", "registered", "--json"]);
    let laid = bench.diaphane(&arguments);
    assert_eq!(status(&laid), 0, "{}", stderr(&laid));
    let laid = document(&laid);
    let second = &laid["pairs"][1];
    assert_eq!(second["outcome"], "registered", "{second}");
    let right = |when: &str| second[when]["shift_px"][0].as_f64().unwrap();
    assert!(
        (right("before") - 4.0).abs() < 0.1 && right("after").abs() < 0.1,
        "{second}"
    );
    let again = bench.diaphane(&arguments);
    assert_eq!(status(&again), 2, "a copy is not mixed with another");
}

#[test]
fn the_recipe_for_szch_x_rays_leads_from_its_folders_to_a_run() {
    let bench = Bench::new();
    szch(&bench);
    let done = |arguments: &[&str]| {
        let output = bench.diaphane(arguments);
        assert_eq!(status(&output), 0, "{arguments:?}: {}", stderr(&output));
        output
    };
    let dataset = "SZCH-X-Rays-741";
    let check = done(&[
        "dataset",
        "check",
        dataset,
        "--html",
        "check.html",
        "--json",
    ]);
    assert_eq!(document(&check)["kind"], "two_folders");
    let page = std::fs::read_to_string(bench.path("check.html")).unwrap();
    assert!(page.contains("USABLE") && page.contains("data:image/png;base64,"));
    assert_eq!(
        status(&bench.diaphane(&["dataset", "check", dataset, "--html", "check.html"])),
        2
    );

    registers(&bench, dataset);
    done(&["dataset", "split", "registered", "--out", "split.json"]);
    std::fs::write(bench.path("run.toml"), RUN).unwrap();
    let preview = ["train", "run.toml", "--preview-augmentations", "seen.png"];
    done(&preview);
    let seen = std::fs::read(bench.path("seen.png")).unwrap();
    // Three tiles of 32 px a row, each twice as high, and lines of 6 px between them.
    let picture = image::load_from_memory(&seen).unwrap();
    assert_eq!((picture.width(), picture.height()), (108, 204));
    assert!(!bench.path("run").exists());
    assert_eq!(status(&bench.diaphane(&preview)), 2, "nothing is replaced");
    assert_eq!(std::fs::read(bench.path("seen.png")).unwrap(), seen);
    done(&["train", "run.toml"]);
    let listing = std::fs::read_to_string(bench.path("run/data.json")).unwrap();
    let listing: serde_json::Value = serde_json::from_str(&listing).unwrap();
    let uses = listing.as_array().unwrap().iter();
    let mut uses: Vec<&str> = uses.map(|entry| entry["split"].as_str().unwrap()).collect();
    uses.sort_unstable();
    assert_eq!(uses, ["excluded", "training", "training", "validation"]);

    // Scores take the folders as they are, too; the radiographs stand for predictions.
    let predictions = format!("{dataset}/CXR");
    let scored = done(&[
        "evaluate",
        "--pairs",
        dataset,
        "--pred",
        &predictions,
        "--json",
    ]);
    let images = document(&scored)["images"].as_object().unwrap().len();
    assert_eq!(images, 4);
}

/// Radiographs here, soft-tissue images there: every command and the run file take both, with a list of patients.
#[test]
fn two_folders_anywhere_lead_to_a_run() {
    let bench = Bench::new();
    szch(&bench);
    for (from, to) in [("CXR", "here"), ("BS", "elsewhere/there")] {
        let to = bench.path(to);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::rename(bench.path("SZCH-X-Rays-741").join(from), to).unwrap();
    }
    let patients = "pair,patient\n0,one\n1,one\n2,two\n3,three\n";
    std::fs::write(bench.path("here/patients.csv"), patients).unwrap();
    let done = |arguments: &[&str]| {
        let output = bench.diaphane(arguments);
        assert_eq!(status(&output), 0, "{arguments:?}: {}", stderr(&output));
        output
    };
    let soft = ["--soft", "elsewhere/there", "--json"];
    let with_soft = |arguments: &[&str]| done(&[arguments, &soft].concat());
    let check = document(&with_soft(&["dataset", "check", "here"]));
    assert_eq!(check["pairs"].as_array().unwrap().len(), 4);
    let laid = with_soft(&["dataset", "register", "here", "--out", "registered"]);
    assert_eq!(document(&laid)["pairs"][1]["outcome"], "registered");
    let parted = with_soft(&["dataset", "split", "here", "--out", "split.json"]);
    assert_eq!(document(&parted)["leak_check"]["patients"], 3);
    let kept = std::fs::read_to_string(bench.path("split.json")).unwrap();
    let kept: serde_json::Value = serde_json::from_str(&kept).unwrap();
    let part = |pair: usize| kept["pairs"][pair]["part"].as_str().unwrap().to_owned();
    assert_eq!(part(0), part(1), "one patient is in one part");

    let run = RUN.replace(
        "folder = \"registered\"",
        "folder = \"here\"\nsoft_folder = \"elsewhere/there\"",
    );
    std::fs::write(bench.path("run.toml"), &run).unwrap();
    done(&["train", "run.toml"]);
    let listing = std::fs::read_to_string(bench.path("run/data.json")).unwrap();
    assert_eq!(
        listing.matches("elsewhere").count(),
        listing.matches("\"sha256\": {\n").count()
    );
    // Both folders may move; a run goes on where their files are the same.
    std::fs::rename(bench.path("here"), bench.path("now")).unwrap();
    std::fs::rename(bench.path("elsewhere"), bench.path("apart")).unwrap();
    let moved = run.replace("\"here\"", "\"now\"");
    let moved = moved.replace("elsewhere", "apart");
    std::fs::write(
        bench.path("run.toml"),
        moved.replace("iterations = 2", "iterations = 3"),
    )
    .unwrap();
    done(&["train", "run.toml", "--resume", "run"]);
    std::fs::write(
        bench.path("run.toml"),
        run.replace("\"pairs\"", "\"masks\""),
    )
    .unwrap();
    let refused = bench.diaphane(&["train", "run.toml"]);
    assert_eq!(status(&refused), 2);
    assert!(
        stderr(&refused).contains("data.source.soft_folder"),
        "{}",
        stderr(&refused)
    );
}
