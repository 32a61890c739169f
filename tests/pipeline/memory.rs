//! Too little memory is told before anything is run, and the next run works.

use super::{Bench, Watcher};
use diaphane::pipeline::{PipelineError, Suppressor};

#[test]
fn what_does_not_fit_is_refused_at_once_and_what_is_unknown_is_not() {
    let mut bench = Bench::new(false);
    let bundle = bench.folder.path().join("tiny");
    let request = bench.request(bench.defaults.clone());
    bench.suppressor = Suppressor::new(super::CPU).with_available_memory(|_, _| Some(100_000));
    bench.suppressor.load_bundle(&bundle).unwrap();
    let mut watcher = Watcher::default();
    let err = bench
        .suppressor
        .suppress(&request, &mut watcher)
        .unwrap_err();
    assert!(matches!(err, PipelineError::Memory { .. }), "{err}");
    assert!(err.to_string().contains("close other programs"), "{err}");
    assert!(watcher.seen.is_empty(), "nothing was begun");
    bench.suppressor = Suppressor::new(super::CPU).with_available_memory(|_, _| None);
    bench.suppressor.load_bundle(&bundle).unwrap();
    bench.run(bench.defaults.clone());
}
