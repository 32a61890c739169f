//! Convolutions and linear layers, initialised as in the framework the reference networks were
//! trained in.

use tch::Tensor;
use tch::nn::{self, Init};

use super::layout::for_convolution;

/// Uniform in ±1/sqrt(fan_in): a Kaiming-uniform bound of gain·sqrt(3/fan_in) with gain 1/sqrt(3).
const RECIPROCAL_SQRT_FAN_IN: Init = Init::Kaiming {
    dist: nn::init::NormalOrUniform::Uniform,
    fan: nn::init::FanInOut::FanIn,
    non_linearity: nn::init::NonLinearity::ExplicitGain(0.577_350_269_189_625_8),
};

/// The window of a convolution, in pixels of its input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kernel {
    /// Side length of the square window.
    pub size_px: i64,
    /// Step between windows.
    pub stride_px: i64,
    /// Zeros added on every side.
    pub padding_px: i64,
}

impl Kernel {
    /// 1 × 1.
    pub const POINT: Self = Self::new(1, 1, 0);
    /// 3 × 3 that keeps the size.
    pub const SAME3: Self = Self::new(3, 1, 1);
    /// 4 × 4 that halves (or, transposed, doubles) the size.
    pub const HALVE4: Self = Self::new(4, 2, 1);

    /// A window of `size_px`, moved by `stride_px`, over an input with a border of `padding_px`.
    pub const fn new(size_px: i64, stride_px: i64, padding_px: i64) -> Self {
        Self {
            size_px,
            stride_px,
            padding_px,
        }
    }

    /// `fan_channels` times the window's area is the fan that bounds fresh weights.
    fn config(self, fan_channels: i64) -> nn::ConvConfig {
        let fan = fan_channels * self.size_px * self.size_px;
        let bound = 1.0 / (fan as f64).sqrt();
        nn::ConvConfig {
            stride: self.stride_px,
            padding: self.padding_px,
            ws_init: RECIPROCAL_SQRT_FAN_IN,
            bs_init: Init::Uniform {
                lo: -bound,
                up: bound,
            },
            ..nn::ConvConfig::default()
        }
    }
}

/// A convolution that computes in the number format of its input and stores positions one by one
/// (channels last): the weights stay what they are (f32 while training) and are cast on the way.
/// [`super::prepare_for_inference`] does that once for all calls.
#[derive(Debug)]
pub struct Conv2d {
    weight: Tensor,
    bias: Option<Tensor>,
    config: nn::ConvConfig,
}

impl Conv2d {
    fn new(
        vs: &nn::Path<'_>,
        channels: (i64, i64),
        kernel: Kernel,
        config: nn::ConvConfig,
    ) -> Self {
        let inner = nn::conv2d(vs, channels.0, channels.1, kernel.size_px, config);
        Self {
            weight: inner.ws,
            bias: inner.bs,
            config,
        }
    }

    /// Convolves `[B, in, H, W]`.
    pub fn forward(&self, features: &Tensor) -> Tensor {
        let kind = features.kind();
        let bias = self.bias.as_ref().map(|bias| bias.to_kind(kind));
        let same = |value: i64| [value, value];
        let nn::ConvConfig {
            stride, padding, ..
        } = self.config;
        let weight = for_convolution(&self.weight, kind);
        features.conv2d(&weight, bias, same(stride), same(padding), [1, 1], 1)
    }
}

/// A transposed convolution that computes in the number format of its input, as [`Conv2d`].
#[derive(Debug)]
pub struct ConvTranspose2d {
    weight: Tensor,
    bias: Option<Tensor>,
    config: nn::ConvTransposeConfig,
}

impl ConvTranspose2d {
    /// Convolves `[B, in, H, W]`.
    pub fn forward(&self, features: &Tensor) -> Tensor {
        let kind = features.kind();
        let bias = self.bias.as_ref().map(|bias| bias.to_kind(kind));
        let same = |value: i64| [value, value];
        let nn::ConvTransposeConfig {
            stride, padding, ..
        } = self.config;
        let weight = for_convolution(&self.weight, kind);
        features.conv_transpose2d(
            &weight,
            bias,
            same(stride),
            same(padding),
            [0, 0],
            1,
            [1, 1],
        )
    }
}

/// A point-wise convolution over a sequence that computes in the number format of its input.
#[derive(Debug)]
pub struct Conv1dPoint {
    inner: nn::Conv1D,
}

