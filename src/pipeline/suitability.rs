//! Whether a radiograph is of the kind the networks were made for.
//!
//! Nothing is refused here: every doubt becomes a sentence that stands beside the picture.

use super::MaskPair;
use super::grid::GridRule;
use crate::radiograph::{FileKind, FloatImage, LungMask, Radiograph, StudyInfo, Topic, Warning};

/// Age in years below which the networks have seen nobody.
const ADULT_YEARS: f64 = 18.0;
/// Share of the picture that both lungs take in a frontal view, generously.
const LUNG_FRACTION: std::ops::RangeInclusive<f32> = 0.06..=0.6;
/// Share of the mask that the smaller side must hold for two lungs to be in view.
const SMALLER_LUNG: f64 = 0.1;
/// Share of the mask in the middle tenth of its width above which no mediastinum parts two lungs: 0.034 at most in
/// 166 JSRT radiographs and 15 of other sites, 0.049 at least in six inverted ones.
const MOST_IN_THE_MIDDLE: f64 = 0.04;
/// Share by which the sides may differ before a square grid distorts.
const NEARLY_SQUARE: f64 = 0.02;
/// Share of one side of the picture that the lungs may touch before they are taken to go on beyond it.
const MOST_AT_THE_EDGE: f64 = 0.08;
/// Shortest side in pixels below which ribs are a few pixels wide.
const SHORTEST_SIDE_PX: usize = 256;

/// Doubts about running the networks on a radiograph that can be known without running any; empty
/// where it is of the kind they were made for. Those of its header are among its warnings as well.
pub fn suitability_of(radiograph: &Radiograph) -> Vec<Warning> {
    let mut doubts = radiograph.info.doubts();
    doubts.extend(doubts_from_header(&radiograph.info, radiograph.size()));
    doubts.extend(note_about_age(radiograph));
    doubts
}

/// What is told of a DICOM file that states no age: a child would pass unnoticed. Other files never state one.
pub(super) fn note_about_age(radiograph: &Radiograph) -> Option<Warning> {
    let could_state = matches!(radiograph.source.kind, FileKind::Dicom { .. });
    (could_state && age_years(&radiograph.info).is_none())
        .then(|| Warning::file("The patient's age is not stated; the networks know only adults."))
}

/// Doubts that the patient's age and the picture's size raise. What reading the file already doubts
/// ([`StudyInfo::doubts`]) stands among the radiograph's warnings and is not repeated.
pub(super) fn doubts_from_header(info: &StudyInfo, size: (usize, usize)) -> Vec<Warning> {
    let mut doubts = Vec::new();
    if age_years(info).is_some_and(|age| age < ADULT_YEARS) {
        doubts.push(Warning::new(
            Topic::Age,
            "The patient is younger than 18 years; the networks know only adults.",
        ));
    }
    if size.0.min(size.1) < SHORTEST_SIDE_PX {
        let text = format!(
            "The picture has only {} x {} pixels; expect a coarse result.",
            size.0, size.1
        );
        doubts.push(Warning::new(Topic::Size, text));
    }
    doubts
}

/// The doubt that a grid raises which squeezes a radiograph; `aspect` is its height over its width, as extents.
pub(super) fn doubt_about_grid(aspect: f64, rule: GridRule) -> Option<Warning> {
    let squeezed = rule.square && (aspect - 1.0).abs() > NEARLY_SQUARE;
    let text =
        "These networks squeeze the radiograph to a square, and see its lungs and ribs distorted.";
    squeezed.then(|| Warning::new(Topic::Kind, text))
}

