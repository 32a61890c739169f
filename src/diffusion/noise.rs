//! Where standard normal numbers come from.

use std::collections::VecDeque;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng as _;
use rand_distr::{Distribution as _, StandardNormal};
use tch::{Device, Tensor};

/// What a draw is for. Each purpose has its own sequence, so that changing one path's settings
/// leaves the noise of everything else as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoiseStream {
    /// The one sequence of a source used without purposes.
    Sequence,
    /// Start latent z_T that both paths share.
    Start,
    /// Fresh noise of the global path's steps.
    GlobalPath,
    /// Fresh noise of the local path's steps.
    LocalPath,
    /// Noise inside the guidance of the authors' released code.
    Guidance,
}

/// A source of tensors of independent standard normal numbers.
pub trait NoiseSource {
    /// The next tensor of the source's single sequence, `f32`.
    fn normal(&mut self, shape: &[i64]) -> Tensor;

    /// The next tensor for one purpose. A source without separate sequences answers from its single one.
    fn normal_in(&mut self, _stream: NoiseStream, shape: &[i64]) -> Tensor {
        self.normal(shape)
    }
}

/// Reproducible noise: ChaCha8 on the CPU, so that a seed gives the same numbers on every device.
#[derive(Debug, Clone)]
pub struct SeededNoise {
    /// One generator per [`NoiseStream`], in the order of its variants.
    generators: [ChaCha8Rng; 5],
    device: Device,
}

impl SeededNoise {
    /// Noise from `seed`, delivered on `device`.
    pub fn new(seed: u64, device: Device) -> Self {
        let generators = [0, 1, 2, 3, 4].map(|stream| {
            let mut generator = ChaCha8Rng::seed_from_u64(seed);
            generator.set_stream(stream);
            generator
        });
        Self { generators, device }
    }
}

impl NoiseSource for SeededNoise {
    fn normal(&mut self, shape: &[i64]) -> Tensor {
        self.normal_in(NoiseStream::Sequence, shape)
    }

    fn normal_in(&mut self, stream: NoiseStream, shape: &[i64]) -> Tensor {
        let [sequence, start, global_path, local_path, guidance] = &mut self.generators;
        let generator = match stream {
            NoiseStream::Sequence => sequence,
            NoiseStream::Start => start,
            NoiseStream::GlobalPath => global_path,
            NoiseStream::LocalPath => local_path,
            NoiseStream::Guidance => guidance,
        };
        let count = shape.iter().product::<i64>().max(0) as usize;
        let values: Vec<f32> = StandardNormal.sample_iter(generator).take(count).collect();
        Tensor::from_slice(&values)
            .reshape(shape)
            .to_device(self.device)
    }
}

/// Noise recorded elsewhere, handed out in order: for comparison with another implementation.
#[derive(Debug)]
pub struct InjectedNoise {
    tensors: VecDeque<Tensor>,
}

impl InjectedNoise {
    /// Hands out `tensors` first to last.
    pub fn new(tensors: impl IntoIterator<Item = Tensor>) -> Self {
        Self {
            tensors: tensors.into_iter().collect(),
        }
    }

    /// Tensors not yet asked for.
    pub fn num_remaining(&self) -> usize {
        self.tensors.len()
    }
}

impl NoiseSource for InjectedNoise {
    /// # Panics
    /// Where no tensor is left, or the next one has another shape: the recording belongs to another run.
    fn normal(&mut self, shape: &[i64]) -> Tensor {
        let Some(next) = self.tensors.pop_front() else {
            panic!("no recorded noise is left for the shape {shape:?}");
        };
        assert_eq!(next.size(), shape, "recorded noise has another shape");
        next
    }
}

/// Training noise with a random shift per channel: `eps + weight * n`, one `n ~ N(0, 1)` for each
/// channel of each latent. Weight 0.1 in the authors' code; 0 is plain noise.
///
/// # Shapes
/// `shape`: `[B, C, h, w]`; draws `[B, C, h, w]`, then `[B, C, 1, 1]`.
///
/// # Source
/// BS-LDM, section 3.3 and Eq. 5 (there a full covariance; the released code shifts channels independently).
pub fn offset_noise(source: &mut dyn NoiseSource, shape: [i64; 4], weight: f64) -> Tensor {
    let [batch, channels, _, _] = shape;
    let noise = source.normal(&shape);
    let offset = source.normal(&[batch, channels, 1, 1]);
    noise + offset * weight
}

#[cfg(test)]
mod tests {
    use tch::Kind;

    use super::*;

    #[test]
    fn a_seed_fixes_the_numbers_and_streams_are_independent() {
        let mut first = SeededNoise::new(7, Device::Cpu);
        let mut second = SeededNoise::new(7, Device::Cpu);
        // Drawing for one purpose must not move another purpose's sequence.
        let skipped = second.normal_in(NoiseStream::GlobalPath, &[3, 5]);
        let a = first.normal_in(NoiseStream::LocalPath, &[3, 5]);
        let b = second.normal_in(NoiseStream::LocalPath, &[3, 5]);
        assert_eq!(a, b);
        assert_ne!(a, skipped);
        assert_ne!(a, SeededNoise::new(8, Device::Cpu).normal(&[3, 5]));
    }

    #[test]
    fn moments_and_tails_are_those_of_the_normal_distribution() {
        let values = SeededNoise::new(1, Device::Cpu)
            .normal(&[400_000])
            .to_kind(Kind::Double);
        let moment = |power: i64| values.pow_tensor_scalar(power).mean(None).double_value(&[]);
        // Five standard errors: sqrt(1, 2, 96 / n) with n = 400,000.
        assert!(moment(1).abs() < 0.008);
        assert!((moment(2) - 1.0).abs() < 0.0112);
        assert!((moment(4) - 3.0).abs() < 0.0775);
        let beyond = values.abs().gt(1.959_964).to_kind(Kind::Double);
        assert!((beyond.mean(None).double_value(&[]) - 0.05).abs() < 0.0018);
    }

    #[test]
    fn offset_shifts_whole_channels() {
        let iid = Tensor::zeros([2, 3, 4, 4], (Kind::Float, Device::Cpu));
        let offset = SeededNoise::new(5, Device::Cpu).normal(&[2, 3, 1, 1]);
        let mut source = InjectedNoise::new([iid, offset.shallow_clone()]);
        let noise = offset_noise(&mut source, [2, 3, 4, 4], 0.1);
        assert_eq!(source.num_remaining(), 0);
        assert!((noise - offset * 0.1).abs().max().double_value(&[]) < 1e-7);
    }
}
