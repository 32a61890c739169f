use super::*;
use crate::dataset::{Part, Split as Kept, SplitEntry, SplitPlan};
use crate::train::Unobserved;
use crate::train::random::{Purpose, generator};
use std::path::Path;

fn write_pairs(folder: &Path, names: &[&str]) {
    for (i, name) in names.iter().enumerate() {
        let value = |x: u32, y: u32| ((x * 5 + y * 3 + i as u32 * 7) % 200) as u8;
        let radiograph = image::GrayImage::from_fn(48, 32, |x, y| {
            image::Luma([value(x, y) + u8::from(y % 8 < 3) * 20])
        });
        let soft = image::GrayImage::from_fn(48, 32, |x, y| image::Luma([value(x, y)]));
        radiograph
            .save(folder.join(format!("{name}_cxr.png")))
            .unwrap();
        soft.save(folder.join(format!("{name}_soft.png"))).unwrap();
    }
}

fn config(folder: &Path, data: &str) -> RunConfig {
    let text = format!(
        "stage = \"vqgan\"\nout = \"run\"\niterations = 1\npatch_px = 16\n[data]\n{data}\n\
         [[data.source]]\nkind = \"pairs\"\ngrid_px = 48\nfolder = '{}'",
        folder.display()
    );
    toml::from_str(&text).unwrap()
}

#[test]
fn the_split_is_by_name_and_every_file_is_listed() {
    let folder = tempfile::tempdir().unwrap();
    write_pairs(folder.path(), &["p1_a", "p1_b", "p2_a"]);
    let data = "exclude = [\"p1\"]\nvalidation = [\"p1_b\"]";
    let dataset = Dataset::load(&config(folder.path(), data), &mut Unobserved).unwrap();
    let splits: Vec<Split> = dataset.entries().iter().map(|entry| entry.split).collect();
    assert_eq!(
        splits,
        [Split::Excluded, Split::Validation, Split::Training]
    );
    assert_eq!(dataset.num_training(), 1);
    assert_eq!(dataset.entries()[2].sha256.len(), 2);
    let mut rng = generator(0, TrainStage::Vqgan, 0, Purpose::Images);
    let batch = dataset.draw(2, &AugmentationConfig::default(), &mut rng, Device::Cpu);
    assert_eq!(batch.soft_tissue.size(), [2, 1, 16, 16]);
}

#[test]
fn leaks_and_missing_names_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    write_pairs(folder.path(), &["a", "b"]);
    let err = Dataset::load(
        &config(folder.path(), "validation = [\"z\"]"),
        &mut Unobserved,
    )
    .unwrap_err();
    assert!(err.to_string().contains("`z`"), "{err}");
    for ending in ["cxr", "soft"] {
        let file = |name: &str| folder.path().join(format!("{name}_{ending}.png"));
        std::fs::copy(file("a"), file("copy")).unwrap();
    }
    let err = Dataset::load(
        &config(folder.path(), "validation = [\"a\"]"),
        &mut Unobserved,
    )
    .unwrap_err();
    let says = "in training and in validation";
    assert!(err.to_string().contains(says), "{err}");
}

/// A pair of a split that is kept, as its files are now.
fn kept_entry(folder: &Path, name: &str, part: Part) -> SplitEntry {
    let file = |end: &str| folder.join(format!("{name}_{end}.png"));
    let sum = |path: PathBuf| (path.clone(), sha256_of_file(&path).unwrap().0);
    SplitEntry {
        name: name.to_owned(),
        part,
        group: name.to_owned(),
        patient: None,
        pixels_sha256: None,
        known_by: Vec::new(),
        sha256: ["cxr", "soft", "lungmask"]
            .map(file)
            .into_iter()
            .filter(|path| path.exists())
            .map(sum)
            .collect(),
    }
}

/// A split of the pairs a, b and c: tested, validating and learned from; and a configuration that uses it.
fn kept(folder: &Path, at: &Path) -> RunConfig {
    let entry = |(name, part): (&str, Part)| kept_entry(folder, name, part);
    let parts = [
        ("a", Part::Test),
        ("b", Part::Validation),
        ("c", Part::Training),
    ];
    let kept = Kept {
        format: 1,
        leak_check: None,
        folders: Vec::new(),
        plan: SplitPlan::default(),
        pairs: parts.map(entry).into(),
    };
    kept.write(at, false).unwrap();
    config(folder, &format!("split = '{}'", at.display()))
}