/// Doubts that the lung mask raises; `display` is the shown picture, `[0, 1]`, on the mask's grid.
pub(super) fn doubts_from_lungs(found: &MaskPair, display: &FloatImage) -> Vec<Warning> {
    let mask = &found.model;
    let mut doubts = Vec::new();
    if found.lungs_appear_inverted {
        doubts.push(Warning::new(
            Topic::Polarity,
            "Lungs are found only once the picture is inverted; its polarity is probably wrong: look, and exchange black and white (menu Window, or --inverted).",
        ));
        return doubts;
    }
    let fraction = mask.fraction();
    if !LUNG_FRACTION.contains(&fraction) {
        let text = format!(
            "The lungs take {:.0} % of the picture; a frontal chest radiograph has 6 to 60 %: check the mask.",
            fraction * 100.0
        );
        doubts.push(Warning::new(Topic::LungMask, text));
        return doubts;
    }
    if smaller_side(mask) < SMALLER_LUNG {
        doubts.push(Warning::new(
            Topic::LungMask,
            "Only one lung is in the mask: check the mask and the cropping.",
        ));
    }
    if let Some(side) = cut_off_at(mask) {
        let text = format!(
            "The lungs reach the {side} edge of the picture; a part of them seems to be cropped."
        );
        doubts.push(Warning::new(Topic::LungMask, text));
    }
    if lungs_are_lighter(mask, display) {
        doubts.push(Warning::new(
            Topic::Polarity,
            "The lungs are lighter than the tissue around them; the polarity may be wrong.",
        ));
    }
    doubts
}

/// Patient's Age (0010,1010) as `nnnD`, `nnnW`, `nnnM` or `nnnY` (PS3.5 6.2, AS); else the years
/// between birth and study.
fn age_years(info: &StudyInfo) -> Option<f64> {
    let age = info.age.trim();
    let unit_years = match age.chars().last() {
        Some('D') => Some(1.0 / 365.25),
        Some('W') => Some(7.0 / 365.25),
        Some('M') => Some(1.0 / 12.0),
        Some('Y') => Some(1.0),
        _ => None,
    };
    let number = age.get(..age.len().saturating_sub(1));
    let number = number.and_then(|digits| digits.parse::<f64>().ok());
    // "000" is what devices write where the age was not entered; a newborn's is in days.
    if let (Some(number), Some(unit)) = (number.filter(|&number| number > 0.0), unit_years) {
        return Some(number * unit);
    }
    let days = |date: &str| -> Option<f64> {
        let date = date.trim();
        let part = |range: std::ops::Range<usize>| date.get(range)?.parse::<f64>().ok();
        Some(part(0..4)? * 365.25 + (part(4..6)? - 1.0) * 30.44 + part(6..8)?)
    };
    Some((days(&info.study_date)? - days(&info.birth_date)?) / 365.25)
}

/// Whether a mask has the shape of two lungs: of their size, left and right of a middle that is free. The mediastinum,
/// which the segmenter takes for a lung in an inverted picture, fills that middle.
pub(super) fn looks_like_two_lungs(mask: &LungMask) -> bool {
    LUNG_FRACTION.contains(&mask.fraction())
        && smaller_side(mask) >= SMALLER_LUNG
        && middle_share(mask) <= MOST_IN_THE_MIDDLE
}

/// Share of the mask in the middle tenth of its own width.
fn middle_share(mask: &LungMask) -> f64 {
    let raster = mask.raster();
    let width = raster.width().max(1);
    let cols: Vec<usize> = (0..raster.values().len())
        .filter(|&i| raster.values().get(i) == Some(&1))
        .map(|i| i % width)
        .collect();
    let (Some(&left), Some(&right)) = (cols.iter().min(), cols.iter().max()) else {
        return 0.0;
    };
    let (middle, reach) = (
        (left + right) as f64 / 2.0,
        (right - left + 1) as f64 / 20.0,
    );
    let within = cols
        .iter()
        .filter(|&&col| (col as f64 - middle).abs() <= reach)
        .count();
    within as f64 / cols.len() as f64
}

/// Share of the mask on the side of the picture that holds less of it.
fn smaller_side(mask: &LungMask) -> f64 {
    let raster = mask.raster();
    let half = raster.width() / 2;
    let left: usize = raster
        .values()
        .chunks(raster.width().max(1))
        .map(|row| row.iter().take(half).filter(|&&v| v == 1).count())
        .sum();
    let total = mask.num_inside().max(1);
    left.min(total - left.min(total)) as f64 / total as f64
}

