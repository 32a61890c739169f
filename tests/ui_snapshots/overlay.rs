//! Text over the pictures: everything a reader needs of a view, and nothing over anything else.

use crate::fake::Window;
use crate::phantom::{defaults, radiograph};
use diaphane::radiograph::Radiograph;
use diaphane::ui::{Content, Layout, Link, Turning, UiCommand};
use diaphane::worker::SuppressionSettings;
use eframe::egui::{Key, Rect, Role, Vec2};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use std::sync::Arc;

/// A radiograph whose header states everything that can stand over a picture.
fn stated() -> Radiograph {
    let mut stated = radiograph("stated");
    let info = &mut stated.info;
    for (field, text) in [
        (&mut info.study_time, "143005.250"),
        (&mut info.accession, "A-77"),
        (&mut info.laterality, "R"),
        (&mut info.sex, "F"),
        (&mut info.age, "061Y"),
        (
            &mut info.lossy_compression,
            "Lossy compression 12:1 (JPEG 2000)",
        ),
    ] {
        text.clone_into(field);
    }
    stated
}

/// The file, and a result of other settings than those shown.
fn stale(file: Radiograph) -> Window {
    made(Window::new(), file)
}

fn made(window: Window, file: Radiograph) -> Window {
    let mut window = window.with_study();
    window.apply(UiCommand::ShowRadiograph(Arc::new(file)));
    let mut window = window.with_result();
    let settings = SuppressionSettings {
        steps: 7,
        ..defaults()
    };
    window.apply(UiCommand::EditSettings(settings));
    window
}

/// Places of every text and scale within a view.
fn texts_in(window: &Window, view: Rect) -> Vec<(Rect, String)> {
    let labels = window.harness.query_all_by_role(Role::Label);
    let scales = window
        .harness
        .query_all_by_label_contains("Scale of the difference");
    let texts = labels.chain(scales).map(|node| {
        let access = node.accesskit_node();
        let text = access.label().or(access.value()).unwrap_or_default();
        (node.rect(), text)
    });
    texts
        .filter(|(rect, _)| view.contains(rect.center()))
        .collect()
}

fn assert_apart(window: &Window, views: &[&str]) {
    for name in views {
        let view = window.harness.get_by_label(name).rect();
        let texts = texts_in(window, view);
        assert!(texts.len() > 1, "{name}: {texts:?}");
        for (index, (rect, text)) in texts.iter().enumerate() {
            assert!(
                view.expand(1.0).contains_rect(*rect),
                "{name}: {text:?} {rect:?} in {view:?}"
            );
            for (other, second) in &texts[..index] {
                let common = rect.intersect(*other);
                let is_apart = common.width() < 1.0 || common.height() < 1.0;
                assert!(
                    is_apart,
                    "{name}: {text:?} {rect:?} over {second:?} {other:?}"
                );
            }
        }
    }
}

#[test]
fn every_fact_stands_over_its_picture() {
    let mut window = stale(stated());
    for fact in [
        "2026-01-02 14:30",
        "Acc. A-77",
        "PA",
        "Laterality right",
        "Zoom",
        "C 2000  W 3000",
        "0.143 mm at detector",
    ] {
        let places = window.harness.query_all_by_label_contains(fact).count();
        assert!(places >= 2, "{fact}: {places}");
    }
    let lossy = "Lossy compression 12:1 (JPEG 2000)";
    assert_eq!(window.harness.query_all_by_label(lossy).count(), 2);
    window.press(Key::P);
    for hidden in ["14:30", "A-77", "2026-01-02"] {
        assert!(!window.has_text(hidden), "{hidden}");
    }
    assert!(window.has_text("C 2000  W 3000") && window.has(lossy));
    // What must not be overlooked stays at every level.
    window.press(Key::O);
    assert!(window.has(lossy));
    window.press(Key::O);
    assert!(window.has(lossy));
}

