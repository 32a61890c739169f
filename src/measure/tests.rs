//! Numbers of pictures against numpy, scipy and scikit-image, and against shapes whose truth is known.

use super::*;
use crate::radiograph::{
    BitDepth, FileKind, FloatImage, LungMask, ModalityTransform, PixelSpacing, Polarity,
    Radiograph, Raster, SourceFile, SpacingKind, StoredValues, StudyId, StudyInfo,
};

fn radiograph(width: usize, height: usize, value: impl Fn(usize, usize) -> u16) -> Radiograph {
    let values = (0..width * height).map(|i| value(i / width, i % width));
    Radiograph {
        id: StudyId("test".to_owned()),
        source: SourceFile {
            path: "test".into(),
            kind: FileKind::Phantom,
        },
        stored: StoredValues::U16(Raster::new(width, height, values.collect()).unwrap()),
        bits: BitDepth {
            allocated: 16,
            stored: 16,
            high_bit: 15,
            signed: false,
        },
        modality: ModalityTransform::IDENTITY,
        vois: Vec::new(),
        vois_from_file: false,
        polarity: Polarity::HighIsWhite,
        padding: None,
        spacing: None,
        info: StudyInfo::default(),
        warnings: Vec::new(),
    }
}

/// numpy: `((37 * r + 101 * c) % 251)` with `r, c = np.mgrid[:30, :40]`.
fn pattern() -> Radiograph {
    radiograph(40, 30, |row, col| ((37 * row + 101 * col) % 251) as u16)
}

fn alone(radiograph: &Radiograph) -> Pictures<'_> {
    Pictures {
        radiograph,
        soft_tissue: None,
        bone: None,
        uncertainty: None,
    }
}

fn near(found: f64, expected: f64, tolerance: f64) {
    assert!(
        (found - expected).abs() <= tolerance,
        "{found} for {expected}"
    );
}

fn polygon() -> Region {
    let corners = [
        (5.3, 2.2),
        (33.7, 6.1),
        (28.4, 25.9),
        (16.2, 14.8),
        (3.6, 27.3),
    ];
    Region::Polygon(corners.iter().map(|&(x, y)| Point::new(x, y)).collect())
}

fn original(region: &Region, pictures: &Pictures<'_>) -> Statistics {
    let all = region_statistics(region, pictures);
    let found = all.iter().find(|one| one.layer == Layer::Original);
    found.unwrap().statistics.unwrap()
}

// numpy 2.3 on the pixels that scikit-image's grid_points_in_poly finds: x.mean(), x.std(ddof=1), x.min(), x.max(),
// np.median(x). Tolerance: rounding of sums of 450 numbers.
#[test]
fn statistics_are_those_of_numpy() {
    let study = pattern();
    let found = original(&polygon(), &alone(&study));
    assert_eq!(found.count, 450);
    near(found.mean, 123.928_888_888_888_89, 1e-10);
    near(found.deviation, 72.634_971_122_339_44, 1e-10);
    assert_eq!((found.min, found.max, found.median), (0.0, 250.0, 124.5));
    let ellipse = Region::Ellipse([Point::new(8.7, 5.4), Point::new(31.9, 24.2)]);
    let other = original(&ellipse, &alone(&study));
    assert_eq!((other.count, other.median), (343, 126.0));
    near(other.mean, 125.883_381_924_198_25, 1e-10);
    near(other.deviation, 72.354_458_376_859_38, 1e-10);
    // abs(mean - mean) / sqrt((var(ddof=1) + var(ddof=1)) / 2)
    near(
        contrast_to_noise(&found, &other).unwrap(),
        0.026_960_439_586_940_21,
        1e-12,
    );
}

