//! How a workstation shows attenuation: the numbers that vendors choose differently.

use rand::Rng as _;
use rand_chacha::ChaCha8Rng;

/// Parameters of the display processing; lengths are pixels of 1024.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Vendor {
    /// Exponent of the tone curve's grey.
    pub(super) gamma: f32,
    /// Grey per unit of attenuation of a small structure over the lung.
    pub(super) gain: f32,
    /// Share of that gain left over the densest parts.
    pub(super) dense_gain: f32,
    /// Attenuation above which structures are compressed.
    pub(super) knee: f32,
    /// Strength of the unsharp mask on the bulk.
    pub(super) edge: f32,
    /// Its blur.
    pub(super) edge_sigma_px: f64,
    /// Share added to the finest soft structures, and to those a few pixels wide.
    pub(super) band_boosts: [f32; 2],
    /// Grey of scattered radiation at the border of the body.
    pub(super) scatter: f32,
    /// Share of the radiation scattered in the body that passes the grid; 0 where the gain was fitted with it in.
    pub(super) grid_share: f32,
    /// How far scatter reaches.
    pub(super) scatter_sigma_px: f64,
    /// Blur of the detector.
    pub(super) detector_sigma_px: f64,
    /// Grain over the lung in grey of 255: radiograph, soft-tissue image of a real pair.
    pub(super) grains: [f32; 2],
    /// Blur of the grain.
    pub(super) grain_sigma_px: f64,
    /// Where the two pictures have grain of their own: share of the radiograph's that the
    /// soft-tissue image repeats, and coarse mottle that it has beside, grey of 255.
    pub(super) shared_grain: f32,
    pub(super) mottle: f32,
    /// Share of an offset of the soft-tissue image's grey that is left at white.
    pub(super) offset_at_white: f32,
    /// Share by which it is larger over dark lung, where the six real pairs have most of it.
    pub(super) offset_in_dark: f32,
    /// Range of that offset, grey of 255.
    pub(super) offsets: [f32; 2],
}

impl Vendor {
    /// Fitted to six public SZCH pairs.
    pub(super) const STANDARD: Self = Self {
        gamma: 1.0,
        gain: 1.05,
        dense_gain: 0.50,
        knee: 0.20,
        edge: 0.22,
        edge_sigma_px: 22.0,
        band_boosts: [0.0, 0.0],
        scatter: 0.26,
        grid_share: 0.0,
        scatter_sigma_px: 56.0,
        detector_sigma_px: 0.60,
        grains: [2.8, 1.8],
        grain_sigma_px: 0.48,
        shared_grain: 0.0,
        mottle: 0.0,
        offset_at_white: 1.0,
        offset_in_dark: 0.0,
        offsets: [9.0, 22.0],
    };

    /// For projections of CT, whose ribs and vessels are blurred by the slices.
    pub(super) const PROJECTION: Self = Self {
        band_boosts: [0.3, 0.3],
        ..Self::STANDARD
    };

    /// Another vendor's choice.
    pub(super) fn sample(rng: &mut ChaCha8Rng) -> Self {
        let standard = Self::STANDARD;
        let coarser = rng.random_range(0.90_f32..1.34);
        Self {
            gamma: rng.random_range(0.93..1.07),
            gain: standard.gain * rng.random_range(0.75..1.15),
            // Scatter takes the rest of what dense parts lose.
            dense_gain: rng.random_range(0.72..1.00),
            knee: rng.random_range(0.15..0.28),
            edge: rng.random_range(0.10..0.35),
            edge_sigma_px: rng.random_range(14.0..34.0),
            band_boosts: [rng.random_range(0.42..0.92), rng.random_range(-0.05..0.20)],
            scatter: rng.random_range(0.18..0.32),
            scatter_sigma_px: rng.random_range(40.0..75.0),
            detector_sigma_px: rng.random_range(0.30..0.55),
            grains: standard.grains.map(|strength| coarser * strength),
            grain_sigma_px: rng.random_range(0.48..0.66),
            shared_grain: rng.random_range(0.30..0.50),
            mottle: rng.random_range(0.33..0.70),
            offset_at_white: rng.random_range(0.2..0.6),
            offset_in_dark: rng.random_range(3.4..5.0),
            offsets: [1.0, 7.5],
            // Last, so that what was drawn before stays what it was.
            grid_share: rng.random_range(0.10..0.25),
        }
    }
}
