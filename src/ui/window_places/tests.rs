use super::*;

/// Two screens side by side: the second one is upright and higher up.
const SCREENS: [Rect; 2] = [
    Rect::from_min_max(Pos2::ZERO, Pos2::new(1920.0, 1080.0)),
    Rect::from_min_max(Pos2::new(1920.0, -400.0), Pos2::new(3120.0, 1520.0)),
];

fn at(left: f32, top: f32) -> WindowPlace {
    WindowPlace {
        corner_px: Some([left, top]),
        size: [1000.0, 700.0],
        scale: 1.0,
        maximized: false,
    }
}

fn info(outer: Rect) -> ViewportInfo {
    ViewportInfo {
        outer_rect: Some(outer),
        inner_rect: Some(outer),
        native_pixels_per_point: Some(1.5),
        ..ViewportInfo::default()
    }
}

#[test]
fn a_window_comes_back_to_its_screen_and_not_to_one_that_is_gone() {
    let second = at(2000.0, -300.0);
    assert!(second.is_reachable(&SCREENS));
    assert!(!second.is_reachable(&SCREENS[..1]), "its screen is gone");
    let opening = second.opening(1.0, &SCREENS);
    assert_eq!(opening.position, Some(Pos2::new(2000.0, -300.0)));
    let default = second.opening(1.0, &SCREENS[..1]);
    assert_eq!(
        (default.position, default.size),
        (None, Vec2::new(1000.0, 700.0))
    );
    // Hanging over the left border it can be taken hold of, up to a width of 80.
    assert!(at(-920.0, 10.0).is_reachable(&SCREENS));
    assert!(!at(-921.0, 10.0).is_reachable(&SCREENS));
    // Above or below, the title bar is out of reach.
    assert!(!at(10.0, -13.0).is_reachable(&SCREENS));
    assert!(!at(10.0, 1070.0).is_reachable(&SCREENS));
    assert!(
        at(10.0, 1070.0).is_reachable(&[]),
        "nothing is known of screens"
    );
}

#[test]
fn a_second_window_opens_where_it_covers_nothing_of_the_first_one() {
    let size = [800.0, 600.0];
    let opened = |main: WindowPlace, screens: &[Rect]| {
        let opening = main.beside(size, 1.0, screens);
        opening.map(|opening| (opening.position.unwrap(), opening.size))
    };
    let place = |left: f32, top: f32| Some((Pos2::new(left, top), Vec2::from(size)));
    // The first window is 1000 wide: right of it, left of it, on the other screen.
    assert_eq!(opened(at(0.0, 50.0), &SCREENS[..1]), place(1000.0, 50.0));
    assert_eq!(opened(at(900.0, 50.0), &SCREENS[..1]), place(100.0, 50.0));
    assert_eq!(opened(at(500.0, 50.0), &SCREENS), place(1920.0, -400.0));
    // Without room its corner is the lower right one, and its title bar stays on the screen.
    let small = [Rect::from_min_size(Pos2::ZERO, Vec2::new(1280.0, 800.0))];
    let opening = opened(at(0.0, 0.0), &small);
    assert_eq!(opening, place(480.0, 800.0 - 600.0 - TITLE_HEIGHT));
    let narrow = [Rect::from_min_size(Pos2::ZERO, Vec2::new(700.0, 500.0))];
    assert_eq!(opened(at(0.0, 0.0), &narrow), place(0.0, 0.0));
    // Where no place or no screen is told, the system decides.
    let unknown = WindowPlace {
        corner_px: None,
        ..at(0.0, 0.0)
    };
    assert_eq!(
        (opened(unknown, &SCREENS), opened(at(0.0, 0.0), &[])),
        (None, None)
    );
}

#[test]
fn a_window_larger_than_every_screen_is_made_to_fit() {
    let large = WindowPlace {
        size: [5000.0, 4000.0],
        ..at(0.0, 0.0)
    };
    let opening = large.opening(1.0, &SCREENS[..1]);
    assert_eq!(opening.size, Vec2::new(1920.0, 1080.0));
}

#[test]
fn what_is_observed_opens_the_same_window_at_any_size_of_text() {
    // 1.5 pixels a point of the system, 1.25 of these points a point of egui.
    let outer = Rect::from_min_size(Pos2::new(1600.0, 80.0), Vec2::new(800.0, 560.0));
    let place = WindowPlace::observed(&info(outer), 1.25, None).unwrap();
    assert_eq!(place.corner_px, Some([3000.0, 150.0]));
    assert_eq!((place.size, place.scale), ([1000.0, 700.0], 1.5));
    let opening = place.opening(1.25, &[]);
    assert_eq!(opening.position, Some(outer.min));
    assert_eq!(opening.size, outer.size());
    let plain = place.opening(1.0, &[]);
    assert_eq!(plain.size, Vec2::new(1000.0, 700.0));
}

#[test]
fn a_maximised_or_hidden_window_keeps_the_place_it_had() {
    let before = Some(at(5.0, 6.0));
    let outer = Rect::from_min_size(Pos2::ZERO, Vec2::new(1920.0, 1080.0));
    let observed = |change: fn(&mut ViewportInfo)| {
        let mut info = info(outer);
        change(&mut info);
        WindowPlace::observed(&info, 1.0, before).unwrap()
    };
    let maximized = observed(|info| info.maximized = Some(true));
    assert_eq!(
        (maximized.corner_px, maximized.maximized),
        (Some([5.0, 6.0]), true)
    );
    assert_eq!(observed(|info| info.minimized = Some(true)), at(5.0, 6.0));
    assert_eq!(observed(|info| info.fullscreen = Some(true)), at(5.0, 6.0));
    // Wayland tells no position; the size counts all the same.
    let sized = observed(|info| info.outer_rect = None);
    assert_eq!((sized.corner_px, sized.size), (None, [1920.0, 1080.0]));
}

#[test]
fn places_come_back_from_the_file_and_a_broken_one_holds_none() {
    let folder = tempfile::tempdir().unwrap();
    let mut places = WindowPlaces::load(folder.path());
    assert_eq!(places.main_opening(), None);
    places.now.main = Some(at(10.0, 20.0));
    places.next_secs = 5.0;
    assert!(places.keep(4.0).unwrap().is_some(), "not yet");
    assert_eq!(places.keep(5.0).unwrap(), None);
    let again = WindowPlaces::load(folder.path());
    assert_eq!(again.now, places.now);
    let opening = again.main_opening().unwrap();
    assert_eq!(opening.position, Some(Pos2::new(10.0, 20.0)));
    let broken = r#"{"main":{"corner_px":[0,0],"size":[1e30,5],"scale":1,"maximized":false}}"#;
    for text in ["", "{", broken] {
        std::fs::write(folder.path().join(FILE_NAME), text).unwrap();
        assert_eq!(WindowPlaces::load(folder.path()).now, Places::default());
    }
}
