//! Memory layout and number format that convolutions run fastest in.

use tch::nn::VarStore;
use tch::{Device, Kind, Tensor};

/// The same `[B, C, H, W]` tensor in number format `kind`, stored position by position (channels
/// last). Every later layer keeps both, and bf16 with channels last is what the matrix units of
/// recent processors and graphics cards are built for.
pub fn for_convolution(features: &Tensor, kind: Kind) -> Tensor {
    // The binding has no memory formats; strides say the same.
    let channels_last = features.to_kind(kind).permute([0, 2, 3, 1]).contiguous();
    channels_last.permute([0, 3, 1, 2])
}

/// The number format in which convolutions run fastest on `device` without leaving the accuracy
/// pictures need: bf16 on CUDA and on processors that multiply it, f32 elsewhere. CUDA cards before compute
/// capability 8.0 only emulate bf16; the binding cannot ask, so that f32 has to be asked for there.
pub fn fast_kind(device: Device) -> Kind {
    match device {
        Device::Cuda(_) => Kind::BFloat16,
        _ if cpu_multiplies_bf16() => Kind::BFloat16,
        _ => Kind::Float,
    }
}

#[cfg(target_arch = "x86_64")]
fn cpu_multiplies_bf16() -> bool {
    std::arch::is_x86_feature_detected!("avx512bf16")
}

#[cfg(not(target_arch = "x86_64"))]
fn cpu_multiplies_bf16() -> bool {
    false
}

/// Casts every floating-point variable to `kind` and stores convolution weights channels last, so
/// that a pass copies no weights. Statistics of normalisation layers are cast alike.
pub fn prepare_for_inference(vs: &VarStore, kind: Kind) {
    let _guard = tch::no_grad_guard();
    for mut variable in vs.variables().into_values() {
        if !variable.is_floating_point() {
            continue;
        }
        let prepared = match variable.dim() {
            4 => for_convolution(&variable, kind),
            _ => variable.to_kind(kind),
        };
        variable.set_data(&prepared);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_shape_stay_and_channels_become_adjacent() {
        let features = Tensor::arange(24, (Kind::Float, Device::Cpu)).view([1, 2, 3, 4]);
        let fast = for_convolution(&features, Kind::BFloat16);
        assert_eq!(fast.size(), features.size());
        assert_eq!(fast.stride(), [24, 1, 8, 2]);
        // Integers up to 256 are exact in bf16.
        assert_eq!(fast.to_kind(Kind::Float), features);
    }
}
