//! Bundles: a written one loads, verifies and computes the same; a broken one is refused with all its faults.

use diaphane::model::manifest::{FileRole, MANIFEST_FILE};
use diaphane::model::weights::WeightPrecision;
use diaphane::model::{
    Bundle, BundleWriter, Denoiser, LungSegmenter, Manifest, ModelError, Preset, Vqgan,
    VqganConfig, WeightProblem,
};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use tch::nn::VarStore;
use tch::{Device, Tensor};

fn problems(outcome: Result<impl std::fmt::Debug, ModelError>) -> Vec<WeightProblem> {
    match outcome {
        Err(ModelError::WeightsMismatch { problems, .. }) => problems,
        other => panic!("expected a mismatch, got {other:?}"),
    }
}

/// A manifest of the compact family with networks small enough for a test.
fn small_manifest() -> Manifest {
    let mut manifest = Manifest::for_preset(Preset::Compact);
    "test licence".clone_into(&mut manifest.licence);
    "nothing".clone_into(&mut manifest.training_data);
    manifest.vqgan.config = VqganConfig {
        in_channels: 1,
        channels: vec![4, 8],
        residual_layers: 1,
        residual_channels: 4,
        codebook_size: 8,
        latent_channels: 2,
    };
    manifest.latent.mean = vec![0.25, -0.5];
    manifest.latent.std = vec![2.0, 1.5];
    manifest.denoiser.config.in_channels = 4;
    manifest.denoiser.config.out_channels = 2;
    manifest.denoiser.config.model_channels = 8;
    manifest.denoiser.config.channel_mult = vec![1, 2];
    manifest
}

fn by_name(vs: &VarStore) -> BTreeMap<String, Tensor> {
    vs.variables().into_iter().collect()
}

/// Writes a bundle with random weights and returns the stores it was written from.
fn write_small(folder: &Path) -> (VarStore, VarStore) {
    let manifest = small_manifest();
    let (vqgan, denoiser, segmenter) = (
        VarStore::new(Device::Cpu),
        VarStore::new(Device::Cpu),
        VarStore::new(Device::Cpu),
    );
    let _networks = (
        Vqgan::new(&vqgan.root(), &manifest.vqgan.config),
        Denoiser::new(&denoiser.root(), &manifest.denoiser.config),
        LungSegmenter::new(&segmenter.root(), &Preset::Compact.segmenter()),
    );
    // A fresh denoiser puts out zeros; give every variable a value.
    let _guard = tch::no_grad_guard();
    for variable in by_name(&denoiser).values_mut() {
        variable.copy_(&(variable.randn_like() * 0.05));
    }
    let mut writer = BundleWriter::create(folder, manifest, false).expect("a writer");
    let f32 = WeightPrecision::F32;
    writer
        .add_store(FileRole::Denoiser, &denoiser, f32)
        .expect("a part");
    writer
        .add_store(FileRole::Vqgan, &vqgan, f32)
        .expect("a part");
    writer
        .add_store(FileRole::Segmenter, &segmenter, f32)
        .expect("a part");
    writer.write_card("# Card\n").expect("a card");
    let written = writer.finish().expect("a bundle");
    assert_eq!(written.folder, folder);
    assert_eq!(written.manifest.files.len(), 3);
    (vqgan, denoiser)
}

#[test]
fn a_written_bundle_loads_verifies_and_computes_the_same() {
    let root = tempfile::tempdir().expect("a folder");
    let folder = root.path().join("small");
    let (vqgan_store, denoiser_store) = write_small(&folder);
    let bundle = Bundle::load(&folder, Device::Cpu).expect("a bundle");
    assert_eq!(bundle.manifest.latent.mean, [0.25, -0.5]);
    for (found, expected) in [
        (&bundle.vqgan_store, &vqgan_store),
        (&bundle.denoiser_store, &denoiser_store),
    ] {
        let expected = by_name(expected);
        assert_eq!(found.len(), expected.len());
        for (name, tensor) in by_name(found) {
            assert!(tensor.equal(&expected[&name]), "{name}");
            assert!(!tensor.requires_grad(), "{name} is frozen");
        }
    }
    assert!(bundle.segmenter.is_some());
    let report = Bundle::verify(&folder).expect("a report");
    assert!(report.is_sound(), "{report:?}");
    assert_eq!(report.sha256, bundle.sha256);
    let info = Bundle::info(&folder).expect("what it says");
    assert_eq!(info.card.as_deref(), Some("# Card\n"));
    assert_eq!(info.sha256, bundle.sha256);
    assert_eq!(
        info.bytes,
        report.files.iter().map(|f| f.bytes).sum::<u64>()
    );
}

#[test]
fn a_changed_weight_is_noticed_by_load_and_verify() {
    let root = tempfile::tempdir().expect("a folder");
    let folder = root.path().join("small");
    write_small(&folder);
    let file = folder.join("denoiser.safetensors");
    let mut bytes = fs::read(&file).expect("a file");
    *bytes.last_mut().expect("a byte") ^= 1;
    fs::write(&file, &bytes).expect("a file");
    let found = problems(Bundle::load(&folder, Device::Cpu));
    assert!(
        matches!(found[..], [WeightProblem::Checksum { .. }]),
        "{found:?}"
    );
    let report = Bundle::verify(&folder).expect("a report");
    let faulty: Vec<_> = report
        .files
        .iter()
        .filter(|f| !f.problems.is_empty())
        .collect();
    assert_eq!(faulty.len(), 1);
    assert_eq!(faulty[0].role, FileRole::Denoiser);

    bytes.push(0);
    fs::write(&file, &bytes).expect("a file");
    let found = problems(Bundle::load(&folder, Device::Cpu));
    assert!(
        matches!(found[..], [WeightProblem::Size { .. }]),
        "{found:?}"
    );
    fs::remove_file(folder.join("vqgan.safetensors")).expect("removed");
    fs::remove_file(folder.join("README.md")).expect("removed");
    let report = Bundle::verify(&folder).expect("a report");
    assert!(!report.is_sound());
    assert_eq!(report.problems.len(), 1);
    let counts: Vec<usize> = report.files.iter().map(|f| f.problems.len()).collect();
    // The codec is gone; the denoiser has a wrong size and bytes after its last tensor.
    assert_eq!(counts, [1, 2, 0]);
}

#[test]
fn line_ends_do_not_change_the_name_of_a_bundle_but_its_content_does() {
    let root = tempfile::tempdir().expect("a folder");
    let folder = root.path().join("small");
    write_small(&folder);
    let sha256 = || Bundle::info(&folder).expect("what it says").sha256;
    let before = sha256();
    let path = folder.join(MANIFEST_FILE);
    let text = fs::read_to_string(&path).expect("a manifest");
    fs::write(&path, text.replace('\n', "\r\n")).expect("a manifest");
    assert_eq!(sha256(), before);
    fs::write(&path, text.replace("leg_weight = 1.25", "leg_weight = 2.0")).expect("a manifest");
    assert_ne!(sha256(), before);
}

#[test]
fn an_unfinished_or_contradictory_bundle_leaves_nothing_behind() {
    let root = tempfile::tempdir().expect("a folder");
    let folder = root.path().join("small");
    let writer = BundleWriter::create(&folder, small_manifest(), false).expect("a writer");
    match writer.finish() {
        Err(ModelError::ManifestInvalid { problems, .. }) => assert_eq!(problems.len(), 3),
        other => panic!("expected a refusal, got {other:?}"),
    }
    drop(BundleWriter::create(&folder, small_manifest(), false).expect("a writer"));
    assert_eq!(fs::read_dir(root.path()).expect("a folder").count(), 0);
}
