//! The hallucination guard on phantoms, whose bone layers are exact: what it finds of nodules that went with the
//! bones, and how often it points at nothing.
//!
//! The numbers are those of phantoms. A network's layer is no exact one, and has ribs that end.

#![expect(clippy::unwrap_used, reason = "a step that fails is a test that fails")]

use diaphane::guard::{Evidence, Mark, MarkReason, look_here};
use diaphane::radiograph::{FloatImage, LungMask, Neighbourhood, binary_erosion};
use diaphane::simulate::{Phantom, PhantomConfig, PhantomStudy, study_seed};

const NUM_PHANTOMS: usize = 8;
/// Nodules of each size and height in each phantom.
const NODULES_EACH: usize = 2;

fn marks(study: &PhantomStudy, soft: &FloatImage, bone: &FloatImage) -> Vec<Mark> {
    look_here(&Evidence {
        original: &study.radiograph,
        soft_tissue: soft,
        bone,
        uncertainty: None,
        lungs: &study.lung_mask,
        pixel_mm: Some(study.spacing_mm),
    })
}

fn phantoms() -> Vec<PhantomStudy> {
    let config = PhantomConfig {
        size_px: 512,
        ..PhantomConfig::default()
    };
    (0..NUM_PHANTOMS)
        .map(|i| Phantom::new(&config, study_seed(3, i)).unwrap().study())
        .collect()
}

/// A ball of `height` at its middle, taken from the soft-tissue image into the bone layer.
fn swallow(
    study: &PhantomStudy,
    at: usize,
    radius_px: f64,
    height: f64,
) -> (FloatImage, FloatImage) {
    let (mut soft, mut bone) = (study.soft_tissue.clone(), study.bone.clone());
    let width = bone.width();
    let (row, col) = ((at / width) as f64, (at % width) as f64);
    for i in 0..bone.values().len() {
        let distance = ((i / width) as f64 - row).hypot((i % width) as f64 - col) / radius_px;
        let chord = (height * (1.0 - distance * distance).max(0.0).sqrt()) as f32;
        bone.values_mut()[i] += chord;
        soft.values_mut()[i] -= chord;
    }
    (soft, bone)
}

/// Share of swallowed balls that are marked.
fn sensitivity(phantoms: &[PhantomStudy], diameter_mm: f64, height: f64) -> f64 {
    let (mut found, mut tried) = (0, 0);
    for study in phantoms {
        let inner = binary_erosion(&study.lung_mask, Neighbourhood::Square, 8);
        let places: Vec<usize> = indices(&inner);
        let radius_px = diameter_mm / 2.0 / study.spacing_mm;
        for i in 0..NODULES_EACH {
            // Places spread over the lungs by the golden ratio, the same in every run.
            let share = (0.37 + (i + tried) as f64 * 0.618_034).fract();
            let at = places[(share * places.len() as f64) as usize];
            let (soft, bone) = swallow(study, at, radius_px, height);
            let (row, col) = ((at / bone.width()) as f64, (at % bone.width()) as f64);
            let hit = marks(study, &soft, &bone).iter().any(|mark| {
                let distance = (mark.row_px - row).hypot(mark.col_px - col);
                mark.reason == MarkReason::DetailLost && distance < 0.6 * radius_px + 3.0
            });
            found += usize::from(hit);
        }
        tried += NODULES_EACH;
    }
    found as f64 / tried as f64
}

fn indices(mask: &LungMask) -> Vec<usize> {
    let values = mask.raster().values().iter().enumerate();
    values.filter(|&(_, &v)| v == 1).map(|(i, _)| i).collect()
}

#[test]
fn nodules_that_went_with_the_bones_are_found_and_exact_layers_are_mostly_left_alone() {
    let phantoms = phantoms();
    let alarms: usize = (phantoms.iter())
        .map(|study| marks(study, &study.soft_tissue, &study.bone).len())
        .sum();
    let alarms = alarms as f64 / phantoms.len() as f64;
    eprintln!("{alarms} false alarms a picture");
    // 1.9 as measured; 0.69, 0.56, 0.94 and 0.50 of the balls are found. Each is given some room for rounding.
    assert!(alarms <= 2.5, "{alarms} false alarms a picture");
    for (diameter_mm, height, least) in [
        (8.0, 0.1, 0.6),
        (12.0, 0.1, 0.5),
        (20.0, 0.15, 0.85),
        (28.0, 0.15, 0.4),
    ] {
        let found = sensitivity(&phantoms, diameter_mm, height);
        eprintln!("{diameter_mm} mm of height {height}: {found} found");
        assert!(
            found >= least,
            "{diameter_mm} mm of height {height}: {found}"
        );
    }
}

#[test]
fn an_untouched_picture_has_no_marks() {
    let study = &phantoms()[0];
    let nothing = study.bone.map(|_| 0.0);
    assert!(marks(study, &study.radiograph, &nothing).is_empty());
}
