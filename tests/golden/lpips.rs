//! LPIPS of the shipped weights beside the values of the package `lpips` 0.1.4.
//!
//! Tolerance 2e-5: distances of 1e-3 to 0.3 from some 10,000 f32 features each.

use std::path::Path;

use diaphane::model::{Lpips, LpipsRange};
use tch::{Device, Kind, Tensor};

use crate::fixtures::{Fixture, assert_close, assert_near, meta};

const TOLERANCE: f64 = 2e-5;

fn shipped() -> Lpips {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/models/lpips/alex_v0.1.safetensors"
    );
    Lpips::load(Path::new(path), Device::Cpu).expect("the shipped weights")
}

#[test]
fn both_feedings_equal_the_reference() {
    let Some(images) = Fixture::load("metrics") else {
        return;
    };
    let _guard = tch::no_grad_guard();
    let lpips = shipped();
    let read = |key: &str| {
        let grey = images.tensor(key).to_kind(Kind::Float) / 255.0;
        grey.view([1, 1, 192, 192])
    };
    let truth = read("gt");
    let values = &meta("lpips")["values_192px"];
    for name in ["identity_cxr", "half", "plus5", "blur2", "fusion"] {
        for (key, range) in [
            ("alex_upstream_[0,1]_gray", LpipsRange::Unit),
            ("alex_normalized_[-1,1]", LpipsRange::Symmetric),
        ] {
            let image = read(&format!("pred.{name}"));
            let distance = lpips.distance(&image, &truth, range).expect("same sizes");
            assert_eq!(distance.size(), [1]);
            let expected = values[name][key].as_f64().expect("a value");
            assert_near(name, distance.double_value(&[0]), expected, TOLERANCE);
        }
    }
    let terms = lpips
        .layer_terms(&read("pred.blur2"), &truth, LpipsRange::Unit)
        .expect("same sizes");
    let expected = Fixture::load("lpips")
        .expect("fixtures")
        .tensor("blur2.per_layer_alex_upstream");
    assert_close("terms per layer", &terms.squeeze(), &expected, TOLERANCE);
}

#[test]
fn equal_images_have_no_distance_and_other_sizes_are_refused() {
    let _guard = tch::no_grad_guard();
    let lpips = shipped();
    let image = Tensor::rand([2, 1, 48, 64], (Kind::Float, Device::Cpu));
    let range = LpipsRange::Symmetric;
    let distance = lpips.distance(&image, &image, range).expect("same sizes");
    assert_close(
        "distance",
        &distance,
        &Tensor::from_slice(&[0.0_f32; 2]),
        1e-7,
    );
    let other = lpips.distance(&image, &image.narrow(3, 0, 63), range);
    let message = other.unwrap_err().to_string();
    assert!(message.contains("[2, 1, 48, 63]"), "{message}");
}
