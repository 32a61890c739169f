//! The committed checkpoints become a bundle with exactly their values.

use super::{fixture, import_tiny, refusal, tiny_manifest};
use diaphane::model::Bundle;
use diaphane::model::Preset;
use diaphane::model::import::{
    ImportError, ImportOptions, import_checkpoints, import_with_manifest,
};
use diaphane::model::manifest::FileRole;
use diaphane::model::weights::sha256_of_file;
use std::collections::BTreeMap;
use std::fs;
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};

/// The rule of `make_fixtures.py`: `((crc32(name) + 7 i) % 255 - 127) / 64`, exact in every number format used.
fn assert_follows_rule(vs: &VarStore) {
    let variables: BTreeMap<_, _> = vs.variables().into_iter().collect();
    for (name, variable) in variables {
        let seed = i64::from(crc32fast::hash(name.as_bytes()));
        let flat = Vec::<f32>::try_from(variable.flatten(0, -1)).expect("32-bit floats");
        for (i, found) in flat.into_iter().enumerate() {
            let expected = ((seed + 7 * i as i64) % 255 - 127) as f32 / 64.0;
            assert_eq!(found.to_bits(), expected.to_bits(), "{name}[{i}]");
        }
    }
}

#[test]
fn pickled_modules_become_a_bundle_with_their_exact_values() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("bundle");
    let files = [fixture("unet_tiny.pth"), fixture("vqvae_tiny.pth")];
    let options = ImportOptions::default();
    let report = import_with_manifest(&files, &out, tiny_manifest(), &options).expect("an import");

    let parts: Vec<_> = report.parts.iter().map(|p| (p.role, p.tensors)).collect();
    assert_eq!(parts, [(FileRole::Denoiser, 144), (FileRole::Vqgan, 31)]);
    assert_eq!(report.warnings.len(), 1, "{:?}", report.warnings);
    assert!(report.warnings[0].contains("segmenter"));

    let bundle = Bundle::load(&out, Device::Cpu).expect("a bundle");
    assert_eq!(bundle.sha256, report.bundle.sha256);
    assert_eq!(bundle.denoiser_store.len(), 144);
    assert_eq!(bundle.vqgan_store.len(), 31);
    assert_follows_rule(&bundle.denoiser_store);
    assert_follows_rule(&bundle.vqgan_store);
    assert!(bundle.segmenter.is_none());

    let origin = bundle.manifest.file(FileRole::Denoiser).expect("a file");
    let (sha256, _) = sha256_of_file(&files[0]).expect("a checksum");
    let expected = format!("unet_tiny.pth sha256 {sha256}");
    assert_eq!(origin.origin.as_deref(), Some(expected.as_str()));
    assert!(Bundle::verify(&out).expect("a report").is_sound());
}

#[test]
fn the_imported_networks_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("bundle");
    let files = [fixture("vqvae_tiny.pth"), fixture("unet_tiny.pth")];
    let options = ImportOptions::default();
    import_with_manifest(&files, &out, tiny_manifest(), &options).expect("an import");
    let bundle = Bundle::load(&out, Device::Cpu).expect("a bundle");
    let _guard = tch::no_grad_guard();
    let latent = Tensor::zeros([1, 8, 4, 4], (Kind::Float, Device::Cpu));
    let timestep = Tensor::from_slice(&[999_i64]);
    let predicted = bundle.denoiser.forward(&latent, &timestep);
    assert_eq!(predicted.size(), [1, 8, 4, 4]);
    let image = Tensor::zeros([1, 1, 16, 16], (Kind::Float, Device::Cpu));
    assert_eq!(bundle.vqgan.encode(&image).size(), [1, 4, 4, 4]);
}

#[test]
fn the_preset_is_asked_for_and_never_guessed() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("bundle");
    let files = [fixture("vqvae_tiny.pth"), fixture("unet_tiny.pth")];
    let with = |preset| {
        let options = ImportOptions {
            preset,
            ..ImportOptions::default()
        };
        import_checkpoints(&files, &out, &options).expect_err("a refusal")
    };
    let err = with(None);
    assert!(matches!(err, ImportError::PresetNeeded));
    assert!(
        err.to_string()
            .contains("--preset gl-lcm or --preset bs-ldm")
    );
    let err = with(Some(Preset::Compact));
    assert!(matches!(err, ImportError::PresetWithoutCheckpoints));
    assert!(!out.exists());
}