/// Another source of a run.
fn with_source(mut config: RunConfig, kind: SourceKind, folder: &Path) -> RunConfig {
    let mut source = config.data.source[0].clone();
    (source.kind, source.folder) = (kind, folder.to_owned());
    config.data.source.push(source);
    config
}

fn uses(config: &RunConfig) -> Vec<Split> {
    let dataset = Dataset::load(config, &mut Unobserved).unwrap();
    dataset.entries.iter().map(|entry| entry.split).collect()
}

fn refusal(config: &RunConfig) -> String {
    let refused = Dataset::load(config, &mut Unobserved).unwrap_err();
    refused.to_string()
}

fn copy_pair(from: &Path, to: &Path) {
    for end in ["cxr", "soft"] {
        let of = |stem: &Path| PathBuf::from(format!("{}_{end}.png", stem.display()));
        std::fs::copy(of(from), of(to)).unwrap();
    }
}

const PARTED: [Split; 3] = [Split::Excluded, Split::Validation, Split::Training];

#[test]
fn a_split_that_is_kept_decides_and_its_test_is_never_read() {
    let [folder, others] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    write_pairs(folder.path(), &["a", "b", "c"]);
    write_pairs(others.path(), &["w", "x", "y", "phantom"]);
    let config = kept(folder.path(), &folder.path().join("split.json"));
    assert_eq!(uses(&config), PARTED);
    // The pairs of another folder are not of the split, unless they are pictures of it.
    for name in ["w", "x", "y"] {
        for end in ["cxr", "soft"] {
            std::fs::remove_file(others.path().join(format!("{name}_{end}.png"))).unwrap();
        }
    }
    let more = with_source(config.clone(), SourceKind::Pairs, others.path());
    assert_eq!(uses(&more)[3..], [Split::Training]);
    copy_pair(&folder.path().join("a"), &others.path().join("again"));
    let leak = refusal(&more);
    assert!(
        leak.contains("locked for the test") && leak.contains("again"),
        "{leak}"
    );
    copy_pair(&others.path().join("phantom"), &folder.path().join("c"));
    let changed = refusal(&config);
    assert!(
        changed.contains("not as it was") && changed.contains("c_"),
        "{changed}"
    );
}

#[test]
fn a_pair_that_is_excluded_is_left_out_whatever_the_split_says() {
    let folder = tempfile::tempdir().unwrap();
    write_pairs(folder.path(), &["a", "b", "c"]);
    let mut config = kept(folder.path(), &folder.path().join("split.json"));
    config.data.exclude = vec!["b".to_owned()];
    assert_eq!(
        uses(&config),
        [Split::Excluded, Split::Excluded, Split::Training]
    );
    config.data.exclude = vec!["c".to_owned()];
    assert!(refusal(&config).contains("nothing to train on"));
}

#[test]
fn a_name_that_two_sources_hold_is_none_to_validate_with() {
    let [folder, other] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    write_pairs(folder.path(), &["a", "b"]);
    write_pairs(other.path(), &["x", "y", "b"]);
    let config = config(folder.path(), "validation = [\"b\"]");
    let refused = refusal(&with_source(config, SourceKind::Pairs, other.path()));
    assert!(
        refused.contains("`b`, which several sources hold"),
        "{refused}"
    );
}

#[test]
fn a_pair_that_came_after_the_split_is_refused_until_it_is_split_or_left_out() {
    let folder = tempfile::tempdir().unwrap();
    write_pairs(folder.path(), &["a", "b", "c"]);
    let file = folder.path().join("split.json");
    let mut config = kept(folder.path(), &file);
    write_pairs(folder.path(), &["a", "b", "c", "new"]);
    let added = refusal(&config);
    for part in [
        "the pair new",
        "split.json",
        "split the folder again",
        "new_cxr.png",
    ] {
        assert!(added.contains(part), "{part}: {added}");
    }
    config.data.exclude = vec!["new".to_owned()];
    assert_eq!(
        uses(&config),
        [PARTED.as_slice(), &[Split::Excluded]].concat()
    );
    config.data.exclude.clear();

    // The dataset moved, and the split lies elsewhere: the pairs are known again by their bytes.
    let moved = tempfile::tempdir().unwrap();
    for name in ["a", "b", "c"] {
        copy_pair(&folder.path().join(name), &moved.path().join(name));
        for end in ["cxr", "soft"] {
            std::fs::remove_file(folder.path().join(format!("{name}_{end}.png"))).unwrap();
        }
    }
    config.data.source[0].folder = moved.path().to_owned();
    assert_eq!(uses(&config), PARTED);
    copy_pair(&folder.path().join("new"), &moved.path().join("new"));
    assert!(refusal(&config).contains("the pair new"));
}

