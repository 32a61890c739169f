//! The published networks at full size, filled with weights that follow from their names.
//!
//! Every weight is a hash of its name and index, so the reference and we make the same 424 million
//! numbers without a file; the segmenter's reference values stand here. Tolerance 2e-5: f32 against
//! f64 differs by 2.1e-6 (U-Net) and 2.9e-6 (decoder).

use std::fs;

use diaphane::model::{
    Denoiser, DiscriminatorConfig, LungSegmenter, PatchDiscriminator, Preset, Vqgan,
};
use sha2::{Digest as _, Sha256};
use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};

use crate::fixtures::{Fixture, assert_close, assert_near, folder, variables};

const OUTPUT: f64 = 2e-5;
const SEED: u64 = 0x0047_4C4C_434D;

fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}

/// `count` numbers in [-1, 1) that follow from `key`: a splitmix64 sequence seeded by its hash.
fn procedural(key: &str, count: usize) -> Vec<f32> {
    let mut state = fnv1a(key) ^ SEED;
    let mut values = vec![0.0; count];
    for value in &mut values {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
        *value = 2.0 * ((z >> 40) as f32 / 16_777_216.0) - 1.0;
    }
    values
}

fn input(key: &str, size: &[i64]) -> Tensor {
    let count: i64 = size.iter().product();
    Tensor::from_slice(&procedural(key, count as usize)).view(size)
}

/// Fills each variable as the rule in the fixtures' index says.
fn fill(vs: &VarStore, prefix: &str) {
    let _guard = tch::no_grad_guard();
    for (name, mut variable) in variables(vs) {
        let size = variable.size();
        let last = name.rsplit('.').next().unwrap_or(&name);
        if matches!(
            last,
            "running_mean" | "running_var" | "num_batches_tracked" | "ema_cluster_size"
        ) {
            continue;
        }
        let source = if last == "ema_w" {
            name.replace("ema_w", "embedding.weight")
        } else {
            name.clone()
        };
        let v = input(&format!("{prefix}{source}"), &size);
        let values = match (size.len(), last) {
            (1, "weight") => v * f64::from(0.1_f32) + 1.0,
            (1, _) => v * f64::from(0.1_f32),
            _ => {
                let fan = variable.numel() as f64 / size[0] as f64;
                v * f64::from((3.0 / fan).sqrt() as f32)
            }
        };
        variable.copy_(&values);
    }
}

/// Our names and shapes are exactly those of the reference's state dict.
fn assert_keys(vs: &VarStore, file: &str) {
    let list = fs::read_to_string(folder().expect("fixtures").join(file)).expect("a key list");
    let mut theirs: Vec<(String, Vec<i64>)> = list
        .lines()
        .map(|line| {
            let mut columns = line.split('\t');
            let name = columns.next().expect("a name").to_owned();
            let shape = columns.next().expect("a shape");
            let sides = shape.trim_matches(['(', ')']).split(',');
            let sides = sides.filter_map(|side| side.trim().parse().ok());
            (name, sides.collect())
        })
        .collect();
    let ours: Vec<(String, Vec<i64>)> = variables(vs)
        .into_iter()
        .map(|(name, variable)| (name, variable.size()))
        .collect();
    theirs.sort();
    assert_eq!(ours.len(), theirs.len(), "number of keys in {file}");
    for (our, their) in ours.iter().zip(&theirs) {
        assert_eq!(our, their, "{file}");
    }
}

#[test]
fn procedural_numbers_equal_the_reference() {
    let expected = [-0.845_421_9, -0.512_802_84, -0.807_343, 0.541_314_1];
    assert_eq!(fnv1a("abc"), 0xe71f_a219_0541_574b);
    assert_eq!(procedural("abc", 4), expected);
}

#[test]
fn published_denoiser_equals_the_reference() {
    let Some(io) = Fixture::load("fullsize_procedural") else {
        return;
    };
    let _guard = tch::no_grad_guard();
    let vs = VarStore::new(Device::Cpu);
    let denoiser = Denoiser::new(&vs.root(), &Preset::GlLcm.denoiser());
    assert_keys(&vs, "unet_keys.txt");
    let count: usize = vs.trainable_variables().iter().map(Tensor::numel).sum();
    assert_eq!(count, 382_978_184);
    fill(&vs, "unet_full.");
    let latent = input("unet_full.input.x", &[1, 8, 64, 64]);
    assert_close("input", &latent, &io.tensor("unet.x"), 0.0);
    let prediction = denoiser.forward(&latent, &io.tensor("unet.t"));
    assert_close("prediction", &prediction, &io.tensor("unet.y"), OUTPUT);
    assert_close(
        "prediction in f64",
        &prediction,
        &io.tensor("unet.y_f64"),
        OUTPUT,
    );
}