#[test]
fn every_mismatch_of_a_checkpoint_is_listed() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut manifest = tiny_manifest();
    manifest.vqgan.config.residual_channels = 7;
    let files = [fixture("vqvae_tiny.pth"), fixture("unet_tiny.pth")];
    let out = folder.path().join("bundle");
    let options = ImportOptions::default();
    let err = import_with_manifest(&files, &out, manifest, &options).expect_err("a refusal");
    let sentence = err.to_string();
    // Four residual units: two weights and one bias of each change shape.
    assert!(sentence.contains("12 problems"), "{sentence}");
    assert!(
        sentence.contains(
            "encoder.blocks.1.conv1.conv.weight has shape [5, 4, 3, 3], expected [7, 4, 3, 3]"
        ),
        "{sentence}"
    );
    assert!(sentence.contains("vqvae_tiny.pth"), "{sentence}");
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
}

#[test]
fn missing_and_repeated_networks_are_named() {
    let unet = fixture("unet_tiny.pth");
    match refusal(std::slice::from_ref(&unet)) {
        ImportError::Incomplete { role } => assert_eq!(role, "VQGAN"),
        other => panic!("{other}"),
    }
    match refusal(&[unet.clone(), unet.clone()]) {
        ImportError::Duplicate { role, .. } => assert_eq!(role, "U-Net"),
        other => panic!("{other}"),
    }
    match refusal(&[fixture("stranger.pth")]) {
        ImportError::Unrecognised { tensors, first, .. } => {
            assert_eq!(tensors, 2);
            assert_eq!(first, ["fc.weight", "fc.bias"]);
        }
        other => panic!("{other}"),
    }
    match refusal(&[fixture("absent.pth")]) {
        ImportError::Io { action, .. } => assert_eq!(action, "read"),
        other => panic!("{other}"),
    }
}

#[test]
fn an_existing_folder_is_not_replaced_unasked() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("bundle");
    let files = [fixture("vqvae_tiny.pth"), fixture("unet_tiny.pth")];
    let mut options = ImportOptions::default();
    import_with_manifest(&files, &out, tiny_manifest(), &options).expect("an import");
    let err = import_with_manifest(&files, &out, tiny_manifest(), &options).expect_err("a refusal");
    assert!(err.to_string().contains("exists already"), "{err}");
    options.overwrite = true;
    import_with_manifest(&files, &out, tiny_manifest(), &options).expect("a second import");
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
    // A folder that is no bundle is never replaced.
    let other = folder.path().join("photographs");
    fs::create_dir(&other).expect("a folder");
    fs::write(other.join("1.png"), "x").expect("a file");
    let err = import_with_manifest(&files, &other, tiny_manifest(), &options).expect_err("refused");
    assert!(err.to_string().contains("exists already"), "{err}");
    assert!(other.join("1.png").is_file());
}

#[test]
fn a_flipped_bit_in_a_tensor_is_noticed() {
    let mut bytes = fs::read(fixture("unet_tiny.pth")).expect("a checkpoint");
    // In the middle of the file lie storages, not headers; find the values 1/64, 8/64 of some tensor.
    let pattern = [1.0_f32 / 64.0, 8.0 / 64.0].map(f32::to_le_bytes).concat();
    let at = bytes.windows(8).position(|window| window == pattern);
    bytes[at.expect("two neighbouring values of the rule")] ^= 1;
    let folder = tempfile::tempdir().expect("a folder");
    let broken = folder.path().join("broken.pth");
    fs::write(&broken, bytes).expect("a file");
    let err = refusal(&[broken, fixture("vqvae_tiny.pth")]);
    assert!(err.to_string().contains("checksum"), "{err}");
    assert!(import_tiny(&[fixture("unet_tiny.pth"), fixture("vqvae_tiny.pth")]).is_ok());
}