#[test]
fn every_layer_is_measured_on_the_same_pixels_and_padding_on_none() {
    let mut study = radiograph(
        10,
        10,
        |row, col| if row == 0 { 9999 } else { 1000 + col as u16 },
    );
    study.padding = Some((9999, 9999));
    let soft = FloatImage::filled(10, 10, 900.0);
    let bone = FloatImage::filled(10, 10, 0.05);
    let pictures = Pictures {
        radiograph: &study,
        soft_tissue: Some(&soft),
        bone: Some(&bone),
        uncertainty: None,
    };
    let region = Region::Rectangle([Point::new(2.0, 0.0), Point::new(6.0, 4.0)]);
    let found = region_statistics(&region, &pictures);
    let means: Vec<(Layer, usize, f64)> = found
        .iter()
        .map(|one| (one.layer, one.statistics.unwrap()))
        .map(|(layer, s)| (layer, s.count, (s.mean * 1e4).round() / 1e4))
        .collect();
    assert_eq!(
        means,
        [
            (Layer::Original, 12, 1003.5),
            (Layer::SoftTissue, 12, 900.0),
            (Layer::Bone, 12, 5.0),
            (Layer::Difference, 12, 103.5),
        ]
    );
    let padding = Region::Rectangle([Point::new(2.0, 0.0), Point::new(6.0, 1.0)]);
    let none = region_statistics(&padding, &pictures);
    assert!(none.iter().all(|one| one.statistics.is_none()));
}

#[test]
fn one_value_has_no_spread_and_no_values_have_no_numbers() {
    let one = Statistics::of(&mut [7.0]).unwrap();
    assert_eq!(
        (one.count, one.mean, one.deviation, one.median),
        (1, 7.0, 0.0, 7.0)
    );
    assert_eq!(Statistics::of(&mut []), None);
    assert_eq!(contrast_to_noise(&one, &one), None);
}

// skimage.measure.profile_line(v, (3.25, 3.75), (21.0, 26.5), order=1, linewidth=1): positions there are those of
// pixel centres, half a pixel less than ours. Tolerance: rounding of positions.
#[test]
fn a_line_profile_is_that_of_scikit_image() {
    let study = pattern();
    let ends = [Point::new(4.25, 3.75), Point::new(27.0, 21.5)];
    let found = line_profile(ends, &alone(&study));
    let values: Vec<f64> = found[0].values.iter().map(|value| value.unwrap()).collect();
    assert_eq!(values.len(), 30);
    for (index, expected) in [
        (0, 59.75),
        (1, 98.879_310_344_827_56),
        (7, 147.568_965_517_241_4),
        (15, 140.362_068_965_517_2),
        (28, 88.620_689_655_172_34),
        (29, 190.5),
    ] {
        near(values[index], expected, 1e-9);
    }
    near(
        values.iter().sum::<f64>() / 30.0,
        125.092_045_679_746_39,
        1e-9,
    );
}

#[test]
fn a_profile_has_gaps_off_the_image_and_none_without_a_line() {
    let study = pattern();
    let here = Point::new(3.0, 3.0);
    assert!(line_profile([here, here], &alone(&study)).is_empty());
    let across = [Point::new(-4.0, 10.5), Point::new(44.0, 10.5)];
    let values = &line_profile(across, &alone(&study))[0].values;
    let gaps = values.iter().filter(|value| value.is_none()).count();
    assert_eq!((values.len(), gaps), (49, 8));
}

/// A ridge with a Gaussian profile through `center`, running at `degrees` to the rows in true shape.
fn ridge(row: usize, col: usize, degrees: f64, aspect: f64) -> f64 {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let u = col as f64 + 0.5 - 60.0;
    let v = (row as f64 + 0.5 - 60.0 / aspect) * aspect;
    let across = -sin * u + cos * v;
    (-0.5 * (across / 4.0).powi(2)).exp()
}