#[test]
fn published_vqgan_and_discriminator_equal_the_reference() {
    let Some(io) = Fixture::load("fullsize_procedural") else {
        return;
    };
    let _guard = tch::no_grad_guard();
    let vs = VarStore::new(Device::Cpu);
    let vqgan = Vqgan::new(&vs.root(), &Preset::GlLcm.vqgan());
    assert_keys(&vs, "vqgan_keys.txt");
    fill(&vs, "vqgan_full.");
    let image = input("vqgan_full.input.image", &[1, 1, 96, 128]);
    assert_close("input", &image, &io.tensor("vq.image"), 0.0);
    let latent = vqgan.encode(&image);
    assert_close("latent", &latent, &io.tensor("vq.z"), OUTPUT);
    assert_eq!(vqgan.quantize(&latent).indices, io.tensor("vq.indices"));
    let decoded = vqgan.decode(&latent);
    assert_close("decoded", &decoded, &io.tensor("vq.decode_z"), OUTPUT);

    let vs = VarStore::new(Device::Cpu);
    let discriminator = PatchDiscriminator::new(&vs.root(), &DiscriminatorConfig::default());
    assert_keys(&vs, "disc_keys.txt");
    fill(&vs, "disc_full.");
    let logits = discriminator.forward_t(&image, false).logits;
    assert_close(
        "logits",
        &logits.to_kind(Kind::Float),
        &io.tensor("disc.logits"),
        OUTPUT,
    );
}

/// Values of `DensenetUnet(seg_classes=2)` of the package `lungs-segmentation` 1.1.1 under torch
/// 2.11, its state dict filled by the same rule with the prefix "segmenter.".
#[test]
fn published_segmenter_equals_the_package() {
    let _guard = tch::no_grad_guard();
    let vs = VarStore::new(Device::Cpu);
    let segmenter = LungSegmenter::new(&vs.root(), &Preset::GlLcm.segmenter());
    let names: Vec<String> = variables(&vs).into_keys().collect();
    assert_eq!(names.len(), 745);
    let hash: String = Sha256::digest(names.join("\n"))
        .iter()
        .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    let expected = "b70c173c5c150ddd1f03425aa58fb66f7b13b525317fb30e07841a4dc71a2bc5";
    assert_eq!(hash, expected, "names of the state dict");

    fill(&vs, "segmenter.");
    let image = input("segmenter.input.image", &[1, 1, 64, 96]) * 0.5 + 0.5;
    let logits = segmenter.class_logits(&image, false);
    let pixels = [(0, 0), (7, 31), (32, 48), (63, 95), (20, 80)];
    let values = [
        [
            0.001_344_23,
            -0.037_577_68,
            0.075_606_17,
            0.041_908_38,
            -0.004_167_14,
        ],
        [
            0.181_546_27,
            0.095_612_42,
            0.064_117_54,
            0.158_262_25,
            0.120_215_51,
        ],
    ];
    for (class, values) in values.iter().enumerate() {
        for ((row, column), expected) in pixels.into_iter().zip(values) {
            let actual = logits.double_value(&[0, class as i64, row, column]);
            assert_near("logit", actual, *expected, OUTPUT);
        }
    }
    // The lungs are where either class is high.
    let union = segmenter.forward(&image);
    assert_eq!(union.size(), [1, 1, 64, 96]);
    assert_near(
        "union",
        union.double_value(&[0, 0, 32, 48]),
        0.075_606_17,
        OUTPUT,
    );
    assert_near(
        "union",
        union.double_value(&[0, 0, 0, 0]),
        0.181_546_27,
        OUTPUT,
    );

    let trained = segmenter.class_logits(&image, true);
    let square = trained.square().mean(Kind::Double).double_value(&[]);
    assert_near(
        "mean square with batch statistics",
        square,
        0.048_906_29,
        OUTPUT,
    );
}
