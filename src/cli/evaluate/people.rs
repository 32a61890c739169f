//! Who is on the pairs: pictures of one patient are one piece of evidence.

use crate::cli::args::EvaluateArgs;
use crate::contest::simulated_caution;
use crate::dataset::{CheckRequest, PairFiles, patient_key, patient_sha256, simulated};
use crate::evidence::Patients;
use crate::formats;
use crate::radiograph::counted;

/// The patients, as the list beside the pairs names them, or else the radiographs' headers; a pair that nobody names counts
/// as a patient of its own, and is told as that.
pub(super) fn patients(args: &EvaluateArgs, pairs: &[PairFiles]) -> anyhow::Result<Patients> {
    let mut patients = Patients::default();
    let Some(folder) = args.pairs.as_ref().or(args.cxr.as_ref()) else {
        return Ok(patients);
    };
    let request = CheckRequest {
        soft_tissue: args.soft.clone(),
        ..CheckRequest::of_folder(folder)
    };
    let listed = request.listed_patients()?;
    for pair in pairs {
        let name = pair.name.clone();
        let named = match listed.get(&name) {
            Some(patient) => Some(patient_key(patient)),
            // A radiograph that cannot be read fails where it is scored.
            None => formats::read(&pair.radiograph)
                .ok()
                .and_then(|radiograph| patient_sha256(&radiograph.info)),
        };
        match named {
            Some(patient) => patients.insert(name, patient),
            None => patients.insert_unnamed(name.clone(), name),
        }
    }
    Ok(patients)
}

/// What must be known before any score is read: that pairs are phantoms, or have no lung mask.
pub(super) fn caution(pairs: &[PairFiles]) -> Option<String> {
    let made = pairs
        .iter()
        .filter(|pair| simulated(&pair.radiograph).is_some());
    let made = simulated_caution("The set of pairs", made.count(), pairs.len());
    let without = pairs.iter().filter(|pair| pair.lung_mask.is_none()).count();
    let masks = (without > 0).then(|| {
        format!(
            "{without} of {} have no lung mask, and no figures of the lungs, the bone and the detail in them; lay what \
             `diaphane segment` writes beside them",
            counted(pairs.len(), "pair")
        )
    });
    let both: Vec<String> = made.into_iter().chain(masks).collect();
    (!both.is_empty()).then(|| both.join(" "))
}
