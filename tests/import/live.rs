//! Checkpoints written by a Python with torch on the spot, where there is one (`DIAPHANE_TEST_PYTHON`, default
//! `python3`); otherwise the test prints `skipped` and proves nothing.

use super::tiny_manifest;
use crate::support::skipped;
use diaphane::model::import::{
    ImportError, ImportOptions, import_checkpoints, import_with_manifest,
};
use diaphane::model::manifest::{FileRole, SegmenterSpec};
use diaphane::model::weights::{WeightPrecision, save_weights};
use diaphane::model::{Bundle, Denoiser, LungSegmenter, Preset, Vqgan};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use tch::Device;
use tch::nn::VarStore;

/// Reads a safetensors file without any package and saves it as a state dict beside other things.
const CONVERT: &str = r#"
import collections, json, sys
import torch
source, target = sys.argv[1:3]
raw = open(source, "rb").read()
length = int.from_bytes(raw[:8], "little")
header = json.loads(raw[8:8 + length])
header.pop("__metadata__", None)
state = collections.OrderedDict()
for name, info in header.items():
    start, end = info["data_offsets"]
    data = bytearray(raw[8 + length + start:8 + length + end])
    kind = {"F32": torch.float32, "I64": torch.int64}[info["dtype"]]
    state[name] = torch.frombuffer(data, dtype=kind).reshape(info["shape"]).clone()
torch.save({"epoch": 1, "state_dict": state}, target)
"#;

fn python() -> Option<String> {
    let python = std::env::var("DIAPHANE_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let works = Command::new(&python)
        .args(["-c", "import torch"])
        .output()
        .is_ok_and(|output| output.status.success());
    works.then_some(python)
}

/// Random weights of one network as a state dict written by torch, and the variables it was made from.
fn state_dict(
    python: &str,
    folder: &Path,
    name: &str,
    build: impl FnOnce(&VarStore),
) -> (PathBuf, VarStore) {
    let vs = VarStore::new(Device::Cpu);
    build(&vs);
    let (source, target) = (
        folder.join(format!("{name}.safetensors")),
        folder.join(format!("{name}.pth")),
    );
    save_weights(&vs, &source, WeightPrecision::F32).expect("saved weights");
    let output = Command::new(python)
        .args(["-c", CONVERT])
        .arg(&source)
        .arg(&target)
        .output()
        .expect("a Python");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}");
    (target, vs)
}

fn assert_equal(found: &VarStore, expected: &VarStore) {
    let expected: BTreeMap<_, _> = expected.variables().into_iter().collect();
    let found: BTreeMap<_, _> = found.variables().into_iter().collect();
    assert_eq!(found.len(), expected.len());
    for (name, tensor) in found {
        assert!(tensor.equal(&expected[&name]), "{name}");
    }
}

#[test]
fn state_dicts_of_all_three_networks_are_imported_bit_for_bit() {
    let Some(python) = python() else {
        skipped("no Python with torch");
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let mut manifest = tiny_manifest();
    manifest.segmenter = diaphane::model::Manifest::for_preset(Preset::Compact)
        .segmenter
        .map(|spec| SegmenterSpec {
            size_px: 64,
            ..spec
        });
    let config = manifest.clone();
    let segmenter = config.segmenter.as_ref().expect("a segmenter");
    let make =
        |name: &str, build: &dyn Fn(&VarStore)| state_dict(&python, folder.path(), name, build);
    let (vqgan_file, vqgan) = make("v", &|vs| {
        drop(Vqgan::new(&vs.root(), &config.vqgan.config));
    });
    let (denoiser_file, denoiser) = make("d", &|vs| {
        drop(Denoiser::new(&vs.root(), &config.denoiser.config));
    });
    let (segmenter_file, lungs) = make("s", &|vs| {
        drop(LungSegmenter::new(&vs.root(), &segmenter.config));
    });

    let out = folder.path().join("bundle");
    let files = [segmenter_file, denoiser_file, vqgan_file];
    let options = ImportOptions::default();
    let report = import_with_manifest(&files, &out, manifest, &options).expect("an import");
    assert_eq!(report.warnings, Vec::<String>::new());
    assert!(report.bundle.manifest.file(FileRole::Segmenter).is_some());

    let bundle = Bundle::load(&out, Device::Cpu).expect("a bundle");
    assert_equal(&bundle.vqgan_store, &vqgan);
    assert_equal(&bundle.denoiser_store, &denoiser);
    assert_equal(
        bundle.segmenter_store.as_ref().expect("a segmenter"),
        &lungs,
    );
}

#[test]
fn checkpoints_of_the_published_sizes_are_imported() {
    if std::env::var_os("DIAPHANE_FULL_IMPORT").is_none() {
        skipped("writes 3.5 GB in three minutes; set DIAPHANE_FULL_IMPORT to run it");
        return;
    }
    let Some(python) = python() else {
        skipped("no Python with torch");
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let make =
        |name: &str, build: &dyn Fn(&VarStore)| state_dict(&python, folder.path(), name, build);
    let preset = Preset::GlLcm;
    let (vqgan, _) = make("v", &|vs| drop(Vqgan::new(&vs.root(), &preset.vqgan())));
    let (denoiser, denoiser_store) = make("d", &|vs| {
        drop(Denoiser::new(&vs.root(), &preset.denoiser()));
    });
    let (segmenter, _) = make("s", &|vs| {
        drop(LungSegmenter::new(&vs.root(), &preset.segmenter()));
    });
    let files = [vqgan, denoiser, segmenter];
    let out = folder.path().join("bundle");
    let with = |preset| ImportOptions {
        preset: Some(preset),
        ..ImportOptions::default()
    };
    // The codebook tells the two published networks apart, the rest does not.
    match import_checkpoints(&files, &out, &with(Preset::BsLdm)) {
        Err(ImportError::OtherPreset { preset, .. }) => assert_eq!(preset, "gl-lcm"),
        other => panic!("expected a refusal, got {other:?}"),
    }
    let report = import_checkpoints(&files, &out, &with(preset)).expect("an import");
    let parts: Vec<_> = report.parts.iter().map(|p| (p.role, p.tensors)).collect();
    assert_eq!(parts[0], (FileRole::Vqgan, 67));
    assert_eq!(parts[1], (FileRole::Denoiser, 1574));
    let bundle = Bundle::load(&out, Device::Cpu).expect("a bundle");
    assert_equal(&bundle.denoiser_store, &denoiser_store);
}
