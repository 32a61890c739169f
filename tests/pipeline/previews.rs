//! Previews: which steps show one, of what size, and that the picture does not depend on them.

use super::{Bench, Watcher};
use diaphane::pipeline::{PathKind, PreviewChoice, SuppressionRequest};
use std::num::NonZeroUsize;

#[test]
fn every_second_step_of_both_paths_is_shown_and_changes_nothing() {
    let mut bench = Bench::new(false);
    let mut settings = bench.defaults.clone();
    settings.steps = 5;
    let request = SuppressionRequest {
        preview: PreviewChoice::EverySteps(NonZeroUsize::new(2).unwrap()),
        ..bench.request(settings.clone())
    };
    let mut watcher = Watcher::default();
    let _guard = tch::no_grad_guard();
    let result = bench.suppressor.suppress(&request, &mut watcher).unwrap();
    let shown: Vec<_> = (watcher.previews.iter())
        .map(|p| (p.path(), p.step(), p.num_steps()))
        .collect();
    let (global, local) = (PathKind::Global, PathKind::Local);
    let expected = [(global, 2, 5), (global, 4, 5), (local, 2, 5), (local, 4, 5)];
    assert_eq!(shown, expected);
    for preview in &watcher.previews {
        // 64 x 51 pixels on the model's grid are 16 x 13 at a quarter.
        assert_eq!(preview.size(), (16, 13));
        let mut greys = preview.greys().iter();
        assert!(greys.all(|grey| (0.0..=1.0).contains(grey)));
    }
    let plain = Bench::new(false).run(settings);
    assert_eq!(plain.soft_tissue, result.soft_tissue);
}

#[test]
fn nothing_is_shown_unasked() {
    let mut bench = Bench::new(false);
    let request = bench.request(bench.defaults.clone());
    let mut watcher = Watcher::default();
    bench.suppressor.suppress(&request, &mut watcher).unwrap();
    assert!(watcher.previews.is_empty());
}
