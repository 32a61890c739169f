//! Weights on disk: what is written is read back exactly, and whatever is wrong is named.
//!
//! The reference weights come from `DIAPHANE_PARITY_DIR` (default `../shared/parity`), the broken files from
//! `DIAPHANE_CORPUS_DIR` (default `../shared/corpus`); both were written by Python.

mod support;

use diaphane::model::weights::{WeightPrecision, load_weights, save_weights, sha256_of_file};
use diaphane::model::{Denoiser, ModelError, Preset, Vqgan, WeightProblem};
use std::fs;
use std::path::{Path, PathBuf};
use support::skipped;
use tch::nn::{Init, VarStore};
use tch::{Device, Kind, Tensor};

fn shared(variable: &str, default: &str) -> Option<PathBuf> {
    let folder = std::env::var_os(variable).map_or_else(
        || {
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("../shared")
                .join(default)
        },
        PathBuf::from,
    );
    if !folder.is_dir() {
        skipped(&format!("no {default}"));
        return None;
    }
    Some(folder)
}

/// A store with a variable `w` of shape [2, 3] and a variable `v` of shape [4].
fn store(names: &[(&str, &[i64])]) -> VarStore {
    let vs = VarStore::new(Device::Cpu);
    for (name, shape) in names {
        drop(vs.root().var(name, shape, Init::Const(0.0)));
    }
    vs
}

fn set(vs: &VarStore, name: &str, values: &[f32]) {
    let _guard = tch::no_grad_guard();
    let mut variable = vs.variables().remove(name).expect("a variable");
    let shape = variable.size();
    variable.copy_(&Tensor::from_slice(values).view(shape.as_slice()));
}

fn get(vs: &VarStore, name: &str) -> Vec<f32> {
    let variable = vs.variables().remove(name).expect("a variable");
    Vec::<f32>::try_from(variable.flatten(0, -1)).expect("numbers")
}

fn problems(outcome: Result<impl std::fmt::Debug, ModelError>) -> Vec<WeightProblem> {
    match outcome {
        Err(ModelError::WeightsMismatch { problems, .. }) => problems,
        other => panic!("expected a mismatch, got {other:?}"),
    }
}

#[test]
fn corpus_files_are_opened_or_refused_as_their_index_says() {
    let Some(folder) = shared("DIAPHANE_CORPUS_DIR", "corpus") else {
        return;
    };
    let vs = store(&[("w", &[2, 3])]);
    let load = |name: &str| load_weights(&vs, &folder.join("weights").join(name), None);
    let loaded = load("ok.safetensors").expect("a sound file");
    assert_eq!((loaded.tensors, loaded.bytes), (1, 120));
    assert_eq!(get(&vs, "w"), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    let lie = load("shape_lie.safetensors");
    assert!(matches!(lie, Err(ModelError::Corrupt { .. })), "{lie:?}");
    let text = load("hdr_not_json.safetensors");
    assert!(matches!(text, Err(ModelError::Corrupt { .. })), "{text:?}");
    let short = load("trunc.safetensors");
    assert!(
        matches!(short, Err(ModelError::Truncated { .. })),
        "{short:?}"
    );
}

#[test]
fn reference_weights_fit_the_networks_by_name_and_shape() {
    let Some(folder) = shared("DIAPHANE_PARITY_DIR", "parity") else {
        return;
    };
    let vs = VarStore::new(Device::Cpu);
    let mut config = Preset::GlLcm.denoiser();
    config.model_channels = 32;
    config.num_res_blocks = 1;
    config.num_heads = 4;
    config.channel_mult = vec![1, 2];
    config.attention_resolutions = vec![2];
    let _denoiser = Denoiser::new(&vs.root(), &config);
    let file = folder.join("unet_small_weights.safetensors");
    assert_eq!(load_weights(&vs, &file, None).expect("a fit").tensors, 144);

    let vs = VarStore::new(Device::Cpu);
    let mut config = Preset::GlLcm.vqgan();
    config.channels = vec![16, 32, 32];
    config.residual_channels = 32;
    config.residual_layers = 1;
    config.codebook_size = 64;
    let _vqgan = Vqgan::new(&vs.root(), &config);
    let file = folder.join("vqvae_small_weights.safetensors");
    load_weights(&vs, &file, None).expect("a fit");
}

#[test]
fn saved_weights_come_back_bit_for_bit() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("w.safetensors");
    let vs = store(&[("w", &[2, 3]), ("v", &[4])]);
    let values = [f32::MIN_POSITIVE, -0.0, 1.0 / 3.0, f32::MAX, 1e-45, -2.5];
    set(&vs, "w", &values);
    let saved = save_weights(&vs, &file, WeightPrecision::F32).expect("saved weights");
    assert_eq!(
        sha256_of_file(&file).expect("a file"),
        (saved.sha256.clone(), saved.bytes)
    );

    let other = store(&[("w", &[2, 3]), ("v", &[4])]);
    let loaded = load_weights(&other, &file, Some(&saved.sha256)).expect("loaded weights");
    assert_eq!(loaded.sha256, saved.sha256);
    let bits = |values: &[f32]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&get(&other, "w")), bits(&values));
    // The crate of the format's makers reads the same.
    let bytes = fs::read(&file).expect("a file");
    let tensors = safetensors::SafeTensors::deserialize(&bytes).expect("safetensors");
    assert_eq!(tensors.tensor("w").expect("w").shape(), [2, 3]);
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
}

