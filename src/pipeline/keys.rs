//! What each stage's result depends on.

use super::cache::Key;
use super::{FusionChoice, GuidanceChoice, SuppressionSettings};
use crate::radiograph::LungMask;

/// Keys of all results of one run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Keys {
    pub(super) prepared: Key,
    pub(super) mask: Key,
    pub(super) global_condition: Key,
    pub(super) local_condition: Key,
    pub(super) reconstruction: Key,
    pub(super) global_path: Key,
    pub(super) local_path: Key,
    pub(super) global_picture: Key,
    pub(super) local_picture: Key,
    pub(super) fused: Key,
}

impl Keys {
    /// `radiograph` names the displayed picture, `bundle` the networks with device and number format.
    pub(super) fn new(
        radiograph: Key,
        bundle: Key,
        mask: Option<&LungMask>,
        settings: &SuppressionSettings,
    ) -> Self {
        let prepared = radiograph.and(&bundle).then("prepared");
        let mask = match mask {
            Some(mask) => prepared.and(&Key::of_bytes([mask.raster().values()])),
            None => prepared.then("segmenter"),
        };
        let global_condition = prepared.then("global condition");
        let local_condition = mask.then("local condition");
        let SuppressionSettings {
            steps,
            leg_weight,
            guidance,
            sampler,
            clipping,
            fusion,
            output: _,
            seed,
        } = settings;
        // One form of guidance needs what the others do not keep of the global path.
        let predictions = *guidance == GuidanceChoice::AuthorsCommented;
        let global_path =
            global_condition.then(("path", steps, sampler, clipping, seed, predictions));
        let weight = match guidance {
            GuidanceChoice::Vanilla => 1.0,
            _ => *leg_weight,
        };
        let local_path = global_path
            .and(&local_condition)
            .then((guidance, weight.to_bits()));
        let global_picture = global_path.then("picture");
        let local_picture = local_path.then("picture");
        let fused = match fusion {
            FusionChoice::None => global_picture.then("alone"),
            _ => local_picture.and(&mask).then(fusion),
        };
        Self {
            prepared,
            mask,
            global_condition,
            local_condition,
            reconstruction: global_condition.then("picture"),
            global_path,
            local_path,
            global_picture,
            local_picture,
            fused,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::{ClippingChoice, OutputGrid, SamplerChoice};
    use crate::radiograph::Raster;

    fn settings() -> SuppressionSettings {
        SuppressionSettings {
            steps: 8,
            leg_weight: 3.0,
            guidance: GuidanceChoice::Leg,
            sampler: SamplerChoice::Lcm,
            clipping: ClippingChoice::Dynamic,
            fusion: FusionChoice::Poisson,
            output: OutputGrid::Native,
            seed: 1,
        }
    }

    fn keys(mask: Option<&LungMask>, settings: &SuppressionSettings) -> Keys {
        Keys::new(
            Key::of_bytes([b"radiograph"]),
            Key::of_bytes([b"bundle"]),
            mask,
            settings,
        )
    }

    #[test]
    fn leg_moves_the_local_path_and_what_follows() {
        let before = keys(None, &settings());
        let after = keys(
            None,
            &SuppressionSettings {
                leg_weight: 2.0,
                ..settings()
            },
        );
        assert_eq!(before.global_path, after.global_path);
        assert_eq!(before.global_picture, after.global_picture);
        assert_eq!(before.local_condition, after.local_condition);
        assert_ne!(before.local_path, after.local_path);
        assert_ne!(before.local_picture, after.local_picture);
        assert_ne!(before.fused, after.fused);
    }

    #[test]
    fn fusion_and_grid_move_nothing_before_the_fusion() {
        let before = keys(None, &settings());
        let alpha = SuppressionSettings {
            fusion: FusionChoice::Alpha,
            output: OutputGrid::Model,
            ..settings()
        };
        let after = keys(None, &alpha);
        assert_eq!(before.local_picture, after.local_picture);
        assert_ne!(before.fused, after.fused);
    }

    #[test]
    fn a_mask_moves_the_local_path_only_and_a_seed_both() {
        let mask = LungMask::from_nonzero(&Raster::filled(2, 2, 1));
        let (before, masked) = (keys(None, &settings()), keys(Some(&mask), &settings()));
        assert_eq!(before.global_path, masked.global_path);
        assert_ne!(before.local_condition, masked.local_condition);
        let other = SuppressionSettings {
            seed: 2,
            ..settings()
        };
        let seeded = keys(None, &other);
        assert_eq!(before.global_condition, seeded.global_condition);
        assert_ne!(before.global_path, seeded.global_path);
        assert_ne!(before.local_path, seeded.local_path);
    }

    #[test]
    fn vanilla_guidance_knows_no_weight() {
        let vanilla = |leg_weight| SuppressionSettings {
            guidance: GuidanceChoice::Vanilla,
            leg_weight,
            ..settings()
        };
        let (one, three) = (keys(None, &vanilla(1.0)), keys(None, &vanilla(3.0)));
        assert_eq!(one.local_path, three.local_path);
    }
}
