//! Writing projections to files.

use super::{CtChest, CtConfig, CtPose, CtSoft, CtStudy};
use crate::formats::hexadecimal;
use crate::simulate::write::Pictures;
use crate::simulate::{SimulateError, StudyFolder, study_seed};
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use std::path::PathBuf;

/// How far studies after the first are turned beyond what was asked for, degrees.
const YAW_DEG: f64 = 5.0;
const PITCH_DEG: f64 = 5.0;
const ROLL_DEG: f64 = 3.0;

/// Projects `count` studies of one chest, writes them into `folder` where one is given, and hands
/// each to `progress(done, study)`, whose first call is `(0, None)`.
/// Returns every file written.
///
/// The files are a phantom's, named `ct_d_s_i`: `d` tells series apart (a digest of its UID), `s` is
/// the seed, `i` the study. `_contents.json` holds pose, geometry and warnings. The first study
/// stands as `config` says, the others are turned a little more by chance. All are of one patient, a
/// checksum in the list of patients beside them.
///
/// # Errors
/// As [`CtChest::study`] and [`crate::simulate::write_studies`].
pub fn write_projections(
    folder: Option<StudyFolder<'_>>,
    chest: &CtChest,
    (count, seed): (usize, u64),
    config: &CtConfig,
    progress: &mut dyn FnMut(usize, Option<&CtStudy>),
) -> Result<Vec<PathBuf>, SimulateError> {
    config.validate()?;
    if let Some(folder) = folder {
        folder.prepare()?;
    }
    let digest: String = hexadecimal(&Sha256::digest(chest.series()))
        .chars()
        .take(8)
        .collect();
    let mut written = Vec::new();
    progress(0, None);
    for index in 0..count {
        let seed_of_study = study_seed(seed, index);
        let config = CtConfig {
            pose: turned(config.pose, index, seed_of_study),
            ..*config
        };
        let study = chest.study(&config, seed_of_study)?;
        if let Some(folder) = folder {
            let stem = format!("ct_{digest}_{seed}_{index:04}");
            let pictures = Pictures {
                radiograph: &study.radiograph,
                soft_tissue: &study.soft_tissue,
                bone: &study.bone,
                lung_mask: &study.lung_mask,
            };
            let document = document(chest, &study, &config);
            let patient = chest.patient();
            written.extend(folder.write(&stem, patient, &pictures, &document)?);
        }
        progress(index + 1, Some(&study));
    }
    written.extend(
        folder
            .filter(|_| count > 0)
            .map(StudyFolder::list_of_patients),
    );
    Ok(written)
}

fn turned(pose: CtPose, index: usize, seed: u64) -> CtPose {
    if index == 0 {
        return pose;
    }
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(1);
    let mut by = |degrees: f64| rng.random_range(-degrees..degrees);
    let within = |degrees: f64| degrees.clamp(-30.0, 30.0);
    CtPose {
        yaw_deg: within(pose.yaw_deg + by(YAW_DEG)),
        pitch_deg: within(pose.pitch_deg + by(PITCH_DEG)),
        roll_deg: within(pose.roll_deg + by(ROLL_DEG)),
    }
}

/// What stands beside the pictures of a projection; nothing in it names the patient.
#[derive(Serialize)]
struct ProjectionDocument {
    /// Version of this layout.
    format: u32,
    made_by: &'static str,
    seed: u64,
    slices: usize,
    slice_thickness_mm: f64,
    tube_kv: [f64; 2],
    soft: &'static str,
    pose: CtPose,
    spacing_mm: f64,
    field_mm: f64,
    warnings: Vec<String>,
}

fn document(chest: &CtChest, study: &CtStudy, config: &CtConfig) -> ProjectionDocument {
    ProjectionDocument {
        format: 1,
        made_by: "diaphane simulate --ct",
        seed: study.seed,
        slices: chest.num_slices(),
        slice_thickness_mm: chest.thickness_mm(),
        tube_kv: config.tube_kv,
        soft: match config.soft {
            CtSoft::Exact => "exact",
            CtSoft::Subtracted => "subtracted",
        },
        pose: study.pose,
        spacing_mm: study.spacing_mm,
        field_mm: study.field_mm,
        warnings: chest.warnings(),
    }
}