#[test]
fn however_little_text_is_wanted_no_other_picture_goes_without_its_name() {
    let mut window = stale(stated());
    let named = |window: &Window, name: &str| window.harness.query_all_by_label(name).count();
    for _ in 0..2 {
        window.press(Key::O);
    }
    assert_eq!(
        [named(&window, "Original"), named(&window, "Soft tissue")],
        [0, 1]
    );
    window.apply(UiCommand::SetLayout(Layout::Single));
    window.harness.key_down(Key::Space);
    window.harness.step();
    assert_eq!(
        [named(&window, "Original"), named(&window, "Soft tissue")],
        [1, 0]
    );
}

#[test]
fn each_view_tells_its_own_window_and_zoom() {
    let mut window = stale(stated());
    for link in [Link::Window, Link::Camera] {
        window.apply(UiCommand::SetLink(link, false));
    }
    let view = window.harness.get_by_label("Soft tissue view").rect();
    window.drag("Soft tissue view", [60.0, 0.0]);
    window.apply(UiCommand::ActivateView(Content::SoftTissue));
    window.apply(UiCommand::OneToOne);
    let soft = texts_in(&window, view);
    let told =
        |texts: &[(Rect, String)], part: &str| texts.iter().any(|(_, text)| text.contains(part));
    assert!(
        told(&soft, "Zoom 100 %") && !told(&soft, "W 3000"),
        "{soft:?}"
    );
    let view = window.harness.get_by_label("Original view").rect();
    let original = texts_in(&window, view);
    assert!(
        told(&original, "W 3000") && !told(&original, "Zoom 100 %"),
        "{original:?}"
    );
}

#[test]
fn no_text_lies_over_another_in_any_layout() {
    let mut turned = stated();
    "VERY^LONG NAMED PATIENT OF THE PHANTOM".clone_into(&mut turned.info.patient_name);
    for file in [radiograph("plain"), turned] {
        let mut window = stale(file);
        window.apply(UiCommand::SetLayout(Layout::Four));
        let four = [
            "Original view",
            "Soft tissue view",
            "Bone view",
            "Original - soft tissue view",
        ];
        assert_apart(&window, &four);
        window.press(Key::I);
        window.apply(UiCommand::Turn(Turning::Across));
        assert_apart(&window, &four);
        window.apply(UiCommand::SetLayout(Layout::Three));
        assert_apart(
            &window,
            &[
                "Original view",
                "Soft tissue view",
                "Original - soft tissue view",
            ],
        );
        window.harness.set_size(Vec2::new(900.0, 560.0));
        window.harness.run();
        window.apply(UiCommand::SetLayout(Layout::Four));
        assert_apart(&window, &four);
    }
}

#[test]
fn the_colour_bar_stands_beside_the_picture_or_covers_little_of_it() {
    let mut window = Window::new().with_study().with_result();
    window.apply(UiCommand::SetLayout(Layout::Four));
    let [view, bar] = difference_and_bar(&window);
    // The picture is a square, as high as this view.
    let right = view.center().x + 0.5 * view.height();
    assert!(bar.left() > right - 3.0, "{bar:?} in {view:?}");
    window.apply(UiCommand::SetLayout(Layout::Three));
    let [view, bar] = difference_and_bar(&window);
    // As broad as this view.
    let picture = Rect::from_center_size(view.center(), Vec2::splat(view.width()));
    let covered = bar.intersect(picture);
    let share = covered.area() / picture.area();
    assert!(covered.is_positive() && share < 0.08, "{share}");
}

/// The view of the difference, and its scale.
fn difference_and_bar(window: &Window) -> [Rect; 2] {
    let harness = &window.harness;
    let view = harness.get_by_label("Original - soft tissue view");
    let bar = harness.get_by_label_contains("Scale of the difference");
    [view.rect(), bar.rect()]
}

#[test]
fn pictures_of_the_overlay() {
    let Some(window) = Window::with_pictures() else {
        return;
    };
    let mut window = made(window, stated());
    window.apply(UiCommand::SetLayout(Layout::Single));
    window.snapshot("overlay_one");
    window.apply(UiCommand::SetLayout(Layout::Four));
    window.press(Key::I);
    window.snapshot("overlay_four");
}
