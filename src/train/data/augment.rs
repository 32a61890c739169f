//! Changing the grey values of a patch.

use super::blur::gaussian;
use super::{Patch, shadows};
use crate::train::AugmentationConfig;
use crate::train::random::uniform;
use rand::Rng as _;
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

/// Least display value after a change: a power of zero has no slope.
const LEAST: f32 = 1e-4;

/// Changes a patch in place: bones and tone between its two images, everything else in both alike.
pub(super) fn augment(patch: &mut Patch, config: &AugmentationConfig, rng: &mut ChaCha8Rng) {
    // Every number is drawn whether it is used or not, so that one setting does not shift another's.
    let bone_gain = uniform(rng, config.bone_gain[0], config.bone_gain[1]) as f32;
    let tone_offset = uniform(rng, -config.tone_offset, config.tone_offset) as f32;
    let contrast = uniform(rng, config.contrast[0], config.contrast[1]) as f32;
    let brightness = uniform(rng, -config.brightness, config.brightness) as f32;
    let gamma = uniform(rng, config.gamma[0], config.gamma[1]) as f32;
    let detail_gain = uniform(rng, config.local_contrast[0], config.local_contrast[1]) as f32;
    let detail_changes = rng.random_bool(config.local_contrast_probability);
    let blur_px = uniform(rng, 0.0, config.blur_px);
    let blurs = rng.random_bool(config.blur_probability) && blur_px > 0.2;
    let noise = uniform(rng, 0.0, config.noise) as f32;
    let inverts = rng.random_bool(config.inversion);
    // Asked for only where there is a share: runs without one draw as they always did.
    if config.plain_share > 0.0 && rng.random_bool(config.plain_share) {
        shadows::lay(patch, config, rng);
        return;
    }
    change_bones(patch, bone_gain, tone_offset);
    shadows::lay(patch, config, rng);
    let side = patch.side;
    let tone = |v: f32| {
        let changed = ((v - 0.5) * contrast + 0.5 + brightness).clamp(LEAST, 1.0);
        changed.powf(gamma)
    };
    let changes_detail = detail_changes && (detail_gain - 1.0).abs() > 1e-3;
    for values in images(patch) {
        for v in values.iter_mut() {
            *v = tone(*v);
        }
        if changes_detail {
            let low = gaussian(values, side, config.local_contrast_px);
            for (v, low) in values.iter_mut().zip(low) {
                *v = low + (*v - low) * detail_gain;
            }
        }
        if blurs {
            *values = gaussian(values, side, blur_px);
        }
    }
    if noise > 0.0 {
        add_noise(patch, noise, rng);
    }
    for values in images(patch) {
        for v in values.iter_mut() {
            *v = v.clamp(0.0, 1.0);
            if inverts {
                *v = 1.0 - *v;
            }
        }
    }
}

fn images(patch: &mut Patch) -> impl Iterator<Item = &mut Vec<f32>> {
    std::iter::once(&mut patch.radiograph).chain(patch.soft_tissue.as_mut())
}

/// Scales the bone layer about its median, which is mostly the two images' tone difference.
fn change_bones(patch: &mut Patch, gain: f32, offset: f32) {
    let Some(soft) = &patch.soft_tissue else {
        return;
    };
    let mut bones: Vec<f32> = patch
        .radiograph
        .iter()
        .zip(soft)
        .map(|(radiograph, soft)| radiograph - soft)
        .collect();
    let middle = bones.len() / 2;
    let median = *bones.select_nth_unstable_by(middle, f32::total_cmp).1;
    for (radiograph, &soft) in patch.radiograph.iter_mut().zip(soft) {
        let bone = *radiograph - soft;
        *radiograph = soft + (bone - median) * gain + median + offset;
    }
}

fn add_noise(patch: &mut Patch, sd: f32, rng: &mut ChaCha8Rng) {
    for i in 0..patch.radiograph.len() {
        let noise = sd * rng.sample::<f32, _>(StandardNormal);
        patch.radiograph[i] += noise;
        if let Some(soft) = &mut patch.soft_tissue {
            soft[i] += noise;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::TrainStage;
    use crate::train::random::{Purpose, generator};

    fn patch() -> Patch {
        let soft: Vec<f32> = (0..64).map(|i| 0.3 + 0.005 * i as f32).collect();
        let radiograph = soft
            .iter()
            .enumerate()
            .map(|(i, v)| v + 0.05 + if i % 4 == 0 { 0.1 } else { 0.0 })
            .collect();
        Patch {
            side: 8,
            radiograph,
            soft_tissue: Some(soft),
            lungs: None,
            validity: None,
            emphasis: None,
        }
    }

    fn neutral() -> AugmentationConfig {
        AugmentationConfig {
            bone_gain: [1.0, 1.0],
            tone_offset: 0.0,
            gamma: [1.0, 1.0],
            blur_probability: 0.0,
            ..AugmentationConfig::default()
        }
    }

    fn changed(config: &AugmentationConfig) -> Patch {
        let mut patch = patch();
        let mut rng = generator(1, TrainStage::Denoiser, 0, Purpose::Images);
        augment(&mut patch, config, &mut rng);
        patch
    }

    #[test]
    fn neutral_settings_change_nothing() {
        let changed = changed(&neutral());
        for (a, b) in changed.radiograph.iter().zip(patch().radiograph) {
            assert!((a - b).abs() < 1e-6);
        }
    }

    #[test]
    fn a_bone_gain_scales_bones_and_keeps_the_tone_and_the_target() {
        let changed = changed(&AugmentationConfig {
            bone_gain: [2.0, 2.0],
            ..neutral()
        });
        let original = patch();
        for i in 0..64 {
            // The median difference is the tone 0.05; the bone 0.1 doubles.
            let bone = if i % 4 == 0 { 0.1 } else { 0.0 };
            assert!((changed.radiograph[i] - original.radiograph[i] - bone).abs() < 1e-5);
        }
        let soft = (changed.soft_tissue.unwrap(), original.soft_tissue.unwrap());
        assert!(
            soft.0
                .iter()
                .zip(&soft.1)
                .all(|(a, b)| (a - b).abs() < 1e-6)
        );
    }

    /// 500 patches, of which a share stays plain; four standard deviations of the binomial are 0.08.
    #[test]
    fn a_share_of_the_patches_keeps_its_grey_values() {
        let config = AugmentationConfig {
            plain_share: 0.3,
            gamma: [0.5, 0.6],
            ..neutral()
        };
        let original = patch();
        let is_plain = |iteration: &u64| {
            let mut patch = patch();
            let mut rng = generator(1, TrainStage::Denoiser, *iteration, Purpose::Images);
            augment(&mut patch, &config, &mut rng);
            patch.radiograph == original.radiograph && patch.soft_tissue == original.soft_tissue
        };
        let share = (0..500).filter(is_plain).count() as f64 / 500.0;
        assert!((share - 0.3).abs() < 0.08, "{share}");
    }

    #[test]
    fn noise_blur_and_inversion_reach_both_images_alike() {
        let changed = changed(&AugmentationConfig {
            noise: 0.05,
            blur_px: 1.0,
            blur_probability: 1.0,
            inversion: 1.0,
            ..neutral()
        });
        let soft = changed.soft_tissue.unwrap();
        // Inverted, the bone layer is dark; the blur spreads it, the common noise cancels.
        let bone: f32 = changed
            .radiograph
            .iter()
            .zip(&soft)
            .map(|(radiograph, soft)| soft - radiograph)
            .sum::<f32>()
            / 64.0;
        assert!((bone - 0.075).abs() < 1e-3, "{bone}");
    }
}