#[test]
fn radiographs_without_a_mate_need_not_be_split_and_other_pairs_may_not_bear_its_names() {
    let [folder, masks] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    write_pairs(folder.path(), &["a", "b", "c"]);
    for (name, value) in [("a", 255), ("c", 254), ("lone", 253)] {
        let mask = image::GrayImage::from_pixel(48, 32, image::Luma([value]));
        mask.save(folder.path().join(format!("{name}_lungmask.png")))
            .unwrap();
    }
    let config = kept(folder.path(), &folder.path().join("split.json"));
    write_pairs(masks.path(), &["1", "2", "3", "4", "5", "lone", "c"]);
    let at = |root: &Path, name: &str| root.join(format!("{name}_cxr.png"));
    std::fs::copy(at(masks.path(), "lone"), at(folder.path(), "lone")).unwrap();
    let mut of_masks = config.clone();
    of_masks.data.source[0].kind = SourceKind::Masks;
    of_masks.data.validation = vec!["lone".to_owned()];
    assert_eq!(
        uses(&of_masks),
        [Split::Excluded, Split::Training, Split::Validation]
    );
    // With its mate it is a pair that came after the split.
    copy_pair(&masks.path().join("lone"), &folder.path().join("lone"));
    assert!(refusal(&of_masks).contains("the pair lone"));
    std::fs::remove_file(folder.path().join("lone_soft.png")).unwrap();
    let strangers = refusal(&with_source(config, SourceKind::Pairs, masks.path()));
    assert!(
        strangers.contains("has the name of a pair") && strangers.contains("c_cxr.png"),
        "{strangers}"
    );
}

#[test]
fn without_a_split_the_list_of_patients_says_who_validates() {
    let folder = tempfile::tempdir().unwrap();
    write_pairs(folder.path(), &["a", "b", "c"]);
    let list = folder.path().join("patients.csv");
    std::fs::write(&list, "pair,patient\na,Doe^Jane\nb,Roe\nc,Doe^Jane\n").unwrap();
    let validated = |name: &str| config(folder.path(), &format!("validation = [\"{name}\"]"));
    let leak = refusal(&validated("a"));
    assert!(
        leak.contains("in training and in validation") && leak.contains("c_cxr.png"),
        "{leak}"
    );
    assert!(!leak.contains("Doe"), "{leak}");
    let dataset = Dataset::load(&validated("b"), &mut Unobserved).unwrap();
    let keys = |at: usize| &dataset.entries[at].keys;
    let patient = crate::dataset::patient_key("Doe^Jane");
    assert!(keys(0).contains(&patient) && keys(2).contains(&patient));
    assert!(!keys(1).contains(&patient));
    assert!(!format!("{:?}", dataset.entries).contains("Doe"));

    std::fs::write(&list, "a,1\na,2\n").unwrap();
    let unusable = refusal(&validated("b"));
    assert!(unusable.contains("lines 1 and 2"), "{unusable}");
}

#[test]
fn pairs_that_no_split_covers_are_told() {
    let folder = tempfile::tempdir().unwrap();
    write_pairs(folder.path(), &["a", "b", "c"]);
    let told = |config: &RunConfig| {
        let dataset = Dataset::load(config, &mut Unobserved).unwrap();
        dataset.cautions(config)
    };
    let cautions = told(&config(folder.path(), "validation = [\"b\"]"));
    let [caution] = &cautions[..] else {
        panic!("a codec learns nothing from lungs: {cautions:?}");
    };
    assert!(caution.contains("no split covers these pairs"), "{caution}");
    assert!(caution.ends_with(&folder.path().display().to_string()));
    let covered = kept(folder.path(), &folder.path().join("split.json"));
    assert_eq!(told(&covered), Vec::<String>::new());
}

#[test]
fn two_patients_are_not_a_pair() {
    let folder = tempfile::tempdir().unwrap();
    write_pairs(folder.path(), &["a"]);
    let other = image::GrayImage::from_fn(48, 32, |x, y| image::Luma([(x * x + 31 * y) as u8]));
    other.save(folder.path().join("a_soft.png")).unwrap();
    let err = Dataset::load(&config(folder.path(), ""), &mut Unobserved).unwrap_err();
    assert!(err.to_string().contains("same patient"), "{err}");
}