#[test]
fn half_precision_is_widened_and_its_overflow_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("w.safetensors");
    let vs = store(&[("w", &[2, 3])]);
    set(
        &vs,
        "w",
        &[0.5, -1.0, 65504.0, 0.333_251_95, 0.0, 2.0_f32.powi(-14)],
    );
    let saved = save_weights(&vs, &file, WeightPrecision::F16).expect("saved weights");
    let other = store(&[("w", &[2, 3])]);
    load_weights(&other, &file, Some(&saved.sha256)).expect("loaded weights");
    assert_eq!(get(&other, "w"), get(&vs, "w"));
    assert_eq!(other.variables()["w"].kind(), Kind::Float);

    set(&vs, "w", &[1e6, 0.0, 0.0, 0.0, 0.0, f32::NAN]);
    match save_weights(&vs, &file, WeightPrecision::F16) {
        Err(ModelError::NotFinite { name, count, .. }) => {
            assert_eq!((name.as_str(), count), ("w", 2));
        }
        other => panic!("expected a refusal, got {other:?}"),
    }
    // The earlier file is untouched.
    assert_eq!(sha256_of_file(&file).expect("a file").0, saved.sha256);
}

#[test]
fn counters_stay_integers_in_every_precision() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("w.safetensors");
    let with_counter = |count: i64| {
        let vs = store(&[("a", &[3])]);
        let counter = Tensor::from_slice(&[count]).view([] as [i64; 0]);
        drop(vs.root().add("n", counter, false));
        vs
    };
    let vs = with_counter(70_001);
    save_weights(&vs, &file, WeightPrecision::F16).expect("saved weights");
    let other = with_counter(0);
    load_weights(&other, &file, None).expect("loaded weights");
    assert_eq!(other.variables()["n"].int64_value(&[]), 70_001);
    assert_eq!(other.variables()["n"].kind(), Kind::Int64);
    // A weight where a counter is expected, and the other way round.
    let found = problems(load_weights(
        &store(&[("a", &[3]), ("n", &[])]),
        &file,
        None,
    ));
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0].to_string(),
        "n has kind I64, expected F32, F16 or BF16"
    );
}

/// A safetensors file with one brain-float tensor [1.0, -2.0, 1.5] named w, written by hand.
#[test]
fn brain_floats_are_widened() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("w.safetensors");
    let header = br#"{"w":{"dtype":"BF16","shape":[3],"data_offsets":[0,6]}}"#;
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header);
    bytes.extend([0x80, 0x3f, 0x00, 0xc0, 0xc0, 0x3f]);
    fs::write(&file, bytes).expect("a file");
    let vs = store(&[("w", &[3])]);
    load_weights(&vs, &file, None).expect("loaded weights");
    assert_eq!(get(&vs, "w"), [1.0, -2.0, 1.5]);
}

#[test]
fn everything_that_is_wrong_is_named_in_one_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("w.safetensors");
    let header = br#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]},"c":{"dtype":"F64","shape":[1],"data_offsets":[12,20]},"d":{"dtype":"F32","shape":[2],"data_offsets":[20,28]}}"#;
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header);
    bytes.extend([0; 20]);
    bytes.extend([f32::NAN, f32::INFINITY].map(f32::to_le_bytes).concat());
    fs::write(&file, bytes).expect("a file");
    let vs = store(&[("a", &[3]), ("c", &[1]), ("d", &[2]), ("e", &[5])]);
    let found = problems(load_weights(&vs, &file, Some(&"0".repeat(64))));
    let sentences: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert!(sentences[0].starts_with("sha256 is "), "{sentences:?}");
    assert_eq!(
        sentences[1..],
        [
            "e [5] is missing",
            "a has shape [2], expected [3]",
            "b is no variable of the network",
            "c has kind F64, expected F32, F16 or BF16",
            "d holds 2 values that are not finite",
        ]
    );
}

#[test]
fn headers_that_lie_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("w.safetensors");
    let vs = store(&[("w", &[1])]);
    let load = |bytes: &[u8]| {
        fs::write(&file, bytes).expect("a file");
        load_weights(&vs, &file, None).expect_err("a refusal")
    };
    assert!(matches!(load(b""), ModelError::Truncated { .. }));
    assert!(matches!(
        load(b"\x02\x00\x00\x00"),
        ModelError::Truncated { .. }
    ));
    assert!(matches!(
        load(b"\xff\x00\x00\x00\x00\x00\x00\x00{}"),
        ModelError::Truncated { .. }
    ));
    assert!(matches!(load(&[0xff; 16]), ModelError::TooLarge { .. }));
    let with = |header: &str, data: usize| {
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend(header.as_bytes());
        bytes.resize(bytes.len() + data, 0);
        bytes
    };
    let sound = r#"{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#;
    assert!(matches!(load(&with(sound, 5)), ModelError::Corrupt { .. }));
    assert!(matches!(
        load(&with(sound, 3)),
        ModelError::Truncated { .. }
    ));
    // A gap, an overlap, a product that overflows.
    for header in [
        r#"{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
        r#"{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
        r#"{"w":{"dtype":"F32","shape":[4294967296,4294967296,4],"data_offsets":[0,8]}}"#,
    ] {
        let err = load(&with(header, 8));
        assert!(matches!(err, ModelError::Corrupt { .. }), "{err}");
    }
}

#[test]
fn a_flipped_bit_anywhere_is_an_error_or_harmless_but_no_panic() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("w.safetensors");
    let vs = store(&[("w", &[2, 3])]);
    save_weights(&vs, &file, WeightPrecision::F32).expect("saved weights");
    let whole = fs::read(&file).expect("a file");
    for at in 0..whole.len() * 8 {
        let mut flipped = whole.clone();
        flipped[at / 8] ^= 1 << (at % 8);
        fs::write(&file, flipped).expect("a file");
        drop(load_weights(&vs, &file, None));
    }
}
