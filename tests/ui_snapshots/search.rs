//! The bar of a search that takes long: how far it is, and the way to stop it.

use crate::browse::png;
use crate::fake::Window;
use diaphane::ui::UiCommand;

/// So many that looking at each takes longer than a click, on the fastest disc.
const NUM_FILES: usize = 40_000;

#[test]
fn a_long_search_says_how_far_it_is_and_stops_with_what_it_has() {
    let folder = tempfile::tempdir().expect("a folder");
    png(folder.path(), "a.png");
    let text = folder.path().join("b.txt");
    std::fs::write(&text, "no radiograph").expect("written");
    for number in 0..NUM_FILES {
        let link = folder.path().join(format!("c{number}.txt"));
        std::fs::hard_link(&text, link).expect("linked");
    }
    let mut window = Window::new();
    window.apply(UiCommand::OpenPaths(vec![folder.path().to_owned()]));
    assert!(
        !window.has_text("Looking for radiographs"),
        "nothing takes long yet"
    );
    // From here on it counts as long: how fast this disc is must not decide.
    window.harness.state_mut().show_searches_at_once();
    assert!(window.wait_until(|window| window.has_text("files seen, 1 found")));
    let seen = window.state().search.expect("under way").num_seen;
    window.harness.step();
    assert!(window.wait_until(|window| {
        let search = window.state().search;
        search.is_none_or(|search| search.num_seen > seen)
    }));
    assert!(
        window.state().search.is_some(),
        "it was not over: it went on"
    );
    window.click("Stop looking");
    assert!(window.wait_until(|window| !window.has_text("Looking for radiographs")));
    let told = |window: &Window| window.has_text("The search was stopped; it had found");
    assert!(window.wait_until(told));
    assert_eq!(window.state().studies.len(), 1, "what was found is opened");
}