impl Conv1dPoint {
    /// Maps `[B, in, T]` to `[B, out, T]`.
    pub fn forward(&self, features: &Tensor) -> Tensor {
        let kind = features.kind();
        let bias = self.inner.bs.as_ref().map(|bias| bias.to_kind(kind));
        features.conv1d(&self.inner.ws.to_kind(kind), bias, [1], [0], [1], 1)
    }
}

/// A convolution with bias; weights and bias start uniform in ±1/sqrt(fan_in).
///
/// # Shapes
/// `[B, in_channels, H, W]` to `[B, out_channels, H', W']`.
pub fn conv2d(vs: &nn::Path<'_>, in_channels: i64, out_channels: i64, kernel: Kernel) -> Conv2d {
    let config = kernel.config(in_channels);
    Conv2d::new(vs, (in_channels, out_channels), kernel, config)
}

/// A convolution whose weights start as `ws_init`, with a bias that starts at zero or without one.
///
/// # Shapes
/// `channels` is (in, out): `[B, in, H, W]` to `[B, out, H', W']`.
pub fn conv2d_with(
    vs: &nn::Path<'_>,
    channels: (i64, i64),
    kernel: Kernel,
    ws_init: Init,
    bias: bool,
) -> Conv2d {
    let (in_channels, out_channels) = channels;
    let config = nn::ConvConfig {
        ws_init,
        bs_init: Init::Const(0.0),
        bias,
        ..kernel.config(in_channels)
    };
    Conv2d::new(vs, (in_channels, out_channels), kernel, config)
}

/// A 3 × 3 convolution that starts at zero, so that a fresh residual branch adds nothing.
pub fn zero_conv2d(vs: &nn::Path<'_>, in_channels: i64, out_channels: i64) -> Conv2d {
    let channels = (in_channels, out_channels);
    conv2d_with(vs, channels, Kernel::SAME3, Init::Const(0.0), true)
}

/// A transposed convolution with bias; weights and bias start uniform in ±1/sqrt(fan), where the
/// fan counts the output channels, as the second axis of its `[in, out, k, k]` weight.
pub fn conv_transpose2d(
    vs: &nn::Path<'_>,
    in_channels: i64,
    out_channels: i64,
    kernel: Kernel,
) -> ConvTranspose2d {
    let same = kernel.config(out_channels);
    let config = nn::ConvTransposeConfig {
        stride: same.stride,
        padding: same.padding,
        ws_init: same.ws_init,
        bs_init: same.bs_init,
        ..nn::ConvTransposeConfig::default()
    };
    let inner = nn::conv_transpose2d(vs, in_channels, out_channels, kernel.size_px, config);
    ConvTranspose2d {
        weight: inner.ws,
        bias: inner.bs,
        config,
    }
}

/// A point-wise convolution over a sequence `[B, C, T]`, initialised like [`conv2d`].
pub fn conv1d_point(vs: &nn::Path<'_>, in_channels: i64, out_channels: i64) -> Conv1dPoint {
    let config = Kernel::POINT.config(in_channels);
    let inner = nn::conv1d(vs, in_channels, out_channels, 1, config);
    Conv1dPoint { inner }
}

/// A point-wise convolution over a sequence `[B, C, T]` that starts at zero.
pub fn zero_conv1d_point(vs: &nn::Path<'_>, channels: i64) -> Conv1dPoint {
    let config = nn::ConvConfig {
        ws_init: Init::Const(0.0),
        ..nn::ConvConfig::default()
    };
    let inner = nn::conv1d(vs, channels, channels, 1, config);
    Conv1dPoint { inner }
}

/// A linear layer `[B, in_features]` to `[B, out_features]`, initialised like [`conv2d`].
pub fn linear(vs: &nn::Path<'_>, in_features: i64, out_features: i64) -> nn::Linear {
    let config = nn::LinearConfig {
        ws_init: RECIPROCAL_SQRT_FAN_IN,
        ..nn::LinearConfig::default()
    };
    nn::linear(vs, in_features, out_features, config)
}

#[cfg(test)]
mod tests {
    use tch::Device;
    use tch::nn::VarStore;

    use super::*;

    #[test]
    fn fresh_weights_fill_the_bound_of_the_fan_and_do_not_leave_it() {
        tch::manual_seed(1);
        let vs = VarStore::new(Device::Cpu);
        let conv = conv2d(&(vs.root() / "conv"), 16, 64, Kernel::SAME3);
        // 1/sqrt(16·9) = 1/12.
        let largest = conv.weight.abs().max().double_value(&[]);
        assert!(largest <= 1.0 / 12.0 + 1e-7, "{largest} leaves the bound");
        assert!(largest > 0.99 / 12.0, "{largest} does not fill the bound");
    }
}
