//! What the networks were made for, asked before they run.

use crate::pipeline::suitability_of;
use crate::radiograph::{Radiograph, Topic};
use anyhow::bail;

/// Refuses what its header says is no frontal chest radiograph, or one whose bones were taken already, unless it is wanted `anyway`.
pub(super) fn ensure_chest(radiograph: &Radiograph, anyway: bool) -> anyhow::Result<()> {
    let of_header = suitability_of(radiograph);
    let mut doubts = radiograph.warnings.iter().chain(&of_header);
    let doubt = doubts.find(|doubt| doubt.topic == Topic::Kind);
    match doubt {
        Some(doubt) if !anyway => bail!(
            "{doubt} The networks know frontal chest radiographs and would make something all the same, \
             which would mean nothing; --anyway has it made"
        ),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::radiograph::Warning;
    use crate::simulate::{Phantom, PhantomConfig};

    #[test]
    fn a_hand_is_refused_unless_it_is_wanted_anyway() {
        let config = PhantomConfig {
            size_px: 256,
            ..PhantomConfig::default()
        };
        let study = Phantom::new(&config, 1).expect("a chest").study();
        let mut radiograph = study.to_radiograph();
        assert!(ensure_chest(&radiograph, false).is_ok());
        radiograph.info.body_part = "HAND".to_owned();
        let refused = ensure_chest(&radiograph, false)
            .expect_err("no chest")
            .to_string();
        assert!(
            refused.contains("HAND") && refused.contains("--anyway"),
            "{refused}"
        );
        assert!(ensure_chest(&radiograph, true).is_ok());
    }

    #[test]
    fn what_reading_the_file_doubts_is_refused_too() {
        let config = PhantomConfig {
            size_px: 256,
            ..PhantomConfig::default()
        };
        let study = Phantom::new(&config, 1).expect("a chest").study();
        let mut radiograph = study.to_radiograph();
        let doubt = "Its description says that the bones were suppressed already.";
        radiograph.warnings.push(Warning::new(Topic::Kind, doubt));
        let refused = ensure_chest(&radiograph, false).expect_err("suppressed");
        assert!(refused.to_string().contains("already"), "{refused}");
    }
}
