use super::*;
use std::collections::BTreeSet;

#[test]
fn every_action_has_a_name_of_its_own() {
    let ids: BTreeSet<_> = ACTIONS.iter().map(|action| action.id).collect();
    let labels: BTreeSet<_> = ACTIONS.iter().map(|action| action.label).collect();
    assert_eq!((ids.len(), labels.len()), (ACTIONS.len(), ACTIONS.len()));
    let plain = |id: &&str| {
        id.chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    assert!(ids.iter().all(plain), "{ids:?}");
}

#[test]
fn no_two_actions_begin_with_the_same_key() {
    let mut taken = Vec::new();
    for action in ACTIONS {
        let Some(keys) = action.keys else { continue };
        assert!(!taken.contains(&keys), "{}: {keys:?} is taken", action.id);
        taken.push(keys);
    }
}
