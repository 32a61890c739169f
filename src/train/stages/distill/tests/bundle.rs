//! A bundle of small networks whose weights no generator decides.

use super::*;

/// Weights from a sine of their index.
pub(super) fn scatter(vs: &VarStore, seed: f64) {
    let _guard = tch::no_grad_guard();
    let variables: BTreeMap<String, Tensor> = vs.variables().into_iter().collect();
    for (index, mut variable) in variables.into_values().enumerate() {
        let count = variable.numel() as i64;
        let angles = Tensor::arange(count, (Kind::Double, Device::Cpu)) * 12.9898;
        let values = (angles + seed + index as f64).sin() * (2.0 / (count as f64).sqrt()).min(0.3);
        variable.copy_(&values.reshape(variable.size()).to_kind(Kind::Float));
    }
}

pub(super) fn write_bundle(folder: &Path, prediction: Prediction) {
    let mut manifest = Manifest::for_preset(Preset::Compact);
    "tiny".clone_into(&mut manifest.name);
    "CC0-1.0".clone_into(&mut manifest.licence);
    "none".clone_into(&mut manifest.training_data);
    (manifest.grid.size_px, manifest.grid.multiple_px) = (SIDE as u32, 8);
    manifest.vqgan.config.channels = vec![4, 8];
    manifest.vqgan.config.residual_channels = 4;
    manifest.vqgan.config.codebook_size = 16;
    manifest.segmenter = None;
    let denoiser = &mut manifest.denoiser;
    denoiser.prediction = prediction;
    if prediction == Prediction::Epsilon {
        denoiser.condition_in_training = ConditionScaling::SqrtAlphasCumprod;
    }
    denoiser.config = DenoiserConfig {
        model_channels: 8,
        channel_mult: vec![1, 2],
        norm_groups: 4,
        num_heads: 2,
        ..denoiser.config.clone()
    };
    let networks = (
        manifest.vqgan.config.clone(),
        manifest.denoiser.config.clone(),
    );
    let mut writer = BundleWriter::create(folder, manifest, false).unwrap();
    let vs = VarStore::new(Device::Cpu);
    drop(Vqgan::new(&vs.root(), &networks.0));
    scatter(&vs, 1.0);
    writer
        .add_store(FileRole::Vqgan, &vs, WeightPrecision::F32)
        .unwrap();
    let vs = VarStore::new(Device::Cpu);
    drop(Denoiser::new(&vs.root(), &networks.1));
    scatter(&vs, 2.0);
    writer
        .add_store(FileRole::Denoiser, &vs, WeightPrecision::F32)
        .unwrap();
    writer.write_card("# tiny\n").unwrap();
    writer.finish().unwrap();
}
