//! What the networks were made for, asked before they run.

use crate::pipeline::suitability_of;
use crate::radiograph::{Radiograph, Topic};
use anyhow::bail;

/// Refuses what its header says is no frontal chest radiograph, unless it is wanted `anyway`.
pub(super) fn ensure_chest(radiograph: &Radiograph, anyway: bool) -> anyhow::Result<()> {
    let doubts = suitability_of(radiograph);
    let doubt = doubts.iter().find(|doubt| doubt.topic == Topic::Kind);
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
}
