use super::*;
use crate::evidence::{Learned, TestPairs, TrainedWith};
use crate::radiograph::Raster;

fn table(values: &[f64]) -> Table {
    let mut table = Table::default();
    for (index, &value) in values.iter().enumerate() {
        let row = vec![("PSNRaff", Some(value)), ("RBF", None)];
        table.add(format!("<case & {index}>"), row);
    }
    table
}

fn page() -> Page {
    let (ours, theirs) = (table(&[30.5, 31.0, 32.5]), table(&[30.0, 30.6, 32.6]));
    let comparison = Comparison::new(("mine", &ours), ("base", &theirs));
    let pairs = TestPairs {
        is_locked: true,
        left_out: 0,
        split: TrainedWith::Unknown,
        learned: Learned::Unknown,
        is_stated: false,
    };
    let grey = Raster::filled(40, 30, 0.5_f32);
    Page {
        title: "A \"page\"".to_owned(),
        cautions: vec!["drawn & <not> taken".to_owned()],
        facts: vec![("folder".to_owned(), "<script>alert(1)</script>".to_owned())],
        verdict: Some(Verdict::new(&pairs, &comparison, &comparison, 1)),
        sets: vec![PageSet {
            title: "Test set".to_owned(),
            models: vec![("mine".to_owned(), ours), ("base".to_owned(), theirs)],
            comparisons: vec![comparison],
        }],
        pictures: vec![CasePictures {
            case: "one".to_owned(),
            pictures: vec![Picture::small("radiograph", &grey)],
        }],
    }
}

/// Names of files and cases come from outside.
#[test]
fn nothing_from_outside_becomes_markup() {
    let html = page().html();
    assert!(!html.contains("<script"), "{html}");
    assert!(!html.contains("<case"), "{html}");
    assert!(html.contains("&lt;case &amp; 0&gt;"), "{html}");
    assert!(html.contains("<b>Caution.</b> drawn &amp; &lt;not&gt; taken</p>"));
    assert!(html.contains("A &quot;page&quot;"), "{html}");
}

/// Every element that is opened is closed, in order, and nothing is fetched.
#[test]
fn the_page_is_whole_and_stands_alone() {
    let html = page().html();
    let mut open = Vec::new();
    for part in html.split('<').skip(1) {
        let tag = part.split_once('>').unwrap().0;
        let name: String = tag
            .trim_start_matches('/')
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        let is_void = ["meta", "img", "br"].contains(&name.as_str()) || tag.ends_with('/');
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "{tag}");
        } else if !is_void && !tag.starts_with('!') {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
    assert!(!html.contains("http"), "{html}");
    assert!(html.contains("src=\"data:image/png;base64,iVBOR"), "{html}");
}

#[test]
fn every_case_and_interval_is_drawn() {
    let html = page().html();
    assert_eq!(html.matches("<svg").count(), 2);
    // A dot at either end of three cases, one of the interval.
    assert_eq!(html.matches("<circle").count(), 7);
    assert_eq!(
        html.matches("stroke-dasharray").count(),
        1,
        "the one that got worse"
    );
    assert!(html.contains("It may not be promoted."));
}