/// Original = background + bone, soft tissue = background + `left` of the bone, at 0.1 mm and true pixel shape.
fn rib_study(degrees: f64, aspect: f64, left: f64) -> (Radiograph, FloatImage, FloatImage) {
    let height = (120.0 / aspect) as usize;
    let background = |row: usize, col: usize| 2000.0 + 3.0 * col as f64 - 2.0 * row as f64;
    let bone = |row, col| 800.0 * ridge(row, col, degrees, aspect);
    let study = radiograph(120, height, |row, col| {
        (background(row, col) + bone(row, col)).round() as u16
    });
    let grid = |f: &dyn Fn(usize, usize) -> f64| {
        let values = (0..120 * height).map(|i| f(i / 120, i % 120) as f32);
        Raster::new(120, height, values.collect()).unwrap()
    };
    let soft = grid(&|row, col| background(row, col) + left * bone(row, col));
    let bone = grid(&|row, col| (1.0 - left) * bone(row, col) / 4096.0);
    (study, soft, bone)
}

fn rib_scale(aspect: f64) -> Scale {
    Scale::of(Some(PixelSpacing {
        row_mm: aspect,
        col_mm: 1.0,
        kind: SpacingKind::AtDetector,
    }))
}

#[test]
fn what_is_left_of_a_rib_is_found_at_any_angle_and_pixel_shape() {
    for (degrees, aspect, left) in [
        (30.0, 1.0, 0.2),
        (-50.0, 1.0, 0.0),
        (90.0, 1.0, -0.1),
        (35.0, 2.0, 0.35),
    ] {
        let (study, soft, bone) = rib_study(degrees, aspect, left);
        let pictures = Pictures {
            radiograph: &study,
            soft_tissue: Some(&soft),
            bone: Some(&bone),
            uncertainty: None,
        };
        let place = Point::new(60.0, 60.0 / aspect);
        let found = rib_profile(place, &pictures, &rib_scale(aspect)).unwrap();
        // Stored values are whole numbers: half a value of 800 is 0.06 %.
        near(found.residual_percent.unwrap(), 100.0 * left, 0.1);
        let [right, down] = found.along[0].to(found.along[1]);
        let angle = (down * aspect).atan2(right).to_degrees();
        let off = (angle - degrees).rem_euclid(180.0);
        // One degree moves the ends of the averaged piece, 12 pixels away, by a fifth of a pixel.
        assert!(off.min(180.0 - off) < 1.0, "{angle} for {degrees}");
        // The rib's profile is the ridge's own: its peak in the middle, none at the ends.
        let middle = found.samples.len() / 2;
        let peak = 100.0 * (1.0 - left) * 800.0 / 4096.0;
        near(found.samples[middle].bone, peak, 0.02 * peak);
        near(found.samples[0].bone, 0.0, 0.01);
    }
}

#[test]
fn without_a_rib_there_is_a_reason() {
    let (study, soft, bone) = rib_study(20.0, 1.0, 0.0);
    let flat = FloatImage::filled(120, 120, 0.0);
    let of = |soft, bone, place| {
        let pictures = Pictures {
            radiograph: &study,
            soft_tissue: soft,
            bone,
            uncertainty: None,
        };
        rib_profile(place, &pictures, &rib_scale(1.0))
    };
    let place = Point::new(60.0, 60.0);
    assert_eq!(of(None, None, place), Err(RibError::NoResult));
    assert_eq!(of(Some(&soft), Some(&flat), place), Err(RibError::NoBone));
    let away = Point::new(-500.0, 60.0);
    assert_eq!(of(Some(&soft), Some(&bone), away), Err(RibError::NoBone));
    let crossed = Raster::new(
        120,
        120,
        (0..120 * 120)
            .map(|i| {
                (ridge(i / 120, i % 120, 0.0, 1.0) + ridge(i / 120, i % 120, 90.0, 1.0)) as f32
            })
            .collect(),
    )
    .unwrap();
    assert_eq!(
        of(Some(&soft), Some(&crossed), place),
        Err(RibError::NoDirection)
    );
}

