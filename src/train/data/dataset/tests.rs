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
        sha256: ["cxr", "soft"].map(|end| sum(file(end))).into(),
    }
}

#[test]
fn a_split_that_is_kept_decides_and_its_test_is_never_read() {
    let folder = tempfile::tempdir().unwrap();
    write_pairs(folder.path(), &["a", "b", "c", "phantom"]);
    let entry = |(name, part): (&str, Part)| kept_entry(folder.path(), name, part);
    let parts = [
        ("a", Part::Test),
        ("b", Part::Validation),
        ("c", Part::Training),
    ];
    let kept = Kept {
        format: 1,
        leak_check: None,
        plan: SplitPlan::default(),
        pairs: parts.map(entry).into(),
    };
    let file = folder.path().join("split.json");
    kept.write(&file, false).unwrap();
    let config = config(folder.path(), &format!("split = '{}'", file.display()));
    let load = || Dataset::load(&config, &mut Unobserved);
    let splits = |dataset: Dataset| dataset.entries.into_iter().map(|entry| entry.split);
    let expected = [
        Split::Excluded,
        Split::Validation,
        Split::Training,
        Split::Training,
    ];
    assert!(
        splits(load().unwrap()).eq(expected),
        "the phantom is not of the split"
    );

    let at = |name: &str| folder.path().join(name);
    std::fs::copy(at("a_cxr.png"), at("again_cxr.png")).unwrap();
    std::fs::copy(at("a_soft.png"), at("again_soft.png")).unwrap();
    let leak = load().unwrap_err().to_string();
    assert!(
        leak.contains("locked for the test") && leak.contains("again"),
        "{leak}"
    );
    for end in ["cxr", "soft"] {
        std::fs::rename(at(&format!("again_{end}.png")), at(&format!("c_{end}.png"))).unwrap();
        std::fs::copy(
            at(&format!("phantom_{end}.png")),
            at(&format!("c_{end}.png")),
        )
        .unwrap();
    }
    let changed = load().unwrap_err().to_string();
    assert!(
        changed.contains("not as it was") && changed.contains("c_"),
        "{changed}"
    );
}

#[test]
fn a_picture_in_a_square_keeps_its_shape() {
    let wide = FloatImage::filled(4, 2, 1.0);
    for (i, &value) in in_square(&wide, 8).values().iter().enumerate() {
        let expected = f32::from(u8::from((2..6).contains(&(i / 8))));
        assert!((value - expected).abs() < 1e-6, "{i}: {value}");
    }
    let square = FloatImage::filled(12, 12, 0.5);
    assert_eq!(in_square(&square, 8), resize_area(&square, 8, 8));
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
