use super::*;
use crate::dataset::{CheckRequest, FindingKind, Unwatched, check};
use eframe::egui::{
    Context, Event, Modifiers, MouseWheelSource, MouseWheelUnit, Pos2, RawInput, TouchPhase,
};

/// So many pairs of one chest under other names, each with a finding; the first pair is looked at truly.
fn report(count: usize) -> Arc<Report> {
    let folder = tempfile::tempdir().unwrap();
    for (ending, bone) in [("cxr", 40), ("soft", 0)] {
        let grey = |x: u32, y: u32| {
            let waves = (f64::from(x) * 0.2).sin() + (f64::from(y * x) * 0.01).cos();
            (100.0 + 30.0 * waves) as u8 + if y % 16 < 5 { bone } else { 0 }
        };
        let picture = image::GrayImage::from_fn(96, 64, |x, y| image::Luma([grey(x, y)]));
        picture
            .save(folder.path().join(format!("a_{ending}.png")))
            .unwrap();
    }
    let request = CheckRequest {
        thumbnails: true,
        ..CheckRequest::of_folder(folder.path())
    };
    let found = check(&request, &Unwatched).unwrap().unwrap();
    let first = &found.pairs[0];
    let pairs = (0..count).map(|number| {
        let mut pair = first.clone();
        pair.name = format!("pair {number}");
        pair.radiograph = format!("{number}_cxr.png").into();
        pair.thumbnails.as_mut().unwrap().difference_registered = None;
        pair
    });
    let pairs: Vec<_> = pairs.collect();
    let findings = pairs.iter().map(|pair| Finding {
        kind: FindingKind::Small,
        severity: Severity::Warning,
        files: vec![pair.radiograph.clone()],
        text: format!("of {}", pair.name),
    });
    Arc::new(Report {
        kind: found.kind,
        folders: found.folders.clone(),
        findings: findings.collect(),
        pairs,
    })
}

/// A frame of the list, after these events: how many pictures came onto the graphics card, and how many left it.
fn frame(ctx: &Context, report: &Arc<Report>, events: Vec<Event>) -> [usize; 2] {
    let input = RawInput {
        screen_rect: Some(Rect::from_min_size(Pos2::ZERO, Vec2::new(800.0, 600.0))),
        events,
        ..RawInput::default()
    };
    let state = AppState::default();
    let mut output = ctx.run_ui(input, |ui| report_ui(ui, &state, report));
    let delta = &output.textures_delta;
    let letters = eframe::egui::TextureId::default();
    let come = delta.set.keys().filter(|id| **id != letters).count();
    let gone = delta.free.len();
    output.textures_delta.clear();
    [come, gone]
}

#[test]
fn of_thousands_of_pairs_only_those_in_sight_are_on_the_graphics_card() {
    let ctx = Context::default();
    theme::install(&ctx);
    let report = report(4000);
    let [uploaded, _] = frame(&ctx, &report, Vec::new());
    // Three pictures a row, as many rows as the list of findings is high, and that of pairs, and one of each that is cut.
    let rows = 2 * ((theme::TRAINING_LIST / PICTURE_SIDE).ceil() as usize + 1);
    assert!((3..=3 * rows).contains(&uploaded), "{uploaded}");
    let still = frame(&ctx, &report, Vec::new());
    assert_eq!(still, [0, 0], "nothing is drawn anew");
    // Far down the list: other pictures come, and those before leave the card.
    let over = Event::PointerMoved(Pos2::new(400.0, 120.0));
    let wheel = Event::MouseWheel {
        unit: MouseWheelUnit::Point,
        delta: Vec2::new(0.0, -90_000.0),
        phase: TouchPhase::Move,
        source: MouseWheelSource::Unknown,
        modifiers: Modifiers::NONE,
    };
    let mut sums = [uploaded, 0];
    for events in [
        vec![over],
        vec![wheel],
        vec![],
        vec![],
        vec![],
        vec![],
        vec![],
    ] {
        let [come, gone] = frame(&ctx, &report, events);
        sums = [sums[0] + come, sums[1] + gone];
    }
    let [come, gone] = sums;
    assert!(come > uploaded, "the list was moved");
    assert!(come - gone <= 3 * rows, "{come} - {gone}");
}

#[test]
fn pairs_with_findings_stand_first_and_nothing_is_counted_before_pairs_are_known() {
    let mut report = Report::clone(&report(4));
    let found = |severity, file: &str| Finding {
        kind: FindingKind::Small,
        severity,
        files: vec![file.into()],
        text: String::new(),
    };
    report.findings = vec![
        found(Severity::Warning, "1_cxr.png"),
        found(Severity::Warning, "3_cxr.png"),
        found(Severity::Error, "3_cxr.png"),
    ];
    let ctx = Context::default();
    let mut orders = Vec::new();
    let report = Arc::new(report);
    let mut output = ctx.run_ui(RawInput::default(), |ui| {
        let textures = PairTextures::take(ui, &report);
        orders.push(textures.order().to_vec());
        textures.keep(ui);
    });
    output.textures_delta.clear();
    let expected = [
        (3, Some(Severity::Error)),
        (1, Some(Severity::Warning)),
        (0, None),
        (2, None),
    ];
    assert!(
        !orders.is_empty() && orders.iter().all(|order| order == &expected),
        "{orders:?}"
    );
    assert!(progress_text(0, 0).starts_with("The folder is listed"));
    assert_eq!(
        [progress_text(0, 1), progress_text(2, 9)],
        ["0 of 1 pair", "2 of 9 pairs"]
    );
}

#[test]
fn a_finding_of_two_pairs_shows_both_radiographs() {
    let mut report = Report::clone(&report(3));
    let pictures = report.pairs[2].thumbnails.as_mut().unwrap();
    pictures.difference_registered = pictures.difference.clone();
    let found = |files: &[&str]| Finding {
        kind: FindingKind::NearDuplicate,
        severity: Severity::Warning,
        files: files.iter().map(Into::into).collect(),
        text: String::new(),
    };
    let of = |files: &[&str]| pictures_of(&report, &found(files));
    let radiographs = [(0, Shown::Radiograph), (2, Shown::Radiograph)];
    assert_eq!(of(&["0_cxr.png", "2_cxr.png"]), radiographs);
    let all = [Shown::Radiograph, Shown::SoftTissue, Shown::Difference];
    assert_eq!(of(&["1_cxr.png"]), all.map(|shown| (1, shown)));
    // Of one that lies off: before and after.
    let after = [(2, Shown::Registered)];
    let expected: Vec<_> = all
        .map(|shown| (2, shown))
        .into_iter()
        .chain(after)
        .collect();
    assert_eq!(of(&["2_cxr.png"]), expected);
    assert_eq!(of(&["elsewhere.png"]), []);
}