/// Two lungs (half ellipses over diaphragm domes) round a heart: an ellipse of half-axes 70 and 60 at (210, 250).
fn chest(row: usize, col: usize) -> u8 {
    let (x, y) = (col as f64 + 0.5, row as f64 + 0.5);
    let inside =
        |cx: f64, cy: f64, a: f64, b: f64| ((x - cx) / a).powi(2) + ((y - cy) / b).powi(2) < 1.0;
    let lung = |cx: f64| inside(cx, 200.0, 75.0, 160.0);
    let mediastinum = (x - 200.0).abs() < 25.0;
    let heart = inside(210.0, 250.0, 70.0, 60.0);
    let diaphragm = inside(110.0, 400.0, 90.0, 105.0) || inside(290.0, 405.0, 90.0, 105.0);
    u8::from((lung(110.0) || lung(290.0)) && !mediastinum && !heart && !diaphragm)
}

fn mask(value: impl Fn(usize, usize) -> u8) -> LungMask {
    let values = (0..400 * 400).map(|i| value(i / 400, i % 400)).collect();
    LungMask::from_nonzero(&Raster::new(400, 400, values).unwrap())
}

#[test]
fn the_lines_suggested_are_the_widest_of_thorax_and_heart() {
    let Thorax { heart, thorax } = suggest_thorax(&mask(chest)).unwrap();
    // Outer borders of the lungs at their widest level: 110 - 75 and 290 + 75. Pixels are whole.
    near(thorax[0].x, 35.0, 1.0);
    near(thorax[1].x, 365.0, 1.0);
    near(thorax[0].y, 200.0, 12.0);
    // Widest of the heart: 210 - 70 and 210 + 70.
    near(heart[0].x, 140.0, 1.0);
    near(heart[1].x, 280.0, 1.0);
    let (ratio, widths) = cardiothoracic_ratio(heart, thorax, &Scale::PIXELS).unwrap();
    near(ratio, 140.0 / 330.0, 0.006);
    assert_eq!(widths[1].to_string(), "330.0 px");
}

#[test]
fn a_mask_without_two_lungs_suggests_nothing() {
    assert_eq!(suggest_thorax(&mask(|_, _| 0)), Err(ThoraxError::NoLungs));
    assert_eq!(suggest_thorax(&mask(|_, _| 1)), Err(ThoraxError::NoLungs));
    let one = |row, col| if col < 200 { chest(row, col) } else { 0 };
    assert_eq!(suggest_thorax(&mask(one)), Err(ThoraxError::NoLungs));
}

#[test]
fn the_heart_counts_along_the_thoracic_line() {
    let thorax = [Point::new(0.0, 0.0), Point::new(300.0, 0.0)];
    let heart = [Point::new(80.0, 40.0), Point::new(215.0, 90.0)];
    let scale = Scale::of(Some(PixelSpacing {
        row_mm: 0.4,
        col_mm: 0.8,
        kind: SpacingKind::Fiducial,
    }));
    let (ratio, widths) = cardiothoracic_ratio(heart, thorax, &scale).unwrap();
    near(ratio, 0.45, 1e-12);
    assert_eq!(widths[0].to_string(), "108.0 mm (calibrated by fiducial)");
    let turned = |[a, b]: [Point; 2]| [Point::new(a.y, a.x), Point::new(b.y, b.x)];
    let (ratio, _) = cardiothoracic_ratio(turned(heart), turned(thorax), &Scale::PIXELS).unwrap();
    near(ratio, 0.45, 1e-12);
    assert_eq!(cardiothoracic_ratio(heart, [thorax[0]; 2], &scale), None);
}

#[test]
fn the_heart_is_drawn_as_two_half_lines_to_the_middle() {
    let ratio = Shape::CardiothoracicRatio {
        heart: [Point::new(20.0, 50.0), Point::new(60.0, 70.0)],
        thorax: [Point::new(0.0, 80.0), Point::new(100.0, 80.0)],
        origin: LineOrigin::Reader,
    };
    let at = |x: f64, y: f64| Point::new(x, y);
    let expected = [
        [at(20.0, 50.0), at(40.0, 50.0)],
        [at(40.0, 50.0), at(40.0, 70.0)],
        [at(40.0, 70.0), at(60.0, 70.0)],
        [at(0.0, 80.0), at(100.0, 80.0)],
    ];
    assert_eq!(ratio.segments(), expected);
}
