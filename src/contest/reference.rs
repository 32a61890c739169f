//! The reference set: phantoms whose truth is exact, by which it shows whether a model forgot.
//!
//! Half of them are plain: healthy adults before one machine, as in every version of the program. The others are what a
//! model forgets first when it learns from a handful of pairs of one machine: other bodies, poses, tube voltages and
//! processing, with nodules in the lungs and devices on the chest.

use super::predictor::{Observer, turn};
use super::{Case, ContestError};
use crate::simulate::{Phantom, PhantomConfig, PhantomProfile, Variety, study_seed};

/// Seed of the reference set; its phantoms are drawn anew each time.
const SEED: u64 = 4_242;
/// Studies of it that are drawn plain.
const PLAIN: [usize; 4] = [0, 1, 2, 3];
/// Studies of it that are drawn varied: solid, part-solid, cavitary and ground-glass nodules of 4 to 23 mm, under 64 to
/// 124 kV, beside tubes, lines, ports, drains, wires and electrodes.
const VARIED: [usize; 4] = [7, 15, 31, 34];
/// Number of phantoms.
pub const COUNT: usize = PLAIN.len() + VARIED.len();
/// Their side in pixels.
const SIZE_PX: usize = 512;

/// The phantoms: the same whenever this version of the program draws them. The observer has its turn before each.
pub(super) fn cases(observer: &mut dyn Observer) -> Result<Vec<Case>, ContestError> {
    let drawn = phantoms()?.into_iter().map(|(name, phantom)| {
        turn(observer)?;
        let study = phantom.study();
        let nodules = phantom.nodule_layer(&study);
        Ok(Case::of_phantom(name, study, nodules))
    });
    drawn.collect()
}

/// The phantoms with their names, not drawn yet.
fn phantoms() -> Result<Vec<(String, Phantom)>, ContestError> {
    let varied = PhantomProfile::Varied(Variety::default());
    let sets = [
        ("phantom", PhantomProfile::Plain, PLAIN),
        ("varied phantom", varied, VARIED),
    ];
    let mut phantoms = Vec::with_capacity(COUNT);
    for (word, profile, studies) in sets {
        let config = PhantomConfig {
            size_px: SIZE_PX,
            profile,
            ..PhantomConfig::default()
        };
        for (index, study) in studies.into_iter().enumerate() {
            let phantom = Phantom::new(&config, study_seed(SEED, study))?;
            phantoms.push((format!("{word} {}", index + 1), phantom));
        }
    }
    Ok(phantoms)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contest::Unobserved;
    use crate::evidence::Row;
    use crate::simulate::Group;

    fn gain(row: &Row) -> Option<f64> {
        let found = row.iter().find(|(name, _)| *name == "finding_gain");
        found.expect("every phantom has the column").1
    }

    /// What the untouched radiograph, the truth, and the truth without its nodules score.
    #[test]
    fn varied_phantoms_have_nodules_and_devices_and_it_is_known_what_becomes_of_them() {
        let phantoms = phantoms().unwrap();
        let cases = cases(&mut Unobserved).unwrap();
        assert_eq!((phantoms.len(), cases.len()), (COUNT, COUNT));
        let mut known = 0;
        for ((name, phantom), case) in phantoms.iter().zip(&cases) {
            assert_eq!(*name, case.name);
            let study = phantom.study();
            let has = |group| study.contents.iter().any(|content| content.group == group);
            let score = |picture| gain(&case.score(picture, None).unwrap());
            let Some(nodules) = phantom.nodule_layer(&study) else {
                assert!(
                    !name.starts_with("varied") && !has(Group::Nodules),
                    "{name}"
                );
                assert_eq!(score(&case.cxr), None, "{name}");
                continue;
            };
            known += 1;
            assert!(has(Group::Devices) || !name.starts_with("varied"), "{name}");
            let strongest = nodules
                .values()
                .iter()
                .fold(0.0_f32, |most, v| most.max(v.abs()));
            assert!(
                strongest > 5.0 / 255.0,
                "{name}: a reader sees them, {strongest}"
            );
            let healthy = case.soft.zip_map(&nodules, |s, n| s - n).unwrap();
            let half = case.soft.zip_map(&nodules, |s, n| s - 0.5 * n).unwrap();
            for (picture, expected) in [
                (&case.cxr, 1.0),
                (&case.soft, 1.0),
                (&half, 0.5),
                (&healthy, 0.0),
            ] {
                let found = score(picture).unwrap();
                assert!(
                    (found - expected).abs() < 2e-3,
                    "{name}: {found} {expected}"
                );
            }
        }
        assert!(known >= VARIED.len(), "{known}");
    }
}