/// The side of the picture that the mask touches along more than a little of its length.
fn cut_off_at(mask: &LungMask) -> Option<&'static str> {
    let raster = mask.raster();
    let (width, height) = raster.size();
    let row = |row: usize| (0..width).filter_map(move |col| raster.get(row, col));
    let col = |col: usize| (0..height).filter_map(move |row| raster.get(row, col));
    let share = |edge: &mut dyn Iterator<Item = u8>, length: usize| {
        let touched: usize = edge.map(usize::from).sum();
        touched as f64 / length.max(1) as f64
    };
    let sides = [
        ("upper", share(&mut row(0), width)),
        ("lower", share(&mut row(height.saturating_sub(1)), width)),
        ("left", share(&mut col(0), height)),
        ("right", share(&mut col(width.saturating_sub(1)), height)),
    ];
    let cut = sides.iter().find(|(_, share)| *share > MOST_AT_THE_EDGE);
    cut.map(|(side, _)| *side)
}

/// Compares the lungs with what lies between and around them inside their bounding box.
fn lungs_are_lighter(mask: &LungMask, display: &FloatImage) -> bool {
    let raster = mask.raster();
    let width = raster.width().max(1);
    let inside_at: Vec<usize> = (0..raster.values().len())
        .filter(|&i| raster.values().get(i) == Some(&1))
        .collect();
    let rows = inside_at.iter().map(|i| i / width);
    let cols = inside_at.iter().map(|i| i % width);
    let (Some(top), Some(bottom)) = (rows.clone().min(), rows.max()) else {
        return false;
    };
    let (Some(left), Some(right)) = (cols.clone().min(), cols.max()) else {
        return false;
    };
    let (mut sums, mut counts) = ([0.0_f64; 2], [0_usize; 2]);
    for row in top..=bottom {
        for col in left..=right {
            if let (Some(inside), Some(value)) = (raster.get(row, col), display.get(row, col)) {
                let side = usize::from(inside == 1);
                sums[side] += f64::from(value);
                counts[side] += 1;
            }
        }
    }
    counts[0] > 0 && sums[1] / counts[1].max(1) as f64 > sums[0] / counts[0] as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::radiograph::Raster;

    fn info(age: &str) -> StudyInfo {
        StudyInfo {
            modality: "CT".into(),
            age: age.into(),
            ..StudyInfo::default()
        }
    }

    fn pair(mask: &LungMask) -> MaskPair {
        MaskPair {
            native: mask.clone(),
            model: mask.clone(),
            lungs_appear_inverted: false,
        }
    }

    fn two_lungs() -> LungMask {
        let mut values = Raster::filled(20, 10, 0_u8);
        for row in 2..8 {
            for col in (3..8).chain(12..17) {
                values.values_mut()[row * 20 + col] = 1;
            }
        }
        LungMask::from_nonzero(&values)
    }

    #[test]
    fn an_adult_raises_no_doubt_and_the_header_none_twice() {
        assert!(doubts_from_header(&info("054Y"), (2000, 2400)).is_empty());
        assert!(doubts_from_header(&StudyInfo::default(), (512, 512)).is_empty());
        // An age that was not entered.
        assert!(doubts_from_header(&info("000Y"), (512, 512)).is_empty());
    }

    #[test]
    fn a_dicom_file_without_age_is_noted_and_asks_nothing() {
        let mut radiograph = crate::pipeline::certificate::fixture::radiograph();
        radiograph.source.kind = FileKind::Dicom {
            transfer_syntax: String::new(),
        };
        let note = note_about_age(&radiograph).unwrap();
        assert!(note.text.contains("age is not stated") && !note.is_caution());
        assert!(suitability_of(&radiograph).contains(&note));
        radiograph.info.age = "054Y".into();
        assert_eq!(note_about_age(&radiograph), None);
        radiograph.info.age.clear();
        (radiograph.info.birth_date, radiograph.info.study_date) =
            ("19700101".into(), "20240101".into());
        assert_eq!(note_about_age(&radiograph), None);
        let png = crate::pipeline::certificate::fixture::radiograph();
        assert_eq!(note_about_age(&png), None);
    }

    #[test]
    fn children_and_small_pictures_are_named() {
        let doubts = doubts_from_header(&info("011M"), (2000, 200));
        assert_eq!(doubts.len(), 2, "{doubts:?}");
        let by_dates = StudyInfo {
            birth_date: "20100601".into(),
            study_date: "20240101".into(),
            ..StudyInfo::default()
        };
        assert_eq!(doubts_from_header(&by_dates, (2000, 2400)).len(), 1);
    }

    #[test]
    fn a_square_grid_is_doubted_where_it_distorts() {
        let rule = |square| GridRule {
            size_px: 1024,
            multiple_px: 64,
            square,
        };
        assert!(doubt_about_grid(1.2, rule(true)).is_some());
        assert!(doubt_about_grid(1.0, rule(true)).is_none());
        assert!(doubt_about_grid(1.2, rule(false)).is_none());
    }

    #[test]
    fn dark_lungs_are_right_and_light_ones_wrong() {
        let mask = two_lungs();
        let dark = mask.raster().map(|&v| if v == 1 { 0.2 } else { 0.7 });
        assert!(doubts_from_lungs(&pair(&mask), &dark).is_empty());
        let light = dark.map(|v| 1.0 - v);
        let doubts = doubts_from_lungs(&pair(&mask), &light);
        assert_eq!(doubts[0].topic, Topic::Polarity, "{doubts:?}");
    }

    #[test]
    fn a_filled_middle_is_no_pair_of_lungs() {
        assert!(looks_like_two_lungs(&two_lungs()));
        let mut filled = two_lungs().raster().clone();
        for row in 2..8 {
            for col in 8..12 {
                filled.values_mut()[row * 20 + col] = 1;
            }
        }
        assert!(!looks_like_two_lungs(&LungMask::from_nonzero(&filled)));
        let doubtful = MaskPair {
            lungs_appear_inverted: true,
            ..pair(&two_lungs())
        };
        let display = Raster::filled(20, 10, 0.5_f32);
        let doubts = doubts_from_lungs(&doubtful, &display);
        assert_eq!(doubts[0].topic, Topic::Polarity, "{doubts:?}");
    }

    #[test]
    fn cropped_lungs_are_named_with_their_side() {
        let lungs = two_lungs();
        assert_eq!(cut_off_at(&lungs), None);
        let cropped = |row, col, width, height| {
            LungMask::from_nonzero(&lungs.raster().crop(row, col, width, height))
        };
        assert_eq!(cut_off_at(&cropped(3, 0, 20, 7)), Some("upper"));
        assert_eq!(cut_off_at(&cropped(0, 0, 20, 7)), Some("lower"));
        let left = cropped(0, 5, 15, 10);
        assert_eq!(cut_off_at(&left), Some("left"));
        let display = left.raster().map(|&v| if v == 1 { 0.2 } else { 0.7 });
        let doubts = doubts_from_lungs(&pair(&left), &display);
        assert!(
            doubts.iter().any(|d| d.text.contains("left edge")),
            "{doubts:?}"
        );
    }

    #[test]
    fn one_lung_or_none_is_named() {
        let one = two_lungs().raster().clone();
        let one = Raster::new(
            20,
            10,
            one.values()
                .iter()
                .enumerate()
                .map(|(i, &v)| if i % 20 < 10 { v } else { 0 })
                .collect(),
        )
        .unwrap();
        let display = Raster::filled(20, 10, 0.5_f32);
        let doubts = doubts_from_lungs(&pair(&LungMask::from_nonzero(&one)), &display);
        assert!(doubts[0].text.contains("one lung"), "{doubts:?}");
        let none = LungMask::from_nonzero(&Raster::filled(20, 10, 0));
        assert!(
            doubts_from_lungs(&pair(&none), &display)[0]
                .text
                .contains("check the mask")
        );
    }
}
