//! The report as a page: whole in itself, with pictures, and deaf to what a file's name says.

use crate::folder::{Pairs, chest, moved};
use diaphane::dataset::{
    CheckRequest, FindingKind, Report, THUMBNAIL_PX, Unwatched, check, report_page,
};

fn checked(pairs: &Pairs) -> (Report, String) {
    let request = CheckRequest {
        thumbnails: true,
        ..CheckRequest::of_folder(pairs.path())
    };
    let report = check(&request, &Unwatched).unwrap().unwrap();
    let page = report_page(&report, &request);
    (report, page)
}

#[test]
fn every_pair_has_its_pictures_and_a_shifted_one_both_differences() {
    let pairs = Pairs::new();
    let shifted = moved(&chest(1).soft_tissue, |col, row| (col - 3.0, row));
    pairs.write("b_soft", &shifted);
    let (report, page) = checked(&pairs);
    assert_eq!(page.matches("<img ").count(), 3 * 3 + 1);
    assert_eq!(
        page.matches("src=\"data:image/png;base64,iVBORw0KGgo")
            .count(),
        3 * 3 + 1
    );
    assert!(
        page.contains("USABLE") && page.contains("3 pairs, 0 errors, 1 warning."),
        "{}",
        &page[..4000]
    );
    assert!(page.contains(FindingKind::Shifted.advice()));
    // Nothing is fetched from anywhere.
    assert!(!page.contains("http://") && !page.contains("https://") && !page.contains("<script"));

    let small = report.pairs[1].thumbnails.as_ref().unwrap();
    assert_eq!(small.radiograph.size(), (THUMBNAIL_PX, THUMBNAIL_PX));
    let spread = |picture: &diaphane::radiograph::Raster<u8>| {
        let values: Vec<f64> = picture.values().iter().map(|v| f64::from(*v)).collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
        (squares / values.len() as f64).sqrt()
    };
    let before = spread(small.difference.as_ref().unwrap());
    let after = spread(small.difference_registered.as_ref().unwrap());
    assert!(after < before, "outlines are gone: {after} of {before}");
    assert!(
        report.pairs[0]
            .thumbnails
            .as_ref()
            .unwrap()
            .difference_registered
            .is_none()
    );
}

#[test]
fn a_name_that_is_markup_stays_a_name() {
    let pairs = Pairs::new();
    pairs.add("<img src=x onerror=alert(1)>\"'&\u{202e}", 3);
    std::fs::write(pairs.file("<script>alert(2)<script>.txt"), "no picture").unwrap();
    let (_, page) = checked(&pairs);
    assert!(
        !page.contains("<img src=x") && !page.contains("<script"),
        "escaped"
    );
    assert!(page.contains("&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;\u{fffd}"));
    assert!(page.contains("Files in no pair") && page.contains("&lt;script&gt;alert(2)"));
}

#[test]
fn errors_stand_first_and_refuse() {
    let pairs = Pairs::new();
    pairs.write("c_soft", &chest(4).soft_tissue);
    let (_, page) = checked(&pairs);
    assert!(page.contains("REFUSED"));
    let row = |name: &str| page.find(&format!("<td><b><bdi>{name}</bdi>")).unwrap();
    assert!(row("c") < row("a"), "what is wrong comes first");
}
